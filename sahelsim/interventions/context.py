"""What all rooms of the interventions work with: the blueprint, the timeline, and names turned into numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.timeline import Entry, Timeline
from sahelsim.scenario.interventions import Coup
from sahelsim.scenario.outside import Shift, shifts
from sahelsim.terms import Trait
from sahelsim.world.build import Blueprint

__all__ = ["Context"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """A scenario's interventions on its ground."""

    blueprint: Blueprint
    timeline: Timeline

    @cached_property
    def _actors(self) -> dict[str, int]:
        return {name: a for a, name in enumerate(self.blueprint.scenario.actors)}

    @cached_property
    def _groups(self) -> dict[tuple[str, str], int]:
        return {names: g for g, names in enumerate(self.blueprint.groups)}

    def actor(self, name: str) -> int:
        """Index of an actor."""
        return self._actors[name]

    def group(self, actor: str, group: str) -> int:
        """Index of a group, named by the actor that the scenario lists it under."""
        return self._groups[actor, group]

    @cached_property
    def step_days(self) -> int:
        """Length of a step."""
        return self.blueprint.scenario.calendar.step_days

    @cached_property
    def coups(self) -> tuple[I64, I64, I64, F64, F64]:
        """Actor, step (as dated, and not before the first), disruption and half-life of each coup, shape (N,) each."""
        coups = self.timeline.of_kind(Coup)
        return (
            np.array([self.actor(what.actor) for _, what in coups], np.int64),
            np.array([entry.since for entry, _ in coups], np.int64),
            np.array([entry.first for entry, _ in coups], np.int64),
            np.array([what.disruption for _, what in coups], np.float64),
            np.array([what.recovery for _, what in coups], np.float64),
        )

    @cached_property
    def shifts(self) -> tuple[tuple[Entry, int, tuple[tuple[Trait, str], ...], Shift], ...]:
        """Shifts of doctrine in their order: when, whose (actor), which traits, and what becomes of them."""
        return tuple(
            (
                entry,
                self.actor(shift.actor),
                tuple((Trait[name.upper()], name) for name in sorted({*shift.set, *shift.scale})),
                shift,
            )
            for entry in self.timeline.entries
            for shift in shifts(entry.what)
        )
