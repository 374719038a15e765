"""exp and logistic for many numbers at once: the bits of `elementary`, in loops that become vector code.

`elementary.exp` takes its power of two from a table, which keeps the loop around it scalar; here it is put together
from its bits. Every other operation is the same and in the same order, so that the results are the same bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["exp_block", "logistic_block"]

F64 = npt.NDArray[np.float64]

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93145751953125e-1
_LN2_LOW = 1.42860682030941723212e-6
_LIMIT = 700.0
_BIAS = np.int32(1023)
_MANTISSA = np.int64(52)


@kernel
def _exp(x: float) -> float:
    """`elementary.exp` without its table."""
    x = min(max(x, -_LIMIT), _LIMIT)
    k = np.floor(_LOG2E * x + 0.5)
    r = x - k * _LN2_HIGH
    r = r - k * _LN2_LOW
    s = r * r
    p = r * ((1.26177193074810590878e-4 * s + 3.02994407707441961300e-2) * s + 9.99999999999999999910e-1)
    q = ((3.00198505138664455042e-6 * s + 2.52448340349684104192e-3) * s + 2.27265548208155028766e-1) * s + 2.0
    power = np.int64(np.int64(np.int32(k) + _BIAS) << _MANTISSA)
    return float((1.0 + 2.0 * (p / (q - p))) * np.int64(power).view(np.float64))


@kernel
def exp_block(x: F64, out: F64) -> None:
    """e to each x, shape (N,)."""
    for i in range(x.size):
        out[i] = _exp(x[i])


@kernel
def logistic_block(x: F64, out: F64) -> None:
    """1 / (1 + exp(-x)) of each x, shape (N,)."""
    for i in range(x.size):
        out[i] = 1.0 / (1.0 + _exp(-x[i]))
