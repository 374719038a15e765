"""Violence against civilians: worked example, slow reference, invariants, and the laws of onset, victims and deaths."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mechanisms.worlds import Community, Feud, Unit, draws, plain_world, random_world, spoil_index, violence
from sahelsim.mechanisms.civilian_harm.kernel import draw_victim, motive_parts, motives
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.civilian_harm.step import run_step
from sahelsim.rng import Stream, uniform, uniform4
from sahelsim.terms import Harm, Trait
from sahelsim.world.camps import camp_enmity
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.state import World

UNLIKELY = 1e-5
KIN_BLAME = 0.6
PACT_RESTRAINT = 0.3


def parameters(**changes: float) -> CivilianHarmParameters:
    values: dict[str, float] = {
        "rate": 0.2, "half_strength": 40.0, "coercion": 1.0, "punishment": 3.0, "reprisal": 2.0,
        "reprisal_scale": 10.0, "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.1, "party": 50.0,
        "deaths_per_fighter": 40.0, "kin_restraint": 0.5, "victim_exponent": 0.5, "grievance_gain": 0.5,
        "grievance_spill": 0.2, "fear_gain": 0.4,
    }  # fmt: skip
    return CivilianHarmParameters(enabled=True, **(values | changes))


# --- 1. worked examples


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


# --- 2. slow reference


@dataclass
class Attack:
    """What the reference expects in the log."""

    cell: int
    actor: int
    community: int
    people: int
    dead: int
    terms: list[float]


class Slow:
    """A step of attacks on lists and floats, from the equations of the module."""

    def __init__(self, world: World, p: CivilianHarmParameters, kin_blame: float, weeks: float) -> None:
        self.world, self.p, self.kin_blame, self.weeks = world, p, kin_blame, weeks
        c = world.communities
        self.population, self.pact_harm = c.population.tolist(), c.pact_harm.tolist()
        self.grievance, self.fear = c.grievance.astype(float), c.fear.astype(float)
        self.memory, self.harm = world.cells.memory.astype(float), world.cells.harm.astype(float)
        cells, actors = world.cells.losses.shape
        found = [self.attack(cell, a) for cell in range(cells) for a in range(actors)]
        self.attacks = [f for f in found if f is not None]

    def enmity(self, a: int, camp: int) -> float:
        """Mean over the fighters of the camp, wherever they are; nothing to the own camp."""
        state, units = self.world.actors, self.world.units
        foes = [
            (float(state.enmity[a, b]), int(s))
            for b, s in zip(units.actor, units.strength, strict=True) if state.camp[b] == camp
        ]  # fmt: skip
        fighters = sum(s for _, s in foes)
        return sum(e * s for e, s in foes) / fighters if fighters and camp != state.camp[a] else 0.0

    def attack(self, cell: int, a: int) -> Attack | None:
        world, p, traits = self.world, self.p, self.world.actors.traits
        camp_of, people_of = world.communities.camp.tolist(), world.ground.community_people.tolist()
        own = int(world.actors.camp[a])
        here = [m for m in range(len(camp_of)) if world.ground.community_cell[m] == cell]
        band = [u for u in range(world.units.cell.size) if world.units.cell[u] == cell and world.units.actor[u] == a]
        fighters = [int(world.units.strength[u]) for u in band]
        people = sum(self.population[m] for m in here)
        if not sum(fighters) or not people:
            return None
        entity = cell * world.actors.camp.size + a
        onset, which, severity, who = uniform4(*world.key, int(Stream.CIVILIAN_HARM), world.step, entity, 0)
        blamed = int(world.groups.people[world.units.group[pick(band, fighters, who)]])
        memory = 1 - math.exp(-float(world.cells.losses[cell, a]) / p.reprisal_scale)
        reprisal = float(traits[Trait.REPRISAL, a]) * p.reprisal * memory
        parts = [
            [
                part
                * (p.kin_restraint if people_of[m] == blamed else 1.0)
                * (PACT_RESTRAINT if world.communities.pact[m] == a else 1.0)
                for part in (p.coercion * (camp_of[m] != own), p.punishment * self.enmity(a, camp_of[m]), reprisal)
            ]
            for m in here
        ]
        mean = sum(sum(part) * self.population[m] for part, m in zip(parts, here, strict=True)) / people
        extent = world.ground.extent
        presence = sum(fighters) / (sum(fighters) + p.half_strength * extent)
        hazard = p.rate * extent * float(traits[Trait.HARSHNESS, a]) * presence * mean
        hazard *= 1 - float(world.outside.shelter[cell])
        spread = uniform(*world.key, int(Stream.CIVILIAN_VICTIM), world.step, entity, 0)
        if onset >= 1 - math.exp(-hazard * self.weeks):
            return None
        weights = [
            sum(part) * self.population[m] ** p.victim_exponent if self.population[m] else 0.0
            for part, m in zip(parts, here, strict=True)
        ]
        if not sum(weights):
            return None
        m = pick(here, weights, which)
        lomax = p.death_scale * (severity ** (-1 / (p.tail_exponent - 1)) - 1)
        by_killers = math.floor(p.deaths_per_fighter * min(sum(fighters), p.party))
        dead = min(
            1 + math.floor(lomax), max(1, min(math.floor(p.mortal_share * self.population[m] + spread), by_killers))
        )
        self.hurt(a, m, here, dead, blamed)
        return Attack(cell, a, m, blamed, dead, [*parts[here.index(m)], 0.0])

    def hurt(self, a: int, m: int, here: list[int], dead: int, blamed: int) -> None:
        camp = int(self.world.actors.camp[a])
        people_of, cell = self.world.ground.community_people, self.world.ground.community_cell[m]
        self.population[m] -= dead
        if self.world.communities.pact[m] == a:
            self.pact_harm[m] += dead
        self.memory[cell] += dead
        for other in here:
            share = 1.0 if other == m else self.p.grievance_spill * (people_of[other] == people_of[m])
            self.grievance[other, camp] += self.p.grievance_gain * share * math.log(1 + dead)
            self.fear[other] += self.p.fear_gain * share * math.log(1 + dead)
        for f, (p, q) in enumerate(zip(self.world.ground.feud_people, self.world.ground.feud_against, strict=True)):
            if p == people_of[m] and q == blamed:
                self.harm[f, cell] += self.kin_blame * dead


def pick(items: list[int], weights: list[float] | list[int], u: float) -> int:
    """The item in whose share of the weights `u` falls."""
    return next(item for i, item in enumerate(items) if weights[i] > 0 and u * sum(weights) < sum(weights[: i + 1]))


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 10), half_strength=st.floats(1, 200), coercion=st.floats(0, 3), punishment=st.floats(0, 5),
    reprisal=st.floats(0, 5), reprisal_scale=st.floats(0.1, 50), death_scale=st.floats(0.1, 60),
    tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.001, 1), kin_restraint=st.sampled_from([0.0, 0.3, 1.0]),
    victim_exponent=st.one_of(st.just(0.0), st.floats(0, 2)), party=st.floats(1, 60),
    deaths_per_fighter=st.floats(0.1, 5),
    grievance_gain=st.floats(0, 3), grievance_spill=st.floats(0, 1), fear_gain=st.floats(0, 3),
)  # fmt: skip


@given(**SHAPES, p=PARAMETERS, camps=st.integers(2, 5), extent=st.floats(0.1, 20))
def test_is_the_reference(
    seed: int, rows: int, columns: int, p: CivilianHarmParameters, camps: int, extent: float
) -> None:
    world = random_world(seed, rows, columns, actors=4, communities=20, peoples=3, feuds=6, camps=camps, extent=extent)
    rng = np.random.default_rng(seed)
    world.communities.pact[:] = rng.integers(-1, 4, world.communities.pact.size)
    world.outside.shelter[:] = rng.choice([0.0, 0.4, 1.0], rows * columns)
    slow = Slow(world, p, KIN_BLAME, 1.0)
    spoil_index(world)
    run_step(world, p, KIN_BLAME, 1.0, PACT_RESTRAINT)
    rows_ = violence(world)
    assert [(r["cell"], r["side_a"], r["community"], r["people"], r["deaths_civilians"]) for r in rows_] == [
        (f.cell, f.actor, f.community, f.people, f.dead) for f in slow.attacks
    ]
    terms = world.violence.terms[: len(rows_)]
    assert np.allclose(terms, np.reshape([f.terms for f in slow.attacks], (-1, 4)), rtol=1e-5, atol=1e-6)
    assert world.communities.population.tolist() == slow.population
    assert world.communities.pact_harm.tolist() == slow.pact_harm
    assert np.allclose(world.communities.grievance, slow.grievance, rtol=1e-5)
    assert np.allclose(world.communities.fear, slow.fear, rtol=1e-5)
    assert np.allclose(world.cells.memory, slow.memory, rtol=1e-5)
    assert np.allclose(world.cells.harm, slow.harm, rtol=1e-5)


# --- 3. invariants


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


# --- 4. laws


def field(n: int, communities: list[Community], fighters: int = 40, extent: float = 1.0) -> World:
    """`n` cells, each with a mixed band of actor 0 and the same communities; its enemy, actor 1, is in the first."""
    rows = 50
    assert n % rows == 0
    world = plain_world(
        rows, n // rows, actors=2, resolution=0.05, extent=extent, seed=5, peoples=2,
        units=[Unit(0, 1, 10), *(Unit(cell, 0, fighters) for cell in range(n))],
        communities=[c._replace(cell=cell) for cell in range(n) for c in communities],
    )  # fmt: skip
    world.actors.enmity[:] = [[0.0, 0.5], [0.5, 0.0]]
    world.actors.traits[Trait.HARSHNESS, 0] = 1.0
    world.actors.traits[Trait.REPRISAL, 0] = 1.0
    return world


def logged(world: World, name: str) -> np.ndarray:
    log = world.violence
    return log.rows[: int(log.count[0]), log.columns.index(name)].astype(np.int64)


@pytest.mark.parametrize(
    ("camp", "fighters", "losses", "weeks", "hazard"),
    [
        (0, 40, 0.0, 1.0, 0.2 * 0.5 * 1.0),  # coercion alone
        (0, 120, 0.0, 1.0, 0.2 * 0.75 * 1.0),  # 120 / (120 + 40)
        (2, 40, 0.0, 1.0, 0.2 * 0.5 * (1.0 + 3 * 0.5)),  # coercion and punishment
        (1, 40, 10 * math.log(4.0), 1.0, 0.2 * 0.5 * 2 * 0.75),  # reprisal alone, at 1 - 1/4
        (1, 40, 1e6, 3.0, 0.2 * 0.5 * 2),  # reprisal has a ceiling
    ],
)
def test_onset_frequency(camp: int, fighters: int, losses: float, weeks: float, hazard: float) -> None:
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 0, 1000, camp=camp)], fighters)
    world.cells.losses[:, 0] = losses
    run_step(world, parameters(), KIN_BLAME, weeks)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-hazard * weeks)).pvalue > UNLIKELY


def test_hazard_is_the_mean_over_the_people() -> None:
    # Of 1000 people 500 are its own, 300 neutral kin of the band (restraint 0.5) and 200 with the enemy:
    # (0 + 0.5 * 300 + 2.5 * 200) / 1000 = 0.65. As many small places as one likes make no difference.
    n = draws(20_000, 2_000)
    for split in (1, 10):
        parts = [(0, 500, 1), (1, 300, 0), (0, 200, 2)]
        world = field(n, [Community(0, p, size // split, camp) for p, size, camp in parts for _ in range(split)])
        world.groups.people[0] = 1
        run_step(world, parameters(), KIN_BLAME, 2.0)
        assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-0.2 * 0.5 * 0.65 * 2)).pvalue > UNLIKELY
        # what is logged are the terms of whom it was: kin or foes
        terms = world.violence.terms[: len(violence(world)), :3]
        of = world.ground.community_people[[row["community"] for row in violence(world)]]
        assert np.allclose(terms, np.where(of[:, None] == 1, [0.5, 0.0, 0.0], [1.0, 1.5, 0.0]), rtol=1e-6)


@pytest.mark.parametrize("restraint", [0.0, 0.4, 1.0])
def test_kin_are_spared_in_the_hazard(restraint: float) -> None:
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 1, 1000)])
    world.groups.people[0] = 1
    run_step(world, parameters(kin_restraint=restraint), KIN_BLAME, 1.0)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-0.1 * restraint)).pvalue > UNLIKELY


@pytest.mark.parametrize("extent", [0.25, 4.0])
def test_hazard_is_one_of_density_and_area(extent: float) -> None:
    # A cell of `extent` areas with as many times the fighters has as many times the hazard: 0.2 * 0.5 each.
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 0, 1000)], int(40 * extent), extent=extent)
    run_step(world, parameters(), KIN_BLAME, 1.0)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-0.1 * extent)).pvalue > UNLIKELY


CERTAIN = parameters(rate=10.0, half_strength=1.0)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 1.5])
def test_victims_are_drawn_by_a_power_of_people_and_motive(exponent: float) -> None:
    n = draws(20_000, 2_000)
    places = [
        Community(0, 0, 900, camp=1), Community(0, 1, 400, camp=2), Community(0, 1, 2500, camp=0),
        Community(0, 0, 0, camp=2), Community(0, 0, 100, camp=2),
    ]  # fmt: skip
    world = field(n, places)
    world.groups.people[0] = 0
    world.cells.losses[:, 0] = 10 * math.log(2.0)
    run_step(world, CERTAIN.model_copy(update={"victim_exponent": exponent}), KIN_BLAME, 50.0)
    # reprisal 2 * 0.5 = 1; coercion 1 unless own; punishment 1.5 for camp 2; half for people 0
    weights = np.array([900, 400, 2500, 1, 100]) ** exponent * [1 * 0.5, 3.5, 2, 0, 3.5 * 0.5]
    counts = np.bincount(logged(world, "community") % 5, minlength=5)
    assert counts.sum() == n
    assert counts[3] == 0
    seen = weights > 0
    assert stats.chisquare(counts[seen], n * weights[seen] / weights.sum()).pvalue > UNLIKELY


def test_bands_are_drawn_by_strength() -> None:
    n = draws(20_000, 2_000)
    rows = 50
    world = plain_world(
        rows, n // rows, actors=2, resolution=0.05, groups=[(0, 0), (0, 1), (0, -1), (1, -1)],
        units=[
            Unit(cell, actor, strength, group=group) for cell in range(n)
            for actor, strength, group in ((0, 10, 0), (0, 60, 2), (1, 500, 3), (0, 30, 1))
        ],
        communities=[Community(cell, 0, 1000) for cell in range(n)],
    )  # fmt: skip
    world.actors.traits[Trait.HARSHNESS, 0] = 1.0
    run_step(world, CERTAIN, KIN_BLAME, 50.0)
    counts = np.bincount(logged(world, "people") + 1, minlength=3)  # mixed, people 0, people 1
    assert stats.chisquare(counts, n * np.array([0.6, 0.1, 0.3])).pvalue > UNLIKELY


def test_deaths_are_one_and_the_floor_of_a_lomax() -> None:
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 0, 2_000_000)])
    run_step(world, CERTAIN.model_copy(update={"mortal_share": 1.0, "tail_exponent": 2.1}), KIN_BLAME, 50.0)
    dead = logged(world, "deaths_civilians")
    survival = (1 + np.arange(0, 400) / 4.0) ** -1.1
    classes = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55]
    expected = n * -np.diff([*survival[classes], 0.0])
    assert stats.chisquare(np.histogram(dead - 1, bins=[*classes, np.inf])[0], expected).pvalue > UNLIKELY


def test_ceiling_of_deaths_is_rounded_without_bias() -> None:
    # Deaths that would be endless are held to 0.013 * 250 = 3.25 in the mean: 3 or, in a quarter of the cases, 4.
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 0, 250)])
    p = CERTAIN.model_copy(update={"mortal_share": 0.013, "death_scale": 100.0, "tail_exponent": 1.2})
    run_step(world, p, KIN_BLAME, 50.0)
    dead = logged(world, "deaths_civilians")
    free = dead < 3  # below the ceiling by themselves
    assert set(dead[~free].tolist()) == {3, 4}
    # P(1 + floor X >= 4) = (1 + 3/100)**-0.2 = 0.9941, then a quarter
    share = 0.25 * (1 + 3 / 100.0) ** -0.2
    assert stats.binomtest(int((dead == 4).sum()), n, share).pvalue > UNLIKELY


def test_onset_and_severity_are_independent() -> None:
    # Attacks that happen at a low hazard (small onset numbers) are as deadly as those that need a high one.
    n = draws(40_000, 6_000)
    low, high = (field(n, [Community(0, 0, 2_000_000)]) for _ in range(2))
    run_step(low, parameters(rate=1.0), KIN_BLAME, 1.0)
    run_step(high, parameters(rate=10.0), KIN_BLAME, 1.0)
    readily = np.isin(logged(high, "cell"), logged(low, "cell"))
    assert 0.3 < readily.mean() < 0.5  # chances 1 - exp(-0.5) and 1 - exp(-5)
    dead = np.minimum(logged(high, "deaths_civilians"), 12)
    assert np.array_equal(dead[readily], np.minimum(logged(low, "deaths_civilians"), 12))
    table = np.stack([np.bincount(dead[mask], minlength=13)[1:] for mask in (readily, ~readily)])
    assert stats.chi2_contingency(table).pvalue > UNLIKELY
