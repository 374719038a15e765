"""Areas: services that are paid for, settlements that are protected, borders that are closed.

Aid of several programmes adds up; of several protections of strength s_i in a cell, 1 - prod_i (1 - s_i) of the attacks
and sieges is prevented; a border is as closed as the hardest closure makes it. A protection by peacekeepers is worth
its level times the share of them that is still alive.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.context import Context
from sahelsim.interventions.forces import Forces
from sahelsim.interventions.timeline import Entry
from sahelsim.scenario.interventions import Border, Protect, Services
from sahelsim.world.intervention_places import area_of
from sahelsim.world.state import World

__all__ = ["Areas"]


class Areas:
    """The areas of the interventions, worked out once."""

    def __init__(self, context: Context, forces: Forces) -> None:
        self._context = context
        self._forces = forces
        blueprint = context.blueprint
        self._area = {
            entry.name: area_of(blueprint.interventions[entry.name], blueprint.ground)
            for entry in context.timeline.entries
            if isinstance(entry.what, Services | Protect)
        }
        self.is_guarded = any(what.fighters > 0 for _, what in context.timeline.of_kind(Protect))

    def set_aid(self, world: World) -> None:
        """Services from outside, by cell and camp."""
        world.outside.aid[:] = 0.0
        camps = self._context.blueprint.scenario.camps
        for entry, what in self._context.timeline.standing(Services, world.step):
            world.outside.aid[self._area[entry.name], camps.index(what.camp)] += np.float32(what.amount)

    def set_shelter(self, world: World) -> None:
        """Share of attacks on civilians and of sieges that protection prevents, by cell."""
        open_share = np.ones(world.outside.shelter.size)
        for entry, what in self._context.timeline.standing(Protect, world.step):
            open_share[self._area[entry.name]] *= 1.0 - what.level * self._strength(world, entry, what)
        world.outside.shelter[:] = 1.0 - open_share

    def set_borders(self, world: World) -> None:
        """How far each border is closed; the last row and column are the ground outside any country."""
        border = world.outside.border
        border[:] = 0.0
        for _, what in self._context.timeline.standing(Border, world.step):
            level = np.float32(what.level)
            own, *other = (world.ground.names.countries.index(code) for code in what.countries)
            across: npt.NDArray[np.int64] = np.array(other or [n for n in range(len(border)) if n != own])
            border[own, across] = np.maximum(border[own, across], level)
            border[across, own] = border[own, across]

    def _strength(self, world: World, entry: Entry, what: Protect) -> float:
        if what.actor is None:
            return 1.0
        return min(1.0, self._forces.left_of(world, entry, what.actor) / what.fighters)
