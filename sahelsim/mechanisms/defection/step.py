"""One step of defection."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.defection.kernel import defect
from sahelsim.mechanisms.defection.parameters import DefectionParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["recover_cohesion", "run_step"]


def recover_cohesion(world: World, parameters: DefectionParameters, weeks: float) -> None:
    """Cohesion lost by a strike on a commander comes back by a share a week."""
    groups = world.groups
    groups.cohesion += min(1.0, parameters.cohesion_recovery * weeks) * (groups.full_cohesion - groups.cohesion)


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
    index_units(world)
    log.reserve(units.cell.size)
    t = actors.traits
    defect(
        *world.key, int(Stream.DEFECTION), world.step, weeks,
        world.cells.strength, units.cell, units.actor, units.group, units.strength,
        groups.people, groups.cohesion, world.ground.adopt, actors.rival,
        t[Trait.IDEOLOGY], t[Trait.PAY], actors.momentum, unit_size,
        p.rate, p.reach, p.ideology, p.balance, p.pay, p.momentum, p.kin, p.cohesion, int(Decision.DEFECTION),
        log.rows, log.terms, log.count,
    )  # fmt: skip
