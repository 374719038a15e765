"""One step of hostility and truces."""

from __future__ import annotations

from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.truce.kernel import drift_hostility, update_enmity, update_truces
from sahelsim.mechanisms.truce.parameters import TruceParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.index import fighters_of_actors
from sahelsim.world.state import World

__all__ = ["drift", "refresh_enmity", "run_step"]


def refresh_enmity(world: World, tacit_factor: float, negotiated_factor: float) -> None:
    """Work out the enmity that acts on the ground from hostility and truces."""
    a = world.actors
    update_enmity(a.hostility, a.truce, tacit_factor, negotiated_factor, a.enmity)


def drift(world: World, parameters: TruceParameters, weeks: float) -> None:
    """Let hostility drift towards its resting level and memories fade, whether or not truces are made."""
    p, a = parameters, world.actors
    fade = decay_factor(p.memory_half_life, weeks)
    a.loss_memory *= fade
    a.fight_memory *= fade
    ideology = a.traits[Trait.IDEOLOGY]
    drift_hostility(a.hostility, a.resting, a.voice, a.creed, a.rival, ideology, p.ideology, p.drift, weeks)


def run_step(world: World, parameters: TruceParameters, weeks: float) -> None:
    """Let truces begin and end."""
    p, a, log = parameters, world.actors, world.decisions
    ideology = a.traits[Trait.IDEOLOGY]
    log.reserve(a.camp.size * a.camp.size)
    update_truces(
        *world.key, int(Stream.TRUCE), world.step, weeks,
        world.cells.strength, fighters_of_actors(world), a.hostility, a.creed, a.rival, a.truce, a.held,
        a.loss_memory, a.fight_memory, ideology,
        p.onset_rate, p.onset_hostility, p.exhaustion, p.common_enemy,
        p.breakdown_rate, p.breakdown_ideology, p.breakdown_overlap, p.breakdown_hostility,
        p.negotiated_hold, p.truce_relief, p.fresh_deaths, p.exhaustion_scale,
        int(Decision.TRUCE_ONSET), int(Decision.TRUCE_BREAKDOWN), log.rows, log.terms, log.count,
    )  # fmt: skip
