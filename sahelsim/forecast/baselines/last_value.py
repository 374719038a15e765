"""The month of the origin goes on for ever: ``y(t + h) = y(t)``."""

from __future__ import annotations

import numpy as np

from sahelsim.forecast.baselines.history import I64, History

__all__ = ["last_value"]


def last_value(history: History, outcome: str, horizons: int, draws: int) -> I64:
    """The last value, shape (U, H, N)."""
    return np.broadcast_to(history.last(outcome, 1)[:, :, None], (len(history.units), horizons, draws))
