"""Who holds what: the camp in control of each cell at the end of each year, and the cells held over time."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid
from sahelsim.plot.ensemble import BANDS_NOTE, count_by, draw_bands
from sahelsim.plot.geography import geography_of, map_cells, map_grid, scenario_grid
from sahelsim.plot.maps import draw_cells, draw_ground, extent_of, scale_bar
from sahelsim.plot.style import (
    INK,
    SMALL,
    TINY,
    WIDTH,
    add_legend,
    camp_colours,
    dress,
    line_colour,
    new_figure,
    readable,
    tint,
)
from sahelsim.plot.timeline import dress_time, middle_of, month_name, months_of_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["STRENGTHS", "Control", "control_at", "control_by_year", "year_ends"]

FloatArray = npt.NDArray[np.float64]

STRENGTHS = ((0.5, 1.0, "≥ 50"), (0.2, 0.42, "20–50"))
"""Least share of the replicates, strength of the colour, and words, the strongest first."""

_COLUMNS = 4
_LABEL_GAP = 0.075  # of the height of the curves, so that names do not touch
_CHART = 1.75  # height of the curves [inches]
_MOST_MAPS = 11


@dataclass(frozen=True)
class Control:
    """Who holds the cells of a map in one month.

    Attributes
    ----------
    camp : int, shape (C,)
        The camp that holds the cell most often, the first in the scenario of several; -1 where none ever does.
    share : ndarray, shape (C,)
        Share of the replicates in which it does.
    """

    camp: npt.NDArray[np.int64]
    share: FloatArray


def control_at(run: Run, month: int, grid: Grid) -> Control:
    """Control at the end of a month.

    Parameters
    ----------
    run : Run
        With `outputs.panel`.
    month : int
        month_id within the run.
    grid : Grid
        Of the map; where it is coarser than the scenario's, a cell is held by the camp that holds most of its parts.

    Raises
    ------
    BadInput
        The run did not keep its panel.
    """
    values = run.panel()["control"].sel(month=month).to_numpy().astype(np.int64)  # (R, cells)
    replicates, camps = len(values), len(run.scenario.camps)
    cell = np.broadcast_to(map_cells(scenario_grid(run.scenario), grid), values.shape)
    replicate = np.broadcast_to(np.arange(replicates)[:, None], values.shape)
    parts = count_by((replicates, grid.size, camps), (replicate.ravel(), cell.ravel(), values.ravel()))
    holder = np.where(parts.any(axis=2), parts.argmax(axis=2), -1)  # (R, C)
    held = np.stack([(holder == camp).mean(axis=0) for camp in range(camps)], axis=1)  # (C, K)
    share = held.max(axis=1)
    return Control(np.where(share > 0, held.argmax(axis=1), -1), share)


def year_ends(run: Run, most: int = _MOST_MAPS) -> list[int]:
    """Last month of every year of the run; every second, third, … from the end if there are more than `most`."""
    months = months_of_run(run.scenario.calendar)
    ends = [int(month) for month in months if month % 12 == 0 or month == months[-1]]
    every = math.ceil(len(ends) / most)
    return ends[::-every][::-1]


def control_by_year(run: Run) -> Figure:
    """Maps of the camp that holds each cell at the end of each year, and below them the cells each camp holds.

    Raises
    ------
    BadInput
        The run did not keep its panel.
    """
    ground = geography_of(run)
    grid = map_grid(ground.grid)
    extent = extent_of(grid)
    colours = camp_colours(run.scenario)
    ends = year_ends(run)
    columns = 3 if len(ends) < 3 else _COLUMNS
    rows = -(-len(ends) // columns)
    slots = rows * columns
    map_height = (WIDTH - 0.65 - 0.1 * columns) / columns * extent.height_to_width + 0.25
    notes = _notes(run, grid)
    figure = new_figure(run, "Who holds what, by year", rows * map_height + 0.35 + _CHART + 0.75, notes=notes)
    blocks = figure.add_gridspec(2, 1, height_ratios=(rows * map_height + 0.35, _CHART), hspace=0.06)
    maps = blocks[0].subgridspec(rows, columns)
    for number, month in enumerate(ends):
        axes = figure.add_subplot(maps[number])
        labels = number >= slots - columns, number % columns == 0
        draw_ground(axes, ground, extent, title=month_name(month), labels=labels, small=True, paper="white")
        draw_cells(axes, grid, _colours(control_at(run, month, grid), run, colours))
        if number == 0:
            scale_bar(axes, extent, share=0.2)
    if slots > len(ends):
        _held(figure.add_subplot(blocks[1]), run, colours)
        _key(figure.add_subplot(maps[-1]), colours, run)
    else:
        below = blocks[1].subgridspec(1, 2, width_ratios=(3.0, 1.0))
        _held(figure.add_subplot(below[0]), run, colours)
        _key(figure.add_subplot(below[1]), colours, run)
    return figure


def _notes(run: Run, grid: Grid) -> list[str]:
    notes = [f"State at the end of the month named; cells of {grid.resolution:g}°."]
    if grid.resolution > run.scenario.grid.resolution:
        notes.append("Each is held by the camp that holds most of the scenario's smaller cells in it.")
    if run.replicates == 1:
        return [*notes, "White: no camp holds the cell."]
    notes.append(
        "Colour: the camp that holds the cell most often, pale where in less than half of the replicates; "
        "white: no camp does in 20 % of them."
    )
    return [*notes, BANDS_NOTE]


def _colours(control: Control, run: Run, colours: dict[str, str]) -> FloatArray:
    """Colour of each cell, transparent where nobody holds it most often, shape (C, 4)."""
    out = np.zeros((control.camp.size, 4))
    for index, camp in enumerate(run.scenario.camps):
        least = np.inf
        for share, strength, _ in STRENGTHS:
            cells = (control.camp == index) & (control.share >= share) & (control.share < least)
            out[cells] = (*tint(colours[camp], strength), 1.0)
            least = share
    return out


def _held(axes: Axes, run: Run, colours: dict[str, str]) -> None:
    """Cells that each camp holds, month by month."""
    from matplotlib.ticker import MaxNLocator

    table = run.camps()
    months = np.unique(table["month_id"].to_numpy())
    ends: dict[str, float] = {}
    for camp in run.scenario.camps[1:]:
        rows = table[table["camp"] == camp]
        where = rows["replicate"].to_numpy(), np.searchsorted(months, rows["month_id"].to_numpy())
        held = count_by((run.replicates, months.size), where, rows["cells"].to_numpy())
        draw_bands(axes, middle_of(months.astype(np.int32)), held, line_colour(colours[camp]), label=camp, width=1.1)
        ends[camp] = float(np.median(held[:, -1]))
    dress(axes, title="Cells held by each camp", x="Month", y="Cells of the scenario")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    dress_time(axes, run.scenario.calendar)
    gap = _LABEL_GAP * axes.get_ylim()[1]
    for camp, height in zip(ends, spread(list(ends.values()), gap), strict=True):
        axes.annotate(
            readable(camp), (1.0, height), (3, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va="center", fontsize=SMALL, color=INK,
        )  # fmt: skip


def spread(heights: list[float], gap: float) -> list[float]:
    """Heights moved as little as need be, upwards, so that any two are `gap` apart and their order is kept."""
    moved = list(heights)
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    for below, above in itertools.pairwise(order):
        moved[above] = max(moved[above], moved[below] + gap)
    return moved


def _key(axes: Axes, colours: dict[str, str], run: Run) -> None:
    """Camps by strength of colour, in a panel without axes."""
    from matplotlib.patches import Patch, Rectangle

    axes.set_axis_off()
    camps = run.scenario.camps[1:]
    if run.replicates == 1:
        keys = [Patch(color=colours[camp], label=readable(camp)) for camp in camps]
        add_legend(axes, keys, loc="upper left", title="Camp in control")
        return
    axes.set_xlim(0, 1)
    axes.set_ylim(max(len(camps), 5) + 2.0, 0)
    text: dict[str, Any] = {"fontsize": SMALL, "color": INK, "va": "center"}
    axes.text(0.0, 0.2, "Replicates (%) in which", **text)
    axes.text(0.0, 0.9, "the camp holds the cell", **text)
    start = float(np.clip(0.036 * max(map(len, camps)), 0.34, 0.58))  # names are to the left of it
    step = (1.0 - start) / len(STRENGTHS)
    for column, (_, strength, words) in enumerate(STRENGTHS):
        left, box = start + step * column, 0.8 * step
        axes.text(left + box / 2, 1.8, words, ha="center", **(text | {"fontsize": TINY}))
        for row, camp in enumerate(camps):
            axes.add_patch(Rectangle((left, row + 2.2), box, 0.6, color=tint(colours[camp], strength), linewidth=0))
    for row, camp in enumerate(camps):
        axes.text(0.0, row + 2.5, readable(camp), **text)
