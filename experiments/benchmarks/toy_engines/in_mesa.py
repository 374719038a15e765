"""The toy workload as a Mesa user would write it."""

from __future__ import annotations

import math

import mesa
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid

from toy_engines.workload import ATTACHMENT, GROUPS, PULL, WIDTH

__all__ = ["Toy"]


class Wanderer(CellAgent):  # type: ignore[misc]
    """An agent with a group."""

    def __init__(self, model: mesa.Model, cell: object, group: int) -> None:
        super().__init__(model)
        self.cell = cell
        self.group = self.next_group = group

    def move(self) -> None:
        """Go to a random cell around."""
        self.move_to(self.cell.neighborhood.select_random_cell())

    def meet(self) -> None:
        """Meet another agent here, and perhaps take over its group."""
        self.next_group = self.group
        here = self.cell.agents
        if len(here) < 2:
            return
        other = self
        while other is self:
            other = self.random.choice(here)
        if other.group == self.group:
            return
        groups = [agent.group for agent in here]
        balance = (groups.count(other.group) - groups.count(self.group)) / len(here)
        if self.random.random() < 1.0 / (1.0 + math.exp(-(ATTACHMENT + PULL * balance))):
            self.next_group = other.group

    def change(self) -> None:
        """Take over the group that was decided on."""
        self.group = self.next_group


class Toy(mesa.Model):  # type: ignore[misc]
    """A torus with agents."""

    def __init__(self, agents: int, seed: int, width: int = WIDTH) -> None:
        super().__init__(seed=seed)
        self.grid = OrthogonalMooreGrid((width, width), torus=True, random=self.random)
        cells = self.random.choices(self.grid.all_cells.cells, k=agents)
        Wanderer.create_agents(self, agents, cells, self.random.choices(range(GROUPS), k=agents))

    def step(self) -> None:
        """Move, meet, change."""
        self.agents.do("move")
        self.agents.do("meet")
        self.agents.do("change")

    def state(self) -> tuple[list[int], list[int]]:
        """Cell and group of each agent."""
        width = self.grid.width
        cells = [a.cell.coordinate[0] * width + a.cell.coordinate[1] for a in self.agents]
        return cells, [a.group for a in self.agents]
