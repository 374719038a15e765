"""Adding up the moves of people, by origin and destination."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["add_up_moves"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

_STEP, _ORIGIN, _DESTINATION, _PEOPLE = 0, 1, 2, 3
"""Columns of the log of flows (`world.log.FLOW_COLUMNS`): people are in those from the last of these on."""


@kernel
def _sort_by(rows: I32, column: int, order: I64, places: I64, out: I64) -> None:
    """The rows `order` (N,) sorted by a column of whole numbers from 0, stable, into `out` (N,).

    `places` is scratch, one longer than the greatest number.
    """
    places[:] = 0
    for i in range(order.size):
        places[rows[order[i], column] + 1] += 1
    for k in range(1, places.size):
        places[k] += places[k - 1]
    for i in range(order.size):
        k = rows[order[i], column]
        out[places[k]] = order[i]
        places[k] += 1


@kernel
def add_up_moves(rows: I32, month_of: I64, communities: int, key: I64, people: I64) -> int:
    """Sums over the rows of one month, origin and destination, in the order of these; returns how many there are.

    Parameters
    ----------
    rows : (N, 7)
        Log of flows, in order of step.
    month_of : (S,)
        Month of each step, never falling.
    key : (N, 3)
        Out: month, origin and destination.
    people : (N, 4)
        Out: people who fled, returned, moved on and settled.
    """
    order, other = np.arange(rows.shape[0]), np.empty(rows.shape[0], np.int64)
    places = np.empty(communities + 1, np.int64)
    n, first = 0, 0
    while first < rows.shape[0]:
        month, last = month_of[rows[first, _STEP]], first
        while last < rows.shape[0] and month_of[rows[last, _STEP]] == month:
            last += 1
        _sort_by(rows, _DESTINATION, order[first:last], places, other[first:last])
        _sort_by(rows, _ORIGIN, other[first:last], places, order[first:last])
        origin, destination = -1, -1
        for i in range(first, last):
            row = rows[order[i]]
            if row[_ORIGIN] != origin or row[_DESTINATION] != destination:
                origin, destination = row[_ORIGIN], row[_DESTINATION]
                key[n, 0], key[n, 1], key[n, 2] = month, origin, destination
                people[n, :] = 0
                n += 1
            for k in range(people.shape[1]):
                people[n - 1, k] += row[_PEOPLE + k]
        first = last
    return n
