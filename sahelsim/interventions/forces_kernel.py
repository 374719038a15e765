"""Fighters who leave the region; see `interventions.forces`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["fighters_in_units", "take_out"]

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@kernel
def fighters_in_units(actor: int, unit_actor: I16, unit_strength: I32) -> int:
    """Fighters of an actor."""
    total = 0
    for u in range(unit_actor.size):
        if unit_actor[u] == actor:
            total += unit_strength[u]
    return total


@kernel
def take_out(places: I64, begin: int, actor: int, fighters: int, unit_actor: I16, unit_strength: I32) -> int:
    """Take fighters of the actor from units, whole ones first, from places[begin] on; returns how many are gone."""
    gone = 0
    for i in range(places.size):
        u = places[(begin + i) % places.size]
        if unit_actor[u] == actor:
            taken = min(fighters - gone, unit_strength[u])
            unit_strength[u] -= taken
            gone += taken
    return gone
