"""A variant with the values of a draw set, and its blueprint, which most draws can share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

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
        scenario = with_values(self.variant, settings)
        key = tuple((path, value) for path, value in settings.items() if not leaves_the_world_alone(path))
        require_sound(scenario, numbers_only=not key)
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = build_blueprint(scenario)
            return self._kept[key]
        return _with_scenario(self._kept[key], scenario)


def leaves_the_world_alone(path: str) -> bool:
    """Whether a value of the scenario has no part in the blueprint beyond the scenario itself and the traits."""
    return _READ_IN_STEPS.fullmatch(path) is not None


def _with_scenario(blueprint: Blueprint, scenario: Scenario) -> Blueprint:
    if scenario.actors is blueprint.scenario.actors:
        return replace(blueprint, scenario=scenario)
    actors = scenario.actors.values()
    traits = np.array([[trait_of(actor, trait) for actor in actors] for trait in Trait])
    return replace(blueprint, scenario=scenario, base_traits=traits)
