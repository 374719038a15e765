"""Who is armed among the people: the actors of each cell that has communities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["sides_among_people"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@kernel
def sides_among_people(community_start: I32, start: I32, strength: I32) -> tuple[I32, I32, I64]:
    """Every actor in every cell where it has fighters and there are communities, by cell and actor.

    Returns
    -------
    cell, actor, number : (N,)
        The number of a side is cell * A + actor, the entity of its draws.
    """
    cells, actors = strength.shape
    room = start[cells] + 1  # no more sides than units; the last place is where a side without fighters is overwritten
    cell, actor, number = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    n = 0
    for c in range(cells):
        if community_start[c + 1] == community_start[c] or start[c + 1] == start[c]:
            continue
        for a in range(actors):
            cell[n] = c
            actor[n] = a
            number[n] = c * actors + a
            n += 1 if strength[c, a] > 0 else 0
    return cell[:n], actor[:n], number[:n]
