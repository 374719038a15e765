"""Flight between areas: a map of who went where, and flight and return by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import BANDS_NOTE, bands, count_by, draw_bands
from sahelsim.plot.geography import Town, geography_of, map_grid
from sahelsim.plot.labels import label_towns
from sahelsim.plot.maps import Extent, draw_ground, extent_of, scale_bar
from sahelsim.plot.style import OKABE_ITO, TINY, WIDTH, add_legend, dress, new_figure
from sahelsim.plot.timeline import dress_time, middle_of, months_of_run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from sahelsim.results import Run

__all__ = ["AreaFlows", "area_flows", "flight_between_areas", "monthly_moves"]

FloatArray = npt.NDArray[np.float64]

_MOST = 24  # lines on the map
_NAMED = 10  # areas
_WIDEST = 4.5  # line [points]
_THIN = 0.15  # width at the origin, as a share
_BEND = 0.18  # of a line's length
_PIECES = 24  # of a line
_LARGEST = 320.0  # circle [points squared]
_CHART = 2.5  # width of the curves [inches]


@dataclass(frozen=True)
class AreaFlows:
    """People who fled, by first-level area, mean of the replicates.

    Attributes
    ----------
    names : tuple of str
        The areas; those outside any are one, "".
    latitude, longitude : (N,)
        Where their people live, on average.
    people : (N, N)
        Who fled from one (row) to another (column); within an area on the diagonal.
    """

    names: tuple[str, ...]
    latitude: FloatArray
    longitude: FloatArray
    people: FloatArray


def area_flows(run: Run) -> AreaFlows:
    """Flight of the whole run between first-level areas.

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    homes = run.communities()
    areas = homes["adm_1"].fillna("")
    names = tuple(sorted(areas.unique()))
    index = {name: number for number, name in enumerate(names)}
    code = areas.map(index).to_numpy(dtype=np.int64)
    people = homes["population"].to_numpy(dtype=np.float64)
    total = np.maximum(count_by((len(names),), (code,), people), 1.0)
    latitude, longitude = (
        count_by((len(names),), (code,), people * homes[name].to_numpy()) / total for name in ("latitude", "longitude")
    )
    flows: pd.DataFrame = run.flows()
    ends = tuple(
        flows[f"{end}_adm_1"].fillna("").map(index).to_numpy(dtype=np.int64) for end in ("origin", "destination")
    )
    moved = count_by((len(names), len(names)), ends, flows["fled"].to_numpy()) / run.replicates
    return AreaFlows(names, latitude, longitude, moved)


def monthly_moves(run: Run, column: str) -> FloatArray:
    """People who fled or returned (`column`) in each month, shape (R, T).

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    flows = run.flows()
    months = months_of_run(run.scenario.calendar)
    where = flows["replicate"].to_numpy(), flows["month_id"].to_numpy() - months[0]
    return count_by((run.replicates, months.size), where, flows[column].to_numpy())


def flight_between_areas(run: Run) -> Figure:
    """A map of flight within and between first-level areas, and people who fled and returned by month.

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    ground = geography_of(run)
    extent = extent_of(map_grid(ground.grid))
    found = area_flows(run)
    between = found.people.copy()
    np.fill_diagonal(between, 0.0)
    shown = _largest(between)
    share = sum(between[a, b] for a, b in shown) / max(between.sum(), 1.0)
    mean = ", mean of the replicates" if run.replicates > 1 else ""
    notes = [
        f"Map: people who fled over the whole run{mean}, from home to their first refuge. The area of a circle and the "
        "square of a line's width are in proportion to the people; lines swell towards where people went. The "
        f"{len(shown)} largest lines are drawn, {share:.0%} of all flight between areas.",
        *([BANDS_NOTE] if run.replicates > 1 else []),
    ]
    map_height = (WIDTH - _CHART - 0.7) * extent.height_to_width
    figure = new_figure(run, "Flight between areas", float(np.clip(map_height, 2.4, 4.2)) + 1.7, notes=notes)
    columns = figure.add_gridspec(1, 2, width_ratios=(WIDTH - _CHART - 0.3, _CHART))
    axes = figure.add_subplot(columns[0])
    draw_ground(axes, ground, extent, title="From where to where", small=True)
    scale_bar(axes, extent, share=0.2)
    _circles(axes, found)
    _lines(axes, found, shown)
    rows = columns[1].subgridspec(2, 1)
    for number, (column, colour) in enumerate((("fled", "vermillion"), ("returned", "blue"))):
        moves = monthly_moves(run, column)
        _curve(figure.add_subplot(rows[number]), run, moves, column.capitalize(), OKABE_ITO[colour], number == 1)
    _name_areas(figure, axes, found, extent)
    return figure


def _largest(between: FloatArray) -> list[tuple[int, int]]:
    """Pairs of areas with most flight, at most `_MOST`, the smaller first so that the larger are drawn over them."""
    order = np.argsort(between, axis=None, kind="stable")[::-1][:_MOST]
    pairs = [(int(k // len(between)), int(k % len(between))) for k in order]
    return [(a, b) for a, b in reversed(pairs) if between[a, b] >= 1.0]


def _circles(axes: Axes, found: AreaFlows) -> None:
    within = np.diagonal(found.people)
    top = max(float(within.max(initial=0.0)), 1.0)
    some = within >= 1.0
    look: dict[str, Any] = {"color": OKABE_ITO["sky"], "alpha": 0.6, "linewidth": 0}
    axes.scatter(found.longitude[some], found.latitude[some], s=_LARGEST * within[some] / top, zorder=3, **look)
    sizes = [_round(top), _round(top / 8.0)]
    keys = [axes.scatter([], [], s=_LARGEST * size / top, label=f"{size:,.0f}", **look) for size in sizes]
    axes.add_artist(_key(axes, keys, "lower left", "Fled within\nthe area"))


def _lines(axes: Axes, found: AreaFlows, shown: list[tuple[int, int]]) -> None:
    """Bent lines from area to area that grow towards where people went."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    colour = OKABE_ITO["vermillion"]
    top = max((found.people[a, b] for a, b in shown), default=1.0)
    for a, b in shown:
        start, end = (np.array([found.longitude[i], found.latitude[i]]) for i in (a, b))
        middle = (start + end) / 2 + _BEND * (end - start)[::-1] * (1, -1)
        along = np.linspace(0.0, 1.0, _PIECES + 1)[:, None]
        curve = (1 - along) ** 2 * start + 2 * along * (1 - along) * middle + along**2 * end
        width = _WIDEST * np.sqrt(found.people[a, b] / top) * np.linspace(_THIN, 1.0, _PIECES)
        pieces = np.stack([curve[:-1], curve[1:]], axis=1)
        axes.add_collection(LineCollection(list(pieces), linewidths=width, colors=colour, alpha=0.85, zorder=4))
    sizes = [_round(top), _round(top / 8.0)] if shown else []
    keys = [
        Line2D([], [], color=colour, linewidth=_WIDEST * np.sqrt(size / top), label=f"{size:,.0f}") for size in sizes
    ]
    _key(axes, keys, "lower right", "Fled from area\nto area")


def _key(axes: Axes, keys: Sequence[Artist], where: str, title: str) -> Legend:
    legend = add_legend(
        axes, keys, loc=where, title=title, labelspacing=0.9, fontsize=TINY, title_fontsize=TINY, handletextpad=1.0,
        frameon=True, facecolor="white", edgecolor="none", framealpha=0.8,
    )  # fmt: skip
    legend.set_zorder(5)
    return legend


def _name_areas(figure: Figure, axes: Axes, found: AreaFlows, extent: Extent) -> None:
    """Names of the areas that most people fled from or to."""
    figure.draw_without_rendering()
    weight = found.people.sum(axis=0) + found.people.sum(axis=1)
    order = [int(i) for i in np.argsort(-weight, kind="stable") if found.names[i] and weight[i] >= 1.0]
    areas = [Town(found.names[i], found.latitude[i], found.longitude[i], 2, 0) for i in order]
    label_towns(axes, areas, extent, most=_NAMED, obstacles=np.zeros((0, 4)))


def _round(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above the value."""
    power = 10.0 ** np.floor(np.log10(max(value, 1.0)))
    return float(power * max(step for step in (1, 2, 5) if step * power <= max(value, 1.0) * (1 + 1e-9)))


def _curve(axes: Axes, run: Run, values: FloatArray, title: str, colour: str, last: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    draw_bands(axes, middle_of(months_of_run(run.scenario.calendar)), values, colour, label=title)
    dress(axes, title=title, x="Month" if last else "", y="People a month")
    dress_time(axes, run.scenario.calendar, labels=last, room=4)
    axes.set_ylim(0, max(1.0, 1.06 * float(bands(values)[-1].max())))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
