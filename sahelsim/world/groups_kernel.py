"""Which groups take in bands of which people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["adopt"]

I16 = npt.NDArray[np.int16]


@kernel
def adopt(group_actor: I16, group_people: I16, out: I16) -> None:
    """First group of each actor and people, else its first; -1 without any; fills `out` (A, P + 1)."""
    out[:, :] = -1
    for g in range(group_actor.size - 1, -1, -1):
        out[group_actor[g], :] = g
    for g in range(group_actor.size - 1, -1, -1):
        if group_people[g] >= 0:
            out[group_actor[g], group_people[g]] = g
