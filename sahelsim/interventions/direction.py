"""Direction: where groups are drawn, by home ground, orders and operations, and where they may not go."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.context import Context
from sahelsim.mechanisms.movement.kernel import FORBIDDEN
from sahelsim.scenario.interventions import Operation, Order, Withdraw
from sahelsim.terms import Trait
from sahelsim.world.homes import home_pull
from sahelsim.world.state import World

__all__ = ["Direction"]


class Direction:
    """The pulls of orders and operations, worked out once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sides: npt.NDArray[np.int16] | None = None  # actor of each group when attraction was last set
        self._set_from: tuple[object, ...] = ()  # what attraction was last set from
        self._pull = {
            entry.name: home_pull(context.blueprint.interventions[entry.name], context.blueprint.ground)
            for entry in context.timeline.entries
            if isinstance(entry.what, Order | Operation)
        }

    def is_stale(self, world: World) -> bool:
        """True when a group has changed its actor since attraction was last set."""
        return self._sides is None or not np.array_equal(self._sides, world.groups.actor)

    def set_attraction(self, world: World) -> None:
        """Pull of home ground and of standing orders on each group, and the cells that are forbidden to it."""
        groups, blueprint = world.groups, self._context.blueprint
        self._sides = groups.actor.copy()
        homing = world.actors.traits[Trait.HOMING][groups.actor]
        orders = tuple(self._orders(world.step))
        left = {a: self._left_by(a, world.step) for a in sorted({int(a) for a in groups.actor})}
        set_from = (self._sides.tobytes(), homing.tobytes(), orders, tuple(left.items()))
        if set_from == self._set_from:
            return
        self._set_from = set_from
        pull = groups.attraction
        np.multiply(homing[:, None].astype(np.float32), blueprint.home_pull, out=pull)
        for name, actor, named, weight in orders:
            for g in np.flatnonzero(groups.actor == self._context.actor(actor)):
                if not named or (blueprint.groups[g][0] == actor and blueprint.groups[g][1] in named):
                    pull[g] += np.float32(weight) * self._pull[name]
        forbidden = {a: ~blueprint.allowed[a] | self.closed_to(a, world.step) for a in left}
        for own, a in zip(pull, groups.actor, strict=True):
            np.copyto(own, np.float32(FORBIDDEN), where=forbidden[int(a)])

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

    def _orders(self, step: int) -> Iterator[tuple[str, str, tuple[str, ...], float]]:
        """Standing orders: intervention, actor, groups (none: all) and weight."""
        for entry in self._context.timeline.entries:
            if not entry.first <= step < entry.end:
                continue
            if isinstance(entry.what, Order):
                yield entry.name, entry.what.actor, entry.what.groups, entry.what.weight
            elif isinstance(entry.what, Operation):
                for actor, part in entry.what.actors.items():
                    yield entry.name, actor, part.groups, part.weight
