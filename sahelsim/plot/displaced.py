"""People who fled: how many by month and country of refuge, and where they are at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid
from sahelsim.plot.ensemble import BANDS_NOTE, bands, count_by, draw_bands
from sahelsim.plot.geography import Geography, geography_of, map_cells, map_grid
from sahelsim.plot.maps import draw_cells, draw_ground, extent_of, scale_bar
from sahelsim.plot.style import INK, OKABE_ITO, SMALL, TINY, WIDTH, dress, new_figure
from sahelsim.plot.timeline import dress_time, middle_of, month_name, months_of_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["displaced_by_country", "displaced_people", "refuge_cells"]

FloatArray = npt.NDArray[np.float64]

ALL = "All"
_COLOURS = ("black", "vermillion", "blue", "green", "orange")
_SMALLEST_SHARE = 0.02
_CHART = 3.1  # width of the curves [inches]


def displaced_by_country(run: Run) -> dict[str, FloatArray]:
    """Displaced people by month, shape (R, T), in all ("All") and in the countries that shelter most.

    Raises
    ------
    BadInput
        The run did not keep its panel.
    """
    panel = run.panel()
    country = panel["country"].to_numpy().astype(str)
    names = [name for name in np.unique(country) if name]
    found = {name: np.zeros((run.replicates, panel.sizes["month"])) for name in (ALL, *names)}
    for replicate in range(run.replicates):
        values = panel["displaced"].isel(replicate=replicate).to_numpy()
        found[ALL][replicate] = values.sum(axis=1)
        for name in names:
            found[name][replicate] = values[:, country == name].sum(axis=1)
    largest = sorted(names, key=lambda name: (-found[name][:, -1].mean(), name))[: len(_COLOURS) - 1]
    least = _SMALLEST_SHARE * found[ALL].mean()
    shown = [name for name in largest if found[name].mean() > least]
    return {ALL: found[ALL]} | {name: found[name] for name in shown}


def refuge_cells(run: Run, ground: Geography, grid: Grid) -> FloatArray:
    """Displaced people in each cell of a map at the end of the run, mean of the replicates, shape (C,)."""
    last = run.panel()["displaced"].isel(month=-1).to_numpy().mean(axis=0)
    return count_by((grid.size,), (map_cells(ground.grid, grid),), last)


def displaced_people(run: Run) -> Figure:
    """Displaced people over time, and a map of where they have taken refuge at the end.

    Raises
    ------
    BadInput
        The run did not keep its panel.
    """
    from matplotlib.lines import Line2D

    ground = geography_of(run)
    grid = map_grid(ground.grid)
    extent = extent_of(grid)
    found = displaced_by_country(run)
    months = months_of_run(run.scenario.calendar)
    mean = "mean of the replicates; " if run.replicates > 1 else ""
    notes = [
        "People who have left their community and not returned, counted where they have taken refuge, "
        "at the end of the month.",
        *([BANDS_NOTE, "By country only the 50 %."] if run.replicates > 1 else []),
        f"Map: {mean}cells of {grid.resolution:g}°; grey: fewer than one person.",
    ]
    keys = [Line2D([], [], color=colour, linewidth=1.1, label=name) for name, colour in _colours(found).items()]
    map_height = (WIDTH - _CHART - 0.7) * extent.height_to_width
    figure = new_figure(run, "Displaced people", float(np.clip(map_height, 2.4, 4.0)) + 1.6, notes=notes, keys=keys)
    columns = figure.add_gridspec(1, 2, width_ratios=(_CHART, WIDTH - _CHART - 0.3))
    rows = columns[0].subgridspec(2, 1)
    whole, parts = found[ALL], {name: values for name, values in found.items() if name != ALL}
    _curves(figure.add_subplot(rows[0]), run, {ALL: whole}, _colours(found), title="In all", outer=True)
    _curves(figure.add_subplot(rows[1]), run, parts, _colours(found), title="By country of refuge", outer=False)
    axes = figure.add_subplot(columns[1])
    draw_ground(axes, ground, extent, title=f"Where they are, {month_name(int(months[-1]))}", small=True)
    scale_bar(axes, extent, share=0.2)
    _map(axes, grid, refuge_cells(run, ground, grid))
    return figure


def _colours(found: dict[str, FloatArray]) -> dict[str, str]:
    return dict(zip(found, (OKABE_ITO[name] for name in _COLOURS), strict=False))


def _curves(
    axes: Axes, run: Run, found: dict[str, FloatArray], colours: dict[str, str], *, title: str, outer: bool
) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    x = middle_of(months_of_run(run.scenario.calendar))
    top = 1.0
    for name, values in found.items():
        draw_bands(axes, x, values, colours[name], label=name, width=1.1, outer=outer)
        top = max(top, float(bands(values)[-1 if outer else -2].max()))
    dress(axes, title=title, x="" if outer else "Month", y="Displaced people")
    dress_time(axes, run.scenario.calendar, labels=not outer, room=8)
    axes.set_ylim(0, 1.05 * top)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _map(axes: Axes, grid: Grid, people: FloatArray) -> None:
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import FuncFormatter

    top = max(float(people.max()), 10.0)
    values = np.where(people >= 1.0, people, np.nan)
    image = draw_cells(axes, grid, values, cmap="YlGnBu", norm=LogNorm(1.0, top))
    bar = axes.figure.colorbar(image, ax=axes, orientation="horizontal", fraction=0.05, aspect=32, pad=0.03)
    bar.set_label("Displaced people in the cell", fontsize=SMALL, color=INK)
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    bar.ax.tick_params(which="both", labelsize=TINY, width=0.5, length=2)
    bar.outline.set_linewidth(0.5)
