"""Where the people of a community would flee to: towns by distance, kin, size and border."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sahelsim.elementary import log
from sahelsim.elementary_arrays import cos, sin
from sahelsim.grid import distance_km
from sahelsim.mechanisms.displacement.parameters import DisplacementParameters

__all__ = ["refuges_of"]

_NEAREST = 48
"""Nearest towns that are looked at; the pull of farther ones is too small to be among the choices."""

_TOGETHER = 4096
"""Communities whose refuges are worked out at a time: with millions of them, all at once would fill the memory."""

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


def refuges_of(
    lat: F64, lon: F64, population: I32, people: npt.NDArray[np.integer], cell: npt.NDArray[np.integer], country: I16,
    parameters: DisplacementParameters,
) -> tuple[I32, F32]:  # fmt: skip
    """The towns of the greatest standing pull on each community, and that pull.

    Parameters
    ----------
    lat, lon, population, people, cell, country : (M,)
        The communities.

    Returns
    -------
    refuges, pull : (M, choices)
        Communities, -1 where there are fewer, by falling pull (equation in `mechanisms.displacement.kernel`).
    """
    p, m = parameters, lat.size
    refuges = np.full((m, p.choices), -1, np.int32)
    pull = np.zeros((m, p.choices), np.float32)
    towns = np.flatnonzero(population >= p.town_size)
    if towns.size == 0:
        return refuges, pull
    log_size = np.zeros(m)
    log_size[towns] = [log(size) for size in (population[towns] / p.town_size).tolist()]
    find = _nearest(lat, lon, towns, min(_NEAREST + 1, towns.size))
    kin = _shares_by_cell(people, cell, population)
    for first in range(0, m, _TOGETHER):
        some = np.arange(first, min(first + _TOGETHER, m))
        near = find(some)
        km = distance_km(lat[some, None], lon[some, None], lat[near], lon[near])
        worth = (
            -km / p.distance_km
            + p.kin * kin[cell[near], people[some, None]]
            + p.size * log_size[near]
            - p.border * (country[near] != country[some, None])
        )
        worth[near == some[:, None]] = -np.inf
        rank = np.lexsort((near, -worth), axis=1)[:, : p.choices]
        chosen, value = np.take_along_axis(near, rank, axis=1), np.take_along_axis(worth, rank, axis=1)
        real = np.isfinite(value)
        refuges[some, : rank.shape[1]] = np.where(real, chosen, -1)
        pull[some, : rank.shape[1]] = np.where(real, value, 0.0)
    return refuges, pull


def _nearest(
    lat: F64, lon: F64, towns: npt.NDArray[np.intp], k: int
) -> Callable[[npt.NDArray[np.intp]], npt.NDArray[np.intp]]:
    """What finds the `k` nearest of the towns to some communities, shape (those, k)."""
    from scipy.spatial import cKDTree

    lat_r, lon_r = np.radians(lat), np.radians(lon)
    xyz = np.column_stack((cos(lat_r) * cos(lon_r), cos(lat_r) * sin(lon_r), sin(lat_r)))
    tree = cKDTree(xyz[towns])
    return lambda some: towns[np.asarray(tree.query(xyz[some], k=k)[1]).reshape(some.size, -1)]


def _shares_by_cell(people: npt.NDArray[np.integer], cell: npt.NDArray[np.integer], population: I32) -> F64:
    """Share of each people in each cell with communities, shape (cells, peoples)."""
    by_people = np.zeros((int(cell.max()) + 1, int(people.max()) + 1))
    np.add.at(by_people, (cell, people), population)
    return np.asarray(by_people / np.maximum(by_people.sum(axis=1), 1.0)[:, None])
