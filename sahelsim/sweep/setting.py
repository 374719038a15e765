"""A variant with the values of a draw set, and its blueprint, which most draws can share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.scenario.targets import with_values
from sahelsim.sweep.sound import require_sound
from sahelsim.terms import Trait
from sahelsim.world.build import build_blueprint, trait_of

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.build import Blueprint

__all__ = ["Setting", "leaves_the_world_alone"]

# recruiting says whether a world keeps places for new bands
_READ_IN_STEPS = re.compile(
    r"mechanisms\.(?!displacement\.|self_defence\.)\w+\.\w+"
    r"|actors\.[^.]+\.(doctrine\.(?!recruiting$)\w+|ideology|skill)"
    r"|relations\.(rivalries\.[^.]+\.(base|ideology)|(camp_)?hostility\.[^.]+\.[^.]+)"
)
_KEPT = 4  # blueprints of a variant that are kept; those of the reference scenario take some 50 MB


class Setting:
    """One variant, ready to be set to any draw."""

    def __init__(self, variant: Scenario) -> None:
        self.variant = variant
        self._kept: dict[tuple[tuple[str, Any], ...], Blueprint] = {}

    def at(self, settings: Mapping[str, Any]) -> Blueprint:
        """Blueprint of the variant with these values by dotted path.

        Raises
        ------
        BadInput
            The values do not go together.
        """
        scenario, key = with_values(self.variant, settings), _world_of(settings)
        require_sound(scenario, numbers_only=not key)
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = build_blueprint(scenario)
            return self._kept[key]
        return _with_scenario(self._kept[key], scenario)

    def at_once(self, settings: Mapping[str, Any]) -> Blueprint | None:
        """As `at`; None where a world would have to be built first, or the values do not go together."""
        try:
            return self.at(settings) if _world_of(settings) in self._kept else None
        except BadInput:
            return None


def _world_of(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The values that have a part in the world; equal for draws that can share one."""
    return tuple((path, value) for path, value in settings.items() if not leaves_the_world_alone(path))


@cache
def leaves_the_world_alone(path: str) -> bool:
    """Whether a value of the scenario has no part in the blueprint beyond the scenario itself and the traits."""
    return _READ_IN_STEPS.fullmatch(path) is not None


def _with_scenario(blueprint: Blueprint, scenario: Scenario) -> Blueprint:
    if scenario.actors is blueprint.scenario.actors:
        return replace(blueprint, scenario=scenario)
    traits = blueprint.base_traits.copy()
    for a, (old, new) in enumerate(zip(blueprint.scenario.actors.values(), scenario.actors.values(), strict=True)):
        if new is not old:
            traits[:, a] = [trait_of(new, trait) for trait in Trait]
    return replace(blueprint, scenario=scenario, base_traits=traits)
