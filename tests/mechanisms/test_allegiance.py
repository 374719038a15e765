"""Allegiance of communities: by hand, against a slow reference, invariants, and the laws of the choice."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare

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
from sahelsim.mechanisms.allegiance.kernel import camp_reach, clan_shares
from sahelsim.mechanisms.allegiance.parameters import AllegianceParameters
from sahelsim.mechanisms.allegiance.step import forget, run_step, spin_up
from sahelsim.record import DECISION_TERMS
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.index import index_units

BY_HAND = least(
    AllegianceParameters, review_rate=60.0, presence_scale=10.0, reach=0.5, coercion=1.0, protection=2.0, services=3.0,
    kinship=1.0, grievance=0.5, inertia=1.0, neutral=0.2, exposure=0.4, absence=0.6,
)  # fmt: skip
"""At a rate of 60 a week everybody reconsiders."""


def one_place(villages: int):
    """Twenty fighters of camp 1 among the villages, 120 of camp 2 in the next cell; cells of twice the usual area."""
    village = Village(cell=0, population=100, grievance=(0.0, 1.0), fear=math.log(2.0))
    world = little_world(
        [Band(actor=0, cell=0, strength=20), Band(actor=1, cell=1, strength=120)], [village] * villages,
        shape=(1, 2), kinship=[[0.0, 0.0, 0.5]], extent=2.0,
    )  # fmt: skip
    world.actors.traits[Trait.GOVERNANCE] = [0.6, 0.9]
    world.actors.enmity[:] = [[0.0, 0.5], [0.5, 0.0]]
    return world


def chances_by_hand() -> np.ndarray:
    """s = 2 * 10 and S = (20, 120 / 2 = 60), so R = (ln 2, ln 4); Q = (0.6 * 20 / 40 = 0.3, 0: camp 2 is next door).

    F = 1 - 1/2, E = 1/2. Camp 1 is the most resented: D_2 = ln 4 / 4 = 0.3466, D_1 = 0. Hence
    U_0 = 0.2 - 0.4 / 2 + 1                                  = 1.0
    U_1 = 0.6931 + 3 * 0.3 - 0.5 * 1 - 0.6 / (1 + 1)         = 0.7931
    U_2 = 1.3863 + 2 * 0.3466 + 0.5 - 0.6 / (1 + 3)          = 2.4294
    exp: 2.7183, 2.2104, 11.3527; total 16.2814
    """
    return np.array([0.16696, 0.13576, 0.69728])


def test_by_hand():
    """Each village takes the camp in whose interval its second number falls."""
    world = one_place(few(400, 100))
    run_step(world, BY_HAND, 1.0)
    pick = draws(world, Stream.ALLEGIANCE, np.arange(world.ground.communities))[:, 1]
    edges = np.cumsum(chances_by_hand())
    clear = np.abs(pick[:, None] - edges[:2]).min(1) > 1e-4
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(world.communities.camp[clear], np.searchsorted(edges[:2], pick[clear]))
    assert set(world.communities.camp) == {0, 1, 2}


def test_what_is_logged_by_hand():
    """A pledge to camp 2 carries R_2, 2 D_2, 3 Q_2, kinship, grievance, clan, absence, pact: `chances_by_hand`."""
    world = one_place(few(100, 50))
    run_step(world, BY_HAND, 1.0)
    rows = decisions_of(world)
    taken = {entity: after for _, _, _, entity, _, after, _ in rows}
    assert taken == {m: k for m, k in enumerate(world.communities.camp.tolist()) if k != 0}
    i = next(i for i, row in enumerate(rows) if row[5] == 2)
    assert rows[i][:3] == (0, Decision.PLEDGE, 0)
    assert rows[i][4:] == (0, 2, 100)
    terms = dict(zip(DECISION_TERMS[Decision.PLEDGE], world.decisions.terms[i].tolist(), strict=True))
    assert terms == pytest.approx({
        "coercion": math.log(4), "protection": math.log(2), "services": 0.0, "kinship": 0.5, "grievance": 0.0,
        "clan": 0.0, "standing": -0.15, "pact": 0.0,
    })  # fmt: skip


def test_those_who_side_with_their_tormentor_or_with_nobody_get_no_protection():
    """The term of protection is 0 for the most resented camp and for the neutral."""
    world = one_place(few(200, 60))
    world.communities.camp[:] = 2
    run_step(world, BY_HAND.model_copy(update={"inertia": 0.0}), 1.0)
    protection = world.decisions.terms[: len(decisions_of(world)), 1]
    assert {row[5] for row in decisions_of(world)} == {0, 1}
    assert (protection == 0).all()


def test_fear_of_nobody_in_particular_is_no_pull():
    """Without a grievance there is no tormentor to be protected from: those who are best off neutral stay so."""
    world = one_place(40)
    world.communities.grievance[:] = 0.0
    run_step(world, least(AllegianceParameters, review_rate=60.0, protection=60.0, neutral=60.0), 1.0)
    assert (world.communities.camp == 0).all()


def test_what_is_felt_and_what_clans_share_by_hand():
    """Corner to corner: 8 fighters in cell 0 of two by two are felt as 8 there and 4 in each other cell, at reach 1/2.

    Of the clan's 100 people 25 are neutral and 75 with camp 2; the other clan has nobody.
    """
    world = little_world([Band(0, 0, 8), Band(1, 3, 1)], shape=(2, 2), actor_camp=(1, 1), camps=3)
    index_units(world)
    felt, services = np.full((4, 3), 9.0), np.full((4, 3), 9.0)
    neighbours, governance = world.ground.neighbours, np.array([0.6, 0.5])
    for c in range(4):
        camp_reach(
            c, world.cells.side_start, world.cells.side, world.cells.strength, neighbours, world.actors.camp,
            governance, 0.5, 2.0, felt[c], services[c],
        )  # fmt: skip
    np.testing.assert_array_equal(felt[:, 1], [8.5, 4.5, 4.5, 5.0])
    assert services[:, 1] == pytest.approx([0.6 * 8 / 10, 0.0, 0.0, 0.5 / 3])
    assert (felt[:, [0, 2]] == 0).all()
    assert (services[:, [0, 2]] == 0).all()
    shares = np.full((2, 3), 9.0)
    clan, camp, population = (
        np.array([0, -1, 0], np.int16),
        np.array([0, 1, 2], np.int8),
        np.array([25, 7, 75], np.int32),
    )
    clan_shares(clan, camp, population, shares)
    np.testing.assert_array_equal(shares, [[0.25, 0.0, 0.75], [0.0, 0.0, 0.0]])


def reference(world, p, weeks, rate, slot):
    """Camps after a review and the worth of each, community by community, straight from the equations of the kernel."""
    g, c, a = world.ground, world.communities, world.actors
    rows, columns = g.grid.shape
    camps, actors = world.cells.pledged.shape[1], a.camp.size
    there = [[0] * actors for _ in range(g.cells)]
    for u in range(world.units.cell.size):
        there[world.units.cell[u]][world.units.actor[u]] += int(world.units.strength[u])

    def presence(cell, k):
        row, column = divmod(cell, columns)
        total = 0.0
        for i in range(max(0, row - 1), min(rows, row + 2)):
            for j in range(max(0, column - 1), min(columns, column + 2)):
                here = sum(there[i * columns + j][b] for b in range(actors) if a.camp[b] == k)
                total += here * (1.0 if i * columns + j == cell else p.reach)
        return total

    def services(cell, k):
        governance = a.traits[Trait.GOVERNANCE]
        own = [b for b in range(actors) if a.camp[b] == k]
        courts = sum(governance[b] * there[cell][b] / (there[cell][b] + s) for b in own)
        return courts + float(world.outside.aid[cell, k])

    def enmity(k, j):
        if k == j:
            return 0.0
        pairs = [(x, y) for x in range(a.camp.size) for y in range(a.camp.size) if (a.camp[x], a.camp[y]) == (k, j)]
        men = {x: float(world.units.strength[world.units.actor == x].sum()) for x in range(a.camp.size)}
        total = sum(men[x] * men[y] for x, y in pairs)
        return sum(men[x] * men[y] * float(a.enmity[x, y]) for x, y in pairs) / max(total, 1.0)

    def clan_share(m, k):
        members = [n for n in range(g.communities) if g.community_clan[n] == g.community_clan[m]]
        total = sum(int(c.population[n]) for n in members)
        return sum(int(c.population[n]) for n in members if c.camp[n] == k) / total if total else 0.0

    after, worth_of, s = [int(k) for k in c.camp], {}, p.presence_scale * g.extent
    for m in range(g.communities):
        resented = max(range(1, camps), key=lambda k: c.grievance[m, k])  # the first of equals
        fear = 1.0 - math.exp(-float(c.fear[m])) if c.grievance[m, resented] > 0 else 0.0
        review, pick = draws(world, Stream.ALLEGIANCE, m, slot)[0, :2]
        if review >= 1.0 - math.exp(-(rate + p.alarm * fear) * weeks) or c.population[m] == 0:
            continue
        cell = g.community_cell[m]
        felt = [presence(cell, k) for k in range(camps)]
        worth = []
        for k in range(camps):
            u = p.inertia * (c.camp[m] == k)
            u += p.clan * clan_share(m, k) if g.community_clan[m] >= 0 else 0.0
            partner = a.camp[c.pact[m]] if c.pact[m] >= 0 else -1
            if k == 0:
                u += p.neutral - p.exposure * fear * (1 - p.pact_ease if partner >= 0 else 1)
            else:
                u += p.coercion * math.log(1 + felt[k] / s) + p.services * services(cell, k)
                if k == partner:
                    court = float(a.traits[Trait.GOVERNANCE, c.pact[m]])
                    u += p.pact + p.services * (max(court, services(cell, k)) - services(cell, k))
                u += p.kinship * g.kinship[g.community_people[m], k] - p.grievance * float(c.grievance[m, k])
                u -= p.absence / (1 + felt[k] / s)
                if c.grievance[m, resented] > 0:
                    u += p.protection * fear * enmity(k, resented) * math.log(1 + felt[k] / s)
            worth.append(u)
        weights = [math.exp(u) for u in worth]
        threshold, k = pick * sum(weights), 0
        while threshold >= weights[k]:
            threshold -= weights[k]
            k += 1
        after[m], worth_of[m] = k, worth
    return after, worth_of


def scattered(seed: int, villages: int = 24):
    """A crowded little world: five actors of three camps, two peoples, two clans, all kinds of fear and grievance."""
    r = np.random.default_rng(seed)
    bands = [Band(int(r.integers(5)), int(r.integers(12)), int(r.integers(0, 90))) for _ in range(20)]
    homes = [
        Village(
            cell, int(r.integers(0, 900) * r.integers(0, 4)), int(r.integers(2)), int(r.integers(4)),
            int(r.integers(-1, 2)), (0.0, *(r.exponential(1.0, 3) * r.integers(0, 2, 3))),
            float(r.exponential(1.0) * r.integers(0, 2)),
        )
        for cell in sorted(r.integers(0, 12, villages).tolist())
    ]  # fmt: skip
    world = little_world(
        bands, homes, shape=(3, 4), actor_camp=(1, 2, 3, 1, 2), camps=4, peoples=2, clans=2,
        kinship=np.column_stack((np.zeros(2), r.uniform(-1, 1, (2, 3)))), seed=seed, extent=r.uniform(0.3, 3),
    )  # fmt: skip
    world.actors.traits[Trait.GOVERNANCE] = r.uniform(0, 2, 5)
    world.communities.pact[:] = r.integers(-1, 5, villages)
    world.outside.aid[:, 1:] = r.exponential(0.2, (12, 3))
    world.step = int(r.integers(1000))
    p = AllegianceParameters(
        enabled=True, initial_reviews=2, review_rate=0.5, alarm=0.3, presence_scale=25.0, reach=0.3, coercion=0.7,
        protection=1.4, services=1.1, kinship=1.3, grievance=0.9, clan=1.2, inertia=0.8, neutral=0.6, exposure=0.7,
        absence=0.5, pact=0.8, pact_ease=0.6, grievance_half_life=50.0, fear_half_life=5.0,
    )  # fmt: skip
    upper = np.triu(r.uniform(0, 1, (5, 5)), 1)
    world.actors.enmity[:] = upper + upper.T
    return world, p


@pytest.mark.parametrize("seed", range(few(12, 5)))
def test_against_the_reference(seed):
    world, p = scattered(seed)
    for step, weeks in enumerate((1.0, 2.0, 1 / 7)):
        world.step = step
        before = world.communities.camp.tolist()
        expected, worth = reference(world, p, weeks, p.review_rate, 0)
        logged = len(decisions_of(world))
        run_step(world, p, weeks)
        assert world.communities.camp.tolist() == expected
        rows = decisions_of(world)[logged:]
        moved = [m for m in range(len(before)) if before[m] != expected[m]]
        assert [row[3] for row in rows] == moved
        for _, kind, cell, m, old, new, size in rows:
            assert kind == (Decision.LAPSE if new == 0 else Decision.PLEDGE)
            assert (cell, old, new) == (world.ground.community_cell[m], before[m], expected[m])
            assert size == world.communities.population[m] > 0
        sums = world.decisions.terms[logged : len(decisions_of(world)),].sum(1)
        assert sums == pytest.approx([worth[m][expected[m]] for m in moved], abs=1e-5)  # the log tells the whole worth


def test_sides_of_the_first_day_against_the_reference():
    """Every community chooses `initial_reviews` times, on slots of its own, and nothing is logged."""
    world, p = scattered(3)
    copy = deepcopy(world)
    for turn in (1, 2):
        copy.communities.camp[:] = reference(copy, p, 1.0, 50.0, slot=turn)[0]
    spin_up(world, p)
    np.testing.assert_array_equal(world.communities.camp, copy.communities.camp)
    assert decisions_of(world) == []


@tries(60, 12)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, review_rate, weeks):
    world, p = scattered(seed, villages=12)
    before = snapshot(world)
    run_step(world, p.model_copy(update={"review_rate": review_rate}), weeks)
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength"}
    assert changed(before, after) - index <= {"communities.camp"}
    assert after["cells.strength"].sum() == before["units.strength"].sum()
    assert ((after["communities.camp"] >= 0) & (after["communities.camp"] < 4)).all()
    switched = np.flatnonzero(before["communities.camp"] != after["communities.camp"])
    assert switched.tolist() == [row[3] for row in decisions_of(world)]
    assert (before["communities.population"][switched] > 0).all()
    terms = world.decisions.terms[: switched.size]
    assert np.isfinite(terms).all()
    assert ((terms[:, 7] == 0) | (terms[:, 7] == np.float32(p.pact))).all()
    assert ((terms[:, 1] >= 0) & (terms[:, 2] >= 0) & (terms[:, 4] <= 0)).all()  # protection, services, grievance


def test_shares_follow_the_multinomial_logit():
    world = one_place(few(40_000, 3_000))
    run_step(world, BY_HAND, 1.0)
    chosen = np.bincount(world.communities.camp, minlength=3)
    chances = chances_by_hand()
    assert chisquare(chosen, chances / chances.sum() * chosen.sum()).pvalue > UNLIKELY


@pytest.mark.parametrize(
    ("weeks", "fear", "grudge", "rate"),
    [
        (1.0, 0.0, 1.0, 0.1),
        (31 / 7, 0.0, 0.0, 0.1),
        (1 / 7, math.log(4.0), 1.0, 0.1 + 0.4 * 0.75),
        (1.0, math.log(4.0), 0.0, 0.1),  # of nobody
    ],
)
def test_chance_to_reconsider(weeks, fear, grudge, rate):
    """Where staying is worthless, all who reconsider change: 1 - exp(-(review_rate + alarm F) weeks) of them."""
    n = few(20_000, 2_000)
    p = least(AllegianceParameters, review_rate=0.1, alarm=0.4, neutral=-60.0)
    world = little_world(villages=[Village(0, 10, fear=fear)] * n)
    world.communities.grievance[:, 1] = grudge
    run_step(world, p, weeks)
    chance = 1 - math.exp(-rate * weeks)
    assert binomtest(int((world.communities.camp > 0).sum()), n, chance).pvalue > UNLIKELY


def test_larger_cells_with_as_many_more_fighters_are_no_different():
    """Presence is fighters per area: four times the area and the fighters give the same choices."""
    small, p = scattered(5)
    large = deepcopy(small)
    large.ground = replace(large.ground, extent=4 * small.ground.extent)
    large.units.strength *= 4
    for world in (small, large):
        run_step(world, p, 1.0)
    np.testing.assert_array_equal(small.communities.camp, large.communities.camp)
    assert decisions_of(small) == decisions_of(large) != []


def test_limits():
    """Nobody reconsiders at rate 0 without fear; an overwhelming presence takes all; enough inertia keeps all."""
    world = one_place(200)
    calm = BY_HAND.model_copy(update={"review_rate": 0.0})
    run_step(world, calm, 4.0)
    assert (world.communities.camp == 0).all()
    run_step(world, BY_HAND.model_copy(update={"inertia": 60.0}), 1.0)
    assert (world.communities.camp == 0).all()
    run_step(world, BY_HAND.model_copy(update={"coercion": 60.0}), 1.0)
    assert (world.communities.camp == 2).all()


def test_a_clan_ends_on_one_side():
    """With a pull far above all other terms, a clan follows the side of most of its people."""
    villages = [Village(0, 100 + 900 * (m < 6), clan=0, camp=1 + (m >= 6)) for m in range(12)]
    world = little_world(villages=villages, clans=1)
    for step in range(3):
        world.step = step
        run_step(world, least(AllegianceParameters, review_rate=1.0, clan=60.0), 1.0)
    assert (world.communities.camp == 1).all()


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 3.0])
def test_half_lives(weeks):
    """After one half-life, however it is cut into steps, half is left; four half-lives leave a sixteenth."""
    world = little_world(villages=[Village(0, 10, grievance=(0.0, 3.0), fear=2.0)])
    p = least(AllegianceParameters, grievance_half_life=12.0, fear_half_life=3.0)
    for _ in range(round(12 / weeks)):
        forget(world, p, weeks)
    assert world.communities.grievance[0, 1] == pytest.approx(1.5, rel=1e-5)
    assert world.communities.fear[0] == pytest.approx(2.0 / 16, rel=1e-5)
