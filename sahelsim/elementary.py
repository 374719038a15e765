"""exp, log and friends from plain arithmetic, so that every processor returns the same bits.

The C library picks another exp or log by processor (with or without fused multiply-add) and differs in the last bit;
these are the rational approximations of Moshier's Cephes library (1989), relative error below 3e-16. For arrays
outside of kernels: `elementary_arrays`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import inlined, kernel
from sahelsim.elementary_arrays import EXP_LIMIT, EXP_P, EXP_Q, LN2_HIGH, LN2_LOW, LOG2E, POW2

__all__ = ["chance", "exp", "log", "log1p", "logistic", "logs", "lomax", "out_of_reach", "power"]

F64 = npt.NDArray[np.float64]

_LOG_LN2_HIGH = 0.693359375
_LOG_LN2_LOW = -2.121944400546905827679e-4
_SQRT_HALF = 0.70710678118654752440
_MARGIN = 1.0e-9  # far above what rounding can add to a hazard and to its chance
_FRACTION = 52  # bits of the fraction of a double; then follow 11 of the exponent
_FRACTION_BITS = (1 << _FRACTION) - 1
_EXPONENT = 0x7FF
_BIAS = 1022
_HALF_BITS = _BIAS << _FRACTION  # the number 1/2


@kernel
def exp(x: float) -> float:
    """e to the x; x is held to -700…700."""
    x = min(max(x, -EXP_LIMIT), EXP_LIMIT)
    k = math.floor(LOG2E * x + 0.5)
    r = x - k * LN2_HIGH
    r = r - k * LN2_LOW
    s = r * r
    p = r * ((EXP_P[0] * s + EXP_P[1]) * s + EXP_P[2])
    q = ((EXP_Q[0] * s + EXP_Q[1]) * s + EXP_Q[2]) * s + EXP_Q[3]
    return float((1.0 + 2.0 * (p / (q - p))) * POW2[int(k) + 1021])


@inlined
def _log_of_parts(m: float, e: int) -> float:
    """log(m 2**e), with m between sqrt(1/2) and sqrt(2)."""
    y = m - 1.0
    z = y * y
    p = 1.01875663804580931796e-4 * y + 4.97494994976747001425e-1
    p = p * y + 4.70579119878881725854
    p = p * y + 1.44989225341610930846e1
    p = p * y + 1.79368678507819816313e1
    p = p * y + 7.70838733755885391666
    q = y + 1.12873587189167450590e1
    q = q * y + 4.52279145837532221105e1
    q = q * y + 8.29875266912776603211e1
    q = q * y + 7.11544750618563894466e1
    q = q * y + 2.31251620126765340583e1
    w = y * (z * p / q)
    w = w + e * _LOG_LN2_LOW
    w = w - 0.5 * z
    return y + w + e * _LOG_LN2_HIGH


@kernel
def log(x: float) -> float:
    """Natural logarithm of a positive number."""
    m, e = math.frexp(x)
    if m < _SQRT_HALF:
        m = 2.0 * m
        e = e - 1
    return _log_of_parts(m, e)


@kernel
def logs(x: F64, n: int) -> None:
    """Put its natural logarithm in place of each of x[:n], positive normal numbers; same bits as `log`, but faster."""
    bits = x.view(np.int64)
    for i in range(n):
        e = ((bits[i] >> _FRACTION) & _EXPONENT) - _BIAS
        bits[i] = (bits[i] & _FRACTION_BITS) | _HALF_BITS
        m = x[i]
        if m < _SQRT_HALF:
            m = 2.0 * m
            e = e - 1
        x[i] = _log_of_parts(m, e)


@kernel
def log1p(x: float) -> float:
    """log(1 + x) for x >= 0, where the last bits for tiny x do not matter."""
    return log(1.0 + x)


@kernel
def power(x: float, y: float) -> float:
    """x to the y for positive x."""
    return exp(y * log(x))


@kernel
def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))


@kernel
def chance(hazard: float) -> float:
    """Probability of at least one event: 1 - exp(-hazard)."""
    return 1.0 - exp(-hazard)


@kernel
def out_of_reach(u: float, hazard: float) -> bool:
    """True only if u >= chance(h) for every h up to `hazard`: a cheap bound of a hazard spares the hazard itself.

    Since 1 - exp(-h) <= h; the margin keeps the answer on the safe side of rounding.
    """
    return u >= hazard * (1.0 + _MARGIN) + _MARGIN


@kernel
def lomax(u: float, scale: float, tail_exponent: float) -> float:
    """Quantile 1 - u of the Lomax (Pareto II) law whose density falls as x**-tail_exponent."""
    return scale * (exp(-log(u) / (tail_exponent - 1.0)) - 1.0)
