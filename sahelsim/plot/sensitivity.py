"""The ranking of a sensitivity analysis: a row a factor, its index with interval, what chance alone would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sahelsim.analysis.indices import CHANCE, MEASURES, Index, Sensitivity
from sahelsim.analysis.names import factor_name, output_label, output_unit
from sahelsim.plot.style import FAINT, INK, OKABE_ITO, SMALL, dress, new_figure
from sahelsim.plot.sweep_origin import sweep_origin
from sahelsim.plot.sweep_panels import note_height

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.sweep.opening import Sweep

__all__ = ["MOST_FACTORS", "ranking"]

MOST_FACTORS = 30
"""Factors shown when there are more."""

_ROW, _REST = 0.165, 1.35  # inches
_SURE, _OTHER = OKABE_ITO["blue"], OKABE_ITO["orange"]
_CHANCE = "#DDDDDD"
_MARGIN = 0.02  # of the axis, left of what is below zero
_LARGE = 1000.0  # from which numbers have separators

_AXES = {
    "morris": "Mean absolute effect across the factor's range (mu*)",
    "sobol": "Share of the variance between draws [0-1]",
    "pawn": "Kolmogorov-Smirnov distance [0-1]",
}
_OTHERS = {
    "morris": ("sigma", "Spread of the effect over the space (sigma): other factors matter, or it is not linear"),
    "sobol": ("first", "First-order index (S1): by itself"),
    "pawn": ("largest", "Largest distance over the slides"),
}
_VALUES = {"morris": "mu*", "sobol": "Total index (ST)", "pawn": "Median over the slides (PAWN)"}


def ranking(sweep: Sweep, found: Sensitivity, *, most: int = MOST_FACTORS) -> Figure:
    """The most important factor on top.

    Parameters
    ----------
    sweep : Sweep
        For the provenance.
    found : Sensitivity
        From `sahelsim.analysis.sensitivity.analyse`.
    most : int
        Factors to show.
    """
    shown = found.indices[:most]
    notes = [f"{output_label(found.meaning)}; {MEASURES[found.method]}.", f"Bars: {found.confidence:.0%} intervals."]
    if np.isfinite(found.indices[0].floor):
        notes.append(f"Grey: {CHANCE:.0%} of factors without any effect would stay there by chance.")
    if len(shown) < len(found.indices):
        notes.append(f"Shown are {len(shown)} of {len(found.indices)} factors.")
    notes += found.remarks
    title = f"What moves {found.output}" + ("" if found.what_if == sweep.variants[0] else f" ({found.what_if})")
    height = _REST + _ROW * len(shown) + note_height(notes)
    figure = new_figure(sweep_origin(sweep), title, height, notes=notes, keys=_keys(found))
    axes = figure.add_subplot()
    _rows(axes, shown, _OTHERS[found.method][0])
    dress(axes, x=_AXES[found.method] + (output_unit(found.output) if found.method == "morris" else ""))
    if axes.get_xlim()[1] >= _LARGE:
        axes.xaxis.set_major_formatter("{x:,.0f}")
    return figure


def _rows(axes: Axes, indices: Sequence[Index], other: str) -> None:
    for row, index in enumerate(indices):
        if np.isfinite(index.floor):
            axes.barh(row, index.floor, height=1.0, color=_CHANCE, linewidth=0, zorder=1)
        axes.plot(
            index.more[other], row, "D", color=_OTHER, markersize=3, markerfacecolor="none", zorder=3, clip_on=False
        )
        axes.plot([index.low, index.high], [row, row], color=_SURE, linewidth=1.2, zorder=4, solid_capstyle="butt")
        fill = _SURE if index.stands_out else "white"
        axes.plot(index.value, row, "o", color=_SURE, markersize=4, markerfacecolor=fill, zorder=5, clip_on=False)
    axes.set_ylim(len(indices) - 0.5, -0.5)
    axes.set_yticks(range(len(indices)), [factor_name(index.factor) for index in indices], fontsize=SMALL)
    lowest = min(min(index.value, index.more[other]) for index in indices)
    axes.set_xlim(left=lowest - _MARGIN * (axes.get_xlim()[1] - lowest) if lowest < 0.0 else 0.0)
    axes.axvline(0.0, color=INK, linewidth=0.5, zorder=2)
    axes.xaxis.grid(True, color=FAINT, linewidth=0.3, alpha=0.5, zorder=0)
    axes.set_axisbelow(True)


def _keys(found: Sensitivity) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: list[Artist] = [
        Line2D([], [], marker="o", color=_SURE, markersize=4, linewidth=1.2, label=_VALUES[found.method])
    ]
    if any(not index.stands_out for index in found.indices):
        label = "not above chance"
        keys.append(Line2D([], [], marker="o", color=_SURE, markersize=4, markerfacecolor="white", lw=1.2, label=label))
    label = _OTHERS[found.method][1]
    keys.append(Line2D([], [], marker="D", ls="", color=_OTHER, markersize=3, markerfacecolor="none", label=label))
    if np.isfinite(found.indices[0].floor):
        keys.append(Patch(color=_CHANCE, label="Chance"))
    return keys
