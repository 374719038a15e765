"""One step of violence against civilians."""

from __future__ import annotations

from sahelsim.mechanisms.civilian_harm.kernel import attack_civilians
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.rng import Stream
from sahelsim.terms import Harm, Trait
from sahelsim.world.camps import camp_enmity
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.state import World

__all__ = ["run_step"]


def run_step(
    world: World, parameters: CivilianHarmParameters, kin_blame: float, weeks: float, pact_restraint: float = 1.0
) -> None:
    """Attack civilians.

    Parameters
    ----------
    kin_blame : float
        Share of a killing that is blamed on the people of the perpetrators (a parameter of revenge).
    weeks : float
        Length of the step.
    pact_restraint : float
        Factor on an actor's motive against communities that it has a pact with (a parameter of pacts).
    """
    p, actors, cells, units = parameters, world.actors, world.cells, world.units
    ground, communities, log = world.ground, world.communities, world.violence
    sides, _ = index_units(world)
    index_communities(world)
    log.reserve(sides)
    t = actors.traits
    attack_civilians(
        *world.key, int(Stream.CIVILIAN_HARM), int(Stream.CIVILIAN_VICTIM), world.step, weeks,
        cells.start, cells.order, cells.side_start, cells.side, cells.strength, cells.pledged, cells.memory,
        cells.losses, cells.harm,
        units.actor, units.group, units.strength, world.groups.people,
        ground.community_start, communities.camp, communities.population, communities.grievance, communities.fear,
        ground.community_people, ground.feud_people, ground.feud_against,
        actors.camp, camp_enmity(world), t[Trait.HARSHNESS], t[Trait.REPRISAL],
        world.outside.shelter, communities.pact, communities.pact_harm, pact_restraint,
        p.rate * ground.extent, p.half_strength * ground.extent, p.coercion, p.punishment, p.reprisal, p.reprisal_scale,
        p.death_scale, p.tail_exponent, p.mortal_share, p.party, p.deaths_per_fighter, p.kin_restraint,
        p.victim_exponent, p.grievance_gain, p.grievance_spill, p.fear_gain, kin_blame,
        int(Harm.VIOLENCE_AGAINST_CIVILIANS), log.rows, log.terms, log.count,
    )  # fmt: skip
