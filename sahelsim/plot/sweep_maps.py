"""Heat maps of two factors: an output and its spread between replicates, or what a what-if changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.analysis.names import factor_label, output_label, output_unit
from sahelsim.analysis.response import FloatArray, Response
from sahelsim.plot.style import SMALL, TINY, dress, ink_on, new_figure
from sahelsim.plot.sweep_origin import sweep_origin
from sahelsim.plot.sweep_panels import Levels, levels_of_factor, note_height, short, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.sweep.opening import Sweep

__all__ = ["heat_map"]

_BINS = 5  # of a factor with many values
_CELL, _REST = 0.36, 1.25  # inches


def heat_map(sweep: Sweep, response: Response, factors: tuple[str, str]) -> Figure:
    """The mean of an output by two factors, and its standard deviation between replicates where there are several.

    Draws that share a cell, because other factors vary too or a range is cut into bins, are averaged.

    Parameters
    ----------
    sweep : Sweep
    response : Response
    factors : pair of str
        Across and up.
    """
    across, up = (levels_of_factor(sweep, name, _BINS) for name in factors)
    mean = _table(response.means, across, up)
    spread = np.sqrt(_table(_variance(response), across, up))
    panels = {"Mean": (mean, "viridis")}
    notes = ["Mean of the runs in a cell."]
    if np.isfinite(spread).any():
        panels["Standard deviation between replicates"] = (spread, "cividis")
        notes = ["Left: mean of the runs in a cell. Right: spread of runs of the same draw with other random numbers."]
    if not np.isfinite([values for values, _ in panels.values()]).all():
        notes.append("A dash: no run in the cell" + (", or, right, no draw run twice." if len(panels) > 1 else "."))
    if len(panels) == 1:
        few = "One replicate a draw" if response.values.shape[1] == 1 else "No draw has two replicates yet"
        notes.append(f"{few}: how far replicates differ is not known.")
    if not (across.exact and up.exact):
        notes.append("Ranges are cut into parts with equally many draws; their medians are written at the axes.")
    if (draws := _most(across, up)) > 1:
        notes.append(f"A cell holds up to {draws} draws, whatever their other factors.")
    height = _REST + _CELL * len(up.at) + note_height(notes)
    title = output_label(response.meaning) + ("" if response.what_if == sweep.variants[0] else f" ({response.what_if})")
    figure = new_figure(sweep_origin(sweep), title, height, notes=notes)
    grid = figure.add_gridspec(1, len(panels))
    for number, (name, (values, colours)) in enumerate(panels.items()):
        axes = figure.add_subplot(grid[0, number])
        _cells(axes, values, across, up, colours)
        y = wrapped(factor_label(sweep, factors[1]), 30) if number == 0 else ""
        heading = name + output_unit(response.output)
        dress(axes, title=heading, x=wrapped(factor_label(sweep, factors[0]), 45), y=y, framed=True)
    return figure


def _variance(response: Response) -> FloatArray:
    """Variance between the replicates of each draw, (D,)."""
    counts, values = response.counts, response.values
    squares = np.where(np.isfinite(values), values - response.means[:, None], 0.0) ** 2
    out = np.full(len(values), np.nan)
    out[counts > 1] = squares.sum(axis=1)[counts > 1] / (counts[counts > 1] - 1)
    return out


def _table(values: FloatArray, across: Levels, up: Levels) -> FloatArray:
    """Mean by cell, shape (levels up, levels across); NaN where nothing is."""
    sums = np.zeros((len(up.at), len(across.at)))
    counts = np.zeros_like(sums)
    good = np.isfinite(values)
    np.add.at(sums, (up.index[good], across.index[good]), values[good])
    np.add.at(counts, (up.index[good], across.index[good]), 1.0)
    out = np.full_like(sums, np.nan)
    np.divide(sums, counts, out=out, where=counts > 0)
    return out


def _most(across: Levels, up: Levels) -> int:
    counts: npt.NDArray[np.int64] = np.zeros((len(up.at), len(across.at)), dtype=np.int64)
    np.add.at(counts, (up.index, across.index), 1)
    return int(counts.max())


def _cells(axes: Axes, values: FloatArray, across: Levels, up: Levels, colours: str) -> None:
    """Coloured cells with their numbers; empty ones have a dash."""
    import matplotlib as mpl
    from matplotlib.colors import Normalize

    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    scale = Normalize(low, high if high > low else low + 1.0)
    axes.set_facecolor("white")
    palette = mpl.colormaps[colours]
    axes.pcolormesh(np.ma.masked_invalid(values), cmap=palette, norm=scale, edgecolors="white", lw=0.5)
    for (row, column), value in np.ndenumerate(values):
        cell = palette(float(scale(value)))[:3] if np.isfinite(value) else "white"
        text = short(float(value), (high - low) / 10 or None)
        size = SMALL if values.shape[1] <= 6 else TINY
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=size, color=ink_on(cell))
    axes.set_xticks(np.arange(len(across.at)) + 0.5, across.names)
    axes.set_yticks(np.arange(len(up.at)) + 0.5, up.names)
