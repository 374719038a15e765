"""Refugees by camp as Flee has them when it is run on the conflict of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import BANDS_NOTE, bands, draw_bands
from sahelsim.plot.save import save_figure
from sahelsim.plot.style import OKABE_ITO, SMALL, dress, new_figure, provenance, readable, replicates_of
from sahelsim.plot.timeline import dress_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.flee_coupling import Coupled
    from sahelsim.results import Run
    from sahelsim.scenario.schema import Calendar

__all__ = ["camp_series", "plot_camps", "refugees_by_camp"]

FloatArray = npt.NDArray[np.float64]

_COLUMNS = 4
_LEFT = OKABE_ITO["orange"]
_ROW = 1.25  # inches
_COLOURS = ("blue", "vermillion", "green", "purple", "sky")


def plot_camps(run: Run, coupled: Coupled, path: Path) -> Path:
    """Draw `camp_series` into a file."""
    return save_figure(camp_series(run, coupled), path, f"camps: {provenance(run)}")


def refugees_by_camp(coupled: Coupled) -> dict[str, FloatArray]:
    """Refugees in each camp by replicate and day, shape (R, T), in the order of the case."""
    wide = coupled.camps().pivot(index=["replicate", "date"], columns="camp", values="refugees")
    replicates = len(coupled.manifest["replicates"])
    return {name: wide[name].to_numpy(dtype=np.float64).reshape(replicates, -1) for name in coupled.manifest["camps"]}


def camp_series(run: Run, coupled: Coupled) -> Figure:
    """A panel for all camps together and one for each, coloured by country, with its capacity where it is near."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    manifest = coupled.manifest
    found = refugees_by_camp(coupled)
    calendar = _calendar(run, manifest["start"], manifest["end"])
    countries = list(dict.fromkeys(about["country"] for about in manifest["camps"].values()))
    colours = {name: OKABE_ITO[_COLOURS[n % len(_COLOURS)]] for n, name in enumerate(countries)}
    replicates = len(manifest["replicates"])
    share, size = manifest["parameters"]["abroad_share"], manifest["parameters"]["people_per_agent"]
    notes = [
        f"Flee {manifest['versions']['flee']} on {replicates_of(replicates)}; one agent is {size} people. "
        f"Only people who fled {readable(manifest['home'])} since {manifest['start']}: camps start empty. "
        f"{100 * share:.0f} % of those who flee are taken to look for refuge abroad.",
        *([BANDS_NOTE] if replicates > 1 else []),
        "Each panel has a scale of its own, from zero.",
    ]
    keys = [
        *(Patch(color=colours[name], label=readable(name)) for name in countries),
        Line2D([], [], color=_LEFT, linewidth=0.9, linestyle=(0, (4, 2)), label="All who left (median)"),
        Line2D([], [], color="black", linewidth=0.7, linestyle=(0, (1, 2)), label="Capacity of the camp"),
    ]
    rows = -(-(len(found) + 1) // _COLUMNS)
    wide = rows * _COLUMNS - len(found)  # columns of the first panel: no gap remains
    figure = new_figure(run, "Refugees by camp", rows * _ROW + 1.1, notes=notes, keys=keys)
    grid = figure.add_gridspec(rows, _COLUMNS)
    left = coupled.people()["left"].to_numpy(dtype=np.float64).reshape(replicates, -1)
    everyone = np.sum(list(found.values()), axis=0)
    for number, (name, values) in enumerate([("All camps", everyone), *found.items()]):
        place = number + wide - 1
        axes = figure.add_subplot(grid[0, :wide] if number == 0 else grid[place])
        about = manifest["camps"].get(name)
        colour = colours[about["country"]] if about else OKABE_ITO["black"]
        lowest = place // _COLUMNS == rows - 1
        first = number == 0 or place % _COLUMNS == 0
        _panel(axes, values, colour, calendar, title=readable(name), labels=lowest, y=first)
        if about:
            _capacity(axes, about["capacity"])
        else:
            _line(axes, np.median(left, axis=0), calendar)
    return figure


def _panel(
    axes: Axes, values: FloatArray, colour: str, calendar: Calendar, *, title: str, labels: bool, y: bool
) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    draw_bands(axes, _days(calendar), values, colour, label=title)
    dress(axes, title=title, y="Refugees" if y else "")
    axes.title.set_fontsize(SMALL + 0.5)
    dress_time(axes, calendar, labels=labels, room=4)
    axes.set_ylim(0, max(10.0, 1.08 * float(bands(values)[-1].max())))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _capacity(axes: Axes, capacity: int) -> None:
    """A dotted line at the capacity if the panel reaches near it."""
    top = axes.get_ylim()[1]
    if capacity < 1.3 * top:
        axes.axhline(capacity, color="black", linewidth=0.7, linestyle=(0, (1, 2)))
        axes.set_ylim(0, max(top, 1.08 * capacity))


def _line(axes: Axes, values: FloatArray, calendar: Calendar) -> None:
    axes.plot(_days(calendar), values, color=_LEFT, linewidth=1.0, linestyle=(0, (4, 2)), zorder=5)
    axes.set_ylim(0, max(axes.get_ylim()[1], 1.08 * float(values.max())))


def _days(calendar: Calendar) -> npt.NDArray[np.datetime64]:
    return np.datetime64(calendar.start) + np.arange(calendar.steps) * np.timedelta64(1, "D")


def _calendar(run: Run, start: str, end: str) -> Calendar:
    """The days of the coupling as a calendar."""
    first = date.fromisoformat(start)
    days = (date.fromisoformat(end) - first).days + 1
    return run.scenario.calendar.model_copy(update={"start": first, "steps": days, "step_days": 1})
