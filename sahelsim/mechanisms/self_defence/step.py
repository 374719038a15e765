"""One step of self-defence."""

from __future__ import annotations

from sahelsim.mechanisms.recruitment.step import Rolls
from sahelsim.mechanisms.self_defence.kernel import raise_bands
from sahelsim.mechanisms.self_defence.parameters import SelfDefenceParameters
from sahelsim.mechanisms.self_defence.stand_down import send_home
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Role
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["run_step"]


def run_step(world: World, parameters: SelfDefenceParameters, rolls: Rolls, weeks: float) -> None:
    """Let communities under attack raise bands, and watches that are overwhelmed stand down.

    `bands_refused` in the ledger counts the bands without a place.

    Parameters
    ----------
    rolls : Rolls
        Unit places of each actor.
    weeks : float
        Length of the step.
    """
    p, ground, cells, units = parameters, world.ground, world.cells, world.units
    communities, log = world.communities, world.decisions
    index_units(world)
    log.reserve(ground.communities)
    raised, refused = raise_bands(
        *world.key, int(Stream.SELF_DEFENCE), world.step, weeks,
        ground.neighbours, cells.strength, cells.memory, world.groups.attraction, world.actors.camp,
        world.actors.waiting,
        ground.community_cell, communities.camp, communities.population, communities.fear, ground.community_people,
        ground.kinship, ground.raisers, world.groups.actor, world.groups.people, rolls.pool,
        units.cell, units.home, units.actor, units.group, units.role, units.strength,
        p.rate, p.harm_scale, p.fear_scale, p.nearby, p.protector_scale * ground.extent, p.tie,
        p.share, p.size, p.least, p.guard, int(Role.GARRISON), int(Role.MOBILE), int(Decision.MILITIA_RAISED),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    world.ledger["recruits"] += raised
    world.ledger["bands_refused"] += refused
    if raised > 0:
        world.fresh.units_raised()
    home = send_home(world, p, weeks)
    if raised + home > 0:
        world.fresh.strengths_changed()
        world.fresh.people_changed()
        index_units(world)
