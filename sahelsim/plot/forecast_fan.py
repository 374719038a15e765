"""The forecast as a fan, month by month, and what was recorded before and after its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sahelsim.forecast.read import Forecast
from sahelsim.forecast.score import MODEL
from sahelsim.ged.units import month_name, monthly_counts
from sahelsim.plot.forecast_words import MODEL_COLOUR, OUTCOME_NAMES, origin_of
from sahelsim.plot.style import FAINT, INK, dress, new_figure, tint

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["fan_figure"]

_BEFORE = 24  # months of the record before the origin that are drawn
_EVERY = 12  # months from one tick to the next


def fan_figure(forecast: Forecast, events: pl.DataFrame, scores: pl.DataFrame) -> Figure:
    """A panel for each dyad and outcome."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    rows = scores.filter(pl.col("level") == "dyad", pl.col("model") == MODEL)
    units = rows["unit"].unique(maintain_order=True).to_list()
    outcomes = rows["outcome"].unique(maintain_order=True).to_list()
    last = int(rows["month_id"].to_numpy().max())
    start = forecast.origin - _BEFORE + 1
    record = monthly_counts(events, start, last).filter(pl.col("level") == "dyad")
    keys = [
        Line2D([], [], color=INK, lw=0.9, label="record"),
        Line2D([], [], color=MODEL_COLOUR, lw=1.2, label="median"),
        Patch(color=tint(MODEL_COLOUR, 0.45), label="25–75 %"),
        Patch(color=tint(MODEL_COLOUR, 0.2), label="5–95 %"),
    ]
    notes = [f"A month each. The line marks the origin, {month_name(forecast.origin)}: what came after was not known."]
    figure = new_figure(
        origin_of(forecast), "Forecast and record by dyad", 0.9 + 1.1 * len(units), notes=notes, keys=keys
    )
    panels = figure.subplots(len(units), len(outcomes), squeeze=False, sharex=True)
    for row, unit in zip(panels, units, strict=True):
        for axes, outcome in zip(row, outcomes, strict=True):
            mine = (pl.col("unit") == unit) & (pl.col("outcome") == outcome)
            fan, seen = rows.filter(mine), record.filter(mine)
            months = fan["month_id"].to_numpy()
            axes.fill_between(months, fan["q05"].to_numpy(), fan["q95"].to_numpy(), color=tint(MODEL_COLOUR, 0.2), lw=0)
            axes.fill_between(months, fan["q25"].to_numpy(), fan["q75"].to_numpy(), color=tint(MODEL_COLOUR, 0.45),
                              lw=0)  # fmt: skip
            axes.plot(months, fan["q50"].to_numpy(), color=MODEL_COLOUR, lw=1.2)
            axes.plot(seen["month_id"].to_numpy(), seen["value"].to_numpy(), color=INK, lw=0.9)
            axes.axvline(forecast.origin + 0.5, color=FAINT, lw=0.6)
            ticks = np.arange(start + (1 - start) % _EVERY, last + 1, _EVERY)
            axes.set_xticks(ticks, [month_name(int(tick)) for tick in ticks])
            axes.set_ylim(bottom=0)
            dress(axes, title=f"{unit}, {OUTCOME_NAMES[outcome]}")
    return figure
