"""All figures of a run, one file each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sahelsim.plot.allegiance import allegiance_map
from sahelsim.plot.control import control_by_year
from sahelsim.plot.deaths import deaths_by_type
from sahelsim.plot.displaced import displaced_people
from sahelsim.plot.dyads import monthly_dyads
from sahelsim.plot.events import events_map
from sahelsim.plot.fighters import fighters_over_time
from sahelsim.plot.flows import flight_between_areas
from sahelsim.plot.money import money_by_actor
from sahelsim.plot.pacts import pacts_and_sieges
from sahelsim.plot.save import check_formats, make_folder, save_figure
from sahelsim.plot.style import provenance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["FIGURES", "FigureKind", "plot_run"]


@dataclass(frozen=True)
class FigureKind:
    """A figure: how it is made, and the switch of the scenario's outputs without which it cannot be."""

    make: Callable[[Run], Figure]
    needs: str | None = None


FIGURES: dict[str, FigureKind] = {
    "events_map": FigureKind(events_map),
    "monthly_dyads": FigureKind(monthly_dyads),
    "deaths_by_type": FigureKind(deaths_by_type),
    "control_by_year": FigureKind(control_by_year, "panel"),
    "allegiance_map": FigureKind(allegiance_map, "communities"),
    "fighters": FigureKind(fighters_over_time),
    "displaced": FigureKind(displaced_people, "panel"),
    "flows": FigureKind(flight_between_areas, "communities"),
    "pacts_sieges": FigureKind(pacts_and_sieges, "communities"),
    "money": FigureKind(money_by_actor),
}
"""Figures by file name."""


def plot_run(run: Run, out_dir: str | Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draw every figure that the run's tables allow.

    Parameters
    ----------
    run : Run
        From `sahelsim.results.open_run`.
    out_dir : path
        Folder for the files, made if need be; files of the same names are replaced.
    formats : sequence of str
        Some of "png", "pdf", "svg".

    Returns
    -------
    list of Path
        The files, in the order of `FIGURES`. A figure that needs an output which the scenario switched off is left out.

    Raises
    ------
    BadInput
        An unknown format, or a folder that cannot be written.
    """
    check_formats(formats)
    folder = make_folder(out_dir)
    written = []
    for name, kind in FIGURES.items():
        if kind.needs is not None and not getattr(run.scenario.outputs, kind.needs):
            continue
        figure = kind.make(run)
        title = f"{name}: {provenance(run)}"
        written += [save_figure(figure, folder / f"{name}.{ending}", title) for ending in dict.fromkeys(formats)]
    return written
