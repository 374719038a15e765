"""One step of recruitment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.recruitment.kernel import enlist, merge_small, refill_armies, split_large
from sahelsim.mechanisms.recruitment.parameters import RecruitmentParameters
from sahelsim.mechanisms.recruitment.purse_kernel import fill_purses, pay_for_recruits
from sahelsim.rng import Stream
from sahelsim.terms import Account, Role, Trait
from sahelsim.world.index import fighters_of_actors, index_communities, index_units, living_units
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
    room : (A, 2), optional
        First unit place of each actor and the one behind its last, where that is not its pool.

    Attributes
    ----------
    spare : (A, 2)
        The same for units that split off: the dead of an army that refills keep their places.
    """

    def __init__(self, unit_size: I32, pool: I64, raised: I64, depot: I32, room: I64 | None = None) -> None:
        self.unit_size, self.pool, self.raised, self.depot = unit_size, pool, raised, depot
        self.room = np.column_stack((pool[:-1], pool[1:])) if room is None else room
        self.spare = self.room.copy()
        self.spare[:, 0] += np.where(depot >= 0, raised, 0)


def run_step(world: World, parameters: RecruitmentParameters, rolls: Rolls, weeks: float, wage: float = 0.0) -> None:
    """Enlist, refill armies, split units that have grown and merge those that have shrunk.

    Parameters
    ----------
    wage : float
        Weekly pay of a fighter at pay 1 (a parameter of the means), for the reserve that actors keep.
    """
    p, actors, units, cells = parameters, world.actors, world.units, world.cells
    index_units(world)
    index_communities(world)
    fighters = fighters_of_actors(world)
    purse, recruits = np.empty_like(fighters), np.empty_like(fighters)
    fill_purses(p.cost, p.reserve, wage, actors.budget, actors.treasury, actors.traits[Trait.PAY], fighters, purse)
    enlist(
        *world.key, int(Stream.RECRUITMENT), world.step, weeks,
        cells.start, cells.order, cells.side_start, cells.side, cells.strength, cells.pledged, units.actor,
        units.strength, world.ground.community_start, world.communities.camp, world.communities.population,
        world.communities.besieger, actors.camp, actors.traits[Trait.RECRUITING], actors.strain,
        actors.momentum, actors.fame, p.rate, p.ceiling, p.momentum, p.fame, purse, recruits,
    )  # fmt: skip
    refill_armies(
        *world.key, int(Stream.REFILL), world.step, min(1.0, p.refill * weeks), actors.traits[Trait.ESTABLISHMENT],
        fighters, rolls.depot, rolls.room, rolls.raised, purse, world.communities.population,
        units.cell, units.home, units.actor, units.group, units.strength, world.groups.attraction, rolls.unit_size,
        recruits,
    )  # fmt: skip
    world.ledger["recruits"] += int(
        pay_for_recruits(p.cost, recruits, actors.budget, actors.accounts[Account.RECRUITMENT], actors.treasury)
    )
    living = living_units(world)
    merge_small(living, cells.start, cells.order, units.cell, units.actor, units.strength, p.disband_below)
    split_large(
        living, units.cell, units.home, units.actor, units.group, units.role, units.strength, rolls.unit_size,
        rolls.spare, int(Role.MOBILE), p.split_factor,
    )  # fmt: skip
    world.fresh.units_raised()
    world.fresh.people_changed()
