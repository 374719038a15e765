"""Nothing happens: ``y = 0``."""

from __future__ import annotations

import numpy as np

from sahelsim.forecast.baselines.history import I64, History

__all__ = ["zero"]


def zero(history: History, outcome: str, horizons: int, draws: int) -> I64:
    """All zeros, shape (U, H, N)."""
    return np.broadcast_to(np.int64(0), (len(history.units), horizons, draws))
