"""Each of the last n months is as likely as any other ("conflictology"): ``P(y) = #{s in the last n: y(s) = y} / n``.

Hegre et al. (2025), "The 2023/24 VIEWS Prediction Challenge", J. Peace Research: hard to beat with n = 12.
"""

from __future__ import annotations

import numpy as np

from sahelsim.forecast.baselines.history import I64, History
from sahelsim.forecast.baselines.quantiles import spread

__all__ = ["empirical"]


def empirical(history: History, outcome: str, horizons: int, draws: int, *, months: int = 12) -> I64:
    """Quantiles of the last months, the same at every horizon; shape (U, H, N)."""
    rows = spread(history.last(outcome, months), draws)
    return np.broadcast_to(rows[:, None, :], (rows.shape[0], horizons, draws))
