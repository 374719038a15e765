"""Draws of a posterior, on scores, and what is read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Sample", "equally_weighted", "ranks_of", "weighted_quantiles"]

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Weighted draws.

    Attributes
    ----------
    scores : ndarray, shape (a, k)
    weights : ndarray, shape (a,)
        Sum to 1.
    """

    scores: F64
    weights: F64

    @property
    def effective(self) -> float:
        """Effective number of draws, 1 / sum of squared weights (Kish)."""
        return float(1 / np.sum(self.weights**2))

    @property
    def mean(self) -> F64:
        """Mean score (k,)."""
        return np.asarray(self.weights @ self.scores)

    @property
    def sd(self) -> F64:
        """Standard deviation of the scores (k,)."""
        return np.asarray(np.sqrt(self.weights @ (self.scores - self.mean) ** 2))


def equally_weighted(scores: F64) -> Sample:
    """Draws (a, k) of which each counts the same."""
    return Sample(scores, np.full(len(scores), 1 / len(scores)))


def ranks_of(sample: Sample, truth: F64) -> F64:
    """Share (k,) of the posterior below the true scores (k,); uniform over many truths when it is right."""
    below = (sample.scores < truth) + 0.5 * (sample.scores == truth)
    return np.asarray(np.minimum(sample.weights @ below, 1.0))


def weighted_quantiles(values: F64, weights: F64, shares: npt.ArrayLike) -> F64:
    """Quantiles (s, k) of weighted values (a, k)."""
    out = np.empty((np.size(shares), values.shape[1]))
    for j, column in enumerate(values.T):
        order = np.argsort(column, kind="stable")
        reached = np.cumsum(weights[order])
        out[:, j] = column[order][np.minimum(np.searchsorted(reached, shares), len(column) - 1)]
    return out
