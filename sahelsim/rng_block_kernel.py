"""Random words for many entities at once: the bits of `rng.philox`, in loops that a compiler turns into vector code.

One entity at a time costs some ten nanoseconds. Here the entities come as an array, and the loop over them holds
nothing but 32-bit words in 64-bit lanes: the ten rounds of eight (AVX-512) or four (AVX2) entities go through at once.
Give it blocks that fit the first-level cache (`BLOCK`) and do what follows with the words in loops of their own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.rng import philox

__all__ = ["BLOCK", "words1", "words2", "words4"]

U32 = npt.NDArray[np.uint32]

BLOCK = 2048
"""Entities in a block: the arrays of one block stay in the first-level cache (measured: 1,024 to 4,096 are alike)."""

_LOW = np.uint64(0xFFFFFFFF)


@kernel
def words1(k0: int, k1: int, stream: int, step: int, entity: U32, slot: int, first: U32) -> None:
    """The first word of `philox` for each entity.

    Parameters
    ----------
    k0, k1, stream, step, slot : int
        As in `rng.uniform4`.
    entity : (N,)
    first : (N,)
        Out: word i is the first of ``philox(entity[i], step, stream, slot, k0, k1)``.
    """
    c1, c2, c3 = np.uint64(step) & _LOW, np.uint64(stream) & _LOW, np.uint64(slot) & _LOW
    x, y = np.uint64(k0) & _LOW, np.uint64(k1) & _LOW
    for i in range(entity.size):
        a, _, _, _ = philox(np.uint64(entity[i]), c1, c2, c3, x, y)  # type: ignore[arg-type]
        first[i] = np.uint32(a)


@kernel
def words2(k0: int, k1: int, stream: int, step: int, entity: U32, slot: int, first: U32, second: U32) -> None:
    """The first two words of `philox` for each entity; see `words1`."""
    c1, c2, c3 = np.uint64(step) & _LOW, np.uint64(stream) & _LOW, np.uint64(slot) & _LOW
    x, y = np.uint64(k0) & _LOW, np.uint64(k1) & _LOW
    for i in range(entity.size):
        a, b, _, _ = philox(np.uint64(entity[i]), c1, c2, c3, x, y)  # type: ignore[arg-type]
        first[i] = np.uint32(a)
        second[i] = np.uint32(b)


@kernel
def words4(
    k0: int, k1: int, stream: int, step: int, entity: U32, slot: int, first: U32, second: U32, third: U32, fourth: U32
) -> None:
    """All four words of `philox` for each entity; see `words1`."""
    c1, c2, c3 = np.uint64(step) & _LOW, np.uint64(stream) & _LOW, np.uint64(slot) & _LOW
    x, y = np.uint64(k0) & _LOW, np.uint64(k1) & _LOW
    for i in range(entity.size):
        a, b, c, d = philox(np.uint64(entity[i]), c1, c2, c3, x, y)  # type: ignore[arg-type]
        first[i] = np.uint32(a)
        second[i] = np.uint32(b)
        third[i] = np.uint32(c)
        fourth[i] = np.uint32(d)
