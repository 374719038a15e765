"""Settled communities from settlements: one by one, in clusters of neighbours, or by cell and people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid
from sahelsim.region.apportion import apportion_rows
from sahelsim.region.shares import Shares, near_river
from sahelsim.region.tables import Region, Settlements

__all__ = ["Settled", "by_cell", "by_cluster", "by_settlement"]

IntArray = npt.NDArray[np.int64]

_BISECTIONS = 16
_WIDEST_BIN = 4.0  # degrees


@dataclass(frozen=True, eq=False)
class Settled:
    """Settled communities as arrays of shape (n,).

    ``chief`` is the settlement that names each (its largest), ``area`` its area of the mixture; ``urban``
    is None where the chief's flag tells.
    """

    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    population: IntArray
    chief: npt.NDArray[np.intp]
    area: npt.NDArray[np.int16]
    urban: npt.NDArray[np.bool_] | None = None


def by_settlement(places: Settlements, population: IntArray, area: npt.NDArray[np.int16]) -> Settled:
    """Every settlement is a community, in the order of the table."""
    chief = np.arange(len(places))
    return Settled(places.latitude, places.longitude, population, chief, area)


def by_cluster(places: Settlements, population: IntArray, area: npt.NDArray[np.int16], target: int) -> Settled:
    """Merge neighbouring villages until about `target` communities are left.

    Villages of one admin-1 unit and one area of the mixture that share a square bin become one community
    at the place and under the name of the largest of them; towns stay themselves. The bin is the widest,
    found by bisection, that leaves at least `target` communities. Clusters stand in the order of their
    chief's place in the table of settlements.
    """
    if target >= len(places):
        return by_settlement(places, population, area)
    low, high = 0.0, _WIDEST_BIN  # bins of width `low` leave enough communities
    best = np.arange(len(places))
    for _ in range(_BISECTIONS):
        width = 0.5 * (low + high)
        label = _bin_label(places, area, width)
        if np.unique(label).size >= target:
            low, best = width, label
        else:
            high = width
    return _merge(places, population, area, best)


def _bin_label(places: Settlements, area: npt.NDArray[np.int16], width: float) -> npt.NDArray[np.int64]:
    row = np.floor((places.latitude + 90.0) / width).astype(np.int64)
    column = np.floor((places.longitude + 180.0) / width).astype(np.int64)
    columns = int(360.0 / width) + 1
    key = ((row * columns + column) * 256 + places.admin1) * 4096 + area
    return np.where(places.urban, -1 - np.arange(len(places)), key)


def _merge(
    places: Settlements, population: IntArray, area: npt.NDArray[np.int16], label: npt.NDArray[np.int64]
) -> Settled:
    group = np.unique(label, return_inverse=True)[1]
    by_size = np.lexsort((np.arange(len(places)), -places.population, group))
    first = by_size[np.r_[True, np.diff(group[by_size]) != 0]]  # the largest of each group, by group number
    total = np.bincount(group, population).astype(np.int64)
    order = np.argsort(first, kind="stable")
    chief = first[order]
    return Settled(places.latitude[chief], places.longitude[chief], total[order], chief, area[chief])


def by_cell(
    region: Region, grid: Grid, population: IntArray, area: npt.NDArray[np.int16], shares: Shares
) -> tuple[Settled, npt.NDArray[np.int16]]:
    """One community for each people in each (cell, admin-1 unit), at its settlements' centre of gravity.

    Returns
    -------
    Settled, ndarray of int16
        The communities, ordered by cell, admin-1 unit and people, and the people of each.
    """
    places = region.settlements
    cell = grid.cell_of(places.latitude, places.longitude).astype(np.int64)
    inside = np.flatnonzero(cell >= 0)
    key = cell[inside] * len(region.admin1) + places.admin1[inside]
    group = np.unique(key, return_inverse=True)[1]
    people_of = population[inside].astype(np.float64)
    total = np.bincount(group, people_of).astype(np.int64)
    local = shares.local[area[inside], near_river(region, places.latitude[inside], places.longitude[inside])]
    weights = np.zeros((total.size, local.shape[1]))
    np.add.at(weights, group, local * people_of[:, None])
    parts = apportion_rows(total, weights)
    rows, people = np.nonzero(parts)

    by_size = np.lexsort((inside, -people_of, group))
    chief = inside[by_size[np.r_[True, np.diff(group[by_size]) != 0]]]
    settled = Settled(
        latitude=(np.bincount(group, people_of * places.latitude[inside]) / total)[rows],
        longitude=(np.bincount(group, people_of * places.longitude[inside]) / total)[rows],
        population=parts[rows, people],
        chief=chief[rows],
        area=area[chief][rows],
        urban=(np.bincount(group, places.urban[inside]) > 0)[rows],
    )
    return settled, people.astype(np.int16)
