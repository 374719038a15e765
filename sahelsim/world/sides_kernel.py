"""Who is armed among the people: the actors of each cell that has communities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["cells_of_sides", "sides_among_people"]

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@kernel
def cells_of_sides(side_start: I32) -> I32:
    """Cell of each side, in order, from the first side of each cell (C + 1,).

    Without a branch: of cells that begin at the same side all but the last are empty, and the last writes last.
    """
    cells = side_start.size - 1
    cell = np.zeros(side_start[cells] + 1, np.int32)
    for c in range(cells):
        cell[np.uint64(side_start[c])] = c
    latest = np.int32(0)
    for i in range(cell.size - 1):
        latest = max(latest, cell[i])
        cell[i] = latest
    return cell[: cell.size - 1]


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
    actors, cell_of = strength.shape[1], cells_of_sides(side_start)
    room = cell_of.size
    cell, actor, number = np.empty(room, np.int32), np.empty(room, np.int16), np.empty(room, np.int64)
    n = 0
    for i in range(room):
        c, a = np.uint64(cell_of[i]), np.uint64(side[i])
        cell[n] = cell_of[i]
        actor[n] = side[i]
        number[n] = cell_of[i] * actors + side[i]
        peopled = community_start[c + np.uint64(1)] > community_start[c]
        n += int(peopled) & int(eager[a] > 0.0) & int(strength[c, a] > 0)
    return cell[:n], actor[:n], number[:n]
