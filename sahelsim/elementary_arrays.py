"""exp, sin, cos and arcsin of arrays from plain arithmetic, so that every processor returns the same bits.

numpy takes these from the C library or from vector code of its own, by processor, and they differ in the last bit.
Sums, products, quotients, square roots and floors are exact to the rounding of IEEE 754 everywhere, and numpy adds
in one order on all of them. The approximations are those of Moshier's Cephes library (1989); each result is within
two units in the last place of the true value, sin and cos for arguments up to 1e6 (near their zeros, where no number
is close to a multiple of pi, within 1e-16 absolute). Imports numpy and nothing else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["EXP_LIMIT", "EXP_P", "EXP_Q", "LN2_HIGH", "LN2_LOW", "LOG2E", "POW2", "arcsin", "cos", "exp", "sin"]

FloatArray = npt.NDArray[np.float64]
Coefficients = tuple[float, ...]

LOG2E = 1.4426950408889634
LN2_HIGH = 6.93145751953125e-1
LN2_LOW = 1.42860682030941723212e-6
EXP_LIMIT = 700.0
"""Arguments of exp are held to plus or minus this."""
EXP_P = (1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1)
EXP_Q = (3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0)
POW2 = np.ldexp(1.0, np.arange(-1021, 1022))
"""2**k at index k + 1021."""

_QUARTER_PI = 0.785398163397448309616
_QUARTER_PI_PARTS = (7.85398125648498535156e-1, 3.77489470793079817668e-8, 2.69515142907905952645e-15)
_SIN = (
    1.58962301576546568060e-10, -2.50507477628578072866e-8, 2.75573136213857245213e-6,
    -1.98412698295895385996e-4, 8.33333333332211858878e-3, -1.66666666666666307295e-1,
)  # fmt: skip
_COS = (
    -1.13585365213876817300e-11, 2.08757008419747316778e-9, -2.75573141792967388112e-7,
    2.48015872888517045348e-5, -1.38888888888730564116e-3, 4.16666666666665929218e-2,
)  # fmt: skip
_ASIN_MIDDLE = 0.625
_ASIN_P = (
    4.253011369004428248960e-3, -6.019598008014123785661e-1, 5.444622390564711410273,
    -1.626247967210700244449e1, 1.956261983317594739197e1, -8.198089802484824371615,
)  # fmt: skip
_ASIN_Q = (
    1.0, -1.474091372988853791896e1, 7.049610280856842141659e1,
    -1.471791292232726029859e2, 1.395105614657485689735e2, -4.918853881490881290097e1,
)  # fmt: skip
_ASIN_R = (
    2.967721961301243206100e-3, -5.634242780008963776856e-1, 6.968710824104713396794,
    -2.556901049652824852289e1, 2.853665548261061424989e1,
)  # fmt: skip
_ASIN_S = (
    1.0, -2.194779531642920639778e1, 1.470656354026814941758e2,
    -3.838770957603691357202e2, 3.424398657913078477438e2,
)  # fmt: skip
_HALF_PI_TAIL = 6.123233995736765886130e-17  # pi / 2 less the nearest number


def exp(x: npt.ArrayLike) -> FloatArray:
    """e to the x, the bits of `elementary.exp`; x is held to -700…700."""
    x = np.clip(np.asarray(x, np.float64), -EXP_LIMIT, EXP_LIMIT)
    k = np.floor(LOG2E * x + 0.5)
    r = x - k * LN2_HIGH
    r = r - k * LN2_LOW
    s = r * r
    p = r * _polynomial(EXP_P, s)
    q = _polynomial(EXP_Q, s)
    return np.asarray((1.0 + 2.0 * (p / (q - p))) * POW2[k.astype(np.int64) + 1021])


def sin(x: npt.ArrayLike) -> FloatArray:
    """Sine of an angle [rad]."""
    x = np.asarray(x, np.float64)
    octant, sine, cosine = _reduced(np.abs(x))
    value = np.where((octant == 2.0) | (octant == 6.0), cosine, sine)
    return np.asarray(np.where((octant >= 4.0) != (x < 0.0), -value, value))


def cos(x: npt.ArrayLike) -> FloatArray:
    """Cosine of an angle [rad]."""
    octant, sine, cosine = _reduced(np.abs(np.asarray(x, np.float64)))
    value = np.where((octant == 2.0) | (octant == 6.0), sine, cosine)
    return np.asarray(np.where((octant == 2.0) | (octant == 4.0), -value, value))


def arcsin(x: npt.ArrayLike) -> FloatArray:
    """Angle [rad] between -pi/2 and pi/2 of a sine between -1 and 1."""
    x = np.asarray(x, np.float64)
    a = np.abs(x)
    inner = np.minimum(a, _ASIN_MIDDLE)
    z = inner * inner
    low = inner * (z * _polynomial(_ASIN_P, z) / _polynomial(_ASIN_Q, z)) + inner
    t = 1.0 - np.maximum(a, _ASIN_MIDDLE)
    root = np.sqrt(t + t)
    tail = root * (t * _polynomial(_ASIN_R, t) / _polynomial(_ASIN_S, t)) - _HALF_PI_TAIL
    high = ((_QUARTER_PI - root) - tail) + _QUARTER_PI
    return np.asarray(np.copysign(np.where(a > _ASIN_MIDDLE, high, low), x))


def _reduced(a: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Even octant of an angle >= 0 (0, 2, 4 or 6), and sine and cosine of what it is beyond that."""
    j = np.floor(a / _QUARTER_PI)
    j = j + (j - 2.0 * np.floor(0.5 * j))  # up to the next even one: what is left lies within pi/4 of zero
    high, middle, low = _QUARTER_PI_PARTS
    z = ((a - j * high) - j * middle) - j * low
    s = z * z
    sine = z + z * (s * _polynomial(_SIN, s))
    cosine = 1.0 - 0.5 * s + s * s * _polynomial(_COS, s)
    return np.asarray(j - 8.0 * np.floor(0.125 * j)), sine, cosine


def _polynomial(coefficients: Coefficients, x: FloatArray) -> FloatArray:
    """Value by Horner's rule, the coefficient of the highest power first."""
    first, *others = coefficients
    value = np.full_like(x, first)
    for coefficient in others:
        value *= x
        value += coefficient
    return value
