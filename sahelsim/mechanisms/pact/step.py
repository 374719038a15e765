"""One step of local pacts."""

from __future__ import annotations

from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.pact.kernel import bind_cells, keep_pacts, offer_pacts
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["run_step"]


def run_step(world: World, parameters: PactParameters, weeks: float) -> None:
    """Keep or break the pacts that there are, offer new ones, and work out whom they bind."""
    p, ground, c, cells, actors, log = (
        parameters, world.ground, world.communities, world.cells, world.actors, world.decisions,
    )  # fmt: skip
    sides, _ = index_units(world)
    scale = p.presence_scale * ground.extent
    t = actors.traits
    log.reserve(2 * ground.communities + sides)  # an offer of each actor in each cell, and the ends
    keep_pacts(
        *world.key, int(Stream.PACT_BREACH), world.step, weeks,
        ground.community_cell, ground.neighbours, cells.strength, cells.losses, cells.trust, actors.enmity,
        actors.local, actors.camp, t[Trait.HARSHNESS], c.population, c.grievance, c.fear,
        c.pact, c.pact_start, c.pact_harm,
        p.reach, scale, p.calm, p.temptation, p.loss_scale, p.violence, p.pressure, p.absence, p.resentment, p.bond,
        p.breach_cost, p.breach_spread, p.breach_grievance, int(Decision.PACT_BROKEN),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    offer_pacts(
        *world.key, int(Stream.PACT), world.step, weeks,
        ground.community_start, ground.community_people, ground.neighbours, cells.side_start, cells.side,
        cells.strength, cells.trust,
        actors.enmity, actors.local, actors.camp, t[Trait.BARGAINING], t[Trait.GOVERNANCE], actors.disarray,
        ground.kinship,
        c.camp, c.population, c.grievance, c.fear, c.hunger,
        c.besieger, c.tightness, c.siege_start, c.pact, c.pact_start, c.pact_harm,
        p.rate, p.reach, scale, p.governing, p.urge, p.resistance,
        p.base, p.hunger, p.fear, p.trust, p.grievance, p.kinship, p.state, p.protection,
        int(Decision.PACT_MADE), int(Decision.PACT_REFUSED), int(Decision.SIEGE_END),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    bind_cells(
        weeks, ground.community_start, ground.community_cell, c.population, c.pact,
        decay_factor(p.trust_half_life, weeks), p.trust_gain, cells.bound, cells.trust,
    )  # fmt: skip
