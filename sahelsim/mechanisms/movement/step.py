"""One step of movement."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from sahelsim.grid import Grid
from sahelsim.mechanisms.movement.kernel import cell_appeal, move_units
from sahelsim.mechanisms.movement.parameters import MovementParameters
from sahelsim.rng import Stream
from sahelsim.terms import Trait
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.state import World

__all__ = ["appraise", "run_step"]


@cache
def mean_cell_km(grid: Grid) -> float:
    """Mean side of the cells of a grid."""
    return float(np.mean(grid.cell_size_km()))


def appraise(world: World, parameters: MovementParameters) -> None:
    """Work out what each cell is worth to each actor. Retreat after a battle uses it too."""
    index_communities(world)
    ground, cells, actors, p = world.ground, world.cells, world.actors, parameters
    t = actors.traits
    cell_appeal(
        cells.start, cells.strength, cells.pledged, actors.enmity, actors.camp,
        t[Trait.HUNTS], t[Trait.CAUTION], t[Trait.SEEKS_PEOPLE], t[Trait.SEEKS_OWN], t[Trait.SEEKS_REMOTE],
        ground.cells_remoteness, ground.cells_desert, ground.cells_river,
        p.threat_scale * ground.extent, p.crowding, p.crowd_size * ground.extent, p.desert_cost, p.river_gain,
        p.people_scale * ground.extent, t[Trait.TRADING], ground.trade, ground.gold, p.profit,
        p.profit_scale * ground.extent, cells.appeal,
    )  # fmt: skip


def run_step(world: World, parameters: MovementParameters, weeks: float) -> None:
    """Move units; a step has as many hops as the weekly range holds cells, so that finer grids move no slower."""
    ground, units = world.ground, world.units
    index_units(world)
    reach = parameters.weekly_range_km * weeks / mean_cell_km(ground.grid)
    hops = max(1, math.ceil(reach))
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
