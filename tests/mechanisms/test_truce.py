"""Hostility and truces: by hand, against a slow reference, invariants, and the laws of hazard, drift and memory."""

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
    changed,
    decisions_of,
    draws,
    few,
    least,
    little_world,
    snapshot,
    tries,
)
from sahelsim.mechanisms.truce.kernel import common_enemy_share, overlap_of
from sahelsim.mechanisms.truce.parameters import TruceParameters
from sahelsim.mechanisms.truce.step import drift, refresh_enmity, run_step
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait, TruceState

BY_HAND = least(
    TruceParameters, onset_rate=0.1, onset_hostility=3.0, exhaustion=4.0, exhaustion_scale=0.3 / math.log(2.0),
    common_enemy=2.0, breakdown_rate=0.08, breakdown_ideology=9.0, breakdown_overlap=3.0, breakdown_hostility=1.0,
    negotiated_hold=0.7, truce_relief=0.4, fresh_deaths=5.0,
)  # fmt: skip


def two_movements_and_an_army(seed: int = 1, truce: TruceState = TruceState.NONE):
    """Movements of 100 and 50 who share a cell with 40 and 30, an army that both fight; hostility 0.5, creed 1/2."""
    bands = [Band(0, 0, 40), Band(0, 1, 60), Band(1, 0, 30), Band(1, 2, 20), Band(2, 2, 500)]
    world = little_world(bands, shape=(1, 3), actor_camp=(1, 2, 3), camps=4, seed=seed)
    a = world.actors
    a.rival[0, 1] = a.rival[1, 0] = 1
    a.creed[0, 1] = a.creed[1, 0] = 0.5
    a.hostility[0, 1] = a.hostility[1, 0] = 0.5
    a.truce[0, 1] = a.truce[1, 0] = truce
    a.traits[Trait.IDEOLOGY] = [0.6, 0.8, 0.0]
    a.loss_memory[0, 1] = a.loss_memory[1, 0] = 15.0
    for x, y, fights in ((0, 1, 2.0), (0, 2, 6.0), (1, 2, 4.0)):
        a.fight_memory[x, y] = a.fight_memory[y, x] = fights
    return world


@pytest.mark.parametrize(
    ("before", "hazard", "after"),
    [
        (TruceState.NONE, 0.1 * math.exp(1.642857), TruceState.NEGOTIATED),
        (TruceState.TACIT, 0.08 * math.exp(2.057143), TruceState.NONE),
        (TruceState.NEGOTIATED, 0.7 * 0.08 * math.exp(2.057143), TruceState.NONE),
    ],
)
def test_by_hand(before, hazard, after):
    """15 deaths of 50: X = 1 - exp(-0.3 ln 2 / 0.3) = 0.5. Fights 2, 6, 4: E = 2 * 4 / (2 + 6 + 2 + 4) = 0.571429.

    O = 30 / 50 = 0.6; w |i_a - i_b| = 0.5 * 0.2 = 0.1. Onset: -3 * 0.5 + 4 * 0.5 + 2 E = 1.642857, hazard 0.5170;
    breakdown: 9 * 0.1 + 3 * 0.6 + 0.5 - 2 E = 2.057143, hazard 0.6259 (tacit), 0.4381 (negotiated).
    15 fresh dead are 5 or more: a negotiated truce. Relief takes hostility from 0.5 to 0.3.
    """
    outcomes = set()
    for seed in range(40):
        world = two_movements_and_an_army(seed, before)
        happens = draws(world, Stream.TRUCE, 0 * 3 + 1)[0, 0] < 1 - math.exp(-hazard * 2)
        run_step(world, BY_HAND, 2.0)
        now = after if happens else before
        relieved = happens and before == TruceState.NONE
        assert world.actors.truce.tolist() == [[0, now, 0], [now, 0, 0], [0, 0, 0]]
        assert world.actors.hostility[0, 1] == world.actors.hostility[1, 0] == pytest.approx(0.3 if relieved else 0.5)
        if happens:
            kind = Decision.TRUCE_ONSET if before == TruceState.NONE else Decision.TRUCE_BREAKDOWN
            assert decisions_of(world) == [(0, kind, -1, 1, before, after, 0)]
            assert world.decisions.terms[0, :6] == pytest.approx([0.5, 0.5, 4 / 7, 0.6, 0.1, hazard], rel=1e-5)
        else:
            assert decisions_of(world) == []
        outcomes.add(bool(happens))
    assert outcomes == {False, True}


def test_coexistence_without_fresh_dead_is_tacit():
    for deaths, state in ((4.99, TruceState.TACIT), (5.0, TruceState.NEGOTIATED)):
        world = two_movements_and_an_army()
        world.actors.loss_memory[:2, :2] = deaths
        run_step(world, BY_HAND.model_copy(update={"onset_rate": 60.0}), 2.0)
        assert world.actors.truce[0, 1] == state


def test_drift_and_enmity_by_hand():
    """Resting level 0.2 + 1.6 * 0.5 * 0.2 = 0.36; in ln 2 / 0.1 weeks half of the gap from 0.5 is closed: 0.43."""
    world = two_movements_and_an_army(truce=TruceState.TACIT)
    world.actors.resting[0, 1] = world.actors.resting[1, 0] = 0.2
    world.actors.hostility[0, 2] = world.actors.hostility[2, 0] = 0.9
    drift(world, least(TruceParameters, ideology=1.6, drift=0.1), math.log(2.0) / 0.1)
    assert world.actors.hostility[0] == pytest.approx([0.0, 0.43, 0.9])  # the army's is no rivalry: it stays
    refresh_enmity(world, 0.02, 0.03)
    assert world.actors.enmity[0] == pytest.approx([0.0, 0.43 * 0.02, 0.9])
    world.actors.truce[0, 2] = world.actors.truce[2, 0] = TruceState.NEGOTIATED
    refresh_enmity(world, 0.02, 0.03)
    assert world.actors.enmity[2] == pytest.approx([0.9 * 0.03, 0.0, 0.0])


def reference(world, p, weeks):
    """Hostility, truces and what happens in `drift` and `run_step`, dyad by dyad, from the equations of the kernel."""
    a, units = world.actors, world.units
    number, cells = a.camp.size, world.ground.cells
    fade = 0.5 ** (weeks / p.memory_half_life)
    h, truce, happened = a.hostility.tolist(), a.truce.tolist(), []
    fighters = [[0] * cells for _ in range(number)]
    for owner, cell, strength in zip(units.actor, units.cell, units.strength, strict=True):
        fighters[owner][cell] += int(strength)
    for x in range(number):
        for y in range(x + 1, number):
            if not a.rival[x, y]:
                continue
            gap = a.creed[x, y] * abs(a.traits[Trait.IDEOLOGY, x] - a.traits[Trait.IDEOLOGY, y])
            rest = min(1.0, max(0.0, a.resting[x, y] + a.voice[x, y] + p.ideology * gap))
            level = rest + (h[x][y] - rest) * math.exp(-p.drift * weeks)
            h[x][y] = h[y][x] = level
            weaker = min(sum(fighters[x]), sum(fighters[y]))
            if a.held[x, y] or weaker == 0:
                continue
            overlap = sum(min(i, j) for i, j in zip(fighters[x], fighters[y], strict=True)) / weaker
            fights = a.fight_memory * fade
            all_fights = fights[x].sum() + fights[y].sum()
            shared = sum(2 * min(fights[x, e], fights[y, e]) for e in range(number) if e not in (x, y))
            enemy = shared / all_fights if all_fights else 0.0
            deaths = a.loss_memory[x, y] * fade
            tired = 1 - math.exp(-deaths / (p.exhaustion_scale * weaker))
            before = truce[x][y]
            if before == TruceState.NONE:
                log_hazard = -p.onset_hostility * level + p.exhaustion * tired + p.common_enemy * enemy
                hazard = p.onset_rate * math.exp(log_hazard)
                after = TruceState.NEGOTIATED if deaths >= p.fresh_deaths else TruceState.TACIT
            else:
                pressure = p.breakdown_ideology * gap + p.breakdown_overlap * overlap + p.breakdown_hostility * level
                hazard = p.breakdown_rate * math.exp(pressure - p.common_enemy * enemy)
                hazard *= p.negotiated_hold if before == TruceState.NEGOTIATED else 1.0
                after = TruceState.NONE
            if draws(world, Stream.TRUCE, x * number + y)[0, 0] < 1 - math.exp(-hazard * weeks):
                truce[x][y] = truce[y][x] = int(after)
                if after != TruceState.NONE:
                    h[x][y] = h[y][x] = level * (1 - p.truce_relief)
                happened.append((x * number + y, int(before), int(after)))
    return h, truce, happened


def scattered(seed: int):
    """Five actors, most of them rivals, one that may be gone, with memories of fights."""
    r = np.random.default_rng(seed)
    bands = [Band(int(a), int(r.integers(6)), int(r.integers(0, 60))) for a in np.sort(r.integers(0, 5, 18))]
    world = little_world(bands, shape=(2, 3), actor_camp=(1, 2, 3, 1, 2), camps=4, seed=seed)
    a = world.actors
    for name, values in {
        "rival": r.random((5, 5)) < 0.8, "creed": r.random((5, 5)), "resting": r.uniform(-0.3, 0.9, (5, 5)),
        "voice": r.uniform(0, 0.3, (5, 5)),
        "hostility": r.random((5, 5)), "truce": r.integers(0, 3, (5, 5)), "held": r.random((5, 5)) < 0.15,
        "loss_memory": r.exponential(8.0, (5, 5)),
        "fight_memory": r.exponential(2.0, (5, 5)) * r.integers(0, 2, (5, 5)),
    }.items():  # fmt: skip
        upper = np.triu(values, 1)
        getattr(a, name)[:] = upper + upper.T
    a.traits[Trait.IDEOLOGY] = r.random(5)
    world.step = int(r.integers(1000))
    p = TruceParameters(
        enabled=True, ideology=1.6, drift=0.1, escalation=0.03, onset_rate=0.2, onset_hostility=2.0, exhaustion=2.0,
        common_enemy=1.5, breakdown_rate=0.1, breakdown_ideology=3.0, breakdown_overlap=2.0, breakdown_hostility=1.0,
        negotiated_hold=0.7, memory_half_life=10.0, truce_relief=0.4, fresh_deaths=5.0, exhaustion_scale=0.1,
    )  # fmt: skip
    return world, p


@pytest.mark.parametrize("seed", range(few(24, 10)))
def test_against_the_reference(seed):
    world, p = scattered(seed)
    for weeks in (1.0, 1 / 7, 4.0):
        hostility, truce, happened = reference(world, p, weeks)
        logged = len(decisions_of(world))
        drift(world, p, weeks)
        run_step(world, p, weeks)
        assert world.actors.truce.tolist() == truce
        assert world.actors.hostility == pytest.approx(np.array(hostility), abs=1e-12)
        assert [(row[3], *row[4:6]) for row in decisions_of(world)[logged:]] == happened
        world.step += 1


@tries(80, 25)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, onset, breakdown, drifting, weeks):
    world, p = scattered(seed)
    p = p.model_copy(update={"onset_rate": onset, "breakdown_rate": breakdown, "drift": drifting})
    before = snapshot(world)
    for _ in range(3):
        drift(world, p, weeks)
        run_step(world, p, weeks)
        refresh_enmity(world, 0.02, 0.03)
        world.step += 1
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength"}
    moved = {f"actors.{name}" for name in ("hostility", "truce", "loss_memory", "fight_memory", "enmity")}
    assert changed(before, after) - index <= moved
    a = world.actors
    for matrix in (a.truce, a.hostility, a.enmity, a.loss_memory, a.fight_memory):
        np.testing.assert_array_equal(matrix, matrix.T)
    assert set(np.unique(a.truce)) <= set(TruceState)
    assert ((a.hostility >= 0) & (a.hostility <= 1)).all()
    assert ((a.enmity >= 0) & (a.enmity <= a.hostility)).all()
    fixed = (a.rival == 0) | (a.held == 1)
    np.testing.assert_array_equal(a.truce[fixed], before["actors.truce"][fixed])
    np.testing.assert_array_equal(a.hostility[a.rival == 0], before["actors.hostility"][a.rival == 0])
    truce = before["actors.truce"].copy()  # the log tells the whole story
    for _, kind, cell, dyad, old, new, size in decisions_of(world):
        x, y = divmod(dyad, 5)
        assert x < y
        assert truce[x, y] == old != new
        assert (kind == Decision.TRUCE_ONSET) == (old == TruceState.NONE)
        assert (cell, size) == (-1, 0)
        truce[x, y] = truce[y, x] = new
    np.testing.assert_array_equal(truce, a.truce)


@tries(60, 20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 8))
def test_overlap_and_common_enemies_are_shares(seed, actors, cells):
    r = np.random.default_rng(seed)
    strength = (r.integers(0, 50, (cells, actors)) * r.integers(0, 2, (cells, actors))).astype(np.int32)
    fights = np.triu(r.exponential(1.0, (actors, actors)) * r.integers(0, 2, (actors, actors)), 1)
    fights = fights + fights.T
    for x in range(actors):
        for y in range(actors):
            if x != y:
                assert 0.0 <= overlap_of(strength, x, y) == overlap_of(strength, y, x) <= 1.0
                assert 0.0 <= common_enemy_share(fights, x, y) <= 1.0 + 1e-12
                assert common_enemy_share(fights, x, y) == pytest.approx(common_enemy_share(fights, y, x))
    full = np.ones((cells, 2), np.int32)
    assert overlap_of(full, 0, 1) == 1.0
    assert overlap_of(full * np.array([[1, 0]], np.int32), 0, 1) == 0.0
    assert common_enemy_share(np.array([[0.0, 0, 3], [0, 0, 3], [3, 3, 0]]), 0, 1) == 1.0
    assert common_enemy_share(np.array([[0.0, 3, 0], [3, 0, 0], [0, 0, 0]]), 0, 1) == 0.0
    assert common_enemy_share(np.zeros((3, 3)), 0, 1) == 0.0


@pytest.mark.parametrize(
    ("state", "weeks"), [(TruceState.NONE, 1.0), (TruceState.TACIT, 1 / 7), (TruceState.NEGOTIATED, 31 / 7)]
)
def test_hazards(state, weeks):
    """Onsets and breakdowns happen with chance 1 - exp(-hazard weeks), whatever the length of the step."""
    n, count = few(4000, 800), 0
    p = least(TruceParameters, onset_rate=0.1, breakdown_rate=0.3, negotiated_hold=0.5)
    world = two_movements_and_an_army()
    hazard = {TruceState.NONE: 0.1, TruceState.TACIT: 0.3, TruceState.NEGOTIATED: 0.15}[state]
    for step in range(n):
        world.step = step
        world.actors.truce[0, 1] = world.actors.truce[1, 0] = state
        run_step(world, p, weeks)
        count += int(world.actors.truce[0, 1] != state)
    assert binomtest(count, n, 1 - math.exp(-hazard * weeks)).pvalue > UNLIKELY


def test_time_under_truce():
    """With onset 0.2 and breakdown 0.1 a week the dyad is at truce two thirds of the time (renewal theorem)."""
    n, under = few(12_000, 2_000), 0
    world = two_movements_and_an_army()
    p = least(TruceParameters, onset_rate=0.2, breakdown_rate=0.1, negotiated_hold=1.0)
    for step in range(n):
        world.step = step
        run_step(world, p, 0.1)
        under += int(world.actors.truce[0, 1] != TruceState.NONE)
    # indicator with autocorrelation time 1 / (0.2 + 0.1) weeks = 33 steps: standard error sqrt(2 * 33 * 2/9 / n)
    assert abs(under / n - 2 / 3) < 4 * math.sqrt(2 * 33.3 * (2 / 9) / n)


def test_limits():
    """Rates of 0 change nothing, large ones act at once; a held dyad, no rivalry and an absent side keep out."""
    never, always = (
        least(TruceParameters),
        least(TruceParameters, onset_rate=800.0, breakdown_rate=800.0, negotiated_hold=1.0),
    )
    for state in TruceState:
        world = two_movements_and_an_army(truce=state)
        run_step(world, never, 4.0)
        assert world.actors.truce[0, 1] == state
        world.actors.held[0, 1] = world.actors.held[1, 0] = 1
        run_step(world, always, 4.0)
        assert world.actors.truce[0, 1] == state
        world.actors.held[:] = 0
        run_step(world, always, 4.0)
        assert (world.actors.truce[0, 1] == TruceState.NONE) == (state != TruceState.NONE)
        assert (world.actors.truce[2] == 0).all()
        world = two_movements_and_an_army(truce=state)
        world.units.strength[world.units.actor == 1] = 0
        run_step(world, always, 4.0)
        assert world.actors.truce[0, 1] == state


@pytest.mark.parametrize(("resting", "creed", "level"), [(0.2, 0.5, 0.36), (0.9, 1.0, 1.0), (-0.5, 0.0, 0.0)])
def test_drift_ends_at_the_resting_level(resting, creed, level):
    """min(1, max(0, base + claims + 1.6 w 0.2)), approached as exp(-drift t) in steps of any length."""
    for weeks in (0.5, 5.0):
        world = two_movements_and_an_army()
        world.actors.resting[0, 1] = world.actors.resting[1, 0] = resting
        world.actors.creed[0, 1] = world.actors.creed[1, 0] = creed
        p = least(TruceParameters, ideology=1.6, drift=0.05)
        for _ in range(round(20 / weeks)):
            drift(world, p, weeks)
        assert world.actors.hostility[0, 1] == pytest.approx(level + (0.5 - level) * math.exp(-1.0), rel=1e-9)
        for _ in range(round(1000 / weeks)):
            drift(world, p, weeks)
        assert world.actors.hostility[0, 1] == pytest.approx(level, abs=1e-9)


def test_memories_halve():
    world = two_movements_and_an_army()
    for _ in range(14):
        drift(world, least(TruceParameters, memory_half_life=3.0), 3.0 / 7)
    assert world.actors.loss_memory[0, 1] == pytest.approx(15.0 / 4)
    assert world.actors.fight_memory[2].tolist() == pytest.approx([6.0 / 4, 4.0 / 4, 0.0])
