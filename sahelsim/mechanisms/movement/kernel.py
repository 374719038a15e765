"""Movement: a discrete choice of each mobile unit among its cell and the eight around it.

The worth of cell c to a unit of group g and actor a is

    V(g, c) = attraction(g, c) + appeal(a, c)

with the appeal of `appeal_kernel`. A unit that weighs a move takes cell c with probability
exp(sharpness V(c)) / sum of the same over its nine cells (multinomial logit, McFadden 1974); crossing a border costs
`border_cost` + `closed_cost` L, with L from 0 to 1 how far the border is closed. Attraction is the pull of home ground
and of orders, and forbids cells that the actor may not enter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary_block_kernel import exp_block
from sahelsim.rng import uniform_pairs

__all__ = ["CLOSED", "FORBIDDEN", "move_units"]

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


@kernel
def _exponents_around(
    g: int, a: int, here: int, attraction: F32, appeal: F32, neighbours: I32, country: I16, border: F32,
    sharpness: float, border_cost: float, closed_cost: float, first: int, exponent: F64,
) -> None:  # fmt: skip
    """sharpness V, less the greatest of them, of the eight cells around and, last, of the cell itself.

    Fills nine of `exponent` from `first` on; minus infinity for cells that are closed.
    """
    best = float(attraction[g, here] + appeal[here, a])
    exponent[first + 8] = best
    for k in range(8):
        c, i = neighbours[here, k], first + k
        exponent[i] = FORBIDDEN
        if c >= 0:
            exponent[i] = attraction[g, c] + appeal[c, a]
            if country[c] != country[here]:
                exponent[i] -= border_cost + closed_cost * border[country[here], country[c]]
            best = max(best, exponent[i])
    for i in range(first, first + 9):
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
            border_cost, closed_cost, 9 * j, exponent,
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
