"""Who is armed among the people: the actors of each cell that has communities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["sides_among_people"]

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@kernel
def sides_among_people(
    community_start: I32, side_start: I32, side: I16, strength: I32, eager: F64
) -> tuple[I32, I16, I64]:  # fmt: skip
    """Every eager actor in every cell where it has fighters and there are communities, by cell and actor.

    Actors whose `eager` (A,) is not above 0 are left out.

    Returns
    -------
    cell, actor, number : (N,)
        The number of a side is cell * A + actor, the entity of its draws.
    """
    cells, actors = strength.shape
    room = side_start[cells]
    cell, actor, number = np.empty(room, np.int32), np.empty(room, np.int16), np.empty(room, np.int64)
    n = 0
    for c in range(cells):
        if community_start[c + 1] == community_start[c]:
            continue
        for i in range(side_start[c], side_start[c + 1]):
            a = side[i]
            cell[n] = c
            actor[n] = a
            number[n] = c * actors + a
            n += 1 if eager[a] > 0.0 and strength[c, a] > 0 else 0
    return cell[:n], actor[:n], number[:n]
