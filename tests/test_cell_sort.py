"""The counting sort in chunks, against NumPy's stable sort."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelsim.world.cell_sort_kernel import count_cells, first_places, scatter, take_places


def sort_in_chunks(cell: np.ndarray, cells: int, bounds: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Place of each row and first place of each cell, with the chunks done in any order: here backwards."""
    chunks = [slice(a, b) for a, b in pairwise(bounds)]
    counts, start = np.zeros((len(chunks), cells), np.int32), np.full(cells + 1, -1, np.int32)
    for t, chunk in reversed(list(enumerate(chunks))):
        count_cells(cell[chunk], counts[t])
    first_places(counts, start)
    place = np.full(cell.size, -1, np.int32)
    for t, chunk in reversed(list(enumerate(chunks))):
        take_places(cell[chunk], counts[t], place[chunk])
    return place, start


def test_by_hand() -> None:
    cell = np.array([2, 0, 2, 1, 2, 0], np.int32)
    place, start = sort_in_chunks(cell, 4, [0, 3, 6])
    assert start.tolist() == [0, 2, 3, 6, 6]
    assert place.tolist() == [3, 0, 4, 2, 5, 1]
    out = np.zeros(6, np.uint8)
    scatter(np.arange(10, 16, dtype=np.uint8), place, out)
    assert out.tolist() == [11, 15, 13, 10, 12, 14]


@given(st.lists(st.integers(0, 8), max_size=60), st.lists(st.integers(0, 60), max_size=3))
def test_any_chunks_give_the_stable_sort(cells: list[int], cuts: list[int]) -> None:
    cell = np.array(cells, np.int32)
    bounds = [0, *sorted(min(c, cell.size) for c in cuts), cell.size]
    place, start = sort_in_chunks(cell, 9, bounds)
    order = np.argsort(cell, kind="stable")
    assert np.array_equal(np.argsort(place), order)
    assert np.array_equal(start, np.searchsorted(cell[order], np.arange(10)))
    for dtype in (np.uint32, np.uint8, np.float64):
        values = np.arange(cell.size).astype(dtype)
        out = np.zeros_like(values)
        scatter(values, place, out)
        assert np.array_equal(out, values[order])


@pytest.mark.parametrize("chunks", [1, 2, 5])
def test_nobody_anywhere(chunks: int) -> None:
    place, start = sort_in_chunks(np.zeros(0, np.int32), 3, [0] * (chunks + 1))
    assert place.size == 0
    assert start.tolist() == [0, 0, 0, 0]
