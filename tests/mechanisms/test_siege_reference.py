"""Sieges against a slow reference on lists and floats."""

from __future__ import annotations

import math

import pytest

from mechanisms.siege_worlds import scattered
from mechanisms.small import decisions_of, draws, few
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.siege.step import run_step
from sahelsim.rng import Stream
from sahelsim.terms import Decision, SiegeEnd, Trait
from sahelsim.world.state import World


class Slow:
    """A step on lists and floats, straight from the equations of the kernel."""

    def __init__(self, world: World, p: SiegeParameters, weeks: float) -> None:
        self.w, self.p, self.weeks = world, p, weeks
        self.s = p.presence_scale * world.ground.extent
        self.rows: list[tuple[int, ...]] = []
        c = world.communities
        self.camp, self.besieger, self.since = c.camp.tolist(), c.besieger.tolist(), c.siege_start.tolist()
        self.tight, self.hunger = c.tightness.tolist(), c.hunger.tolist()
        self.grievance = c.grievance.astype(float)
        for m in range(len(self.camp)):
            self.press(m)
        for cell in range(world.ground.cells):
            for a in range(5):
                self.lay(cell, a)

    def fighters(self, cell: int, a: int) -> int:
        u = self.w.units
        return int(u.strength[(u.cell == cell) & (u.actor == a)].sum())

    def own(self, cell: int, a: int) -> float:
        around = [int(n) for n in self.w.ground.neighbours[cell] if n >= 0]
        return self.fighters(cell, a) + self.p.reach * sum(self.fighters(n, a) for n in around)

    def against(self, cell: int, a: int) -> tuple[float, float]:
        actors = self.w.actors
        weighted = [float(actors.enmity[a, b]) * self.fighters(cell, b) for b in range(5)]
        militia = sum(x for x, mine in zip(weighted, actors.local, strict=True) if mine)
        return sum(weighted) - militia, militia

    def will(self, m: int, a: int) -> float:
        k, actors = self.camp[m], self.w.actors
        if k == 0:
            return self.p.neutral
        those = [b for b in range(5) if actors.camp[b] == k]
        force = {b: sum(self.fighters(cell, b) for cell in range(self.w.ground.cells)) for b in those}
        total = sum(force.values())
        if k == actors.camp[a] or total == 0:
            return 0.0
        return sum(float(actors.enmity[a, b]) * force[b] for b in those) / total

    def starve(self, hunger: float, tight: float) -> float:
        up, down = self.p.hungering * tight, self.p.recovery * (1 - tight)
        level = up / (up + down)
        return level + (hunger - level) * math.exp(-(up + down) * self.weeks)

    def press(self, m: int) -> None:
        p, w, a = self.p, self.w, self.besieger[m]
        if a < 0:
            self.hunger[m] = self.starve(self.hunger[m], 0.0)
            self.hunger[m] = self.hunger[m] if self.hunger[m] >= p.fed else 0.0
            return
        cell, k = int(w.ground.community_cell[m]), int(w.actors.camp[a])
        own, (troops, militia) = self.own(cell, a), self.against(cell, a)
        target = own / (own + troops + militia + self.s) * (1 - float(w.outside.shelter[cell]))
        self.tight[m] = target + (self.tight[m] - target) * math.exp(-p.tightening * self.weeks)
        self.hunger[m] = self.starve(self.hunger[m], self.tight[m])
        self.grievance[m, k] += p.grievance * self.hunger[m] * self.weeks
        if k != 2:  # camp 2 has the army
            guard = self.fighters(cell, 1) + self.fighters(cell, 4)
            self.grievance[m, 2] += p.abandonment * self.hunger[m] * self.weeks * self.s / (self.s + guard)
        mates = [n for n in range(len(self.camp)) if w.ground.community_cell[n] == cell]
        sieges = sum(self.besieger[n] == a for n in mates)
        t = (w.step - self.since[m]) * self.weeks
        lifts = p.lifting * max(0.0, 1 - own / (p.crew * sieges))
        relief = p.relief * max(0.0, troops - own) / (troops + own) if troops else 0.0
        surrender = p.surrender * self.hunger[m] * t / (t + p.patience) * (1 + float(w.cells.trust[cell, a])) / 2
        surrender *= math.exp(-p.resentment * self.grievance[m, k])
        total = lifts + relief + surrender
        onset, which = draws(w, Stream.SIEGE_END, m)[0, :2]
        if self.camp[m] == k:
            end = SiegeEnd.SURRENDER
        elif not w.communities.population[m] or self.will(m, a) == 0 or w.actors.traits[Trait.BESIEGING, a] == 0:
            end = SiegeEnd.LIFTED
        elif onset >= 1 - math.exp(-total * self.weeks):
            return
        else:
            edges = ((lifts, SiegeEnd.LIFTED), (lifts + relief, SiegeEnd.RELIEF), (math.inf, SiegeEnd.SURRENDER))
            end = next(kind for edge, kind in edges if which * total < edge)
        self.rows.append((Decision.SIEGE_END, m, a, end))
        if end == SiegeEnd.SURRENDER and self.camp[m] != k:
            self.rows.append((Decision.PLEDGE, m, self.camp[m], k))
            self.camp[m] = k
        self.besieger[m], self.tight[m], self.since[m] = -1, 0.0, -1

    def lay(self, cell: int, a: int) -> None:
        p, w = self.p, self.w
        here = [m for m in range(len(self.camp)) if w.ground.community_cell[m] == cell]
        own, (troops, militia) = self.own(cell, a), self.against(cell, a)
        held = sum(self.besieger[m] == a for m in here)
        if not self.fighters(cell, a) or own < p.crew * (held + 1):
            return
        wills = {
            m: self.will(m, a)
            for m in here
            if self.besieger[m] < 0 and w.communities.pact[m] != a and self.camp[m] != w.actors.camp[a]
            and p.min_people <= w.communities.population[m] <= p.max_people
        }  # fmt: skip
        eager = p.rate * float(w.actors.traits[Trait.BESIEGING, a] * w.actors.drive[a])
        eager *= own / (own + troops + militia + self.s) * (1 + p.resistance * militia / (militia + self.s))
        eager *= 1 - float(w.outside.shelter[cell])
        onset, which = draws(w, Stream.SIEGE, cell * 5 + a)[0, :2]
        if onset >= 1 - math.exp(-eager * sum(wills.values()) * self.weeks):
            return
        passed = 0.0
        for m, will in wills.items():
            passed += will
            if which * sum(wills.values()) < passed:
                self.rows.append((Decision.SIEGE_START, m, -1, a))
                self.besieger[m], self.tight[m], self.since[m] = a, 0.0, w.step
                return


@pytest.mark.parametrize("seed", range(few(40, 8)))
def test_against_the_reference(seed: int) -> None:
    world, p = scattered(seed)
    for weeks in (1.0, 0.5):
        slow, logged = Slow(world, p, weeks), len(decisions_of(world))
        run_step(world, p, weeks)
        c = world.communities
        assert [(row[1], row[3], row[4], row[5]) for row in decisions_of(world)[logged:]] == slow.rows
        assert c.camp.tolist() == slow.camp
        assert c.besieger.tolist() == slow.besieger
        assert c.siege_start.tolist() == slow.since
        assert c.tightness.tolist() == pytest.approx(slow.tight, rel=1e-5)
        assert c.hunger.tolist() == pytest.approx(slow.hunger, rel=1e-5)
        assert c.grievance == pytest.approx(slow.grievance, rel=1e-5)
        world.step += 1
