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
def _by_origin(rows: I32, first: int, last: int, end: I64, order: I64) -> None:
    """The rows first:last sorted by origin, stable, into the front of `order`; fills `end` (M,), where each ends."""
    end[:] = 0
    for i in range(first, last):
        end[rows[i, _ORIGIN]] += 1
    begin = 0
    for m in range(end.size):
        end[m], begin = begin, begin + end[m]
    for i in range(first, last):
        m = rows[i, _ORIGIN]
        order[end[m]] = i
        end[m] += 1


@kernel
def _by_destination(rows: I32, first: int, last: int, order: I64) -> None:
    """Sort the few entries first:last of `order` by the destination of their rows, stable."""
    for i in range(first + 1, last):
        row, j = order[i], i
        while j > first and rows[order[j - 1], _DESTINATION] > rows[row, _DESTINATION]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = row


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
    order, end = np.empty(rows.shape[0], np.int64), np.empty(communities, np.int64)
    n, first = 0, 0
    while first < rows.shape[0]:
        month, last = month_of[rows[first, _STEP]], first
        while last < rows.shape[0] and month_of[rows[last, _STEP]] == month:
            last += 1
        _by_origin(rows, first, last, end, order)
        begin = 0
        for m in range(communities):
            _by_destination(rows, begin, end[m], order)
            destination = -1
            for i in range(begin, end[m]):
                r = order[i]
                if rows[r, _DESTINATION] != destination:
                    destination = rows[r, _DESTINATION]
                    key[n, 0], key[n, 1], key[n, 2] = month, m, destination
                    for k in range(people.shape[1]):
                        people[n, k] = 0
                    n += 1
                for k in range(people.shape[1]):
                    people[n - 1, k] += rows[r, _PEOPLE + k]
            begin = end[m]
        first = last
    return n
