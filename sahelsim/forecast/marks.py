"""The dead of a recorded event: drawn from recorded events like it.

An event of a unit has the dead of one of the unit's events of the last `marks_months` months, or, with the weight of
`marks_shared` events, of any event of all units of its level. The tail is thus that of the record; the model's own dead
are scored by the patterns, not used here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sahelsim.scenario.assimilation import AssimilationParameters

__all__ = ["mark", "marks_of", "sum_marks"]

I64 = npt.NDArray[np.int64]


def mark(own: I64, shared: I64, number: int, p: AssimilationParameters, chance: np.random.Generator) -> I64:
    """Dead of `number` events of a unit with events `own` among `shared`; 0 each where nothing is recorded at all."""
    if not shared.size and not own.size:
        return np.zeros(number, np.int64)
    share = 1.0 if not own.size else p.marks_shared / (p.marks_shared + own.size) if shared.size else 0.0
    from_shared = chance.random(number) < share
    out = np.empty(number, np.int64)
    n = int(from_shared.sum())
    out[from_shared] = chance.choice(shared, n) if n else 0
    out[~from_shared] = chance.choice(own, number - n) if number > n else 0
    return out


def marks_of(events: I64, marks: Sequence[I64], p: AssimilationParameters, chance: np.random.Generator) -> list[I64]:
    """Dead of every event of draws (N, H, K): for each unit those of its events in order of draw and month."""
    shared = np.concatenate([*marks]) if marks else np.zeros(0, np.int64)
    return [mark(own, shared, int(events[:, :, k].sum()), p, chance) for k, own in enumerate(marks)]


def sum_marks(events: I64, dead: list[I64]) -> I64:
    """Deaths (N, H, K) of draws of events, from the dead of each."""
    out = np.zeros_like(events)
    for k, each in enumerate(dead):
        owner = np.repeat(np.arange(events[:, :, k].size), events[:, :, k].ravel())
        out[:, :, k] = np.bincount(owner, weights=each, minlength=events[:, :, k].size).reshape(events.shape[:2])
    return out
