"""Splits: groups leave an actor for another, with their men, their share of the chest and of the memories.

With p the share of the actor's fighters who leave, an actor that comes on stage by the split takes p of the treasury
(where both have a budget), and remembers p of the fights, losses, victories and defeats of the actor it comes from,
whose momentum it keeps. One that was there before has its own. The leaving groups lose cohesion: Bakke, Cunningham &
Seymour 2012 on fragmentation. What the actor is used to (`usual`, see defection) moves in the same proportion, so that
neither has risen or fallen by the split. What the two are to each other from then on is in the scenario's relations.
"""

from __future__ import annotations

import numpy as np

from sahelsim.interventions.context import Context
from sahelsim.scenario.interventions import Split
from sahelsim.terms import Account
from sahelsim.world.state import World

__all__ = ["split"]


def split(world: World, context: Context, what: Split, cohesion_loss: float) -> None:
    """The groups of the split that the actor still has go over to the other."""
    units, groups = world.units, world.groups
    a, b = context.actor(what.actor), context.actor(what.into)
    named = np.array([context.group(what.actor, name) for name in what.groups])
    leaving = named[groups.actor[named] == a]
    going = (units.actor == a) & np.isin(units.group, leaving) & (units.strength > 0)
    mine = int(units.strength[units.actor == a].sum(dtype=np.int64))
    gone = int(units.strength[going].sum(dtype=np.int64))
    if not (units.strength[units.actor == b] > 0).any():
        _endow(world, a, b, gone, mine)
    if gone > 0:
        part = world.actors.usual[a] * gone / mine
        world.actors.usual[a] -= part
        world.actors.usual[b] += part
    units.actor[going] = b
    world.fresh.units_moved()
    groups.actor[leaving] = b
    groups.cohesion[leaving] = np.maximum(0.0, groups.cohesion[leaving] - cohesion_loss)


def _endow(world: World, a: int, b: int, gone: int, mine: int) -> None:
    """What a newcomer takes along: of the chest in whole money, of the memories its share."""
    if gone == 0:
        return
    actors, share = world.actors, gone / mine
    if actors.budget[a] and actors.budget[b]:
        money = max(0, int(actors.treasury[a])) * gone // mine
        for actor, part in ((a, -money), (b, money)):
            actors.treasury[actor] += part
            actors.accounts[Account.OPENING, actor] += part
    actors.momentum[b] = actors.momentum[a]
    for own in (actors.victories, actors.defeats):
        own[b] = share * own[a]
    for memory in (actors.loss_memory, actors.fight_memory):
        memory[b] = memory[:, b] = share * memory[a]
        memory[a, b] = memory[b, a] = memory[b, b] = 0.0
