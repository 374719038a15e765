"""Who stands where: units sorted by cell, and strengths by cell and actor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["bin_units", "fighters_by", "fighters_of", "list_living", "pledged_people"]

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
    side_start: I32, side: I16, strength: I32,
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

    Returns
    -------
    sides, meetings : int
        Number of (cell, actor) pairs and of (cell, pair of actors) present: bounds on the rows that can be logged.
    """
    cells, actors = strength.shape
    strength[:, :] = 0
    place = np.zeros(cells, np.int32)  # first the units of each cell, then where the next of them goes
    for i in range(living.size):
        u = np.uint64(living[i])  # unsigned: no look for an index from the end
        if unit_strength[u] > 0:
            at = np.uint64(unit_cell[u])
            place[at] += 1
            strength[at, np.uint64(unit_actor[u])] += unit_strength[u]
    first, sides, meetings = 0, 0, 0
    for c in range(cells):
        here = place[c]
        start[c] = place[c] = first
        first += here
        side_start[c] = sides
        if here > 0:
            for a in range(actors):
                if strength[c, a] > 0:
                    side[sides] = a
                    sides += 1
            present = sides - side_start[c]
            meetings += present * (present - 1) // 2
    start[cells] = first
    side_start[cells] = sides
    for i in range(living.size):
        u = np.uint64(living[i])
        if unit_strength[u] > 0:
            at = np.uint64(unit_cell[u])
            order[np.uint64(place[at])] = living[i]
            place[at] += 1
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
def fighters_by(label: I16, unit_strength: I32, fighters: I64) -> None:
    """Fighters of each actor, group or whatever `label` (U,) numbers, into `fighters` (N,).

    Units with one label mostly follow one another, and are summed in runs.
    """
    fighters[:] = 0
    last, run = 0, 0
    for u in range(label.size):
        if unit_strength[u] > 0:
            if label[u] != last:
                fighters[last] += run
                last, run = label[u], 0
            run += unit_strength[u]
    if run > 0:
        fighters[last] += run


@kernel
def fighters_of(side_start: I32, side: I16, strength: I32, fighters: I64) -> None:
    """Fighters of each actor, from those of the sides of each cell (C, A), into `fighters` (A,)."""
    fighters[:] = 0
    for c in range(strength.shape[0]):
        for i in range(side_start[c], side_start[c + 1]):
            a = np.uint64(side[i])
            fighters[a] += strength[c, a]
