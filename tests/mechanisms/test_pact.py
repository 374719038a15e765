"""Local pacts: worked examples, invariants, and the laws of offers and trust."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from mechanisms.pact_worlds import BY_HAND, scattered
from mechanisms.small import (
    UNLIKELY,
    Band,
    Village,
    changed,
    decisions_of,
    draws,
    few,
    least,
    little_world,
    snapshot,
    tries,
)
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.mechanisms.pact.step import run_step
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.siege.step import run_step as besiege
from sahelsim.rng import Stream
from sahelsim.terms import Decision, SiegeEnd, Trait
from sahelsim.world.state import World

MOVEMENT, ARMY, MILITIA = 0, 1, 2  # actors, of camps 1, 2 and 3
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
