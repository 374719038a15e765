"""The toy workload in parts of the engine, on any number of threads with the same result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from sahelsim.rng import key_of, uniforms
from sahelsim.world.cell_sort_kernel import first_places
from toy_engines.ours_kernel import SLOTS, meet, move, sort
from toy_engines.workload import ATTACHMENT, GROUPS, PULL, WIDTH

__all__ = ["Toy"]

_PLACEMENT, _MOVEMENT, _MEETING = 0, 1, 2  # streams of this workload


class Toy:
    """Agents as columns, sorted by cell.

    Parameters
    ----------
    agents : int
        Number of agents.
    seed : int
        With it every draw is determined.
    threads : int
        Python threads that share the work of a step; the result does not depend on it. The kernels let go of the
        interpreter lock, so that plain threads do.
    width : int
        Cells along each side of the torus.
    """

    def __init__(self, agents: int, seed: int, threads: int = 1, width: int = WIDTH) -> None:
        self.key = key_of(seed, 0)
        self.steps = 0
        self.threads = threads
        cells = width * width
        draws = uniforms(self.key, _PLACEMENT, 0, np.arange(agents))
        cell = (draws[:, 0] * cells).astype(np.int32)
        order = np.argsort(cell, kind="stable")
        self.number = order.astype(np.uint32)
        self.cell = cell[order]
        self.group = (draws[order, 1] * GROUPS).astype(np.uint8)
        self._neighbours = _torus(width).ravel()
        self._start = np.zeros(SLOTS * cells + 1, np.int32)
        self._counts = np.zeros((threads, SLOTS * cells), np.int32)
        self._unsorted, self._slot = np.empty_like(self.number), np.empty_like(self.cell)
        self._bounds = [agents * t // threads for t in range(threads + 1)]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def step(self) -> None:
        """Move, sort, meet."""
        self._in_chunks(self._move)
        first_places(self._counts, self._start)
        self._unsorted, self.number = self.number, self._unsorted
        self._in_chunks(self._sort)
        self._in_chunks(self._meet)
        self.steps += 1

    def state(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """Cell and group of each agent, by its number."""
        order = np.argsort(self.number)
        return self.cell[order], self.group[order]

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()

    def _in_chunks(self, work: Callable[[int, int, int], None]) -> None:
        if self._pool is None:
            work(0, 0, self._bounds[-1])
        else:
            list(self._pool.map(work, range(self.threads), self._bounds[:-1], self._bounds[1:]))

    def _move(self, t: int, first: int, last: int) -> None:
        move(
            *self.key, _MOVEMENT, self.steps, first, last, self.number, self.cell, self.group,
            self._neighbours, self._slot, self._counts[t],
        )  # fmt: skip

    def _sort(self, t: int, first: int, last: int) -> None:
        sort(first, last, self._unsorted, self._slot, self._counts[t], self.number)

    def _meet(self, t: int, first: int, last: int) -> None:
        meet(
            *self.key, _MEETING, self.steps, first, last, self.number, self._start, ATTACHMENT, PULL,
            self.cell, self.group,
        )  # fmt: skip


def _torus(width: int) -> npt.NDArray[np.int32]:
    """The eight cells around each cell, shape (C, 8)."""
    row, column = np.divmod(np.arange(width * width), width)
    steps = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)])
    rows, columns = (row[:, None] + steps[:, 0]) % width, (column[:, None] + steps[:, 1]) % width
    return (rows * width + columns).astype(np.int32)
