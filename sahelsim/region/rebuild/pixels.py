"""The fine raster: countries from their borders, rivers, desert, and the distance to the next border."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import EARTH_RADIUS_KM, Grid

__all__ = ["DESERT_ISOHYET", "RIVER_KM", "border_distance", "country_pixels", "desert_pixels", "river_pixels"]

RIVER_KM = 10.0
"""A pixel within this distance of the Niger or the Bani is riverside [km]: a day's walk there and back;
by hand."""

OASIS_KM = 25.0
"""A pixel within this distance of the river is not desert, whatever it rains [km]; by hand."""

DESERT_ISOHYET = (
    (-8.5, 17.5),
    (-5.0, 17.3),
    (-3.0, 17.2),
    (0.0, 17.3),
    (1.5, 17.6),
    (3.0, 17.4),
    (5.0, 17.2),
    (7.5, 17.0),
)
"""Longitude and latitude of the 150 mm isohyet of 1981-2010 [degrees], read off published maps by hand
to about 0.3 degrees; north of it there is no farming by rain and hardly any pasture."""

_DEGREE_KM = np.pi / 180.0 * EARTH_RADIUS_KM


def country_pixels(grid: Grid, borders: list[dict[str, Any]], iso3: list[str]) -> npt.NDArray[np.int16]:
    """Index of the country whose polygon holds the centre of each pixel, -1 where none does.

    Parameters
    ----------
    grid : Grid
        Pixels.
    borders : list of dict
        GeoJSON features with the property ISO_A3.
    iso3 : list of str
        Codes in the order of the indices.

    Returns
    -------
    ndarray of int16, shape (P,)
    """
    import shapely
    from shapely.geometry import box, shape

    country = np.full(grid.size, -1, dtype=np.int16)
    frame = box(grid.lon_min, grid.lat_min, grid.lon_max, grid.lat_max)
    for feature in borders:
        code = feature["properties"]["ISO_A3"]
        if code in iso3:
            inside = shape(feature["geometry"]).intersection(frame)
            shapely.prepare(inside)
            country[shapely.contains_xy(inside, grid.longitude, grid.latitude)] = iso3.index(code)
    return country


def border_distance(grid: Grid, country: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """Distance from each pixel to the nearest pixel of another country [km], shape (P,).

    Measured between centres along the chord, which at these lengths is the arc to within 0.3 %.
    """
    from scipy.spatial import cKDTree

    phi, lam = np.radians(grid.latitude), np.radians(grid.longitude)
    points = EARTH_RADIUS_KM * np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    neighbours = grid.neighbours()
    other = (neighbours >= 0) & (country[neighbours] != country[:, None])
    edge = other.any(axis=1)  # only the rim of a country can be the nearest pixel of it
    distance = np.full(grid.size, np.inf)
    for index in np.unique(country):
        rim = np.flatnonzero(edge & (country != index) & (country >= 0))
        own = np.flatnonzero(country == index)
        if rim.size:
            distance[own] = cKDTree(points[rim]).query(points[own])[0]
    return distance


def river_pixels(grid: Grid, rivers: list[dict[str, Any]], within_km: float) -> npt.NDArray[np.bool_]:
    """True for pixels whose centre is within a distance of the rivers, shape (P,).

    Longitudes are shrunk by the cosine of the middle latitude of the box; the error is below 4 % here.
    """
    import shapely
    from shapely.affinity import scale
    from shapely.geometry import shape

    shrink = float(np.cos(np.radians(0.5 * (grid.lat_min + grid.lat_max))))
    lines = shapely.union_all([shape(feature["geometry"]) for feature in rivers])
    lines = scale(lines, xfact=shrink, yfact=1.0, origin=(0.0, 0.0))
    strip = lines.buffer(within_km / _DEGREE_KM)
    shapely.prepare(strip)
    near: npt.NDArray[np.bool_] = shapely.contains_xy(strip, grid.longitude * shrink, grid.latitude)
    return near


def desert_pixels(grid: Grid, rivers: list[dict[str, Any]]) -> npt.NDArray[np.bool_]:
    """True for pixels north of `DESERT_ISOHYET` and farther than `OASIS_KM` from the river, shape (P,)."""
    longitude, latitude = np.array(DESERT_ISOHYET).T
    north = grid.latitude > np.interp(grid.longitude, longitude, latitude)
    return np.asarray(north & ~river_pixels(grid, rivers, OASIS_KM))
