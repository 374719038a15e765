"""The rebuild, step by step; the same originals give the same values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid
from sahelsim.region.rebuild.gazetteer import gazetteer_rows
from sahelsim.region.rebuild.originals import Originals, read_originals
from sahelsim.region.rebuild.outlines import outlines
from sahelsim.region.rebuild.pixels import (
    RIVER_KM,
    border_distance,
    country_pixels,
    desert_pixels,
    river_pixels,
)
from sahelsim.region.rebuild.places import settlements
from sahelsim.region.rebuild.population import census_totals, spread
from sahelsim.region.rebuild.units import Columns, admin1_of, nearest_unit, plant_seeds
from sahelsim.region.rebuild.write import Writer
from sahelsim.region.tables import Box

__all__ = ["BOX", "PIXEL", "URBAN", "rebuild"]

BOX = Box(-8.5, 7.5, 9.5, 20.5)
"""Edges of the region [degrees]; region.toml says the same."""

PIXEL = 0.025
"""Edge of a raster pixel [degrees]; region.toml says the same."""

MARGIN = 2.0
"""The country raster is made so much larger [degrees], so that borders just outside the box count."""

FRAME = 0.5
"""The outlines reach so far beyond the box [degrees]."""

URBAN = 10_000
"""A town, a seat or a place of the gazetteer with so many people is urban; a village of the spread never
is."""


def rebuild(data: Path, out: Path) -> list[Path]:
    """Rebuild the tables of the region.

    Parameters
    ----------
    data : Path
        Folder with the originals.
    out : Path
        Folder to write to; made where missing.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    BadInput
        An original is missing or not as expected.
    """
    originals = read_originals(data)
    grid = _grid(0.0)
    raster = _land(grid, originals)
    places = settlements(originals, grid, raster["country"])
    places["admin1"] = admin1_of(originals, places)
    seeds = plant_seeds(originals, places, places["admin1"])
    raster["admin1"] = nearest_unit(grid.latitude, grid.longitude, raster["country"], seeds)
    pixel = grid.cell_of(places["latitude"], places["longitude"])
    places["river"], places["desert"] = raster["river"][pixel], raster["desert"][pixel]
    total, growth = census_totals(originals)
    places["population"] = spread(originals, places, total, growth)
    counted = (places["known"] > 0) | (places["role"] != "") | np.char.startswith(places["feature"], "PPLA")
    places["urban"] = (places["population"] >= URBAN) & counted

    writer = Writer(out)
    writer.copy_sources()
    writer.countries()
    writer.admin1(originals)
    writer.census(originals, total)
    writer.raster(raster)
    writer.settlements(places)
    writer.places(gazetteer_rows(originals, places))
    writer.outlines(outlines(originals, _wider(FRAME)))
    return writer.written


def _wider(by: float) -> Box:
    return Box(BOX.lon_min - by, BOX.lon_max + by, BOX.lat_min - by, BOX.lat_max + by)


def _grid(margin: float) -> Grid:
    box = _wider(margin)
    return Grid(box.lon_min, box.lon_max, box.lat_min, box.lat_max, PIXEL)


def _land(grid: Grid, originals: Originals) -> Columns:
    """Country, border distance, river and desert of the pixels."""
    wide = _grid(MARGIN)
    country = country_pixels(wide, originals.borders, originals.countries["iso3"])
    border_km = border_distance(wide, country)
    inner = wide.cell_of(grid.latitude, grid.longitude)
    river: npt.NDArray[np.bool_] = river_pixels(grid, originals.rivers, RIVER_KM)
    return {
        "country": country[inner],
        "border_km": border_km[inner],
        "river": river,
        "desert": desert_pixels(grid, originals.rivers),
    }
