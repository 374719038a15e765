"""The continuous ranked probability score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["crps"]

F64 = npt.NDArray[np.float64]


def crps(draws: npt.NDArray[np.int64], observed: npt.NDArray[np.int64]) -> F64:
    """CRPS of the distribution that puts 1/N on every draw: ``mean |x − y| − mean |x − x'| / 2``.

    This is the plain estimator, over all pairs of draws: the draws are the forecast, as in the VIEWS challenge. (The
    fair one divides by N (N − 1) and estimates the score of a distribution of which the draws are a sample; with 1,000
    draws it is lower by a thousandth of the spread.) From draws in order, ``x(1) ≤ … ≤ x(N)``,

        Σ_i Σ_j |x_i − x_j| = 2 Σ_i (2 i − N − 1) x(i).

    Gneiting and Raftery (2007), J. Am. Stat. Assoc. 102:359-378.

    Parameters
    ----------
    draws : ndarray, shape (..., N)
    observed : ndarray, shape (...)

    Returns
    -------
    ndarray of float64, shape (...)
        In the unit of the draws; 0 is best.
    """
    n = draws.shape[-1]
    ordered = np.sort(draws, axis=-1).astype(np.float64)
    weights = 2.0 * np.arange(1, n + 1) - n - 1.0
    off = np.abs(ordered - observed[..., None]).mean(axis=-1)
    out: F64 = off - (ordered * weights).sum(axis=-1) / (n * n)
    return out
