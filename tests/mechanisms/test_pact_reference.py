"""Local pacts against a slow reference on lists and floats."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mechanisms.pact_worlds import BY_HAND, scattered
from mechanisms.small import decisions_of, draws, few
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.mechanisms.pact.step import run_step
from sahelsim.rng import Stream
from sahelsim.terms import Decision, SiegeEnd, Trait
from sahelsim.world.state import World


class Slow:
    """A step on lists and floats, straight from the equations of the kernel."""

    def __init__(self, world: World, p: PactParameters, weeks: float) -> None:
        self.w, self.p, self.weeks = world, p, weeks
        self.s = p.presence_scale * world.ground.extent
        c = world.communities
        self.rows: list[tuple[int, ...]] = []
        self.pact, self.besieger = c.pact.tolist(), c.besieger.tolist()
        self.fear, self.grievance = c.fear.astype(float), c.grievance.astype(float)
        self.trust = world.cells.trust.astype(float)
        for m in range(len(self.pact)):
            self.keep(m)
        for cell in range(12):
            for a in range(5):
                self.offer(cell, a)
        self.trust *= 0.5 ** (weeks / p.trust_half_life)
        self.bound = np.zeros((12, 5))
        for cell in range(12):
            here = self.here(cell)
            people = sum(int(c.population[m]) for m in here)
            for a in range(5):
                mine = sum(int(c.population[m]) for m in here if self.pact[m] == a)
                self.bound[cell, a] = mine / people if people else 0.0
                gain = 1 - math.exp(-p.trust_gain * self.bound[cell, a] * weeks)
                self.trust[cell, a] += gain * (1 - self.trust[cell, a])

    def here(self, cell: int) -> list[int]:
        return np.flatnonzero(self.w.ground.community_cell == cell).tolist()

    def fighters(self, cell: int, a: int) -> int:
        u = self.w.units
        return int(u.strength[(u.cell == cell) & (u.actor == a)].sum())

    def forces(self, cell: int, a: int) -> tuple[float, float, float]:
        """Own fighters, hostile troops, hostile militias."""
        actors = self.w.actors
        around = [int(n) for n in self.w.ground.neighbours[cell] if n >= 0]
        own = self.fighters(cell, a) + self.p.reach * sum(self.fighters(n, a) for n in around)
        weighted = [float(actors.enmity[a, b]) * self.fighters(cell, b) for b in range(5)]
        militia = sum(x for x, mine in zip(weighted, actors.local, strict=True) if mine)
        return own, sum(weighted) - militia, militia

    def keep(self, m: int) -> None:
        p, w, a = self.p, self.w, self.pact[m]
        if a < 0:
            return
        cell, k = int(w.ground.community_cell[m]), int(w.actors.camp[a])
        own, troops, _ = self.forces(cell, a)
        self.fear[m] *= math.exp(-p.calm * self.weeks)
        harsh = float(w.actors.traits[Trait.HARSHNESS, a])
        actor = p.temptation * harsh * (1 - math.exp(-float(w.cells.losses[cell, a]) / p.loss_scale))
        actor += p.violence * math.log(1 + int(w.communities.pact_harm[m]))
        community = p.pressure * troops / (troops + self.s) + p.absence * self.s / (own + self.s)
        community = (community + p.resentment * self.grievance[m, k]) * math.exp(-p.bond * self.trust[cell, a])
        onset, who = draws(w, Stream.PACT_BREACH, m)[0, :2]
        if onset >= 1 - math.exp(-(actor + community) * self.weeks):
            return
        self.pact[m] = -1
        if who * (actor + community) < actor:
            self.rows.append((Decision.PACT_BROKEN, m, a, a))
            self.grievance[m, k] += p.breach_grievance
            self.trust[cell, a] = max(-1.0, self.trust[cell, a] - p.breach_cost)
            for n in w.ground.neighbours[cell]:
                if n >= 0:
                    self.trust[n, a] = max(-1.0, self.trust[n, a] - p.breach_cost * p.breach_spread)
        else:
            self.rows.append((Decision.PACT_BROKEN, m, a, -1))

    def offer(self, cell: int, a: int) -> None:
        p, w, c = self.p, self.w, self.w.communities
        traits, k = w.actors.traits, int(w.actors.camp[a])
        own, troops, militia = self.forces(cell, a)
        free = [m for m in self.here(cell) if self.pact[m] < 0 and c.camp[m] != k and c.population[m] > 0]
        if not self.fighters(cell, a) or not traits[Trait.BARGAINING, a] or not free:
            return
        near, governs = own / (own + self.s), float(traits[Trait.GOVERNANCE, a] * (1 - w.actors.disarray[a]))
        want = [
            1 + p.resistance * militia / (militia + self.s) + p.urge * (self.besieger[m] == a)
            for m in free
        ]  # fmt: skip
        eager = p.rate * float(traits[Trait.BARGAINING, a]) * near * (1 + p.governing * governs)
        onset, which, answer, _ = draws(w, Stream.PACT, cell * 5 + a)[0]
        if onset >= 1 - math.exp(-eager * sum(want) * self.weeks):
            return
        m = next(m for i, m in enumerate(free) if which * sum(want) < sum(want[: i + 1]))
        worth = p.base + p.hunger * float(c.hunger[m]) + p.trust * self.trust[cell, a]
        worth += p.fear * (1 - math.exp(-self.fear[m])) * own / (own + troops + militia + self.s)
        worth += p.kinship * float(w.ground.kinship[w.ground.community_people[m], k])
        worth -= p.grievance * self.grievance[m, k] + p.state * troops / (troops + self.s)
        worth += p.protection * governs * near
        if answer >= 1 / (1 + math.exp(-worth)):
            self.rows.append((Decision.PACT_REFUSED, m, -1, a))
            return
        self.rows.append((Decision.PACT_MADE, m, -1, a))
        self.pact[m] = a
        if self.besieger[m] == a:
            self.rows.append((Decision.SIEGE_END, m, a, SiegeEnd.PACT))
            self.besieger[m] = -1


@pytest.mark.parametrize("seed", range(few(40, 8)))
def test_against_the_reference(seed: int) -> None:
    world = scattered(seed)
    for weeks in (1.0, 0.5):
        slow, logged = Slow(world, BY_HAND, weeks), len(decisions_of(world))
        run_step(world, BY_HAND, weeks)
        c, cells = world.communities, world.cells
        assert [(row[1], *row[3:6]) for row in decisions_of(world)[logged:]] == slow.rows
        assert c.pact.tolist() == slow.pact
        assert c.besieger.tolist() == slow.besieger
        assert c.fear.tolist() == pytest.approx(slow.fear.tolist(), rel=1e-5)
        assert c.grievance == pytest.approx(slow.grievance, rel=1e-5)
        assert cells.trust == pytest.approx(slow.trust, rel=1e-4, abs=1e-6)
        assert cells.bound == pytest.approx(slow.bound, rel=1e-5)
        world.step += 1
