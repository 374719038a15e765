"""Who stands where: units sorted by cell, and strengths by cell and actor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["bin_units", "pledged_people"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]


@kernel
def bin_units(
    unit_cell: I32, unit_actor: I16, unit_strength: I32, start: I32, order: I32, strength: I32
) -> tuple[int, int]:
    """Stable counting sort of living units by cell.

    Parameters
    ----------
    unit_cell, unit_actor, unit_strength : (U,)
        State of the units; strength 0 is an empty place and is left out.
    start : (C + 1,)
        Out: first entry of each cell in `order`.
    order : (U,)
        Out: living units sorted by (cell, unit).
    strength : (C, A)
        Out: fighters of each actor in each cell.

    Returns
    -------
    sides, meetings : int
        Number of (cell, actor) pairs and of (cell, pair of actors) present: bounds on the rows that can be logged.
    """
    cells, actors = strength.shape
    start[:] = 0
    strength[:, :] = 0
    for u in range(unit_cell.size):
        if unit_strength[u] > 0:
            start[unit_cell[u] + 1] += 1
            strength[unit_cell[u], unit_actor[u]] += unit_strength[u]
    for c in range(cells):
        start[c + 1] += start[c]
    for u in range(unit_cell.size):
        if unit_strength[u] > 0:
            c = unit_cell[u]
            order[start[c]] = u
            start[c] += 1
    for c in range(cells, 0, -1):
        start[c] = start[c - 1]
    start[0] = 0
    sides = 0
    meetings = 0
    for c in range(cells):
        if start[c + 1] > start[c]:
            present = 0
            for a in range(actors):
                if strength[c, a] > 0:
                    present += 1
            sides += present
            meetings += present * (present - 1) // 2
    return sides, meetings


@kernel
def pledged_people(community_start: I32, camp: I8, population: I32, pledged: I32) -> None:
    """People of each camp in each cell.

    Parameters
    ----------
    community_start : (C + 1,)
        First community of each cell.
    camp, population : (M,)
        Camp and people of each community.
    pledged : (C, K)
        Out.
    """
    pledged[:, :] = 0
    for c in range(pledged.shape[0]):
        for m in range(community_start[c], community_start[c + 1]):
            pledged[c, camp[m]] += population[m]
