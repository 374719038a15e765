"""Keeping the index of who stands where.

Within a step of the schedule the index is made anew only where somebody has left it stale (see `Freshness`); outside,
where anybody may have changed an array, each time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.world.index_kernel import bin_units, fighters_of, list_living, pledged_people
from sahelsim.world.state import World

__all__ = ["fighters_of_actors", "index_communities", "index_units", "living_units"]


def living_units(world: World) -> npt.NDArray[np.int32]:
    """The living units in the order of their numbers; some may have died since the list was made."""
    fresh, living = world.fresh, world.scratch_like("living", world.units.strength)
    if not fresh.living:
        fresh.alive = list_living(world.units.strength, living)
        fresh.living = fresh.kept
    return living[: fresh.alive]


def index_units(world: World) -> tuple[int, int]:
    """Sort units by cell and add up strengths; returns bounds on what can be logged (see `bin_units`)."""
    fresh, units, cells = world.fresh, world.units, world.cells
    if not fresh.units:
        fresh.fighters = np.empty(world.actors.camp.size, np.int64)
        fresh.bounds = bin_units(
            living_units(world), units.cell, units.actor, units.strength, cells.start, cells.order,
            cells.side_start, cells.side, cells.strength, fresh.fighters,
        )  # fmt: skip
        fresh.units = fresh.counted = fresh.kept
    return fresh.bounds


def fighters_of_actors(world: World) -> npt.NDArray[np.int64]:
    """Fighters of each actor, shape (A,)."""
    index_units(world)
    fresh, units = world.fresh, world.units
    if fresh.fighters is None or not fresh.counted:
        fresh.fighters = np.empty(world.actors.camp.size, np.int64)
        fighters_of(living_units(world), units.actor, units.strength, fresh.fighters)
        fresh.counted = fresh.kept
    return fresh.fighters


def index_communities(world: World) -> None:
    """Add up the people of each camp in each cell."""
    fresh, c = world.fresh, world.communities
    if not fresh.people:
        pledged_people(world.ground.community_cell, c.camp, c.population, world.cells.pledged)
        fresh.people = fresh.kept
