"""One step of recruitment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.recruitment.kernel import enlist, merge_small, refill_army, split_large
from sahelsim.mechanisms.recruitment.parameters import RecruitmentParameters
from sahelsim.rng import Stream, uniform2
from sahelsim.terms import Role, Trait
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.state import World

__all__ = ["Rolls", "run_step"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


class Rolls:
    """Fixed rolls of the actors: unit sizes, places and depots.

    Parameters
    ----------
    unit_size : (A,)
        Fighters in a full unit.
    pool : (A + 1,)
        First unit place of each actor.
    raised : (A,)
        Units that each actor had at the start.
    depot : (A,)
        Community whose people refill the actor; -1 none.
    """

    def __init__(self, unit_size: I32, pool: I64, raised: I64, depot: I32) -> None:
        self.unit_size, self.pool, self.raised, self.depot = unit_size, pool, raised, depot


def run_step(world: World, parameters: RecruitmentParameters, rolls: Rolls, weeks: float) -> None:
    """Enlist, refill armies, split units that have grown and merge those that have shrunk."""
    p, actors, units, cells = parameters, world.actors, world.units, world.cells
    index_units(world)
    index_communities(world)
    enlisted = enlist(
        *world.key, int(Stream.RECRUITMENT), world.step, weeks,
        cells.start, cells.order, cells.strength, cells.pledged, units.actor, units.strength,
        world.ground.community_start, world.communities.camp, world.communities.population,
        actors.camp, actors.traits[Trait.RECRUITING], actors.momentum, p.rate, p.ceiling, p.momentum,
    )  # fmt: skip
    world.ledger["recruits"] += int(enlisted) + _refill(world, p, rolls, weeks)
    merge_small(cells.start, cells.order, units.actor, units.strength, p.disband_below)
    split_large(
        units.cell, units.home, units.actor, units.group, units.role, units.strength, rolls.unit_size, rolls.pool,
        int(Role.MOBILE), p.split_factor,
    )  # fmt: skip


def _refill(world: World, p: RecruitmentParameters, rolls: Rolls, weeks: float) -> int:
    units, population = world.units, world.communities.population
    total = world.cells.strength.sum(axis=0, dtype=np.int64)
    found = 0
    for a in np.flatnonzero(world.actors.traits[Trait.ESTABLISHMENT] > 0):
        depot = int(rolls.depot[a])
        shortfall = float(world.actors.traits[Trait.ESTABLISHMENT, a] - total[a])
        if depot < 0 or shortfall <= 0:
            continue
        first = int(rolls.pool[a])
        taken = refill_army(
            *uniform2(*world.key, int(Stream.REFILL), world.step, int(a), 0), int(a), first, int(rolls.pool[a + 1]),
            min(1.0, p.refill * weeks) * shortfall, int(population[depot]), units.cell, units.home, units.actor,
            units.group, units.strength, world.groups.attraction, int(rolls.unit_size[a]), first + int(rolls.raised[a]),
        )  # fmt: skip
        population[depot] -= taken
        found += int(taken)
    return found
