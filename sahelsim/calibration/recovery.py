"""Can the data see the parameters? Runs stand for the record in turn, and their parameters are recovered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.chance import Purpose, generator
from sahelsim.calibration.regression_abc import abc_sample, ranks_of

__all__ = ["IDENTIFIED", "Recovery", "recover"]

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
    n = len(scores)
    runs = np.sort(generator(seed, Purpose.RECOVERY).permutation(n)[: min(size, n)])
    means, sds, ranks = [], [], []
    for run in runs:
        sample = abc_sample(scores, summaries, summaries[run], accept, without=int(run))
        mean = sample.weights @ sample.scores
        means.append(mean)
        sds.append(np.sqrt(sample.weights @ (sample.scores - mean) ** 2))
        ranks.append(ranks_of(sample, scores[run]))
    return Recovery(runs, scores[runs], np.array(means), np.array(sds), np.array(ranks))
