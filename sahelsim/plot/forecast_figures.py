"""The figures of a scored forecast, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sahelsim.forecast.read import Forecast
from sahelsim.forecast.skill import Summary
from sahelsim.plot.forecast_calibration import coverage_figure, pit_figure
from sahelsim.plot.forecast_crps import crps_figure
from sahelsim.plot.forecast_fan import fan_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["forecast_figures"]


def forecast_figures(
    forecast: Forecast, events: pl.DataFrame, scores: pl.DataFrame, summary: Summary
) -> dict[str, tuple[str, Figure]]:
    """Title and figure by the stem of the file: ``crps``, ``pit``, ``coverage``, and ``fan`` if dyads were forecast."""
    figures = {
        "crps": ("CRPS by target and model", crps_figure(forecast, summary)),
        "pit": ("Histogram of the probability integral transform", pit_figure(forecast, scores)),
        "coverage": ("Coverage of the 90 % interval", coverage_figure(forecast, summary)),
    }
    if "dyad" in scores["level"].unique():
        figures["fan"] = ("Forecast and record by dyad", fan_figure(forecast, events, scores))
    return figures
