"""Deaths by type of violence: stacked by year, for the whole region and by country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import bands, count_by
from sahelsim.plot.style import INK, SMALL, TYPE_COLOURS, TYPE_NAMES, dress, new_figure
from sahelsim.plot.timeline import year_labels, years_of_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["ELSEWHERE", "YearlyDeaths", "deaths_by_type", "yearly_deaths"]

FloatArray = npt.NDArray[np.float64]

ELSEWHERE = "Elsewhere"
_SMALLEST_SHARE = 0.02  # of all deaths that a country must have for a panel of its own
_MOST_COUNTRIES = 5
_BAR = 0.68  # width of a bar [years]


@dataclass(frozen=True)
class YearlyDeaths:
    """Reported deaths of one panel.

    Attributes
    ----------
    name : str
        "All countries", a country, or `ELSEWHERE`.
    deaths : ndarray, shape (R, Y, 3)
        Best estimates by replicate, year and type of violence.
    """

    name: str
    deaths: FloatArray


def yearly_deaths(run: Run) -> list[YearlyDeaths]:
    """Deaths of the whole, then of the countries with most deaths, then of the rest of the world together."""
    events = run.events()
    years = years_of_run(run.scenario.calendar)
    shape = run.replicates, len(years), 3

    def of(rows: Any) -> FloatArray:
        year = np.clip(rows["year"].to_numpy() - years[0], 0, len(years) - 1)
        where = rows["replicate"].to_numpy(), year, rows["type_of_violence"].to_numpy() - 1
        return count_by(shape, where, rows["best"].to_numpy())

    found = [YearlyDeaths("All countries", of(events))]
    totals = events.groupby("country")["best"].sum().sort_values(ascending=False, kind="stable")
    large = totals[totals >= _SMALLEST_SHARE * max(totals.sum(), 1)].index[:_MOST_COUNTRIES]
    found += [YearlyDeaths(str(country), of(events[events["country"] == country])) for country in large]
    rest = events[~events["country"].isin(large)]
    if rest["best"].sum() > 0:
        found.append(YearlyDeaths(ELSEWHERE, of(rest)))
    return found


def deaths_by_type(run: Run) -> Figure:
    """Reported deaths a year by type of violence: stacked means with the interval of the sum, and each type's own.

    The upper row has all countries, left stacked and right type by type; the lower rows have the countries.
    """
    from matplotlib.patches import Patch

    found = yearly_deaths(run)
    whole, parts = found[0], found[1:]
    many = run.replicates > 1
    notes = ["Best estimates of reported events."]
    if many:
        notes.append(
            "Bars: mean of the replicates; whiskers on them: central 90 % of the sum of all types. "
            "Points: median of each type, with its central 50 % (thick) and 90 % (thin)."
        )
    labels = year_labels(run.scenario.calendar)
    if any(label.endswith("*") for label in labels):
        notes.append("* The run covers only a part of the year.")
    columns = 4 if len(parts) == 4 else max(2, min(3, len(parts)))
    rows = -(-len(parts) // columns)
    keys = [Patch(color=TYPE_COLOURS[kind], label=name) for kind, name in TYPE_NAMES.items()]
    figure = new_figure(run, "Deaths by type of violence and year", 2.35 + 1.75 * rows + 0.85, notes=notes, keys=keys)
    blocks = figure.add_gridspec(2 if rows else 1, 1, height_ratios=(2.35, 1.75 * rows) if rows else (1,), hspace=0.03)
    top = blocks[0].subgridspec(1, 2)
    _stack(figure.add_subplot(top[0]), whole, labels, many=many)
    _types(figure.add_subplot(top[1]), whole, labels, many=many)
    if rows:
        below = blocks[1].subgridspec(rows, columns)
        for number, part in enumerate(parts):
            _stack(figure.add_subplot(below[number]), part, labels, many=many, room=24 // columns)
    return figure


def _stack(axes: Axes, panel: YearlyDeaths, labels: list[str], *, many: bool, room: int = 10) -> None:
    x = np.arange(len(labels))
    mean = panel.deaths.mean(axis=0)  # (Y, 3)
    bottom = np.zeros(len(labels))
    for kind in TYPE_COLOURS:
        height = mean[:, kind - 1]
        axes.bar(x, height, _BAR, bottom=bottom, color=TYPE_COLOURS[kind], label=TYPE_NAMES[kind], linewidth=0)
        bottom = bottom + height
    if many:
        low, _, _, _, high = bands(panel.deaths.sum(axis=2))
        axes.vlines(x, low, high, color=INK, linewidth=0.8, label="interval")
    _dress_years(axes, panel.name, labels, room)


def _types(axes: Axes, panel: YearlyDeaths, labels: list[str], *, many: bool) -> None:
    """Median and interval of each type, side by side."""
    x = np.arange(len(labels))
    for kind, colour in TYPE_COLOURS.items():
        low, lower, middle, upper, high = bands(panel.deaths[:, :, kind - 1])
        place = x + 0.24 * (kind - 2)
        if many:
            axes.vlines(place, low, high, color=colour, linewidth=0.9)
            axes.vlines(place, lower, upper, color=colour, linewidth=2.6)
        axes.plot(
            place, middle, "o", markersize=2.8, color=colour, markeredgecolor="white", markeredgewidth=0.5,
            label=TYPE_NAMES[kind],
        )  # fmt: skip
    words = ": median, 50 % and 90 % intervals" if many else ": type by type"
    _dress_years(axes, panel.name + words, labels)


def _dress_years(axes: Axes, title: str, labels: list[str], room: int = 10) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    dress(axes, title=title, x="Year", y="Deaths per year")
    every = -(-len(labels) // room)
    axes.set_xticks(np.arange(len(labels))[::every], labels[::every], fontsize=SMALL)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
