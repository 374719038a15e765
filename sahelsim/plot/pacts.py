"""Sieges and local pacts over time: people under them by camp, how sieges end, what becomes of offers and pacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import BANDS_NOTE, bands, count_by, draw_bands
from sahelsim.plot.style import OKABE_ITO, add_legend, camp_colours, dress, line_colour, new_figure, readable
from sahelsim.plot.timeline import dress_time, middle_of, months_of_run, year_labels, years_of_run
from sahelsim.terms import SiegeEnd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["pacts_and_sieges", "people_under", "yearly_decisions"]

FloatArray = npt.NDArray[np.float64]

_BAR = 0.7  # width of a bar [years]
_ENDS = {SiegeEnd.LIFTED: "sky", SiegeEnd.RELIEF: "blue", SiegeEnd.PACT: "green", SiegeEnd.SURRENDER: "vermillion"}
_ANSWERS = {"pact_made": "green", "pact_refused": "orange", "pact_broken": "black"}


def people_under(run: Run, state: str) -> dict[str, FloatArray]:
    """People of communities in a pact with, or besieged by, actors of each camp at the end of each month, (R, T).

    Parameters
    ----------
    state : str
        ``pact`` or ``besieger``.

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    months = months_of_run(run.scenario.calendar)
    shape = run.replicates, months.size
    found: dict[str, FloatArray] = {}
    camp_of = {actor: entry.camp for actor, entry in run.scenario.actors.items()}
    for replicate in range(run.replicates):
        changes = run.allegiance(replicate)
        camp = changes[state].map(camp_of)
        people = changes["population"].astype(float)
        same = changes["community"].eq(changes["community"].shift())
        for name in camp.dropna().unique():
            now = people.where(camp == name, 0.0)
            change = now - now.shift(fill_value=0.0).where(same, 0.0)
            where = np.zeros(len(changes), np.int64), changes["month_id"].to_numpy() - months[0]
            total = found.setdefault(str(name), np.zeros(shape))
            total[replicate] = count_by((1, months.size), where, change.to_numpy())[0].cumsum()
    return {name: found[name] for name in run.scenario.camps if name in found}


def yearly_decisions(run: Run, kind: str, after: str | None = None) -> FloatArray:
    """Decisions of a kind by year, mean of the replicates, shape (Y,); of those that ended so, if `after` is given.

    Raises
    ------
    BadInput
        The run did not keep its decisions.
    """
    table = run.decisions()
    rows = table[table["kind"] == kind]
    if after is not None:
        rows = rows[rows["after"] == after]
    years = years_of_run(run.scenario.calendar)
    return count_by((len(years),), (rows["date"].dt.year.to_numpy() - years[0],)) / run.replicates


def pacts_and_sieges(run: Run) -> Figure:
    """People under siege and in pacts by month and camp; below, how sieges end and what becomes of offers, by year.

    The lower panels are left out for a run that did not keep its decisions.

    Raises
    ------
    BadInput
        The run did not keep its communities.
    """
    from matplotlib.lines import Line2D

    sieges, pacts = people_under(run, "besieger"), people_under(run, "pact")
    colours = {camp: line_colour(colour) for camp, colour in camp_colours(run.scenario).items()}
    keys = [
        Line2D([], [], color=colours[camp], linewidth=1.2, label=f"camp: {readable(camp)}")
        for camp in run.scenario.camps
        if camp in sieges or camp in pacts
    ]
    decided = run.scenario.outputs.decisions
    notes = [
        "Communities at the end of the month, by the camp of the besieger or of the other party to the pact.",
        *([BANDS_NOTE] if run.replicates > 1 else []),
        *(["Bars: means of the replicates."] if decided and run.replicates > 1 else []),
        "* year in part." if any(label.endswith("*") for label in year_labels(run.scenario.calendar)) else "",
    ]
    figure = new_figure(run, "Sieges and local pacts", 5.2 if decided else 3.1, notes=notes, keys=keys)
    grid = figure.add_gridspec(2 if decided else 1, 2)
    _curves(figure.add_subplot(grid[0, 0]), run, sieges, colours, "Under siege")
    _curves(figure.add_subplot(grid[0, 1]), run, pacts, colours, "In a local pact")
    if decided:
        ends = {
            end.name.lower(): (yearly_decisions(run, "siege_end", end.name.lower()), colour)
            for end, colour in _ENDS.items()
        }
        _bars(figure.add_subplot(grid[1, 0]), run, ends, "How sieges end", "Sieges a year", stacked=True)
        answers = {kind: (yearly_decisions(run, kind), colour) for kind, colour in _ANSWERS.items()}
        _bars(figure.add_subplot(grid[1, 1]), run, answers, "Offers and pacts", "Decisions a year", stacked=False)
    return figure


def _curves(axes: Axes, run: Run, found: dict[str, FloatArray], colours: dict[str, str], title: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    x = middle_of(months_of_run(run.scenario.calendar))
    top = 1.0
    for camp, values in found.items():
        draw_bands(axes, x, values, colours[camp], label=camp)
        top = max(top, float(bands(values)[-1].max()))
    dress(axes, title=title, x="Month", y="People")
    dress_time(axes, run.scenario.calendar, room=7)
    axes.set_ylim(0, 1.06 * top)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _bars(axes: Axes, run: Run, found: dict[str, tuple[FloatArray, str]], title: str, y: str, *, stacked: bool) -> None:
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    labels = year_labels(run.scenario.calendar)
    place = np.arange(len(labels), dtype=np.float64)
    floor = np.zeros(place.size)
    width = _BAR if stacked else _BAR / len(found)
    for number, (values, colour) in enumerate(found.values()):
        at = place if stacked else place + width * (number - (len(found) - 1) / 2)
        axes.bar(at, values, width, bottom=floor if stacked else 0.0, color=OKABE_ITO[colour], linewidth=0)
        floor = floor + values
    top = float(floor.max()) if stacked else max(float(values.max()) for values, _ in found.values())
    dress(axes, title=title, x="Year", y=y)
    axes.set_xticks(place, labels)
    axes.set_ylim(0, max(1.0, 1.25 * top))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    keys = [Patch(color=OKABE_ITO[colour], label=readable(name)) for name, (_, colour) in found.items()]
    add_legend(axes, keys, loc="upper left", ncols=4)
