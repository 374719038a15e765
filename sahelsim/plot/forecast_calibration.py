"""Whether a forecast is calibrated: histograms of the probability integral transform, and coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sahelsim.forecast.marginal import ALPHA
from sahelsim.forecast.report import by_level, pit_of
from sahelsim.forecast.skill import Summary
from sahelsim.plot.forecast_words import MODEL_COLOUR, OUTCOME_NAMES, colour_of
from sahelsim.plot.style import INK, dress, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["coverage_figure", "pit_figure"]


def pit_figure(source: str, scores: pl.DataFrame) -> Figure:
    """A histogram for each level and outcome."""
    levels = scores["level"].unique(maintain_order=True).to_list()
    outcomes = scores["outcome"].unique(maintain_order=True).to_list()
    notes = [
        "Where the record falls among the draws, over all months and units. Flat: calibrated. A hump: the forecast is",
        "too wide; a bowl: too narrow; a slope to the right: too low. A count is spread over its share of the draws.",
    ]
    figure = new_figure(source, "Histogram of the probability integral transform", 0.9 + 1.5 * len(levels), notes=notes)
    panels = figure.subplots(len(levels), len(outcomes), squeeze=False, sharex=True)
    for row, level in zip(panels, levels, strict=True):
        for axes, outcome in zip(row, outcomes, strict=True):
            shares = np.array(pit_of(scores, level, outcome))
            axes.bar(np.arange(shares.size) / shares.size, shares, 1 / shares.size, align="edge", color=MODEL_COLOUR,
                     edgecolor="white", lw=0.5)  # fmt: skip
            axes.axhline(1 / shares.size, color=INK, lw=0.6)
            axes.set_xlim(0, 1)
            dress(axes, title=f"{level}, {OUTCOME_NAMES[outcome]}", y="share")
    return figure


def coverage_figure(source: str, summary: Summary) -> Figure:
    """A bar for each model, level and outcome, and the line where it should be."""
    means = by_level(summary)
    levels = means["level"].unique(maintain_order=True).to_list()
    outcomes = means["outcome"].unique(maintain_order=True).to_list()
    notes = [
        "Share of months and units in which the record lies in the central 90 % interval of a model. Of small counts",
        "an interval holds more than 90 %, since it cannot be cut finer than by whole events.",
    ]
    figure = new_figure(source, "Coverage of the 90 % interval", 0.9 + 1.7 * len(levels), notes=notes)
    panels = figure.subplots(len(levels), len(outcomes), squeeze=False)
    for row, level in zip(panels, levels, strict=True):
        for axes, outcome in zip(row, outcomes, strict=True):
            rows = means.filter(pl.col("level") == level, pl.col("outcome") == outcome)
            models = rows["model"].to_list()
            axes.barh(np.arange(len(models)), rows["coverage"].to_numpy(), color=[colour_of(m) for m in models],
                      height=0.7)  # fmt: skip
            axes.axvline(1.0 - ALPHA, color=INK, lw=0.6)
            axes.set_yticks(np.arange(len(models)), models)
            axes.set_ylim(len(models) - 0.4, -0.6)
            axes.set_xlim(0, 1)
            dress(axes, title=f"{level}, {OUTCOME_NAMES[outcome]}")
    return figure
