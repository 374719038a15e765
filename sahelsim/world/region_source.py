"""Cells and communities of a scenario: from a region's tables or scattered over a synthetic plain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid, distance_km
from sahelsim.region import cells_on, communities_on, load_region
from sahelsim.rng import Stream, key_of, uniforms
from sahelsim.scenario.region_spec import SyntheticRegion, TablesRegion
from sahelsim.scenario.schema import Scenario

__all__ = ["Source", "load_source"]

_SYNTHETIC_ADMIN1 = "Plain"


@dataclass(frozen=True)
class Source:
    """What the builder of the ground needs from either kind of region."""

    grid: Grid
    iso3: tuple[str, ...]
    country_names: tuple[str, ...]
    governments: tuple[str, ...]
    capitals: tuple[tuple[float, float], ...]  # (latitude, longitude) by country; nan when unknown
    admin1: tuple[str, ...]
    land: npt.NDArray[np.bool_]
    country: npt.NDArray[np.int16]
    cell_admin1: npt.NDArray[np.int16]
    desert: npt.NDArray[np.float32]
    river: npt.NDArray[np.float32]
    border_km: npt.NDArray[np.float32]
    garrisons: npt.NDArray[np.float64]  # (G, 2) latitude, longitude of towns that hold garrisons
    names: tuple[str, ...]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    cell: npt.NDArray[np.int32]
    community_country: npt.NDArray[np.int16]
    community_admin1: npt.NDArray[np.int16]
    population: npt.NDArray[np.int64]
    people: npt.NDArray[np.int16]
    clan: npt.NDArray[np.int16]
    clans: tuple[str, ...]
    towns: npt.NDArray[np.bool_]  # (M,) communities that are towns
    place: Callable[[str], tuple[float, float]]


def load_source(scenario: Scenario) -> Source:
    """Read or make the region of a scenario."""
    g = scenario.grid
    grid = Grid(g.lon_min, g.lon_max, g.lat_min, g.lat_max, g.resolution)
    if isinstance(scenario.region, SyntheticRegion):
        return _synthetic(scenario, scenario.region, grid)
    return _tables(scenario, scenario.region, grid)


def _tables(scenario: Scenario, spec: TablesRegion, grid: Grid) -> Source:
    region = load_region(spec.tables)
    cells = cells_on(region, grid)
    table = communities_on(region, grid, spec.communities)
    people_index = {name: i for i, name in enumerate(scenario.peoples)}
    ids = [p.id for p in region.peoples]
    missing = sorted({ids[int(p)] for p in np.unique(table.people)} - set(people_index))
    if missing:
        raise BadInput(
            f"the region has peoples that the scenario does not describe: {', '.join(missing)}", path="peoples"
        )
    remap = np.array([people_index.get(name, -1) for name in ids], np.int16)
    garrisons = [(p.latitude, p.longitude) for p in region.places if p.role not in ("village", "area")]

    def place(name: str) -> tuple[float, float]:
        found = region.place(name)
        return found.latitude, found.longitude

    return Source(
        grid=grid,
        iso3=tuple(c.iso3 for c in region.countries),
        country_names=tuple(c.ged_name for c in region.countries),
        governments=tuple(c.government for c in region.countries),
        capitals=tuple((c.capital_latitude, c.capital_longitude) for c in region.countries),
        admin1=tuple(a.name for a in region.admin1),
        land=cells.land, country=cells.country, cell_admin1=cells.admin1,
        desert=cells.desert.astype(np.float32), river=cells.river.astype(np.float32),
        border_km=cells.border_km.astype(np.float32),
        garrisons=np.array(garrisons, np.float64).reshape(-1, 2),
        names=tuple(table.name), latitude=table.latitude, longitude=table.longitude, cell=table.cell,
        community_country=table.country, community_admin1=table.admin1, population=table.population,
        people=remap[table.people], clan=table.clan, clans=tuple(c.id for c in region.clans),
        towns=table.urban.astype(bool), place=place,
    )  # fmt: skip


def _synthetic(scenario: Scenario, spec: SyntheticRegion, grid: Grid) -> Source:
    codes = list(spec.countries)
    edges = np.array([spec.countries[c].lon_max for c in codes])
    country = np.minimum(np.searchsorted(edges, grid.longitude, side="left"), len(codes) - 1).astype(np.int16)
    n = spec.communities
    draws = uniforms(key_of(scenario.seed, 0), Stream.SYNTHETIC, 0, np.arange(n))
    inset = 1e-6
    latitude = grid.lat_min + (grid.lat_max - grid.lat_min) * np.clip(draws[:, 0], inset, 1 - inset)
    longitude = grid.lon_min + (grid.lon_max - grid.lon_min) * np.clip(draws[:, 1], inset, 1 - inset)
    weight = 1.0 / np.arange(1, n + 1)  # rank-size rule, Zipf 1949
    population = np.maximum(1, np.floor(spec.population * weight / weight.sum())).astype(np.int64)
    population[0] += max(0, spec.population - int(population.sum()))
    peoples = list(scenario.peoples)
    bounds = np.cumsum([spec.people_share.get(p, 0.0) for p in peoples])
    people = np.minimum(np.searchsorted(bounds, draws[:, 2] * bounds[-1]), len(peoples) - 1).astype(np.int16)
    cell = grid.cell_of(latitude, longitude).astype(np.int32)
    other = np.full(grid.size, np.inf)
    for edge in edges[:-1]:
        other = np.minimum(other, distance_km(grid.latitude, grid.longitude, grid.latitude, np.full(grid.size, edge)))
    other[np.isinf(other)] = distance_km(0.0, 0.0, 0.0, 90.0)
    places = {k: (v.latitude, v.longitude) for k, v in spec.places.items()}
    return Source(
        grid=grid, iso3=tuple(codes), country_names=tuple(spec.countries[c].name for c in codes),
        governments=tuple(spec.countries[c].government for c in codes),
        capitals=tuple(places[spec.countries[c].capital] for c in codes),
        admin1=(_SYNTHETIC_ADMIN1,), land=np.ones(grid.size, bool), country=country,
        cell_admin1=np.zeros(grid.size, np.int16), desert=np.zeros(grid.size, np.float32),
        river=np.zeros(grid.size, np.float32), border_km=other.astype(np.float32),
        garrisons=np.array(list(places.values()), np.float64).reshape(-1, 2),
        names=tuple(f"Village {i + 1}" for i in range(n)), latitude=latitude, longitude=longitude, cell=cell,
        community_country=country[cell], community_admin1=np.zeros(n, np.int16), population=population, people=people,
        clan=np.full(n, -1, np.int16), clans=(), towns=np.arange(n) < max(1, n // 20), place=lambda name: places[name],
    )  # fmt: skip
