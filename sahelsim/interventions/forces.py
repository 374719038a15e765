"""Forces: they come in, leave, and come on stage. Fighters are counted in and out of the region.

What an actor is used to (`usual`, see defection) moves with them, so that its rise is only what it won and lost itself:
who comes is added, and of an actor whose men leave the share that they are of it goes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.context import Context
from sahelsim.interventions.direction import Direction
from sahelsim.interventions.forces_kernel import fighters_in_units, take_out
from sahelsim.interventions.timeline import Entry
from sahelsim.rng import Stream, uniform
from sahelsim.scenario.interventions import Deploy, Enter, Protect, Withdraw
from sahelsim.world.build import fill_units
from sahelsim.world.groups import adopting_groups
from sahelsim.world.homes import HomeCells
from sahelsim.world.places import unit_count
from sahelsim.world.state import World

__all__ = ["Forces"]

I64 = npt.NDArray[np.int64]
_NOWHERE: I64 = np.zeros(0, np.int64)


class Forces:
    """Forces from outside in one replicate: who has come, and who is leaving."""

    def __init__(self, context: Context, direction: Direction) -> None:
        self._context = context
        self._direction = direction
        self._brought: dict[str, I64] = {}  # unit places that a deployment or a protection has filled
        self._leaving: dict[str, tuple[I64, int, int]] = {}  # unit places, fighters and steps of a withdrawal

    def deploy(self, world: World, entry: Entry, what: Deploy) -> None:
        """New units of a group, at the homes of the deployment or of the group."""
        blueprint = self._context.blueprint
        group = self._context.group(what.actor, what.group)
        share = blueprint.scenario.actors[what.actor].groups[what.group].garrison_share
        homes = blueprint.interventions.get(entry.name, blueprint.homes[group])
        self._raise(world, entry.name, what.actor, group, what.fighters, share, homes)

    def guard(self, world: World, entry: Entry, what: Protect) -> None:
        """Peacekeepers hold the area that is protected."""
        if what.actor is not None and what.group is not None:
            group, area = self._context.group(what.actor, what.group), self._context.blueprint.interventions[entry.name]
            self._raise(world, entry.name, what.actor, group, what.fighters, 1.0, area)

    def enter(self, world: World, entry: Entry, what: Enter) -> None:
        """The groups of an actor stand at their homes with their fighters."""
        blueprint = self._context.blueprint
        actor = blueprint.scenario.actors[what.actor]
        places = blueprint.reserve.get(entry.name, _NOWHERE)
        world.units.actor[places] = self._context.actor(what.actor)
        for name, group in actor.groups.items():
            n = unit_count(group.fighters, actor.unit_size)
            g = self._context.group(what.actor, name)
            self._fill(world, places[:n], what.actor, g, group.fighters, group.garrison_share, blueprint.homes[g])
            places = places[n:]

    def recall(self, world: World, entry: Entry, actor: str) -> None:
        """Those who came for a while leave; who has gone over stays."""
        places = self._brought.pop(entry.name, _NOWHERE)
        remove(world, places, self._context.actor(actor), int(world.units.strength[places].sum(dtype=np.int64)))

    def left_of(self, world: World, entry: Entry, actor: str) -> int:
        """Fighters alive and loyal of those whom an intervention brought."""
        places = self._brought.get(entry.name, _NOWHERE)
        loyal = world.units.actor[places] == self._context.actor(actor)
        return int(world.units.strength[places][loyal].sum(dtype=np.int64))

    def order_out(self, world: World, entry: Entry, what: Withdraw) -> None:
        """Count who is to leave, and over how many steps."""
        mine = (world.units.actor == self._context.actor(what.actor)) & (world.units.strength > 0)
        if what.group is not None:
            mine &= world.units.group == self._context.group(what.actor, what.group)
        if what.country is not None:
            there = world.ground.names.countries.index(what.country)
            mine &= world.ground.cells_country[world.units.cell] == there
        places = np.flatnonzero(mine)
        leaving = round(what.share * float(world.units.strength[places].sum(dtype=np.int64)))
        steps = max(1, entry.end - entry.since) if what.until is not None else 1
        self._leaving[entry.name] = (places, leaving, steps)

    def withdraw(self, world: World) -> None:
        """This step's part of every withdrawal under way."""
        for entry, what in self._context.timeline.of_kind(Withdraw):
            if entry.name in self._leaving:
                places, leaving, steps = self._leaving[entry.name]
                done = world.step - entry.first
                if done < (entry.end - entry.first if what.until is not None else 1):
                    now = leaving * (done + 1) // steps - leaving * done // steps
                    remove(world, places, self._context.actor(what.actor), now)

    def _raise(
        self, world: World, name: str, actor: str, group: int, fighters: int, garrison_share: float, homes: HomeCells
    ) -> None:
        """Fill the places of an intervention; where its group has gone over, the men join the next of the actor."""
        a = self._context.actor(actor)
        if world.groups.actor[group] != a:
            group = int(adopting_groups(world)[a, -1])
        if group >= 0:
            places = self._context.blueprint.reserve[name]
            self._fill(world, places, actor, group, fighters, garrison_share, homes)
            self._brought[name] = places

    def _fill(
        self, world: World, places: I64, actor: str, group: int, fighters: int, garrison_share: float, homes: HomeCells
    ) -> None:
        closed = self._direction.closed_to(self._context.actor(actor), world.step)
        fill_units(world, self._context.blueprint, places, group, fighters, garrison_share, homes, closed)
        come = int(world.units.strength[places].sum(dtype=np.int64))
        world.actors.usual[self._context.actor(actor)] += come
        world.ledger["fighters_in"] += come


def remove(world: World, places: I64, actor: int, fighters: int) -> None:
    """Fighters of the actor leave the region, whole units first, beginning at a random one; who went over stays."""
    if places.size == 0 or fighters <= 0:
        return
    begin = int(uniform(*world.key, int(Stream.WITHDRAWAL), world.step, int(places[0]), 0) * places.size)
    units = world.units
    mine = int(fighters_in_units(actor, units.actor, units.strength))
    gone = int(take_out(places, begin, actor, fighters, units.actor, units.strength))
    if gone > 0:
        world.actors.usual[actor] *= (mine - gone) / mine
    world.fresh.units_moved()
    world.ledger["fighters_out"] += gone
