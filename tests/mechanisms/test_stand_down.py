"""Watches that stand down: by hand, against a slow reference, invariants, the law of the draw, and the cycle."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

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
    rolls_of,
    snapshot,
    tries,
)
from sahelsim.mechanisms.self_defence.parameters import SelfDefenceParameters
from sahelsim.mechanisms.self_defence.step import run_step
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Role

PARAMETERS = least(
    SelfDefenceParameters, rate=0.0, harm_scale=10.0, fear_scale=0.5, nearby=0.25, protector_scale=20.0, stand_down=0.8
)
FOES, MILITIA, OTHERS = 1, 2, 3
ONE = (Village(0, 300, people=1),)


def watched(bands, villages=ONE, spare=0, seed=1, shape=(1, 3)):
    """A row of three cells. Camps: 1 state (actor 0), 2 movement (1), 3 militias (2, raised by people 1, and 3).

    Actor 3 is an enemy to nobody and raised by nobody. The enmity of militia and movement is 0.5.
    """
    world = little_world(
        bands, villages, shape=shape, actor_camp=(1, 2, 3, 3), groups=[(0, -1), (1, 0), (2, 1), (2, -1), (3, 1)],
        camps=4, peoples=2, kinship=[[0, 0, 0.3, 0], [0, 0.5, -0.2, 0.25]], spare=spare, seed=seed,
    )  # fmt: skip
    world.ground = replace(world.ground, raisers=np.array([[-1, -1], [MILITIA, -1]], np.int16))
    world.actors.enmity[FOES, MILITIA] = world.actors.enmity[MILITIA, FOES] = 0.5
    return world, rolls_of(world, bands, spare, [10, 10, 10, 10])


def watch(strength=5, cell=0, **more):
    return Band(MILITIA, cell, strength, garrison=True, **more)


def test_by_hand():
    """Enemies 0.5 (10 + 0.25 * 40) = 10; protectors 5 of the watch and 0.25 * 20 soldiers next door, 10 in all:
    lambda = 0.8 / 2. The movement protects nobody here.
    """
    went = []
    for step in range(few(200, 60)):
        world, rolls = watched([Band(0, 1, 20), Band(FOES, 0, 10), Band(FOES, 1, 40), watch(5)])
        world.step = step
        run_step(world, PARAMETERS, rolls, 1.0)
        weigh = draws(world, Stream.STAND_DOWN, 3)[0, 0]
        went.append(bool(weigh < 1 - math.exp(-0.4)))
        assert world.ledger["fighters_home"] == 5 * went[-1]
        assert world.units.strength.tolist() == [20, 10, 40, 5 * (not went[-1])]
        if not went[-1]:
            assert decisions_of(world) == []
            continue
        assert decisions_of(world) == [(step, int(Decision.MILITIA_STOOD_DOWN), 0, 0, MILITIA, -1, 5)]
        assert world.decisions.terms[0].tolist() == pytest.approx([10, 10, 0.4, 0, 0, 0, 0, 0])
        assert world.communities.population.tolist() == [305]
        assert world.cells.strength[0].tolist() == [0, 10, 0, 0]
        assert world.cells.order[: world.cells.start[-1]].tolist() == [1, 0, 2]  # the index knows that they are gone
    assert 0 < sum(went) < len(went)


def test_the_side_of_the_village_counts():
    """Movement fighters protect a village on their side: 10 / (10 + 5 + 20) in place of 10 / (10 + 5)."""
    for camp, protectors in ((0, 5), (2, 25)):
        world, rolls = watched([Band(FOES, 0, 20), watch(5)], [Village(0, 300, people=1, camp=camp)])
        run_step(world, PARAMETERS.model_copy(update={"stand_down": 10.0}), rolls, 1e4)
        assert world.decisions.terms[0, :3].tolist() == pytest.approx([10, protectors, 100 / (10 + protectors)])


def scattered(seed):
    """Nine cells, two peoples, watches of two militias among others, a group without a people, all camps."""
    r = np.random.default_rng(seed)
    villages = [
        Village(int(c), int(r.integers(0, 900)), int(r.integers(2)), int(r.integers(4)))
        for c in np.sort(r.integers(0, 9, 12))
    ]
    groups = {0: [0], 1: [1], 2: [2, 3], 3: [4]}
    bands = [
        Band(int(a), int(r.integers(9)), int(r.integers(0, 40)), int(r.choice(groups[a])), bool(r.random() < 0.7))
        for a in np.sort(r.integers(0, 4, 40))
    ]
    world, rolls = watched(bands, villages, spare=2, seed=seed, shape=(3, 3))
    world.ground = replace(world.ground, raisers=np.array([[OTHERS, -1], [MILITIA, -1]], np.int16))
    enmity = np.triu(r.choice([0.0, 0.3, 1.0], (4, 4)), 1)
    world.actors.enmity[:] = enmity + enmity.T
    world.step = int(r.integers(1000))
    return world, rolls


def reference(world, p, weeks):
    """Rows of the log and people afterwards, straight from the equation of the module."""
    ground, units, actors = world.ground, world.units, world.actors
    cell, actor, men = units.cell.tolist(), units.actor.tolist(), units.strength.tolist()
    population, rows = world.communities.population.tolist(), []
    near = [[int(n) for n in row if n >= 0] for row in ground.neighbours]
    for u in range(len(men)):
        if men[u] == 0 or actor[u] not in ground.raisers or units.role[u] != Role.GARRISON:
            continue
        weigh, begin = draws(world, Stream.STAND_DOWN, u)[0, :2]
        c, people = cell[u], int(world.groups.people[units.group[u]])
        here = np.flatnonzero(ground.community_cell == c)
        here = np.roll(here, -math.floor(begin * here.size))
        homes = [int(m) for m in here if people in (-1, ground.community_people[m])]
        if not homes:
            continue
        m = homes[0]
        kin = ground.kinship[ground.community_people[m]]
        friends = {k for k in range(4) if kin[k] > 0} | {actors.camp[actor[u]]} | ({world.communities.camp[m]} - {0})
        around = [
            (a, n * (1.0 if x == c else p.nearby))
            for x, a, n in zip(cell, actor, men, strict=True)
            if x in [c, *near[c]]
        ]
        threat = sum(actors.enmity[actor[u], a] * n for a, n in around)
        protectors = sum(n for a, n in around if actors.camp[a] in friends)
        hazard = p.stand_down * threat / (threat + protectors)
        if weigh < 1 - math.exp(-hazard * weeks):
            rows.append((c, m, actor[u], -1, men[u]))
            population[m] += men[u]
            men[u] = 0
    return rows, population, men


@pytest.mark.parametrize("seed", range(few(40, 12)))
def test_against_the_reference(seed):
    world, rolls = scattered(seed)
    rows, population, men = reference(world, PARAMETERS, 1.5)
    run_step(world, PARAMETERS, rolls, 1.5)
    assert [row[2:] for row in decisions_of(world)] == rows
    assert world.communities.population.tolist() == population
    assert world.units.strength.tolist() == men


def test_the_reference_has_watches_to_check():
    found = [(world, reference(world, PARAMETERS, 1.5)) for world, _ in map(scattered, range(12))]
    rows = [row for _, (rows, _, _) in found for row in rows]
    assert len(rows) > 20
    assert {row[2] for row in rows} == {MILITIA, OTHERS}
    stayed = sum(int((np.array(men) > 0).sum()) for _, (_, _, men) in found)
    assert stayed > 20
    assert any(len({row[0] for row in rows}) < len(rows) for _, (rows, _, _) in found)  # two of one cell


@tries(60, 15)
@given(st.integers(0, 2**32 - 1), st.floats(0, 10), st.floats(0, 1), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, rate, nearby, weeks):
    """Fighters become people one for one; only garrisons of the militias that are raised, to homes where they stood."""
    world, rolls = scattered(seed)
    before = snapshot(world)
    run_step(world, PARAMETERS.model_copy(update={"stand_down": rate, "nearby": nearby}), rolls, weeks)
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength", "cells.pledged"}
    assert changed(before, after) - index <= {"communities.population", "units.strength"}
    rows = decisions_of(world)
    gone = np.flatnonzero(before["units.strength"] != after["units.strength"])
    assert (after["units.strength"][gone] == 0).all()
    assert before["units.strength"][gone].tolist() == [row[6] for row in rows]
    assert set(world.units.actor[gone].tolist()) <= {MILITIA, OTHERS}
    assert (world.units.role[gone] == int(Role.GARRISON)).all()
    back = after["communities.population"] - before["communities.population"]
    assert back.tolist() == np.bincount([r[3] for r in rows], [r[6] for r in rows], back.size).tolist()
    assert world.ledger["fighters_home"] == back.sum()
    assert world.ledger["recruits"] == 0
    for u, row, terms in zip(gone, rows, world.decisions.terms, strict=False):
        assert world.ground.community_cell[row[3]] == row[2] == world.units.cell[u]
        people = world.groups.people[world.units.group[u]]
        assert people in (-1, world.ground.community_people[row[3]])
        assert terms[0] > 0
        assert row[6] <= terms[1] + 1e-3
        assert 0 < terms[2] < rate
    here = np.zeros_like(world.cells.strength)
    np.add.at(here, (world.units.cell, world.units.actor), world.units.strength)
    np.testing.assert_array_equal(world.cells.strength, here)


@pytest.mark.parametrize(("rate", "weeks", "soldiers"), [(0.4, 1.0, 0), (0.1, 31 / 7, 0), (1.0, 0.5, 30)])
def test_how_often_watches_stand_down(rate, weeks, soldiers):
    """1 - exp(-lambda weeks), whatever the length of the step: 10 against 10, with 30 soldiers 10 against 40."""
    n = few(3_000, 400)
    went = 0
    p = PARAMETERS.model_copy(update={"stand_down": rate})
    for seed in range(n):
        world, rolls = watched([Band(0, 0, soldiers), Band(FOES, 0, 20), watch(10)], seed=seed)
        run_step(world, p, rolls, weeks)
        went += len(decisions_of(world))
    hazard = rate * (0.5 if soldiers == 0 else 0.2)
    assert binomtest(went, n, 1 - math.exp(-hazard * weeks)).pvalue > UNLIKELY


@pytest.mark.parametrize(
    ("band", "village", "update", "goes"),
    [
        (watch(), Village(0, 300, people=1), {}, True),
        (watch(), Village(0, 300, people=1), {"stand_down": 0.0}, False),  # the switch
        (Band(MILITIA, 0, 5), Village(0, 300, people=1), {}, False),  # a mobile band
        (Band(OTHERS, 0, 5, garrison=True), Village(0, 300, people=1), {}, False),  # a militia that nobody raises
        (watch(cell=1), Village(0, 300, people=1), {}, False),  # far from its people
        (watch(), Village(0, 300, people=0), {}, False),  # among others
        (watch(group=3), Village(0, 300, people=0), {}, True),  # of no people
        (watch(), Village(0, 0, people=1), {}, True),  # to a village that has been left
    ],
)
def test_who_goes_home(band, village, update, goes):
    world, rolls = watched([Band(FOES, 0, 50), Band(FOES, 1, 50), band], [village])
    run_step(world, PARAMETERS.model_copy(update={"stand_down": 10.0, **update}), rolls, 1e4)
    assert len(decisions_of(world)) == goes
    assert world.units.strength.tolist() == [50, 50, 0 if goes else 5]


def test_nobody_goes_home_where_there_is_no_enemy():
    """No fighters, no enmity, or a truce that leaves none."""
    for foes, enmity in ((0, 0.5), (50, 0.0)):
        world, rolls = watched([Band(FOES, 0, foes), watch()])
        world.actors.enmity[:] = np.where(world.actors.enmity > 0, enmity, 0.0)
        run_step(world, PARAMETERS, rolls, 1e4)
        assert decisions_of(world) == []


def test_who_goes_leaves_the_others_more_exposed():
    """Three watches of 10 against 30: protectors are 30, 20 and 10, and the last is the most likely to go."""
    world, rolls = watched([Band(FOES, 0, 60), watch(10), watch(10), watch(10)])
    run_step(world, PARAMETERS, rolls, 1e4)
    assert world.decisions.terms[:3, :3].tolist() == [pytest.approx([30, g, 24 / (30 + g)]) for g in (30, 20, 10)]


def test_places_are_free_again():
    """A militia with one place raises again after its watch has gone home: never two bands, nobody made or lost."""
    p = PARAMETERS.model_copy(update={
        "rate": 10.0, "share": 0.1, "size": 20, "least": 4, "guard": 1.0, "protector_scale": 1e4, "stand_down": 0.5,
    })  # fmt: skip
    world, rolls = watched([Band(FOES, 0, 50)], [Village(0, 300, people=1, fear=1e9)], spare=1)
    raised, gone = [], []
    for step in range(200):
        world.step = step
        world.cells.memory[:] = 1e9
        run_step(world, p, rolls, 1.0)
        armed = int(world.units.strength[world.units.actor == MILITIA].sum())
        assert armed in (0, 20)
        assert armed + int(world.communities.population.sum()) == 300
    for row in decisions_of(world):
        (raised if row[1] == Decision.MILITIA_RAISED else gone).append(row[6])
    assert len(gone) > 20
    assert len(raised) - len(gone) in (0, 1)
    assert world.ledger["recruits"] - world.ledger["fighters_home"] == sum(raised) - sum(gone) == armed


def test_the_cycle_ends_when_blood_is_no_longer_shed():
    """Raising needs remembered deaths: without them the watches go home and none comes after them."""
    p = PARAMETERS.model_copy(update={"rate": 10.0, "share": 0.1, "size": 20, "least": 4, "guard": 1.0})
    world, rolls = watched([Band(FOES, 0, 50), watch(7)], [Village(0, 300, people=1, fear=1e9)], spare=2)
    for step in range(200):
        world.step = step
        world.cells.memory[:] = 1e9 if step < 50 else 0.0
        run_step(world, p, rolls, 1.0)
    kinds = [(row[0], row[1]) for row in decisions_of(world)]
    assert sum(kind == Decision.MILITIA_RAISED for step, kind in kinds if step < 50) > 5
    assert not [kind for step, kind in kinds if step >= 50 and kind == Decision.MILITIA_RAISED]
    assert world.communities.population.tolist() == [307]
