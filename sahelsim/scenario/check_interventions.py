"""Interventions must agree with each other and with who is there: contradictions are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sahelsim.scenario.check_doctrine import check_doctrine
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.interventions import (
    Border,
    Claim,
    Coup,
    Deploy,
    Enter,
    Intervention,
    Operation,
    Order,
    Protect,
    Services,
    Split,
    Statement,
    Strike,
    Truce,
    Withdraw,
)  # fmt: skip
from sahelsim.scenario.outside import entrances, in_order
from sahelsim.scenario.schema import Scenario

__all__ = ["check_interventions"]

_ROUNDING = 1e-9


def check_interventions(scenario: Scenario) -> Iterator[Finding]:
    """All contradictions that can be told without the map; every name is known to be there."""
    yield from check_doctrine(scenario)
    yield from _moments(scenario)
    yield from _idle(scenario)
    yield from _stage(scenario)
    yield from _splits(scenario)
    yield from _truces(scenario)
    yield from _withdrawals(scenario)


def _moments(scenario: Scenario) -> Iterator[Finding]:
    """What happens on a day has no last day."""
    for name, what in scenario.interventions.items():
        once = isinstance(what, Strike | Statement | Enter | Split) or (
            isinstance(what, Truce) and what.action != "hold"
        )
        if once and what.until is not None:
            yield Finding(("interventions", name, "until"), "it happens on one day; leave out until", at_key=True)


def _idle(scenario: Scenario) -> Iterator[Finding]:
    """What could have no effect, or is addressed to the wrong one."""
    rivals = {frozenset((r.a, r.b)) for r in scenario.relations.rivalries.values()}
    for name, what in scenario.interventions.items():
        path = ("interventions", name)
        if isinstance(what, Claim) and frozenset((what.a, what.b)) not in rivals:
            message = f"{what.a} and {what.b} are no rivals (relations.rivalries); the claim changes nothing"
            yield Finding((*path, "b"), message)
        elif isinstance(what, Statement) and what.addressee is not None:
            if frozenset((what.author, what.addressee)) not in rivals:
                message = f"{what.author} and {what.addressee} are no rivals (relations.rivalries); leave out addressee"
                yield Finding((*path, "addressee"), message)
        elif isinstance(what, Coup) and not scenario.actors[what.actor].record.government:
            states = [key for key, actor in scenario.actors.items() if actor.record.government]
            yield Finding((*path, "actor"), f"{what.actor} is no government; known: {', '.join(states) or 'none'}")
        elif isinstance(what, Services) and what.camp == scenario.camps[0]:
            yield Finding((*path, "camp"), f"'{what.camp}' is the neutral camp; services are given in a camp's name")
        elif isinstance(what, Border) and len(set(what.countries)) < len(what.countries):
            yield Finding((*path, "countries"), f"expected two different countries, got {what.countries[0]} twice")


def _stage(scenario: Scenario) -> Iterator[Finding]:
    """Actors that come on stage come once, with somebody, and nothing befalls them before."""
    first = entrances(scenario)
    entered: dict[str, str] = {}
    for name, what in in_order(scenario):
        path = ("interventions", name)
        if isinstance(what, Enter):
            before = entered.setdefault(what.actor, name)
            if before != name:
                yield Finding((*path, "actor"), f"{what.actor} has come on stage by '{before}' already")
            elif first[what.actor] < what.date:
                earlier = _brought(scenario, what.actor, what.date)
                yield Finding((*path, "date"), f"{what.actor} has fighters from {first[what.actor]} on, by '{earlier}'")
            elif not any(group.fighters for group in scenario.actors[what.actor].groups.values()):
                yield Finding((*path, "actor"), f"no group of {what.actor} has any fighters to come with")
        elif isinstance(what, Strike | Split | Withdraw) and what.date < first.get(what.actor, date.min):
            yield Finding((*path, "date"), f"{what.actor} comes on stage only on {first[what.actor]}")


def _brought(scenario: Scenario, actor: str, before: date) -> str:
    """The intervention by which an actor has fighters before a day."""
    return next(
        name
        for name, what in in_order(scenario)
        if what.date < before
        and ((isinstance(what, Deploy) and what.actor == actor) or (isinstance(what, Split) and what.into == actor))
    )


def _splits(scenario: Scenario) -> Iterator[Finding]:
    """Groups leave once, for another actor, and take no orders from the old one afterwards."""
    rivals = {frozenset((r.a, r.b)) for r in scenario.relations.rivalries.values()}
    gone: dict[tuple[str, str], tuple[str, date]] = {}
    for name, what in in_order(scenario):
        path = ("interventions", name)
        for actor, group in _commanded(what):
            if (actor, group) in gone and not (isinstance(what, Strike)):
                by, day = gone[actor, group]
                yield Finding(path, f"the group {group} has left {actor} by '{by}' of {day}", at_key=True)
        if not isinstance(what, Split):
            continue
        if what.into == what.actor:
            yield Finding((*path, "into"), f"{what.actor} cannot split off from itself")
        elif frozenset((what.actor, what.into)) in rivals and not what.what_if:
            message = (
                f"{what.actor} and {what.into} are rivals: to go over is an outcome of the model; say what_if: true"
            )
            yield Finding(path, message, at_key=True)
        for i, group in enumerate(what.groups):
            if group in what.groups[:i]:
                yield Finding((*path, "groups", i), f"the group '{group}' stands twice")
            gone.setdefault((what.actor, group), (name, what.date))


def _commanded(what: Intervention) -> list[tuple[str, str]]:
    """Groups that an intervention names as those of an actor."""
    if isinstance(what, Deploy | Withdraw | Protect):
        return [] if what.actor is None or what.group is None else [(what.actor, what.group)]
    if isinstance(what, Order | Split):
        return [(what.actor, group) for group in what.groups]
    if isinstance(what, Operation):
        return [(actor, group) for actor, part in what.actors.items() for group in part.groups]
    return []


def _truces(scenario: Scenario) -> Iterator[Finding]:
    """A truce is not broken on the day on which it is brokered, nor while it is held."""
    truces = [(name, what) for name, what in in_order(scenario) if isinstance(what, Truce)]
    for j, (name, later) in enumerate(truces):
        for other, earlier in truces[:j]:
            if {later.a, later.b} != {earlier.a, earlier.b} or "break" not in (later.action, earlier.action):
                continue
            last = (earlier.until or date.max) if earlier.action == "hold" else earlier.date
            if later.action != earlier.action and later.date <= last:
                yield Finding(
                    ("interventions", name, "action"),
                    f"'{later.action}' contradicts '{earlier.action}' of '{other}' for the same dyad at the same time",
                )


def _withdrawals(scenario: Scenario) -> Iterator[Finding]:
    """Withdrawals that overlap take no more than all."""
    all_ = [(name, what) for name, what in in_order(scenario) if isinstance(what, Withdraw)]
    for j, (name, later) in enumerate(all_):
        others = [(other, what) for other, what in all_[:j] if _overlap(what, later)]
        total = later.share + sum(what.share for _, what in others)
        if others and total > 1 + _ROUNDING:
            said = ", ".join(f"'{other}'" for other, _ in others)
            yield Finding(
                ("interventions", name, "share"),
                f"together with {said} it takes {total:g} of the same fighters; expected at most 1",
            )


def _overlap(earlier: Withdraw, later: Withdraw) -> bool:
    """True if both take from the same fighters at the same time."""
    return (
        earlier.actor == later.actor
        and later.date <= (earlier.until or earlier.date)
        and (earlier.group is None or later.group is None or earlier.group == later.group)
        and (earlier.country is None or later.country is None or earlier.country == later.country)
    )
