"""One step of defection."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.defection.kernel import defect, grow_used, received, tides
from sahelsim.mechanisms.defection.parameters import DefectionParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.groups import adopting_groups
from sahelsim.world.index import fighters_of_actors, index_units
from sahelsim.world.state import World

__all__ = ["note_growth", "pay_received", "run_step", "tide"]


def pay_received(world: World, parameters: DefectionParameters) -> npt.NDArray[np.float64]:
    """What the fighters of each actor get, shape (A,): the pay, less what strain keeps from them."""
    return received(world.actors.traits[Trait.PAY], world.actors.strain, parameters.in_kind)


def tide(world: World, parameters: DefectionParameters) -> npt.NDArray[np.float64]:
    """How an actor stands with those who think of joining it, shape (A,): its victories and its growth."""
    return tides(world.actors.momentum, world.actors.rise, parameters.momentum, parameters.rise)


def note_growth(world: World, parameters: DefectionParameters, weeks: float) -> None:
    """Compare what each actor has with what it used to have, and get used to it.

    What it has on the first day it is used to; forces that come from outside, leave or split off have moved what it is
    used to already (see `interventions.forces` and `interventions.splits`).
    """
    actors, now = world.actors, fighters_of_actors(world)
    if world.step == 0:
        actors.usual[:] = now
    grow_used(now, 1.0 - decay_factor(parameters.rise_half_life, weeks), actors.usual, actors.rise)


def run_step(world: World, parameters: DefectionParameters, unit_size: npt.NDArray[np.int32], weeks: float) -> None:
    """Let units weigh a change of sides.

    Parameters
    ----------
    unit_size : (A,)
        Fighters in a full unit of each actor.
    weeks : float
        Length of the step.
    """
    p, actors, units, groups, log = parameters, world.actors, world.units, world.groups, world.decisions
    cells = world.cells
    index_units(world)
    log.reserve(units.cell.size)
    t = actors.traits
    gone = defect(
        *world.key, int(Stream.DEFECTION), world.step, weeks,
        cells.start, cells.order, cells.side_start, cells.side, cells.strength, units.cell, units.actor, units.group,
        units.strength, groups.people, groups.cohesion, adopting_groups(world), actors.rival,
        t[Trait.IDEOLOGY], pay_received(world, p), tide(world, p), unit_size,
        p.rate, p.reach, p.ideology, p.balance, p.pay, p.kin, p.cohesion, int(Decision.DEFECTION),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    if gone > 0:
        world.fresh.strengths_changed()
