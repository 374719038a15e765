"""Statistics on the texture of the record: how events bunch in time and space, and how the dead are spread."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sahelsim.parameters import parameter
from sahelsim.patterns.condition import EventCondition
from sahelsim.patterns.evidence import Evidence

__all__ = ["Autocorrelation", "DeathTail", "DeathsPerEvent", "FanoFactor", "Gini", "ZeroMonths"]

_NAN = float("nan")
_BATTLES = (1, 2)


def _monthly(condition: EventCondition, seen: Evidence) -> npt.NDArray[np.float64]:
    events = seen.within(seen.events(condition.between, condition.by), condition.region)
    months = condition.window.months
    found = events["month_id"].to_numpy() - months[0]
    return np.bincount(found[(found >= 0) & (found < months.size)], minlength=months.size).astype(np.float64)


class ZeroMonths(EventCondition):
    """Share of months without a recorded event."""

    statistic: Literal["zero_months"]
    unit: ClassVar[str] = "share"

    def measure(self, seen: Evidence) -> float:
        """Share, 0 to 1."""
        return float((_monthly(self, seen) == 0).mean())


class FanoFactor(EventCondition):
    """Variance of monthly counts over their mean; 1 for a Poisson process, not defined without an event."""

    statistic: Literal["fano"]
    unit: ClassVar[str] = "1"

    def measure(self, seen: Evidence) -> float:
        """Fano factor with the unbiased variance."""
        counts = _monthly(self, seen)
        return float(counts.var(ddof=1) / counts.mean()) if counts.any() and counts.size > 1 else _NAN


class Autocorrelation(EventCondition):
    """Correlation of monthly counts with those of the month before; not defined where they do not vary."""

    statistic: Literal["autocorrelation"]
    unit: ClassVar[str] = "1"

    def measure(self, seen: Evidence) -> float:
        """Pearson correlation at lag 1."""
        counts = _monthly(self, seen)
        before, after = counts[:-1], counts[1:]
        if before.size < 2 or before.std() == 0 or after.std() == 0:
            return _NAN
        return float(np.corrcoef(before, after)[0, 1])


class Gini(EventCondition):
    """How unevenly events are spread over the PRIO-GRID cells that have any: 0 evenly, near 1 all in one."""

    statistic: Literal["gini"]
    unit: ClassVar[str] = "1"

    def measure(self, seen: Evidence) -> float:
        """Gini coefficient of the counts; not defined without an event."""
        events = seen.within(seen.events(self.between, self.by), self.region)
        events = events[self.window.holds(events["date_start"])]
        counts = np.sort(events.groupby("priogrid_gid").size().to_numpy(dtype=np.float64))
        if counts.size == 0:
            return _NAN
        return float((2 * np.arange(1, counts.size + 1) - counts.size - 1) @ counts / (counts.size * counts.sum()))


class DeathsPerEvent(EventCondition):
    """Dead of a recorded battle (state-based or non-state), best estimates: their mean or a quantile."""

    statistic: Literal["deaths_per_battle"]
    quantile: float | None = parameter("1", 0, 1, "quantile; the mean if null", "by hand", default=None)
    unit: ClassVar[str] = "deaths"

    def measure(self, seen: Evidence) -> float:
        """Mean or quantile; not defined without a battle."""
        dead = _battle_deaths(self, seen)
        if dead.size == 0:
            return _NAN
        return float(dead.mean() if self.quantile is None else np.quantile(dead, self.quantile))


class DeathTail(EventCondition):
    """Exponent of a power law fitted to the dead of recorded battles from some number up.

    Maximum likelihood for whole numbers in the approximation of Clauset, Shalizi & Newman (2009, eq. 3.7):
    1 + n / sum(log(x / (least - 1/2))).
    """

    statistic: Literal["death_tail"]
    least: int = Field(ge=1, description="smallest number of dead that counts as the tail")
    unit: ClassVar[str] = "1"

    def measure(self, seen: Evidence) -> float:
        """Exponent; not defined with fewer than two such battles."""
        dead = _battle_deaths(self, seen)
        tail = dead[dead >= self.least]
        return 1.0 + tail.size / float(np.log(tail / (self.least - 0.5)).sum()) if tail.size > 1 else math.nan


def _battle_deaths(condition: EventCondition, seen: Evidence) -> npt.NDArray[np.float64]:
    events = seen.within(seen.events(condition.between, condition.by), condition.region)
    chosen = condition.window.holds(events["date_start"]) & events["type_of_violence"].isin(_BATTLES).to_numpy()
    return events["best"].to_numpy(dtype=np.float64)[chosen]
