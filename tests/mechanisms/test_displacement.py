"""Flight, onward movement, return and settling: by hand, against a slow reference, invariants, laws of the choices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from mechanisms.small import UNLIKELY, Village, changed, draws, few, least, little_world, snapshot, tries
from sahelsim.mechanisms.displacement.parameters import DisplacementParameters
from sahelsim.mechanisms.displacement.step import run_step
from sahelsim.rng import Stream
from sahelsim.world.refuges import refuges_of

BY_HAND = least(
    DisplacementParameters, flight_rate=0.05, fear_threshold=0.5, return_rate=0.1, distance_km=50.0, danger=0.5
)
STATE = ("population", "away", "hosted", "away_at")


def village_and_towns(seed: int = 1, fear: float = math.log(4.0), villages: int = 1):
    """Villages of 1,010 with towns of pull -1 (memory of 3 deaths) and -2 (quiet)."""
    places = [Village(0, 1010, fear=fear)] * villages + [Village(1, 9000), Village(2, 8000)]
    near, far = villages, villages + 1
    world = little_world(
        (), places, shape=(1, 3), seed=seed, refuges=[[near, far]] * villages + [[-1, -1]] * 2,
        refuge_pull=[[-1.0, -2.0]] * villages + [[0.0, 0.0]] * 2,
    )  # fmt: skip
    world.cells.memory[1] = 3.0
    return world


def flows_of(world) -> list[list[int]]:
    return world.flows.rows[: int(world.flows.count[0])].tolist()


def test_flight_by_hand():
    """F = 1 - 1/4; in two weeks 0.05 * 0.75 * 2 * 1010 = 75.75 leave, 75 or 76 by the second draw.

    Near town: exp(-1 - 0.5 ln 4) = 0.18394; far: exp(-2) = 0.13534: near with chance 0.57612, by the first draw.
    """
    seen = set()
    for seed in range(30):
        world = village_and_towns(seed)
        pick, rest = draws(world, Stream.DISPLACEMENT, 0)[0, :2]
        leaving, refuge = int(75.75 + rest), 0 if pick < 0.57612 else 1
        run_step(world, BY_HAND, 2.0)
        c = world.communities
        assert c.population.tolist() == [1010 - leaving, 9000, 8000]
        assert c.away.tolist() == [leaving, 0, 0]
        assert c.away_at[0].tolist() == [leaving * (refuge == 0), leaving * (refuge == 1)]
        assert c.hosted.tolist() == [0, *c.away_at[0].tolist()]
        assert flows_of(world) == [[0, 0, 1 + refuge, leaving, 0, 0, 0]]
        seen.add((leaving, refuge))
    assert seen == {(75, 0), (75, 1), (76, 0), (76, 1)}


def test_return_by_hand():
    """Without fear 0.1 * 33 = 3.3 a week go home: 3, or 4 when the second draw is above 0.7."""
    seen = set()
    for seed in range(12):
        world = village_and_towns(seed, fear=0.5)  # at the threshold, not above
        c = world.communities
        c.away[0] = c.hosted[2] = c.away_at[0, 1] = 33
        back = int(3.3 + draws(world, Stream.DISPLACEMENT, 0)[0, 1])
        run_step(world, BY_HAND, 1.0)
        assert (c.population[0], c.away[0], c.hosted[2], c.away_at[0, 1]) == (
            1010 + back,
            33 - back,
            33 - back,
            33 - back,
        )
        assert flows_of(world) == [[0, 0, 2, 0, back, 0, 0]]
        seen.add(back)
    assert seen == {3, 4}


def test_hunger_drives_out_and_a_tight_siege_keeps_in():
    """Hunger 0.5 at 0.2 a week: 101 of 1,010; with a siege of tightness 1 and a blockade of 0.6 only 40.4."""
    p = BY_HAND.model_copy(update={"hunger_flight": 0.2, "blockade": 0.6})
    for tightness, expected in ((0.0, 101.0), (1.0, 40.4)):
        left = []
        for seed in range(40):
            world = village_and_towns(seed, fear=0.0)
            world.communities.hunger[0], world.communities.tightness[0] = 0.5, tightness
            run_step(world, p, 1.0)
            left.append(int(world.communities.away[0]))
        assert set(left) <= {math.floor(expected), math.ceil(expected)}


def test_who_is_afraid_in_the_refuge_moves_on():
    """All are in the near town, which is in great fear: at a rate of 1 all go on to the far town, and it is logged."""
    world = village_and_towns(fear=0.6)
    c = world.communities
    c.away[0] = c.hosted[1] = c.away_at[0, 0] = 100
    c.fear[1] = 40.0
    run_step(world, BY_HAND.model_copy(update={"onward_rate": 1.0, "flight_rate": 0.0}), 1.0)
    assert c.away_at[0].tolist() == [0, 100]
    assert c.hosted.tolist() == [0, 0, 100]
    assert flows_of(world) == [[0, 0, 1, 0, 0, -100, 0], [0, 0, 2, 0, 0, 100, 0]]


def test_who_settles_belongs_to_the_refuge():
    world = village_and_towns(fear=0.6)
    c = world.communities
    c.away[0] = c.hosted[1] = c.away_at[0, 0] = 100
    run_step(world, BY_HAND.model_copy(update={"settle_rate": 0.25, "flight_rate": 0.0}), 1.0)
    assert (c.population[1], c.hosted[1], c.away[0]) == (9025, 75, 75)
    assert flows_of(world) == [[0, 0, 1, 0, 0, 0, 25]]


def draw_choice(pick, refuges, pull, memory, cell, danger, but=-1):
    open_ = [
        (i, math.exp(pull[i]) * (1 + memory[cell[t]]) ** -danger) for i, t in enumerate(refuges) if t >= 0 and i != but
    ]
    total = sum(w for _, w in open_)
    running = 0.0
    for i, w in open_:
        running += w
        if pick * total < running:
            return i
    return -1


def drawn_slot(pick, away_at):
    return int(np.searchsorted(np.cumsum(away_at), pick * sum(away_at), side="right"))


def reference(world, p, weeks):
    """The state after the step, community by community, in the words of the kernel's docstring."""
    g, c = world.ground, world.communities
    population, away, hosted, away_at = (getattr(c, n).astype(int).tolist() for n in STATE)
    memory, cell = world.cells.memory.astype(float), g.community_cell
    for m in range(g.communities):
        refuges, pull = g.community_refuges[m].tolist(), g.community_refuge_pull[m].astype(float)
        pick, rest, drawn, part = draws(world, Stream.DISPLACEMENT, m)[0]
        which, settle, onward, _ = draws(world, Stream.DISPLACEMENT, m, 1)[0]
        fear, hunger, afraid = float(c.fear[m]), float(c.hunger[m]), float(c.fear[m]) > p.fear_threshold
        if not afraid and hunger == 0 and away[m] == 0:
            continue
        if afraid or hunger > 0:
            push = p.hunger_flight * hunger + (p.flight_rate * (1 - math.exp(-fear)) if afraid else 0.0)
            share = min(1.0, push * (1 - p.blockade * float(c.tightness[m])) * weeks)
            leaving = min(math.floor(share * population[m] + rest), population[m])
            i = draw_choice(pick, refuges, pull, memory, cell, p.danger)
            if leaving and i >= 0:
                population[m] -= leaving
                away[m] += leaving
                away_at[m][i] += leaving
                hosted[refuges[i]] += leaving
        else:
            i = drawn_slot(drawn, away_at[m])
            back = min(math.floor(min(1.0, p.return_rate * weeks) * away[m] + rest), away_at[m][i])
            population[m] += back
            away[m] -= back
            away_at[m][i] -= back
            hosted[refuges[i]] -= back
        if away[m]:
            i = drawn_slot(part, away_at[m])
            staying = min(math.floor(min(1.0, p.settle_rate * weeks) * away[m] + settle), away_at[m][i])
            away[m] -= staying
            away_at[m][i] -= staying
            hosted[refuges[i]] -= staying
            population[refuges[i]] += staying
            there = float(c.fear[refuges[i]])
            j = draw_choice(which, refuges, pull, memory, cell, p.danger, i)
            if there > p.fear_threshold and j >= 0:
                share = min(1.0, p.onward_rate * (1 - math.exp(-there)) * weeks)
                moving = min(math.floor(share * away_at[m][i] + onward), away_at[m][i])
                away_at[m][i] -= moving
                away_at[m][j] += moving
                hosted[refuges[i]] -= moving
                hosted[refuges[j]] += moving
    return population, away, hosted, away_at


def scattered(seed: int, villages: int = 20):
    """Villages with up to three refuges among them, some frightened or hungry, some with people away already."""
    r = np.random.default_rng(seed)
    cells = np.sort(r.integers(0, 6, villages)).tolist()
    places = [
        Village(c, int(r.integers(0, 400) * r.integers(0, 4)), fear=float(r.exponential(1.0) * r.integers(0, 2)))
        for c in cells
    ]
    refuges = r.integers(-1, villages, (villages, 3))
    refuges[refuges == np.arange(villages)[:, None]] = -1
    world = little_world(
        (), places, shape=(2, 3), refuges=refuges, refuge_pull=r.uniform(-4, 1, (villages, 3)), seed=seed
    )
    c = world.communities
    for m, i in np.argwhere(refuges >= 0):
        if r.random() < 0.3:
            people = int(r.integers(1, 300))
            c.away_at[m, i] += people
            c.away[m] += people
            c.hosted[refuges[m, i]] += people
    c.hunger[:] = r.random(villages) * r.integers(0, 2, villages)
    c.tightness[:] = r.random(villages) * (c.hunger > 0)
    world.cells.memory[:] = r.exponential(5.0, 6)
    world.step = int(r.integers(1000))
    return world, DisplacementParameters(
        enabled=True, flight_rate=0.3, hunger_flight=0.2, blockade=0.5, fear_threshold=0.4, return_rate=0.2,
        settle_rate=0.01, onward_rate=0.2, choices=3, distance_km=60.0, kin=1.0, size=0.3, border=1.0, town_size=100.0,
        danger=0.5,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(few(24, 10)))
def test_against_the_reference(seed):
    world, p = scattered(seed)
    r = np.random.default_rng(seed)
    for weeks in (1.0, 1 / 7, 4.0, 4.0):
        expected = reference(world, p, weeks)
        run_step(world, p, weeks)
        c = world.communities
        for name, values in zip(STATE, expected, strict=True):
            assert getattr(c, name).tolist() == values, name
        world.step += 1
        c.fear[:] = r.exponential(1.0, c.fear.size) * r.integers(0, 2, c.fear.size)


@tries(80, 25)
@given(
    st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 3), st.floats(0, 1),
    st.floats(1 / 7, 31 / 7),
)  # fmt: skip
def test_invariants(seed, flight, back, threshold, settle, weeks):
    """People are conserved, and who is away from somewhere is hosted somewhere; flows add up to the change of hosts."""
    world, p = scattered(seed)
    p = p.model_copy(
        update={"flight_rate": flight, "return_rate": back, "fear_threshold": threshold, "settle_rate": settle}
    )
    r = np.random.default_rng(seed)
    c = world.communities
    people = int(c.population.sum() + c.away.sum())
    for _ in range(4):
        before = snapshot(world)
        rows = int(world.flows.count[0])
        run_step(world, p, weeks)
        assert changed(before, snapshot(world)) <= {f"communities.{name}" for name in STATE}
        assert min(c.population.min(), c.away.min(), c.hosted.min(), c.away_at.min()) >= 0
        assert c.population.sum() + c.away.sum() == people
        np.testing.assert_array_equal(c.away, c.away_at.sum(axis=1))
        hosts = np.zeros_like(c.hosted)
        there = world.ground.community_refuges >= 0
        np.add.at(hosts, world.ground.community_refuges[there], c.away_at[there])
        np.testing.assert_array_equal(c.hosted, hosts)
        flows = world.flows.rows[rows : int(world.flows.count[0])]
        fled, returned, moved_on, settled = flows[:, 3:].T
        assert min(fled.min(initial=0), returned.min(initial=0), settled.min(initial=0)) >= 0
        assert moved_on.sum() == 0
        assert ((flows[:, 3:] != 0).sum(axis=1) == 1).all()
        assert (flows[:, 0] == world.step).all()
        world.step += 1
        c.fear[:] = r.exponential(1.0, c.fear.size)


@tries(40, 10)
@given(st.integers(0, 2**32 - 1), st.floats(1 / 7, 31 / 7))
def test_flows_close(seed, weeks):
    """Over many steps, for each home and refuge: fled + moved_on - returned - settled is how many more are there."""
    world, p = scattered(seed)
    c, r = world.communities, np.random.default_rng(seed)
    there = np.zeros((c.away.size, c.away.size), np.int64)
    for sign in (-1, 1):
        for m, i in np.argwhere(world.ground.community_refuges >= 0):
            there[m, world.ground.community_refuges[m, i]] += sign * c.away_at[m, i]
        if sign < 0:
            for _ in range(few(30, 12)):
                run_step(world, p, weeks)
                world.step += 1
                c.fear[:] = r.exponential(1.0, c.fear.size) * r.integers(0, 2, c.fear.size)
    flows = np.array(flows_of(world), np.int64).reshape(-1, 7)
    assert (np.abs(flows[:, 3:]).sum(axis=0) > 0).sum() >= 2
    added = np.zeros_like(there)
    np.add.at(added, (flows[:, 1], flows[:, 2]), flows[:, 3] + flows[:, 5] - flows[:, 4] - flows[:, 6])
    np.testing.assert_array_equal(added, there)


def test_refuges_are_chosen_by_pull_and_danger():
    n = few(20_000, 2_000)
    world = village_and_towns(villages=n)
    run_step(world, BY_HAND, 1.0)
    chosen = (world.communities.away_at[:n] > 0).sum(axis=0)
    assert chosen.sum() == n  # 37.9 leave each: all have chosen
    near = math.exp(-1) / 2 / (math.exp(-1) / 2 + math.exp(-2))
    assert chisquare(chosen, n * np.array([near, 1 - near])).pvalue > UNLIKELY


def test_rounding_has_no_bias():
    """37.875 of each of n villages leave in a week on average, within 5 standard errors of the rounding."""
    n = few(20_000, 2_000)
    world = village_and_towns(villages=n)
    run_step(world, BY_HAND, 1.0)
    assert abs(world.communities.away.sum() / n - 37.875) < 5 * math.sqrt(0.875 * 0.125 / n)


def test_return_is_geometric():
    """Of 1,000 away, 1000 (1 - rate weeks)^n are still away after n steps (within the rounding)."""
    for weeks, steps in ((1.0, 12), (2.0, 6)):
        world = village_and_towns(fear=0.0)
        c = world.communities
        c.away[0] = c.hosted[1] = c.away_at[0, 0] = 1000
        for step in range(steps):
            world.step = step
            run_step(world, BY_HAND, weeks)
        assert abs(c.away[0] - 1000 * (1 - 0.1 * weeks) ** steps) < 4


def test_limits():
    """No flight below the threshold, at rate 0 or without a refuge; at full rate in great fear all go; all return."""
    for fear, update, refuge in ((0.5, {}, 1), (9.0, {"flight_rate": 0.0}, 1), (9.0, {}, -1)):
        world = village_and_towns(fear=fear)
        if refuge < 0:
            world.ground.community_refuges[:] = -1
        before = snapshot(world)
        run_step(world, BY_HAND.model_copy(update=update), 4.0)
        assert changed(before, snapshot(world)) == set(), (fear, update)
    world = village_and_towns(fear=40.0)
    c = world.communities
    run_step(world, BY_HAND.model_copy(update={"flight_rate": 1.0}), 4.0)
    assert (c.population[0], c.away[0]) == (0, 1010)
    c.fear[0] = 0.0
    run_step(world, BY_HAND.model_copy(update={"return_rate": 1.0}), 4.0)
    assert (c.population[0], c.away[0], c.hosted.max()) == (1010, 0, 0)


def test_choices_by_hand():
    """Three towns on a meridian; the far one is of the own people, the nearest lies abroad: kin and border decide."""
    p = least(DisplacementParameters, choices=2, distance_km=100.0, kin=3.0, size=0.5, border=4.0, town_size=5000.0)
    lat, lon = np.array([14.0, 14.5, 15.0, 16.0]), np.zeros(4)
    population = np.array([800, 5000, 10000, 20000], np.int32)
    people, cell, country = np.array([0, 1, 1, 0]), np.arange(4), np.array([0, 1, 0, 0], np.int16)
    refuges, pull = refuges_of(lat, lon, population, people, cell, country, p)
    degree = 6371.0 * math.pi / 180
    assert refuges[0].tolist() == [3, 2]
    expected = [-2 * degree / 100 + 3 + 0.5 * math.log(4), -degree / 100 + 0.5 * math.log(2)]
    assert pull[0] == pytest.approx(expected, rel=2e-3)
    assert refuges[1].tolist() == [2, 3]  # nobody flees to oneself
    assert refuges_of(lat, lon, np.full(4, 10, np.int32), people, cell, country, p)[0].max() == -1
