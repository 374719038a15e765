"""Where violence is reported: deaths as area on a map of cells, cut by type of violence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid
from sahelsim.plot.circles import boxes_of, draw_circles, round_values
from sahelsim.plot.ensemble import count_by
from sahelsim.plot.geography import Geography, geography_of, map_cells, map_grid, scenario_grid
from sahelsim.plot.labels import label_towns
from sahelsim.plot.maps import Extent, draw_cells, draw_ground, extent_of, ground_keys, name_countries, scale_bar
from sahelsim.plot.style import (
    INK,
    SMALL,
    TINY,
    TYPE_COLOURS,
    TYPE_NAMES,
    WIDTH,
    add_legend,
    new_figure,
    replicates_of,
)
from sahelsim.plot.timeline import period_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["COARSEST_PRECISION", "cell_deaths", "events_map"]

COARSEST_PRECISION = 3
"""Events known only to a first-level area or less (where_prec 4 and more) have no place on a map."""

FloatArray = npt.NDArray[np.float64]

_COLUMN = 1.25  # width of the column of keys [inches]
_MAP_WIDTH = WIDTH - _COLUMN - 0.6
_KEYS_HEIGHT, _LOCATOR = 2.3, 1.15  # heights in that column [inches]
_FRAME = 1.15  # height of title, axis labels and notes [inches]
_LARGEST_POINTS = 24.0  # no circle has a greater diameter
_SPREAD = 0.95  # this quantile of the cells with deaths has a circle as wide as its cell
_TAIL = 0.0075  # share of the deaths that may lie beyond each edge of the map
_MARGIN = 0.5  # degrees around them
_NARROWEST = 3.0  # degrees
_FLATTEST = 0.63  # height to width of the map, as far as the grid allows
_NEARLY_ALL = 0.85  # share of the grid from which a map shows the whole of it
_TOWNS = 30


def cell_deaths(run: Run, grid: Grid, replicate: int | None = None) -> tuple[FloatArray, float]:
    """Deaths of placed events by cell of a map and type of violence, mean of the replicates.

    Parameters
    ----------
    run : Run
    grid : Grid
        Of the map.
    replicate : int, optional
        One replicate instead of the mean.

    Returns
    -------
    deaths : ndarray, shape (C, 3)
        Best estimates.
    unplaced : float
        Share of all deaths that is left out, because the place is vague or outside the grid.
    """
    events = run.events(replicate)
    placed = events[(events["where_prec"] <= COARSEST_PRECISION) & (events["cell"] >= 0)]
    cell = map_cells(scenario_grid(run.scenario), grid)[placed["cell"].to_numpy()]
    kind = placed["type_of_violence"].to_numpy() - 1
    deaths = count_by((grid.size, 3), (cell, kind), placed["best"].to_numpy())
    total = float(events["best"].sum())
    unplaced = 1.0 - float(deaths.sum()) / total if total else 0.0
    return deaths / (run.replicates if replicate is None else 1), unplaced


def events_map(run: Run, replicate: int | None = None) -> Figure:
    """Reported deaths by cell: a circle's area is the number of deaths, its sectors are types of violence.

    Parameters
    ----------
    run : Run
    replicate : int, optional
        Draw this one instead of the mean of all.

    Raises
    ------
    BadInput
        If the run has no such replicate.
    """
    if replicate is not None and not 0 <= replicate < run.replicates:
        raise BadInput(f"there is no replicate {replicate}; the run has 0 to {run.replicates - 1}", path="replicate")
    ground = geography_of(run)
    grid = map_grid(ground.grid)
    deaths, unplaced = cell_deaths(run, grid, replicate)
    extent = _zoom(grid, deaths)
    what = f"mean of {replicates_of(run.replicates)}" if replicate is None else f"replicate {replicate}"
    if run.replicates == 1:
        what = "one replicate"
    map_height = float(np.clip(_MAP_WIDTH * extent.height_to_width, 2.2, 6.6))
    notes = _notes(grid, extent, deaths, unplaced, what)
    title = f"Where deaths are reported, {period_of(run.scenario.calendar)}"
    figure = new_figure(run, title, max(map_height, _KEYS_HEIGHT + _LOCATOR) + _FRAME, notes=notes)
    axes, side, keys = _layout(figure, with_locator=extent != extent_of(grid))
    scale = _scale(grid, extent, deaths)
    draw_ground(axes, ground, extent)
    scale_bar(axes, extent)
    draw_circles(axes, grid, deaths, scale, list(TYPE_COLOURS.values()))
    names = name_countries(axes, ground, extent, avoid=deaths.sum(axis=1)[map_cells(ground.grid, grid)])
    if side is not None:
        _locator(side, ground, grid, deaths, extent)
    keys_height = _KEYS_HEIGHT if side is not None else figure.get_figheight() - _FRAME
    _legends(keys, ground, scale, float(deaths.sum(axis=1).max()), keys_height)
    figure.draw_without_rendering()
    circles = boxes_of(axes, grid, deaths.sum(axis=1), scale)
    label_towns(axes, ground.towns, extent, most=_TOWNS, obstacles=circles, taken=names)
    return figure


def _layout(figure: Figure, *, with_locator: bool) -> tuple[Axes, Axes | None, Axes]:
    """The map, the locator above the keys if there is one, and the keys."""
    columns = figure.add_gridspec(1, 2, width_ratios=(_MAP_WIDTH, _COLUMN))
    axes = figure.add_subplot(columns[0])
    if not with_locator:
        return axes, None, figure.add_subplot(columns[1])
    rest = max(figure.get_figheight() - _FRAME - _KEYS_HEIGHT, 0.9)
    rows = columns[1].subgridspec(2, 1, height_ratios=(rest, _KEYS_HEIGHT))
    side = figure.add_subplot(rows[0])
    side.set_anchor("N")
    return axes, side, figure.add_subplot(rows[1])


def _notes(grid: Grid, extent: Extent, deaths: FloatArray, unplaced: float, what: str) -> list[str]:
    if deaths.sum() == 0:
        return ["No deaths were reported with a place."]
    inside = (grid.longitude >= extent.west) & (grid.longitude <= extent.east)
    inside &= (grid.latitude >= extent.south) & (grid.latitude <= extent.north)
    beyond = deaths[~inside].sum() / deaths.sum()
    left_out = f"Left out: {_percent(unplaced)} of the deaths, whose place is known only to a first-level area or less"
    return [
        f"Each circle stands for a cell of {grid.resolution:g}° and is drawn at its centre; "
        f"deaths are best estimates of reported events, {what}.",
        left_out + (f"; {_percent(beyond)} of the others lie beyond the edge of the large map." if beyond > 0 else "."),
    ]


def _percent(share: float) -> str:
    return "less than 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _zoom(grid: Grid, deaths: FloatArray) -> Extent:
    """The box of nearly all deaths with a margin, within the grid."""
    total = deaths.sum(axis=1)
    if total.sum() == 0:
        return extent_of(grid)
    edges = []
    longitude = grid.longitude, grid.lon_min, grid.lon_max
    for values, low, high in (longitude, (grid.latitude, grid.lat_min, grid.lat_max)):
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(total[order]) / total.sum()
        first, last = (float(values[order][np.searchsorted(reached, share)]) for share in (_TAIL, 1.0 - _TAIL))
        grow = max(_MARGIN, (_NARROWEST - (last - first)) / 2.0)
        edges += [max(low, first - grow), min(high, last + grow)]
    west, east, south, north = edges
    tall = _FLATTEST * (east - west) / Extent(*edges).aspect
    south, north = _stretched(south, north, tall, grid.lat_min, grid.lat_max)
    near = (east - west) * (north - south) > _NEARLY_ALL * (grid.lon_max - grid.lon_min) * (grid.lat_max - grid.lat_min)
    return extent_of(grid) if near else Extent(west, east, south, north)


def _stretched(low: float, high: float, length: float, lowest: float, highest: float) -> tuple[float, float]:
    """An interval of at least `length` around another one, within limits."""
    length = min(max(length, high - low), highest - lowest)
    start = float(np.clip((low + high - length) / 2.0, lowest, highest - length))
    return start, start + length


def _scale(grid: Grid, extent: Extent, deaths: FloatArray) -> float:
    """Squared diameter of one death [square points], so that most circles are no wider than their cells."""
    total = deaths.sum(axis=1)
    if total.max() == 0:
        return 1.0
    cell_points = 72.0 * _MAP_WIDTH * grid.resolution / (extent.east - extent.west)
    typical = float(np.quantile(total[total > 0], _SPREAD))
    return min(cell_points**2 / typical, _LARGEST_POINTS**2 / float(total.max()))


def _locator(axes: Axes, ground: Geography, grid: Grid, deaths: FloatArray, extent: Extent) -> None:
    """The whole grid in small, darker where more died, with the frame of the large map."""
    from matplotlib.patches import Rectangle

    whole = extent_of(grid)
    draw_ground(axes, ground, whole, labels=(False, False))
    total = deaths.sum(axis=1)
    shade = np.log1p(total) / np.log1p(total.max())
    draw_cells(axes, grid, np.where(total > 0, 0.15 + 0.85 * shade, np.nan), cmap="Greys", vmin=0.0, vmax=1.1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title("Darker: more deaths.\nFrame: the large map", loc="left", fontsize=TINY, color=INK, pad=2)
    size = extent.east - extent.west, extent.north - extent.south
    style: dict[str, Any] = {"fill": False, "edgecolor": TYPE_COLOURS[3], "linewidth": 0.9, "zorder": 5}
    axes.add_patch(Rectangle((extent.west, extent.south), *size, **style))


def _legends(axes: Axes, ground: Geography, scale: float, largest: float, height: float) -> None:
    """Keys in a panel of their own beside the map: types, areas, and the lines of the ground. `height` in inches."""
    from matplotlib.patches import Patch

    axes.set_axis_off()

    def put(handles: list[Any], inches: float, **options: Any) -> None:
        if (earlier := axes.get_legend()) is not None:
            axes.add_artist(earlier)
        top = 1.0 - inches / height
        add_legend(axes, handles, loc="upper left", bbox_to_anchor=(0.0, top), borderaxespad=0, **options)

    types = [Patch(facecolor=TYPE_COLOURS[kind], label=name) for kind, name in TYPE_NAMES.items()]
    put(types, 0.05, title="Type of violence")
    values = round_values(largest)
    areas = [
        axes.scatter([], [], s=scale * value, facecolor="#DDDDDD", edgecolor=INK, linewidth=0.5, label=f"{value:,g}")
        for value in values
    ]
    row = 0.0
    if areas:
        widest = max(1.4, np.sqrt(scale * values[-1]) / SMALL)  # in letters
        row = 0.85 * widest + 0.25
        room = {"labelspacing": row - 1.0, "handletextpad": 0.7, "handlelength": widest, "scatteryoffsets": (0.45,)}
        put(areas, 0.72, title="Deaths in a cell", **room)
    put(ground_keys(ground), 0.98 + len(areas) * row * SMALL / 72.0)
