"""Forecasts that need no model of the war: what a model has to beat. One file each, with its equation."""

from __future__ import annotations

from sahelsim.forecast.baselines.history import History, history_of
from sahelsim.forecast.baselines.table import BASELINES, CELL_ONLY, baseline_draws, baselines_of

__all__ = ["BASELINES", "CELL_ONLY", "History", "baseline_draws", "baselines_of", "history_of"]
