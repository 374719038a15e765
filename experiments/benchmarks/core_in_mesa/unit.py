"""Armed units: they move, retreat and change sides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mesa.discrete_space import CellAgent

from core_in_mesa.draws import happens, logistic

if TYPE_CHECKING:
    from core_in_mesa.actors import Actor, Group
    from core_in_mesa.model import CoreModel
    from core_in_mesa.place import Place

__all__ = ["Unit"]


class Unit(CellAgent):  # type: ignore[misc]
    """A band or company of one group."""

    model: CoreModel
    cell: Place

    def __init__(self, model: CoreModel, cell: Place, group: Group, strength: int, mobile: bool) -> None:
        super().__init__(model)
        self.cell = cell
        self.group = group
        self.strength = strength
        self.mobile = mobile
        self.refuge: Place | None = None  # where it flees to after a lost battle
        self.before = cell  # where it stood when the step began

    @property
    def actor(self) -> Actor:
        """The actor of its group."""
        return self.group.actor

    def move(self) -> None:
        """Weigh a move: a random-utility choice among the own cell and those around."""
        actor = self.group.actor
        if not self.mobile or self.random.random() >= actor.doctrine.mobility * self.model.hop_share:
            return
        p, attraction, here = self.model.mechanisms.movement, self.group.attraction, self.cell
        cells: list[Place] = []
        worth: list[float] = []
        for cell in (*here.neighborhood, here):
            if cell in attraction:
                crossing = p.border_cost if cell.country != here.country else 0.0
                cells.append(cell)
                worth.append(attraction[cell] + cell.appeal[actor] - crossing)
        if cells:
            best = max(worth)
            weights = [math.exp(p.sharpness * (w - best)) for w in worth]
            self._go(self.random.choices(cells, weights)[0])

    def _go(self, cell: Place) -> None:
        if cell is not self.cell:
            self.move_to(cell)

    def rout(self) -> bool:
        """Choose the best cell around to flee to; False for a garrison and for those who have nowhere to go."""
        attraction, actor = self.group.attraction, self.group.actor
        around = [cell for cell in self.cell.neighborhood if cell in attraction]
        if not self.mobile or not around:
            return False
        self.refuge = max(around, key=lambda cell: attraction[cell] + cell.appeal[actor])
        return True

    def retreat(self) -> None:
        """Go where one has chosen to flee."""
        if self.refuge is not None:
            self._go(self.refuge)
            self.refuge = None

    def lose(self, deaths: int) -> int:
        """Take up to `deaths` from the unit; one that has nobody left is gone. Returns those taken."""
        taken = min(deaths, self.strength)
        self.strength -= taken
        if self.strength == 0:
            self.remove()
        return taken

    def weigh_defection(self) -> None:
        """Go over to the best rival in the cell, perhaps."""
        p, actor = self.model.mechanisms.defection, self.group.actor
        if not happens(self.random, p.rate * self.model.weeks):
            return
        worth = {b: self._worth(b) for b in actor.rivals if self._takes_in(b)}
        if not worth:
            return
        best = max(worth, key=lambda b: worth[b])
        if self.random.random() < logistic(worth[best] - p.cohesion * self.group.cohesion):
            self.cell.strength[actor] -= self.strength
            self.cell.strength[best] += self.strength
            group = best.adopting_group(self.group.people)
            assert group is not None
            self.group = group
            self.model.tallies["defections"] += 1

    def _takes_in(self, b: Actor) -> bool:
        near = abs(self.actor.ideology - b.ideology) <= self.model.mechanisms.defection.reach
        return near and self.cell.strength[b] > 0 and b.adopting_group(self.group.people) is not None

    def _worth(self, b: Actor) -> float:
        p, a, here = self.model.mechanisms.defection, self.actor, self.cell.strength
        adopts = b.adopting_group(self.group.people)
        kin = self.group.people is not None and adopts is not None and adopts.people == self.group.people
        return float(
            p.balance * math.log((a.unit_size + here[b]) / (a.unit_size + here[a])) + p.pay * math.log(b.pay / a.pay)
            - p.ideology * abs(a.ideology - b.ideology) + b.tide - a.tide + (p.kin if kin else 0.0)
        )  # fmt: skip
