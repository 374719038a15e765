"""Figures of a run. Each is a function of the run; `plot_run` writes them all.

>>> from sahelsim.results import open_run
>>> from sahelsim.plot import events_map, plot_run
>>> run = open_run("runs/two_actors-7")          # doctest: +SKIP
>>> events_map(run).savefig("events.pdf")        # doctest: +SKIP
>>> plot_run(run, "figures", formats=("png",))   # doctest: +SKIP

matplotlib is imported when a figure is made, its object interface is used and nothing global is changed.
"""

from __future__ import annotations

from sahelsim.plot.all_figures import FIGURES, plot_run
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

__all__ = [
    "FIGURES",
    "allegiance_map",
    "control_by_year",
    "deaths_by_type",
    "displaced_people",
    "events_map",
    "fighters_over_time",
    "flight_between_areas",
    "money_by_actor",
    "monthly_dyads",
    "pacts_and_sieges",
    "plot_run",
]
