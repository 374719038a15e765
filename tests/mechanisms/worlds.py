"""Small synthetic worlds for the tests of mechanisms: plain arrays over a rectangle of cells, no scenario.

`plain_world` puts given units and communities on blank ground, for worked examples; `random_world` fills one
with random but valid state, for references and invariants. A test may change every array of the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np

from sahelsim.grid import Grid
from sahelsim.record import Names
from sahelsim.rng import key_of
from sahelsim.terms import Account, Role, Trait
from sahelsim.world.fields import allocate
from sahelsim.world.ground import Ground
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.log import DecisionBuffer, FlowBuffer, ViolenceBuffer
from sahelsim.world.state import Actors, Cells, Communities, Groups, Outside, Units, World

JIT = not numba.config.DISABLE_JIT
"""False when kernels run as plain Python: tests then make fewer draws."""

RESOLUTION = 0.25  # degrees
_CELL_FIELDS = (
    "cells_desert", "cells_river", "cells_border_km", "cells_capital_km", "cells_garrison_km",
    "cells_remoteness",
)  # fmt: skip


def draws(many: int, few: int) -> int:
    """Number of draws of a test of a distribution: `many` with compiled kernels, `few` without."""
    return many if JIT else few


class Unit(NamedTuple):
    """An armed unit; its group is the first of its actor unless given."""

    cell: int
    actor: int
    strength: int
    role: Role = Role.MOBILE
    group: int = -1


class Community(NamedTuple):
    """A civilian community; communities are numbered in the order of their cells."""

    cell: int
    people: int
    population: int
    camp: int = 0


class Feud(NamedTuple):
    """`people` avenges itself on `against`; `avenger` is the actor that the record names."""

    people: int
    against: int
    level: float = 1.0
    avenger: int = 0


def plain_world(
    rows: int = 3,
    columns: int = 3,
    actors: int = 2,
    units: Sequence[Unit] = (),
    communities: Sequence[Community] = (),
    feuds: Sequence[Feud] = (),
    peoples: int = 2,
    groups: Sequence[tuple[int, int]] = (),
    camps: int = 0,
    actor_camp: Sequence[int] = (),
    spare: int = 0,
    resolution: float = RESOLUTION,
    extent: float = 1.0,
    seed: int = 1,
) -> World:
    """A world of blank ground: one country, no desert, no river; everything not given is zero.

    Parameters
    ----------
    groups : sequence of (actor, people)
        Default: one mixed group (people -1) for each actor.
    camps : int
        Default: neutral and one for each actor; `actor_camp` then is 1, 2, ….
    spare : int
        Empty places for units after those given.
    resolution : float
        Side of a cell in degrees.
    extent : float
        Area of a cell in units of the reference area, whatever the resolution: rates, strengths and numbers of
        people per cell are to be scaled by it.
    """
    group_table = list(groups) or [(a, -1) for a in range(actors)]
    first_group = [[a for a, _ in group_table].index(actor) for actor in range(actors)]
    camp_of = list(actor_camp) or [a + 1 for a in range(actors)]
    camps = camps or max(camp_of) + 1
    shape = (rows, columns, resolution)
    ground = _ground(shape, extent, actors, camps, peoples, communities, feuds, len(group_table))
    sizes = {
        "cell": ground.cells, "edge": ground.cells + 1, "actor": actors, "other": actors,
        "camp": camps, "group": len(group_table), "unit": len(units) + spare,
        "community": len(communities), "feud": len(feuds), "trait": len(Trait),
        "account": len(Account), "country": 3, "across": 3, "refuge": ground.community_refuges.shape[1],
    }  # fmt: skip
    world = World(
        ground=ground, key=key_of(seed, 0), step=0,
        actors=Actors(**allocate(Actors, sizes)), groups=Groups(**allocate(Groups, sizes)),
        units=Units(**allocate(Units, sizes)), communities=Communities(**allocate(Communities, sizes)),
        cells=Cells(**allocate(Cells, sizes)), outside=Outside(**allocate(Outside, sizes)),
        violence=ViolenceBuffer(), decisions=DecisionBuffer(), flows=FlowBuffer(),
    )  # fmt: skip
    world.actors.camp[:] = camp_of
    world.actors.traits[[Trait.SKILL, Trait.PAY]] = 1.0
    world.groups.actor[:] = [a for a, _ in group_table]
    world.groups.people[:] = [p for _, p in group_table]
    for i, unit in enumerate(units):
        world.units.cell[i] = world.units.home[i] = unit.cell
        world.units.actor[i] = unit.actor
        world.units.strength[i] = unit.strength
        world.units.role[i] = int(unit.role)
        world.units.group[i] = unit.group if unit.group >= 0 else first_group[unit.actor]
    world.communities.population[:] = ground.community_population
    world.communities.camp[:] = [c.camp for c in sorted(communities, key=lambda c: c.cell)]
    world.actors.drive[:] = world.groups.command[:] = 1.0
    for nobody in ("besieger", "siege_start", "pact", "pact_start"):
        getattr(world.communities, nobody)[:] = -1
    index_units(world)
    index_communities(world)
    return world


def random_world(
    seed: int,
    rows: int = 3,
    columns: int = 3,
    actors: int = 3,
    units: int = 20,
    communities: int = 15,
    peoples: int = 2,
    camps: int = 3,
    feuds: int = 2,
    groups_each: int = 2,
    countries: int = 2,
    garrisons: bool = True,
    extent: float = 1.0,
) -> World:
    """Random units, communities, feuds, dyads, traits, attraction and memories; some places are empty.

    Attraction and appeal are multiples of 1/64, so that sums of the two are exact in single precision.
    """
    rng = np.random.default_rng(seed)
    cells = rows * columns
    groups = [(a, int(rng.integers(-1, peoples))) for a in range(actors) for _ in range(groups_each)]
    role = rng.integers(0, 2, units) if garrisons else np.ones(units, int)
    actor = rng.integers(0, actors, units)
    strength = np.where(rng.random(units) < 0.15, 0, rng.integers(1, 120, units))
    pairs = [(p, q) for p in range(peoples) for q in range(peoples) if p != q][:feuds]
    world = plain_world(
        rows, columns, actors,
        units=[
            Unit(int(rng.integers(0, cells)), int(actor[u]), int(strength[u]), Role(int(role[u])),
                 int(actor[u] * groups_each + rng.integers(0, groups_each)))
            for u in range(units)
        ],
        communities=[
            Community(int(rng.integers(0, cells)), int(rng.integers(0, peoples)),
                      int(rng.integers(1, 3000)) if rng.random() > 0.1 else 0, int(rng.integers(0, camps)))
            for _ in range(communities)
        ],
        feuds=[Feud(p, q, float(rng.uniform(0, 1)), int(rng.integers(0, actors))) for p, q in pairs],
        peoples=peoples, groups=groups, camps=camps,
        actor_camp=[int(k) for k in rng.integers(1, camps, actors)] if camps > 1 else [0] * actors,
        extent=extent, seed=seed,
    )  # fmt: skip
    ground, state = world.ground, world.actors
    ground.cells_country[:] = rng.integers(0, countries, cells)
    for array in (ground.cells_desert, ground.cells_river, ground.cells_remoteness):
        array[:] = rng.random(cells)
    for array in (ground.trade, ground.gold):
        array[:] = rng.exponential(300.0, cells) * (rng.random(cells) < 0.5)
    for matrix, values in (
        (state.hostility, rng.uniform(0, 1, (actors, actors)) * (rng.random((actors, actors)) > 0.2)),
        (state.rival, rng.integers(0, 2, (actors, actors))),
    ):
        upper = np.triu(values, 1)
        matrix[:] = upper + upper.T
    state.enmity[:] = state.hostility
    state.traits[:] = rng.uniform(0, 2, state.traits.shape)
    state.traits[[Trait.SKILL, Trait.PAY]] = rng.uniform(0.2, 3, (2, actors))
    state.traits[Trait.MOBILITY] = rng.uniform(0, 1, actors)
    state.victories[:], state.defeats[:] = rng.uniform(0, 9, (2, actors))
    state.momentum[:] = rng.uniform(-1, 1, actors)
    attraction = rng.integers(-128, 129, world.groups.attraction.shape) / 64.0
    world.groups.attraction[:] = np.where(rng.random(attraction.shape) < 0.15, -1.0e9, attraction)
    world.groups.cohesion[:] = world.groups.full_cohesion[:] = rng.uniform(0, 1, len(groups))
    world.cells.appeal[:] = rng.integers(-128, 129, world.cells.appeal.shape) / 64.0
    for memory in (world.cells.memory, world.cells.losses, world.cells.harm):
        memory[:] = rng.integers(0, 40, memory.shape)
    c = world.communities
    c.grievance[:] = rng.integers(0, 64, c.grievance.shape) / 16.0
    c.fear[:] = rng.integers(0, 64, c.fear.shape) / 16.0
    return world


def spoil_index(world: World) -> None:
    """Fill the index with nonsense: a step that relies on it has to renew it first."""
    for array in (world.cells.start, world.cells.order, world.cells.strength, world.cells.pledged):
        array[:] = 77


def violence(world: World) -> list[dict[str, int]]:
    """Rows of the log of violence, by column name."""
    log = world.violence
    rows = log.rows[: int(log.count[0])].tolist()
    return [dict(zip(log.columns, row, strict=True)) for row in rows]


def _ground(
    shape: tuple[int, int, float], extent: float, actors: int, camps: int, peoples: int,
    communities: Sequence[Community], feuds: Sequence[Feud], groups: int,
) -> Ground:  # fmt: skip
    rows, columns, side = shape
    grid = Grid(0.0, columns * side, 10.0, 10.0 + rows * side, side)
    table = sorted(communities, key=lambda c: c.cell)
    cell = np.array([c.cell for c in table], np.int32)
    people = np.array([c.people for c in table], np.int16)
    m, none = len(table), np.zeros(0, np.int16)
    fields = {name: np.zeros(grid.size, np.float32) for name in _CELL_FIELDS}
    return Ground(
        grid=grid, names=_names(actors, camps, peoples, groups), extent=extent,
        cells_latitude=grid.latitude, cells_longitude=grid.longitude,
        cells_country=np.zeros(grid.size, np.int16), cells_admin1=np.zeros(grid.size, np.int16),
        cells_land=np.ones(grid.size, bool), **fields, cells_gid=grid.gid(), neighbours=grid.neighbours(),
        trade=np.zeros(grid.size), gold=np.zeros(grid.size),
        community_start=np.searchsorted(cell, np.arange(grid.size + 1)).astype(np.int32), community_cell=cell,
        community_latitude=grid.latitude[cell], community_longitude=grid.longitude[cell],
        community_name=tuple(f"Village {i}" for i in range(m)),
        community_country=np.zeros(m, np.int16), community_admin1=np.zeros(m, np.int16),
        community_people=people, community_clan=np.full(m, -1, np.int16), clan_names=(),
        community_population=np.array([c.population for c in table], np.int32),
        community_refuges=np.full((m, 1), -1, np.int32), community_refuge_pull=np.zeros((m, 1), np.float32),
        towns_latitude=np.zeros(0), towns_longitude=np.zeros(0), towns_admin1=none, towns_country=none,
        towns_cell=np.zeros(0, np.int32), towns_population=np.zeros(0, np.int32),
        kinship=np.zeros((peoples, camps)),
        feud_people=np.array([f.people for f in feuds], np.int16),
        feud_against=np.array([f.against for f in feuds], np.int16),
        feud_level=np.array([f.level for f in feuds], np.float64),
        feud_avenger=np.array([f.avenger for f in feuds], np.int16),
        feud_sites=_feud_sites(feuds, cell, people, grid.neighbours()), raisers=np.full((peoples, 1), -1, np.int16),
    )  # fmt: skip


def _names(actors: int, camps: int, peoples: int, groups: int) -> Names:
    return Names(
        actors=tuple(f"A{a}" for a in range(actors)),
        camps=tuple(f"K{k}" for k in range(camps)),
        peoples=tuple(f"P{p}" for p in range(peoples)),
        groups=tuple(f"G{g}" for g in range(groups)),
        countries=("AAA", "BBB"),
        country_names=("Aland", "Bland"),
        governments=("Government of Aland", "Government of Bland"),
        admin1=("South", "North"),
    )


def _feud_sites(feuds: Sequence[Feud], cell: np.ndarray, people: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    sites = [
        (f, int(c))
        for f, feud in enumerate(feuds)
        for lived in [set(cell[people == feud.people].tolist())]
        for c in np.unique(cell[people == feud.against])
        if not lived.isdisjoint([int(c), *neighbours[c].tolist()])
    ]
    return np.array(sites, np.int32).reshape(-1, 2)
