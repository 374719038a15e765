"""Statistics that count recorded events and their dead. A file of UCDP GED has a value for each."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from sahelsim.parameters import parameter
from sahelsim.patterns.condition import Condition, EventCondition
from sahelsim.patterns.evidence import Evidence
from sahelsim.patterns.window import Window

__all__ = [
    "ActiveCells", "DeathRatio", "Deaths", "EventCount", "EventRatio", "EventShare", "FirstEvent", "MedianGap",
    "SharedCells",
]  # fmt: skip

_NAN = float("nan")


def _chosen(condition: EventCondition, seen: Evidence, window: Window | None = None) -> pd.DataFrame:
    events = seen.within(seen.events(condition.between, condition.by), condition.region)
    return events[(window or condition.window).holds(events["date_start"])]


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else _NAN


class EventCount(EventCondition):
    """Recorded events in the window, or the mean a year."""

    statistic: Literal["event_count"]
    per_year: bool = Field(default=False, description="divide by the years of the window")
    unit: ClassVar[str] = "events"

    def measure(self, seen: Evidence) -> float:
        """Number of events."""
        count = len(_chosen(self, seen))
        return count / self.window.years if self.per_year else float(count)


class Deaths(EventCondition):
    """Best estimates of the dead of recorded events."""

    statistic: Literal["deaths"]
    unit: ClassVar[str] = "deaths"

    def measure(self, seen: Evidence) -> float:
        """Sum of the best estimates."""
        return float(_chosen(self, seen)["best"].sum())


class EventRatio(EventCondition):
    """Events a month in the window over those in another one; not defined when the other has none."""

    statistic: Literal["event_ratio"]
    against: Window = Field(description="the window to compare with")
    unit: ClassVar[str] = "ratio"

    def windows(self) -> tuple[Window, ...]:
        """Both."""
        return self.window, self.against

    def measure(self, seen: Evidence) -> float:
        """Ratio of the two rates."""
        rates = [len(_chosen(self, seen, window)) / window.days for window in self.windows()]
        return _ratio(rates[0], rates[1])


class DeathRatio(EventCondition):
    """Mean dead of an event in the window over that in another one; not defined when one of them has no event."""

    statistic: Literal["death_ratio"]
    against: Window = Field(description="the window to compare with")
    unit: ClassVar[str] = "ratio"

    def windows(self) -> tuple[Window, ...]:
        """Both."""
        return self.window, self.against

    def measure(self, seen: Evidence) -> float:
        """Ratio of the two means of the best estimates."""
        now, then = (_chosen(self, seen, window)["best"] for window in self.windows())
        return _ratio(float(now.mean()), float(then.mean())) if len(now) and len(then) else _NAN


class FirstEvent(EventCondition):
    """When the first recorded event with so many dead began, as a year with its fraction; not defined without one."""

    statistic: Literal["first_event"]
    least_deaths: int = parameter("deaths", 0, None, "best estimate from which an event counts", "by hand", default=1)
    unit: ClassVar[str] = "date"

    def measure(self, seen: Evidence) -> float:
        """Date as a year with its fraction: 1 July 2019 is 2019.50."""
        events = _chosen(self, seen)
        days = events.loc[events["best"] >= self.least_deaths, "date_start"]
        if days.empty:
            return _NAN
        first = pd.Timestamp(days.min())
        return first.year + (first.day_of_year - 1) / (366 if first.is_leap_year else 365)


class MedianGap(EventCondition):
    """Median number of days from one recorded event to the next; not defined with fewer than two."""

    statistic: Literal["median_gap"]
    unit: ClassVar[str] = "days"

    def measure(self, seen: Evidence) -> float:
        """Median gap."""
        days = np.sort(_chosen(self, seen)["date_start"].to_numpy().astype("datetime64[D]"))
        return float(np.median(np.diff(days).astype(float))) if days.size > 1 else _NAN


class EventShare(Condition):
    """Of the recorded events in which any of some parties has a hand, the share in which one of them has."""

    statistic: Literal["event_share"]
    party: str = Field(description="the party whose share it is")
    among: tuple[str, ...] = Field(min_length=1, description="the parties that are counted, with that one")
    unit: ClassVar[str] = "share"
    countable: ClassVar[bool] = True

    def measure(self, seen: Evidence) -> float:
        """Share, 0 to 1."""
        events = seen.within(seen.events(), self.region)
        events = events[self.window.holds(events["date_start"])]
        everyone = [name for party in self.among for name in seen.recorded(party)]
        return _ratio(_involved(events, seen.recorded(self.party)).sum(), _involved(events, everyone).sum())


def _involved(events: pd.DataFrame, names: tuple[str, ...] | list[str]) -> pd.Series:
    return events["side_a"].isin(names) | events["side_b"].isin(names)


class SharedCells(Condition):
    """Of the PRIO-GRID cells where the first party has a recorded event, the share where the second has one too."""

    statistic: Literal["shared_cells"]
    between: tuple[str, str] = Field(description="first and second party")
    unit: ClassVar[str] = "share"
    countable: ClassVar[bool] = True

    def measure(self, seen: Evidence) -> float:
        """Share, 0 to 1."""
        events = seen.within(seen.events(), self.region)
        events = events[self.window.holds(events["date_start"])]
        first, second = (set(events["priogrid_gid"][_involved(events, seen.recorded(p))]) for p in self.between)
        return _ratio(len(first & second), len(first))


class ActiveCells(EventCondition):
    """PRIO-GRID cells with a recorded event in the window."""

    statistic: Literal["active_cells"]
    unit: ClassVar[str] = "cells"

    def measure(self, seen: Evidence) -> float:
        """Number of cells."""
        return float(_chosen(self, seen)["priogrid_gid"].nunique())
