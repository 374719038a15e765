"""Approximate Bayesian computation with regression adjustment.

Summaries are the parameters as regressed on the statistics (Fearnhead & Prangle 2012, J. R. Stat. Soc. B 74); runs near
the record count by an Epanechnikov kernel and are moved to it by a local regression of mean and spread (Beaumont, Zhang
& Balding 2002, Genetics 162; Blum & François 2010, Statistics and Computing 20). All on scores, which have no bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.ridge import fit_ridge

__all__ = ["AbcSample", "Summaries", "abc_sample", "ranks_of", "summarise", "weighted_quantiles"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_FOLDS = 10
_FAR = 4.0  # standard deviations at which a statistic is held: a regression should not be led by one wild run
_LEAST_VARIANCE = 1e-4
_MOST_STRETCH = 1.5  # by which a residual may be made larger or smaller


@dataclass(frozen=True)
class Summaries:
    """One summary for each parameter: its expected score given the statistics.

    Attributes
    ----------
    runs : ndarray, shape (n, k)
        Of each run, by regressions on the runs of other folds.
    record : ndarray, shape (k,)
        Of the record, by all of these regressions.
    """

    runs: F64
    record: F64


@dataclass(frozen=True)
class AbcSample:
    """Weighted draws.

    Attributes
    ----------
    scores : ndarray, shape (a, k)
        Moved to the record.
    weights : ndarray, shape (a,)
        Sum to 1.
    chosen : ndarray of int, shape (a,)
        Rows of the runs that they come from.
    """

    scores: F64
    weights: F64
    chosen: I64

    @property
    def effective(self) -> float:
        """Effective number of draws, 1 / sum of squared weights (Kish)."""
        return float(1 / np.sum(self.weights**2))


def summarise(scores: F64, statistics: F64, record: F64) -> Summaries:
    """Summaries of runs with scores (n, k) and statistics (n, m), and of the record (m,)."""
    centre, scale = statistics.mean(axis=0), statistics.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    x = np.clip((statistics - centre) / scale, -_FAR, _FAR)
    x0 = np.clip((record - centre) / scale, -_FAR, _FAR)[None, :]
    folds = np.arange(len(scores)) % _FOLDS
    runs = np.empty_like(scores)
    records = []
    for fold in range(_FOLDS):
        out = folds == fold
        fit = fit_ridge(x[~out], scores[~out])
        runs[out] = fit.predict(x[out])
        records.append(fit.predict(x0)[0])
    return Summaries(runs, np.mean(records, axis=0))


def abc_sample(scores: F64, summaries: F64, record: F64, accept: float, *, without: int | None = None) -> AbcSample:
    """The posterior given the summaries of the record.

    Parameters
    ----------
    scores, summaries : ndarray, shape (n, k)
        Of the runs.
    record : ndarray, shape (k,)
        Summaries of the record.
    accept : float
        Share of the runs that are used.
    without : int, optional
        A run that is not used: the one that stands for the record.
    """
    distance = np.sqrt(((summaries - record) ** 2).sum(axis=1))
    if without is not None:
        distance[without] = np.inf
    size = min(max(round(accept * len(scores)), 2), len(scores) - (without is not None))
    chosen = np.sort(np.argsort(distance, kind="stable")[:size])
    near = distance[chosen]
    weights = 1 - (near / (near.max() * (1 + 1e-9) + 1e-300)) ** 2
    weights /= weights.sum()
    return AbcSample(_moved(scores[chosen], summaries[chosen], record, weights), weights, chosen)


def _moved(scores: F64, summaries: F64, record: F64, weights: F64) -> F64:
    """Scores where they would be had the run given the record: mean and spread follow a local regression."""
    mean = fit_ridge(summaries, scores, weights)
    residual = scores - mean.predict(summaries)
    spread = fit_ridge(summaries, np.log(np.maximum(mean.left_out**2, _LEAST_VARIANCE)), weights)
    change = (spread.predict(record[None, :]) - spread.predict(summaries)) / 2
    factor = np.exp(np.clip(change, -np.log(_MOST_STRETCH), np.log(_MOST_STRETCH)))
    inflate = np.sqrt(np.average(mean.left_out**2, axis=0, weights=weights))
    inflate = inflate / np.sqrt(np.maximum(np.average(residual**2, axis=0, weights=weights), 1e-300))
    return np.asarray(mean.predict(record[None, :]) + residual * factor * inflate)


def ranks_of(sample: AbcSample, truth: F64) -> F64:
    """Share (k,) of the posterior below the true scores (k,); uniform over many truths when it is right."""
    below = (sample.scores < truth) + 0.5 * (sample.scores == truth)
    return np.asarray(sample.weights @ below)


def weighted_quantiles(values: F64, weights: F64, shares: npt.ArrayLike) -> F64:
    """Quantiles (s, k) of weighted values (a, k)."""
    out = np.empty((np.size(shares), values.shape[1]))
    for j, column in enumerate(values.T):
        order = np.argsort(column, kind="stable")
        reached = np.cumsum(weights[order])
        out[:, j] = column[order][np.minimum(np.searchsorted(reached, shares), len(column) - 1)]
    return out
