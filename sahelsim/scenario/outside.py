"""What interventions amount to together: whose doctrine shifts, who comes on stage when, who has left which country."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sahelsim.scenario.interventions import Change, Coup, Deploy, Enter, Intervention, Operation, Split, Withdraw
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.tree import Path

__all__ = ["Shift", "closures", "entrances", "in_order", "shifts"]


@dataclass(frozen=True)
class Shift:
    """What an intervention does to the doctrine of one actor while it holds: first new values, then factors."""

    actor: str
    set: Mapping[str, float]
    scale: Mapping[str, float]
    path: Path  # of `set` and `scale`, below the intervention

    def on(self, name: str, value: float) -> float:
        """The value of a trait under the shift."""
        return float(self.set.get(name, value)) * self.scale.get(name, 1.0)


def shifts(what: Intervention) -> Iterator[Shift]:
    """The shifts of doctrine that an intervention brings about."""
    if isinstance(what, Change | Coup):
        yield Shift(what.actor, what.set, what.scale, ())  # type: ignore[arg-type]
    elif isinstance(what, Operation):
        for actor, part in what.actors.items():
            scale: dict[str, float] = {str(name): factor for name, factor in part.scale.items()}
            if part.abuse != 1.0:
                scale["harshness"] = part.abuse
            yield Shift(actor, part.set, scale, ("actors", actor))  # type: ignore[arg-type]


def in_order(scenario: Scenario) -> list[tuple[str, Intervention]]:
    """Interventions by date, then by name: the order in which they are laid over one another."""
    return sorted(scenario.interventions.items(), key=lambda item: (item[1].date, item[0]))


def entrances(scenario: Scenario) -> dict[str, date]:
    """First day on stage of the actors that are not there from the start.

    An actor waits if it enters by an intervention, or if it has no fighters and groups of another split off into it.
    """
    first: dict[str, date] = {}
    for _, what in in_order(scenario):
        if isinstance(what, Enter):
            first.setdefault(what.actor, what.date)
        elif isinstance(what, Split) and not any(g.fighters for g in scenario.actors[what.into].groups.values()):
            first.setdefault(what.into, what.date)
    for _, what in in_order(scenario):
        if isinstance(what, Deploy) and what.actor in first:
            first[what.actor] = min(first[what.actor], what.date)
    return first


def closures(scenario: Scenario) -> Iterator[tuple[str, str, str, date]]:
    """Countries that an actor has left for good: name of the withdrawal, actor, country, first day."""
    for name, what in in_order(scenario):
        if isinstance(what, Withdraw) and what.country is not None:
            yield name, what.actor, what.country, what.date
