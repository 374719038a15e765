"""Who stands where: units sorted by cell, and strengths by cell and actor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["bin_units", "fighters_of", "list_living", "pledged_people"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@kernel
def list_living(unit_strength: I32, living: I32) -> int:
    """Numbers of the living units, in order, into `living` (U,); returns how many."""
    n = 0
    for u in range(unit_strength.size):
        if unit_strength[u] > 0:
            living[n] = u
            n += 1
    return n


@kernel
def bin_units(
    living: I32, unit_cell: I32, unit_actor: I16, unit_strength: I32, start: I32, order: I32,
    side_start: I32, side: I16, strength: I32, fighters: I64,
) -> tuple[int, int]:  # fmt: skip
    """Stable counting sort of living units by cell.

    Parameters
    ----------
    living : (N,)
        Units to sort, in order; those of strength 0 are left out.
    unit_cell, unit_actor, unit_strength : (U,)
        State of the units; strength 0 is an empty place and is left out.
    start : (C + 1,)
        Out: first entry of each cell in `order`.
    order : (U,)
        Out: living units sorted by (cell, unit).
    side_start : (C + 1,)
        Out: first entry of each cell in `side`.
    side : (U,)
        Out: actors who have fighters in a cell, sorted by (cell, actor).
    strength : (C, A)
        Out: fighters of each actor in each cell.
    fighters : (A,)
        Out: fighters of each actor.

    Returns
    -------
    sides, meetings : int
        Number of (cell, actor) pairs and of (cell, pair of actors) present: bounds on the rows that can be logged.
    """
    cells, actors = strength.shape
    strength[:, :] = 0
    fighters[:] = 0
    here = np.zeros(cells, np.int32)  # units of each cell
    least, most = np.full(cells, actors, np.int16), np.full(cells, -1, np.int16)  # first and last actor there
    rank = np.empty(living.size, np.int32)  # of a unit among those of its cell; -1 where it is dead
    for i in range(np.uint64(living.size)):
        u = np.uint64(living[i])  # unsigned: no look for an index from the end
        rank[i] = -1
        if unit_strength[u] > 0:
            at, a = np.uint64(unit_cell[u]), unit_actor[u]
            rank[i] = here[at]
            here[at] += np.int32(1)
            least[at], most[at] = min(least[at], a), max(most[at], a)
            strength[at, np.uint64(a)] += unit_strength[u]
    first, sides, meetings = 0, 0, 0
    for c in range(np.uint64(cells)):
        start[c] = first
        first += here[c]
        side_start[c] = sides
        present = 0
        for a in range(least[c], most[c] + 1):
            there = strength[c, np.uint64(a)]
            if there > 0:
                side[np.uint64(sides + present)] = a
                present += 1
                fighters[np.uint64(a)] += there
        sides += present
        meetings += present * (present - 1) // 2
    start[cells] = first
    side_start[cells] = sides
    for i in range(np.uint64(living.size)):
        if rank[i] >= 0:
            order[np.uint64(start[np.uint64(unit_cell[np.uint64(living[i])])] + rank[i])] = living[i]
    return sides, meetings


@kernel
def pledged_people(community_cell: I32, camp: I8, population: I32, pledged: I32) -> None:
    """People of each camp in each cell.

    Parameters
    ----------
    community_cell, camp, population : (M,)
        Cell, camp and people of each community.
    pledged : (C, K)
        Out.
    """
    pledged[:, :] = 0
    for m in range(community_cell.size):
        pledged[np.uint64(community_cell[m]), np.uint64(camp[m])] += population[m]


@kernel
def fighters_of(living: I32, unit_body: I16, unit_strength: I32, fighters: I64 | I32) -> None:
    """Fighters of each actor or group, whichever `unit_body` (U,) tells of each unit, into `fighters`.

    `living` (N,) are the units that may be alive.
    """
    fighters[:] = 0
    last, run = 0, 0
    for i in range(living.size):  # units of a body mostly follow one another, and are summed in runs
        u = np.uint64(living[i])
        if unit_body[u] != last:
            fighters[last] += run
            last, run = unit_body[u], 0
        run += unit_strength[u]
    if run > 0:
        fighters[last] += run
