"""The part of a step of self-defence in which watches stand down."""

from __future__ import annotations

from sahelsim.mechanisms.self_defence.parameters import SelfDefenceParameters
from sahelsim.mechanisms.self_defence.stand_down_kernel import stand_down
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Role
from sahelsim.world.index import living_units
from sahelsim.world.state import World

__all__ = ["send_home"]


def send_home(world: World, parameters: SelfDefenceParameters, weeks: float) -> int:
    """Let watches that are overwhelmed stand down; returns how many men went home.

    Strengths of cells must be those of the moment, and are again afterwards; the people by camp and the order of
    units by cell are left to the caller.

    Parameters
    ----------
    weeks : float
        Length of the step.
    """
    p, ground, cells, units = parameters, world.ground, world.cells, world.units
    actors, communities, log = world.actors, world.communities, world.decisions
    log.reserve(units.cell.size)
    home = int(
        stand_down(
            *world.key, int(Stream.STAND_DOWN), world.step, weeks,
            ground.neighbours, cells.strength, actors.camp, actors.enmity, ground.raised,
            ground.community_start, communities.camp, communities.population, ground.community_people, ground.kinship,
            world.groups.people, living_units(world), units.cell, units.actor, units.group, units.role, units.strength,
            p.stand_down, p.nearby, int(Role.GARRISON), int(Decision.MILITIA_STOOD_DOWN),
            log.rows, log.terms, log.count,
        )
    )  # fmt: skip
    world.ledger["fighters_home"] += home
    return home
