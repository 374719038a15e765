"""One step of the allegiance of communities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.allegiance.kernel import camp_reach, choose_camps, clan_shares
from sahelsim.mechanisms.allegiance.parameters import AllegianceParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.camps import enmity_between_camps
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["forget", "run_step", "spin_up"]


_SURE = 50.0
"""Rate per week at which everybody reconsiders: the chance to miss is below the resolution of the draws."""


def forget(world: World, parameters: AllegianceParameters, weeks: float) -> None:
    """Grievance and fear fade, whether or not communities may change sides."""
    world.communities.grievance *= np.float32(decay_factor(parameters.grievance_half_life, weeks))
    world.communities.fear *= np.float32(decay_factor(parameters.fear_half_life, weeks))


def run_step(world: World, parameters: AllegianceParameters, weeks: float) -> None:
    """Let communities reconsider."""
    _reconsider(world, parameters, weeks, parameters.review_rate, slot=0)


def spin_up(world: World, parameters: AllegianceParameters) -> None:
    """Choose the sides of the first day: every community reconsiders a few times; nothing is logged."""
    before = int(world.decisions.count[0])
    for turn in range(parameters.initial_reviews):
        _reconsider(world, parameters, 1.0, _SURE, slot=turn + 1)
        world.decisions.count[0] = before


def _reconsider(world: World, p: AllegianceParameters, weeks: float, review_rate: float, slot: int) -> None:
    ground, c, cells, log = world.ground, world.communities, world.cells, world.decisions
    index_units(world)
    felt = np.empty(cells.pledged.shape)
    services = np.empty(cells.pledged.shape)
    shares = np.empty((len(ground.clan_names), cells.pledged.shape[1]))
    governance = world.actors.traits[Trait.GOVERNANCE] * (1.0 - world.actors.disarray)
    camp_reach(
        cells.strength, ground.neighbours, world.actors.camp, governance, p.reach,
        p.presence_scale * ground.extent, felt, services,
    )  # fmt: skip
    services += world.outside.aid
    clan_shares(ground.community_clan, c.camp, c.population, shares)
    log.reserve(ground.communities)
    choose_camps(
        *world.key, int(Stream.ALLEGIANCE), world.step, slot, weeks, review_rate, p.alarm,
        ground.community_cell, ground.community_people, ground.community_clan,
        c.camp, c.population, c.grievance, c.fear, felt, services, ground.kinship, shares,
        c.pact, world.actors.camp, governance, _on_offer(world), enmity_between_camps(world),
        p.presence_scale * ground.extent, p.coercion, p.protection, p.services, p.kinship, p.grievance, p.clan,
        p.inertia, p.neutral, p.absence, p.exposure, p.pact, p.pact_ease,
        int(Decision.PLEDGE), int(Decision.LAPSE),
        log.rows, log.terms, log.count,
    )  # fmt: skip


def _on_offer(world: World) -> npt.NDArray[np.bool_]:
    """Camps that a community can side with, shape (K,): all but those whose actors have yet to come on stage."""
    camp, waiting, camps = world.actors.camp, world.actors.waiting, world.cells.pledged.shape[1]
    there = np.bincount(camp[waiting == 0], minlength=camps)
    return np.asarray((there > 0) | (np.bincount(camp, minlength=camps) == 0))
