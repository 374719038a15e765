"""Keeping the index of who stands where.

Within a step of the schedule the index is sorted anew only where a stage has left it stale (see `Freshness`); outside,
where anybody may have changed an array, each time.
"""

from __future__ import annotations

from sahelsim.world.index_kernel import bin_units, pledged_people
from sahelsim.world.state import World

__all__ = ["index_communities", "index_units"]


def index_units(world: World) -> tuple[int, int]:
    """Sort units by cell and add up strengths; returns bounds on what can be logged (see `bin_units`)."""
    fresh, units, cells = world.fresh, world.units, world.cells
    if not fresh.units:
        fresh.bounds = bin_units(units.cell, units.actor, units.strength, cells.start, cells.order, cells.strength)
        fresh.units = fresh.kept
    return fresh.bounds


def index_communities(world: World) -> None:
    """Add up the people of each camp in each cell."""
    fresh, c = world.fresh, world.communities
    if not fresh.people:
        pledged_people(world.ground.community_start, c.camp, c.population, world.cells.pledged)
        fresh.people = fresh.kept
