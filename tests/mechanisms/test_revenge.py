"""Revenge: worked examples, invariants, where it can happen, and how harm is blamed and fades."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.revenge_worlds import DEATHS, PARAMETERS, SHAPES, deaths, parameters, run_step
from mechanisms.small import TWO_ACTORS, all_off, army_and_movement
from mechanisms.worlds import Community, Feud, plain_world, random_world, violence
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.mechanisms.revenge.step import forget, peoples_of_actors
from sahelsim.mechanisms.revenge.step import run_step as step_from
from sahelsim.rng import Stream, uniform, uniform4
from sahelsim.scenario.load import load_scenario
from sahelsim.schedule import begin
from sahelsim.schedule import run_step as run_schedule
from sahelsim.terms import Harm
from sahelsim.world.build import build_blueprint
from sahelsim.world.ground_build import build_ground
from sahelsim.world.state import World

# --- worked example


def feud_world(extent: float = 1.0) -> World:
    """One cell: people 1 has a grudge against people 0, which lives in four communities there; actor 0 avenges."""
    world = plain_world(
        1, 1, actors=2, extent=extent,
        communities=[
            Community(0, 0, 900), Community(0, 1, 500), Community(0, 0, 100, camp=1), Community(0, 0, 0),
            Community(0, 0, 400),
        ],
        feuds=[Feud(1, 0, level=0.5, avenger=0), Feud(0, 1, level=0.0, avenger=1)],
    )  # fmt: skip
    world.key, world.step = (1, 2), 6
    world.cells.harm[0, 0] = 10 * math.log(2.0)
    return world


def test_by_hand() -> None:
    world = feud_world()
    onset, which, severity, _ = uniform4(1, 2, int(Stream.REVENGE), 6, 0, 0)  # feud 0, cell 0
    assert (onset, which, severity) == pytest.approx((0.2604, 0.5226, 0.7153), abs=5e-5)

    run_step(world, parameters(), deaths(), weeks=2.0)

    # Harm 10 ln 2: roused 1 - exp(-ln 2) = 0.5.
    # Onset: lambda = 0.8 * 0.5 * (0.2 + 0.8 * 0.5) = 0.24 a week; 1 - exp(-0.48) = 0.3812 > 0.2604: a reprisal.
    # Victim: people 0 by people ** 0.5, 30, 10, 0, 20: 60; 0.5226 * 60 = 31.4 falls to community 2 (30 ... 40).
    # Deaths: 1 + floor(4 * (1/0.7153 - 1)) = 1 + floor(1.59) = 2; at most floor(10 + 0.19) = 10.
    assert violence(world) == [
        {
            "step": 6, "kind": int(Harm.REVENGE), "cell": 0, "side_a": 0, "side_b": -1, "deaths_a": 0, "deaths_b": 0,
            "deaths_civilians": 2, "community": 2, "people": 1, "victim_people": 0, "winner": -1,
        }
    ]  # fmt: skip
    assert world.violence.terms[0].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.5], abs=1e-6)
    c = world.communities
    assert c.population.tolist() == [900, 500, 98, 0, 400]
    assert world.cells.memory.tolist() == [2.0]
    # Grievance against camp 1 of actor 0: 0.5 * ln 3 = 0.549306; a fifth for the others of people 0.
    assert c.grievance[:, 1].tolist() == pytest.approx([0.109861, 0.0, 0.549306, 0.109861, 0.109861], abs=1e-6)
    assert c.fear.tolist() == pytest.approx([0.087889, 0.0, 0.439445, 0.087889, 0.087889], abs=1e-6)
    # The dead are harm in the opposite feud: 0.6 * 2; the harm that was avenged stays remembered.
    assert world.cells.harm.ravel().tolist() == pytest.approx([10 * math.log(2.0), 1.2], abs=1e-5)
    forget(world, parameters(), weeks=2.0)  # one half-life
    assert world.cells.harm.ravel().tolist() == pytest.approx([5 * math.log(2.0), 0.6], abs=1e-5)


def test_a_cell_of_half_the_area_by_hand() -> None:
    # Half the rate: 1 - exp(-0.24) = 0.2134 < 0.2604, none in two weeks; in three 1 - exp(-0.36) = 0.3023 > 0.2604.
    world = feud_world(extent=0.5)
    run_step(world, parameters(), deaths(), weeks=2.0)
    assert violence(world) == []
    world = feud_world(extent=0.5)
    run_step(world, parameters(), deaths(), weeks=3.0)
    assert [row["deaths_civilians"] for row in violence(world)] == [2]
    assert world.violence.terms[0, 3] == pytest.approx(0.5, abs=1e-6)


def test_numbers_weigh_by_their_power_by_hand() -> None:
    # People themselves, exponent 1: 900, 100, 0, 400: 0.5226 * 1400 = 731.6 falls to the first; heads alone, exponent
    # 0: three communities with people, 0.5226 * 3 = 1.57 falls to the second of them.
    for exponent, community in ((1.0, 0), (0.0, 2)):
        world = feud_world()
        run_step(world, parameters(), deaths(victim_exponent=exponent), weeks=2.0)
        assert [row["community"] for row in violence(world)] == [community]


def test_deaths_are_held_to_a_share_of_the_community_by_hand() -> None:
    # 0.001 * 98 and the spread of 0.19 make no whole person: one dies all the same.
    assert uniform(1, 2, int(Stream.REVENGE_VICTIM), 6, 0, 0) == pytest.approx(0.1893, abs=5e-5)
    world = feud_world()
    run_step(world, parameters(), deaths(mortal_share=0.001), weeks=2.0)
    assert world.communities.population.tolist() == [900, 500, 99, 0, 400]


# --- invariants


@given(**SHAPES, p=PARAMETERS, law=DEATHS, weeks=st.sampled_from([0.5, 1.0, 10.0]))
def test_invariants(
    seed: int, rows: int, columns: int, p: RevengeParameters, law: CivilianHarmParameters, weeks: float
) -> None:
    world = random_world(seed, rows, columns, communities=25, peoples=3, feuds=6, units=40)
    c, cells, ground = world.communities, world.cells, world.ground
    population, strength = c.population.copy(), world.units.strength.copy()
    grievance, fear, memory, harm = (x.copy() for x in (c.grievance, c.fear, cells.memory, cells.harm))
    run_step(world, p, law, weeks)
    killed, fallen = np.zeros(population.size, int), np.zeros(rows * columns, int)
    dead_of = np.zeros(world.actors.camp.size, int)
    sites = {tuple(site) for site in ground.feud_sites.tolist()}
    used = set()
    for row in violence(world):
        m = row["community"]
        assert row["kind"] == Harm.REVENGE
        fighters = row["deaths_a"] + row["deaths_b"]
        if row["side_b"] < 0:
            assert (fighters, row["winner"]) == (0, -1)
            assert 1 <= row["deaths_civilians"] <= max(1.0, law.mortal_share * population[m] + 1)
        else:
            assert row["deaths_civilians"] == 0 < fighters
            assert row["winner"] in (row["side_a"], row["side_b"])
            assert row["side_b"] != row["side_a"]
            np.add.at(dead_of, [row["side_a"], row["side_b"]], [row["deaths_a"], row["deaths_b"]])
            fallen[row["cell"]] += fighters
        assert ground.community_cell[m] == row["cell"]
        assert row["victim_people"] == ground.community_people[m]
        f = [
            f for f in range(6)
            if (ground.feud_people[f], ground.feud_against[f]) == (row["people"], row["victim_people"])
        ]  # fmt: skip
        assert len(f) == 1
        assert row["side_a"] == ground.feud_avenger[f[0]]
        assert ground.feud_level[f[0]] > 0
        site = (f[0], row["cell"])
        assert site in sites
        assert site not in used
        used.add(site)
        killed[m] += row["deaths_civilians"]
    assert np.array_equal(population - killed, c.population)
    assert (c.population >= 0).all()
    assert (world.units.strength >= 0).all()
    lost = np.bincount(world.units.actor, strength - world.units.strength, world.actors.camp.size)
    assert np.array_equal(lost, dead_of)
    by_cell = np.bincount(ground.community_cell, killed, rows * columns) + fallen
    assert np.allclose(cells.memory, memory + by_cell, rtol=1e-5)
    assert (c.grievance >= grievance).all()
    assert (c.fear >= fear).all()
    assert (cells.harm >= harm * (1 - 1e-5)).all()
    # every pair of peoples has one feud each way here, so each death is blamed exactly once
    assert np.allclose(cells.harm.sum(axis=0), harm.sum(axis=0) + p.kin_blame * by_cell, rtol=1e-4, atol=1e-3)
    roused = world.violence.terms[: len(violence(world)), 3]
    assert ((roused >= 0) & (roused <= 1)).all()


def test_without_victims_or_feud_nothing_happens() -> None:
    world = feud_world()
    world.communities.population[[0, 2, 4]] = 0
    run_step(world, parameters(rate=10.0), deaths(), weeks=1000.0)
    assert violence(world) == []
    world = plain_world(1, 1, actors=2, communities=[Community(0, 0, 900), Community(0, 1, 500)])
    run_step(world, parameters(rate=10.0), deaths(), weeks=1000.0)
    assert violence(world) == []


def test_revenge_needs_the_harmed_people_in_or_around_the_cell() -> None:
    world = plain_world(
        1, 6, actors=1, feuds=[Feud(1, 0)],
        communities=[Community(0, 0, 900), Community(2, 0, 500), Community(3, 1, 900), Community(5, 0, 900)],
    )  # fmt: skip
    assert world.ground.feud_sites.tolist() == [[0, 2]]
    world.cells.harm[:] = 1000.0
    run_step(world, parameters(rate=10.0), deaths(), weeks=50.0)
    assert [row["cell"] for row in violence(world)] == [2]


def test_the_fallen_of_battles_are_blamed_by_hand() -> None:
    # Actor 0 has 30 of people 1 and 10 of people 0, actor 1 has 20 of people 0 and 20 mixed. 8 dead of actor 0 and 4 of
    # actor 1: people 1 blames people 0 for 8 * 0.75 * 0.5 = 3, people 0 people 1 for 4 * 0.5 * 0.75 = 1.5; a fallen
    # fighter counts 0.6 * 0.5.
    world = plain_world(
        1, 2, actors=2, groups=[(0, 1), (0, 0), (1, 0), (1, -1)], feuds=[Feud(1, 0), Feud(0, 1)],
        communities=[Community(0, 0, 900), Community(0, 1, 500)],
    )  # fmt: skip
    world.groups.fighters[:] = [30, 10, 20, 20]
    assert peoples_of_actors(world).tolist() == [[0.25, 0.75], [0.5, 0.0]]
    log = world.violence
    for row, kind in ((0, Harm.BATTLE), (1, Harm.BATTLE), (2, Harm.VIOLENCE_AGAINST_CIVILIANS)):
        log.rows[row, :7] = [0, int(kind), 1, 0, 1, 8, 4]
    log.count[0] = 3
    step_from(world, parameters(rate=0.0, fallen=0.5), deaths(), 1, 1.0)  # the first row is of the step before
    assert world.cells.harm.tolist() == [[0.0, pytest.approx(0.9)], [0.0, pytest.approx(0.45)]]


def test_losses_and_harm_fade_whatever_is_switched_off() -> None:
    play = begin(build_blueprint(army_and_movement(**all_off())), 0)
    cells, mechanisms = play.world.cells, play.blueprint.scenario.mechanisms
    cells.losses[:], cells.harm[:] = 8.0, 4.0
    assert cells.harm.size > 0
    for _ in range(3):
        run_schedule(play)
    assert np.allclose(cells.losses, 8.0 * 0.5 ** (3 * play.weeks / mechanisms.battle.loss_half_life), rtol=1e-6)
    assert np.allclose(cells.harm, 4.0 * 0.5 ** (3 * play.weeks / mechanisms.revenge.half_life), rtol=1e-6)


def test_sites_of_a_scenario() -> None:
    ground = build_ground(load_scenario(TWO_ACTORS, changes={"region.communities": 30}))
    peoples = ground.names.peoples
    lives = {
        name: set(ground.community_cell[ground.community_people == peoples.index(name)].tolist()) for name in peoples
    }
    around = [{c, *(int(n) for n in row if n >= 0)} for c, row in enumerate(ground.neighbours)]
    expected = [[0, c] for c in sorted(lives["hill"]) if around[c] & lives["plain"]]
    assert ground.feud_sites.tolist() == expected
    assert 0 < len(expected) < len(lives["hill"])
