"""Local pacts: by hand, against a slow reference, invariants, and what they change in the war around them."""

from __future__ import annotations

import math
from copy import deepcopy

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
from sahelsim.mechanisms.allegiance.parameters import AllegianceParameters
from sahelsim.mechanisms.allegiance.step import run_step as choose_sides
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.battle.step import run_step as fight
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.civilian_harm.step import run_step as attack_civilians
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.mechanisms.pact.step import run_step
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.siege.step import run_step as besiege
from sahelsim.rng import Stream
from sahelsim.schedule import begin
from sahelsim.schedule import run_step as run_schedule
from sahelsim.terms import Decision, SiegeEnd, Trait
from sahelsim.world.build import build_blueprint
from sahelsim.world.state import World

MOVEMENT, ARMY, MILITIA = 0, 1, 2  # actors, of camps 1, 2 and 3
BY_HAND = least(
    PactParameters, rate=0.1, reach=0.25, presence_scale=10.0, governing=0.5, urge=7.0, resistance=2.0,
    base=-1.0, hunger=2.0, fear=1.5, trust=0.5, grievance=0.8, kinship=2.0, state=3.0, protection=0.4,
    restraint=0.2, quiet=0.9, calm=0.1, temptation=0.05, loss_scale=10.0, violence=0.2, pressure=0.3, absence=0.6,
    resentment=0.4, bond=1.0, breach_cost=0.5, breach_spread=0.4, breach_grievance=0.3, trust_gain=0.1,
    trust_half_life=10.0,
)  # fmt: skip
NOBODY_BREAKS = BY_HAND.model_copy(
    update=dict.fromkeys(("temptation", "violence", "pressure", "absence", "resentment"), 0.0)
)


def village_and_movement() -> World:
    """The movement in two cells, troops and a village militia in the first; cells of twice the usual area."""
    world = little_world(
        [Band(0, 0, 20), Band(0, 1, 40), Band(1, 0, 5), Band(2, 0, 40)],
        [Village(0, 300, camp=1), Village(0, 700, camp=2, grievance=(0, 0.25, 0, 0), fear=math.log(2))],
        shape=(1, 2), actor_camp=(1, 2, 3), camps=4, kinship=[[0, 0.3, 0, 0]], extent=2.0,
    )  # fmt: skip
    a = world.actors
    a.enmity[:] = [[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]
    a.local[MILITIA] = 1
    a.traits[Trait.BARGAINING, MOVEMENT] = 2.0
    a.traits[Trait.GOVERNANCE, MOVEMENT] = 1.0
    world.cells.trust[0, MOVEMENT] = 0.6
    world.communities.hunger[1] = 0.5
    world.step = 9
    return world


WORTH = {
    # S = 20 + 40/4 = 30 and s = 2 * 10, so S / (S + s) = 0.6; R = 5, V = 40/2 = 20, P = 30 / (30 + 5 + 20 + 20) = 0.4
    "hunger": 2.0 * 0.5, "fear": 1.5 * 0.5 * 0.4, "trust": 0.5 * 0.6, "grievance": -0.8 * 0.25, "kinship": 2.0 * 0.3,
    "state": -3.0 * 5 / 25, "protection": 0.4 * 1.0 * 0.6,
}  # fmt: skip


@pytest.mark.parametrize(("besieged", "interest"), [(False, 1 + 2 * 20 / 40), (True, 1 + 2 * 20 / 40 + 7)])
def test_offer_by_hand(besieged: bool, interest: float) -> None:
    """lambda = 0.1 * 2 * 0.6 * (1 + 0.5) * interest = 0.18 a week for each unit; worth as above, less 1: 0.64."""
    first = village_and_movement()
    u, _, answer, _ = draws(first, Stream.PACT, MOVEMENT)[0]
    worth = sum(WORTH.values()) - 1.0
    accepts = bool(answer < 1 / (1 + math.exp(-worth)))
    for share, offers in ((0.999, 0), (1.001, 1)):
        world = village_and_movement()
        if besieged:
            world.communities.besieger[1], world.communities.siege_start[1] = MOVEMENT, 3
            world.communities.tightness[1] = 0.6
        run_step(world, NOBODY_BREAKS, -math.log1p(-u) / (0.18 * interest) * share)
        assert sum(row[1] in (Decision.PACT_MADE, Decision.PACT_REFUSED) for row in decisions_of(world)) == offers
    kind = Decision.PACT_MADE if accepts else Decision.PACT_REFUSED
    assert decisions_of(world)[0] == (9, kind, 0, 1, -1, MOVEMENT, 700)
    assert world.decisions.terms[0].tolist() == pytest.approx([*WORTH.values(), worth])
    assert world.communities.pact.tolist() == [-1, MOVEMENT if accepts else -1]
    over = [row[3:6] for row in decisions_of(world) if row[1] == Decision.SIEGE_END]
    assert over == ([(1, MOVEMENT, SiegeEnd.PACT)] if besieged and accepts else [])
    assert (world.communities.besieger[1] == -1) == (accepts or not besieged)


def test_disarray_takes_order_by_hand() -> None:
    """Of an order of 1 a quarter is left: lambda = 0.1 * 2 * 0.6 * (1 + 0.5 / 4) * 2 = 0.27, protection 0.24 / 4."""
    u = float(draws(village_and_movement(), Stream.PACT, MOVEMENT)[0, 0])
    for share, offers in ((0.999, 0), (1.001, 1)):
        world = village_and_movement()
        world.actors.disarray[MOVEMENT] = 0.75
        run_step(world, NOBODY_BREAKS, -math.log1p(-u) / 0.27 * share)
        assert len(decisions_of(world)) == offers
    assert world.decisions.terms[0, 6] == pytest.approx(0.06)


@pytest.mark.parametrize(("base", "kind"), [(40.0, Decision.PACT_MADE), (-40.0, Decision.PACT_REFUSED)])
def test_those_who_gain_accept_and_those_who_lose_refuse(base: float, kind: Decision) -> None:
    world = village_and_movement()
    world.communities.besieger[1], world.communities.siege_start[1] = MOVEMENT, 3
    run_step(world, NOBODY_BREAKS.model_copy(update={"base": base}), 100.0)
    made = kind == Decision.PACT_MADE
    assert [row[1] for row in decisions_of(world)] == ([kind, Decision.SIEGE_END] if made else [kind])
    c = world.communities
    assert (c.pact[1], c.pact_start[1], c.besieger[1]) == ((MOVEMENT, 9, -1) if made else (-1, -1, MOVEMENT))
    assert world.cells.bound[0].tolist() == pytest.approx([0.7 if made else 0.0, 0.0, 0.0])


@pytest.mark.parametrize("spared", ["no bargainer", "nobody there", "in a pact", "deserted"])
def test_who_gets_no_offer(spared: str) -> None:
    world = village_and_movement()
    if spared == "no bargainer":
        world.actors.traits[Trait.BARGAINING] = 0.0
    elif spared == "nobody there":
        world.units.cell[world.units.actor == MOVEMENT] = 1
    elif spared == "in a pact":
        world.communities.pact[1] = ARMY
    else:
        world.communities.population[1] = 0
    run_step(world, NOBODY_BREAKS, 1000.0)
    assert decisions_of(world) == []


HAZARDS = {
    # The word holds them with exp(-0.6); ln(1 + 3) of violence; L = 10 ln 2: half the temptation of harshness 2
    "temptation": 0.05 * 2 * 0.5, "state": 0.3 * 5 / 25 * math.exp(-0.6), "violence": 0.2 * math.log(4),
    "grievance": 0.4 * 0.25 * math.exp(-0.6), "absence": 0.6 * 20 / 50 * math.exp(-0.6),
}  # fmt: skip


def in_pact() -> World:
    world = village_and_movement()
    c = world.communities
    c.pact[1], c.pact_start[1], c.pact_harm[1] = MOVEMENT, 4, 3
    world.actors.traits[Trait.HARSHNESS, MOVEMENT] = 2.0
    world.actors.traits[Trait.BARGAINING] = 0.0
    world.cells.losses[0, MOVEMENT] = 10 * math.log(2)
    return world


def test_breach_by_hand() -> None:
    """Total hazard as above; the breaker is the actor if its share of it covers the second number."""
    u, who = draws(in_pact(), Stream.PACT_BREACH, 1)[0, :2]
    total = sum(HAZARDS.values())
    by_actor = bool(who * total < HAZARDS["temptation"] + HAZARDS["violence"])
    for share, broken in ((0.999, False), (1.001, True)):
        weeks = -math.log1p(-u) / total * share
        world = in_pact()
        run_step(world, BY_HAND, weeks)
        assert (world.communities.pact[1] == -1) == broken
        assert world.communities.fear[1] == pytest.approx(math.log(2) * math.exp(-0.1 * weeks))
    assert decisions_of(world) == [(9, Decision.PACT_BROKEN, 0, 1, MOVEMENT, MOVEMENT if by_actor else -1, 700)]
    terms = world.decisions.terms[0].tolist()
    assert terms == pytest.approx([
        HAZARDS["temptation"], HAZARDS["state"], HAZARDS["violence"], 0.6, HAZARDS["grievance"], 5 * weeks, total,
        HAZARDS["absence"],
    ])  # fmt: skip
    assert (world.communities.pact_start[1], world.communities.pact_harm[1]) == (-1, 0)


@pytest.mark.parametrize("breaker", ["actor", "community"])
def test_what_breaking_costs_by_hand(breaker: str) -> None:
    """The actor's broken word costs 0.5 there and 0.2 next door, and a grievance of 0.3; the community's none."""
    world = in_pact()
    world.cells.trust[1, MOVEMENT] = -0.9
    means = {"violence": 10.0} if breaker == "actor" else {"pressure": 10.0}
    run_step(world, NOBODY_BREAKS.model_copy(update={**means, "trust_half_life": 1e9}), 10.0)
    (row,) = decisions_of(world)
    assert row[5] == (MOVEMENT if breaker == "actor" else -1)
    trust, grievance = world.cells.trust[:, MOVEMENT], world.communities.grievance[1, 1]
    if breaker == "actor":
        assert trust.tolist() == pytest.approx([0.1, -1.0])  # never below -1
        assert grievance == pytest.approx(0.25 + 0.3)
    else:
        assert trust.tolist() == pytest.approx([0.6, -0.9])
        assert grievance == pytest.approx(0.25)


def test_trust_grows_where_a_pact_is_kept_and_fades_elsewhere_by_hand() -> None:
    """700 of 1000 are bound: u -> f u + (1 - exp(-0.07)) (1 - f u), with f = 2**(-1/10) from the half-life."""
    world = in_pact()
    world.cells.trust[1, MOVEMENT] = -0.5
    run_step(world, NOBODY_BREAKS, 1.0)
    fade = 0.5**0.1
    there = 0.6 * fade + (1 - math.exp(-0.07)) * (1 - 0.6 * fade)
    assert world.cells.trust[:, MOVEMENT].tolist() == pytest.approx([there, -0.5 * fade])
    assert world.cells.bound[:, MOVEMENT].tolist() == pytest.approx([0.7, 0.0])


# --- slow reference


def scattered(seed: int) -> World:
    """Five actors of three camps over three by four cells, some villages in a pact or under siege."""
    r = np.random.default_rng(seed)
    bands = [Band(int(r.integers(5)), int(r.integers(12)), int(r.integers(0, 60))) for _ in range(25)]
    homes = [
        Village(
            cell, int(r.integers(0, 3) * r.integers(1, 900)), int(r.integers(2)), int(r.integers(4)),
            grievance=tuple(r.exponential(0.5, 4)), fear=float(r.exponential(0.5)),
        )
        for cell in sorted(r.integers(0, 12, 24))
    ]  # fmt: skip
    world = little_world(
        bands, homes, shape=(3, 4), actor_camp=(1, 2, 3, 1, 2), camps=4, peoples=2,
        kinship=np.column_stack((np.zeros(2), r.uniform(-1, 1, (2, 3)))), seed=seed, extent=1.5,
    )  # fmt: skip
    a, c = world.actors, world.communities
    upper = np.triu(r.uniform(0, 1, (5, 5)), 1)
    a.enmity[:] = upper + upper.T
    a.local[:] = r.integers(0, 2, 5)
    a.traits[[Trait.BARGAINING, Trait.GOVERNANCE, Trait.HARSHNESS]] = r.uniform(0, 2, (3, 5)) * r.integers(0, 2, (3, 5))
    a.disarray[:] = r.uniform(0, 1, 5) * r.integers(0, 2, 5)
    world.step = int(r.integers(50, 1000))
    c.besieger[:] = np.where(r.random(24) < 0.4, r.integers(0, 5, 24), -1)
    under = c.besieger >= 0
    c.siege_start[under] = world.step - r.integers(1, 40, under.sum())
    c.tightness[under] = r.uniform(0, 1, under.sum())
    c.hunger[:] = r.uniform(0, 1, 24)
    c.pact[:] = np.where(r.random(24) < 0.4, r.integers(0, 5, 24), -1)
    c.pact_start[c.pact >= 0] = 3
    c.pact_harm[:] = np.where(c.pact >= 0, r.integers(0, 5, 24), 0)
    world.cells.trust[:] = r.uniform(-1, 1, world.cells.trust.shape)
    world.cells.losses[:] = r.integers(0, 20, world.cells.losses.shape)
    return world


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


# --- invariants and laws


@tries(60, 12)
@given(seed=st.integers(0, 2**32 - 1), weeks=st.floats(1 / 7, 31 / 7), steps=st.integers(1, 5))
def test_invariants(seed: int, weeks: float, steps: int) -> None:
    """With sieges before pacts, as in the schedule."""
    world = scattered(seed)
    world.actors.traits[Trait.BESIEGING] = 1.0
    sieges = least(SiegeParameters, rate=0.5, max_people=5000, neutral=0.3, crew=5.0, presence_scale=10.0)
    world.communities.besieger[world.communities.besieger == world.communities.pact] = -1
    world.communities.siege_start[world.communities.besieger < 0] = -1
    world.communities.tightness[world.communities.besieger < 0] = 0.0
    c, cells, before = world.communities, world.cells, snapshot(world)
    for _ in range(steps):
        besiege(world, sieges, weeks)
        run_step(world, BY_HAND, weeks)
        world.step += 1
        bound = c.pact >= 0
        assert ((c.pact >= -1) & (c.pact < 5)).all()
        assert ((c.pact_start >= 0) == bound).all()
        assert (c.pact_harm[~bound] == 0).all()
        assert (c.besieger[bound] != c.pact[bound]).all()  # nobody besieges whom it has terms with
        assert ((c.siege_start >= 0) == (c.besieger >= 0)).all()
        assert ((cells.trust >= -1) & (cells.trust <= 1)).all()
        assert ((cells.bound >= 0) & (cells.bound.sum(axis=1, keepdims=True) <= 1 + 1e-6)).all()
    rows = decisions_of(world)
    kinds = [row[1] for row in rows]
    standing = int((before["communities.pact"] >= 0).sum())
    assert standing + kinds.count(Decision.PACT_MADE) - kinds.count(Decision.PACT_BROKEN) == (c.pact >= 0).sum()
    for i, row in enumerate(rows):
        if row[1] == Decision.SIEGE_END and row[5] == SiegeEnd.PACT:
            assert rows[i - 1][1:4] == (Decision.PACT_MADE, row[2], row[3])
    assert np.isfinite(world.decisions.terms[: len(rows)]).all()
    moved = {"communities.population", "communities.away", "communities.hosted", "units.strength", "units.cell"}
    assert not changed(before, snapshot(world)) & moved


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 4.0])
def test_chance_of_an_offer_and_of_its_acceptance(weeks: float) -> None:
    """1 - exp(-0.05 weeks) of many equal cells get one, and logistic(0.5) of those accept."""
    side = few(64, 20)
    n = side * side
    world = little_world(
        [Band(0, cell, 20) for cell in range(n)], [Village(cell, 500) for cell in range(n)], shape=(side, side)
    )
    world.actors.traits[Trait.BARGAINING, 0] = 1.0
    run_step(world, least(PactParameters, rate=0.1, presence_scale=20.0, base=0.5), weeks)
    made = int((world.communities.pact == 0).sum())
    offered = len(decisions_of(world))
    assert binomtest(offered, n, 1 - math.exp(-0.05 * weeks)).pvalue > UNLIKELY
    assert binomtest(made, offered, 1 / (1 + math.exp(-0.5))).pvalue > UNLIKELY


def test_trust_that_is_kept_becomes_full_and_that_is_not_needed_is_forgotten() -> None:
    world = in_pact()
    world.communities.population[0] = 0
    still = NOBODY_BREAKS.model_copy(update={"trust_half_life": 1e6})
    for _ in range(200):
        run_step(world, still, 1.0)
    assert world.cells.trust[0, MOVEMENT] == pytest.approx(1.0, abs=1e-3)
    world.communities.pact[:] = -1
    for _ in range(100):
        run_step(world, NOBODY_BREAKS, 1.0)
    assert world.cells.trust[0, MOVEMENT] == pytest.approx(2.0**-10, rel=1e-2)


# --- what a pact changes


def country(cells: int) -> World:
    """The movement and a village militia in every cell, hostile, with a village that the movement would punish."""
    side = round(math.sqrt(cells))
    bands = [Band(actor, cell, 30) for actor in (0, 1) for cell in range(side * side)]
    world = little_world(bands, [Village(cell, 900, camp=2) for cell in range(side * side)], shape=(side, side))
    world.actors.enmity[:] = [[0, 1], [1, 0]]
    world.actors.local[1] = 1
    world.actors.traits[[Trait.BARGAINING, Trait.HARSHNESS, Trait.INITIATIVE], 0] = 1.0
    return world


@pytest.fixture(scope="module")
def at_terms_and_not() -> tuple[World, World]:
    """The same country after every village has accepted terms, and without the mechanism."""
    off = country(few(1600, 225))
    on = deepcopy(off)
    run_step(on, least(PactParameters, rate=10.0, base=20.0, trust_half_life=100.0), 100.0)
    assert (on.communities.pact == 0).all()
    assert (on.cells.bound[:, 0] == 1.0).all()
    return on, off


def test_without_pacts_there_are_more_battles(at_terms_and_not: tuple[World, World]) -> None:
    """A whole cell at terms keeps 1 - quiet = 0.1 of the battles of the movement with its militia."""
    p = least(
        BattleParameters, rate=1.0, half_strength=30.0, desert_factor=1.0, outcome_slope=1.0, strength_exponent=1.0
    )
    chances, found = [], []
    for world, kept in zip(at_terms_and_not, (0.1, 1.0), strict=True):
        here = deepcopy(world)
        fight(here, p, 0.0, 1.0, quiet=0.9)
        found.append(int(here.violence.count[0]))
        chances.append(1 - math.exp(-0.25 * kept))  # rate 1, contact 1/2, mean initiative 1/2
        assert binomtest(found[-1], here.ground.cells, chances[-1]).pvalue > UNLIKELY
    assert found[0] < found[1] / 4


def test_without_pacts_there_is_more_violence(at_terms_and_not: tuple[World, World]) -> None:
    """A pact keeps a fifth of the motive; the dead of those who are at terms are held against the actor."""
    p = least(
        CivilianHarmParameters, rate=1.0, half_strength=30.0, punishment=1.0, kin_restraint=1.0, mortal_share=0.01
    )
    found = []
    for world, kept in zip(at_terms_and_not, (0.2, 1.0), strict=True):
        here = deepcopy(world)
        attack_civilians(here, p, 0.0, 1.0, pact_restraint=0.2)
        found.append(int(here.violence.count[0]))
        assert binomtest(found[-1], here.ground.cells, 1 - math.exp(-0.5 * kept)).pvalue > UNLIKELY
        dead = 900 - here.communities.population
        assert here.communities.pact_harm.tolist() == (dead.tolist() if kept < 1 else [0] * dead.size)
    assert found[0] < found[1] / 2


def test_without_pacts_fewer_stay_neutral_or_join(at_terms_and_not: tuple[World, World]) -> None:
    """Terms make a community lean to the movement, and let the frightened stay out of it."""
    p = least(AllegianceParameters, review_rate=50.0, neutral=0.5, exposure=2.0, pact=1.0, pact_ease=0.8)
    shares = []
    for world in at_terms_and_not:
        here = deepcopy(world)
        here.communities.fear[:] = 3.0
        here.communities.grievance[:, 1] = 1.0  # fear of somebody
        choose_sides(here, p, 1.0)
        shares.append(np.bincount(here.communities.camp, minlength=3) / here.communities.camp.size)
    assert shares[0][0] > shares[1][0]
    assert shares[0][1] > shares[1][1]


def test_besiegers_and_terms_exclude_each_other(at_terms_and_not: tuple[World, World]) -> None:
    p = least(SiegeParameters, rate=10.0, presence_scale=1.0, crew=1.0, max_people=5000)
    for world, sieges in zip(at_terms_and_not, (0, 1), strict=True):
        here = deepcopy(world)
        here.actors.traits[Trait.BESIEGING, 0] = 1.0
        besiege(here, p, 10.0)
        assert (here.communities.besieger == 0).mean() == pytest.approx(sieges, abs=0.01)


# --- in the schedule


LIVELY = {
    "calendar__steps": few(25, 12), "actors__movement__doctrine__bargaining": 2.0, "mechanisms__pact__rate": 0.3,
    "mechanisms__pact__base": 1.0, "mechanisms__pact__pressure": 0.3,
}  # fmt: skip


def played(**changes: object) -> World:
    play = begin(build_blueprint(army_and_movement(**LIVELY, **changes)), 0)
    for _ in range(play.blueprint.scenario.calendar.steps):
        run_schedule(play)
    return play.world


def test_switched_off_nobody_comes_to_terms() -> None:
    on, off = played(), played(mechanisms__pact__enabled=False)
    kinds = {Decision.PACT_MADE, Decision.PACT_REFUSED, Decision.PACT_BROKEN}
    assert kinds <= {row[1] for row in decisions_of(on)}
    assert on.cells.bound.max() > 0
    assert on.cells.trust.any()
    assert not kinds & {row[1] for row in decisions_of(off)}
    assert (off.communities.pact == -1).all()
    assert not off.cells.bound.any()
    assert not off.cells.trust.any()


def test_pacts_and_sieges_run_without_allegiance() -> None:
    world = played(mechanisms__allegiance__enabled=False, actors__movement__doctrine__besieging=2.0)
    assert Decision.PACT_MADE in {row[1] for row in decisions_of(world)}
