"""Movement: a discrete choice of each mobile unit among its cell and the eight around it.

The worth of cell c to a unit of group g and actor a is

    V(g, c) = attraction(g, c) + appeal(a, c)
    appeal(a, c) = hunts ln(1 + E / s) - caution [ln((s + E) / (s + S))]+ + seeks_people ln(1 + N / n)
                   + seeks_own (share of people in the own camp) + seeks_remote (remoteness)
                   + profit (trading) ln(1 + Y / y)
                   - crowding [ln(S / s_c)]+ - desert_cost (desert) + river_gain (river)

with S own and E hostile strength in the cell (E weighs each actor by the enmity of the dyad), s `threat_scale`,
s_c `crowd_size`, N people, n `people_scale`, Y what trade and gold of the cell yield in a week, y `profit_scale`; s,
s_c, n and y are those of a cell of the reference area and are scaled by the area of the cell. A unit that weighs a move
takes cell c with probability exp(sharpness V(c)) / sum of the same over its nine cells (multinomial logit, McFadden
1974); crossing a border costs `border_cost` + `closed_cost` L, with L from 0 to 1 how far the border is closed.
Attraction is the pull of home ground and of orders, and forbids cells that the actor may not enter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import log, logs
from sahelsim.elementary_block_kernel import exp_block
from sahelsim.rng import uniform_pairs

__all__ = ["CLOSED", "FORBIDDEN", "cell_appeal", "mobile_actors", "move_units", "spread"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

FORBIDDEN = -1.0e9
"""Attraction of a cell that a group may not enter."""

CLOSED = 0.1 * FORBIDDEN
"""Worth below which a cell is closed: any cell that may be entered is worth more, whatever else it has."""

_TOGETHER = 32  # cells


@kernel
def mobile_actors(living: I32, unit_cell: I32, unit_actor: I16, unit_role: I8, unit_strength: I32, mobile: I8) -> None:
    """Where each actor has mobile units; fills `mobile` (C, A). `living` (N,) are the units that may be alive."""
    mobile[:, :] = 0
    for u in living.view(np.uint32):  # without sign: no look for an index from the end
        if unit_role[u] != 0 and unit_strength[u] > 0:
            mobile[np.uint64(unit_cell[u]), np.uint64(unit_actor[u])] = 1


@kernel
def _add_to(source: I8, out: I8) -> None:
    """1 in `out` (N,) wherever `source` (N,) is 1."""
    for i in range(out.size):
        out[i] = max(out[i], source[i])


@kernel
def _spread_by(source: I8, places: int, out: I8) -> None:
    """Add to `out` what `source` has so many places before and behind."""
    _add_to(source[places:], out[:-places])
    _add_to(source[:-places], out[places:])


@kernel
def spread(here: I8, columns: int, cells: int) -> None:
    """Make `here` (C, A) 1 in all cells that are at most so many `cells` from where it is, on a grid of `columns`."""
    actors, flat = here.shape[1], here.reshape(-1)
    row = columns * actors
    along = flat.copy()
    for first in range(0, flat.size, row):  # first along each row, then from row to row
        for n in range(1, min(cells, columns - 1) + 1):
            _spread_by(flat[first : first + row], n * actors, along[first : first + row])
    flat[:] = along
    for n in range(1, min(cells, flat.size // row - 1) + 1):
        _spread_by(along, n * row, flat)


@kernel
def _near_pairs(first: int, last: int, near: I8, where: I64, who: I64) -> int:
    """Cells and actors of the pairs in `near` (C, A) in the cells first:last, into `where`, `who`; returns how many."""
    n = 0
    for c in range(first, last):
        for a in range(near.shape[1]):
            where[n], who[n] = c, a
            n += int(near[c, a])
    return n


@kernel
def _calm_worth(
    first: int, last: int, where: I64, who: I64, pledged: I32, actor_camp: I16, seeks_people: F64, seeks_own: F64,
    seeks_remote: F64, remoteness: F32, desert: F32, river: F32, desert_cost: float, river_gain: float,
    people_scale: float, trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float, people: F64,
    crowd: F64, riches: F64, worth: F64,
) -> None:  # fmt: skip
    """Worth of cells in first:last, but for who is armed there, to the pairs (where, who); fills `worth` (N,).

    `people`, `crowd` and `riches` are scratch.
    """
    for c in range(first, last):
        people[c - first] = 0.0
        for k in range(pledged.shape[1]):
            people[c - first] += pledged[c, k]
        crowd[c - first] = 1.0 + people[c - first] / people_scale
        riches[c - first] = 1.0 + (trade[c] + gold[c]) / profit_scale
    logs(crowd, last - first)
    logs(riches, last - first)
    here, many, rich, remote, ground = -1, 0.0, 0.0, np.float32(0.0), 0.0
    for i in range(where.size):
        c, a = where[i], who[i]
        if c != here:
            here, many, rich, remote = c, crowd[c - first], profit * riches[c - first], remoteness[c]
            ground = river_gain * river[c] - desert_cost * desert[c]
        worth[i] = ground + seeks_people[a] * many + seeks_remote[a] * remote + rich * trading[a]
        if people[c - first] > 0.0:
            worth[i] += seeks_own[a] * pledged[c, actor_camp[a]] / people[c - first]


@kernel
def _threats(
    where: I64, who: I64, side_start: I32, side: I16, strength: I32, enmity_to: F64, threat_scale: float,
    pair: I64, lure: F64, dread: F64,
) -> int:  # fmt: skip
    """What draws and deters the pairs (where, who) that face an enemy; returns how many do.

    `enmity_to` (A, A) is that towards an actor (row) of each other. Fills `pair` with the numbers of the pairs, `lure`
    with 1 + E / s and `dread` with (s + E) / (s + S), or 1 if that is less.
    """
    n, here, hostile = 0, -1, np.empty(enmity_to.shape[0])
    for i in range(where.size):
        c, a = where[i], who[i]
        if c != here:
            here, hostile[:] = c, 0.0
            for j in range(side_start[c], side_start[c + 1]):
                for k in range(hostile.size):
                    hostile[k] += enmity_to[side[j], k] * float(strength[c, side[j]])
        enemy = hostile[a]
        if enemy > 0.0:
            own = float(strength[c, a])
            pair[n] = i
            lure[n] = 1.0 + enemy / threat_scale
            dread[n] = (threat_scale + enemy) / (threat_scale + own) if enemy > own else 1.0
            n += 1
    return n


@kernel
def cell_appeal(
    near: I8, side_start: I32, side: I16, strength: I32, pledged: I32, enmity: F64, actor_camp: I16,
    hunts: F64, caution: F64, seeks_people: F64, seeks_own: F64, seeks_remote: F64,
    remoteness: F32, desert: F32, river: F32,
    threat_scale: float, crowding: float, crowd_size: float, desert_cost: float, river_gain: float,
    people_scale: float, trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float, appeal: F32,
) -> None:  # fmt: skip
    """Worth of cells to the actors' mobile units; fills `appeal` (C, A) where `near` (C, A) is 1.

    Cells are taken a few at a time, so that their logarithms can be worked out together.
    """
    cells, actors = strength.shape
    room = _TOGETHER * actors + 1
    enmity_to = np.ascontiguousarray(enmity.T)
    people, crowd, riches = np.empty(_TOGETHER), np.empty(_TOGETHER), np.empty(_TOGETHER)
    worth, lure, dread = np.empty(room), np.empty(room), np.empty(room)
    all_where, all_who, pair = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    for first in range(0, cells, _TOGETHER):
        last = min(first + _TOGETHER, cells)
        n = _near_pairs(first, last, near, all_where, all_who)
        where, who = all_where[:n], all_who[:n]
        _calm_worth(
            first, last, where, who, pledged, actor_camp, seeks_people, seeks_own, seeks_remote, remoteness, desert,
            river, desert_cost, river_gain, people_scale, trading, trade, gold, profit, profit_scale, people,
            crowd, riches, worth,
        )  # fmt: skip
        met = _threats(where, who, side_start, side, strength, enmity_to, threat_scale, pair, lure, dread)
        logs(lure, met)
        logs(dread, met)
        for i in range(met):
            a = who[pair[i]]
            worth[pair[i]] += hunts[a] * lure[i]
            worth[pair[i]] -= caution[a] * dread[i]
        for i in range(n):
            c, a = where[i], who[i]
            if strength[c, a] > crowd_size:
                worth[i] -= crowding * log(strength[c, a] / crowd_size)
            appeal[c, a] = worth[i]


@kernel
def _exponents_around(
    g: int, a: int, here: int, attraction: F32, appeal: F32, neighbours: I32, country: I16, border: F32,
    sharpness: float, border_cost: float, closed_cost: float, exponent: F64,
) -> None:  # fmt: skip
    """sharpness V, less the greatest of them, of the eight cells around and, last, of the cell itself.

    Fills `exponent` (9,); minus infinity for cells that are closed.
    """
    best = float(attraction[g, here] + appeal[here, a])
    exponent[8] = best
    for i in range(8):
        c = neighbours[here, i]
        exponent[i] = FORBIDDEN
        if c >= 0:
            exponent[i] = attraction[g, c] + appeal[c, a]
            if country[c] != country[here]:
                exponent[i] -= border_cost + closed_cost * border[country[here], country[c]]
            best = max(best, exponent[i])
    for i in range(9):
        exponent[i] = sharpness * (exponent[i] - best) if exponent[i] > CLOSED else -np.inf


@kernel
def _movers(
    mobile: I32, weigh: F64, pick: F64, unit_actor: I16, unit_group: I16, unit_cell: I32, chance_to_move: F64,
    choice: I32, group_of: I16, cell_of: I32,
) -> tuple[int, int]:  # fmt: skip
    """Units that weigh a move, to the front of `mobile` and `pick`, and the choices that they have before them.

    Units of one group in one cell have the same choice: `choice` (N,) numbers it, `group_of` and `cell_of` say whose it
    is. Returns the number of units and of choices.
    """
    n, choices = 0, 0
    for i in range(mobile.size):
        u = mobile[i]
        if weigh[i] >= chance_to_move[unit_actor[u]]:
            continue
        g, c = unit_group[u], unit_cell[u]
        if choices == 0 or g != group_of[choices - 1] or c != cell_of[choices - 1]:
            group_of[choices], cell_of[choices] = g, c
            choices += 1
        mobile[n], pick[n], choice[n] = u, pick[i], choices - 1
        n += 1
    return n, choices


@kernel
def move_units(
    k0: int, k1: int, stream: int, step: int, hop: int, start: I32, order: I32,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_role: I8,
    attraction: F32, appeal: F32, neighbours: I32, country: I16, border: F32,
    chance_to_move: F64, sharpness: float, border_cost: float, closed_cost: float,
) -> None:  # fmt: skip
    """Each mobile unit weighs a move with its actor's chance and takes one of its nine cells.

    The nine cells before a group in a cell are worked out once for all its units, the exponentials all together.

    Parameters
    ----------
    start, order
        Living units by cell, before the first hop.
    attraction : (G, C)
    appeal : (C, A)
    neighbours : (C, 8), -1 outside
    country : (C,), -1 outside any
    border : (N + 1, N + 1)
        How far the border between two countries is closed; the last is the ground outside any.
    chance_to_move : (A,)
        Chance in this hop.
    """
    mobile = np.empty(start[-1], np.int32)
    n = 0
    for i in range(start[-1]):
        mobile[n] = order[i]
        n += 1 if unit_role[order[i]] != 0 else 0
    weigh, pick, choice = np.empty(n), np.empty(n), np.empty(n, np.int32)
    group_of, cell_of = np.empty(n, np.int16), np.empty(n, np.int32)
    uniform_pairs(k0, k1, stream, step, mobile[:n], hop, weigh, pick)
    movers, choices = _movers(
        mobile[:n], weigh, pick, unit_actor, unit_group, unit_cell, chance_to_move, choice, group_of, cell_of
    )
    exponent, worth, total = np.empty(9 * choices), np.empty(9 * choices), np.zeros(choices)
    actor_of = np.empty(choices, np.int16)
    for i in range(movers):
        actor_of[choice[i]] = unit_actor[mobile[i]]
    for j in range(choices):
        _exponents_around(
            group_of[j], actor_of[j], cell_of[j], attraction, appeal, neighbours, country, border, sharpness,
            border_cost, closed_cost, exponent[9 * j : 9 * j + 9],
        )  # fmt: skip
    exp_block(exponent, worth)
    for j in range(choices):
        for k in range(9):
            if exponent[9 * j + k] == -np.inf:
                worth[9 * j + k] = 0.0
            total[j] += worth[9 * j + k]
    for i in range(movers):
        j = choice[i]
        target = pick[i] * total[j]
        for k in range(9):
            target -= worth[9 * j + k]
            if target < 0.0:
                if k < 8:
                    unit_cell[mobile[i]] = neighbours[cell_of[j], k]
                break
