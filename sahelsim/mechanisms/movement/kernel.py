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
from sahelsim.elementary import exp, log
from sahelsim.rng import uniform2

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


@kernel
def cell_appeal(
    strength: I32, pledged: I32, enmity: F64, actor_camp: I16,
    hunts: F64, caution: F64, seeks_people: F64, seeks_own: F64, seeks_remote: F64,
    remoteness: F32, desert: F32, river: F32,
    threat_scale: float, crowding: float, crowd_size: float, desert_cost: float, river_gain: float,
    people_scale: float, trading: F64, trade: F64, gold: F64, profit: float, profit_scale: float, appeal: F32,
) -> None:  # fmt: skip
    """Worth of every cell to every actor's mobile units; fills `appeal` (C, A)."""
    cells, actors = strength.shape
    for c in range(cells):
        people = 0
        for k in range(pledged.shape[1]):
            people += pledged[c, k]
        crowd = log(1.0 + people / people_scale) if people > 0 else 0.0
        ground = river_gain * river[c] - desert_cost * desert[c]
        riches = profit * log(1.0 + (trade[c] + gold[c]) / profit_scale)
        armed = False
        for a in range(actors):
            armed = armed or strength[c, a] > 0
        for a in range(actors):
            worth = ground + seeks_people[a] * crowd + seeks_remote[a] * remoteness[c] + riches * trading[a]
            if people > 0:
                worth += seeks_own[a] * pledged[c, actor_camp[a]] / people
            if armed:
                enemy = 0.0
                for b in range(actors):
                    enemy += enmity[a, b] * strength[c, b]
                own = float(strength[c, a])
                if enemy > 0.0:
                    worth += hunts[a] * log(1.0 + enemy / threat_scale)
                    if enemy > own:
                        worth -= caution[a] * log((threat_scale + enemy) / (threat_scale + own))
                if own > crowd_size:
                    worth -= crowding * log(own / crowd_size)
            appeal[c, a] = worth


@kernel
def move_units(
    k0: int, k1: int, stream: int, step: int, hop: int,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_role: I8, unit_strength: I32,
    attraction: F32, appeal: F32, neighbours: I32, country: I16, border: F32,
    chance_to_move: F64, sharpness: float, border_cost: float, closed_cost: float,
) -> None:  # fmt: skip
    """Each mobile unit weighs a move with its actor's chance and takes one of its nine cells.

    Parameters
    ----------
    attraction : (G, C)
    appeal : (C, A)
    neighbours : (C, 8), -1 outside
    country : (C,), -1 outside any
    border : (N + 1, N + 1)
        How far the border between two countries is closed; the last is the ground outside any.
    chance_to_move : (A,)
        Chance in this hop.
    """
    worth = np.empty(9)
    for u in range(unit_cell.size):
        if unit_strength[u] == 0 or unit_role[u] == 0:
            continue
        a = unit_actor[u]
        weigh, pick = uniform2(k0, k1, stream, step, u, hop)
        if weigh >= chance_to_move[a]:
            continue
        g = unit_group[u]
        here = unit_cell[u]
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
        target = pick * total
        for i in range(9):
            target -= worth[i]
            if target < 0.0:
                if i < 8:
                    unit_cell[u] = neighbours[here, i]
                break
