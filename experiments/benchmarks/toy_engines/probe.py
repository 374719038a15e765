"""Another version of the toy workload, from a folder outside the project, to hold ours against."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from toy_engines.workload import GROUPS, WIDTH

__all__ = ["load_probe"]


def load_probe(folder: Path, agents: int) -> Callable[[], None]:
    """A step of the version in `folder`: dense from half an agent a cell up, else the one for few agents."""
    sys.path.insert(0, str(folder))
    probe = importlib.import_module("minimal_kernel")
    rng, cells, block = np.random.default_rng(0), WIDTH * WIDTH, int(probe.BLK)
    number = np.arange(agents, dtype=np.uint32)
    position = ((rng.integers(0, WIDTH, agents) << 16) | rng.integers(0, WIDTH, agents)).astype(np.int32)
    group = rng.integers(0, GROUPS, agents).astype(np.uint8)
    front, back, other = [number, position], [number.copy(), position.copy()], group.copy()
    scratch = [np.empty((1, block), t) for t in (np.uint32, np.uint32, np.int32, np.float32, np.uint8, np.float32)]
    start, counts = np.zeros(cells + 1, np.int32), np.zeros((1, cells), np.int32)
    touched, order = np.zeros(agents + 1, np.int32), np.zeros(agents + 2, np.int32)
    steps = 0

    def step() -> None:
        nonlocal front, back, steps
        if agents * 2 >= cells:
            probe.step1(*front, group, *back, other, start, counts, 1, steps, WIDTH, *scratch)
        else:
            few = [s[0] for s in scratch]
            probe.step_sparse(*front, group, *back, other, counts[0], touched, order, 1, steps, WIDTH, *few)
        front, back, steps = back, front, steps + 1

    return step
