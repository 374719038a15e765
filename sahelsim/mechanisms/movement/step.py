"""One step of movement."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from sahelsim.grid import Grid
from sahelsim.mechanisms.movement.appeal_kernel import cell_appeal, mobile_actors, spread, words_of
from sahelsim.mechanisms.movement.kernel import move_units
from sahelsim.mechanisms.movement.parameters import MovementParameters
from sahelsim.rng import Stream
from sahelsim.terms import Trait
from sahelsim.world.index import index_communities, index_units, living_units
from sahelsim.world.state import World

__all__ = ["appraise", "hops_of", "run_step"]


@cache
def mean_cell_km(grid: Grid) -> float:
    """Mean side of the cells of a grid."""
    return float(np.mean(grid.cell_size_km()))


def hops_of(world: World, parameters: MovementParameters, weeks: float) -> tuple[float, int]:
    """Cells that the range of a step holds, and hops in it: so that finer grids move no slower."""
    reach = parameters.weekly_range_km * weeks / mean_cell_km(world.ground.grid)
    return reach, max(1, math.ceil(reach))


def appraise(world: World, parameters: MovementParameters, weeks: float | None = None) -> None:
    """Work out what each cell is worth to each actor; index of units as it stands. Retreat after a battle uses it too.

    Parameters
    ----------
    weeks : float, optional
        Length of a step: only cells that the actor's mobile units can see in it are appraised, as many around them as a
        step has hops and one more for a retreat. Without it, all cells.
    """
    index_communities(world)
    ground, cells, actors, units, p = world.ground, world.cells, world.actors, world.units, parameters
    t = actors.traits
    near = np.full((len(cells.strength), words_of(actors.camp.size)), ~np.uint64(0))  # everybody, everywhere
    if weeks is not None:
        mobile_actors(living_units(world), units.cell, units.actor, units.role, units.strength, near)
        spread(near, ground.grid.nx, hops_of(world, p, weeks)[1] + 1)
    cell_appeal(
        near, cells.side_start, cells.side, cells.strength, cells.pledged, actors.enmity, actors.camp,
        t[Trait.HUNTS], t[Trait.CAUTION], t[Trait.SEEKS_PEOPLE], t[Trait.SEEKS_OWN], t[Trait.SEEKS_REMOTE],
        ground.cells_remoteness, ground.cells_desert, ground.cells_river,
        p.threat_scale * ground.extent, p.crowding, p.crowd_size * ground.extent, p.desert_cost, p.river_gain,
        p.people_scale * ground.extent, t[Trait.TRADING], ground.trade, ground.gold, p.profit,
        p.profit_scale * ground.extent, cells.appeal,
    )  # fmt: skip


def run_step(world: World, parameters: MovementParameters, weeks: float) -> None:
    """Move units."""
    ground, units = world.ground, world.units
    index_units(world)
    reach, hops = hops_of(world, parameters, weeks)
    chance = np.minimum(1.0, world.actors.traits[Trait.MOBILITY] * world.actors.drive * min(1.0, reach / hops))
    for hop in range(hops):
        move_units(
            *world.key, int(Stream.MOVEMENT), world.step, hop, world.cells.start, world.cells.order,
            units.cell, units.actor, units.group, units.role,
            world.groups.attraction, world.cells.appeal, ground.neighbours, ground.cells_country,
            world.outside.border, chance, parameters.sharpness, parameters.border_cost, parameters.closed_cost,
        )  # fmt: skip
    world.fresh.units_moved()
    index_units(world)
