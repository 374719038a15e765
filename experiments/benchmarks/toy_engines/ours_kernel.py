"""Kernels of the toy workload, made of the engine's parts. All in one file: see `sahelsim.accelerate` on the cache.

Random words, logistic and sort are the engine's; what is here is the workload. Agents are columns (number, slot, group)
sorted by slot, where slot = 4 * cell + group: the agents of one group in one cell stand side by side, so that the
bounds of the slots say how many there are and to which group a place belongs, without looking at anybody. Loops are
split so that each holds one thing that vectorises, or one that cannot, over a block that stays in
the first-level cache.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary_block_kernel import logistic_block
from sahelsim.rng_block_kernel import BLOCK, words1, words2
from sahelsim.world.cell_sort_kernel import count_cells, scatter, take_places

__all__ = ["SLOTS", "meet", "move", "sort"]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]

SLOTS = 4
"""Slots in a cell, a power of two: at most as many groups."""

_HALF = np.uint64(32)
_EIGHTHS = np.uint32(29)  # the upper three bits of a word: one of eight
_UNIT = 1.0 / 4294967296.0
_ONE, _TWO, _THREE, _FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@kernel
def _go(cell: I32, group: U8, word: U32, neighbours: I32, slot: I32) -> None:
    """Slot of each agent in the neighbouring cell that its word says; `neighbours` is (C * 8,)."""
    for i in range(cell.size):
        to = neighbours[(np.uint32(cell[i]) << np.uint32(3)) | (word[i] >> _EIGHTHS)]
        slot[i] = np.int32(to << np.int32(2)) | np.int32(group[i])


@kernel
def move(
    k0: int, k1: int, stream: int, step: int, first: int, last: int, number: U32, cell: I32, group: U8,
    neighbours: I32, slot: I32, counts: I32,
) -> None:  # fmt: skip
    """Move the agents first:last, and count them in their new slots."""
    word = np.empty(BLOCK, np.uint32)
    counts[:] = 0
    for begin in range(first, last, BLOCK):
        end = min(begin + BLOCK, last)
        words1(k0, k1, stream, step, number[begin:end], 0, word)
        _go(cell[begin:end], group[begin:end], word, neighbours, slot[begin:end])
        count_cells(slot[begin:end], counts)


@kernel
def sort(first: int, last: int, number: U32, slot: I32, next_place: I32, number_out: U32) -> None:
    """Move the agents first:last to their places; of the columns, only the number is not known from the place."""
    place = np.empty(BLOCK, np.int32)
    for begin in range(first, last, BLOCK):
        end = min(begin + BLOCK, last)
        take_places(slot[begin:end], next_place, place)
        scatter(number[begin:end], place, number_out)


@kernel
def _find_others(
    begin: int, end: int, c: int, start: I32, word: U32, attachment: float, pull: float,
    cell: I32, own: U8, other: U8, worth: F64,
) -> int:  # fmt: skip
    """Whom each agent of begin:end meets (its group) and what taking over that group is worth.

    Writes the cell and the own group of each agent on the way. `c` is a cell that does not begin after `begin`; returns
    the one that agent `end` - 1 stands in.
    """
    p = begin
    while p < end:
        b = np.uint64(SLOTS * c)
        first, last = np.int64(start[b]), np.int64(start[b + _FOUR])
        if last <= p:
            c += 1
            continue
        s1, s2, s3 = np.int64(start[b + _ONE]), np.int64(start[b + _TWO]), np.int64(start[b + _THREE])
        share = pull / (last - first)
        v0, v1, v2, v3 = share * (s1 - first), share * (s2 - s1), share * (s3 - s2), share * (last - s3)
        others = np.uint64(last - first - 1)
        stop = min(last, end)
        for q in range(p, stop):
            k = np.uint64(q - begin)
            j = first + np.int64((np.uint64(word[k]) * others) >> _HALF)
            j += np.int64(j >= q)  # nobody meets himself; one who is alone is put right below
            theirs = v0 if j < s1 else (v1 if j < s2 else (v2 if j < s3 else v3))
            mine = v0 if q < s1 else (v1 if q < s2 else (v2 if q < s3 else v3))
            other[k] = np.int64(j >= s1) + np.int64(j >= s2) + np.int64(j >= s3)
            own[k] = np.int64(q >= s1) + np.int64(q >= s2) + np.int64(q >= s3)
            worth[k] = attachment + (theirs - mine)
        if others == 0:
            other[p - begin] = own[p - begin]
        for q in range(p, stop):
            cell[np.uint64(q)] = c
        p = stop
    return c


@kernel
def _take_over(own: U8, other: U8, word: U32, chance: F64, group: U8) -> None:
    """The new group of each agent."""
    for i in range(group.size):
        u = (np.float64(word[i]) + 0.5) * _UNIT
        group[i] = other[i] if u < chance[i] else own[i]


@kernel
def meet(
    k0: int, k1: int, stream: int, step: int, first: int, last: int, number: U32, start: I32,
    attachment: float, pull: float, cell: I32, group: U8,
) -> None:  # fmt: skip
    """Agents first:last meet one other each and may take over its group; writes `cell` and `group`."""
    which, decide = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    own, other = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8)
    worth, chance = np.empty(BLOCK), np.empty(BLOCK)
    cells = (start.size - 1) // SLOTS
    c = max(0, np.searchsorted(start[: SLOTS * cells : SLOTS], first, side="right") - 1)
    for begin in range(first, last, BLOCK):
        end = min(begin + BLOCK, last)
        words2(k0, k1, stream, step, number[begin:end], 0, which, decide)
        c = _find_others(begin, end, c, start, which, attachment, pull, cell, own, other, worth)
        logistic_block(worth[: end - begin], chance)
        _take_over(own, other, decide, chance, group[begin:end])
