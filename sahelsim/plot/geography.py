"""What lies under a map: the grid, countries, borders, rivers and towns of a run's region, real or synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid
from sahelsim.scenario.region_spec import SyntheticRegion

if TYPE_CHECKING:
    from sahelsim.region import Region
    from sahelsim.results import Run
    from sahelsim.scenario.schema import Scenario

__all__ = ["FINEST_MAP", "Geography", "Town", "geography_of", "map_cells", "map_grid", "scenario_grid"]

FINEST_MAP = 0.25
"""Finest cell that a map shows [degrees], some 27 km: figures say nothing about single villages."""

_ROLES = {"capital": 0, "regional_capital": 1, "garrison": 2, "town": 2}  # order of labels; others have none

Line = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Town:
    """A named place: `rank` 0 for capitals, 1 for regional capitals, 2 for others."""

    name: str
    latitude: float
    longitude: float
    rank: int
    population: int


@dataclass(frozen=True, eq=False)
class Geography:
    """The ground of a map.

    Attributes
    ----------
    grid : Grid
        Of the scenario.
    country : int16, shape (C,)
        Index into `country_names`, -1 outside any.
    country_names : tuple of str
    borders, rivers : list of ndarray, shape (N, 2)
        Lines as longitude and latitude.
    towns : tuple of Town
        Most important first.
    """

    grid: Grid
    country: npt.NDArray[np.int16]
    country_names: tuple[str, ...]
    borders: list[Line]
    rivers: list[Line]
    towns: tuple[Town, ...]


def geography_of(run: Run) -> Geography:
    """The ground of a run. If its region's folder is gone, there are no borders, rivers and towns."""
    scenario = run.scenario
    grid = scenario_grid(scenario)
    if isinstance(scenario.region, SyntheticRegion):
        return _synthetic(scenario, scenario.region, grid)
    from sahelsim.region import cells_on, load_region

    try:
        region = load_region(scenario.region.tables)
        country = cells_on(region, grid).country
    except BadInput:
        return Geography(grid, np.full(grid.size, -1, np.int16), (), [], [], ())
    borders, rivers = _outlines(region)
    names = tuple(country.ged_name for country in region.countries)
    return Geography(grid, country, names, borders or _cell_borders(grid, country), rivers, _towns_of(region))


def scenario_grid(scenario: Scenario) -> Grid:
    """The grid of a scenario."""
    g = scenario.grid
    return Grid(g.lon_min, g.lon_max, g.lat_min, g.lat_max, g.resolution)


def map_grid(grid: Grid) -> Grid:
    """The grid that maps are drawn on: that of the scenario, or a coarser one where it is finer than `FINEST_MAP`.

    The box grows to whole cells of the coarser grid.
    """
    if grid.resolution >= FINEST_MAP - 1e-9:
        return grid
    ratio = FINEST_MAP / grid.resolution
    size = FINEST_MAP if abs(ratio - round(ratio)) < 1e-6 else 0.5
    low = [np.floor(edge / size + 1e-9) * size for edge in (grid.lon_min, grid.lat_min)]
    high = [np.ceil(edge / size - 1e-9) * size for edge in (grid.lon_max, grid.lat_max)]
    return Grid(float(low[0]), float(high[0]), float(low[1]), float(high[1]), size)


def map_cells(grid: Grid, on: Grid) -> npt.NDArray[np.int32]:
    """Cell of the map grid `on` that each cell of the scenario's grid lies in, shape (C,)."""
    return on.cell_of(grid.latitude, grid.longitude)


def _outlines(region: Region) -> tuple[list[Line], list[Line]]:
    """Borders and rivers of a region as lines; several rings and parts are lines of their own."""
    borders: list[Line] = []
    rivers: list[Line] = []
    for feature in region.outlines()["features"]:
        target = rivers if feature["properties"].get("kind") == "river" else borders
        target.extend(_lines(feature["geometry"]["coordinates"]))
    return borders, rivers


def _lines(coordinates: list[Any]) -> list[Line]:
    """Lines of GeoJSON coordinates of any depth."""
    if coordinates and isinstance(coordinates[0][0], int | float):
        return [np.array([point[:2] for point in coordinates], dtype=np.float64)]
    return [line for part in coordinates for line in _lines(part)]


def _towns_of(region: Region) -> tuple[Town, ...]:
    towns = [
        Town(place.name, place.latitude, place.longitude, _ROLES[place.role], place.population)
        for place in region.places
        if place.role in _ROLES
    ]
    return tuple(sorted(towns, key=lambda town: (town.rank, -town.population, town.name)))


def _synthetic(scenario: Scenario, spec: SyntheticRegion, grid: Grid) -> Geography:
    codes = list(spec.countries)
    edges = np.array([spec.countries[code].lon_max for code in codes])
    band = np.searchsorted(edges, grid.longitude, side="left")
    country = np.minimum(band, len(codes) - 1).astype(np.int16)
    capitals = {entry.capital for entry in spec.countries.values()}
    towns = [Town(name, at.latitude, at.longitude, int(name not in capitals), 0) for name, at in spec.places.items()]
    names = tuple(spec.countries[code].name for code in codes)
    towns.sort(key=lambda town: (town.rank, town.name))
    return Geography(grid, country, names, _cell_borders(grid, country), [], tuple(towns))


def _cell_borders(grid: Grid, country: npt.NDArray[np.int16]) -> list[Line]:
    """Edges between cells of different countries, where a region has no outlines."""
    values = country.reshape(grid.shape)
    size, west, south = grid.resolution, grid.lon_min, grid.lat_min
    lines = []
    for row, column in np.argwhere(values[:, 1:] != values[:, :-1]):
        x, y = west + (column + 1) * size, south + row * size
        lines.append(np.array([(x, y), (x, y + size)]))
    for row, column in np.argwhere(values[1:] != values[:-1]):
        x, y = west + column * size, south + (row + 1) * size
        lines.append(np.array([(x, y), (x + size, y)]))
    return lines
