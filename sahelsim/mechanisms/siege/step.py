"""One step of sieges."""

from __future__ import annotations

from sahelsim.mechanisms.siege.kernel import hold_siege, lay_sieges, press_sieges
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.camps import camp_enmity
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["keep_besiegers", "run_step"]


def keep_besiegers(world: World, parameters: SiegeParameters) -> None:
    """Make the cells of its sieges worth more to the units of a besieger, on top of what movement makes of them."""
    hold_siege(world.ground.community_cell, world.communities.besieger, parameters.hold, world.cells.appeal)


def run_step(world: World, parameters: SiegeParameters, weeks: float) -> None:
    """Press the sieges that there are, end some, lay new ones."""
    p, ground, c, cells, actors, log = (
        parameters, world.ground, world.communities, world.cells, world.actors, world.decisions,
    )  # fmt: skip
    index_units(world)
    scale = p.presence_scale * ground.extent
    besieging = actors.traits[Trait.BESIEGING]
    enmity = camp_enmity(world)
    log.reserve(3 * ground.communities)  # an end, a pledge and a beginning
    before = int(log.count[0])
    press_sieges(
        *world.key, int(Stream.SIEGE_END), world.step, weeks,
        ground.community_start, ground.community_cell, ground.neighbours, world.outside.shelter, cells.strength,
        actors.enmity, enmity, actors.local, actors.camp, besieging, actors.drive, actors.traits[Trait.ESTABLISHMENT],
        c.camp, c.population, c.grievance, cells.trust, c.besieger, c.tightness, c.hunger, c.siege_start,
        p.neutral, p.reach, scale, p.crew, p.tightening, p.hungering, p.recovery, p.fed, p.grievance, p.abandonment,
        p.lifting, p.relief, p.surrender, p.patience, p.resentment, int(Decision.SIEGE_END), int(Decision.PLEDGE),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    if int(log.count[0]) > before:  # who surrenders changes sides
        world.fresh.people_changed()
    lay_sieges(
        *world.key, int(Stream.SIEGE), world.step, weeks,
        ground.community_start, ground.neighbours, world.outside.shelter, cells.side_start, cells.side,
        cells.strength,
        actors.enmity, enmity, actors.local, actors.camp, besieging, actors.drive,
        c.camp, c.population, c.pact, c.besieger, c.tightness, c.siege_start,
        p.rate, p.min_people, p.max_people, p.neutral, p.reach, scale, p.resistance, p.crew,
        int(Decision.SIEGE_START), log.rows, log.terms, log.count,
    )  # fmt: skip
