"""A negative binomial with the mean and variance of the last n months; Poisson where these are not overdispersed.

``m = Σ y / n``, ``v = Σ (y − m)² / (n − 1)``; ``y ~ NB(size = m² / (v − m), p = m / v)`` if v > m, else ``Poisson(m)``.
Moments instead of likelihood: with so few months the fits are as good, and moments always exist.
"""

from __future__ import annotations

import numpy as np

from sahelsim.forecast.baselines.history import I64, History
from sahelsim.forecast.baselines.quantiles import negative_binomial

__all__ = ["negbin"]


def negbin(history: History, outcome: str, horizons: int, draws: int, *, months: int = 12) -> I64:
    """Quantiles, the same at every horizon; shape (U, H, N)."""
    past = history.last(outcome, months).astype(np.float64)
    variance = past.var(axis=1, ddof=1) if past.shape[1] > 1 else np.zeros(past.shape[0])
    rows = negative_binomial(past.mean(axis=1), variance, draws)
    return np.broadcast_to(rows[:, None, :], (rows.shape[0], horizons, draws))
