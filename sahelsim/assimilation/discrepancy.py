"""How the record strays from what the model expects of it: a small state-space model for each particle.

Of unit ``k`` (a dyad, an actor, a country) in month ``t`` a particle expects ``μ(k, t)`` recorded events. The record is

    y(k, t) ~ negative binomial with mean λ(k, t) and variance φ λ(k, t)
    log λ(k, t) = log μ(k, t) + b(t) + c(k, t) + s₁ cos(2π t / 12) + s₂ sin(2π t / 12)
    b(t) = b(t-1) + g(t-1)            what all units share: war and reporting grow beyond the model
    g(t) = ψ g(t-1) + trend_wander ε  a trend that dies out
    c(k, t) = ρ c(k, t-1) + wander ε  the discrepancy of the unit, which fades back to the model

with ρ = 2^(-1 / memory) and ψ = 2^(-1 / trend_memory). The state (b, g, s₁, s₂, c) is normal with mean ``x`` and
covariance ``V``; a count updates it by Laplace's method in the one direction it speaks of: the mode η of

    (y η - exp η) / φ - (η - m)² / 2v,       m and v the prior mean and variance of log λ(k, t),

and the curvature exp(η) / φ there. So each particle carries a hidden state that is worked out and not drawn
(Rao-Blackwellised particle filter: Doucet, de Freitas, Murphy & Russell 2000, UAI; the update is that of West,
Harrison & Migon 1985, JASA 80:73-83, for dynamic generalised linear models).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sahelsim.scenario.assimilation import AssimilationParameters

__all__ = ["Discrepancy", "follow", "prior", "step", "step_matrices", "update", "wave"]

F64 = npt.NDArray[np.float64]

_COMMON = 4  # b, g, s1, s2
_NEWTON = 12  # steps; each at most 2, so that the start does not matter
_NO_VARIANCE = 1e-9


@dataclass(frozen=True)
class Discrepancy:
    """State of P particles for K units."""

    mean: F64  # (P, 4 + K)
    covariance: F64  # (P, 4 + K, 4 + K)

    def of(self, particles: npt.NDArray[np.int64]) -> Discrepancy:
        """That of some of the particles."""
        return Discrepancy(self.mean[particles], self.covariance[particles])


def prior(p: AssimilationParameters, particles: int, units: int) -> Discrepancy:
    """What is believed before any record."""
    deviation = np.r_[0.0, p.trend_spread, p.season, p.season, np.full(units, p.spread)]
    covariance = np.diag(deviation**2 + _NO_VARIANCE)
    size = _COMMON + units
    return Discrepancy(np.zeros((particles, size)), np.broadcast_to(covariance, (particles, size, size)).copy())


def step_matrices(p: AssimilationParameters, units: int) -> tuple[F64, F64]:
    """How the state goes on in a month: the matrix on it, and the standard deviations of what is added."""
    size = _COMMON + units
    forward = np.eye(size)
    forward[0, 1] = 1.0
    forward[1, 1] = 0.5 ** (1.0 / p.trend_memory)
    forward[_COMMON:, _COMMON:] *= 0.5 ** (1.0 / p.memory)
    added = np.r_[0.0, p.trend_wander, 0.0, 0.0, np.full(units, p.wander)]
    return forward, added


def step(state: Discrepancy, p: AssimilationParameters) -> Discrepancy:
    """One month on, without a record of it."""
    forward, added = step_matrices(p, state.mean.shape[1] - _COMMON)
    return Discrepancy(state.mean @ forward.T, forward @ state.covariance @ forward.T + np.diag(added**2))


def wave(month: int, unit: int, units: int) -> F64:
    """What of the state enters the log rate of a unit in a month (month_id), shape (4 + K,)."""
    angle = 2.0 * np.pi * month / 12.0
    row = np.zeros(_COMMON + units)
    row[0], row[2], row[3], row[_COMMON + unit] = 1.0, np.cos(angle), np.sin(angle), 1.0
    return row


def update(
    state: Discrepancy, counts: npt.ArrayLike, log_expected: F64, month: int, p: AssimilationParameters
) -> tuple[Discrepancy, F64]:
    """Take in the counts of a month.

    Parameters
    ----------
    state : Discrepancy
        Of P particles, in that month, before its record is seen.
    counts : (K,)
        Recorded events of each unit.
    log_expected : (P, K)
        Log of what each particle expects.
    month : int
        month_id.

    Returns
    -------
    state : Discrepancy
        After it.
    log_likelihood : (P,)
        Of the counts, by Laplace's method, up to what is the same for all particles.
    """
    mean, covariance = state.mean.copy(), state.covariance.copy()
    total = np.zeros(mean.shape[0])
    y = np.asarray(counts, np.float64)
    for k in range(y.size):
        row = wave(month, k, y.size)
        along = covariance @ row
        m, v = mean @ row + log_expected[:, k], along @ row
        eta = _mode(float(y[k]), m, v, p.dispersion)
        rate = np.exp(eta)
        gain = along / (v + p.dispersion / rate)[:, None]
        mean += gain * (eta + (y[k] - rate) / rate - m)[:, None]
        covariance -= gain[:, :, None] * along[:, None, :]
        total += (y[k] * eta - rate) / p.dispersion - (eta - m) ** 2 / (2 * v) - 0.5 * np.log1p(v * rate / p.dispersion)
    return Discrepancy(mean, covariance), total


def _mode(y: float, m: F64, v: F64, dispersion: float) -> F64:
    """Mode of the log rate, by Newton's method from its prior mean."""
    eta = m.copy()
    for _ in range(_NEWTON):
        rate = np.exp(eta)
        slope = (y - rate) / dispersion - (eta - m) / v
        eta += np.clip(slope / (rate / dispersion + 1.0 / v), -2.0, 2.0)
    return eta


def follow(
    counts: npt.NDArray[np.int64], log_expected: F64, first_month: int, p: AssimilationParameters
) -> tuple[Discrepancy, F64]:
    """Take in a whole record.

    Parameters
    ----------
    counts : (T, K)
        By month and unit.
    log_expected : (P, T, K)
        What each particle expects.
    first_month : int
        month_id of the first row.

    Returns
    -------
    state : Discrepancy
        After the last month.
    log_likelihood : (P,)
        Of all of it.
    """
    particles, months, units = log_expected.shape
    state, total = prior(p, particles, units), np.zeros(particles)
    for t in range(months):
        if t:
            state = step(state, p)
        state, part = update(state, counts[t], log_expected[:, t], first_month + t, p)
        total += part
    return state, total
