"""Violence against civilians: worked examples and invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.civilian_harm_worlds import KIN_BLAME, PARAMETERS, SHAPES, parameters
from mechanisms.worlds import Community, Feud, Unit, plain_world, random_world, violence
from sahelsim.mechanisms.civilian_harm.kernel import draw_victim, motive_parts, motives
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.civilian_harm.step import run_step
from sahelsim.rng import Stream, uniform, uniform4
from sahelsim.terms import Harm, Trait
from sahelsim.world.camps import camp_enmity
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.state import World

# --- worked examples


def village_world(extent: float = 1.0) -> World:
    """Two cells: actor 0 with a band of each people and four communities; its enemy actor 1 alone in the second."""
    world = plain_world(
        1, 2, actors=2, groups=[(0, 0), (0, 1), (1, -1)], extent=extent,
        units=[Unit(0, 0, 20, group=0), Unit(0, 0, 20, group=1), Unit(1, 1, 70)],
        communities=[
            Community(0, people=0, population=900, camp=1), Community(0, people=0, population=400, camp=2),
            Community(0, people=1, population=1600, camp=0), Community(0, people=1, population=100, camp=2),
        ],
        feuds=[Feud(1, 0), Feud(0, 1)],
    )  # fmt: skip
    world.key, world.step = (1, 2), 8
    world.actors.enmity[:] = [[0.0, 0.5], [0.5, 0.0]]
    world.actors.traits[Trait.HARSHNESS, 0] = 2.0
    world.actors.traits[Trait.REPRISAL, 0] = 0.5
    world.cells.losses[0, 0] = 10 * math.log(2.0)
    return world


def test_by_hand() -> None:
    world = village_world()
    onset, which, severity, band = uniform4(1, 2, int(Stream.CIVILIAN_HARM), 8, 0, 0)  # cell 0, actor 0
    assert (onset, which, severity, band) == pytest.approx((0.0501, 0.4841, 0.2613, 0.2464), abs=5e-5)

    run_step(world, parameters(), KIN_BLAME, weeks=1.0)

    # Band: 0.2464 * 40 = 9.9 of 40 fighters: the first unit, of people 0, which spares its own by half.
    # Motives w: coercion 1 unless of camp 1, punishment 3 * 0.5 for camp 2, reprisal 0.5 * 2 * (1 - exp(-ln 2)) = 0.5:
    #   0.5 * 0.5 = 0.25;  (1 + 1.5 + 0.5) * 0.5 = 1.5;  1 + 0.5 = 1.5;  1 + 1.5 + 0.5 = 3.
    # Means over the 3000 people, restraint included: coercion (0.5 * 400 + 1600 + 100) / 3000 = 0.633333; punishment
    #   1.5 * (0.5 * 400 + 100) / 3000 = 0.15; reprisal 0.5 * (0.5 * 1300 + 1700) / 3000 = 0.391667; together 1.175.
    # Onset: presence 40 / (40 + 40) = 0.5; lambda = 0.2 * 2 * 0.5 * 1.175 = 0.235 a week;
    #   1 - exp(-0.235) = 0.2094 > 0.0501: an attack.
    # Victim: weights w * sqrt(people): 0.25 * 30 = 7.5;  1.5 * 20 = 30;  1.5 * 40 = 60;  3 * 10 = 30: 127.5;
    #   0.4841 * 127.5 = 61.7 falls to the third (37.5 ... 97.5).
    # Deaths: 1 + floor(4 * (1/0.2613 - 1)) = 1 + floor(11.3) = 12; at most a tenth of 1600.
    assert violence(world) == [
        {
            "step": 8, "kind": int(Harm.VIOLENCE_AGAINST_CIVILIANS), "cell": 0, "side_a": 0, "side_b": -1,
            "deaths_a": 0, "deaths_b": 0, "deaths_civilians": 12, "community": 2, "people": 0, "victim_people": 1,
            "winner": -1,
        }
    ]  # fmt: skip
    # Logged are the terms of the third: it is neutral, 1 + 0 + 0.5.
    assert world.violence.terms[0].tolist() == pytest.approx([1.0, 0.0, 0.5, 0.0], abs=1e-6)
    c = world.communities
    assert c.population.tolist() == [900, 400, 1588, 100]
    assert world.cells.pledged.tolist() == [[1588, 900, 500], [0, 0, 0]]
    assert world.cells.memory.tolist() == [12.0, 0.0]
    # Grievance against camp 1: 0.5 * ln 13 = 1.282475, a fifth of it for the other community of people 1.
    assert c.grievance[:, 1].tolist() == pytest.approx([0.0, 0.0, 1.282475, 0.256495], abs=1e-6)
    assert not c.grievance[:, [0, 2]].any()
    # Fear: 0.4 * ln 13 = 1.025980, and a fifth.
    assert c.fear.tolist() == pytest.approx([0.0, 0.0, 1.025980, 0.205196], abs=1e-6)
    # People 1 holds 0.6 of the dead against people 0; the opposite feud is not touched.
    assert world.cells.harm.ravel().tolist() == pytest.approx([7.2, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("extent", "onset"),
    [
        # 0.2 * e * 2 * 40 / (40 + 40 e) * 1.175 a week
        (0.25, 0.2 * 0.25 * 2 * 0.8 * 1.175),  # 0.094
        (1.0, 0.235),
        (3.0, 0.2 * 3 * 2 * 0.25 * 1.175),  # 0.3525
    ],
)
def test_onset_in_cells_of_any_size_by_hand(extent: float, onset: float) -> None:
    # The number of the onset is 0.0501: an attack as soon as weeks * lambda is above -ln(1 - 0.0501) = 0.0514.
    u = uniform4(1, 2, int(Stream.CIVILIAN_HARM), 8, 0, 0)[0]
    for share, attacks in ((0.999, 0), (1.001, 1)):
        world = village_world(extent)
        run_step(world, parameters(), KIN_BLAME, weeks=-math.log1p(-u) / onset * share)
        assert len(violence(world)) == attacks


def test_motives_by_hand() -> None:
    camp, people = np.array([9, 1, 2, 0, 1], np.int8), np.array([9, 0, 1, 1, 1], np.int16)
    population = np.array([999, 100, 300, 400, 200], np.int32)
    weight = np.full(6, 77.0)
    enmity, pact = np.array([0.0, 0.0, 0.8]), np.array([3, -1, 2, 3, -1], np.int8)

    def mean(own_people: int, actor: int = 0) -> float:
        return motives(
            1, 5, camp, population, people, 1, own_people, enmity, 1.5, 2.0, 0.25, 0.1, pact, actor, 0.5, weight
        )

    def parts(m: int, own_people: int, actor: int = 0) -> tuple[float, float, float]:
        return motive_parts(
            camp[m], people[m], pact[m], 1, own_people, enmity[camp[m]], 1.5, 2.0, 0.25, 0.1, actor, 0.5
        )

    # A mixed band of camp 1: 0.25;  1.5 + 2 * 0.8 + 0.25 = 3.35;  1.5 + 0.25 = 1.75;  0.25; of 1000 people in all.
    assert mean(-1) == pytest.approx((0.25 * 100 + 3.35 * 300 + 1.75 * 400 + 0.25 * 200) / 1000)
    assert weight.tolist() == pytest.approx([0.25, 3.35, 1.75, 0.25, 77.0, 77.0])
    assert [parts(m, -1) for m in (1, 2, 3)] == [(0.0, 0.0, 0.25), (1.5, 1.6, 0.25), (1.5, 0.0, 0.25)]
    # One of people 1 spares its own to a tenth.
    assert mean(1) == pytest.approx((0.25 * 100 + 0.335 * 300 + 0.175 * 400 + 0.025 * 200) / 1000)
    assert weight.tolist() == pytest.approx([0.25, 0.335, 0.175, 0.025, 77.0, 77.0])
    assert parts(2, 1) == pytest.approx((0.15, 0.16, 0.025))
    # Actor 3 has a pact with community 3 of 400, which halves its motive there; a pact with another counts nothing.
    assert mean(-1, actor=3) == pytest.approx((0.25 * 100 + 3.35 * 300 + 0.875 * 400 + 0.25 * 200) / 1000)
    assert weight.tolist() == pytest.approx([0.25, 3.35, 0.875, 0.25, 77.0, 77.0])
    assert parts(3, -1, actor=3) == pytest.approx((0.75, 0.0, 0.125))
    assert parts(3, 1, actor=3) == pytest.approx((0.075, 0.0, 0.0125))  # both restraints
    population[1:] = 0  # nobody there, no motive
    assert mean(-1) == 0.0


@pytest.mark.parametrize(
    ("exponent", "edges"),
    [
        (0.0, [1 / 4, 1 / 4, 3 / 4, 1.0]),  # weights 1, -, 2, 1
        (0.5, [10 / 90, 10 / 90, 50 / 90, 1.0]),  # 10, -, 40, 40
        (1.0, [100 / 2500, 100 / 2500, 900 / 2500, 1.0]),  # 100, -, 800, 1600
    ],
)
def test_draw_of_a_victim_by_hand(exponent: float, edges: list[float]) -> None:
    population = np.array([50, 100, 0, 400, 1600, 900], np.int32)
    weight = np.array([1.0, 5.0, 2.0, 1.0, 0.0])  # of communities 1 to 5; the second has no people, the last no weight
    for m, (low, high) in enumerate(zip([0.0, *edges], edges, strict=False), start=1):
        for u in (low + 1e-9, high - 1e-9) if high > low else ():
            assert draw_victim(1, 6, u, population, weight.copy(), exponent) == m
    assert draw_victim(1, 6, 0.5, population, np.zeros(5), exponent) == -1
    assert draw_victim(2, 3, 0.5, population, weight.copy(), exponent) == -1
    assert draw_victim(3, 3, 0.5, population, weight, exponent) == -1


def test_deaths_are_held_to_a_share_of_the_community_by_hand() -> None:
    # Spread 0.4457: at most floor(0.005 * 1600 + 0.4457) = 8 of the 12 can die; at a share of 0.001 it is
    # floor(1.6 + 0.4457) = 2; and an attack that is one kills at least one.
    assert uniform(1, 2, int(Stream.CIVILIAN_VICTIM), 8, 0, 0) == pytest.approx(0.4457, abs=5e-5)
    for share, dead in ((0.005, 8), (0.001, 2)):
        world = village_world()
        run_step(world, parameters(mortal_share=share), KIN_BLAME, weeks=1.0)
        assert [row["deaths_civilians"] for row in violence(world)] == [dead]
    world = village_world()
    world.communities.population[:] = [0, 0, 300, 0]
    run_step(world, parameters(mortal_share=0.001), KIN_BLAME, weeks=1.0)
    assert world.communities.population.tolist() == [0, 0, 299, 0]


def test_deaths_are_held_to_the_number_of_killers_by_hand() -> None:
    # 12 of 1600 die where nothing holds the attack. 40 fighters of actor 0 are in the cell: at 0.25 deaths each it is
    # 10; of 30 who take part floor(7.5) = 7; and one dies where they are too few for that.
    for per_fighter, party, dead in ((1.0, 50.0, 12), (0.25, 50.0, 10), (0.25, 30.0, 7), (0.1, 1.0, 1)):
        world = village_world()
        run_step(world, parameters(deaths_per_fighter=per_fighter, party=party), KIN_BLAME, weeks=1.0)
        assert [row["deaths_civilians"] for row in violence(world)] == [dead]


def test_camp_enmity_is_the_mean_over_fighters_by_hand() -> None:
    world = plain_world(
        1, 2, actors=4, actor_camp=(1, 2, 2, 3), units=[Unit(0, 0, 7), Unit(0, 1, 10), Unit(1, 1, 20), Unit(1, 2, 10)]
    )
    world.actors.enmity[:] = [[0, 0.3, 0.8, 1], [0.3, 0, 0.1, 1], [0.8, 0.1, 0, 1], [1, 1, 1, 0]]
    # Camp 2 has 30 fighters of actor 1 and 10 of actor 2: for actor 0 (0.3 * 30 + 0.8 * 10) / 40 = 0.425, for actor 3
    # it is 1; its own actors bear it nothing. Camp 3 has no fighters, the neutral have no actor.
    assert camp_enmity(world) == pytest.approx(
        np.array([[0, 0, 0.425, 0], [0, 0.3, 0, 0], [0, 0.8, 0, 0], [0, 1.0, 1.0, 0]])
    )


@given(seed=st.integers(0, 10**6))
def test_camp_enmity_is_a_mean(seed: int) -> None:
    world = random_world(seed, actors=5, camps=4)
    index_units(world)
    enmity, camp = world.actors.enmity, world.actors.camp
    for a, k in np.ndindex(5, 4):
        found, those = camp_enmity(world)[a, k], enmity[a, camp == k]
        strength = world.cells.strength[:, camp == k].sum()
        if camp[a] == k or strength == 0:
            assert found == 0.0
        else:
            assert those.min() - 1e-12 <= found <= those.max() + 1e-12


# --- invariants


@given(**SHAPES, p=PARAMETERS, weeks=st.sampled_from([0.5, 1.0, 8.0]), kin_blame=st.floats(0, 1))
def test_invariants(
    seed: int, rows: int, columns: int, p: CivilianHarmParameters, weeks: float, kin_blame: float
) -> None:
    world = random_world(seed, rows, columns, actors=4, communities=25, peoples=3, feuds=6, camps=4)
    c, cells, ground = world.communities, world.cells, world.ground
    population, strength = c.population.copy(), world.units.strength.copy()
    grievance, fear, memory, harm = (x.copy() for x in (c.grievance, c.fear, cells.memory, cells.harm))
    run_step(world, p, kin_blame, weeks)
    killed = np.zeros(population.size, int)
    hit = set()
    for row in violence(world):
        m, a = row["community"], row["side_a"]
        assert row["kind"] == Harm.VIOLENCE_AGAINST_CIVILIANS
        assert (row["deaths_a"], row["deaths_b"], row["side_b"], row["winner"]) == (0, 0, -1, -1)
        assert row["deaths_civilians"] >= 1
        assert ground.community_cell[m] == row["cell"]
        assert row["victim_people"] == ground.community_people[m]
        assert -1 <= row["people"] < 3
        assert cells.strength[row["cell"], a] > 0
        assert world.actors.traits[Trait.HARSHNESS, a] > 0
        assert row["deaths_civilians"] <= max(1.0, p.mortal_share * population[m] + 1)
        if p.kin_restraint == 0.0:
            assert row["people"] != row["victim_people"]
        killed[m] += row["deaths_civilians"]
        hit.add(row["cell"])
    # an actor attacks at most once a step in a cell
    assert len({(r["cell"], r["side_a"]) for r in violence(world)}) == len(violence(world))
    # people are conserved, and nobody dies twice
    assert np.array_equal(population - killed, c.population)
    assert (c.population >= 0).all()
    assert np.array_equal(world.units.strength, strength)
    fresh = cells.pledged.copy()
    index_communities(world)
    assert np.array_equal(fresh, cells.pledged)
    # memories only grow, only where something happened, by what happened
    assert np.allclose(cells.memory, memory + np.bincount(ground.community_cell, killed, rows * columns), rtol=1e-5)
    spared = ~np.isin(ground.community_cell, list(hit))
    assert np.array_equal(c.grievance[spared], grievance[spared])
    assert np.array_equal(c.fear[spared], fear[spared])
    assert (c.grievance >= grievance).all()
    assert (c.fear >= fear).all()
    assert np.array_equal(c.grievance[:, 0], grievance[:, 0])  # nobody blames the neutral
    grown = (cells.harm - harm).sum(axis=0)
    assert (grown >= 0).all()
    assert (grown <= kin_blame * np.bincount(ground.community_cell, killed, rows * columns) * (1 + 1e-5) + 1e-4).all()
    terms = world.violence.terms[: len(violence(world))]
    assert (terms >= 0).all()
    assert (terms[:, 0] <= p.coercion * (1 + 1e-6)).all()
    assert (terms[:, 1] <= p.punishment * world.actors.enmity.max() * (1 + 1e-6)).all()


@given(seed=st.integers(0, 10**6))
def test_cells_are_struck_on_their_own(seed: int) -> None:
    whole, part = (random_world(seed, 2, 2, actors=4, communities=30) for _ in range(2))
    # Nobody lives in the last cells and the units there stand elsewhere among them: those who fight are the same, so
    # that enmity towards the camps is too, and so are the attacks in the first cells.
    part.units.cell[part.units.cell == 2] = 3
    part.communities.population[part.ground.community_cell >= 2] = 0
    for world in (whole, part):
        run_step(world, parameters(rate=3.0), KIN_BLAME, 1.0)
    assert [r for r in violence(whole) if r["cell"] < 2] == violence(part)


def test_the_gentle_and_the_contented_do_not_kill() -> None:
    world = village_world()
    world.actors.traits[Trait.HARSHNESS, 0] = 0.0
    run_step(world, parameters(rate=10.0), KIN_BLAME, 1000.0)
    assert violence(world) == []
    world = village_world()  # all are its own, and it has lost nobody
    world.communities.camp[:] = 1
    world.cells.losses[:] = 0.0
    run_step(world, parameters(rate=10.0), KIN_BLAME, 1000.0)
    assert violence(world) == []


def test_an_empty_place_is_not_attacked() -> None:
    world = village_world()
    world.communities.population[:] = 0
    run_step(world, parameters(rate=10.0), KIN_BLAME, 1000.0)
    assert violence(world) == []
    assert (world.communities.population == 0).all()
