"""Statistics on decisions: defections, sieges, pacts, truces."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from sahelsim.patterns.condition import Condition
from sahelsim.patterns.evidence import Evidence

__all__ = ["FightersGained", "PactsHeld", "PactsMade", "QuietMonths", "SiegesEnded"]

_DEFECTIONS = ("defection", "katiba_defection")


class FightersGained(Condition):
    """Fighters who went over to a party, bands and whole katibas, less those who went the other way."""

    statistic: Literal["fighters_gained"]
    party: str = Field(description="whom they join")
    origin: str | None = Field(default=None, description="whom they leave; anybody if null")
    net: bool = Field(default=True, description="less those who leave the party for the origin")
    unit: ClassVar[str] = "fighters"

    def measure(self, seen: Evidence) -> float:
        """Sum of fighters."""
        rows = _in_region(seen, seen.table("decisions"), self.region)
        rows = rows[self.window.holds(rows["date"]) & rows["kind"].isin(_DEFECTIONS).to_numpy()]
        gained = self._moved(rows, seen, self.origin, self.party)
        return float(gained - self._moved(rows, seen, self.party, self.origin) if self.net else gained)

    @staticmethod
    def _moved(rows: pd.DataFrame, seen: Evidence, origin: str | None, to: str | None) -> int:
        chosen = np.ones(len(rows), dtype=bool)
        for column, party in (("before", origin), ("after", to)):
            if party is not None:
                chosen &= rows[column].isin(seen.actors(party)).to_numpy()
        return int(rows["size"].to_numpy()[chosen].sum())


class _OfCommunities(Condition):
    party: str = Field(description="the armed party")
    unit: ClassVar[str] = "communities"

    def _rows(self, seen: Evidence, kind: str) -> pd.DataFrame:
        rows = seen.table("decisions")
        rows = rows[self.window.holds(rows["date"]) & (rows["kind"] == kind).to_numpy()]
        rows = rows.loc[rows["actor_a"].isin(seen.actors(self.party)) & (rows["community"] >= 0)]
        found: pd.DataFrame = rows.loc[seen.communities_in(self.region)[rows["community"].to_numpy()]]
        return found


class SiegesEnded(_OfCommunities):
    """Sieges by a party that ended in one of some ways."""

    statistic: Literal["sieges_ended"]
    how: tuple[Literal["relief", "pact", "surrender", "lifted"], ...] = Field(
        min_length=1, description="ways of ending that count"
    )
    unit: ClassVar[str] = "sieges"

    def measure(self, seen: Evidence) -> float:
        """Number of sieges."""
        seen.table("allegiance", "besieger")  # a run of a version without sieges has no such column
        return float(self._rows(seen, "siege_end")["after"].isin(self.how).sum())


class PactsMade(_OfCommunities):
    """Communities that make a pact with a party, each counted once."""

    statistic: Literal["pacts_made"]

    def measure(self, seen: Evidence) -> float:
        """Number of communities."""
        seen.table("allegiance", "pact")
        return float(self._rows(seen, "pact_made")["community"].nunique())


class PactsHeld(_OfCommunities):
    """Communities that are in a pact with a party at the end of the window."""

    statistic: Literal["pacts_held"]

    def measure(self, seen: Evidence) -> float:
        """Number of communities."""
        pact = seen.by_month("pact")[seen.rows_of(self.window)[-1]]
        return float((np.isin(pact.astype(object), seen.actors(self.party)) & seen.communities_in(self.region)).sum())


class QuietMonths(Condition):
    """Share of months in which a truce held for most of the steps, or no fight of the two was recorded."""

    statistic: Literal["quiet_months"]
    between: tuple[str, str] = Field(description="two parties")
    unit: ClassVar[str] = "share"

    def measure(self, seen: Evidence) -> float:
        """Share, 0 to 1."""
        months = self.window.months
        fights = np.isin(months, seen.events(self.between)["month_id"].to_numpy())
        return float((self._truce(seen, months) | ~fights).mean())

    def _truce(self, seen: Evidence, months: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        dyads = seen.table("dyads")
        one, other = (seen.actors(party) for party in self.between)
        a, b = dyads["actor_a"], dyads["actor_b"]
        dyads = dyads[((a.isin(one) & b.isin(other)) | (a.isin(other) & b.isin(one))).to_numpy()]
        day = dyads["date"].dt
        month = (day.year - 1980) * 12 + day.month
        held = (dyads["truce"] != "none").groupby(month.to_numpy()).mean()
        return held.reindex(months, fill_value=0.0).to_numpy() > 0.5


def _in_region(seen: Evidence, rows: pd.DataFrame, region: tuple[str, ...]) -> pd.DataFrame:
    """The decisions whose cell lies in the region."""
    if not region:
        return rows
    cell = rows["cell"].to_numpy()
    found: pd.DataFrame = rows.loc[(cell >= 0) & seen.cells_in(region)[np.maximum(cell, 0)]]
    return found
