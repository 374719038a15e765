"""Draws that stand for a distribution: its quantiles at the levels (i + 1/2) / N, so that no luck is in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

__all__ = ["levels", "negative_binomial", "spread"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_TAIL = 1e-7  # probability left out beyond the largest count that is tabled


def levels(draws: int) -> F64:
    """``(i + 1/2) / N``, shape (N,)."""
    out: F64 = (np.arange(draws) + 0.5) / draws
    return out


def spread(values: I64, draws: int) -> I64:
    """Quantiles of the empirical distribution of each row, (U, n) to (U, N): every value comes N/n times."""
    n = values.shape[1]
    at = np.floor(levels(draws) * n).astype(np.int64)
    out: I64 = np.sort(values, axis=1)[:, at]
    return out


def negative_binomial(mean: F64, variance: F64, draws: int) -> I64:
    """Quantiles of the negative binomial of each mean and variance, shape (U, N).

    With mean m and variance v > m its size is ``m² / (v − m)`` and its probability ``m / v``; where v ≤ m it is a
    Poisson distribution, and for m = 0 all is zero.

    Parameters
    ----------
    mean, variance : ndarray of float64, shape (U,)
    draws : int
        N.
    """
    out = np.zeros((mean.size, draws), dtype=np.int64)
    at = levels(draws)
    pairs, inverse = np.unique(np.stack([mean, variance], axis=1), axis=0, return_inverse=True)
    for i, (m, v) in enumerate(pairs):
        if m > 0:
            law = stats.nbinom(m * m / (v - m), m / v) if v > m else stats.poisson(m)
            most = int(law.ppf(max(1.0 - _TAIL, at[-1]))) + 1
            out[inverse.ravel() == i] = np.searchsorted(law.cdf(np.arange(most + 1)), at)
    return out
