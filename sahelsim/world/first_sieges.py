"""Sieges that are in place on the first day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sahelsim.errors import BadInput
from sahelsim.grid import distance_km
from sahelsim.scenario.schema import Scenario
from sahelsim.world.ground import Ground
from sahelsim.world.state import World

__all__ = ["besieged_communities", "lay_first_sieges"]


def besieged_communities(
    scenario: Scenario, ground: Ground, place: Callable[[str], tuple[float, float]]
) -> dict[str, int]:
    """The community that each siege of the first day is laid to: that nearest to the place named.

    Raises
    ------
    BadInput
        If the place lies outside the grid, or two sieges are laid to one community.
    """
    found: dict[str, int] = {}
    for name, siege in scenario.relations.sieges.items():
        path = f"relations.sieges.{name}.place"
        latitude, longitude = place(siege.place)
        if int(ground.grid.cell_of(latitude, longitude)) < 0:
            raise BadInput(f"the place '{siege.place}' lies outside the grid", path=path)
        away = distance_km(ground.community_latitude, ground.community_longitude, latitude, longitude)
        m = int(np.argmin(away))
        if m in found.values():
            raise BadInput(f"'{siege.place}' is the same community as that of another siege", path=path)
        found[name] = m
    return found


def lay_first_sieges(world: World, scenario: Scenario, communities: dict[str, int]) -> None:
    """Put the sieges of the first day, and the side of the besieged, in place, if sieges are on."""
    if not scenario.mechanisms.siege.enabled:
        return
    actors, camps, c = list(scenario.actors), list(scenario.camps), world.communities
    for name, siege in scenario.relations.sieges.items():
        m = communities[name]
        c.besieger[m], c.camp[m] = actors.index(siege.by), camps.index(siege.camp)
        c.tightness[m], c.hunger[m], c.siege_start[m] = siege.tightness, siege.hunger, 0
