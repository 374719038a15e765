"""What the tables say about the months before: who killed whom there, who stood there, what held between the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sahelsim.explain.names import Naming
from sahelsim.explain.reference import without_nulls
from sahelsim.terms import month_of

if TYPE_CHECKING:
    from sahelsim.results import Run

__all__ = ["MONTHS", "Before", "Note"]

MONTHS = 6
"""How far back we look."""

_EARLIER = 5  # decisions of a community that are listed
_DEATHS = ["deaths_a", "deaths_b", "deaths_civilians"]


@dataclass(frozen=True)
class Note:
    """One thing that the tables say, with what it is about."""

    about: str
    words: str


class Before:
    """The six months before a row of one replicate.

    Parameters
    ----------
    run : Run
    naming : Naming
    replicate : int
    date : Timestamp
        Day of the row.
    past : DataFrame
        Rows of the replicate's truth that came before it.
    """

    def __init__(self, run: Run, naming: Naming, replicate: int, date: pd.Timestamp, past: pd.DataFrame) -> None:
        self._run, self._naming, self._replicate = run, naming, replicate
        self._date = date
        self._since = date - pd.DateOffset(months=MONTHS)
        self._past = past[past["date"] >= self._since]
        self._month = (date.year - 1980) * 12 + date.month - 1  # the last one that was over

    @property
    def _month_words(self) -> str:
        year, month = month_of(self._month)
        return f"at the end of {year}-{month:02d}"

    def of_cell(self, cell: int, community: int = -1) -> list[Note]:
        """Violence and fighters in a cell."""
        notes = [*self._harm(cell, community), *self._battles(cell)]
        if not notes:
            notes = [Note("violence", f"Nobody was killed there in the {MONTHS} months before")]
        return notes + self._standing(cell)

    def _harm(self, cell: int, community: int) -> list[Note]:
        rows = self._past[(self._past["cell"] == cell) & (self._past["deaths_civilians"] > 0)]
        notes = []
        by = rows.groupby("actor_a")["deaths_civilians"].agg(["sum", "size"]).sort_values("sum", ascending=False)
        for actor, (deaths, attacks) in by.iterrows():
            here = rows[(rows["actor_a"] == actor) & (rows["community"] == community)]["deaths_civilians"].sum()
            of_them = f", {here:,} of them of this community" if community >= 0 else ""
            killed = f"{_many(deaths, 'civilian')} in {_many(attacks, 'attack')}"
            words = f"{self._naming.actor(str(actor))} killed {killed} in the cell{of_them}"
            notes.append(Note("violence", words))
        return notes

    def _battles(self, cell: int) -> list[Note]:
        rows = self._past[(self._past["cell"] == cell) & (self._past["kind"] == "battle")]
        return [Note("battles", f"Battles in the cell: {_fights(rows)}")] if len(rows) else []

    def _standing(self, cell: int) -> list[Note]:
        if not self._run.scenario.outputs.panel or not self._has_state():
            return []
        here = self._run.panel()["presence"].sel(replicate=self._replicate, month=self._month, cell=cell)
        found = {str(actor): int(n) for actor, n in zip(here["actor"].to_numpy(), here.to_numpy(), strict=True) if n}
        who = [f"{self._naming.actor(actor)} {n:,}" for actor, n in sorted(found.items(), key=lambda x: (-x[1], x[0]))]
        return [Note("fighters", f"Fighters in the cell {self._month_words}: {', '.join(who) or 'none'}")]

    def _has_state(self) -> bool:
        start = self._run.scenario.calendar.start
        return self._month >= (start.year - 1980) * 12 + start.month

    def of_community(self, community: int, number: int = -1) -> list[Note]:
        """Side, pact, siege, flight and earlier decisions of a community; `number` is the row that is explained."""
        outputs, notes = self._run.scenario.outputs, []
        if community < 0:
            return []
        if outputs.communities and self._has_state():
            rows = self._run.allegiance(self._replicate)
            row = without_nulls(rows[(rows["community"] == community) & (rows["month_id"] <= self._month)].iloc[-1])
            pact = f"in a pact with {self._naming.actor(row['pact'])}" if row["pact"] else "in no pact"
            siege = f"besieged by {self._naming.actor(row['besieger'])}" if row["besieger"] else "not besieged"
            words = f"{row['population']:,} people, {self._naming.camp(row['camp'])}, {pact}, {siege}"
            notes.append(Note("community", f"It was {self._month_words}: {words}"))
            flows = self._run.flows(self._replicate)
            recent = flows["month_id"].between(self._month - MONTHS + 1, self._month)
            fled = int(flows[recent & (flows["origin"] == community)]["fled"].sum())
            if fled:
                notes.append(Note("flight", f"{fled:,} people had fled from it in the {MONTHS} months until then"))
        if outputs.decisions:
            rows = self._run.decisions(self._replicate)
            mine = rows[(rows["community"] == community) & (rows["date"] >= self._since) & (rows["date"] <= self._date)]
            mine = mine[mine["id"] < number] if number >= 0 else mine
            notes += [Note("earlier", self._earlier(without_nulls(row))) for _, row in mine.tail(_EARLIER).iterrows()]
        return notes

    def _earlier(self, row: pd.Series) -> str:
        kind = row["kind"].replace("_", " ")
        with_whom = f" ({self._naming.actor(row['actor_a'])})" if row["actor_a"] else ""
        after = f": {self._naming.camp(row['after'])}" if row["kind"] in ("pledge", "lapse") else ""
        after = f": {row['after']}" if row["kind"] == "siege_end" else after
        return f"{row['date']:%Y-%m-%d}: {kind}{with_whom}{after} (d{row['id']})"

    def of_dyad(self, a: str, b: str, step: int) -> list[Note]:
        """Hostility, truce and fights of two actors before a step."""
        first, second = sorted((a, b), key=list(self._run.scenario.actors).index)
        notes = []
        if self._run.scenario.outputs.dyads and step > 0:
            rows = self._run.dyads(self._replicate)
            mine = rows[(rows["actor_a"] == first) & (rows["actor_b"] == second) & (rows["step"] < step)]
            then = mine[mine["date"] >= self._since]
            if len(then):
                now, old = then.iloc[-1], then.iloc[0]
                words = f"{now['hostility']:.2f} of 1, {old['hostility']:.2f} on {old['date']:%Y-%m-%d}"
                held = "no truce" if now["truce"] == "none" else f"a {now['truce']} truce"
                notes.append(Note("dyad", f"Hostility of the two just before: {words}; {held} held"))
        pair = self._past["actor_a"].isin([a, b]) & self._past["actor_b"].isin([a, b])
        rows = self._past[pair & (self._past["kind"] == "battle")]
        words = _fights(rows) if len(rows) else "no fight"
        return [*notes, Note("battles", f"The two had {words} with each other in the {MONTHS} months before")]

    def of_actor(self, actor: str, step: int) -> list[Note]:
        """Strength and means of an actor."""
        rows = self._run.fighters(self._replicate)
        mine = rows[(rows["actor"] == actor) & (rows["step"] < step) & (rows["date"] >= self._since)]
        if mine.empty:
            return []
        name, now, old = self._naming.actor(actor), mine.iloc[-1], mine.iloc[0]
        words = f"{name} had {now['fighters']:,} fighters, {old['fighters']:,} on {old['date']:%Y-%m-%d}"
        budgets = self._run.budgets(self._replicate)
        means = budgets[(budgets["actor"] == actor) & (budgets["month_id"] == self._month)]
        if len(means):
            words += f"; strain {self._month_words} was {means.iloc[0]['strain']:.2f} of 1"
        return [Note("actor", words)]

    def of_group(self, group: str) -> list[Note]:
        """A group as it last was."""
        rows = self._run.katibas(self._replicate)
        mine = rows[(rows["group"] == group) & (rows["month_id"] == self._month)]
        if mine.empty:
            return []
        row = mine.iloc[0]
        words = (
            f"{row['fighters']:,} fighters of {self._naming.actor(row['actor'])}, cohesion {row['cohesion']:.2f} of 1"
        )
        lost = f"{_many(row['commander'], 'commander')} lost so far"
        return [Note("group", f"It was {self._month_words}: {words}, {lost}")]


def _fights(rows: pd.DataFrame) -> str:
    return f"{_many(len(rows), 'battle')} with {int(rows[_DEATHS].to_numpy().sum()):,} dead"


def _many(number: int, what: str) -> str:
    """``1 attack``, ``2 attacks``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
