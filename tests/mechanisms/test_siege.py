"""Sieges: by hand, against a slow reference, invariants, and the laws of onset and hunger."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from mechanisms.small import (
    UNLIKELY,
    Band,
    Village,
    army_and_movement,
    changed,
    decisions_of,
    draws,
    few,
    least,
    little_world,
    snapshot,
    tries,
)
from sahelsim.errors import BadInput
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.siege.step import keep_besiegers, run_step
from sahelsim.rng import Stream
from sahelsim.schedule import begin
from sahelsim.schedule import run_step as run_schedule
from sahelsim.terms import Decision, SiegeEnd, Trait
from sahelsim.world.build import build_blueprint
from sahelsim.world.state import World

BESIEGER, ARMY, MILITIA = 0, 1, 2  # actors, of camps 1, 2 and 3
BY_HAND = least(
    SiegeParameters, rate=0.2, min_people=100, max_people=5000, neutral=0.1, reach=0.25, presence_scale=10.0,
    resistance=3.0, crew=10.0, hold=1.5, tightening=math.log(2), hungering=0.4, recovery=0.2, fed=0.01, grievance=0.5,
    abandonment=0.3, lifting=0.8, relief=0.6, surrender=2.0, patience=4.0, resentment=1.0,
)  # fmt: skip


def village_under_threat(camp: int = 2, besiegers: int = 40, troops: int = 10, militia: int = 40) -> World:
    """Besiegers in two cells, troops and a village militia in the first; cells of twice the usual area."""
    world = little_world(
        [Band(0, 0, besiegers), Band(0, 1, 40), Band(1, 0, troops), Band(2, 0, militia)],
        [Village(0, 50, camp=2), Village(0, 800, camp=camp)],
        shape=(1, 2), actor_camp=(1, 2, 3), camps=4, extent=2.0,
    )  # fmt: skip
    a = world.actors
    a.enmity[:] = [[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]
    a.local[MILITIA] = 1
    a.traits[Trait.BESIEGING, BESIEGER], a.drive[BESIEGER] = 2.0, 0.5
    a.traits[Trait.ESTABLISHMENT, ARMY] = 100.0
    world.step = 9
    return world


def besiege(world: World, m: int = 1, **values: float) -> None:
    """Put a siege of community `m` in place."""
    c = world.communities
    c.besieger[m], c.siege_start[m] = BESIEGER, world.step - 4
    c.tightness[m], c.hunger[m] = values.get("tightness", 0.5), values.get("hunger", 0.5)


@pytest.mark.parametrize(("camp", "will"), [(2, 1.0), (3, 0.5), (0, 0.1)])
def test_onset_by_hand(camp: int, will: float) -> None:
    """S = 40 + 40 / 4 = 50, D = 10 + 40 / 2 = 30 with V = 20, s = 2 * 10: P = 1/2, and resistance 1 + 3 * 20/40 = 2.5.

    With besieging 2 * 0.5 and half a shelter, lambda = 0.2 * w * 0.5 * 2.5 * 0.5 = 0.125 w a week. The village of 50
    is too small to be worth a siege.
    """
    u = float(draws(village_under_threat(), Stream.SIEGE, BESIEGER)[0, 0])  # cell 0, actor 0
    for share, sieges in ((0.999, []), (1.001, [1])):
        world = village_under_threat(camp)
        world.outside.shelter[0] = 0.5
        run_step(world, BY_HAND, -math.log1p(-u) / (0.125 * will) * share)
        assert np.flatnonzero(world.communities.besieger >= 0).tolist() == sieges
    assert decisions_of(world) == [(9, Decision.SIEGE_START, 0, 1, -1, BESIEGER, 800)]
    terms = world.decisions.terms[0].tolist()
    assert terms == pytest.approx([50.0, 30.0, will, 2.5, 0.125 * will, 0.0, 0.0, 0.0])
    assert (world.communities.siege_start[1], world.communities.tightness[1]) == (9, 0.0)


@pytest.mark.parametrize(
    "spared",
    ["of its own camp", "in a pact", "too large", "sheltered", "no besieger", "too few besiegers", "elsewhere"],
)
def test_who_is_not_besieged(spared: str) -> None:
    world = village_under_threat()
    if spared == "of its own camp":
        world.communities.camp[1] = 1
    elif spared == "in a pact":
        world.communities.pact[1] = BESIEGER
    elif spared == "too large":
        world.communities.population[1] = 5001
    elif spared == "sheltered":
        world.outside.shelter[0] = 1.0
    elif spared == "no besieger":
        world.actors.traits[Trait.BESIEGING] = 0.0
    elif spared == "too few besiegers":
        world = village_under_threat(besiegers=5)  # 5 + 40 / 4 = 15: enough for one siege of 10, not for another
        besiege(world, 0)
    else:
        world = village_under_threat(besiegers=0)
    before = world.communities.besieger.tolist()
    run_step(world, BY_HAND.model_copy(update={"lifting": 0.0, "surrender": 0.0}), 1000.0)
    assert world.communities.besieger.tolist() == before


def test_tightness_hunger_and_grievance_by_hand() -> None:
    """Half a siege tightens halfway from 0.2 to P = 0.5 in a week: T = 0.35.

    dH/dt = 0.4 * 0.35 (1 - H) - 0.2 * 0.65 H = 0.14 - 0.27 H, so H = 14/27 + (0.5 - 14/27) exp(-0.27).
    """
    world = village_under_threat()
    besiege(world, tightness=0.2, hunger=0.5)
    run_step(world, BY_HAND.model_copy(update={"surrender": 0.0, "lifting": 0.0}), 1.0)
    c = world.communities
    hunger = 14 / 27 + (0.5 - 14 / 27) * math.exp(-0.27)
    assert c.tightness[1] == pytest.approx(0.35)
    assert c.hunger[1] == pytest.approx(hunger)
    # Against the besiegers 0.5 H; against the army's camp 0.3 H 20 / (20 + 10) for its ten men; none other.
    assert c.grievance[1].tolist() == pytest.approx([0.0, 0.5 * hunger, 0.2 * hunger, 0.0])
    assert not c.grievance[0].any()


def test_hunger_goes_when_the_siege_is_over_by_hand() -> None:
    world = village_under_threat()
    world.actors.traits[Trait.BESIEGING] = 0.0
    world.communities.hunger[:] = [0.0111, 0.8]
    run_step(world, BY_HAND, 1.0)
    assert world.communities.hunger.tolist() == pytest.approx([0.0, 0.8 * math.exp(-0.2)])  # 0.009 counts as fed


def ends(world: World) -> list[tuple[int, ...]]:
    return [row for row in decisions_of(world) if row[1] == Decision.SIEGE_END]


def test_surrender_by_hand() -> None:
    """After as long as patience: 2 H * 1/2 * (1 + 0.5) / 2 * exp(-g), with H = 0.5 and g = 0.25 held constant."""
    still = BY_HAND.model_copy(
        update={"tightening": 0.0, "hungering": 0.0, "recovery": 0.0, "grievance": 0.0, "lifting": 0.0}
    )
    hazard = 2.0 * 0.5 * 0.5 * 0.75 * math.exp(-0.25)
    u = float(draws(village_under_threat(), Stream.SIEGE_END, 1)[0, 0])
    for share, over in ((0.999, False), (1.001, True)):
        weeks = -math.log1p(-u) / hazard * share
        world = village_under_threat()
        besiege(world)
        world.communities.grievance[1, 1] = 0.25
        world.cells.trust[0, BESIEGER] = 0.5
        run_step(world, still.model_copy(update={"patience": 4 * weeks}), weeks)  # under siege for four steps
        assert world.communities.camp[1] == (1 if over else 2)
        assert len(ends(world)) == over
    (row,) = ends(world)
    assert row == (9, Decision.SIEGE_END, 0, 1, BESIEGER, SiegeEnd.SURRENDER, 800)
    assert decisions_of(world)[1] == (9, Decision.PLEDGE, 0, 1, 2, 1, 800)
    assert world.decisions.terms[0, 3] == 0.5  # hunger is a term of the siege's end,
    assert not world.decisions.terms[1].any()  # and the pledge has none of its own
    assert world.communities.besieger[1] == world.communities.siege_start[1] == -1
    assert world.communities.tightness[1] == 0.0
    assert world.communities.hunger[1] == 0.5  # hunger outlasts the siege


@pytest.mark.parametrize(
    ("besiegers", "troops", "end"), [(0, 0, SiegeEnd.LIFTED), (20, 400, SiegeEnd.RELIEF), (40, 0, None)]
)
def test_lifted_and_relieved(besiegers: int, troops: int, end: SiegeEnd | None) -> None:
    """Nobody left to besiege, or troops that outnumber by far: the siege ends so. Without either it goes on."""
    world = village_under_threat(camp=3, besiegers=besiegers, troops=troops)
    if besiegers == 0:
        world.units.strength[world.units.actor == BESIEGER] = 0
    besiege(world)
    p = BY_HAND.model_copy(update={"surrender": 0.0, "rate": 0.0})
    run_step(world, p, 50.0)
    assert [row[5] for row in ends(world)] == ([] if end is None else [end])
    assert (world.communities.besieger[1] >= 0) == (end is None)
    assert world.communities.camp[1] == 3


def test_a_village_militia_does_not_relieve_a_village() -> None:
    world = village_under_threat(camp=3, troops=0, militia=4000)
    besiege(world)
    run_step(world, BY_HAND.model_copy(update={"surrender": 0.0, "rate": 0.0}), 50.0)
    assert world.communities.besieger[1] == BESIEGER


@pytest.mark.parametrize("why", ["went over", "deserted", "friends", "stopped"])
def test_a_siege_without_a_point_is_over(why: str) -> None:
    world = village_under_threat()
    besiege(world)
    expected = SiegeEnd.SURRENDER if why == "went over" else SiegeEnd.LIFTED
    if why == "went over":
        world.communities.camp[1] = 1
    elif why == "deserted":
        world.communities.population[1] = 0
    elif why == "friends":
        world.actors.enmity[:] = 0.0
    else:
        world.actors.traits[Trait.BESIEGING] = 0.0
    run_step(world, BY_HAND.model_copy(update={"rate": 0.0, "surrender": 0.0}), 1e-6)
    assert [row[5] for row in ends(world)] == [expected]
    assert len(decisions_of(world)) == 1  # who went over has pledged before


def test_besiegers_stay_by_hand() -> None:
    """A cell is worth 1.5 more to the besieger, however many sieges it lays there; nothing changes elsewhere."""
    world = village_under_threat()
    besiege(world, 0)
    besiege(world, 1)
    keep_besiegers(world, BY_HAND)
    assert world.cells.appeal.tolist() == [[1.5, 0.0, 0.0], [0.0, 0.0, 0.0]]


# --- slow reference


def scattered(seed: int) -> tuple[World, SiegeParameters]:
    """Five actors of three camps over three by four cells, some villages under siege or in a pact."""
    r = np.random.default_rng(seed)
    bands = [Band(int(r.integers(5)), int(r.integers(12)), int(r.integers(0, 90))) for _ in range(25)]
    homes = [Village(cell, int(r.integers(0, 3000)), camp=int(r.integers(4))) for cell in sorted(r.integers(0, 12, 24))]
    world = little_world(bands, homes, shape=(3, 4), actor_camp=(1, 2, 3, 1, 2), camps=4, seed=seed, extent=1.5)
    a, c = world.actors, world.communities
    upper = np.triu(r.uniform(0, 1, (5, 5)) * (r.random((5, 5)) > 0.2), 1)
    a.enmity[:] = upper + upper.T
    a.local[:] = r.integers(0, 2, 5)
    a.traits[Trait.BESIEGING] = r.uniform(0, 2, 5) * r.integers(0, 2, 5)
    a.traits[Trait.ESTABLISHMENT] = [0, 1, 0, 0, 0]
    a.drive[:] = r.uniform(0.2, 1, 5)
    world.step = int(r.integers(50, 1000))
    c.besieger[:] = np.where(r.random(24) < 0.4, r.integers(0, 5, 24), -1)
    under = c.besieger >= 0
    c.siege_start[under] = world.step - r.integers(1, 40, under.sum())
    c.tightness[under] = r.uniform(0, 1, under.sum())
    c.hunger[:] = r.uniform(0, 1, 24) * r.integers(0, 2, 24)
    c.pact[:] = np.where(r.random(24) < 0.2, r.integers(0, 5, 24), -1)
    c.grievance[:] = r.exponential(0.5, c.grievance.shape)
    world.cells.trust[:] = r.uniform(-1, 1, world.cells.trust.shape)
    world.outside.shelter[:] = r.choice([0.0, 0.3], 12)
    p = BY_HAND.model_copy(update={"rate": 0.5, "crew": 15.0, "surrender": 0.3, "lifting": 0.4})
    return world, p


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


# --- invariants and laws


@tries(60, 12)
@given(seed=st.integers(0, 2**32 - 1), weeks=st.floats(1 / 7, 31 / 7), steps=st.integers(1, 5))
def test_invariants(seed: int, weeks: float, steps: int) -> None:
    world, p = scattered(seed)
    c, before = world.communities, snapshot(world)
    standing = int((c.besieger >= 0).sum())
    for _ in range(steps):
        run_step(world, p, weeks)
        world.step += 1
        under = c.besieger >= 0
        assert ((c.besieger >= -1) & (c.besieger < 5)).all()
        assert ((c.hunger >= 0) & (c.hunger <= 1) & (c.tightness >= 0) & (c.tightness <= 1)).all()
        assert (c.tightness[~under] == 0).all()
        assert ((c.siege_start >= 0) == under).all()
        assert (c.camp[under] != world.actors.camp[c.besieger[under]]).all()
        assert (world.actors.traits[Trait.BESIEGING, c.besieger[under]] > 0).all()
    touched = changed(before, snapshot(world)) - {
        "cells.start",
        "cells.order",
        "cells.side_start",
        "cells.side",
        "cells.strength",
        "cells.pledged",
    }
    names = ("camp", "besieger", "tightness", "hunger", "siege_start", "grievance")
    assert touched <= {f"communities.{name}" for name in names}  # people and fighters are where they were
    kinds = [row[1] for row in decisions_of(world)]
    assert standing + kinds.count(Decision.SIEGE_START) - kinds.count(Decision.SIEGE_END) == (c.besieger >= 0).sum()
    assert np.isfinite(world.decisions.terms[: len(kinds)]).all()
    for step, kind, cell, _, _, a, size in decisions_of(world):
        if kind == Decision.SIEGE_START:
            assert before["units.strength"][(world.units.cell == cell) & (world.units.actor == a)].sum() > 0
            assert p.min_people <= size <= p.max_people
            begun = [r for r in decisions_of(world) if r[:3] == (step, kind, cell) and r[5] == a]
            assert len(begun) == 1


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 4.0])
def test_hunger_follows_its_equation(weeks: float) -> None:
    """A fully tight siege: 1 - H falls as exp(-hungering t), however it is cut into steps; nobody eats in the end."""
    p = least(SiegeParameters, reach=0.0, crew=1.0, hungering=0.1, recovery=0.3, tightening=0.0)
    world = village_under_threat()
    besiege(world, tightness=1.0, hunger=0.0)
    for _ in range(round(12 / weeks)):
        run_step(world, p, weeks)
    assert world.communities.hunger[1] == pytest.approx(1 - math.exp(-1.2), rel=1e-4)
    run_step(world, p, 400.0)
    assert world.communities.hunger[1] == pytest.approx(1.0)


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 4.0])
def test_chance_of_a_siege(weeks: float) -> None:
    """1 - exp(-lambda weeks) of many equal cells; S / (S + s) = 1/2, so lambda = 0.1 a week."""
    side = few(64, 20)
    n = side * side - 1
    world = little_world(
        [Band(0, cell, 20) for cell in range(n)] + [Band(1, n, 20)], [Village(cell, 500, camp=2) for cell in range(n)],
        shape=(side, side),
    )  # fmt: skip
    world.actors.enmity[:] = [[0, 1], [1, 0]]
    world.actors.traits[Trait.BESIEGING, 0] = 1.0
    p = least(SiegeParameters, rate=0.2, presence_scale=20.0, crew=5.0, max_people=1000)
    run_step(world, p, weeks)
    found = int((world.communities.besieger == 0).sum())
    assert binomtest(found, n, 1 - math.exp(-0.1 * weeks)).pvalue > UNLIKELY


# --- in the schedule


LIVELY = {
    "calendar__steps": few(25, 12), "actors__movement__doctrine__besieging": 2.0, "mechanisms__siege__rate": 0.5,
    "mechanisms__siege__min_people": 1, "mechanisms__siege__hungering": 1.0, "mechanisms__pact__enabled": False,
}  # fmt: skip


def played(**changes: object) -> World:
    play = begin(build_blueprint(army_and_movement(**LIVELY, **changes)), 0)
    for _ in range(play.blueprint.scenario.calendar.steps):
        run_schedule(play)
    return play.world


def test_switched_off_nobody_goes_hungry() -> None:
    on, off = played(), played(mechanisms__siege__enabled=False)
    assert {Decision.SIEGE_START, Decision.SIEGE_END} <= {row[1] for row in decisions_of(on)}
    assert on.communities.hunger.max() > 0.2
    assert not {Decision.SIEGE_START, Decision.SIEGE_END} & {row[1] for row in decisions_of(off)}
    assert (off.communities.besieger == -1).all()
    assert not off.communities.hunger.any()


FIRST_DAY = {
    "place": "Fort", "by": "movement", "camp": "state", "tightness": 0.4, "hunger": 0.2, "source": "test",
}  # fmt: skip


def a_place() -> str:
    return next(iter(army_and_movement().region.places))


def test_a_siege_of_the_first_day() -> None:
    siege = FIRST_DAY | {"place": a_place()}
    scenario = army_and_movement(relations__sieges={"first": siege})
    play = begin(build_blueprint(scenario), 0)
    (m,) = np.flatnonzero(play.world.communities.besieger >= 0)
    c = play.world.communities
    assert play.blueprint.besieged == {"first": m}
    assert list(scenario.actors)[c.besieger[m]] == "movement"
    assert scenario.camps[c.camp[m]] == "state"
    assert (c.tightness[m], c.hunger[m], c.siege_start[m]) == pytest.approx((0.4, 0.2, 0))
    off = army_and_movement(relations__sieges={"first": siege}, mechanisms__siege__enabled=False)
    assert (begin(build_blueprint(off), 0).world.communities.besieger == -1).all()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"by": "movemnt"}, "unknown actor 'movemnt'"),
        ({"place": "Nowhere"}, "unknown place 'Nowhere'"),
        ({"camp": "nobody"}, "unknown camp 'nobody'"),
        ({"camp": "movement"}, "cannot besiege a community of its own camp"),
        ({"tightness": 2.0}, "0 to 1"),
    ],
)
def test_a_siege_that_cannot_be(fault: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        army_and_movement(relations__sieges={"first": FIRST_DAY | {"place": a_place()} | fault})


def test_two_sieges_of_one_community() -> None:
    siege = FIRST_DAY | {"place": a_place()}
    with pytest.raises(BadInput, match="same community"):
        build_blueprint(army_and_movement(relations__sieges={"first": siege, "second": siege}))
