"""Direction: where groups are drawn, by home ground, orders and operations, and where they may not go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.context import Context
from sahelsim.mechanisms.movement.kernel import FORBIDDEN
from sahelsim.scenario.interventions import Operation, Order, Withdraw
from sahelsim.terms import Trait
from sahelsim.world.state import World

__all__ = ["Direction"]

Standing: TypeAlias = tuple[str, str, tuple[str, ...], float]
"""A standing order: intervention, actor, groups (none: all) and weight."""


class Direction:
    """Where each group is drawn, set anew where what it is set from has changed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sides = b""  # actor of each group when attraction was last set
        self._set_from: dict[int, tuple[object, ...]] = {}  # what the attraction of a group was last set from

    def is_stale(self, world: World) -> bool:
        """True when a group has changed its actor since attraction was last set."""
        return self._sides != world.groups.actor.tobytes()

    def set_attraction(self, world: World) -> None:
        """Pull of home ground and of standing orders on each group, and the cells that are forbidden to it."""
        self._sides, actor = world.groups.actor.tobytes(), world.groups.actor.tolist()
        homing, orders = world.actors.traits[Trait.HOMING], tuple(self._orders(world.step))
        left = {a: self._left_by(a, world.step) for a in set(actor)}
        for g, a in enumerate(actor):
            own = tuple(order for order in orders if self._obeys(g, a, order))
            set_from = (a, float(homing[a]), own, left[a])
            if self._set_from.get(g) != set_from:
                self._set_from[g] = set_from
                self._set_row(world, g, a, own)

    def _set_row(self, world: World, g: int, a: int, orders: tuple[Standing, ...]) -> None:
        """Attraction of group g of actor a."""
        blueprint, pull = self._context.blueprint, world.groups.attraction[g]
        np.multiply(np.float32(world.actors.traits[Trait.HOMING, a]), blueprint.home_pull[g], out=pull)
        for name, _, _, weight in orders:
            pull += np.float32(weight) * blueprint.pull_of(name)
        np.copyto(pull, np.float32(FORBIDDEN), where=~blueprint.allowed[a] | self.closed_to(a, world.step))

    def _obeys(self, g: int, a: int, order: Standing) -> bool:
        """True where an order is meant for group g, now of actor a."""
        _, actor, named, _ = order
        listed, name = self._context.blueprint.groups[g]
        return self._context.actor(actor) == a and (not named or (listed == actor and name in named))

    def closed_to(self, actor: int, step: int) -> npt.NDArray[np.bool_]:
        """Cells of the countries that an actor has left for good, shape (C,)."""
        ground, left = self._context.blueprint.ground, self._left_by(actor, step)
        return np.isin(ground.cells_country, left) if left else np.zeros(ground.cells, np.bool_)

    def _left_by(self, actor: int, step: int) -> tuple[int, ...]:
        """Countries that an actor has left for good."""
        return tuple(
            self._context.blueprint.ground.names.countries.index(what.country)
            for entry, what in self._context.timeline.of_kind(Withdraw)
            if what.country is not None and entry.first <= step and self._context.actor(what.actor) == actor
        )

    def _orders(self, step: int) -> Iterator[Standing]:
        """Orders and operations that stand."""
        for entry in self._context.timeline.entries:
            if not entry.first <= step < entry.end:
                continue
            if isinstance(entry.what, Order):
                yield entry.name, entry.what.actor, entry.what.groups, entry.what.weight
            elif isinstance(entry.what, Operation):
                for actor, part in entry.what.actors.items():
                    yield entry.name, actor, part.groups, part.weight
