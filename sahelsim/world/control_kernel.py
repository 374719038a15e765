"""What is taken down of the cells: who holds them, who has taken refuge there.

A camp's hold on a cell is the mean of its share of the armed and of the people's allegiance (of the one alone where
there is nothing of the other).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["camps_in_control", "people_by_cell", "turn"]

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]


@kernel
def camps_in_control(
    side_start: I32, side: I16, strength: I32, pledged: I32, actor_camp: I16, threshold: float, control: I32
) -> None:
    """Camp with the greatest hold on each cell if that reaches `threshold`, else -1, into `control` (C,)."""
    camps = pledged.shape[1]
    armed = np.empty(camps)
    for c in range(control.size):
        armed[:] = 0.0
        total_armed, total_people = 0.0, 0.0
        for i in range(side_start[c], side_start[c + 1]):
            a = side[i]
            armed[actor_camp[a]] += strength[c, a]
            total_armed += strength[c, a]
        for k in range(camps):
            total_people += pledged[c, k]
        if total_armed == 0.0 and total_people == 0.0:
            control[c] = -1
            continue
        parts = (1.0 if total_armed > 0.0 else 0.0) + (1.0 if total_people > 0.0 else 0.0)
        best, most = 0, -1.0
        for k in range(camps):
            hold = armed[k] / max(total_armed, 1.0) + pledged[c, k] / max(total_people, 1.0)
            hold /= max(parts, 1.0)
            if hold > most:
                best, most = k, hold
        control[c] = best if most >= threshold and best > 0 else -1


@kernel
def people_by_cell(community_cell: I32, people: I32, out: I32) -> None:
    """People of the communities of each cell, into `out` (C,)."""
    out[:] = 0
    for m in range(community_cell.size):
        out[community_cell[m]] += people[m]


@kernel
def turn(side_start: I32, side: I16, strength: I32, out: I32) -> None:
    """Fighters by actor and cell, into `out` (A, C), from those of the sides of each cell (C, A)."""
    out[:, :] = 0
    for c in range(strength.shape[0]):
        for i in range(side_start[c], side_start[c + 1]):
            out[side[i], c] = strength[c, side[i]]
