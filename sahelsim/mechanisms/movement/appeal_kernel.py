"""Appeal: what each cell is worth to the mobile units of each actor, whatever their group.

    appeal(a, c) = hunts ln(1 + E / s) - caution [ln((s + E) / (s + S))]+ + seeks_people ln(1 + N / n)
                   + seeks_own (share of people in the own camp) + seeks_remote (remoteness)
                   + profit (trading) ln(1 + Y / y)
                   - crowding [ln(S / s_c)]+ - desert_cost (desert) + river_gain (river)

with S own and E hostile strength in the cell (E weighs each actor by the enmity of the dyad), s `threat_scale`,
s_c `crowd_size`, N people, n `people_scale`, Y what trade and gold of the cell yield in a week, y `profit_scale`; s,
s_c, n and y are those of a cell of the reference area and are scaled by the area of the cell. Only cells near an
actor's mobile units are appraised for it: a set of actors for each cell, W words of 64 bits, says which.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import log, logs

__all__ = ["cell_appeal", "mobile_actors", "spread", "words_of"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

_TOGETHER = 128  # cells

_BITS = np.uint64(64)
_ONE = np.uint64(1)


def words_of(actors: int) -> int:
    """Words W of 64 bits in a set of actors: bit a % 64 of word a // 64 is actor a."""
    return 1 + (actors - 1) // int(_BITS)


@kernel
def mobile_actors(living: I32, unit_cell: I32, unit_actor: I16, unit_role: I8, unit_strength: I32, mobile: U64) -> None:
    """Where each actor has mobile units; fills `mobile` (C, W). `living` (N,) are the units that may be alive."""
    mobile[:, :] = 0
    for u in living.view(np.uint32):  # without sign: no look for an index from the end
        if unit_role[u] != 0 and unit_strength[u] > 0:
            a = np.uint64(unit_actor[u])
            mobile[np.uint64(unit_cell[u]), a // _BITS] |= _ONE << a % _BITS


@kernel
def _add_to(source: U64, out: U64) -> None:
    """Add to each set of actors in `out` (N,) that in `source` (N,)."""
    for i in range(out.size):
        out[i] |= source[i]


@kernel
def _spread_by(source: U64, places: int, out: U64) -> None:
    """Add to `out` what `source` has so many places before and behind."""
    _add_to(source[places:], out[:-places])
    _add_to(source[:-places], out[places:])


@kernel
def spread(here: U64, columns: int, cells: int) -> None:
    """Put actors in `here` (C, W) into all cells at most `cells` from where they are, on a grid of `columns`."""
    words, flat = here.shape[1], here.reshape(-1)
    row = columns * words
    along = flat.copy()
    for first in range(0, flat.size, row):  # first along each row, then from row to row
        for n in range(1, min(cells, columns - 1) + 1):
            _spread_by(flat[first : first + row], n * words, along[first : first + row])
    flat[:] = along
    for n in range(1, min(cells, flat.size // row - 1) + 1):
        _spread_by(along, n * row, flat)


@kernel
def _near_pairs(first: int, last: int, near: U64, actors: int, pair_start: I64, who: U64) -> int:
    """Actors in the sets `near` (C, W) of the cells first:last, cell by cell, into `who`; returns how many.

    `pair_start` takes the first entry of each cell and, last, the number of all.
    """
    n = 0
    for c in range(first, last):
        pair_start[c - first] = n
        for w in range(near.shape[1]):
            left = near[c, w]
            if left == 0:
                continue
            for a in range(64 * w, min(64 * w + 64, actors)):
                who[n] = a
                n += int(left & _ONE)
                left >>= _ONE
    pair_start[last - first] = n
    return n


@kernel
def _calm_worth(
    first: int, last: int, pair_start: I64, who: U64, pledged: I32, actor_camp: I16, seeks_people: F64,
    seeks_own: F64, seeks_remote: F64, remoteness: F32, desert: F32, river: F32, desert_cost: float,
    river_gain: float, people_scale: float, trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float,
    people: F64, crowd: F64, riches: F64, worth: F64,
) -> None:  # fmt: skip
    """Worth of cells in first:last, but for who is armed there, to the actors `who` near them; fills `worth` (N,).

    `people`, `crowd` and `riches` are scratch.
    """
    for c in range(first, last):
        heads = 0
        for k in range(pledged.shape[1]):
            heads += int(pledged[c, k])
        people[c - first] = heads
        crowd[c - first] = 1.0 + people[c - first] / people_scale
        riches[c - first] = 1.0 + (trade[c] + gold[c]) / profit_scale
    logs(crowd, last - first)
    logs(riches, last - first)
    for c in range(first, last):
        many, rich, remote = crowd[c - first], profit * riches[c - first], remoteness[c]
        ground, all_people = river_gain * river[c] - desert_cost * desert[c], people[c - first]
        for i in range(pair_start[c - first], pair_start[c - first + 1]):
            a = who[i]
            worth[i] = ground + seeks_people[a] * many + seeks_remote[a] * remote + rich * trading[a]
            if all_people > 0.0:
                worth[i] += seeks_own[a] * pledged[c, np.uint64(actor_camp[a])] / all_people


@kernel
def _threats(
    first: int, last: int, pair_start: I64, who: U64, side_start: I32, side: I16, strength: I32, enmity: F64,
    threat_scale: float, pair: I64, lure: F64, dread: F64,
) -> int:  # fmt: skip
    """What draws and deters the actors `who` near the cells first:last that face an enemy; returns how many do.

    Fills `pair` with their entries, `lure` with 1 + E / s and `dread` with (s + E) / (s + S), or 1 if that is less.
    """
    n = 0
    for c in range(first, last):
        if side_start[c] == side_start[c + 1]:
            continue
        for i in range(pair_start[c - first], pair_start[c - first + 1]):
            a = who[i]
            enemy = 0.0
            for j in range(side_start[c], side_start[c + 1]):
                b = np.uint64(side[j])
                enemy += enmity[a, b] * float(strength[c, b])
            own = float(strength[c, a])
            pair[n] = i
            lure[n] = 1.0 + enemy / threat_scale
            dread[n] = (threat_scale + enemy) / (threat_scale + own) if enemy > own else 1.0
            n += 1 if enemy > 0.0 else 0
    return n


@kernel
def cell_appeal(
    near: U64, side_start: I32, side: I16, strength: I32, pledged: I32, enmity: F64, actor_camp: I16,
    hunts: F64, caution: F64, seeks_people: F64, seeks_own: F64, seeks_remote: F64,
    remoteness: F32, desert: F32, river: F32,
    threat_scale: float, crowding: float, crowd_size: float, desert_cost: float, river_gain: float,
    people_scale: float, trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float, appeal: F32,
) -> None:  # fmt: skip
    """Worth of cells to the actors' mobile units; fills `appeal` (C, A) for the actors in the sets `near` (C, W).

    Cells are taken a few at a time, so that their logarithms can be worked out together.
    """
    cells, actors = strength.shape
    room = _TOGETHER * actors + 1
    people, crowd, riches = np.empty(_TOGETHER), np.empty(_TOGETHER), np.empty(_TOGETHER)
    worth, lure, dread = np.empty(room), np.empty(room), np.empty(room)
    pair_start, who, pair = np.empty(_TOGETHER + 1, np.int64), np.empty(room, np.uint64), np.empty(room, np.int64)
    for first in range(0, cells, _TOGETHER):
        last = min(first + _TOGETHER, cells)
        if _near_pairs(first, last, near, actors, pair_start, who) == 0:
            continue
        _calm_worth(
            first, last, pair_start, who, pledged, actor_camp, seeks_people, seeks_own, seeks_remote, remoteness,
            desert, river, desert_cost, river_gain, people_scale, trading, trade, gold, profit, profit_scale, people,
            crowd, riches, worth,
        )  # fmt: skip
        met = _threats(
            first, last, pair_start, who, side_start, side, strength, enmity, threat_scale, pair, lure, dread
        )
        logs(lure, met)
        logs(dread, met)
        for i in range(met):
            a = who[pair[i]]
            worth[pair[i]] += hunts[a] * lure[i]
            worth[pair[i]] -= caution[a] * dread[i]
        for c in range(first, last):
            for i in range(pair_start[c - first], pair_start[c - first + 1]):
                a = who[i]
                if strength[c, a] > crowd_size:
                    worth[i] -= crowding * log(strength[c, a] / crowd_size)
                appeal[c, a] = worth[i]
