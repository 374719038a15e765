"""How strong each actor is, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import BANDS_NOTE, bands, count_by, draw_bands
from sahelsim.plot.style import SMALL, camp_colours, dress, line_colour, new_figure, readable
from sahelsim.plot.timeline import dress_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["fighters_over_time", "heading", "strengths"]

FloatArray = npt.NDArray[np.float64]

_COLUMNS = 4
_ROW = 1.25  # inches


def strengths(run: Run) -> dict[str, FloatArray]:
    """Fighters of each actor in the order of the scenario, shape (R, S) each."""
    table = run.fighters()
    shape = run.replicates, run.scenario.calendar.steps
    out = {}
    for actor in run.scenario.actors:
        rows = table[table["actor"] == actor]
        where = rows["replicate"].to_numpy(), rows["step"].to_numpy()
        out[actor] = count_by(shape, where, rows["fighters"].to_numpy())
    return out


def heading(actor: str) -> str:
    """``burkina_faso`` as ``Burkina Faso``; names in capitals as they are."""
    words = readable(actor)
    return words.title() if words.islower() else words


def fighters_over_time(run: Run) -> Figure:
    """A panel for each actor: its fighters in the region after each step, coloured by camp."""
    from matplotlib.patches import Patch
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    found = strengths(run)
    scenario, calendar = run.scenario, run.scenario.calendar
    colours = camp_colours(scenario)
    columns = min(_COLUMNS, max(2, len(found)))
    rows = -(-len(found) // columns)
    notes = [*([BANDS_NOTE] if run.replicates > 1 else []), "Each panel has a scale of its own, from zero."]
    used = [camp for camp in scenario.camps if any(actor.camp == camp for actor in scenario.actors.values())]
    keys = [Patch(color=line_colour(colours[camp]), label=f"camp: {readable(camp)}") for camp in used]
    figure = new_figure(run, "Fighters by actor", rows * _ROW + 1.1, notes=notes, keys=keys)
    grid = figure.add_gridspec(rows, columns)
    days = np.arange(calendar.steps) * np.timedelta64(calendar.step_days, "D")
    dates = np.datetime64(calendar.start) + days
    for number, (actor, values) in enumerate(found.items()):
        axes = figure.add_subplot(grid[number])
        draw_bands(axes, dates, values, line_colour(colours[scenario.actors[actor].camp]), label=actor)
        last = number + columns >= len(found)
        dress(axes, title=heading(actor), x="Week" if last else "", y="Fighters" if number % columns == 0 else "")
        axes.title.set_fontsize(SMALL + 0.5)
        dress_time(axes, calendar, labels=last, room=4)
        axes.set_ylim(0, max(1.0, 1.08 * float(bands(values)[-1].max())))
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    return figure
