"""The regular grid in degrees: cells, PRIO-GRID gids, neighbours and distances.

Cells are numbered row by row from the south-west corner: ``cell = row * nx + column``, rows going north and
columns going east. A cell owns its southern and western edge and not its northern and eastern one.
Imports numpy, the package's arithmetic and its errors, nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sahelsim.elementary_arrays import arcsin, cos, sin
from sahelsim.errors import BadInput

__all__ = ["EARTH_RADIUS_KM", "NEIGHBOUR_STEPS", "PRIO_GRID_DEGREES", "Grid", "distance_km", "prio_gid"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius R1 of the Earth [km]: Moritz (2000), Geodetic Reference System 1980, J. Geodesy 74:128-133."""

PRIO_GRID_DEGREES = 0.5
"""Edge of a PRIO-GRID cell [degrees]: Tollefsen, Strand and Buhaug (2012), J. Peace Research
49(2):363-374."""

NEIGHBOUR_STEPS: tuple[tuple[int, int], ...] = (
    (0, 1),  # east
    (1, 1),  # north-east
    (1, 0),  # north
    (1, -1),  # north-west
    (0, -1),  # west
    (-1, -1),  # south-west
    (-1, 0),  # south
    (-1, 1),  # south-east
)
"""Order of the eight neighbours as (rows north, columns east): counter-clockwise from the east, so that the
neighbour opposite to number k is number ``(k + 4) % 8``."""

_EDGE = 1e-9  # of a cell: a coordinate that misses an edge by rounding only counts as being on it
_MAX_CELLS = 4_000_000

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """A box of longitude and latitude cut into square cells.

    Parameters
    ----------
    lon_min, lon_max, lat_min, lat_max : float
        Edges of the box [degrees], whole multiples of `resolution`.
    resolution : float
        Edge of a cell [degrees]; it divides 0.5, so that every cell lies in one PRIO-GRID cell.

    Raises
    ------
    BadInput
        If the resolution does not divide 0.5, the box is not aligned on it, leaves the globe, or is empty.
    """

    lon_min: float
    lon_max: float
    lat_min: float
    lat_max: float
    resolution: float = 0.25

    def __post_init__(self) -> None:
        _check_resolution(self.resolution)
        for name, low, high, limit in (
            ("lon", self.lon_min, self.lon_max, 180.0),
            ("lat", self.lat_min, self.lat_max, 90.0),
        ):
            _check_edges(name, low, high, limit, self.cells_per_degree)
        if self.size > _MAX_CELLS:
            raise BadInput(f"the grid has {self.size:,} cells; at most {_MAX_CELLS:,} make sense", path="resolution")

    @property
    def cells_per_degree(self) -> int:
        """Cells along one degree, a whole number because the resolution divides 0.5."""
        return round(1.0 / self.resolution)

    @property
    def nx(self) -> int:
        """Number of columns."""
        return round((self.lon_max - self.lon_min) * self.cells_per_degree)

    @property
    def ny(self) -> int:
        """Number of rows."""
        return round((self.lat_max - self.lat_min) * self.cells_per_degree)

    @property
    def size(self) -> int:
        """Number of cells, C."""
        return self.nx * self.ny

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns): ``values.reshape(grid.shape)`` is a map with south at index 0."""
        return self.ny, self.nx

    @cached_property
    def latitude(self) -> FloatArray:
        """Latitude of the cell centres [degrees], shape (C,), read-only."""
        rows = self.lat_min + (np.arange(self.ny) + 0.5) / self.cells_per_degree
        return _frozen(np.repeat(rows, self.nx))

    @cached_property
    def longitude(self) -> FloatArray:
        """Longitude of the cell centres [degrees], shape (C,), read-only."""
        columns = self.lon_min + (np.arange(self.nx) + 0.5) / self.cells_per_degree
        return _frozen(np.tile(columns, self.ny))

    def cell_of(self, latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Cell that holds each point.

        Parameters
        ----------
        latitude, longitude : array_like of float
            Points [degrees], of one shape or broadcastable.

        Returns
        -------
        ndarray of int32
            Cell index, -1 outside the box (and for NaN), in the broadcast shape.
        """
        lat, lon = np.broadcast_arrays(np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64))
        row = np.floor((lat - self.lat_min) * self.cells_per_degree + _EDGE)
        column = np.floor((lon - self.lon_min) * self.cells_per_degree + _EDGE)
        inside = (row >= 0) & (row < self.ny) & (column >= 0) & (column < self.nx)
        cell = np.full(lat.shape, -1, dtype=np.int32)
        cell[inside] = (row[inside] * self.nx + column[inside]).astype(np.int32)
        return cell

    def gid(self) -> npt.NDArray[np.int32]:
        """PRIO-GRID cell that each cell lies in, shape (C,)."""
        return prio_gid(self.latitude, self.longitude)

    def neighbours(self) -> npt.NDArray[np.int32]:
        """Eight neighbours of each cell in the order of `NEIGHBOUR_STEPS`, -1 beyond the edge of the box.

        Returns
        -------
        ndarray of int32, shape (C, 8)
        """
        row, column = np.divmod(np.arange(self.size), self.nx)
        steps = np.array(NEIGHBOUR_STEPS)
        rows, columns = row[:, None] + steps[:, 0], column[:, None] + steps[:, 1]
        inside = (rows >= 0) & (rows < self.ny) & (columns >= 0) & (columns < self.nx)
        return np.where(inside, rows * self.nx + columns, -1).astype(np.int32)

    def distance_km(self, cells_a: npt.ArrayLike, cells_b: npt.ArrayLike) -> FloatArray:
        """Great-circle distance between cell centres [km]; the two index arrays broadcast."""
        a, b = np.asarray(cells_a), np.asarray(cells_b)
        return distance_km(self.latitude[a], self.longitude[a], self.latitude[b], self.longitude[b])

    def cell_size_km(self) -> FloatArray:
        """Size of each cell, shape (C, 2): south to north, and west to east along the middle [km]."""
        degree = math.pi / 180.0 * EARTH_RADIUS_KM
        size = np.full((self.size, 2), degree * self.resolution)
        size[:, 1] *= cos(np.radians(self.latitude))
        return size


def distance_km(lat_a: npt.ArrayLike, lon_a: npt.ArrayLike, lat_b: npt.ArrayLike, lon_b: npt.ArrayLike) -> FloatArray:
    """Great-circle distance on the sphere by the haversine formula, ``2 R asin(sqrt(h))``.

    Parameters
    ----------
    lat_a, lon_a, lat_b, lon_b : array_like of float
        Points [degrees]; the four broadcast.

    Returns
    -------
    ndarray of float64
        Distance [km]; within 0.6 % of that on the ellipsoid. Source: Sinnott (1984), Sky and Telescope
        68:159.
    """
    phi_a, phi_b = (
        np.radians(np.asarray(lat_a, dtype=np.float64)),
        np.radians(np.asarray(lat_b, dtype=np.float64)),
    )
    half_lon = np.radians(np.asarray(lon_b, dtype=np.float64) - np.asarray(lon_a, dtype=np.float64)) / 2.0
    north, east = sin((phi_b - phi_a) / 2.0), sin(half_lon)
    h = north * north + cos(phi_a) * cos(phi_b) * (east * east)
    distance: FloatArray = 2.0 * EARTH_RADIUS_KM * arcsin(np.sqrt(np.minimum(h, 1.0)))
    return distance


def prio_gid(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """PRIO-GRID gid of points [degrees]: ``floor((lat + 90) * 2) * 720 + floor((lon + 180) * 2) + 1``."""
    row = np.floor((np.asarray(latitude, dtype=np.float64) + 90.0) / PRIO_GRID_DEGREES)
    column = np.floor((np.asarray(longitude, dtype=np.float64) + 180.0) / PRIO_GRID_DEGREES)
    return np.asarray(row * 720 + column + 1).astype(np.int32)


def _check_resolution(resolution: float) -> None:
    ratio = PRIO_GRID_DEGREES / resolution if math.isfinite(resolution) and resolution > 0 else 0.0
    if ratio < 1 - 1e-9 or abs(ratio - round(ratio)) > 1e-6:
        raise BadInput(
            f"a resolution of {resolution} degrees does not divide 0.5; try 0.5, 0.25, 0.125 or 0.1",
            path="resolution",
        )


def _check_edges(name: str, low: float, high: float, limit: float, cells_per_degree: int) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and -limit <= low < high <= limit):
        raise BadInput(
            f"{low} … {high} is not a box: expected {-limit:g} <= {name}_min < {name}_max <= {limit:g}",
            path=f"{name}_min",
        )
    for edge, end in ((low, "min"), (high, "max")):
        if abs(edge * cells_per_degree - round(edge * cells_per_degree)) > 1e-6:
            nearest = round(edge * cells_per_degree) / cells_per_degree
            raise BadInput(
                f"{edge} is not a whole multiple of the resolution 1/{cells_per_degree}; the nearest is {nearest:g}",
                path=f"{name}_{end}",
            )


def _frozen(values: FloatArray) -> FloatArray:
    values.flags.writeable = False
    return values
