"""What all rooms of the interventions work with: the blueprint, the timeline, and names turned into numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sahelsim.interventions.timeline import Timeline
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.world.build import Blueprint

__all__ = ["Context"]


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

    def faded(self, half_life: float, steps: int) -> float:
        """What is left after some steps of what halves in `half_life` weeks."""
        return decay_factor(half_life, steps * self.blueprint.scenario.calendar.step_days / 7.0)
