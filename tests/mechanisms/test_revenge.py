"""Revenge: worked example, slow reference, invariants, and the laws of onset, victims and forgetting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mechanisms.worlds import Community, Feud, draws, plain_world, random_world, violence
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.mechanisms.revenge.step import run_step
from sahelsim.rng import Stream, uniform, uniform4
from sahelsim.terms import Harm
from sahelsim.world.state import World

UNLIKELY = 1e-5


def parameters(**changes: float) -> RevengeParameters:
    values = {"rate": 0.8, "harm_scale": 10.0, "half_life": 2.0, "kin_blame": 0.6, "standing": 0.2}
    return RevengeParameters(enabled=True, **(values | changes))


def deaths(**changes: float) -> CivilianHarmParameters:
    values: dict[str, float] = {
        "rate": 0.0, "half_strength": 1.0, "coercion": 0.0, "punishment": 0.0, "reprisal": 0.0, "reprisal_scale": 1.0,
        "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.1, "kin_restraint": 1.0, "victim_exponent": 0.5,
        "grievance_gain": 0.5, "grievance_spill": 0.2, "fear_gain": 0.4,
    }  # fmt: skip
    return CivilianHarmParameters(enabled=True, **(values | changes))


# --- 1. worked example


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
    world.cells.harm[0, 0] = 20 * math.log(2.0)
    return world


def test_by_hand() -> None:
    world = feud_world()
    onset, which, severity, _ = uniform4(1, 2, int(Stream.REVENGE), 6, 0, 0)  # feud 0, cell 0
    assert (onset, which, severity) == pytest.approx((0.2604, 0.5226, 0.7153), abs=5e-5)

    run_step(world, parameters(), deaths(), weeks=2.0)

    # Harm: one half-life of two weeks leaves 10 ln 2 of 20 ln 2; roused 1 - exp(-ln 2) = 0.5.
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


def test_a_cell_of_half_the_area_by_hand() -> None:
    # Half the rate: 1 - exp(-0.24) = 0.2134 < 0.2604, none in two weeks; in three, with 20 ln 2 * 2**0.5 of harm
    # of which 10 ln 2 is left, roused is 0.5 again and 1 - exp(-0.36) = 0.3023 > 0.2604.
    world = feud_world(extent=0.5)
    run_step(world, parameters(), deaths(), weeks=2.0)
    assert violence(world) == []
    world = feud_world(extent=0.5)
    world.cells.harm[0, 0] *= math.sqrt(2.0)
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


# --- 2. slow reference


def slow_revenge(world: World, p: RevengeParameters, law: CivilianHarmParameters, weeks: float) -> dict[str, object]:
    """A step of revenge on lists, from the equation of the module."""
    ground = world.ground
    people, where = ground.community_people.tolist(), ground.community_cell.tolist()
    population = world.communities.population.tolist()
    harm = world.cells.harm * 0.5 ** (weeks / p.half_life)
    grievance, fear = world.communities.grievance.astype(float), world.communities.fear.astype(float)
    memory = world.cells.memory.astype(float)
    rows = []
    for f in range(ground.feud_people.size):
        avengers, blamed = int(ground.feud_people[f]), int(ground.feud_against[f])
        actor = int(ground.feud_avenger[f])
        for cell in range(ground.cells):
            here = [m for m in range(len(people)) if where[m] == cell]
            if not {avengers, blamed} <= {people[m] for m in here}:
                continue
            roused = 1 - math.exp(-harm[f, cell] / p.harm_scale)
            hazard = p.rate * ground.extent * float(ground.feud_level[f]) * (p.standing + (1 - p.standing) * roused)
            entity = f * ground.cells + cell
            onset, which, severity, _ = uniform4(*world.key, int(Stream.REVENGE), world.step, entity, 0)
            spread = uniform(*world.key, int(Stream.REVENGE_VICTIM), world.step, entity, 0)
            villages = [m for m in here if people[m] == blamed and population[m] > 0]
            if onset >= 1 - math.exp(-hazard * weeks) or not villages:
                continue
            passed = np.cumsum([population[m] ** law.victim_exponent for m in villages])
            m = villages[int(np.argmax(passed > which * passed[-1]))]
            lomax = law.death_scale * (severity ** (-1 / (law.tail_exponent - 1)) - 1)
            dead = min(1 + math.floor(lomax), max(1, math.floor(law.mortal_share * population[m] + spread)))
            population[m] -= dead
            memory[cell] += dead
            for other in here:
                if people[other] == blamed:
                    share = 1.0 if other == m else law.grievance_spill
                    grievance[other, world.actors.camp[actor]] += law.grievance_gain * share * math.log(1 + dead)
                    fear[other] += law.fear_gain * share * math.log(1 + dead)
            for g in range(ground.feud_people.size):
                if ground.feud_people[g] == blamed and ground.feud_against[g] == avengers:
                    harm[g, cell] += p.kin_blame * dead
            rows.append((f, cell, actor, m, dead, roused))
    return {
        "rows": rows, "population": population, "harm": harm, "memory": memory, "fear": fear, "grievance": grievance,
    }  # fmt: skip


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 10), harm_scale=st.floats(0.1, 50), half_life=st.floats(1, 100), kin_blame=st.floats(0, 1),
    standing=st.floats(0, 1),
)  # fmt: skip
DEATHS = st.builds(
    deaths,
    death_scale=st.floats(0.1, 60), tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.001, 1),
    victim_exponent=st.floats(0, 2),
    grievance_gain=st.floats(0, 3), grievance_spill=st.floats(0, 1), fear_gain=st.floats(0, 3),
)  # fmt: skip


@given(**SHAPES, p=PARAMETERS, law=DEATHS, extent=st.floats(0.1, 20))
def test_is_the_reference(
    seed: int, rows: int, columns: int, p: RevengeParameters, law: CivilianHarmParameters, extent: float
) -> None:
    world = random_world(seed, rows, columns, communities=20, peoples=3, feuds=6, extent=extent)
    slow = slow_revenge(world, p, law, 1.5)
    run_step(world, p, law, 1.5)
    found = [
        (row["cell"], row["side_a"], row["community"], row["deaths_civilians"], row["people"], row["victim_people"])
        for row in violence(world)
    ]
    ground = world.ground
    assert found == [
        (cell, actor, m, dead, ground.feud_people[f], ground.feud_against[f])
        for f, cell, actor, m, dead, _ in slow["rows"]
    ]
    assert np.allclose(world.violence.terms[: len(found), 3], [row[-1] for row in slow["rows"]], rtol=1e-5, atol=1e-6)
    assert world.communities.population.tolist() == slow["population"]
    for name, array in (
        ("harm", world.cells.harm), ("memory", world.cells.memory), ("fear", world.communities.fear),
        ("grievance", world.communities.grievance),
    ):  # fmt: skip
        assert np.allclose(array, slow[name], rtol=1e-5), name


# --- 3. invariants


@given(**SHAPES, p=PARAMETERS, law=DEATHS, weeks=st.sampled_from([0.5, 1.0, 10.0]))
def test_invariants(
    seed: int, rows: int, columns: int, p: RevengeParameters, law: CivilianHarmParameters, weeks: float
) -> None:
    world = random_world(seed, rows, columns, communities=25, peoples=3, feuds=6)
    c, cells, ground = world.communities, world.cells, world.ground
    population, strength = c.population.copy(), world.units.strength.copy()
    grievance, fear, memory, harm = (x.copy() for x in (c.grievance, c.fear, cells.memory, cells.harm))
    run_step(world, p, law, weeks)
    killed = np.zeros(population.size, int)
    sites = {tuple(site) for site in ground.feud_sites.tolist()}
    used = set()
    for row in violence(world):
        m = row["community"]
        assert row["kind"] == Harm.REVENGE
        assert (row["deaths_a"], row["deaths_b"], row["side_b"], row["winner"]) == (0, 0, -1, -1)
        assert 1 <= row["deaths_civilians"] <= max(1.0, law.mortal_share * population[m] + 1)
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
    assert np.array_equal(world.units.strength, strength)
    by_cell = np.bincount(ground.community_cell, killed, rows * columns)
    assert np.allclose(cells.memory, memory + by_cell, rtol=1e-5)
    assert (c.grievance >= grievance).all()
    assert (c.fear >= fear).all()
    faded = harm * 0.5 ** (weeks / p.half_life)
    assert (cells.harm >= faded * (1 - 1e-5)).all()
    # every pair of peoples has one feud each way here, so each death is blamed exactly once
    assert np.allclose(cells.harm.sum(axis=0), faded.sum(axis=0) + p.kin_blame * by_cell, rtol=1e-4, atol=1e-3)
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


def test_revenge_needs_both_peoples_in_the_cell() -> None:
    world = plain_world(
        1, 3, actors=1, feuds=[Feud(1, 0)],
        communities=[Community(0, 0, 900), Community(1, 1, 500), Community(2, 0, 900), Community(2, 1, 900)],
    )  # fmt: skip
    assert world.ground.feud_sites.tolist() == [[0, 2]]
    world.cells.harm[:] = 1000.0
    run_step(world, parameters(rate=10.0), deaths(), weeks=50.0)
    assert [row["cell"] for row in violence(world)] == [2]


def test_revenge_can_spiral() -> None:
    # Without standing disputes only harm rouses; once there is some, each blow feeds the opposite feud.
    world = plain_world(
        1, 1, actors=1, communities=[Community(0, 0, 10_000), Community(0, 1, 10_000)], feuds=[Feud(1, 0), Feud(0, 1)]
    )
    p = parameters(rate=5.0, standing=0.0, half_life=50.0, kin_blame=1.0)
    for step in range(30):
        world.step = step
        run_step(world, p, deaths(), weeks=1.0)
    assert violence(world) == []
    world.cells.harm[0, 0] = 5.0
    for step in range(30, 90):
        world.step = step
        run_step(world, p, deaths(), weeks=1.0)
    assert {row["people"] for row in violence(world)} == {0, 1}
    assert (world.cells.harm > 5.0).all()


# --- 4. laws


def field(n: int, communities: list[Community], level: float = 0.5, extent: float = 1.0) -> World:
    """`n` cells with the same communities and the feud of people 1 against people 0."""
    rows = 50
    assert n % rows == 0
    return plain_world(
        rows, n // rows, actors=1, resolution=0.05, extent=extent, seed=8, feuds=[Feud(1, 0, level=level)],
        communities=[c._replace(cell=cell) for cell in range(n) for c in communities],
    )  # fmt: skip


PAIR = [Community(0, 0, 1000), Community(0, 1, 1000)]


@pytest.mark.parametrize(
    ("harm", "standing", "weeks", "hazard", "extent"),
    [
        (0.0, 0.2, 1.0, 0.8 * 0.5 * 0.2, 1.0),  # old disputes alone
        (20 * math.log(4.0), 0.0, 2.0, 0.8 * 0.5 * 0.75, 1.0),  # half is forgotten, 1 - 1/4 of the rest rouses
        (1e9, 0.3, 1.0, 0.8 * 0.5, 1.0),  # no more than rate * level
        (0.0, 1.0, 0.5, 0.8 * 0.5, 1.0),
        (0.0, 0.2, 1.0, 0.8 * 0.5 * 0.2 * 0.25, 0.25),  # per area, and the harm counts as much
        (20 * math.log(4.0), 0.0, 2.0, 0.8 * 0.5 * 0.75 * 4, 4.0),
    ],
)
def test_onset_frequency(harm: float, standing: float, weeks: float, hazard: float, extent: float) -> None:
    n = draws(20_000, 2_000)
    world = field(n, PAIR, extent=extent)
    world.cells.harm[:] = harm
    run_step(world, parameters(standing=standing), deaths(), weeks)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-hazard * weeks)).pvalue > UNLIKELY


def test_no_harm_and_no_standing_dispute_no_revenge() -> None:
    world = field(2_000, PAIR, level=1.0)
    run_step(world, parameters(rate=10.0, standing=0.0), deaths(), weeks=1000.0)
    assert violence(world) == []


def logged(world: World, name: str) -> np.ndarray:
    log = world.violence
    return log.rows[: int(log.count[0]), log.columns.index(name)].astype(np.int64)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 1.5])
def test_victims_are_drawn_by_a_power_of_people(exponent: float) -> None:
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 0, 2500), Community(0, 1, 900), Community(0, 0, 100), Community(0, 0, 400)], 1.0)
    run_step(world, parameters(rate=10.0, standing=1.0), deaths(victim_exponent=exponent), weeks=50.0)
    counts = np.bincount(logged(world, "community") % 4, minlength=4)
    assert counts.sum() == n
    assert counts[1] == 0
    share = np.array([25.0, 1.0, 4.0]) ** exponent
    assert stats.chisquare(counts[[0, 2, 3]], n * share / share.sum()).pvalue > UNLIKELY


def test_deaths_are_one_and_the_floor_of_a_lomax() -> None:
    n = draws(20_000, 2_000)
    world = field(n, [Community(0, 0, 2_000_000), Community(0, 1, 10)], 1.0)
    run_step(world, parameters(rate=10.0, standing=1.0), deaths(mortal_share=1.0, tail_exponent=2.5), weeks=50.0)
    dead = logged(world, "deaths_civilians")
    assert dead.size == n
    survival = (1 + np.arange(0, 400) / 4.0) ** -1.5
    classes = [0, 1, 2, 3, 5, 8, 13, 21, 34]
    expected = n * -np.diff([*survival[classes], 0.0])
    assert stats.chisquare(np.histogram(dead - 1, bins=[*classes, np.inf])[0], expected).pvalue > UNLIKELY


@given(half_life=st.floats(1, 520), weeks=st.floats(0, 600))
def test_memory_halves_once_per_half_life(half_life: float, weeks: float) -> None:
    assert decay_factor(half_life, half_life) == pytest.approx(0.5, rel=1e-15)
    assert decay_factor(half_life, 0.0) == 1.0
    assert decay_factor(half_life, weeks) == pytest.approx(0.5 ** (weeks / half_life), rel=1e-12)
    assert 0.0 < decay_factor(half_life, weeks) <= 1.0
    twice = decay_factor(half_life, weeks / 2) ** 2  # steps of any length forget alike
    assert twice == pytest.approx(decay_factor(half_life, weeks), rel=1e-12)
