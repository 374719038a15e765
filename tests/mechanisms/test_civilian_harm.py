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
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.civilian_harm.step import camp_enmity, run_step
from sahelsim.rng import Stream, uniform, uniform4
from sahelsim.terms import Harm, Trait
from sahelsim.world.index import index_communities
from sahelsim.world.state import World

UNLIKELY = 1e-5
KIN_BLAME = 0.6


def parameters(**changes: float) -> CivilianHarmParameters:
    values: dict[str, float] = {
        "rate": 0.2, "half_strength": 40.0, "coercion": 1.0, "punishment": 3.0, "reprisal": 2.0,
        "reprisal_scale": 10.0, "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.1,
        "kin_restraint": 0.5, "grievance_gain": 0.5, "grievance_spill": 0.2, "fear_gain": 0.4,
    }  # fmt: skip
    return CivilianHarmParameters(enabled=True, **(values | changes))


# --- 1. worked examples


def village_world() -> World:
    """One cell: actor 0 with a band of each people, its enemy actor 1 elsewhere, four communities."""
    world = plain_world(
        1, 1, actors=2, groups=[(0, 0), (0, 1), (1, -1)],
        units=[Unit(0, 0, 20, group=0), Unit(0, 0, 20, group=1)],
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

    # Motive: coercion 1 * (1 - 900/3000) = 0.7; punishment 3 * 0.5 * 500/3000 = 0.25;
    #   reprisal 0.5 * 2 * (1 - exp(-ln 2)) = 0.5; together 1.45. Presence 40 / (40 + 40) = 0.5.
    # Onset: lambda = 0.2 * 2 * 0.5 * 1.45 = 0.29 a week; 1 - exp(-0.29) = 0.2517 > 0.0501: an attack.
    # Band: 0.2464 * 40 = 9.9 of 40 fighters: the first unit, of people 0.
    # Victim: weights sqrt(people) * motive * restraint (0.5 for people 0):
    #   30 * 0.5 * 0.5 = 7.5;  20 * (3 * 0.5 + 0.5 + 1) * 0.5 = 30;  40 * (0.5 + 1) = 60;  10 * 3 = 30: 127.5;
    #   0.4841 * 127.5 = 61.7 falls to the third (37.5 ... 97.5).
    # Deaths: 1 + floor(4 * (1/0.2613 - 1)) = 1 + floor(11.3) = 12; at most a tenth of 1600.
    assert violence(world) == [
        {
            "step": 8, "kind": int(Harm.VIOLENCE_AGAINST_CIVILIANS), "cell": 0, "side_a": 0, "side_b": -1,
            "deaths_a": 0, "deaths_b": 0, "deaths_civilians": 12, "community": 2, "people": 0, "victim_people": 1,
            "winner": -1,
        }
    ]  # fmt: skip
    assert world.violence.terms[0].tolist() == pytest.approx([0.7, 0.25, 0.5, 0.0], abs=1e-6)
    c = world.communities
    assert c.population.tolist() == [900, 400, 1588, 100]
    assert world.cells.pledged.tolist() == [[1588, 900, 500]]
    assert world.cells.memory.tolist() == [12.0]
    # Grievance against camp 1: 0.5 * ln 13 = 1.282475, a fifth of it for the other community of people 1.
    assert c.grievance[:, 1].tolist() == pytest.approx([0.0, 0.0, 1.282475, 0.256495], abs=1e-6)
    assert not c.grievance[:, [0, 2]].any()
    # Fear: 0.4 * ln 13 = 1.025980, and a fifth.
    assert c.fear.tolist() == pytest.approx([0.0, 0.0, 1.025980, 0.205196], abs=1e-6)
    # People 1 holds 0.6 of the dead against people 0; the opposite feud is not touched.
    assert world.cells.harm.tolist() == [[pytest.approx(7.2)], [0.0]]


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


def test_camp_enmity_is_the_greatest_by_hand() -> None:
    world = plain_world(1, 1, actors=3, actor_camp=(1, 2, 2))
    world.actors.enmity[:] = [[0.0, 0.3, 0.8], [0.3, 0.0, 0.1], [0.8, 0.1, 0.0]]
    assert camp_enmity(world).tolist() == [[0.0, 0.0, 0.8], [0.0, 0.3, 0.1], [0.0, 0.8, 0.1]]


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
        self.population = c.population.tolist()
        self.grievance, self.fear = c.grievance.astype(float), c.fear.astype(float)
        self.memory, self.harm = world.cells.memory.astype(float), world.cells.harm.astype(float)
        cells, actors = world.cells.losses.shape
        found = [self.attack(cell, a) for cell in range(cells) for a in range(actors)]
        self.attacks = [f for f in found if f is not None]

    def enmity(self, a: int, camp: int) -> float:
        state = self.world.actors
        return max((float(state.enmity[a, b]) for b in range(state.camp.size) if state.camp[b] == camp), default=0.0)

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
        coercion = p.coercion * (1 - sum(self.population[m] for m in here if camp_of[m] == own) / people)
        punishment = p.punishment * sum(self.enmity(a, camp_of[m]) * self.population[m] for m in here) / people
        memory = 1 - math.exp(-float(world.cells.losses[cell, a]) / p.reprisal_scale)
        reprisal = float(traits[Trait.REPRISAL, a]) * p.reprisal * memory
        presence = sum(fighters) / (sum(fighters) + p.half_strength)
        hazard = p.rate * float(traits[Trait.HARSHNESS, a]) * presence * (coercion + punishment + reprisal)
        entity = cell * world.actors.camp.size + a
        onset, which, severity, who = uniform4(*world.key, int(Stream.CIVILIAN_HARM), world.step, entity, 0)
        spread = uniform(*world.key, int(Stream.CIVILIAN_VICTIM), world.step, entity, 0)
        if onset >= 1 - math.exp(-hazard * self.weeks):
            return None
        blamed = int(world.groups.people[world.units.group[pick(band, fighters, who)]])
        weights = [
            math.sqrt(self.population[m])
            * (p.punishment * self.enmity(a, camp_of[m]) + reprisal + (p.coercion if camp_of[m] != own else 0.0))
            * (p.kin_restraint if people_of[m] == blamed else 1.0)
            for m in here
        ]
        if not sum(weights):
            return None
        m = pick(here, weights, which)
        lomax = p.death_scale * (severity ** (-1 / (p.tail_exponent - 1)) - 1)
        most = max(1, math.floor(p.mortal_share * self.population[m] + spread))
        dead = min(1 + math.floor(lomax), most)
        self.hurt(m, here, dead, own, blamed)
        return Attack(cell, a, m, blamed, dead, [coercion, punishment, reprisal, 0.0])

    def hurt(self, m: int, here: list[int], dead: int, camp: int, blamed: int) -> None:
        people_of, cell = self.world.ground.community_people, self.world.ground.community_cell[m]
        self.population[m] -= dead
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
    return next(
        item for i, item in enumerate(items) if weights[i] > 0 and u * sum(weights) < sum(weights[: i + 1])
    )


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 10), half_strength=st.floats(1, 200), coercion=st.floats(0, 3), punishment=st.floats(0, 5),
    reprisal=st.floats(0, 5), reprisal_scale=st.floats(0.1, 50), death_scale=st.floats(0.1, 60),
    tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.001, 1), kin_restraint=st.sampled_from([0.0, 0.3, 1.0]),
    grievance_gain=st.floats(0, 3), grievance_spill=st.floats(0, 1), fear_gain=st.floats(0, 3),
)  # fmt: skip


@given(**SHAPES, p=PARAMETERS, camps=st.integers(2, 5))
def test_is_the_reference(seed: int, rows: int, columns: int, p: CivilianHarmParameters, camps: int) -> None:
    world = random_world(seed, rows, columns, actors=4, communities=20, peoples=3, feuds=6, camps=camps)
    slow = Slow(world, p, KIN_BLAME, 1.0)
    spoil_index(world)
    run_step(world, p, KIN_BLAME, 1.0)
    rows_ = violence(world)
    assert [(r["cell"], r["side_a"], r["community"], r["people"], r["deaths_civilians"]) for r in rows_] == [
        (f.cell, f.actor, f.community, f.people, f.dead) for f in slow.attacks
    ]
    terms = world.violence.terms[: len(rows_)]
    assert np.allclose(terms, np.reshape([f.terms for f in slow.attacks], (-1, 4)), rtol=1e-5, atol=1e-6)
    assert world.communities.population.tolist() == slow.population
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


@given(seed=st.integers(0, 10**6))
def test_cells_are_struck_on_their_own(seed: int) -> None:
    whole, part = (random_world(seed, 2, 2, actors=4, communities=30) for _ in range(2))
    part.units.strength[part.units.cell >= 2] = 0
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


def field(n: int, communities: list[Community], fighters: int = 40) -> World:
    """`n` cells, each with a mixed band of actor 0 and the same communities; actor 1 is its enemy elsewhere."""
    rows = 50
    assert n % rows == 0
    world = plain_world(
        rows, n // rows, actors=2, resolution=0.05, seed=5, peoples=2,
        units=[Unit(cell, 0, fighters) for cell in range(n)],
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


CERTAIN = parameters(rate=10.0, half_strength=1.0)


def test_victims_are_drawn_by_root_of_people_and_motive() -> None:
    n = draws(20_000, 2_000)
    places = [
        Community(0, 0, 900, camp=1), Community(0, 1, 400, camp=2), Community(0, 1, 2500, camp=0),
        Community(0, 0, 0, camp=2), Community(0, 0, 100, camp=2),
    ]  # fmt: skip
    world = field(n, places)
    world.groups.people[0] = 0
    world.cells.losses[:, 0] = 10 * math.log(2.0)
    run_step(world, CERTAIN, KIN_BLAME, 50.0)
    # reprisal 2 * 0.5 = 1; coercion 1 unless own; punishment 1.5 for camp 2; half for people 0
    weights = np.array([30 * 1 * 0.5, 20 * 3.5, 50 * 2, 0, 10 * 3.5 * 0.5])
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
