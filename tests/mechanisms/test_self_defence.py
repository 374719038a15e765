"""Self-defence: by hand, against a slow reference, invariants, and the law of the draw."""

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
    little_world,
    pool_of,
    rolls_of,
    snapshot,
    tries,
    with_rivals,
)
from sahelsim.mechanisms.recruitment.step import Rolls
from sahelsim.mechanisms.self_defence.parameters import SelfDefenceParameters
from sahelsim.mechanisms.self_defence.step import run_step
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Role
from sahelsim.world.build import build_blueprint
from sahelsim.world.groups import adopting_groups

PARAMETERS = SelfDefenceParameters(
    enabled=True, rate=2.0, harm_scale=10.0, fear_scale=0.5, nearby=0.25, protector_scale=20.0, tie=2.0, share=0.05,
    size=25, least=4, guard=0.5, places=0, stand_down=0.0,
)  # fmt: skip
ONE = (Village(0, 300, people=1, camp=1, fear=1.5),)
SURE = PARAMETERS.model_copy(update={"rate": 10.0, "nearby": 0.0})


def village_world(villages=ONE, bands=(), spare=2, seed=1, **more):
    """A row of three cells. Camps: 1 state (actor 0), 2 movement (actor 1), 3 militia (actor 2, of people 1).

    People 1 has a tie of 0.5 to the state and of 0.25 to the militia; it raises actor 2.
    """
    world = little_world(
        bands, villages, shape=(1, 3), actor_camp=(1, 2, 3), groups=[(0, -1), (1, 0), (2, 1)], camps=4, peoples=2,
        kinship=[[0, 0, 0.3, 0], [0, 0.5, -0.2, 0.25]], spare=spare, seed=seed, **more,
    )  # fmt: skip
    world.ground = replace(world.ground, raisers=np.array([[-1, -1], [2, -1]], np.int16))
    return world, rolls_of(world, bands, spare, [10, 10, 10])


def test_by_hand():
    """Deaths 5 ln 2 + 0.25 * 20 ln 2 = 10 ln 2 give 1 - 1/2; fear 1.5 / 2; protectors 5 of the militia
    and 60 of the state next door, 20 in all: half; tie exp(0.5). lambda = 2 * 0.5 * 0.75 * 0.5 * 1.64872 = 0.61827.
    """
    onset = []
    for step in range(few(200, 60)):
        bands = [Band(0, 1, 60), Band(1, 0, 500), Band(2, 0, 5)]
        world, rolls = village_world(bands=bands)
        world.cells.memory[:2] = [5 * math.log(2), 20 * math.log(2)]
        world.step = step
        run_step(world, PARAMETERS, rolls, 1.0)
        first, stays = draws(world, Stream.SELF_DEFENCE, 0)[0, :2]
        onset.append(bool(first < 1 - math.exp(-0.61827)))
        if not onset[-1]:
            assert decisions_of(world) == []
            continue
        u = int(rolls.pool[2]) + 1  # the first place is taken
        assert decisions_of(world) == [(step, int(Decision.MILITIA_RAISED), 0, 0, -1, 2, 15)]  # 0.05 * 300
        assert world.decisions.terms[0, :5].tolist() == pytest.approx([0.5, 0.75, 0.5, 0.25, 0.61827], abs=1e-5)
        unit = [int(getattr(world.units, name)[u]) for name in ("cell", "home", "actor", "group", "strength")]
        assert unit == [0, 0, 2, 2, 15]
        assert world.units.role[u] == int(Role.GARRISON if stays < 0.5 else Role.MOBILE)
        assert world.communities.population.tolist() == [285]
        assert world.ledger["recruits"] == 15
        assert world.cells.strength[0].tolist() == [0, 500, 20]
    assert 0 < sum(onset) < len(onset)


def scattered(seed):
    """Nine cells, three peoples, four actors of which two are militias, one barred from some cells; few places."""
    r = np.random.default_rng(seed)
    villages = [
        Village(
            int(c), int(r.integers(0, 900)), int(r.integers(3)), int(r.integers(4)), fear=float(r.choice([0, 0.5, 2]))
        )
        for c in np.sort(r.integers(0, 9, 25))
    ]
    bands = [Band(int(a), int(r.integers(9)), int(r.integers(0, 60))) for a in np.sort(r.integers(0, 4, 12))]
    kinship = r.choice([-0.5, 0.0, 0.5], (3, 4))
    world = little_world(
        bands, villages, shape=(3, 3), actor_camp=(1, 2, 3, 3), groups=[(0, -1), (1, 0), (2, 1), (2, 0), (3, 2)],
        camps=4, peoples=3, kinship=kinship, spare=3, seed=seed, extent=float(r.uniform(0.2, 4)),
    )  # fmt: skip
    world.ground = replace(world.ground, raisers=np.array([[2, -1], [3, 2], [-1, -1]], np.int16))
    world.groups.attraction[4, r.random(9) < 0.5] = -1.0e9
    world.cells.memory[:] = r.choice([0.0, 3.0, 40.0], 9)
    world.step = int(r.integers(1000))
    pool = pool_of(world, bands, 3)
    return world, Rolls(np.full(4, 10, np.int32), pool, np.zeros(4, np.int64), np.full(4, -1, np.int32))


def reference(world, p, rolls, weeks):
    """Rows of the log, bands refused and people left, straight from the equation of the module."""
    ground, units = world.ground, world.units
    people, where = ground.community_people.tolist(), ground.community_cell.tolist()
    population, camp = world.communities.population.tolist(), world.communities.camp.tolist()
    camp_of, adopt = world.actors.camp.tolist(), adopting_groups(world)
    near = [[int(n) for n in row if n >= 0] for row in ground.neighbours]
    bands = [(int(c), int(a), int(s)) for c, a, s in zip(units.cell, units.actor, units.strength, strict=True) if s > 0]
    empty = {a: sum(units.strength[rolls.pool[a] : rolls.pool[a + 1]] == 0) for a in range(4)}
    rows, refused = [], 0
    for m, (p_, c) in enumerate(zip(people, where, strict=True)):
        a = next((a for a in ground.raisers[p_] if a >= 0 and world.groups.attraction[adopt[a, p_], c] > -1), None)
        men = min(p.size, math.floor(p.share * population[m]))
        fear = float(world.communities.fear[m])
        if a is None or men < p.least or fear == 0:
            continue
        dead = float(world.cells.memory[c]) + p.nearby * sum(float(world.cells.memory[n]) for n in near[c])
        kin = ground.kinship[p_]
        friends = {k for k in range(4) if kin[k] > 0} | {camp_of[a]} | ({camp[m]} - {0})
        armed = sum(
            s * (1.0 if x == c else p.nearby) for x, b, s in bands if camp_of[b] in friends and x in [c, *near[c]]
        )
        scale = p.protector_scale * ground.extent
        hazard = p.rate * (1 - math.exp(-dead / p.harm_scale)) * fear / (fear + p.fear_scale)
        hazard *= scale / (scale + armed) * math.exp(p.tie * kin[camp_of[a]])
        onset, stays = draws(world, Stream.SELF_DEFENCE, m)[0, :2]
        if onset >= 1 - math.exp(-hazard * weeks):
            continue
        if empty[a] == 0:
            refused += 1
            continue
        empty[a] -= 1
        bands.append((c, int(a), men))
        population[m] -= men
        rows.append((c, m, int(a), men, int(adopt[a, p_]), bool(stays < p.guard)))
    return rows, refused, population


@pytest.mark.parametrize("seed", range(few(40, 12)))
def test_against_the_reference(seed):
    world, rolls = scattered(seed)
    before = world.units.strength.copy()
    rows, refused, population = reference(world, PARAMETERS, rolls, 1.5)
    run_step(world, PARAMETERS, rolls, 1.5)
    found = [(cell, m, actor, men) for _, _, cell, m, _, actor, men in decisions_of(world)]
    assert found == [row[:4] for row in rows]
    assert world.ledger["bands_refused"] == refused
    assert world.communities.population.tolist() == population
    new = np.flatnonzero(before != world.units.strength)
    made = [(world.units.cell[u], world.units.actor[u], world.units.strength[u], world.units.group[u]) for u in new]
    assert sorted(made) == sorted((cell, actor, men, group) for cell, _, actor, men, group, _ in rows)
    guards = sum(world.units.role[u] == int(Role.GARRISON) for u in new)
    assert guards == sum(row[5] for row in rows)


def test_the_reference_has_bands_to_check():
    found = [reference(*swap(scattered(seed)), 1.5) for seed in range(12)]
    assert sum(len(rows) for rows, _, _ in found) > 20
    assert sum(refused for _, refused, _ in found) > 3
    assert {row[2] for rows, _, _ in found for row in rows} == {2, 3}


def swap(made):
    world, rolls = made
    return world, PARAMETERS, rolls


@tries(60, 15)
@given(st.integers(0, 2**32 - 1), st.floats(0, 10), st.floats(0, 0.5), st.integers(1, 60), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, rate, share, size, weeks):
    """People become fighters one for one; only empty places are filled, and only of the militias."""
    world, rolls = scattered(seed)
    before = snapshot(world)
    p = PARAMETERS.model_copy(update={"rate": rate, "share": share, "size": size})
    run_step(world, p, rolls, weeks)
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength", "cells.pledged"}
    assert changed(before, after) - index <= {
        "communities.population", "units.strength", "units.cell", "units.home", "units.role", "units.group",
    }  # fmt: skip
    raised = int(after["units.strength"].sum() - before["units.strength"].sum())
    assert raised == int(before["communities.population"].sum() - after["communities.population"].sum())
    assert raised == world.ledger["recruits"] == sum(row[6] for row in decisions_of(world))
    filled = before["units.strength"] != after["units.strength"]
    assert (before["units.strength"][filled] == 0).all()
    assert set(world.units.actor[filled].tolist()) <= {2, 3}
    assert (world.groups.actor[world.units.group[filled]] == world.units.actor[filled]).all()
    assert (world.groups.attraction[world.units.group[filled], world.units.cell[filled]] > -1).all()
    for row in decisions_of(world):
        assert p.least <= row[6] <= min(size, share * before["communities.population"][row[3]])
    here = np.zeros_like(world.cells.strength)
    np.add.at(here, (world.units.cell, world.units.actor), world.units.strength)
    np.testing.assert_array_equal(world.cells.strength, here)


@pytest.mark.parametrize(("rate", "weeks", "protectors"), [(0.4, 1.0, 0), (0.1, 31 / 7, 0), (1.0, 0.5, 60)])
def test_how_often_bands_are_raised(rate, weeks, protectors):
    """1 - exp(-lambda weeks), whatever the length of the step; 60 protectors at a scale of 20 leave a quarter."""
    n = few(3_000, 400)
    raised = 0
    p = PARAMETERS.model_copy(update={"rate": rate, "tie": 0.0})
    bands = [Band(0, 0, protectors)]
    for seed in range(n):
        world, rolls = village_world(bands=bands, seed=seed)
        world.cells.memory[:] = 1e9
        world.communities.fear[:] = 0.5
        run_step(world, p, rolls, weeks)
        raised += len(decisions_of(world))
    hazard = rate * 0.5 * (1.0 if protectors == 0 else 0.25)
    assert binomtest(raised, n, 1 - math.exp(-hazard * weeks)).pvalue > UNLIKELY


@pytest.mark.parametrize(
    ("village", "memory", "raised"),
    [
        (Village(0, 300, people=1, fear=5.0), 1e9, 1),
        (Village(0, 300, people=0, fear=5.0), 1e9, 0),  # a people without a militia
        (Village(0, 300, people=1, fear=0.0), 1e9, 0),  # not afraid
        (Village(0, 300, people=1, fear=5.0), 0.0, 0),  # nobody was killed
        (Village(0, 79, people=1, fear=5.0), 1e9, 0),  # 3.95 men are too few
        (Village(0, 80, people=1, fear=5.0), 1e9, 1),
    ],
)
def test_who_takes_up_arms(village, memory, raised):
    world, rolls = village_world([village])
    world.cells.memory[0] = memory
    run_step(world, SURE, rolls, 30.0)
    assert len(decisions_of(world)) == raised


def test_bands_that_find_no_place_are_counted():
    world, rolls = village_world([Village(0, 300, people=1, fear=5.0)] * 3, spare=1)
    world.cells.memory[:] = 1e9
    run_step(world, SURE.model_copy(update={"protector_scale": 1e4}), rolls, 1e4)
    assert len(decisions_of(world)) == 1
    assert world.ledger["bands_refused"] == 2
    assert world.communities.population.tolist() == [285, 300, 300]


def test_a_militia_that_may_not_enter_or_is_not_yet_there_is_not_raised():
    world, rolls = village_world()
    world.actors.waiting[2] = 1
    world.cells.memory[:] = 1e9
    run_step(world, SURE, rolls, 1e4)
    world.actors.waiting[2] = 0
    world.cells.memory[:] = 1e9
    world.groups.attraction[2, 0] = -1.0e9
    run_step(world, SURE, rolls, 1e4)
    assert decisions_of(world) == []


def test_who_is_armed_protects_the_next():
    """Ten villages under the same attack: each band makes the next less likely, so that few arm where all could."""
    many = few(400, 60)
    bands = []
    for seed in range(many):
        world, rolls = village_world([Village(0, 300, people=1, fear=1e9)] * 10, spare=10, seed=seed)
        world.cells.memory[:] = 1e9
        p = PARAMETERS.model_copy(update={"rate": 1.0, "tie": 0.0, "protector_scale": 1.0})
        run_step(world, p, rolls, 1.0)
        bands.append(len(decisions_of(world)))
    first = 1 - math.exp(-1)
    assert np.mean(bands) < 0.35 * 10 * first
    assert binomtest(sum(b > 0 for b in bands), many, 1 - (1 - first) ** 10).pvalue > UNLIKELY


def test_who_raises_whom_comes_from_feuds_and_local_militias():
    """The plain people is avenged by the army, a government: nobody to raise; the hill people has two militias then."""
    feud = {"people": "hill", "against": "plain", "level": 1.0, "avenger": "splinter", "source": "test"}
    plain = build_blueprint(with_rivals())
    assert (plain.ground.raisers == -1).all()
    both = build_blueprint(with_rivals(relations__feuds__back=feud, actors__movement__local=True))
    names = list(both.scenario.actors)
    peoples = list(both.scenario.peoples)
    assert both.ground.raisers[peoples.index("hill")].tolist() == [names.index("splinter"), names.index("movement")]
    assert both.ground.raisers[peoples.index("plain")].tolist() == [-1, -1]
    more = np.diff(both.pool) - np.diff(plain.pool)
    places = both.scenario.mechanisms.self_defence.places
    assert more.tolist() == [places * (name != "army") for name in names]
