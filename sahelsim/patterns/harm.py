"""Statistics on the truth of harm to civilians: who was killed, who was avenged, and whom the harmed turned to."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from sahelsim.parameters import parameter
from sahelsim.patterns.condition import Condition
from sahelsim.patterns.evidence import Evidence

__all__ = ["CiviliansKilled", "OddsAfterHarm", "RevengeEvents", "WorstDays"]

_NAN = float("nan")


class _Killings(Condition):
    killers: tuple[str, ...] = Field(min_length=1, description="parties that kill")
    victims: tuple[str, ...] = Field(default=(), description="peoples of the communities that are hit; any if empty")

    def _rows(self, seen: Evidence) -> pd.DataFrame:
        rows = seen.within(seen.harm(self.killers, self.victims), self.region)
        return rows[self.window.holds(rows["date"])]


class CiviliansKilled(_Killings):
    """Civilians of some peoples killed by some parties in the window, recorded or not."""

    statistic: Literal["civilians_killed"]
    unit: ClassVar[str] = "deaths"

    def measure(self, seen: Evidence) -> float:
        """Sum of the dead."""
        return float(self._rows(seen)["deaths_civilians"].sum())


class WorstDays(_Killings):
    """Most civilians killed within any so many days of the window."""

    statistic: Literal["worst_days"]
    days: int = parameter("days", 1, 366, "length of the span", "by hand", default=31)
    unit: ClassVar[str] = "deaths"

    def measure(self, seen: Evidence) -> float:
        """The dead of the worst span; 0 without any."""
        return float(worst_span(self._rows(seen), self.days)[0])


class RevengeEvents(_Killings):
    """Attacks on a people in the days after the worst killing of another people.

    The worst killing is the span of `days` with most dead among `victims` by `killers` in the window. Counted are
    attacks with dead by `party` on `targets` within `within_days` of the first day of that span, in the same region;
    with `rise`, less those in as many days before it.
    """

    statistic: Literal["revenge_events"]
    days: int = parameter("days", 1, 366, "length of the span of the worst killing", "by hand", default=31)
    within_days: int = parameter("days", 1, 1000, "how long after it attacks are counted", "by hand", default=180)
    party: str = Field(description="the avengers")
    targets: tuple[str, ...] = Field(min_length=1, description="peoples on whom they take revenge")
    rise: bool = Field(default=False, description="less the attacks of as many days before")
    unit: ClassVar[str] = "attacks"

    def measure(self, seen: Evidence) -> float:
        """Number of attacks, or rise in it; not defined when nobody was killed."""
        dead, begin = worst_span(self._rows(seen), self.days)
        if dead == 0:
            return _NAN
        attacks = seen.within(seen.harm((self.party,), self.targets), self.region)
        days = attacks["date"].to_numpy().astype("datetime64[D]")
        start, span = np.datetime64(begin, "D"), np.timedelta64(self.within_days, "D")
        after = int(((days >= start) & (days <= start + span)).sum())
        before = int(((days < start) & (days >= start - span)).sum())
        return float(after - before if self.rise else after)


def worst_span(killings: pd.DataFrame, days: int) -> tuple[int, pd.Timestamp]:
    """Most dead within so many days, and the first of these days (the earliest such span)."""
    if killings.empty:
        return 0, pd.Timestamp(0)
    daily = killings.groupby("date")["deaths_civilians"].sum().sort_index()
    sums = [(int(daily.loc[first : first + timedelta(days=days - 1)].sum()), first) for first in daily.index]
    return max(sums, key=lambda found: (found[0], -found[1].value))


class OddsAfterHarm(Condition):
    """Odds that harmed communities side with some parties rather than others, over the odds of communities like them.

    A community counts as harmed from the first month of the window in which one of `killers` killed some of its people.
    Its controls in that month are the communities alike in `alike` that are not harmed before the end of `later`. Only
    those count that sided with neither in the month before. The outcome is the share of the months of `later` on either
    side. To look at those who take a side at all takes out that killings happen where both sides are about. Odds ratio
    of Mantel & Haenszel (1959) over the strata (`alike`, month).
    """

    statistic: Literal["odds_after_harm"]
    killers: tuple[str, ...] = Field(min_length=1, description="parties that harm")
    among: tuple[str, ...] = Field(min_length=1, description="parties with whose camps communities side")
    rather_than: tuple[str, ...] = Field(min_length=1, description="parties with whose camps they might side instead")
    alike: tuple[Literal["people", "country", "adm_1"], ...] = Field(
        min_length=1, description="in what communities are compared"
    )
    later: tuple[int, int] = Field(default=(3, 12), description="first and last month after the harm")
    unit: ClassVar[str] = "odds ratio"

    @model_validator(mode="after")
    def _later_in_order(self) -> OddsAfterHarm:
        if not 1 <= self.later[0] <= self.later[1]:
            raise ValueError("`later` needs two months in order, the first at least 1")
        return self

    def measure(self, seen: Evidence) -> float:
        """Odds ratio; not defined where no stratum has both outcomes among both sorts."""
        camps, _ = seen.camp_by_month()
        one, other = (np.isin(camps, [seen.camp(party) for party in side]) for side in (self.among, self.rather_than))
        return mantel_haenszel(one, other, self._first_harm(seen), self._strata(seen), self.later)

    def _strata(self, seen: Evidence) -> npt.NDArray[np.int64]:
        communities = seen.table("communities", *self.alike)
        stratum = communities.groupby(list(self.alike), dropna=False).ngroup().to_numpy(dtype=np.int64)
        return np.where(seen.communities_in(self.region), stratum, -1)

    def _first_harm(self, seen: Evidence) -> npt.NDArray[np.int64]:
        harm = seen.harm(self.killers)
        harm = harm[self.window.holds(harm["date"]) & (harm["community"] >= 0).to_numpy()]
        first = np.full(len(seen.table("communities")), np.iinfo(np.int64).max)
        np.minimum.at(first, harm["community"].to_numpy(), harm["month_id"].to_numpy() - seen.first_month)
        return first


def mantel_haenszel(
    one: npt.NDArray[np.bool_],
    other: npt.NDArray[np.bool_],
    first_harm: npt.NDArray[np.int64],
    stratum: npt.NDArray[np.int64],
    later: tuple[int, int],
) -> float:
    """Odds ratio of being on one side rather than the other some months after harm, over strata and months of harm.

    Parameters
    ----------
    one, other : (months, communities)
        Whether a community is on the one or on the other side at the end of a month.
    first_harm : (communities,)
        Row of the first month of harm; beyond the last row where there is none.
    stratum : (communities,)
        Communities of the same number are compared; -1 leaves one out.
    later : (int, int)
        First and last month after the harm.
    """
    over = under = 0.0
    size = int(stratum.max(initial=-1)) + 1
    for month in range(1, one.shape[0] - later[1]):
        harmed = first_harm == month
        if not harmed.any():
            continue
        free = ~(one[month - 1] | other[month - 1]) & (stratum >= 0)
        spared = first_harm > month + later[1]
        a, b, c, d = (
            np.bincount(stratum[free & sort], side[month + later[0] : month + later[1] + 1, free & sort].mean(0), size)
            for sort in (harmed, spared)
            for side in (one, other)
        )
        total = a + b + c + d
        over += float((a * d)[total > 0] @ (1 / total[total > 0]))
        under += float((b * c)[total > 0] @ (1 / total[total > 0]))
    return over / under if under > 0 else _NAN
