"""When interventions bite: dates to steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sahelsim.scenario.interventions import Intervention
from sahelsim.scenario.schema import Calendar, Scenario

__all__ = ["Entry", "Timeline", "step_of"]

Kind = TypeVar("Kind")

_INSTANT = ("strike", "statement")
"""Kinds that leave no standing effect and are past if they are dated before the first step."""

_LASTING = ("coup", "enter", "split")
"""Kinds of which something is left after they are past: disarray, an actor on stage, groups elsewhere."""


@dataclass(frozen=True)
class Entry:
    """One intervention with the steps from which (and before which) it holds."""

    name: str
    what: Intervention
    since: int  # step of its date; negative before the first step
    first: int  # the same, but not before the first step
    end: int  # first step at which it no longer holds; beyond the last step if it holds for good
    past: bool = False  # it came about before the first step, and only what it left behind stands


@dataclass(frozen=True)
class Timeline:
    """The interventions of a scenario in order of date and name; those wholly in the past or future are left out."""

    entries: tuple[Entry, ...]
    _kinds: dict[type, tuple[Any, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, scenario: Scenario) -> Timeline:
        """Place every intervention on the steps of the scenario's calendar."""
        calendar = scenario.calendar
        entries = []
        for name, what in sorted(scenario.interventions.items(), key=lambda item: (item[1].date, item[0])):
            since = step_of(calendar, what.date)
            end = calendar.steps + 1 if what.until is None else step_of(calendar, what.until) + 1
            past = end <= 0 or (since < 0 and (what.type in _INSTANT or _was_a_moment(what)))
            lasts = what.type in _LASTING or (what.type == "withdraw" and what.country is not None)
            if (not past or lasts) and since < calendar.steps:
                entries.append(Entry(name, what, since, max(since, 0), end, past))
        return cls(tuple(entries))

    def boundaries(self) -> frozenset[int]:
        """Steps at which something begins or ends."""
        return frozenset({0} | {e.first for e in self.entries} | {e.end for e in self.entries})

    def of_kind(self, kind: type[Kind]) -> tuple[tuple[Entry, Kind], ...]:
        """Interventions of one kind, each with its entry."""
        if kind not in self._kinds:
            self._kinds[kind] = tuple((entry, entry.what) for entry in self.entries if isinstance(entry.what, kind))
        return self._kinds[kind]

    def standing(self, kind: type[Kind], step: int) -> Iterator[tuple[Entry, Kind]]:
        """Those of one kind that hold at a step."""
        return ((entry, what) for entry, what in self.of_kind(kind) if entry.first <= step < entry.end)


def step_of(calendar: Calendar, day: date) -> int:
    """Step that contains a day; negative before the first step."""
    return (day - calendar.start).days // calendar.step_days


def _was_a_moment(what: Intervention) -> bool:
    if what.type == "truce":
        return what.action != "hold"
    return what.type == "split" or (what.type == "withdraw" and what.until is None)
