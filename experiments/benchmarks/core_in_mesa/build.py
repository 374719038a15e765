"""From the blueprint of a scenario to agents on a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core_in_mesa.actors import Actor, Group
from core_in_mesa.community import Community
from core_in_mesa.unit import Unit
from sahelsim.world.build import unit_count

if TYPE_CHECKING:
    from core_in_mesa.model import CoreModel

__all__ = ["make_actors", "place_units", "settle_communities"]


def make_actors(model: CoreModel) -> list[Actor]:
    """Actors with their groups; a group is drawn to its homes and kept out of where its actor may not go."""
    blueprint = model.blueprint
    actors = [Actor(model, name, settings) for name, settings in blueprint.scenario.actors.items()]
    order = {actor.name: i for i, actor in enumerate(actors)}
    for g, (name, group_name) in enumerate(blueprint.groups):
        actor = actors[order[name]]
        settings = blueprint.scenario.actors[name].groups[group_name]
        pull, allowed = blueprint.home_pull[g], blueprint.allowed[order[name]]
        attraction = {
            place: actor.doctrine.homing * float(pull[place.index]) for place in model.places if allowed[place.index]
        }
        actor.groups.append(Group(actor, settings.people, settings.cohesion, attraction))
    return actors


def place_units(model: CoreModel) -> None:
    """Garrisons stand on the homes of their group, mobile units around them; strength is spread evenly."""
    blueprint = model.blueprint
    groups = [group for actor in model.actors for group in actor.groups]
    for g, ((name, group_name), group) in enumerate(zip(blueprint.groups, groups, strict=True)):
        settings = blueprint.scenario.actors[name].groups[group_name]
        allowed = blueprint.allowed[model.actors.index(group.actor)]
        homes = blueprint.homes[g]
        on_homes = homes.point_weights(blueprint.ground, allowed)
        around = homes.area_weights(blueprint.ground, allowed)
        n = unit_count(settings.fighters, group.actor.unit_size)
        steps = np.floor(np.arange(n + 1) * settings.garrison_share)
        for i in range(n):
            garrison = steps[i + 1] > steps[i]
            cell = model.random.choices(model.places, on_homes if garrison else around)[0]
            strength = settings.fighters // n + (i < settings.fighters % n)
            Unit(model, cell, group, strength, mobile=not garrison)


def settle_communities(model: CoreModel) -> None:
    """Communities where the region has them, neutral at first."""
    ground = model.blueprint.ground
    for m in range(ground.communities):
        cell = model.places[int(ground.community_cell[m])]
        clan = int(ground.community_clan[m])
        community = Community(
            model, cell, ground.names.peoples[ground.community_people[m]],
            ground.clan_names[clan] if clan >= 0 else None, int(ground.community_population[m]),
        )  # fmt: skip
        cell.communities.append(community)
