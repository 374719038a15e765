"""Katibas: by hand, against a slow reference, invariants, and the laws of the draws."""

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
from sahelsim.mechanisms.katiba.parameters import KatibaParameters
from sahelsim.mechanisms.katiba.step import change_sides, kill_commander, muster, recover, risk_commanders
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Trait
from sahelsim.world.index import index_units

SIZES = np.array([20, 20], np.int32)
WEIGHS = least(
    DefectionParameters, reach=0.5, ideology=4.0, balance=1.2, pay=1.0, momentum=2.0, kin=0.8, cohesion=4.0, in_kind=1.0
)
KATIBA = least(
    KatibaParameters, exposure=2.0, cohesion_loss=0.4, new_command=0.5, command_half_life=10.0, cohesion_recovery=0.1,
    rate=1.0, command=1.0, strain=3.0,
)  # fmt: skip


# --- commanders


def test_a_commander_dies_by_hand():
    """Cohesion 0.8 loses 0.4 * 0.5 under a commander of half authority, which halves again; the next is number 4."""
    world = little_world([Band(0, 0, 5), Band(0, 1, 30), Band(1, 1, 9)], shape=(1, 2))
    world.groups.cohesion[:] = world.groups.full_cohesion[:] = 0.8
    world.groups.command[0] = 0.5
    world.groups.commander[0] = 3
    world.step = 7
    kill_commander(world, KATIBA, 0, 0.4)
    assert world.groups.cohesion.tolist() == pytest.approx([0.6, 0.8])
    assert world.groups.command.tolist() == [0.25, 1.0]
    assert world.groups.commander.tolist() == [4, 0]
    assert decisions_of(world) == [(7, int(Decision.COMMANDER_KILLED), 1, 0, 3, 4, 35)]  # where most of them are
    assert world.decisions.terms[0, :4].tolist() == pytest.approx([0.0, 0.0, 0.8, 0.6])


def test_cohesion_does_not_fall_below_nothing():
    world = little_world([Band(0, 0, 5)])
    world.groups.cohesion[:] = 0.3
    kill_commander(world, KATIBA, 1, 0.9)
    assert world.groups.cohesion[1] == 0.0
    assert decisions_of(world)[0][2] == -1  # a group without fighters is nowhere


@pytest.mark.parametrize(("before", "after", "exposure"), [(40, 30, 1.0), (40, 30, 5.0), (8, 0, 1.0), (500, 499, 3.0)])
def test_how_often_commanders_die(before, after, exposure):
    """A group that loses the share L loses its commander with probability 1 - exp(-exposure L)."""
    n = few(10_000, 1_000)
    world = little_world(groups=[(0, -1)] * n + [(1, -1)], spare=1)
    world.groups.fighters[:] = before
    world.units.strength[0] = after
    fallen = 0
    for g in range(few(200, 40)):  # the same loss in one group after another, on many days
        world.units.group[0] = g
        world.groups.fighters[:] = 0
        world.groups.fighters[g] = before
        for day in range(n // few(200, 40)):
            world.step = day
            risk_commanders(world, KATIBA.model_copy(update={"exposure": exposure}))
    fallen = int(world.groups.commander.sum())
    chance = 1 - math.exp(-exposure * (before - after) / before)
    assert binomtest(fallen, n, chance).pvalue > UNLIKELY


def test_a_commander_who_fell_in_battle_is_logged_with_the_loss():
    world = little_world([Band(0, 0, 40), Band(1, 0, 40)])
    world.groups.cohesion[:] = world.groups.full_cohesion[:] = 0.9
    muster(world)
    assert world.groups.fighters.tolist() == [40, 40]
    world.units.strength[0] = 10
    risk_commanders(world, KATIBA.model_copy(update={"exposure": 20.0}))  # 1 - exp(-15)
    assert decisions_of(world) == [(0, int(Decision.COMMANDER_KILLED), 0, 0, 0, 1, 10)]
    assert world.decisions.terms[0, :4].tolist() == pytest.approx([15.0, 0.75, 0.9, 0.5], abs=1e-6)


def test_without_losses_no_commander_dies():
    world = little_world([Band(0, 0, 40), Band(1, 0, 40)])
    muster(world)
    world.units.strength[0] = 60  # recruits
    risk_commanders(world, KATIBA.model_copy(update={"exposure": 20.0}))
    assert decisions_of(world) == []


@pytest.mark.parametrize(("weeks", "steps"), [(1.0, 20), (0.5, 7), (3.0, 4)])
def test_command_is_earned_and_cohesion_follows_it(weeks, steps):
    """The gap of command halves in its half-life; cohesion moves by a share a week towards full_cohesion * command."""
    world = little_world([Band(0, 0, 5)])
    groups = world.groups
    groups.full_cohesion[:] = 0.8
    groups.cohesion[:] = [0.8, 0.2]
    groups.command[:] = [0.2, 1.0]
    cohesion = [0.8, 0.2]
    for step in range(steps):
        recover(world, KATIBA, weeks)
        command = [1 - 0.8 * 0.5 ** ((step + 1) * weeks / 10), 1.0]
        for g in range(2):
            cohesion[g] += 0.1 * weeks * (0.8 * command[g] - cohesion[g])
        assert groups.command.tolist() == pytest.approx(command, rel=1e-12)
        assert groups.cohesion.tolist() == pytest.approx(cohesion, rel=1e-12)
    for _ in range(500):
        recover(world, KATIBA, weeks)
    assert groups.command.tolist() == pytest.approx([1, 1])
    assert groups.cohesion.tolist() == pytest.approx([0.8, 0.8])


# --- whole groups


def rivals(**more):
    """Cells 0, 1 and 5 of a row. Group 0 of actor 0 has 20, 10 and 10 fighters there, group 1 of actor 0 has 50 in the
    last, group 2 of actor 1 has 60 in cell 0.
    """
    bands = [Band(0, 0, 20, 0), Band(0, 1, 10, 0), Band(0, 5, 10, 0), Band(0, 5, 50, 1), Band(1, 0, 60)]
    world = little_world(bands, shape=(1, 6), groups=[(0, 0), (0, -1), (1, 0)], **more)
    world.actors.rival[0, 1] = world.actors.rival[1, 0] = 1
    world.actors.traits[Trait.IDEOLOGY] = [0.6, 0.9]
    world.actors.traits[Trait.PAY] = [1.0, 1.5]
    world.actors.momentum[:] = [-0.1, 0.15]
    world.actors.strain[:] = [0.6, 0.1]
    world.groups.cohesion[:] = 0.5
    world.groups.full_cohesion[:] = 0.75
    world.groups.command[:] = [0.4, 1.0, 1.0]
    return world


def test_a_group_goes_over_by_hand():
    """Hazard 1 * 30 / 40 a week. Balance 1.2 ln((20 + 60) / (20 + 30)) = 0.56400, pay ln 1.5 = 0.40547, ideology
    -4 * 0.3 = -1.2, momentum 2 * 0.25 = 0.5, kin 0.8, strain 3 * 0.5 = 1.5, cohesion -4 * 0.5 = -2,
    command -0.4: U = 0.16947, so it goes with chance 0.54227.
    """  # fmt: skip
    steps = np.arange(few(300, 60))
    gone = []
    for step in steps:
        world = rivals()
        world.step = int(step)
        weigh, decide = draws(world, Stream.KATIBA, 0)[0, :2]
        expected = weigh < 1 - math.exp(-0.75) and decide < 1 / (1 + math.exp(-0.16947))
        change_sides(world, KATIBA, WEIGHS, SIZES, 1.0)
        gone.append(bool(world.groups.actor[0] == 1))
        assert gone[-1] == expected
        if expected:
            assert decisions_of(world)[0] == (step, int(Decision.KATIBA_DEFECTION), 0, 0, 0, 1, 40)
            assert world.decisions.terms[0].tolist() == pytest.approx(
                [0.56400, 0.40547, -1.2, 0.5, 0.8, -2.0, -0.4, 1.5], abs=1e-5
            )
            assert world.units.actor.tolist() == [1, 1, 1, 0, 1]
            assert (world.groups.cohesion[0], world.groups.command[0], world.groups.people[0]) == (0.75, 1.0, 0)
    assert 0 < sum(gone) < len(gone)


def reference(world, k, d, sizes, weeks):
    """Actor of every group after the step, and the rows of the log, straight from the equation of the kernel."""
    units, actors, groups = world.units, world.actors, world.groups
    side, rows = groups.actor.tolist(), []
    unit = [(int(g), int(c), int(s)) for g, c, s in zip(units.group, units.cell, units.strength, strict=True) if s > 0]
    people_of = {b: {int(p) for a, p in zip(side, groups.people, strict=True) if a == b} for b in range(len(sizes))}
    pay = actors.traits[Trait.PAY] * (1 - (1 - d.in_kind) * actors.strain)
    ideology, momentum, strain = actors.traits[Trait.IDEOLOGY], actors.momentum, actors.strain

    near = [{c, *(n for n in row if n >= 0)} for c, row in enumerate(world.ground.neighbours.tolist())]

    def there(b, c):
        return sum(s for g, cell, s in unit if side[g] == b and cell in near[c])

    for g, people in enumerate(groups.people.tolist()):
        a, mine = side[g], [(c, s) for h, c, s in unit if h == g]
        size = sum(s for _, s in mine)
        weigh, decide = draws(world, Stream.KATIBA, g)[0, :2]
        if size == 0 or sum(s for h, _, s in unit if h != g and side[h] == a) < size:
            continue
        offers = []
        for b in range(len(sizes)):
            shared = [(c, s) for c, s in mine if there(b, c) > 0]
            gap = abs(ideology[a] - ideology[b])
            met = sum(s for _, s in shared)
            if not actors.rival[a, b] or gap > d.reach or weigh >= 1 - math.exp(-k.rate * weeks * met / size):
                continue
            odds = sum(s * math.log((sizes[a] + there(b, c)) / (sizes[a] + there(a, c))) for c, s in shared) / met
            worth = d.balance * odds + d.pay * math.log(pay[b] / pay[a]) - d.ideology * gap
            worth += d.momentum * (momentum[b] - momentum[a]) + d.kin * (people >= 0 and people in people_of[b])
            worth += d.rise * (actors.rise[b] - actors.rise[a])
            offers.append((worth + k.strain * (strain[a] - strain[b]), -b))
        held = d.cohesion * groups.cohesion[g] + k.command * groups.command[g]
        if offers and decide < 1 / (1 + math.exp(held - max(offers)[0])):
            side[g] = -max(offers)[1]
            by_cell = {c: sum(s for x, s in mine if x == c) for c, _ in mine}
            seat = max(sorted(by_cell), key=lambda c: by_cell[c])
            rows.append((world.step, int(Decision.KATIBA_DEFECTION), seat, g, a, side[g], size))
    return side, rows


def scattered(seed):
    """Four actors, most of them rivals, in two rows of cells, with ten groups of two peoples and mixed ones."""
    r = np.random.default_rng(seed)
    owner = sorted([*r.integers(0, 4, 6).tolist(), 0, 1, 2, 3])
    groups = [(a, int(r.integers(-1, 2))) for a in owner]
    pick = np.sort(r.integers(0, 10, 30))
    bands = [Band(owner[g], int(r.integers(24)), int(r.integers(0, 60)), int(g)) for g in pick]
    world = little_world(bands, shape=(2, 12), actor_camp=(1, 2, 2, 1), groups=groups, peoples=2, spare=2, seed=seed)
    rival = np.triu(r.random((4, 4)) < 0.8, 1)
    world.actors.rival[:] = rival | rival.T
    world.actors.traits[Trait.IDEOLOGY] = r.uniform(0, 1, 4)
    world.actors.traits[Trait.PAY] = r.uniform(0.5, 2, 4)
    world.actors.momentum[:] = r.normal(0, 0.3, 4)
    world.actors.rise[:] = r.uniform(-1, 1, 4)
    world.actors.strain[:] = r.uniform(0, 1, 4)
    world.groups.cohesion[:] = r.uniform(0, 1, 10)
    world.groups.full_cohesion[:] = r.uniform(0.5, 1, 10)
    world.groups.command[:] = r.uniform(0, 1, 10)
    world.step = int(r.integers(1000))
    k = KATIBA.model_copy(update={"rate": 0.9})
    d = WEIGHS.model_copy(update={"reach": 0.6, "cohesion": 1.5, "ideology": 2.0, "in_kind": 0.2, "rise": 1.5})
    return world, k, d, np.array(r.integers(5, 60, 4), np.int32)


@pytest.mark.parametrize("seed", range(few(25, 10)))
def test_against_the_reference(seed):
    world, k, d, sizes = scattered(seed)
    for _ in range(3):
        side, rows = reference(world, k, d, sizes.tolist(), 1.5)
        logged = len(decisions_of(world))
        change_sides(world, k, d, sizes, 1.5)
        assert world.groups.actor.tolist() == side
        assert decisions_of(world)[logged:] == rows
        world.step += 1


def test_the_reference_has_groups_that_go():
    worlds = [scattered(seed) for seed in range(10)]
    rows = [row for world, k, d, sizes in worlds for row in reference(world, k, d, sizes.tolist(), 1.5)[1]]
    assert len(rows) > 5
    assert len({row[5] for row in rows}) == 4


@tries(60, 15)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, rate, weeks):
    """Nobody is made or lost; units follow their group; no actor loses its last fighters."""
    world, k, d, sizes = scattered(seed)
    before = snapshot(world)
    change_sides(world, k.model_copy(update={"rate": rate}), d, sizes, weeks)
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength"}
    assert changed(before, after) - index <= {"units.actor", "groups.actor", "groups.cohesion", "groups.command"}
    here = np.zeros_like(world.cells.strength)
    np.add.at(here, (world.units.cell, world.units.actor), world.units.strength)
    np.testing.assert_array_equal(world.cells.strength, here)
    went = np.flatnonzero(before["groups.actor"] != after["groups.actor"])
    assert [row[3] for row in decisions_of(world)] == went.tolist()
    moved = np.isin(world.units.group, went)
    np.testing.assert_array_equal(world.units.actor[moved], world.groups.actor[world.units.group[moved]])
    np.testing.assert_array_equal(world.units.actor[~moved], before["units.actor"][~moved])
    np.testing.assert_array_equal(world.groups.cohesion[went], world.groups.full_cohesion[went])
    alive = np.zeros(4, int)
    np.add.at(alive, before["units.actor"], before["units.strength"])
    left = np.zeros(4, int)
    np.add.at(left, after["units.actor"], after["units.strength"])
    assert ((left > 0) == (alive > 0)).all()


@pytest.mark.parametrize(("rate", "weeks"), [(0.5, 1.0), (0.05, 31 / 7)])
def test_share_that_goes_over(rate, weeks):
    """(1 - exp(-rate * 3/4 * weeks)) times the logistic chance, whatever the length of the step."""
    n = few(4_000, 500)
    gone = 0
    for seed in range(n):
        world = rivals(seed=seed)
        change_sides(world, KATIBA.model_copy(update={"rate": rate}), WEIGHS, SIZES, weeks)
        gone += int(world.groups.actor[0] == 1)
    chance = (1 - math.exp(-rate * 0.75 * weeks)) / (1 + math.exp(-0.16947))
    assert binomtest(gone, n, chance).pvalue > UNLIKELY


SURE = {"rate": 1.0, "strain": 20.0}


def test_limits():
    """No group goes at rate 0, to somebody who is no rival, beyond the reach, or against a commander's firm line."""
    for katiba, weighs in (
        ({"rate": 0.0}, {}),
        ({"command": 200.0}, {}),
        ({}, {"reach": 0.29}),
        ({}, {"cohesion": 200.0}),
    ):
        world = rivals()
        change_sides(world, KATIBA.model_copy(update=SURE | katiba), WEIGHS.model_copy(update=weighs), SIZES, 60.0)
        assert decisions_of(world) == [], (katiba, weighs)
    world = rivals()
    world.actors.rival[:] = 0
    change_sides(world, KATIBA.model_copy(update=SURE), WEIGHS, SIZES, 60.0)
    assert decisions_of(world) == []
    world = rivals()
    change_sides(world, KATIBA.model_copy(update=SURE), WEIGHS, SIZES, 60.0)
    assert [row[3] for row in decisions_of(world)] == [0]  # group 1 is far from the rival


def test_a_group_with_more_than_half_of_the_fighters_stays():
    for others, gone in ((0, 0), (39, 0), (40, 1)):
        world = rivals()
        world.units.strength[3] = others  # group 1; group 0 has 40
        change_sides(world, KATIBA.model_copy(update=SURE), WEIGHS, SIZES, 60.0)
        assert len(decisions_of(world)) == gone


def test_units_far_away_and_empty_places_go_with_their_group():
    world = rivals(spare=1)  # the empty place of actor 0 is in group 0
    change_sides(world, KATIBA.model_copy(update=SURE), WEIGHS, SIZES, 60.0)
    assert (world.units.actor[world.units.group == 0] == 1).all()
    index_units(world)
    assert world.cells.strength[[0, 1, 5]].tolist() == [[0, 80], [0, 10], [50, 10]]
