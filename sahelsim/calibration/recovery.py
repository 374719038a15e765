"""Can the data see the parameters? Runs stand for the record in turn, and their parameters are recovered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.chance import Purpose, generator
from sahelsim.calibration.regression_abc import abc_sample
from sahelsim.calibration.sample import Sample, ranks_of

__all__ = ["IDENTIFIED", "Recovery", "recover", "recovered", "runs_to_recover"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

IDENTIFIED = 0.1
"""Share of the variance of a parameter's prior that must be recovered; below it the data cannot see the parameter."""


@dataclass(frozen=True)
class Recovery:
    """Truths and what was made of them; scores.

    Attributes
    ----------
    runs : ndarray of int, shape (r,)
        Which runs stood for the record.
    truth, mean, sd, rank : ndarray, shape (r, k)
        True score; mean and standard deviation of the posterior, and its share below the truth.
    """

    runs: I64
    truth: F64
    mean: F64
    sd: F64
    rank: F64

    def coverage(self, share: float) -> F64:
        """How often (k,) the central interval with this share of the posterior holds the truth."""
        return np.asarray((np.abs(self.rank - 0.5) <= share / 2).mean(axis=0))

    @property
    def explained(self) -> F64:
        """R squared (k,): 1 - mean squared error of the posterior mean over the variance of the prior, which is 1."""
        return np.asarray(1 - ((self.mean - self.truth) ** 2).mean(axis=0))

    @property
    def uniformity(self) -> F64:
        """Kolmogorov-Smirnov p-values (k,) of the ranks against the uniform distribution."""
        from scipy.stats import kstest

        return np.array([float(kstest(ranks, "uniform").pvalue) for ranks in self.rank.T])

    @property
    def identified(self) -> npt.NDArray[np.bool_]:
        """Which parameters (k,) the data can see."""
        return self.explained >= IDENTIFIED


def recover(scores: F64, summaries: F64, accept: float, size: int, seed: int) -> Recovery:
    """Recover the scores of `size` runs, chosen by chance, from their own summaries.

    Parameters
    ----------
    scores, summaries : ndarray, shape (n, k)
        Of the runs; a run's summaries come from regressions that have not seen it.
    accept : float
        As for `abc_sample`.
    size : int
        At most n.
    seed : int
    """
    runs = runs_to_recover(len(scores), size, seed)
    samples = (abc_sample(scores, summaries, summaries[run], accept, without=int(run)) for run in runs)
    return recovered(runs, scores[runs], samples)


def runs_to_recover(n: int, size: int, seed: int) -> I64:
    """Which of `n` runs stand for the record in turn: `size` by chance (or all), ascending; the same for any method."""
    return np.sort(generator(seed, Purpose.RECOVERY).permutation(n)[: min(size, n)])


def recovered(runs: I64, truth: F64, samples: Iterable[Sample]) -> Recovery:
    """Hold the true scores (r, k) of runs against their posteriors, one sample a run."""
    rows = [(s.mean, s.sd, ranks_of(s, true)) for s, true in zip(samples, truth, strict=True)]
    mean, sd, rank = (np.array(column) for column in zip(*rows, strict=True))
    return Recovery(runs, truth, mean, sd, rank)
