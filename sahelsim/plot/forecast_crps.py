"""CRPS of every model, target by target, as a share of that of the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sahelsim.forecast.score import MODEL
from sahelsim.forecast.skill import Summary
from sahelsim.plot.forecast_words import OUTCOME_NAMES, colour_of, unit_name
from sahelsim.plot.style import INK, dress, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["crps_figure"]

_ROW = 0.17
_MARKERS = {"negbin12": "s", "negbin6": "^", "negbin3": "v", "zero": "x", "last": "+"}
_NAMED = 8  # units of a level that are drawn one by one; of more, the mean over the units


def crps_figure(source: str, summary: Summary) -> Figure:
    """A row for each target, a mark for each model; cells are drawn as their mean."""
    from matplotlib.lines import Line2D

    models = summary.targets["model"].unique(maintain_order=True).to_list()
    rows = _rows(summary)
    notes = [
        f"Mean CRPS over the months, as a share of that of {summary.reference} (1, the line): left of it is better.",
        "Targets in which the reference made no error are left out; of cells the mean over all of them is drawn.",
    ]
    keys = [
        Line2D([], [], ls="", marker=_MARKERS.get(model, "o"), color=colour_of(model), ms=4, label=model)
        for model in models
    ]
    figure = new_figure(source, "CRPS by target and model", 1.5 + _ROW * len(rows), notes=notes, keys=keys)
    axes = figure.subplots()
    axes.axvline(1.0, color=INK, lw=0.6)
    for y, (_, shares) in enumerate(rows):
        for model, share in shares.items():
            front = model == MODEL
            axes.plot(
                share, y, ls="", marker=_MARKERS.get(model, "o"), color=colour_of(model), ms=5.5 if front else 3.5,
                zorder=3 if front else 2,
            )  # fmt: skip
    axes.set_yticks(np.arange(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    ticks = [t for t in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20) if low <= t <= high]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_xticks([], minor=True)
    dress(axes, x=f"CRPS / CRPS of {summary.reference}")
    return figure


def _rows(summary: Summary) -> list[tuple[str, dict[str, float]]]:
    out = []
    for (level, outcome), part in summary.targets.group_by("level", "outcome", maintain_order=True):
        units = part["unit"].unique(maintain_order=True).to_list()
        if len(units) > _NAMED:
            means = part.group_by("model", maintain_order=True).agg(pl.col("crps").mean())
            groups = [(f"{level}s: mean of {len(units):,}", means)]
        else:
            groups = [(unit_name(str(level), unit), part.filter(pl.col("unit") == unit)) for unit in units]
        for name, rows in groups:
            crps = dict(rows.select("model", "crps").iter_rows())
            if crps[summary.reference] > 0:
                shares = {model: value / crps[summary.reference] for model, value in crps.items() if value > 0}
                out.append((f"{name}, {OUTCOME_NAMES[str(outcome)]}", shares))
    return out
