"""Defection of units: by hand, against a slow reference, invariants, and the laws of the two draws."""

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
from sahelsim.mechanisms.defection.parameters import DefectionParameters
from sahelsim.mechanisms.defection.step import note_growth, pay_received, run_step, tide
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.groups import adopting_groups

SIZES = np.array([30, 15], np.int32)
BY_HAND = least(
    DefectionParameters, rate=1.0, reach=0.5, ideology=4.0, balance=1.2, pay=1.0, momentum=2.0, kin=0.8, cohesion=4.0
)


def meetings(n: int):
    """In each of n cells a band of 20 of actor 0 and one of 60 of actor 1; the fighters of both are of people 0."""
    rows = math.isqrt(n)
    bands = [Band(a, c, 20 if a == 0 else 60) for a in (0, 1) for c in range(rows * rows)]
    world = little_world(bands, shape=(rows, rows), groups=[(0, 0), (1, 0)])
    world.actors.rival[0, 1] = world.actors.rival[1, 0] = 1
    world.actors.traits[Trait.IDEOLOGY] = [0.6, 0.9]
    world.actors.traits[Trait.PAY] = [1.0, 1.5]
    world.actors.momentum[:] = [-0.1, 0.15]
    world.groups.cohesion[:] = world.groups.full_cohesion[:] = [0.5, 1.0]
    return world, rows * rows


CHANCE_TO_WEIGH = 1 - math.exp(-1)


def test_by_hand():
    """A band of 20 beside one of 60 of a rival (s = 30):

    balance 1.2 ln(90 / 50) = 0.70534, pay ln(1.5 / 1) = 0.40547, ideology -4 * 0.3 = -1.2,
    momentum 2 (0.15 + 0.1) = 0.5, kin 0.8, cohesion -4 * 0.5 = -2; U = -0.78919, so it goes with chance 0.31235.
    """
    world, n = meetings(few(400, 100))
    chance = 1 / (1 + math.exp(0.78919))
    assert chance == pytest.approx(0.31235, abs=1e-5)
    run_step(world, BY_HAND, SIZES, 1.0)
    weigh, decide = draws(world, Stream.DEFECTION, np.arange(n))[:, :2].T
    expected = (weigh < CHANCE_TO_WEIGH) & (decide < chance)
    assert 0 < expected.sum() < n
    np.testing.assert_array_equal(world.units.actor[:n] == 1, expected)
    row = world.decisions.terms[[r[3] for r in decisions_of(world)].index(int(np.flatnonzero(expected)[0]))]
    assert row[:6] == pytest.approx([0.70534, 0.40547, -1.2, 0.5, 0.8, -2.0], abs=1e-5)


def test_growth_by_hand():
    """80 and 60 fighters of the first day are usual. Of 80 and 60 men 30 go over: the rises are -30 / 132 and
    30 / 152. In one half-life the usual goes half of the way, to 65 and 75: -15 / 117 and 15 / 167.
    """
    world = little_world([Band(0, 0, 50), Band(0, 0, 30), Band(1, 0, 60)])
    p = BY_HAND.model_copy(update={"rise": 3.0, "rise_half_life": 8.0})
    actors = world.actors
    note_growth(world, p, 8.0)
    assert actors.usual.tolist() == [80.0, 60.0]
    assert actors.rise.tolist() == [0.0, 0.0]
    world.units.actor[1], world.step = 1, 1
    note_growth(world, p, 8.0)
    assert actors.rise.tolist() == pytest.approx([-30 / 132, 30 / 152])
    assert actors.usual.tolist() == pytest.approx([65.0, 75.0])
    note_growth(world, p, 2.0)
    assert actors.rise.tolist() == pytest.approx([-15 / 117, 15 / 167])
    assert actors.usual.tolist() == pytest.approx([50 + 15 * 2**-0.25, 90 - 15 * 2**-0.25])
    actors.momentum[:] = [-0.1, 0.15]
    assert tide(world, p) == pytest.approx([-0.2 - 3 * 15 / 117, 0.3 + 3 * 15 / 167])


@pytest.mark.parametrize(
    ("now", "usual", "rise"),
    [
        (0, 0.0, 0.0),  # not there, and never was
        (0, 8.0, -0.8),
        (8, 0.0, 0.8),
        (199, 99.0, 1 / 3),  # from 99 + 1 to 199 + 1: doubled
        (99, 199.0, -1 / 3),  # and halved
        (10_000_000, 0.0, 1.0),
        (0, 1e7, -1.0),
    ],
)
def test_growth_of_one_actor(now, usual, rise):
    world = little_world([Band(0, 0, now), Band(1, 0, 60)])
    world.step, world.actors.usual[0] = 1, usual
    note_growth(world, BY_HAND.model_copy(update={"rise_half_life": 8.0}), 1.0)
    assert world.actors.rise[0] == pytest.approx(rise, abs=1e-6)


@tries(60, 15)
@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000), st.floats(0, 1e7), st.floats(0, 1e7), st.floats(1, 520))
def test_growth_is_bounded_and_even_handed(now, more, usual, other, half_life):
    """It lies in (-1, 1), is 0 where nothing changed, turns its sign when now and before are exchanged, and who has
    grown more stands higher; the first day is the usual one."""
    p = BY_HAND.model_copy(update={"rise_half_life": half_life})
    world = little_world([Band(0, 0, now), Band(1, 0, now + more), Band(2, 0, now)], actor_camp=(1, 2, 2))
    world.step = 1
    world.actors.usual[:] = [usual, usual, now]
    note_growth(world, p, 1.0)
    less, greater, none = world.actors.rise
    assert -1 < less <= greater < 1
    assert none == 0
    assert min(now, usual) <= world.actors.usual[0] * (1 + 1e-12)
    assert world.actors.usual[0] <= max(now, usual) * (1 + 1e-12)
    back = little_world([Band(0, 0, now), Band(1, 0, now + more)])
    back.step = 1
    back.actors.usual[:] = [now + more, now]
    note_growth(back, p, 1.0)
    assert back.actors.rise[0] == -back.actors.rise[1]
    first = little_world([Band(0, 0, now), Band(1, 0, now + more)])
    first.actors.usual[:] = other
    note_growth(first, p, 1.0)
    assert first.actors.rise.tolist() == [0.0, 0.0]


def test_an_actor_that_halves_is_not_lost_to_its_rival():
    """With a weight of 4 halving counts no more than -4 / 3, and even ruin no more than -4, in the worth of staying."""
    p = BY_HAND.model_copy(update={"momentum": 0.0, "rise": 4.0, "rise_half_life": 40.0})
    for left, worth in ((500, -4 / 3), (1, -4.0)):
        world = little_world([Band(0, 0, left), Band(1, 0, 60)])
        world.step, world.actors.usual[:] = 1, [1000, 60]
        note_growth(world, p, 1.0)
        pulls = tide(world, p)
        assert worth < pulls[0] < worth + 0.02
        assert pulls[1] == 0


def reference(world, p, unit_size, weeks):
    """Actor and group of every unit after the step, and the defections, straight from the equation of the kernel.

    Units weigh one after another in the order of their number; each sees what those before it have done.
    """
    units, actors, groups = world.units, world.actors, world.groups
    actor, group, moves = units.actor.tolist(), units.group.tolist(), []
    strength, cell = units.strength.tolist(), units.cell.tolist()
    ideology = actors.traits[Trait.IDEOLOGY].tolist()
    pay = [w * (p.in_kind * s + 1 - s) for w, s in zip(actors.traits[Trait.PAY], actors.strain, strict=True)]

    def fighters(b, c):
        return sum(s for s, owner, place in zip(strength, actor, cell, strict=True) if owner == b and place == c)

    for u, n in enumerate(strength):
        weigh, decide = draws(world, Stream.DEFECTION, u)[0, :2]
        if n == 0 or weigh >= 1 - math.exp(-p.rate * weeks):
            continue
        a, c, people = actor[u], cell[u], int(groups.people[group[u]])
        offers = []
        for b in range(actors.camp.size):
            distance = abs(ideology[a] - ideology[b])
            if not actors.rival[a, b] or distance > p.reach or fighters(b, c) == 0 or b not in groups.actor:
                continue
            kin = any(groups.actor[g] == b and groups.people[g] == people >= 0 for g in range(groups.actor.size))
            s = unit_size[a]
            offers.append((
                p.balance * math.log((s + fighters(b, c)) / (s + fighters(a, c))) + p.pay * math.log(pay[b] / pay[a])
                - p.ideology * distance + p.momentum * (actors.momentum[b] - actors.momentum[a]) + p.kin * kin
                + p.rise * (actors.rise[b] - actors.rise[a]), -b,
            ))  # fmt: skip
        if not offers:
            continue
        worth, minus_b = max(offers)  # of equals the first
        if decide < 1 / (1 + math.exp(p.cohesion * groups.cohesion[group[u]] - worth)):
            moves.append((c, u, a, -minus_b, n))
            actor[u] = -minus_b
            own = [g for g in range(groups.actor.size) if groups.actor[g] == -minus_b]
            same = [g for g in own if groups.people[g] == people >= 0]
            group[u] = (same or own)[0]  # a mixed band, or one without kin there, joins the first
    return actor, group, moves


def scattered(seed: int):
    """Four actors, most of them rivals, in six cells; groups of two peoples and mixed ones."""
    r = np.random.default_rng(seed)
    bands = [Band(int(a), int(r.integers(6)), int(r.integers(0, 60))) for a in np.sort(r.integers(0, 4, 24))]
    groups = [(0, 0), (0, 1), (1, 1), (1, -1), (2, -1), (3, 0)]
    of = {0: [0, 1], 1: [2, 3], 2: [4], 3: [5]}
    bands = [Band(b.actor, b.cell, b.strength, int(r.choice(of[b.actor]))) for b in bands]
    world = little_world(bands, shape=(2, 3), actor_camp=(1, 2, 2, 1), groups=groups, peoples=2, spare=2, seed=seed)
    rival = np.triu(r.random((4, 4)) < 0.8, 1)
    world.actors.rival[:] = rival | rival.T
    world.actors.traits[Trait.IDEOLOGY] = r.uniform(0, 1, 4)
    world.actors.traits[Trait.PAY] = r.uniform(0.5, 2, 4)
    world.actors.momentum[:] = r.normal(0, 0.3, 4)
    world.actors.rise[:] = r.uniform(-1, 1, 4)
    world.actors.strain[:] = r.uniform(0, 1, 4)
    if seed % 2:
        world.groups.actor[4] = 3  # actor 2 has no group left: nobody can join it, its old group adopts for actor 3
        world.units.actor[world.units.group == 4] = 3
    world.groups.cohesion[:] = r.uniform(0, 1, 6)
    world.step = int(r.integers(1000))
    p = DefectionParameters(
        enabled=True, rate=0.9, reach=0.6, ideology=2.0, balance=1.2, pay=1.0, momentum=2.0, rise=1.0,
        rise_half_life=26.0, kin=0.8, cohesion=2.0, in_kind=0.3,
    )  # fmt: skip
    return world, p, np.array(r.integers(5, 60, 4), np.int32)


@pytest.mark.parametrize("seed", range(few(20, 8)))
def test_against_the_reference(seed):
    world, p, unit_size = scattered(seed)
    for _ in range(3):
        actor, group, moves = reference(world, p, unit_size.tolist(), 1.5)
        logged = len(decisions_of(world))
        run_step(world, p, unit_size, 1.5)
        assert world.units.actor.tolist() == actor
        assert world.units.group.tolist() == group
        rows = decisions_of(world)[logged:]
        assert rows == [(world.step, int(Decision.DEFECTION), *move) for move in moves]
        world.step += 1


def test_the_reference_has_defections_to_check():
    """The comparison above is worth something only if units do go over, to several actors."""
    worlds = [scattered(seed) for seed in range(8)]
    moves = [move for world, p, size in worlds for move in reference(world, p, size.tolist(), 1.5)[2]]
    assert len(moves) > 10
    assert len({to for _, _, _, to, _ in moves}) == 4


@tries(60, 15)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 2), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, rate, reach, weeks):
    world, p, unit_size = scattered(seed)
    before = snapshot(world)
    run_step(world, p.model_copy(update={"rate": rate, "reach": reach}), unit_size, weeks)
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength"}
    assert changed(before, after) - index <= {"units.actor", "units.group"}
    here = np.zeros_like(world.cells.strength)
    np.add.at(here, (world.units.cell, world.units.actor), world.units.strength)
    np.testing.assert_array_equal(world.cells.strength, here)  # follows the defections
    np.testing.assert_array_equal(world.groups.actor[world.units.group], world.units.actor)
    rows = decisions_of(world)
    gone = np.flatnonzero(before["units.actor"] != after["units.actor"])
    assert [row[3] for row in rows] == gone.tolist()
    ideology = world.actors.traits[Trait.IDEOLOGY]
    for _, _, cell, u, old, new, size in rows:
        assert (old, new) == (before["units.actor"][u], after["units.actor"][u])
        assert (cell, size) == (world.units.cell[u], world.units.strength[u])
        assert size > 0
        assert world.actors.rival[old, new] == 1
        assert abs(ideology[old] - ideology[new]) <= reach


@pytest.mark.parametrize(("rate", "weeks"), [(0.2, 1.0), (0.05, 31 / 7), (0.9, 1 / 7)])
def test_share_that_goes_over(rate, weeks):
    """Of the bands of actor 0, (1 - exp(-rate weeks)) times the logistic chance go, whatever the length of the step."""
    world, n = meetings(few(22_500, 2_500))
    run_step(world, BY_HAND.model_copy(update={"rate": rate}), SIZES, weeks)
    gone = int((world.units.actor[:n] == 1).sum())
    chance = (1 - math.exp(-rate * weeks)) / (1 + math.exp(0.78919))
    assert binomtest(gone, n, chance).pvalue > UNLIKELY


def test_limits():
    """No defection at rate 0, to somebody who is no rival, beyond the reach, or out of a group that holds firmly."""
    for update in ({"rate": 0.0}, {"reach": 0.29}, {"cohesion": 120.0}):
        world, _ = meetings(100)
        run_step(world, BY_HAND.model_copy(update=update), SIZES, 1.0)
        assert decisions_of(world) == [], update
    world, _ = meetings(100)
    world.actors.rival[:] = 0
    run_step(world, BY_HAND, SIZES, 1.0)
    assert decisions_of(world) == []


def test_the_reach_itself_is_within_reach():
    """The distance may be as large as `reach`, not larger."""
    for reach, gone in ((0.5, 100), (0.4999, 0)):
        world, _ = meetings(100)
        world.actors.traits[Trait.IDEOLOGY] = [0.25, 0.75]
        run_step(world, BY_HAND.model_copy(update={"rate": 60.0, "reach": reach, "pay": 200.0}), SIZES, 1.0)
        assert len(decisions_of(world)) == gone


def test_all_go_when_everything_pulls():
    world, n = meetings(100)
    run_step(world, BY_HAND.model_copy(update={"rate": 60.0, "pay": 200.0}), SIZES, 1.0)
    assert (world.units.actor == 1).all()
    assert len(decisions_of(world)) == n


def test_nobody_goes_over_to_a_rival_in_the_next_cell():
    world = little_world([Band(0, 0, 20), Band(1, 1, 900)], shape=(1, 2))
    world.actors.rival[0, 1] = world.actors.rival[1, 0] = 1
    run_step(world, BY_HAND.model_copy(update={"rate": 60.0, "balance": 100.0}), SIZES, 1.0)
    assert decisions_of(world) == []


def test_bands_leave_an_actor_that_cannot_pay():
    """At strain 1 a band gets `in_kind` of its pay: 1.0 against 0.25 pulls by ln 4, so U = -0.78919 + 1.38629."""
    world, n = meetings(few(400, 100))
    world.actors.strain[0] = 1.0
    p = BY_HAND.model_copy(update={"in_kind": 0.25})
    assert pay_received(world, p).tolist() == [0.25, 1.5]
    run_step(world, p, SIZES, 1.0)
    weigh, decide = draws(world, Stream.DEFECTION, np.arange(n))[:, :2].T
    expected = (weigh < CHANCE_TO_WEIGH) & (decide < 1 / (1 + math.exp(0.78919 - math.log(4))))
    np.testing.assert_array_equal(world.units.actor[:n] == 1, expected)


def test_nobody_joins_an_actor_without_a_group():
    world = little_world([Band(0, 0, 20), Band(1, 0, 60)], groups=[(0, 0), (1, 0)])
    world.actors.rival[:] = 1 - np.eye(2, dtype=np.int8)
    world.groups.actor[1] = 0  # its only group has gone; the band of actor 1 is a stray
    run_step(world, BY_HAND.model_copy(update={"rate": 60.0, "balance": 100.0, "cohesion": 0.0}), SIZES, 1.0)
    assert world.units.actor[0] == 0


def test_the_adopting_group_is_the_first_of_the_people_else_the_first():
    world = little_world(groups=[(0, 1), (0, 0), (1, -1), (1, 0)], peoples=2)
    assert adopting_groups(world).tolist() == [[1, 0, 0], [3, 2, 2]]
    world.groups.actor[:] = [1, 1, 1, 1]
    assert adopting_groups(world).tolist() == [[-1, -1, -1], [1, 0, 0]]
