"""Statistics on ground and people: who stands where, who holds what, whom communities side with."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sahelsim.patterns.condition import Condition
from sahelsim.patterns.evidence import Evidence
from sahelsim.patterns.window import Window

__all__ = ["CampShare", "ControlShare", "GroundRatio", "PresenceShare"]

_NAN = float("nan")


class GroundRatio(Condition):
    """Ground of a party in the window over that in another one, monthly means; not defined when it had none there.

    Ground is the cells in which its fighters stand (`presence`), the cells that its camp holds (`control`), or the
    people of the communities of its camp (`people`).
    """

    statistic: Literal["ground_ratio"]
    party: str = Field(description="whose ground")
    what: Literal["presence", "control", "people"] = Field(description="what counts as ground")
    against: Window = Field(description="the window to compare with")
    unit: ClassVar[str] = "ratio"

    def windows(self) -> tuple[Window, ...]:
        """Both."""
        return self.window, self.against

    def measure(self, seen: Evidence) -> float:
        """Ratio of the two means."""
        series = self._series(seen)
        now, then = (float(series[seen.rows_of(window)].mean()) for window in self.windows())
        return now / then if then > 0 else _NAN

    def _series(self, seen: Evidence) -> npt.NDArray[np.float64]:
        if self.what == "people":
            camps, people = seen.camp_by_month()
            theirs = (camps == seen.camp(self.party)) & seen.communities_in(self.region)
            return np.asarray((people * theirs).sum(axis=1), dtype=np.float64)
        held = seen.control(self.party) if self.what == "control" else seen.presence(self.party) > 0
        return np.asarray((held & seen.cells_in(self.region)).sum(axis=1), dtype=np.float64)


class CampShare(Condition):
    """Share of a region's people whose communities side with a party at the end of the window, or its change.

    The change is from the end of the window's first month.
    """

    statistic: Literal["camp_share"]
    party: str = Field(description="with whom they side")
    change: bool = Field(default=False, description="the change over the window, not the level at its end")
    unit: ClassVar[str] = "share"

    def measure(self, seen: Evidence) -> float:
        """Share, 0 to 1, or change of it; not defined where nobody lives."""
        camps, people = seen.camp_by_month()
        here = seen.communities_in(self.region)
        ends = seen.rows_of(self.window)[[0, -1]]
        total = (people[ends] * here).sum(axis=1)
        if not total.all():
            return _NAN
        share = (people[ends] * (here & (camps[ends] == seen.camp(self.party)))).sum(axis=1) / total
        return float(share[1] - share[0] if self.change else share[1])


class PresenceShare(Condition):
    """Of the fighters of some parties in a region, the share of one of them; mean over the months of the window."""

    statistic: Literal["presence_share"]
    party: str = Field(description="whose share")
    among: tuple[str, ...] = Field(min_length=1, description="the parties that are counted, with that one")
    unit: ClassVar[str] = "share"

    def measure(self, seen: Evidence) -> float:
        """Share of fighter-months, 0 to 1; not defined where none of them stands."""
        rows, here = seen.rows_of(self.window), seen.cells_in(self.region)
        count = {party: int(seen.presence(party)[rows][:, here].sum()) for party in {*self.among, self.party}}
        total = sum(count[party] for party in self.among)
        return count[self.party] / total if total else _NAN


class ControlShare(Condition):
    """Share of the cells of a region that the camp of a party holds; mean over the months of the window."""

    statistic: Literal["control_share"]
    party: str = Field(description="whose camp")
    unit: ClassVar[str] = "share"

    def measure(self, seen: Evidence) -> float:
        """Share, 0 to 1."""
        held = seen.control(self.party)[seen.rows_of(self.window)]
        return float(held[:, seen.cells_in(self.region)].mean())
