"""One step of the allegiance of communities."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.allegiance.kernel import choose_camps, fade
from sahelsim.mechanisms.allegiance.parameters import AllegianceParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.camps import enmity_between_camps
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["forget", "run_step", "spin_up"]

F64 = npt.NDArray[np.float64]
Known: TypeAlias = tuple[npt.NDArray[np.int8], F64, F64, F64]

_SURE = 50.0
"""Rate per week at which everybody reconsiders: the chance to miss is below the resolution of the draws."""


def forget(world: World, parameters: AllegianceParameters, weeks: float) -> None:
    """Grievance and fear fade, whether or not communities may change sides."""
    p, c = parameters, world.communities
    fade(c.grievance, c.fear, decay_factor(p.grievance_half_life, weeks), decay_factor(p.fear_half_life, weeks))


def run_step(world: World, parameters: AllegianceParameters, weeks: float) -> None:
    """Let communities reconsider."""
    _reconsider(world, parameters, weeks, parameters.review_rate, 0, _nothing_known(world))


def spin_up(world: World, parameters: AllegianceParameters) -> None:
    """Choose the sides of the first day: every community reconsiders a few times; nothing is logged."""
    before, known = int(world.decisions.count[0]), _nothing_known(world)
    for turn in range(parameters.initial_reviews):
        _reconsider(world, parameters, 1.0, _SURE, turn + 1, known)
        world.decisions.count[0] = before


def _nothing_known(world: World) -> Known:
    """Which cells it is known for what is felt there, and what: presence, what is missed and services, by camp."""
    shape = world.cells.pledged.shape
    return np.zeros(shape[0], np.int8), np.empty(shape), np.empty(shape), np.empty(shape)


def _reconsider(
    world: World, p: AllegianceParameters, weeks: float, review_rate: float, slot: int, felt: Known
) -> None:
    """Let communities reconsider; what is known to be `felt` has to be of the strengths as they are."""
    ground, c, actors, log = world.ground, world.communities, world.actors, world.decisions
    known, presence, missed, services = felt
    index_units(world)
    log.reserve(ground.communities)
    choose_camps(
        *world.key, int(Stream.ALLEGIANCE), world.step, slot, weeks, review_rate, p.alarm,
        ground.community_cell, ground.community_people, ground.community_clan, len(ground.clan_names),
        c.camp, c.population, c.grievance, c.fear,
        world.cells.side_start, world.cells.side, world.cells.strength, ground.neighbours,
        world.outside.aid, ground.kinship, c.pact, actors.camp, actors.waiting,
        actors.traits[Trait.GOVERNANCE], actors.disarray, enmity_between_camps(world), p.reach,
        p.presence_scale * ground.extent, p.coercion, p.protection, p.services, p.kinship, p.grievance, p.clan,
        p.inertia, p.neutral, p.absence, p.exposure, p.pact, p.pact_ease,
        int(Decision.PLEDGE), int(Decision.LAPSE), known, presence, missed, services,
        log.rows, log.terms, log.count,
    )  # fmt: skip
    world.fresh.people_changed()
