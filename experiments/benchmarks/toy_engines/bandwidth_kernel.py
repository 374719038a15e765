"""How fast this machine moves memory: copy and triad over arrays beyond any cache (after McCalpin's STREAM, 1995)."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["measure"]

F64 = npt.NDArray[np.float64]


@kernel
def _copy(a: F64, b: F64) -> None:
    for i in range(a.size):
        b[i] = a[i]


@kernel
def _triad(a: F64, b: F64, c: F64, s: float) -> None:
    for i in range(a.size):
        a[i] = b[i] + s * c[i]


def measure(threads: int = 1, mebibytes: int = 256, repeats: int = 5) -> dict[str, float]:
    """Best of `repeats` in 1e9 bytes read and written a second, over arrays of `mebibytes`."""
    n = mebibytes * 1024 * 1024 // 8
    a, b, c = np.ones(n), np.full(n, 2.0), np.full(n, 3.0)
    edges = [n * t // threads for t in range(threads + 1)]
    parts = [slice(*edge) for edge in pairwise(edges)]
    _copy(a[:8], b[:8])
    _triad(a[:8], b[:8], c[:8], 3.0)
    with ThreadPoolExecutor(threads) as pool:
        copy = _best(lambda: list(pool.map(lambda p: _copy(a[p], b[p]), parts)), repeats)
        triad = _best(lambda: list(pool.map(lambda p: _triad(a[p], b[p], c[p], 3.0), parts)), repeats)
    return {"copy_gb_per_s": 16e-9 * n / copy, "triad_gb_per_s": 24e-9 * n / triad}


def _best(work: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
