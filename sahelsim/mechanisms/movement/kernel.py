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
from sahelsim.elementary import exp, log, logs
from sahelsim.rng import uniform_pairs

__all__ = ["CLOSED", "FORBIDDEN", "cell_appeal", "move_units"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

FORBIDDEN = -1.0e9
"""Attraction of a cell that a group may not enter."""

CLOSED = 0.1 * FORBIDDEN
"""Worth below which a cell is closed: any cell that may be entered is worth more, whatever else it has."""


_TOGETHER = 32  # cells


@kernel
def _calm_worth(
    first: int, last: int, pledged: I32, actor_camp: I16, seeks_people: F64, seeks_own: F64, seeks_remote: F64,
    remoteness: F32, desert: F32, river: F32, desert_cost: float, river_gain: float, people_scale: float,
    trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float, crowd: F64, riches: F64, worth: F64,
) -> None:  # fmt: skip
    """Worth of the cells first:last but for who is armed there; fills `worth` (N, A). `crowd`, `riches` are scratch."""
    for c in range(first, last):
        people = 0
        for k in range(pledged.shape[1]):
            people += pledged[c, k]
        crowd[c - first] = 1.0 + people / people_scale
        riches[c - first] = 1.0 + (trade[c] + gold[c]) / profit_scale
    logs(crowd, last - first)
    logs(riches, last - first)
    for c in range(first, last):
        here, many, rich, remote = worth[c - first], crowd[c - first], profit * riches[c - first], remoteness[c]
        ground = river_gain * river[c] - desert_cost * desert[c]
        for a in range(here.size):
            here[a] = ground + seeks_people[a] * many + seeks_remote[a] * remote + rich * trading[a]
        people = 0
        for k in range(pledged.shape[1]):
            people += pledged[c, k]
        if people > 0:
            for a in range(here.size):
                here[a] += seeks_own[a] * pledged[c, actor_camp[a]] / people


@kernel
def _enemies(here: I32, against: F64, enemy: F64) -> None:
    """Hostile strength for each actor where `here` (A,) stand; fills `enemy` (A,). `against` (A, A) by the one met."""
    for a in range(enemy.size):
        enemy[a] = 0.0
    for b in range(here.size):
        if here[b] > 0:
            met, fighters = against[b], float(here[b])
            for a in range(enemy.size):
                enemy[a] += met[a] * fighters


@kernel
def cell_appeal(
    start: I32, strength: I32, pledged: I32, enmity: F64, actor_camp: I16,
    hunts: F64, caution: F64, seeks_people: F64, seeks_own: F64, seeks_remote: F64,
    remoteness: F32, desert: F32, river: F32,
    threat_scale: float, crowding: float, crowd_size: float, desert_cost: float, river_gain: float,
    people_scale: float, trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float, appeal: F32,
) -> None:  # fmt: skip
    """Worth of every cell to every actor's mobile units; fills `appeal` (C, A).

    Cells are taken a few at a time, so that their logarithms can be worked out together.
    """
    cells, actors = strength.shape
    crowd, riches = np.empty(_TOGETHER), np.empty(_TOGETHER)
    worth = np.empty((_TOGETHER, actors))
    lure, dread = np.empty(_TOGETHER * actors), np.empty(_TOGETHER * actors)
    where, who = np.empty(_TOGETHER * actors, np.int64), np.empty(_TOGETHER * actors, np.int64)
    enemy, against = np.empty(actors), enmity.T.copy()
    for first in range(0, cells, _TOGETHER):
        last = min(first + _TOGETHER, cells)
        _calm_worth(
            first, last, pledged, actor_camp, seeks_people, seeks_own, seeks_remote, remoteness, desert, river,
            desert_cost, river_gain, people_scale, trading, trade, gold, profit, profit_scale, crowd, riches, worth,
        )  # fmt: skip
        n = 0
        for c in range(first, last):
            if start[c + 1] == start[c]:
                continue
            _enemies(strength[c], against, enemy)
            for a in range(actors):
                if enemy[a] > 0.0:
                    own = float(strength[c, a])
                    lure[n] = 1.0 + enemy[a] / threat_scale
                    dread[n] = (threat_scale + enemy[a]) / (threat_scale + own) if enemy[a] > own else 1.0
                    where[n], who[n] = c - first, a
                    n += 1
        logs(lure, n)
        logs(dread, n)
        for i in range(n):
            a = who[i]
            worth[where[i], a] += hunts[a] * lure[i]
            worth[where[i], a] -= caution[a] * dread[i]
        for c in range(first, last):
            if start[c + 1] > start[c]:
                for a in range(actors):
                    if strength[c, a] > crowd_size:
                        worth[c - first, a] -= crowding * log(strength[c, a] / crowd_size)
            for a in range(actors):
                appeal[c, a] = worth[c - first, a]


@kernel
def _worth_around(
    g: int, a: int, here: int, attraction: F32, appeal: F32, neighbours: I32, country: I16, border: F32,
    sharpness: float, border_cost: float, closed_cost: float, worth: F64,
) -> float:  # fmt: skip
    """exp(sharpness V) of the eight cells around and, last, of the cell itself, into `worth` (9,); their sum."""
    best = float(attraction[g, here] + appeal[here, a])
    worth[8] = best
    for i in range(8):
        c = neighbours[here, i]
        worth[i] = FORBIDDEN
        if c >= 0:
            worth[i] = attraction[g, c] + appeal[c, a]
            if country[c] != country[here]:
                worth[i] -= border_cost + closed_cost * border[country[here], country[c]]
            best = max(best, worth[i])
    total = 0.0
    for i in range(9):
        worth[i] = exp(sharpness * (worth[i] - best)) if worth[i] > CLOSED else 0.0
        total += worth[i]
    return total


@kernel
def move_units(
    k0: int, k1: int, stream: int, step: int, hop: int, start: I32, order: I32,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_role: I8,
    attraction: F32, appeal: F32, neighbours: I32, country: I16, border: F32,
    chance_to_move: F64, sharpness: float, border_cost: float, closed_cost: float,
) -> None:  # fmt: skip
    """Each mobile unit weighs a move with its actor's chance and takes one of its nine cells.

    Units of one group in one cell have the same nine cells before them: their worth is worked out once.

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
    weigh, pick = np.empty(n), np.empty(n)
    uniform_pairs(k0, k1, stream, step, mobile[:n], hop, weigh, pick)
    worth = np.empty(9)
    total = 0.0
    group, cell = -1, -1
    for i in range(n):
        u = mobile[i]
        a = unit_actor[u]
        if weigh[i] >= chance_to_move[a]:
            continue
        if unit_group[u] != group or unit_cell[u] != cell:
            group, cell = unit_group[u], unit_cell[u]
            total = _worth_around(
                group, a, cell, attraction, appeal, neighbours, country, border, sharpness, border_cost, closed_cost,
                worth,
            )  # fmt: skip
        target = pick[i] * total
        for k in range(9):
            target -= worth[k]
            if target < 0.0:
                if k < 8:
                    unit_cell[u] = neighbours[cell, k]
                break
