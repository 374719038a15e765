"""Response curves: an output against each factor, with the spread between replicates; a panel a factor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.analysis.names import factor_label, output_axis, output_label
from sahelsim.analysis.response import FloatArray, Response
from sahelsim.plot.style import OKABE_ITO, add_legend, dress, new_figure
from sahelsim.plot.sweep_origin import sweep_origin
from sahelsim.plot.sweep_panels import Levels, levels_of_factor, note_height, scale_axis, wrapped

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.sweep.opening import Sweep

__all__ = ["MOST_FACTORS", "response_curves"]

MOST_FACTORS = 12
"""Panels when there are more factors."""

_MOST_LINES = 8
_COLUMNS, _ROW = 3, 1.75  # panels in a row; inches
_DOT, _LINE = "#A6A6A6", OKABE_ITO["blue"]
_LARGE = 1000.0  # from which numbers have separators
_JITTER = 0.12  # of dots of one level, of the room of a level
_ABREAST = 9  # dots beside each other
_DODGE = 0.012  # between lines of one panel, of its width


def response_curves(sweep: Sweep, response: Response) -> Figure:
    """One output against every factor.

    In a grid of two factors each line is a level of the other one. Else dots are draws, and the line their mean by
    value or bin of the factor, whatever the other factors are.

    Parameters
    ----------
    sweep : Sweep
    response : Response
        From `sahelsim.analysis.response.read_responses`.
    """
    names, notes = _choose(sweep, response)
    levels = {name: levels_of_factor(sweep, name) for name in names}
    crossed = _crossed(sweep, levels)
    columns = 2 if crossed or len(names) in (2, 4) else min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    several = response.values.shape[1] > 1
    if several:
        notes.insert(0, "Bars: one standard deviation between replicates either side.")
    if crossed:
        notes.insert(0, "Dots: means of the replicates.")
    elif not all(level.exact for level in levels.values()):
        notes.insert(0, "Lines: means in bins with equally many draws.")
    height = rows * (_ROW + 0.75 * crossed) + 0.75 + note_height(notes)
    title = output_label(response.meaning) + ("" if response.what_if == sweep.variants[0] else f" ({response.what_if})")
    figure = new_figure(
        sweep_origin(sweep), title, height, notes=notes, keys=() if crossed else _keys(levels.values(), several)
    )
    grid = figure.add_gridspec(rows, columns)
    shared = None
    for number, name in enumerate(names):
        axes = figure.add_subplot(grid[number // columns, number % columns], sharey=shared)
        shared = shared or axes
        if crossed:
            other = next(n for n in names if n != name)
            _lines(axes, response, levels[name], levels[other], wrapped(factor_label(sweep, other), 45))
        else:
            _cloud(axes, response, levels[name])
        first = number % columns == 0
        dress(
            axes, x=wrapped(factor_label(sweep, name), 42), y=wrapped(output_axis(response.output), 34) if first else ""
        )
        scale_axis(axes, levels[name])
        axes.tick_params(labelleft=first)
        if axes.get_ylim()[1] >= _LARGE:
            axes.yaxis.set_major_formatter("{x:,.0f}")
    return figure


def _choose(sweep: Sweep, response: Response) -> tuple[list[str], list[str]]:
    """Factors to show, those first by which the means differ most when there are many; and what to say of it."""
    names = sweep.factors
    if len(names) <= MOST_FACTORS:
        return names, []
    means = response.means
    strength = {}
    for name in names:
        index = levels_of_factor(sweep, name).index
        parts = [means[(index == i) & np.isfinite(means)] for i in np.unique(index)]
        parts = [part for part in parts if part.size]
        whole = np.concatenate(parts) if parts else np.zeros(1)
        strength[name] = sum(part.size * (part.mean() - whole.mean()) ** 2 for part in parts)
    best = sorted(names, key=lambda name: -strength[name])[:MOST_FACTORS]
    return best, [f"Shown are the {MOST_FACTORS} of {len(names)} factors with the largest differences of means."]


def _crossed(sweep: Sweep, levels: dict[str, Levels]) -> bool:
    """Whether it is a grid of two factors with few enough levels to draw a line for each."""
    grid = sweep.experiment.design is not None and sweep.experiment.design.kind == "grid"
    return grid and len(levels) == 2 and all(level.exact and len(level.at) <= _MOST_LINES for level in levels.values())


def _spread(response: Response) -> FloatArray:
    """Standard deviation between the replicates of each draw, (D,); NaN below two."""
    values = response.values
    counts, means = response.counts, response.means
    squares = np.where(np.isfinite(values), values - means[:, None], 0.0) ** 2
    out = np.full(len(values), np.nan)
    many = counts > 1
    out[many] = np.sqrt(squares.sum(axis=1)[many] / (counts[many] - 1))
    return out


def _lines(axes: Axes, response: Response, levels: Levels, other: Levels, title: str) -> None:
    """A line for each level of the other factor, drawn a little beside each other."""
    import matplotlib as mpl
    from matplotlib.lines import Line2D

    colours = mpl.colormaps["viridis"](np.linspace(0.0, 0.88, len(other.at)))
    means, spread = response.means, _spread(response)
    place = np.log(levels.at) if levels.log else levels.at
    width = float(np.ptp(place)) or 1.0
    handles: list[Artist] = []
    for i in range(len(other.at)):
        rows = np.flatnonzero(other.index == i)
        rows = rows[np.argsort(levels.index[rows])]
        x = place[levels.index[rows]] + (i - (len(other.at) - 1) / 2) * _DODGE * width
        x = np.exp(x) if levels.log else x
        axes.errorbar(x, means[rows], yerr=spread[rows], color=colours[i], linewidth=1.0, marker="o", markersize=2.5,
                      elinewidth=0.6, capsize=0)  # fmt: skip
        handles.append(Line2D([], [], color=colours[i], marker="o", markersize=2.5, lw=1.0, label=other.names[i]))
    add_legend(axes, handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(handles), title=title,
               borderaxespad=0.2, columnspacing=0.8, handlelength=1.0)  # fmt: skip


def _cloud(axes: Axes, response: Response, levels: Levels) -> None:
    """Draws as dots, their mean by level, and the spread between replicates there."""
    means, spread = response.means, _spread(response)
    axes.plot(_beside(levels, np.isfinite(means)), means, ".", color=_DOT, markersize=2.5, markeredgewidth=0, zorder=1)
    middle, bars = np.full(len(levels.at), np.nan), np.full(len(levels.at), np.nan)
    for i in range(len(levels.at)):
        here = (levels.index == i) & np.isfinite(means)
        if here.any():
            middle[i] = means[here].mean()
        here &= np.isfinite(spread)
        if here.any():
            bars[i] = np.sqrt((spread[here] ** 2).mean())
    axes.errorbar(levels.at, middle, yerr=bars, color=_LINE, linewidth=1.2, marker="o", markersize=3, elinewidth=0.9,
                  zorder=3)  # fmt: skip


def _beside(levels: Levels, drawn: npt.NDArray[np.bool_]) -> FloatArray:
    """Where dots stand: those of one value of the factor a little apart, the same way every time."""
    if not levels.exact or len(levels.at) < 2:
        return levels.x
    at = np.log(levels.at) if levels.log else levels.at
    offset = np.zeros(len(levels.x))
    for i in range(len(at)):
        here = np.flatnonzero((levels.index == i) & drawn)
        wide = min(len(here), _ABREAST)
        offset[here] = (np.arange(len(here)) % _ABREAST - (wide - 1) / 2) / (_ABREAST // 2)
    offset *= _JITTER * float(np.ptp(at)) / len(at)
    return np.asarray(levels.x * np.exp(offset) if levels.log else levels.x + offset)


def _keys(levels: Iterable[Levels], several: bool) -> Sequence[Artist]:
    from matplotlib.lines import Line2D

    draw = f"A draw{' (mean of its replicates)' if several else ''}"
    alone = all(len(np.unique(level.index)) == len(level.index) for level in levels)  # its dot hides the draw's
    keys: list[Artist] = [
        Line2D([], [], marker="o", color=_LINE, markersize=3, lw=1.2, label=draw if alone else "Mean of the draws")
    ]
    if not alone:
        keys.insert(0, Line2D([], [], marker=".", ls="", color=_DOT, markersize=4, label=draw))
    if several:
        keys.append(Line2D([], [], marker="|", ls="", color=_LINE, ms=8, label="Spread between replicates"))
    return keys
