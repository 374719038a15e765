"""Approximate Bayesian computation with regression adjustment.

Summaries are the parameters as regressed on the statistics (Fearnhead & Prangle 2012, J. R. Stat. Soc. B 74); runs near
the record count by an Epanechnikov kernel and are moved to it by a local regression of mean and spread (Beaumont, Zhang
& Balding 2002, Genetics 162; Blum & François 2010, Statistics and Computing 20). All on scores, which have no bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.ridge import Ridge, fit_ridge
from sahelsim.calibration.sample import Sample

__all__ = ["AbcSample", "Summaries", "Summariser", "abc_sample", "fit_summaries", "summarise"]

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
class Summariser:
    """Regressions of scores on statistics.

    Attributes
    ----------
    centre, scale : ndarray, shape (m,)
        Of the statistics.
    fits : tuple of Ridge
        Each on all runs but those of a fold.
    runs : ndarray, shape (n, k)
        Summaries of the runs, by the regression that has not seen them.
    """

    centre: F64
    scale: F64
    fits: tuple[Ridge, ...]
    runs: F64

    def scaled(self, statistics: F64) -> F64:
        """Statistics (b, m) in standard deviations, none further out than four."""
        return np.asarray(np.clip((statistics - self.centre) / self.scale, -_FAR, _FAR))

    def of(self, statistics: F64) -> F64:
        """Summaries (b, k) of statistics (b, m) of other runs, or of the record: the mean of all regressions."""
        x = self.scaled(statistics)
        return np.asarray(np.mean([fit.predict(x) for fit in self.fits], axis=0))


@dataclass(frozen=True)
class AbcSample(Sample):
    """Weighted draws: runs near the record, moved to it.

    Attributes
    ----------
    chosen : ndarray of int, shape (a,)
        Rows of the runs that they come from.
    """

    chosen: I64


def fit_summaries(scores: F64, statistics: F64) -> Summariser:
    """Regress scores (n, k) of runs on their statistics (n, m)."""
    centre, scale = statistics.mean(axis=0), statistics.std(axis=0)
    blank = Summariser(centre, np.where(scale > 0, scale, 1.0), (), np.empty_like(scores))
    x, runs = blank.scaled(statistics), blank.runs
    folds = np.arange(len(scores)) % _FOLDS
    fits = []
    for fold in range(_FOLDS):
        out = folds == fold
        fits.append(fit_ridge(x[~out], scores[~out]))
        runs[out] = fits[-1].predict(x[out])
    return replace(blank, fits=tuple(fits))


def summarise(scores: F64, statistics: F64, record: F64) -> Summaries:
    """Summaries of runs with scores (n, k) and statistics (n, m), and of the record (m,)."""
    found = fit_summaries(scores, statistics)
    return Summaries(found.runs, found.of(record[None, :])[0])


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
