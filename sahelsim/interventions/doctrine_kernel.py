"""The disarray that coups leave; see `interventions.doctrine`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import exp, log

__all__ = ["leave_disarray"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@kernel
def leave_disarray(
    step: int, step_days: int, actor: I64, since: I64, first: I64, disruption: F64, half_life: F64, disarray: F64
) -> None:
    """What the coups (N,) have left at a step, by actor, into `disarray` (A,).

    `since` are their steps, `first` the same but not before the first step, `half_life` is in weeks.
    """
    disarray[:] = 0.0
    for i in range(actor.size):
        if first[i] <= step:
            weeks = (step - since[i]) * step_days / 7.0
            fresh = disruption[i] * exp(-log(2.0) * weeks / half_life[i])
            disarray[actor[i]] = 1.0 - (1.0 - disarray[actor[i]]) * (1.0 - fresh)
