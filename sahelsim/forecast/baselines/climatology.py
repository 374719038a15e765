"""A cell is as it and its eight neighbours were: each of their last n months is as likely as any other.

``P(y) = #{(c, s): c in the cell and its neighbours, s in the last n: y(c, s) = y} / (n · #cells)``, over the cells that
are forecast at all.
"""

from __future__ import annotations

import numpy as np

from sahelsim.forecast.baselines.history import I64, History
from sahelsim.forecast.baselines.quantiles import spread
from sahelsim.grid import NEIGHBOUR_STEPS

__all__ = ["climatology"]

_ROW = 720
"""PRIO-GRID cells in a row around the Earth."""


def climatology(history: History, outcome: str, horizons: int, draws: int, *, months: int = 36) -> I64:
    """Quantiles of the cell and its neighbours, the same at every horizon; shape (U, H, N)."""
    past = history.last(outcome, months)
    place = {int(gid): i for i, gid in enumerate(history.units)}
    out = np.zeros((len(history.units), draws), dtype=np.int64)
    for gid, i in place.items():
        near = [place.get(gid + north * _ROW + east) for north, east in NEIGHBOUR_STEPS]
        pool = past[[i, *(j for j in near if j is not None)]]
        if pool.any():
            out[i] = spread(pool.reshape(1, -1), draws)[0]
    return np.broadcast_to(out[:, None, :], (out.shape[0], horizons, draws))
