"""What recruits cost, and how many of them an actor can pay for; see `recruitment.kernel`."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["fill_purses", "pay_for_recruits"]

I8 = npt.NDArray[np.int8]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_ANY_NUMBER = 2147483647


@kernel
def fill_purses(
    cost: int, reserve: float, wage: float, budget: I8, treasury: I64, pay: F64, fighters: I64, purse: I64
) -> None:
    """Recruits that each actor can pay for without touching its reserve, into `purse` (A,); `fighters` (A,) it has."""
    for a in range(purse.size):
        kept = reserve * wage * pay[a] * fighters[a]
        purse[a] = max(treasury[a] - math.ceil(kept), 0) // cost if budget[a] == 1 and cost > 0 else _ANY_NUMBER


@kernel
def pay_for_recruits(cost: int, recruits: I64, budget: I8, account: I64, treasury: I64) -> int:
    """Take what recruits (A,) cost from the treasuries, and from the `account` (A,) of it; returns how many came."""
    came = 0
    for a in range(recruits.size):
        came += recruits[a]
        spent = cost * recruits[a] * budget[a]
        account[a] -= spent
        treasury[a] -= spent
    return came
