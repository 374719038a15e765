"""Flight and return: by hand, against a slow reference, invariants, and the laws of shares and refuges."""

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

BY_HAND = least(
    DisplacementParameters, flight_rate=0.05, fear_threshold=0.5, return_rate=0.1, distance_km=50.0, danger=0.5
)


def village_and_towns(seed: int = 1, fear: float = math.log(4.0), villages: int = 1):
    """Villages of 1,010 with towns at 50 km (memory of 3 deaths) and at 100 km (quiet)."""
    places = [Village(0, 1010, fear=fear)] * villages + [Village(1, 9000), Village(2, 8000)]
    near, far = villages, villages + 1
    world = little_world(
        (), places, shape=(1, 3), seed=seed, refuges=[[near, far]] * villages + [[-1, -1]] * 2,
        refuge_km=[[50.0, 100.0]] * villages + [[0.0, 0.0]] * 2,
    )  # fmt: skip
    world.cells.memory[1] = 3.0
    return world


def test_flight_by_hand():
    """F = 1 - 1/4; in two weeks 0.05 * 0.75 * 2 * 1010 = 75.75 leave, 75 or 76 by the second draw.

    Near town: exp(-1 - 0.5 ln 4) = 0.18394; far: exp(-2) = 0.13534: near with chance 0.57612, by the first draw.
    """
    seen = set()
    for seed in range(30):
        world = village_and_towns(seed)
        pick, rest = draws(world, Stream.DISPLACEMENT, 0)[0, :2]
        leaving, refuge = int(75.75 + rest), 1 if pick < 0.57612 else 2
        run_step(world, BY_HAND, 2.0)
        c = world.communities
        assert c.population.tolist() == [1010 - leaving, 9000, 8000]
        assert c.away.tolist() == [leaving, 0, 0]
        assert c.hosted.tolist() == [0, leaving * (refuge == 1), leaving * (refuge == 2)]
        assert c.refuge.tolist() == [refuge, -1, -1]
        seen.add((leaving, refuge))
    assert seen == {(75, 1), (75, 2), (76, 1), (76, 2)}


def test_return_by_hand():
    """Without fear 0.1 * 33 = 3.3 a week go home: 3, or 4 when the second draw is above 0.7."""
    seen = set()
    for seed in range(12):
        world = village_and_towns(seed, fear=0.5)  # at the threshold, not above
        c = world.communities
        c.away[0] = c.hosted[2] = 33
        c.refuge[0] = 2
        back = int(3.3 + draws(world, Stream.DISPLACEMENT, 0)[0, 1])
        run_step(world, BY_HAND, 1.0)
        assert (c.population[0], c.away[0], c.hosted[2]) == (1010 + back, 33 - back, 33 - back)
        seen.add(back)
    assert seen == {3, 4}


def reference(world, p, weeks):
    """population, away, hosted, refuge after the step, community by community, in words of the kernel's docstring."""
    g, c = world.ground, world.communities
    population, away, hosted, refuge = (getattr(c, n).tolist() for n in ("population", "away", "hosted", "refuge"))
    for m in range(g.communities):
        pick, rest = draws(world, Stream.DISPLACEMENT, m)[0, :2]
        fear = float(c.fear[m])
        if fear > p.fear_threshold:
            share = min(1.0, p.flight_rate * (1 - math.exp(-fear)) * weeks)
            leaving = min(math.floor(share * population[m] + rest), population[m])
            if away[m] == 0:  # the first to go choose; the others follow them
                places = [
                    (int(t), float(km))
                    for t, km in zip(g.community_refuges[m], g.community_refuge_km[m], strict=True)
                    if t >= 0
                ]
                memory = [float(world.cells.memory[g.community_cell[t]]) for t, _ in places]
                pull = [
                    math.exp(-km / p.distance_km) * (1 + v) ** -p.danger
                    for (_, km), v in zip(places, memory, strict=True)
                ]
                where = [t for (t, _), edge in zip(places, np.cumsum(pull), strict=True) if pick * sum(pull) < edge]
                if leaving > 0:
                    refuge[m] = where[0] if where else -1
            if refuge[m] >= 0:
                population[m] -= leaving
                away[m] += leaving
                hosted[refuge[m]] += leaving
        elif away[m]:
            back = min(math.floor(min(1.0, p.return_rate * weeks) * away[m] + rest), away[m])
            population[m] += back
            away[m] -= back
            hosted[refuge[m]] -= back
    return population, away, hosted, refuge


def scattered(seed: int, villages: int = 20):
    """Villages with up to three refuges among them, some frightened, some with people away already."""
    r = np.random.default_rng(seed)
    cells = np.sort(r.integers(0, 6, villages)).tolist()
    places = [
        Village(c, int(r.integers(0, 400) * r.integers(0, 4)), fear=float(r.exponential(1.0) * r.integers(0, 2)))
        for c in cells
    ]
    refuges = r.integers(-1, villages, (villages, 3))
    refuges[refuges == np.arange(villages)[:, None]] = -1
    world = little_world(
        (), places, shape=(2, 3), refuges=refuges, refuge_km=r.uniform(5, 200, (villages, 3)), seed=seed
    )
    c = world.communities
    for m in range(villages):
        if (refuges[m] >= 0).any() and r.random() < 0.5:
            c.refuge[m] = r.choice(refuges[m][refuges[m] >= 0])
            c.away[m] = r.integers(1, 300)
            c.hosted[c.refuge[m]] += c.away[m]
    world.cells.memory[:] = r.exponential(5.0, 6)
    world.step = int(r.integers(1000))
    p = DisplacementParameters(
        enabled=True,
        flight_rate=0.3,
        fear_threshold=0.4,
        return_rate=0.2,
        distance_km=60.0,
        town_size=100.0,
        danger=0.5,
    )
    return world, p


@pytest.mark.parametrize("seed", range(few(24, 10)))
def test_against_the_reference(seed):
    world, p = scattered(seed)
    r = np.random.default_rng(seed)
    for weeks in (1.0, 1 / 7, 4.0, 4.0):
        expected = reference(world, p, weeks)
        run_step(world, p, weeks)
        c = world.communities
        for name, values in zip(("population", "away", "hosted", "refuge"), expected, strict=True):
            assert getattr(c, name).tolist() == values, name
        world.step += 1
        c.fear[:] = r.exponential(1.0, c.fear.size) * r.integers(0, 2, c.fear.size)


@tries(80, 25)
@given(
    st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 3), st.floats(1 / 7, 31 / 7),
)  # fmt: skip
def test_invariants(seed, flight, back, threshold, weeks):
    world, p = scattered(seed)
    p = p.model_copy(update={"flight_rate": flight, "return_rate": back, "fear_threshold": threshold})
    r = np.random.default_rng(seed)
    c, start = world.communities, snapshot(world)
    people = c.population.sum() + c.away.sum()
    for _ in range(4):
        before = snapshot(world)
        run_step(world, p, weeks)
        columns = {f"communities.{name}" for name in ("population", "away", "hosted", "refuge")}
        assert changed(before, snapshot(world)) <= columns
        assert min(c.population.min(), c.away.min(), c.hosted.min()) >= 0
        assert c.population.sum() + c.away.sum() == people
        hosts = np.zeros_like(c.hosted)
        np.add.at(hosts, c.refuge[c.away > 0], c.away[c.away > 0])
        np.testing.assert_array_equal(c.hosted, hosts)  # away = hosted, refuge by refuge
        taken = c.refuge >= 0
        assert (c.refuge[taken, None] == world.ground.community_refuges[taken]).any(1).all()
        calm = c.fear <= threshold
        assert (c.away[calm] <= before["communities.away"][calm]).all()
        assert (c.away[~calm] >= before["communities.away"][~calm]).all()
        world.step += 1
        c.fear[:] = r.exponential(1.0, c.fear.size)
    assert (c.population + c.away == start["communities.population"] + start["communities.away"]).all()


def test_refuges_are_chosen_by_distance_and_danger():
    n = few(20_000, 2_000)
    world = village_and_towns(villages=n)
    run_step(world, BY_HAND, 1.0)
    c = world.communities
    chosen = np.array([(c.refuge[:n] == n).sum(), (c.refuge[:n] == n + 1).sum()])
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
        c.away[0] = c.hosted[1] = 1000
        c.refuge[0] = 1
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
        assert changed(before, snapshot(world)) <= {"communities.refuge"}, (fear, update)
    world = village_and_towns(fear=40.0)
    c = world.communities
    run_step(world, BY_HAND.model_copy(update={"flight_rate": 1.0}), 4.0)
    assert (c.population[0], c.away[0]) == (0, 1010)
    c.fear[0] = 0.0
    run_step(world, BY_HAND.model_copy(update={"return_rate": 1.0}), 4.0)
    assert (c.population[0], c.away[0], c.hosted.max()) == (1010, 0, 0)


def test_those_who_follow_join_the_first():
    """Once people are away the refuge stays, however dangerous it is; when all are back the next choose anew."""
    world = village_and_towns()
    world.cells.memory[2] = 1e6  # the far town is out of the question
    for step in range(5):
        world.step = step
        run_step(world, BY_HAND, 1.0)
        world.cells.memory[:] = [0.0, 1e6, 0.0]
    assert world.communities.refuge[0] == 1
    world.communities.fear[0] = 0.0
    run_step(world, BY_HAND.model_copy(update={"return_rate": 1.0}), 4.0)
    assert world.communities.hosted.sum() == 0
    world.communities.fear[0] = 5.0
    run_step(world, BY_HAND, 1.0)
    assert world.communities.refuge[0] == 2
    assert world.communities.hosted.tolist() == [0, 0, int(world.communities.away[0])]
