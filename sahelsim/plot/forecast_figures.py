"""The figures of a scored forecast, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sahelsim.forecast.read import Forecast
from sahelsim.forecast.skill import Summary
from sahelsim.plot.forecast_calibration import coverage_figure, pit_figure
from sahelsim.plot.forecast_crps import crps_figure
from sahelsim.plot.forecast_fan import fan_figure
from sahelsim.plot.forecast_words import origin_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["forecast_figures"]


def forecast_figures(
    forecast: Forecast, events: pl.DataFrame, scores: pl.DataFrame, summary: Summary
) -> dict[str, tuple[str, Figure]]:
    """Title and figure by the stem of the file: ``crps``, ``pit``, ``coverage``, and ``fan`` if dyads were forecast.

    Scores may be those of several origins; the fan is of `forecast` alone.
    """
    source = origin_of(forecast, scores["origin"].unique().to_list())
    figures = {
        "crps": ("CRPS by target and model", crps_figure(source, summary)),
        "pit": ("Histogram of the probability integral transform", pit_figure(source, scores)),
        "coverage": ("Coverage of the 90 % interval", coverage_figure(source, summary)),
    }
    if "dyad" in scores["level"].unique():
        own = scores.filter(pl.col("origin") == forecast.origin)
        figures["fan"] = ("Forecast and record by dyad", fan_figure(forecast, events, own))
    return figures
