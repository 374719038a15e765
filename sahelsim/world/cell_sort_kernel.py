"""A stable counting sort by cell, in parts that several threads can share.

The rows are cut into T chunks. Each chunk counts its own cells, one scan gives each chunk its own places in every
cell, in the order (cell, chunk), and each chunk moves its own rows: no two threads write to one place, nothing is
locked, and the order of the rows is that of the plain sort for any T.

    count_cells(cell[chunk], counts[t])                for each chunk
    first_places(counts, start)                        once
    take_places(cell[chunk], counts[t], place[chunk])  for each chunk
    scatter(values[chunk], place[chunk], sorted)       for each chunk and column
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["count_cells", "first_places", "scatter", "take_places"]

I32 = npt.NDArray[np.int32]
Scalar = TypeVar("Scalar", bound=np.generic)


@kernel
def count_cells(cell: I32, counts: I32) -> None:
    """Add the rows of each cell to `counts` (C,)."""
    for i in range(cell.size):
        counts[np.uint32(cell[i])] += np.int32(1)


@kernel
def first_places(counts: I32, start: I32) -> None:
    """Where each cell begins, and where each chunk begins in it.

    Parameters
    ----------
    counts : (T, C)
        In: rows of each chunk in each cell. Out: place of the first of them.
    start : (C + 1,)
        Out: place of the first row of each cell; the last entry is the number of rows.
    """
    chunks, cells = counts.shape
    running = np.int32(0)
    for c in range(cells):
        start[c] = running
        for t in range(chunks):
            n = counts[t, c]
            counts[t, c] = running
            running += n
    start[cells] = running


@kernel
def take_places(cell: I32, next_place: I32, place: I32) -> None:
    """Place of each row after the sort; `next_place` (C,) of the chunk moves on."""
    for i in range(cell.size):
        c = np.uint32(cell[i])
        p = next_place[c]
        place[i] = p
        next_place[c] = p + np.int32(1)


@kernel
def scatter(values: npt.NDArray[Scalar], place: I32, out: npt.NDArray[Scalar]) -> None:
    """Put each value in its place."""
    for i in range(values.size):
        out[np.uint32(place[i])] = values[i]
