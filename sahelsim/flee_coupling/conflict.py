"""When a location is a conflict zone: on days on which the deaths of the last days in its catchment reach a threshold.

    in conflict on day d  <=>  sum of deaths on the days d - window + 1 … d  >=  threshold

The zones are 0 or 1. Flee 3.1 reads an intensity on the first day of a spell only and ends a spell only if its
intensity was exactly 1 the day before, so anything but 1 would be a war without end (docs/flee.md).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from sahelsim.flee_coupling.case import Case
from sahelsim.flee_coupling.catchment import nearest_origin
from sahelsim.results import Run

__all__ = ["conflict_days", "deaths_by_day", "zones"]

Counts = npt.NDArray[np.int64]


def conflict_days(run: Run, case: Case, replicate: int, start: date, days: int) -> npt.NDArray[np.int8]:
    """Whether each origin is a conflict zone on each day, shape (days, origins)."""
    lead = case.parameters.window_days - 1
    return zones(deaths_by_day(run, case, replicate, start, days, lead), lead + 1, case.parameters.deaths_threshold)


def deaths_by_day(run: Run, case: Case, replicate: int, start: date, days: int, lead: int) -> Counts:
    """Deaths in each catchment, shape (lead + days, origins); the first `lead` days lie before `start`."""
    if case.parameters.deaths == "reported":
        events = run.events(replicate)
        when, deaths = events["date_start"], events["best"].to_numpy()
    else:
        events = run.truth(replicate)
        when = events["date"]
        deaths = events[["deaths_a", "deaths_b", "deaths_civilians"]].to_numpy().sum(axis=1)
    origin = nearest_origin(case, events["latitude"], events["longitude"], events["country"])
    day = (when.to_numpy().astype("datetime64[D]") - np.datetime64(start)).astype(np.int64) + lead
    inside = (origin >= 0) & (day >= 0) & (day < lead + days)
    out = np.zeros((lead + days, len(case.origins)), dtype=np.int64)
    np.add.at(out, (day[inside], origin[inside]), deaths[inside])
    return out


def zones(deaths: Counts, window: int, threshold: int) -> npt.NDArray[np.int8]:
    """From daily deaths, ``window - 1`` days of them ahead of the first, to 0 and 1."""
    total = np.vstack([np.zeros((1, deaths.shape[1]), dtype=np.int64), deaths.cumsum(axis=0)])
    found: npt.NDArray[np.int8] = (total[window:] - total[:-window] >= threshold).astype(np.int8)
    return found
