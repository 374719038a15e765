"""The toy workload in NumPy, vectorised."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toy_engines.workload import ATTACHMENT, GROUPS, PULL, WIDTH

__all__ = ["Toy"]

_STEPS = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)], np.int32)


class Toy:
    """Agents as columns."""

    def __init__(self, agents: int, seed: int, width: int = WIDTH) -> None:
        self.rng = np.random.default_rng(seed)
        self.width = width
        self.row = self.rng.integers(0, width, agents, dtype=np.int32)
        self.column = self.rng.integers(0, width, agents, dtype=np.int32)
        self.group = self.rng.integers(0, GROUPS, agents, dtype=np.uint8)

    def step(self) -> None:
        """Move, bin, meet."""
        n, width = self.group.size, self.width
        by = _STEPS[self.rng.integers(0, 8, n, dtype=np.uint8)]
        self.row = (self.row + by[:, 0]) % width
        self.column = (self.column + by[:, 1]) % width
        cell = self.row * width + self.column

        order = np.argsort(cell, kind="stable")
        size = np.bincount(cell, minlength=width * width)
        start = np.cumsum(size) - size
        have = np.bincount(cell * GROUPS + self.group, minlength=width * width * GROUPS)
        place = np.empty(n, np.int64)
        place[order] = np.arange(n)

        here = size[cell]
        met = start[cell] + (self.rng.random(n) * (here - 1)).astype(np.int64)
        met += (met >= place) & (here > 1)
        other = self.group[order[met]]
        balance = (have[cell * GROUPS + other] - have[cell * GROUPS + self.group]) / here
        chance = 1.0 / (1.0 + np.exp(-(ATTACHMENT + PULL * balance)))
        self.group = np.where(self.rng.random(n) < chance, other, self.group)

    def state(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """Cell and group of each agent."""
        return self.row * self.width + self.column, self.group
