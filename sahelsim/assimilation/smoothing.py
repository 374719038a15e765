"""What one particle expects, smoothed over time: a single history is as noisy as the war itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["smoothed", "smoothed_so_far"]

F64 = npt.NDArray[np.float64]


def smoothed(series: F64, deviation: float) -> F64:
    """Mean over neighbouring months with normal weights, along axis 1 of (P, M, K).

    Parameters
    ----------
    series : (P, M, K)
    deviation : float
        Standard deviation of the kernel [months]; 0 leaves the series as it is.
    """
    months = series.shape[1]
    if deviation == 0:
        return series.copy()
    apart = np.subtract.outer(np.arange(months), np.arange(months))
    weight = np.exp(-0.5 * (apart / deviation) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    out: F64 = np.einsum("tm,pmk->ptk", weight, series)
    return out


def smoothed_so_far(series: F64, deviation: float) -> F64:
    """The same for the last month, which has no later ones, (P, K)."""
    if deviation == 0:
        return series[:, -1].copy()
    weight = np.exp(-0.5 * (np.arange(series.shape[1])[::-1] / deviation) ** 2)
    out: F64 = np.einsum("m,pmk->pk", weight / weight.sum(), series)
    return out
