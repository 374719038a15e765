"""Draws of the recorded events of units, month by month: what a particle expects, and how the record strays from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.assimilation.discrepancy import follow, step_matrices, wave
from sahelsim.assimilation.smoothing import smoothed

if TYPE_CHECKING:
    from sahelsim.scenario.assimilation import AssimilationParameters

__all__ = ["Rates", "event_draws"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_ROUNDING = 1e-9  # a standard deviation of 3e-5 in the log rate
_MOST = 7.0  # log of the highest rate a month that is drawn from: a thousand events


@dataclass(frozen=True)
class Rates:
    """What there is on the units of one level."""

    record: I64  # (T, K) events to the origin
    expected: F64  # (P, M, K) what the particles expect, M > T
    first_month: int  # month_id of the first row

    @property
    def known(self) -> int:
        """Months with a record."""
        return int(self.record.shape[0])


def event_draws(
    rates: Rates, chosen: I64, p: AssimilationParameters, chance: np.random.Generator, *, model: bool = True
) -> I64:
    """Recorded events of every month after the record's end.

    Parameters
    ----------
    rates : Rates
        Record and particles.
    chosen : (N,)
        The particle of each draw.
    p : AssimilationParameters
        Of the scenario.
    chance : numpy Generator
        What the draws come from.
    model : bool
        False leaves the model out: every unit is expected to have one event a month. For comparison.

    Returns
    -------
    ndarray of int64, shape (N, M - T, K)
        Negative binomial counts with the rates of `assimilation.discrepancy`.
    """
    expected = rates.expected if model else np.ones((1, *rates.expected.shape[1:]))
    which = chosen if model else np.zeros_like(chosen)
    log_expected = np.log(smoothed(expected, p.smoothing) + (p.floor if model else 0.0))
    state, _ = follow(rates.record, log_expected[:, : rates.known], rates.first_month, p)
    units = rates.record.shape[1]
    forward, added = step_matrices(p, units)
    root = _root(state.covariance)
    x = state.mean[which] + np.einsum(
        "nij,nj->ni", root[which], chance.standard_normal((chosen.size, forward.shape[0]))
    )
    out = np.empty((chosen.size, log_expected.shape[1] - rates.known, units), np.int64)
    for h in range(out.shape[1]):
        month = rates.first_month + rates.known + h
        x = x @ forward.T + chance.standard_normal(x.shape) * added
        rows = np.stack([wave(month, k, units) for k in range(units)], axis=1)
        log_rate = x @ rows + log_expected[which, rates.known + h]
        rate = np.exp(np.minimum(log_rate, _MOST))
        out[:, h] = chance.poisson(chance.gamma(rate / (p.dispersion - 1.0), p.dispersion - 1.0))
    return out


def _root(covariance: F64) -> F64:
    """Cholesky factors; where all that is left of a variance is rounding, of the covariance with a little added."""
    try:
        return np.asarray(np.linalg.cholesky(covariance), np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.cholesky(covariance + _ROUNDING * np.eye(covariance.shape[-1])), np.float64)
