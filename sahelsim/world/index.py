"""Keeping the index of who stands where."""

from __future__ import annotations

from sahelsim.world.index_kernel import bin_units, pledged_people
from sahelsim.world.state import World

__all__ = ["index_communities", "index_units"]


def index_units(world: World) -> tuple[int, int]:
    """Sort units by cell and add up strengths; returns bounds on what can be logged (see `bin_units`)."""
    units, cells = world.units, world.cells
    return bin_units(units.cell, units.actor, units.strength, cells.start, cells.order, cells.strength)


def index_communities(world: World) -> None:
    """Add up the people of each camp in each cell."""
    c = world.communities
    pledged_people(world.ground.community_start, c.camp, c.population, world.cells.pledged)
