"""Places for units: those of each actor, and behind them those that interventions fill.

The number of a place is what a unit draws its random numbers by. What comes later stands behind what is there from the
start, in the order of dates: so that no other unit's number depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from sahelsim.scenario.actors import Actor
from sahelsim.scenario.interventions import Deploy, Enter, Protect, Split
from sahelsim.scenario.outside import entrances, in_order
from sahelsim.scenario.schema import Scenario

__all__ = ["places_of_actors", "reserved_places", "room_of_actors", "unit_count"]

I64 = npt.NDArray[np.int64]


def unit_count(fighters: int, unit_size: int) -> int:
    """Units that a strength makes."""
    return math.ceil(fighters / unit_size)


def places_of_actors(scenario: Scenario, raisers: Collection[int]) -> I64:
    """First place of each actor, shape (A + 1,): units at the start, and spare ones for recruits and for village bands.

    Actors that come on stage later have none here. `raisers` are the actors that communities under attack raise.
    """
    late = entrances(scenario)
    bands = scenario.mechanisms.self_defence.places
    sizes = [
        (0 if name in late else _with_spare(_at_start(actor), actor, scenario.world.spare_units))
        + (bands if a in raisers else 0)
        for a, (name, actor) in enumerate(scenario.actors.items())
    ]
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def reserved_places(scenario: Scenario, next_place: int) -> dict[str, I64]:
    """Places that interventions fill, by intervention, behind those of the actors."""
    out: dict[str, I64] = {}
    late = entrances(scenario)
    spare = scenario.world.spare_units
    for name, what in in_order(scenario):
        n = 0
        if isinstance(what, Deploy) or (isinstance(what, Protect) and what.fighters):
            n = unit_count(what.fighters, scenario.actors[str(what.actor)].unit_size)
        elif isinstance(what, Enter):
            actor = scenario.actors[what.actor]
            n = _with_spare(_at_start(actor), actor, spare)
        elif isinstance(what, Split) and what.into in late:
            old, new = scenario.actors[what.actor], scenario.actors[what.into]
            leaving = sum(unit_count(old.groups[g].fighters, old.unit_size) for g in what.groups)
            n = _with_spare(leaving, new, spare) - leaving
        if n > 0:
            out[name] = np.arange(next_place, next_place + n)
            next_place += n
    return out


def room_of_actors(scenario: Scenario, pool: I64, reserve: Mapping[str, I64]) -> I64:
    """First place of each actor and the one behind its last, shape (A, 2), where its units that split find room."""
    actors, late = list(scenario.actors), entrances(scenario)
    room = np.column_stack((pool[:-1], pool[1:]))
    given = set()
    for name, what in in_order(scenario):
        newcomer = what.actor if isinstance(what, Enter) else what.into if isinstance(what, Split) else ""
        if newcomer in late and newcomer not in given and name in reserve:
            given.add(newcomer)
            room[actors.index(newcomer)] = reserve[name][0], reserve[name][-1] + 1
    return room


def _at_start(actor: Actor) -> int:
    return sum(unit_count(g.fighters, actor.unit_size) for g in actor.groups.values())


def _with_spare(units: int, actor: Actor, spare: float) -> int:
    return units + (math.ceil(units * spare) if actor.doctrine.recruiting > 0 else 0)
