"""The columns that a run's row has besides its name, with their types and meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from sahelsim.observation.sides import CIVILIANS
from sahelsim.terms import Decision

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.ground import Ground

__all__ = ["TYPES", "Output", "dyads_of", "outputs_of", "plain_columns", "years_of"]

TYPES = {1: "state_based", 2: "non_state", 3: "one_sided"}
"""Types of violence by their number in UCDP GED."""


@dataclass(frozen=True)
class Output:
    """A column of the summary of a run."""

    name: str
    type: Literal["int64", "float64", "bool"]
    meaning: str


def outputs_of(
    variants: Mapping[str, Scenario], grounds: Mapping[str, Ground], *, by_year: bool, patterns: Iterable[Output] = ()
) -> tuple[Output, ...]:
    """The columns of a sweep: those of all variants together; a variant that lacks something has null there."""
    found: dict[str, Output] = {}
    for name, scenario in variants.items():
        for output in _of_variant(scenario, dyads_of(scenario, grounds[name]), by_year=by_year):
            found.setdefault(output.name, output)
    return (*found.values(), *patterns)


def plain_columns(scenario: Scenario) -> set[str]:
    """The columns with plain names, of the region as a whole; all others have brackets."""
    return {output.name for output in _of_variant(scenario, (), by_year=False) if "[" not in output.name}


def dyads_of(scenario: Scenario, ground: Ground) -> list[str]:
    """Every dyad that the record can name, as it writes them, one-sided violence included."""
    records = [actor.record for actor in scenario.actors.values()]
    states = {r.name for r in records if r.government} | (
        set(ground.names.governments) if any(r.host_government for r in records) else set()
    )
    others = {r.name for r in records} - states
    dyads = [f"{state} - {other}" for state in sorted(states) for other in sorted(others)]
    dyads += [f"{a} - {b}" for a, b in combinations(sorted(others, key=lambda x: (x.casefold(), x)), 2)]
    return dyads + [f"{side} - {CIVILIANS}" for side in sorted(states | others)]


def years_of(scenario: Scenario) -> range:
    """Years that the calendar touches."""
    calendar = scenario.calendar
    last = calendar.start + timedelta(days=calendar.steps * calendar.step_days - 1)
    return range(calendar.start.year, last.year + 1)


def _of_variant(scenario: Scenario, dyads: Sequence[str], *, by_year: bool) -> Iterator[Output]:
    yield Output("events", "int64", "events in the record")
    yield Output("deaths", "int64", "deaths in the record, best estimate")
    yield Output("deaths_low", "int64", "deaths in the record, low estimate")
    yield Output("deaths_high", "int64", "deaths in the record, high estimate")
    yield Output("events_true", "int64", "events with deaths, reported or not")
    yield Output("deaths_true", "int64", "deaths, reported or not")
    yield Output("civilians_killed", "int64", "civilians killed, reported or not")
    for where in [*TYPES.values(), *dyads]:
        yield Output(f"events[{where}]", "int64", f"events in the record: {where}")
        yield Output(f"deaths[{where}]", "int64", f"deaths in the record, best estimate: {where}")
    if by_year:
        yield from _by_year(scenario, dyads)
    yield from _of_state(scenario)


def _by_year(scenario: Scenario, dyads: Sequence[str]) -> Iterator[Output]:
    for year in years_of(scenario):
        for where in ["", *TYPES.values(), *dyads]:
            name = f"{where}, {year}" if where else str(year)
            yield Output(f"events[{name}]", "int64", f"events in the record: {name}")
            yield Output(f"deaths[{name}]", "int64", f"deaths in the record, best estimate: {name}")


def _of_state(scenario: Scenario) -> Iterator[Output]:
    for actor in scenario.actors:
        yield Output(f"fighters[{actor}]", "int64", f"fighters of {actor} at the end")
    for camp in scenario.camps:
        yield Output(f"people_share[{camp}]", "float64", f"share of the people present who side with {camp} at the end")
    for camp in scenario.camps[1:]:
        yield Output(f"cells[{camp}]", "int64", f"cells that {camp} holds at the end")
    yield Output("displaced", "int64", "people in refuge at the end")
    yield Output("displaced_most", "int64", "people in refuge at the end of the month that had most")
    yield Output("besieged", "int64", "people in besieged communities at the end")
    for rivalry in scenario.relations.rivalries.values():
        name = f"{rivalry.a} - {rivalry.b}"
        yield Output(f"truce_share[{name}]", "float64", f"share of the steps with a truce, tacit or not: {name}")
        yield Output(f"hostility[{name}]", "float64", f"mean hostility over the steps: {name}")
    for kind in Decision:
        yield Output(f"decisions[{kind.name.lower()}]", "int64", f"how often: {kind.name.lower()}")
