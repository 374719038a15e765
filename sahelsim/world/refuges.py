"""Where the people of a community would flee to: towns by distance, kin, size and border."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.elementary import log
from sahelsim.elementary_arrays import cos, sin
from sahelsim.grid import distance_km
from sahelsim.mechanisms.displacement.parameters import DisplacementParameters

__all__ = ["refuges_of"]

_NEAREST = 48
"""Nearest towns that are looked at; the pull of farther ones is too small to be among the choices."""

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
    near = towns[_nearest(lat, lon, towns, min(_NEAREST + 1, towns.size))]
    log_size = np.zeros(m)
    log_size[towns] = [log(size) for size in (population[towns] / p.town_size).tolist()]
    km = distance_km(lat[:, None], lon[:, None], lat[near], lon[near])
    worth = (
        -km / p.distance_km
        + p.kin * _kin_share(people, cell, population, near)
        + p.size * log_size[near]
        - p.border * (country[near] != country[:, None])
    )
    worth[near == np.arange(m)[:, None]] = -np.inf
    rank = np.lexsort((near, -worth), axis=1)[:, : p.choices]
    chosen, value = np.take_along_axis(near, rank, axis=1), np.take_along_axis(worth, rank, axis=1)
    real = np.isfinite(value)
    refuges[:, : rank.shape[1]] = np.where(real, chosen, -1)
    pull[:, : rank.shape[1]] = np.where(real, value, 0.0)
    return refuges, pull


def _nearest(lat: F64, lon: F64, towns: npt.NDArray[np.intp], k: int) -> npt.NDArray[np.intp]:
    from scipy.spatial import cKDTree

    lat_r, lon_r = np.radians(lat), np.radians(lon)
    xyz = np.column_stack((cos(lat_r) * cos(lon_r), cos(lat_r) * sin(lon_r), sin(lat_r)))
    return np.asarray(cKDTree(xyz[towns]).query(xyz, k=k)[1]).reshape(lat.size, -1)


def _kin_share(
    people: npt.NDArray[np.integer], cell: npt.NDArray[np.integer], population: I32, near: npt.NDArray[np.intp]
) -> F64:
    """Share of the people in the cell of each refuge who are of the community's own people, shape of `near`."""
    by_people = np.zeros((int(cell.max()) + 1, int(people.max()) + 1))
    np.add.at(by_people, (cell, people), population)
    total = by_people.sum(axis=1)
    return np.asarray(by_people[cell[near], people[:, None]] / np.maximum(total[cell[near]], 1.0))
