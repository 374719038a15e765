"""One step of the katibas: commanders killed, cohesion and command regained, whole groups that change sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.defection.parameters import DefectionParameters
from sahelsim.mechanisms.defection.step import pay_received, tide
from sahelsim.mechanisms.katiba.kernel import fallen_commanders, go_over, regain
from sahelsim.mechanisms.katiba.parameters import KatibaParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.groups import adopting_groups
from sahelsim.world.index import index_units, living_units
from sahelsim.world.index_kernel import fighters_of
from sahelsim.world.log_kernel import write_decision
from sahelsim.world.state import World

__all__ = ["change_sides", "kill_commander", "muster", "recover", "risk_commanders"]


def muster(world: World) -> None:
    """Count the fighters of each group before the battles of the step."""
    fighters_of(living_units(world), world.units.group, world.units.strength, world.groups.fighters)


def kill_commander(
    world: World,
    parameters: KatibaParameters,
    group: int,
    cohesion_loss: float,
    exposure: float = 0.0,
    losses: float = 0.0,
) -> None:
    """The commander of a group dies: cohesion and command fall, the next one takes over; logged.

    Parameters
    ----------
    cohesion_loss : float
        What the death of a commander of full authority costs.
    exposure, losses : float
        Hazard and share of fighters lost, for the log; nothing where the death comes from outside.
    """
    groups, units, log = world.groups, world.units, world.decisions
    mine = units.group == group
    by_cell = np.bincount(units.cell[mine], weights=units.strength[mine], minlength=1)
    fighters = int(by_cell.sum())
    before = float(groups.cohesion[group])
    after = max(0.0, before - cohesion_loss * float(groups.command[group]))
    number = int(groups.commander[group])
    groups.cohesion[group] = after
    groups.command[group] *= parameters.new_command
    groups.commander[group] = number + 1
    log.reserve(1)
    write_decision(
        log.rows, log.terms, log.count, world.step, int(Decision.COMMANDER_KILLED),
        int(by_cell.argmax()) if fighters > 0 else -1, group, number, number + 1, fighters,
        exposure, losses, before, after, 0.0, 0.0, 0.0, 0.0,
    )  # fmt: skip


def risk_commanders(world: World, parameters: KatibaParameters) -> None:
    """Commanders may die with the fighters whom their groups have lost since the muster."""
    groups, units = world.groups, world.units
    now, fallen = world.scratch_like("now", groups.fighters), world.scratch_like("fallen", groups.actor)
    fighters_of(living_units(world), units.group, units.strength, now)
    deaths = fallen_commanders(
        *world.key, int(Stream.COMMANDER), world.step, groups.fighters, now, parameters.exposure, fallen
    )
    for g in fallen[:deaths]:
        share = 1.0 - float(now[g]) / float(groups.fighters[g])
        kill_commander(world, parameters, int(g), parameters.cohesion_loss, parameters.exposure * share, share)


def recover(world: World, parameters: KatibaParameters, weeks: float) -> None:
    """Commanders gain authority; cohesion moves towards what the group can have under its commander."""
    groups = world.groups
    regain(
        1.0 - decay_factor(parameters.command_half_life, weeks), min(1.0, parameters.cohesion_recovery * weeks),
        groups.full_cohesion, groups.command, groups.cohesion,
    )  # fmt: skip


def change_sides(
    world: World,
    parameters: KatibaParameters,
    defection: DefectionParameters,
    unit_size: npt.NDArray[np.int32],
    weeks: float,
) -> None:
    """Whole groups weigh going over to a rival.

    Parameters
    ----------
    defection : DefectionParameters
        What groups weigh as bands do.
    unit_size : (A,)
        Fighters in a full unit of each actor.
    weeks : float
        Length of the step.
    """
    p, d, actors, units, groups, log = (
        parameters, defection, world.actors, world.units, world.groups, world.decisions,
    )  # fmt: skip
    index_units(world)
    log.reserve(groups.actor.size)
    gone = go_over(
        *world.key, int(Stream.KATIBA), world.step, weeks,
        living_units(world), world.cells.start, world.cells.order, world.cells.strength, world.ground.neighbours,
        units.cell, units.actor, units.group, units.strength,
        groups.actor, groups.people, groups.cohesion, groups.full_cohesion, groups.command,
        adopting_groups(world), actors.rival, actors.traits[Trait.IDEOLOGY], pay_received(world, d), tide(world, d),
        actors.strain, unit_size,
        p.rate, d.reach, d.ideology, d.balance, d.pay, d.kin, d.cohesion, p.command, p.strain,
        int(Decision.KATIBA_DEFECTION), log.rows, log.terms, log.count,
    )  # fmt: skip
    if gone > 0:
        world.fresh.units_moved()
