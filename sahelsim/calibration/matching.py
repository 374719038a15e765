"""History matching: emulators of the statistics, and the part of the space that the record does not rule out.

Vernon, Goldstein & Bower 2010, "Galaxy formation: a Bayesian uncertainty analysis", Bayesian Analysis 5; a cut at three
standard deviations by Pukelsheim 1994, "The three sigma rule", The American Statistician 48.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.priors import PriorSpace, unit_points
from sahelsim.calibration.ridge import Ridge, fit_ridge
from sahelsim.errors import BadInput

__all__ = ["Emulator", "Wave", "emulate", "implausible", "next_draws"]

F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_BLOCK = 4096
_BLOCKS = 64


@dataclass(frozen=True)
class Emulator:
    """Statistics as smooth functions of the scores of the parameters.

    Attributes
    ----------
    ridge : Ridge
        On scores and their squares.
    variance : ndarray, shape (m,)
        Of a run around the emulator: chance, and what a smooth function misses.
    explained : ndarray, shape (m,)
        Share of a statistic's variance that the emulator foresees in runs that it has not seen.
    """

    ridge: Ridge
    variance: F64
    explained: F64

    def predict(self, scores: F64) -> F64:
        """Expected statistics (n, m) at scores (n, k)."""
        return self.ridge.predict(_features(scores))


@dataclass(frozen=True)
class Wave:
    """What one wave rules out.

    Attributes
    ----------
    emulator : Emulator
    observed, tolerance : ndarray, shape (m,)
    used : ndarray of bool, shape (m,)
        Targets that count.
    cut : float
    ignored : int
        How many of the worst targets of a draw are forgiven.
    """

    emulator: Emulator
    observed: F64
    tolerance: F64
    used: Mask
    cut: float
    ignored: int

    def keeps(self, scores: F64) -> Mask:
        """Which of scores (n, k) are not ruled out."""
        return _worst(implausible(self, scores), self.ignored) <= self.cut


def emulate(scores: F64, statistics: F64) -> Emulator:
    """Fit an emulator to runs: scores (n, k) of their parameters, statistics (n, m)."""
    ridge = fit_ridge(_features(scores), statistics)
    variance = np.mean(ridge.left_out**2, axis=0)
    total = statistics.var(axis=0)
    return Emulator(ridge, variance, 1 - variance / np.where(total > 0, total, 1.0))


def implausible(wave: Wave, scores: F64) -> F64:
    """Distances (n, m used) of the emulators from the record, in standard deviations."""
    gap = np.abs(wave.emulator.predict(scores) - wave.observed)
    spread = np.sqrt(wave.emulator.variance + wave.tolerance**2)
    return np.asarray((gap / np.where(spread > 0, spread, 1.0))[:, wave.used])


def next_draws(space: PriorSpace, seed: int, wave: int, size: int, keeps: Callable[[F64], Mask]) -> tuple[F64, float]:
    """Values (size, k) of draws of the priors that are not ruled out, and the share of the priors that is left.

    Raises
    ------
    BadInput
        Hardly anything is left.
    """
    points = unit_points(_BLOCK * _BLOCKS, len(space.names), seed, wave)
    found: list[F64] = []
    have, seen = 0, 0
    for block in np.split(points, _BLOCKS):
        values = space.values(block)
        kept = values[keeps(space.scores(values))]
        found.append(kept)
        have, seen = have + len(kept), seen + _BLOCK
        if have >= size:
            break
    if have < size:
        raise BadInput(
            f"history matching leaves {have} of {seen:,} draws of the priors, too few for a wave of {size}: the model "
            "and the record are at odds. Raise `implausibility` or `ignored`, or leave the worst targets out "
            "(`without`); diagnostics.json of a calibration without waves names them", path="waves",
        )  # fmt: skip
    return np.concatenate(found)[:size], have / seen


def _worst(distances: F64, ignored: int) -> F64:
    """The largest distance (n,) but for so many that are larger still; none where there are no more targets."""
    if distances.shape[1] <= ignored:
        return np.zeros(len(distances))
    return np.asarray(-np.partition(-distances, ignored, axis=1)[:, ignored])


def _features(scores: F64) -> F64:
    return np.hstack([scores, scores**2])
