"""Cut the raster of a region to a grid: what each cell is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid, distance_km
from sahelsim.region.tables import Raster, Region

__all__ = ["RIVER_SHARE", "CellTable", "cells_on"]

RIVER_SHARE = 0.25
"""A cell counts as riverside from this share of its pixels on: a strip of 20 km is a third of a 0.5
degree cell."""

_SEATS = ("capital", "regional_capital", "garrison")


@dataclass(frozen=True, eq=False)
class CellTable:
    """Cells as a structure of arrays, all of shape (C,), in the order of the grid.

    Attributes
    ----------
    land : bool
        At least one pixel of the cell belongs to a country.
    country, admin1 : int16
        Index of the country and the admin-1 unit with the most pixels (the unit within that country); -1
        none.
    river, desert : bool
        At least `RIVER_SHARE`, at least half of the pixels are.
    border_km : float32
        Mean distance of the pixels to the nearest other country [km].
    capital_km, garrison_km : float32
        From the centre to the country's capital, and to its nearest seat (capital, regional capital or
        garrison town of the gazetteer) [km]; infinite without one.
    """

    land: npt.NDArray[np.bool_]
    country: npt.NDArray[np.int16]
    admin1: npt.NDArray[np.int16]
    river: npt.NDArray[np.bool_]
    desert: npt.NDArray[np.bool_]
    border_km: npt.NDArray[np.float32]
    capital_km: npt.NDArray[np.float32]
    garrison_km: npt.NDArray[np.float32]


def cells_on(region: Region, grid: Grid) -> CellTable:
    """Describe the cells of a grid from the pixels whose centres fall in them.

    Parameters
    ----------
    region : Region
    grid : Grid
        Within the box of the region, and not finer than its raster.

    Returns
    -------
    CellTable

    Raises
    ------
    BadInput
        If the grid sticks out of the region or is finer than its raster.
    """
    raster = region.raster
    _check_fits(grid, raster)
    cell = grid.cell_of(raster.grid.latitude, raster.grid.longitude)
    inside = np.flatnonzero(cell >= 0)
    cell = cell[inside]
    pixels = np.bincount(cell, minlength=grid.size)
    country = _majority(cell, raster.country[inside], grid.size, len(region.countries))
    own = raster.country[inside] == country[cell]
    admin1 = _majority(cell[own], raster.admin1[inside][own], grid.size, len(region.admin1))
    return CellTable(
        land=country >= 0,
        country=country,
        admin1=admin1,
        river=np.bincount(cell, raster.river[inside], grid.size) >= RIVER_SHARE * pixels,
        desert=np.bincount(cell, raster.desert[inside], grid.size) >= 0.5 * pixels,
        border_km=(np.bincount(cell, raster.border_km[inside], grid.size) / pixels).astype(np.float32),
        capital_km=_to_capital(region, grid, country),
        garrison_km=_to_seat(region, grid, country),
    )


def _check_fits(grid: Grid, raster: Raster) -> None:
    box = raster.grid
    inside = (
        grid.lon_min >= box.lon_min - 1e-9
        and grid.lon_max <= box.lon_max + 1e-9
        and grid.lat_min >= box.lat_min - 1e-9
        and grid.lat_max <= box.lat_max + 1e-9
    )
    if not inside:
        raise BadInput(
            f"the grid sticks out of the region, which ends at longitude {box.lon_min:g} … {box.lon_max:g}, "
            f"latitude {box.lat_min:g} … {box.lat_max:g}",
            path="grid",
        )
    if grid.resolution < box.resolution - 1e-9:
        message = f"{grid.resolution:g} degrees is finer than the region's raster of {box.resolution:g}"
        raise BadInput(message, path="resolution")


def _majority(
    cell: npt.NDArray[np.int32], value: npt.NDArray[np.int16], cells: int, values: int
) -> npt.NDArray[np.int16]:
    """Most frequent value of each cell, -1 where it has none; the lower value where two are as frequent."""
    known = value >= 0
    counts = np.bincount(cell[known] * values + value[known], minlength=cells * values).reshape(cells, values)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1).astype(np.int16)


def _to_capital(region: Region, grid: Grid, country: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    points = np.array([(c.capital_latitude, c.capital_longitude) for c in region.countries])
    distance = distance_km(grid.latitude, grid.longitude, points[country, 0], points[country, 1])
    return np.where(country >= 0, distance, np.inf).astype(np.float32)


def _to_seat(region: Region, grid: Grid, country: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    nearest = _to_capital(region, grid, country)
    for place in region.places:
        if place.role in _SEATS:
            own: npt.NDArray[Any] = np.flatnonzero(country == place.country)
            distance = distance_km(grid.latitude[own], grid.longitude[own], place.latitude, place.longitude)
            nearest[own] = np.minimum(nearest[own], distance)
    return nearest
