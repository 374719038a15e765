"""Paired what-ifs: the difference that each makes under common random numbers, pair by pair and with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sahelsim.analysis.names import output_label, output_unit
from sahelsim.analysis.pairs import Difference
from sahelsim.plot.style import FAINT, INK, OKABE_ITO, SMALL, TEXT, dress, new_figure, readable
from sahelsim.plot.sweep_origin import sweep_origin
from sahelsim.plot.sweep_panels import note_height, short, wrapped

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.sweep.opening import Sweep

__all__ = ["pair_differences"]

_COLUMNS = 3
_ROW, _REST = 0.2, 0.9  # inches
_TITLE = {1: 90, 2: 42, 3: 26}  # letters of a line of a title, by columns
_SURE, _PAIR = OKABE_ITO["blue"], OKABE_ITO["orange"]
_LARGE = 1000.0  # from which numbers have separators
_JITTER = 0.28


def pair_differences(sweep: Sweep, found: Mapping[str, Mapping[str, Difference]], confidence: float = 0.95) -> Figure:
    """A panel an output, a row a what-if.

    Parameters
    ----------
    sweep : Sweep
    found : dict of dict
        From `sahelsim.analysis.pairs.what_if_differences`: by output and what-if.
    confidence : float
        Of its intervals.
    """
    outputs = list(found)
    names = list(found[outputs[0]])
    columns = min(_COLUMNS, len(outputs))
    rows = -(-len(outputs) // columns)
    some = found[outputs[0]][names[0]]
    counts = {len(d.pairs) for of in found.values() for d in of.values()}
    size = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    notes = [
        f"What-if less baseline with the same random numbers, {size} pairs a row; a pair is a {some.unit}"
        + (" with its replicates averaged." if some.unit == "draw" else "."),
        f"Bars: {confidence:.0%} interval of the mean (Student), each row by itself. A filled dot: zero is outside.",
    ]
    height = 0.75 + rows * (_REST + _ROW * len(names)) + note_height(notes)
    figure = new_figure(sweep_origin(sweep), "What each what-if changes", height, notes=notes, keys=_keys(some.unit))
    grid = figure.add_gridspec(rows, columns)
    for number, output in enumerate(outputs):
        axes = figure.add_subplot(grid[number // columns, number % columns])
        for row, name in enumerate(names):
            _row(axes, row, found[output][name])
        first = next(iter(found[output].values()))
        title = wrapped(output_label(first.meaning), _TITLE[columns])
        dress(axes, title=title, x=_axis(first, _TITLE[columns]))
        axes.axvline(0.0, color=INK, linewidth=0.6, zorder=1)
        axes.set_ylim(len(names) - 0.4, -0.6)
        labels = [_title(sweep, name) for name in names] if number % columns == 0 else [""] * len(names)
        axes.set_yticks(range(len(names)), labels, fontsize=SMALL)
        axes.xaxis.grid(True, color=FAINT, linewidth=0.3, alpha=0.5)
        axes.set_axisbelow(True)
        axes.locator_params(axis="x", nbins=5)
        if max(abs(end) for end in axes.get_xlim()) >= _LARGE:
            axes.xaxis.set_major_formatter("{x:,.0f}")
    return figure


def _row(axes: Axes, row: int, difference: Difference) -> None:
    count = len(difference.pairs)
    beside = (np.arange(count) % 7 - 3) / 3 * _JITTER  # apart, the same way every time
    axes.plot(difference.pairs, row + beside, ".", color=_PAIR, markersize=2.5, markeredgewidth=0, alpha=0.8, zorder=2)
    mean = difference.mean
    sure = np.isfinite(mean.low) and (mean.low > 0 or mean.high < 0)
    axes.plot([mean.low, mean.high], [row, row], color=_SURE, linewidth=1.6, zorder=3, solid_capstyle="butt")
    axes.plot(mean.value, row, "o", color=_SURE, ms=4, markerfacecolor=_SURE if sure else "white", zorder=4)


def _axis(difference: Difference, width: int) -> str:
    """The label of the axis, in two lines where it is longer than a line of the title."""
    words = f"Difference{output_unit(difference.output)}", f"(baseline: {short(difference.baseline)})"
    return (" " if len(" ".join(words)) <= width * TEXT / SMALL else "\n").join(words)


def _title(sweep: Sweep, name: str) -> str:
    return wrapped(sweep.experiment.what_ifs[name].title or readable(name), 28)


def _keys(unit: str) -> list[Artist]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], marker="o", color=_SURE, markersize=4, lw=1.6, label="Mean difference, zero left out"),
        Line2D([], [], marker="o", color=_SURE, ms=4, mfc="white", lw=1.6, label="zero not left out"),
        Line2D([], [], marker=".", ls="", color=_PAIR, markersize=4, label=f"A pair ({unit})"),
    ]
