"""Interventions that change doctrine must agree: no two new values at once, and no value out of bounds together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic.fields import FieldInfo

from sahelsim.scenario.actors import Actor, Doctrine
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.interventions import Change
from sahelsim.scenario.outline import bounds, expected
from sahelsim.scenario.outside import Shift, in_order, shifts
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.tree import Path

__all__ = ["check_doctrine"]


@dataclass(frozen=True)
class _Standing:
    """A shift of doctrine with its name and days."""

    name: str
    shift: Shift
    first: date
    last: date

    def at(self, trait: str) -> Path:
        """Where the shift says something about a trait."""
        path = ("interventions", self.name, *self.shift.path)
        if trait in self.shift.scale:
            return (*path, "abuse") if self.shift.path and trait == "harshness" else (*path, "scale", trait)
        return (*path, "set", trait)


def check_doctrine(scenario: Scenario) -> Iterator[Finding]:
    """New values and factors out of bounds, alone or together, and new values that contradict each other."""
    standing = []
    for name, what in in_order(scenario):
        if isinstance(what, Change) and not what.set and not what.scale:
            yield Finding(("interventions", name), "changes nothing; give set or scale", at_key=True)
        standing += [_Standing(name, shift, what.date, what.until or date.max) for shift in shifts(what)]
    faults = [*_alone(standing)]
    yield from faults
    for actor in scenario.actors:
        own = [one for one in standing if one.shift.actor == actor]
        yield from _contradictions(own)
        if not faults:
            for trait in dict.fromkeys(t for one in own for t in (*one.shift.set, *one.shift.scale)):
                concerned = [one for one in own if trait in one.shift.set or trait in one.shift.scale]
                yield from _together(trait, scenario.actors[actor], concerned)


def _alone(standing: list[_Standing]) -> Iterator[Finding]:
    for one in standing:
        path = ("interventions", one.name, *one.shift.path)
        for trait, value in one.shift.set.items():
            if not _fits(trait, value):
                yield Finding((*path, "set", trait), f"expected {_wanted(trait)}, got {value:g}")
        for trait, factor in one.shift.scale.items():
            if factor < 0:
                yield Finding(one.at(trait), f"expected a factor of at least 0, got {factor:g}")


def _contradictions(own: list[_Standing]) -> Iterator[Finding]:
    """Pairs that give one trait of one actor two new values on the same days."""
    for j, later in enumerate(own):
        for trait, value in later.shift.set.items():
            for earlier in own[:j]:
                other = earlier.shift.set.get(trait, value)
                if other != value and later.first <= earlier.last and earlier.first <= later.last:
                    yield Finding(
                        ("interventions", later.name, *later.shift.path, "set", trait),
                        f"'{earlier.name}' sets {trait} of {later.shift.actor} to {other:g} {_until(earlier.last)}; "
                        f"end it before {later.first}, or scale",
                    )


def _together(trait: str, actor: Actor, concerned: list[_Standing]) -> Iterator[Finding]:
    """The first day on which the standing shifts make a value that is out of bounds."""
    ends = {one.last + timedelta(days=1) for one in concerned if one.last < date.max}
    for day in sorted({one.first for one in concerned} | ends):
        value = float(getattr(actor if trait in Actor.model_fields else actor.doctrine, trait))
        now = [one for one in concerned if one.first <= day <= one.last]
        for one in now:
            value = one.shift.on(trait, value)
        if now and not _fits(trait, value):
            factor = now[-1].shift.scale.get(trait, 1.0)
            others = ", ".join(f"'{one.name}'" for one in now[:-1])
            made = f"together with {others} it makes" if others else f"{factor:g} times its value makes"
            yield Finding(now[-1].at(trait), f"{made} {value:g}; expected {_wanted(trait)}")
            return


def _fits(trait: str, value: float) -> bool:
    low, high = bounds(_field(trait))
    return not ((low is not None and value < low) or (high is not None and value > high))


def _wanted(trait: str) -> str:
    field = _field(trait)
    return expected(field.annotation, field)


def _field(trait: str) -> FieldInfo:
    return (Actor if trait in Actor.model_fields else Doctrine).model_fields[trait]


def _until(last: date) -> str:
    return "for good" if last == date.max else f"until {last}"
