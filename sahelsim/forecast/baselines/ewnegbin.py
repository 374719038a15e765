"""A negative binomial in which a month counts less the longer ago it is.

With weights ``w(k) = δ^k / Σ δ^j`` on the month k before the origin,

    m = Σ w y,   v = Σ w (y − m)² / (1 − Σ w²),   y ~ NB(m, v), Poisson where v ≤ m.

The discount δ of each unit is that of `DISCOUNTS` under which its past would have been forecast best: the largest sum
of log-likelihoods over the origins before this one and the first, middle and last horizon. No later month is used.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, xlogy

from sahelsim.forecast.baselines.history import I64, History
from sahelsim.forecast.baselines.quantiles import negative_binomial

__all__ = ["DISCOUNTS", "discounted_moments", "ewnegbin", "log_likelihood"]

F64 = npt.NDArray[np.float64]

DISCOUNTS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.985)
"""Weight of a month against the next: half of it lasts 1, 1.4, 1.9, 3, 4, 7, 9, 14, 23 and 46 months."""

_WARMUP = 12
"""Months before the first origin of the fit."""

_FLOOR = 0.02
"""Mean at which a month with no past event is judged [per month]; else one event after silence would decide alone."""


def ewnegbin(history: History, outcome: str, horizons: int, draws: int, *, lead: int = 1) -> I64:
    """Quantiles, the same at every horizon; shape (U, H, N). The first horizon is `lead` months after the origin."""
    past = history.counts[outcome].astype(np.float64)
    leads = sorted({lead, lead + (horizons - 1) // 2, lead + horizons - 1})
    fits = np.stack([_fit(past, discount, leads) for discount in DISCOUNTS])
    best = fits.argmax(axis=0)
    mean, variance = np.zeros(past.shape[0]), np.zeros(past.shape[0])
    for i, discount in enumerate(DISCOUNTS):
        chosen = best == i
        m, v = discounted_moments(past[chosen], discount)
        mean[chosen], variance[chosen] = m[:, -1], v[:, -1]
    rows = negative_binomial(mean, variance, draws)
    return np.broadcast_to(rows[:, None, :], (rows.shape[0], horizons, draws))


def discounted_moments(past: F64, discount: float) -> tuple[F64, F64]:
    """Mean and variance as seen from each month, with what was known then; (U, T) to two of (U, T)."""
    first, second = np.zeros(past.shape[0]), np.zeros(past.shape[0])
    total = squares = 0.0
    mean, variance = np.zeros_like(past), np.zeros_like(past)
    for t in range(past.shape[1]):
        first = discount * first + past[:, t]
        second = discount * second + past[:, t] ** 2
        total, squares = discount * total + 1.0, discount * discount * squares + 1.0
        mean[:, t] = first / total
        lost = 1.0 - squares / total**2
        variance[:, t] = np.maximum(second / total - mean[:, t] ** 2, 0.0) / lost if t else 0.0
    return mean, variance


def log_likelihood(counts: F64, mean: F64, variance: F64) -> F64:
    """Of counts under the negative binomial of mean and variance, Poisson where not overdispersed; same shapes."""
    over = variance > mean
    size = np.where(over, mean**2 / np.where(over, variance - mean, 1.0), 1.0)
    spread = gammaln(counts + size) - gammaln(size) + size * np.log(size / (size + mean))
    heavy = spread + xlogy(counts, mean / (size + mean))
    light = xlogy(counts, mean) - mean
    out: F64 = np.where(over, heavy, light) - gammaln(counts + 1.0)
    return out


def _fit(past: F64, discount: float, leads: list[int]) -> F64:
    """How well each unit's past was forecast, (U,)."""
    mean, variance = discounted_moments(past, discount)
    mean, variance = np.maximum(mean, _FLOOR), np.maximum(variance, _FLOOR)
    score = np.zeros(past.shape[0])
    for lead in leads:
        if past.shape[1] > _WARMUP + lead:
            known = slice(_WARMUP - 1, past.shape[1] - lead)
            score += log_likelihood(past[:, _WARMUP - 1 + lead :], mean[:, known], variance[:, known]).sum(axis=1)
    return score
