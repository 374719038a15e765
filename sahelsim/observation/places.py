"""Where an event happened, and where the record puts it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.elementary_arrays import cos, sin
from sahelsim.grid import EARTH_RADIUS_KM, distance_km, prio_gid
from sahelsim.observation.address import Address, draws
from sahelsim.observation.parameters import ObservationParameters
from sahelsim.record import ViolenceLog
from sahelsim.rng import Stream
from sahelsim.world.ground import Ground

__all__ = ["NEAR_KM", "Places", "reported_places", "true_points"]

NEAR_KM = 25.0
"""UCDP GED codebook, where_prec 2: within about 25 km of the coordinates."""

_DIGITS = 6  # decimals of a degree, 0.1 m: as in UCDP GED
_INSIDE = 0.999  # of a cell or radius: rounding must not carry a point over the edge
_KM_PER_DEGREE = math.pi / 180.0 * EARTH_RADIUS_KM

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Reported places of N events. Shape (N,) each."""

    latitude: F64
    longitude: F64
    where_prec: I64
    gid: npt.NDArray[np.int32]
    cell: I64  # of the grid, -1 outside
    country: I64
    admin1: I64  # -1 where the record does not say


def true_points(violence: ViolenceLog, ground: Ground, key: tuple[int, int], address: Address) -> tuple[F64, F64]:
    """Where each event happened [degrees]: latitude and longitude, shape (E,).

    At the community that was hit; for the rest at one of the cell's communities, drawn evenly; in a cell
    without any at a point drawn evenly over the cell.
    """
    u = draws(key, Stream.REPORTING_PLACE, address, 0)
    start = ground.community_start.astype(np.int64)
    cell = violence.cell.astype(np.int64)
    number = start[cell + 1] - start[cell]
    drawn = start[cell] + np.floor(u[:, 0] * number).astype(np.int64)
    community = np.where(violence.community >= 0, violence.community, np.where(number > 0, drawn, -1))
    half = ground.grid.resolution * _INSIDE
    latitude = ground.cells_latitude[cell] + (u[:, 1] - 0.5) * half
    longitude = ground.cells_longitude[cell] + (u[:, 2] - 0.5) * half
    at = community >= 0
    latitude[at] = ground.community_latitude[community[at]]
    longitude[at] = ground.community_longitude[community[at]]
    return np.round(latitude, _DIGITS), np.round(longitude, _DIGITS)


def reported_places(
    latitude: F64,
    longitude: F64,
    cell: I64,
    ground: Ground,
    parameters: ObservationParameters,
    key: tuple[int, int],
    address: Address,
) -> Places:
    """Where the record puts N events that happened at the given points in the given cells.

    where_prec 1: there; 2: anywhere within 25 km; 3: at the nearest town of the same first-level area; 4:
    in the middle of that area; 5: half way between the two nearest towns of the country; 6: in the middle
    of the country. A move of kind 2 or 5 that would leave the country is not made (2: it stays put; 5:
    middle of the area); without a town in the area 3 becomes 4; without a first-level area 3, 4 and 5
    become 6; outside any country nothing moves.
    """
    u = draws(key, Stream.REPORTING_PLACE, address, 1)
    p = parameters
    shares = np.array([p.place_exact, p.place_near, p.place_district, p.place_province, p.place_area])
    precision = 1 + np.searchsorted(np.cumsum(shares), u[:, 0], side="right").astype(np.int64)
    country, admin1 = ground.cells_country[cell].astype(np.int64), ground.cells_admin1[cell].astype(np.int64)
    precision[country < 0] = 1
    precision[(admin1 < 0) & (precision >= 3)] = 6
    town = _nearest_towns(latitude, longitude, admin1, ground.towns_admin1, 1, precision == 3, ground)[:, 0]
    precision[(precision == 3) & (town < 0)] = 4

    lat, lon = latitude.copy(), longitude.copy()
    third = precision == 3
    lat[third], lon[third] = ground.towns_latitude[town[third]], ground.towns_longitude[town[third]]
    for level, area, middle in ((4, admin1, ground.admin1_middle), (6, country, ground.country_middle)):
        _to_middle(lat, lon, precision == level, area, middle, ground)
    _move_near(lat, lon, precision == 2, country, u, ground)
    _to_road(lat, lon, precision == 5, country, admin1, ground)

    lat, lon = np.round(lat, _DIGITS), np.round(lon, _DIGITS)
    there = ground.grid.cell_of(lat, lon).astype(np.int64)
    area = np.where(precision == 2, ground.cells_admin1[there], admin1)
    area[precision == 6] = -1
    return Places(lat, lon, precision, prio_gid(lat, lon), there, country, area)


def _nearest_towns(
    latitude: F64,
    longitude: F64,
    area: I64,
    towns_area: npt.NDArray[np.integer],
    number: int,
    rows: npt.NDArray[np.bool_],
    ground: Ground,
) -> I64:
    """The nearest towns of each point's own area, (N, number); -1 where too few or where `rows` is false."""
    out = np.full((latitude.size, number), -1, dtype=np.int64)
    near = [(np.flatnonzero(rows & (area == a)), np.flatnonzero(towns_area == a)) for a in np.unique(area[rows])]
    near = [(points, towns) for points, towns in near if towns.size >= number]
    if not near:
        return out
    point = np.concatenate([np.repeat(points, towns.size) for points, towns in near])
    town = np.concatenate([np.tile(towns, points.size) for points, towns in near])
    away = distance_km(latitude[point], longitude[point], ground.towns_latitude[town], ground.towns_longitude[town])
    for points, towns in near:
        here, away = away[: points.size * towns.size], away[points.size * towns.size :]
        order = np.argsort(here.reshape(points.size, towns.size), axis=1, kind="stable")
        out[points] = towns[order[:, :number]]
    return out


def _to_middle(
    lat: F64,
    lon: F64,
    rows: npt.NDArray[np.bool_],
    area: I64,
    middle: I64,
    ground: Ground,
) -> None:
    """Put points at the centre of the cell in the middle of their area."""
    cells = middle[area[rows]]
    lat[rows], lon[rows] = ground.cells_latitude[cells], ground.cells_longitude[cells]


def _move_near(lat: F64, lon: F64, rows: npt.NDArray[np.bool_], country: I64, u: F64, ground: Ground) -> None:
    """Move points evenly over a disk of 25 km, unless they would leave the country."""
    i = np.flatnonzero(rows)
    radius = NEAR_KM * _INSIDE / _KM_PER_DEGREE * np.sqrt(u[i, 1])
    angle = 2.0 * np.pi * u[i, 2]
    y = lat[i] + radius * sin(angle)
    x = lon[i] + radius * cos(angle) / cos(np.radians(lat[i]))
    _place_if_inside(lat, lon, i, y, x, country, ground)


def _to_road(lat: F64, lon: F64, rows: npt.NDArray[np.bool_], country: I64, admin1: I64, ground: Ground) -> None:
    """Put points half way between the two nearest towns of their country, else in the middle of the area."""
    towns = _nearest_towns(lat, lon, country, ground.towns_country, 2, rows, ground)
    _to_middle(lat, lon, rows, admin1, ground.admin1_middle, ground)
    i = np.flatnonzero(rows & (towns[:, 0] >= 0))
    y = ground.towns_latitude[towns[i]].mean(axis=1)
    x = ground.towns_longitude[towns[i]].mean(axis=1)
    _place_if_inside(lat, lon, i, y, x, country, ground)


def _place_if_inside(lat: F64, lon: F64, rows: I64, y: F64, x: F64, country: I64, ground: Ground) -> None:
    cell = ground.grid.cell_of(np.round(y, _DIGITS), np.round(x, _DIGITS))
    inside = (cell >= 0) & (ground.cells_country[cell] == country[rows])
    lat[rows[inside]], lon[rows[inside]] = y[inside], x[inside]
