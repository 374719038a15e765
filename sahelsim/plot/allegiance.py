"""With whom the people side: shares by cell at the start and at the end, and the change. Cells, never villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid
from sahelsim.plot.ensemble import count_by
from sahelsim.plot.geography import geography_of, map_cells, map_grid, scenario_grid
from sahelsim.plot.maps import draw_cells, draw_ground, extent_of, scale_bar
from sahelsim.plot.style import INK, SMALL, TEXT, WIDTH, dress, new_figure, readable
from sahelsim.plot.timeline import month_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from sahelsim.results import Run

__all__ = ["Allegiance", "allegiance_map", "camp_people"]

FloatArray = npt.NDArray[np.float64]

_SHARE_MAP, _CHANGE_MAP = "YlGnBu", "PuOr_r"
_PAGE = 9.4  # greatest height of the figure [inches]
_ROW, _FRAME, _MARGINS = (
    0.22,
    1.2,
    1.15,
)  # height of a title; title, axis and notes; names and axes at the side [inches]
_NARROWEST = 5.2
_WIDEST_CHANGE = 0.995  # quantile of the changes at which their colours end


@dataclass(frozen=True)
class Allegiance:
    """People by camp and cell of the map, mean of the replicates.

    Attributes
    ----------
    camps : tuple of str
    first, last : int
        month_id of the first and the last month.
    people : ndarray, shape (2, K, C)
        At the end of the first and of the last month.
    """

    camps: tuple[str, ...]
    first: int
    last: int
    people: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Share of a cell's people by camp, nan where nobody lives, shape (2, K, C)."""
        total = self.people.sum(axis=1, keepdims=True)
        out: FloatArray = np.divide(self.people, total, out=np.full(self.people.shape, np.nan), where=total > 0)
        return out

    @property
    def totals(self) -> FloatArray:
        """Share of all people by camp, shape (2, K)."""
        people = self.people.sum(axis=2)
        out: FloatArray = people / np.maximum(people.sum(axis=1, keepdims=True), 1e-9)
        return out


def camp_people(run: Run, grid: Grid) -> Allegiance:
    """People by camp and cell of a map's grid.

    Parameters
    ----------
    run : Run
        With `outputs.communities`.
    grid : Grid
        Of the map.

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    communities = run.communities()
    to_map = map_cells(scenario_grid(run.scenario), grid)
    cell = np.full(int(communities["community"].max()) + 1, -1)
    cell[communities["community"].to_numpy()] = to_map[communities["cell"].to_numpy()]
    camps = tuple(run.scenario.camps)
    people = np.zeros((2, len(camps), grid.size))
    months = run.camps()["month_id"]
    for replicate in range(run.replicates):
        rows = run.allegiance(replicate).sort_values(["community", "month_id"], kind="stable")
        for k, state in enumerate((rows.drop_duplicates("community"), rows.drop_duplicates("community", keep="last"))):
            people[k] += _by_camp(state, camps, cell, grid.size)
    return Allegiance(camps, int(months.min()), int(months.max()), people / run.replicates)


def _by_camp(state: pd.DataFrame, camps: tuple[str, ...], cell: npt.NDArray[Any], cells: int) -> FloatArray:
    code = state["camp"].map({camp: k for k, camp in enumerate(camps)}).to_numpy(dtype=np.int64)
    return count_by((len(camps), cells), (code, cell[state["community"].to_numpy()]), state["population"].to_numpy())


def allegiance_map(run: Run) -> Figure:
    """Share of each cell's people that side with each camp, at the start and the end, and the change.

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    ground = geography_of(run)
    grid = map_grid(ground.grid)
    found = camp_people(run, grid)
    shares, totals = found.shares, found.totals
    order = [*range(1, len(found.camps)), 0]  # neutral last
    extent = extent_of(grid)
    map_height, width = _sizes(len(order), extent.height_to_width)
    notes = (
        *(["Mean of the replicates."] if run.replicates > 1 else []),
        f"Cells of {grid.resolution:g}°; grey: nobody lives there. Percentages in the titles are shares of all people, "
        "and of the change percentage points.",
    )
    title = "With whom people side: share of each cell's people by camp"
    figure = new_figure(run, title, (map_height + _ROW) * len(order) + _FRAME, notes=notes, width=width)
    layout = figure.add_gridspec(len(order) + 1, 3, height_ratios=[1.0] * len(order) + [0.06])
    change = shares[1] - shares[0]
    limit = _round_limit(change)
    images: list[AxesImage] = []
    for number, k in enumerate(order):
        last = number == len(order) - 1
        moved = _signed(100 * (totals[1, k] - totals[0, k]), 1)
        columns = (
            (f"{month_name(found.first)}: {100 * totals[0, k]:.1f} %", shares[0, k], (_SHARE_MAP, 0.0, 1.0)),
            (f"{month_name(found.last)}: {100 * totals[1, k]:.1f} %", shares[1, k], (_SHARE_MAP, 0.0, 1.0)),
            (f"Change: {moved}", change[k], (_CHANGE_MAP, -limit, limit)),
        )
        for column, (heading, values, (colours, low, high)) in enumerate(columns):
            axes = figure.add_subplot(layout[number, column], label=found.camps[k])
            draw_ground(axes, ground, extent, title=heading, labels=(last, column == 0), small=True)
            axes.title.set_fontsize(SMALL + 0.5)
            images.append(draw_cells(axes, grid, values, cmap=colours, vmin=low, vmax=high))
            if column == 0:
                _name_row(axes, found.camps[k])
            if number == 0 and column == 2:
                scale_bar(axes, extent, share=0.1)
    _colour_bar(figure.add_subplot(layout[-1, :2]), images[0], "Share of the cell's people", "neither")
    extend = "both" if limit < 1 else "neither"
    _colour_bar(figure.add_subplot(layout[-1, 2]), images[2], "Change (percentage points)", extend)
    return figure


def _sizes(rows: int, height_to_width: float) -> tuple[float, float]:
    """Height of a map and width of the figure [inches]: as wide as may be, unless so many rows outgrow a page."""
    map_height = (WIDTH - _MARGINS) / 3 * height_to_width
    map_height = min(map_height, (_PAGE - _FRAME) / rows - _ROW)
    return map_height, float(np.clip(3 * map_height / height_to_width + _MARGINS, _NARROWEST, WIDTH))


def _name_row(axes: Axes, camp: str) -> None:
    """The camp, upright at the left of its maps."""
    axes.annotate(
        readable(camp), (0.0, 0.5), (-36, 0), xycoords="axes fraction", textcoords="offset points", rotation=90,
        ha="center", va="center", fontsize=TEXT, fontweight="bold", color=INK,
    )  # fmt: skip


def _round_limit(change: FloatArray) -> float:
    """Where the colours of the change end: a round number that hardly any cell exceeds."""
    known = np.abs(change[np.isfinite(change)])
    reach = float(np.quantile(known, _WIDEST_CHANGE)) if known.size else 0.0
    return next((limit for limit in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if reach <= limit), 1.0)


def _signed(value: float, digits: int = 0) -> str:
    """``+3.1``, ``0``, ``−0.4``."""
    number = f"{abs(value):.{digits}f}"
    return number if float(number) == 0 else f"{'+' if value > 0 else '−'}{number}"


def _colour_bar(axes: Axes, image: AxesImage, label: str, extend: str) -> None:
    from matplotlib.ticker import FuncFormatter

    bar = axes.figure.colorbar(image, cax=axes, orientation="horizontal", extend=extend)
    signed = image.get_clim()[0] < 0
    dress(axes, x=label, framed=True)
    bar.formatter = FuncFormatter(lambda value, _: _signed(100 * value) if signed else f"{100 * value:.0f} %")
    bar.update_ticks()
    bar.outline.set_linewidth(0.5)
    axes.xaxis.label.set(fontsize=SMALL, color=INK)
