"""Revenge: worked example, slow reference, invariants, and the laws of onset, victims and forgetting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mechanisms.small import TWO_ACTORS, all_off, army_and_movement
from mechanisms.worlds import Community, Feud, Unit, draws, plain_world, random_world, violence
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.revenge.kernel import avengers_in
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
from sahelsim.world.index import index_units
from sahelsim.world.state import World

UNLIKELY = 1e-5


def parameters(**changes: float) -> RevengeParameters:
    values = {"rate": 0.8, "harm_scale": 10.0, "half_life": 2.0, "kin_blame": 0.6, "standing": 0.2}
    values |= {"fallen": 0.0, "talk": 0.0, "unarmed": 1.0, "armed_scale": 10.0, "nearby": 0.0, "mob": 20.0}
    return RevengeParameters(enabled=True, **(values | changes))


def deaths(**changes: float) -> CivilianHarmParameters:
    values: dict[str, float] = {
        "rate": 0.0, "half_strength": 1.0, "coercion": 0.0, "punishment": 0.0, "reprisal": 0.0, "reprisal_scale": 1.0,
        "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.1, "party": 50.0,
        "deaths_per_fighter": 40.0, "kin_restraint": 1.0, "victim_exponent": 0.5,
        "grievance_gain": 0.5, "grievance_spill": 0.2, "fear_gain": 0.4,
    }  # fmt: skip
    return CivilianHarmParameters(enabled=True, **(values | changes))


def run_step(world: World, p: RevengeParameters, law: CivilianHarmParameters, weeks: float) -> None:
    """A step in which no battle was fought before."""
    step_from(world, p, law, int(world.violence.count[0]), weeks)


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


# --- 2. slow reference


def slow_revenge(world: World, p: RevengeParameters, law: CivilianHarmParameters, weeks: float) -> dict[str, object]:
    """A step of revenge on lists, from the equation of the module."""
    ground, units = world.ground, world.units
    people, where = ground.community_people.tolist(), ground.community_cell.tolist()
    population = world.communities.population.tolist()
    harm = world.cells.harm.astype(float)
    grievance, fear = world.communities.grievance.astype(float), world.communities.fear.astype(float)
    memory, losses = world.cells.memory.astype(float), world.cells.losses.astype(float)
    feuds = np.column_stack((ground.feud_people, ground.feud_against, ground.feud_avenger)).tolist()
    strength = np.zeros(world.cells.strength.shape, int)
    bodies = {(militia, avengers): np.zeros(ground.cells, int) for avengers, _, militia in feuds}
    for cell, actor, group, n in zip(units.cell, units.actor, units.group, units.strength, strict=True):
        strength[cell, actor] += n
        if (actor, world.groups.people[group]) in bodies:
            bodies[actor, world.groups.people[group]][cell] += n
    men = [bodies[militia, avengers] for avengers, _, militia in feuds]  # feuds may share one body
    rows = []
    for f, (avengers, blamed, actor) in enumerate(feuds):
        for cell in range(ground.cells):
            around = [int(n) for n in ground.neighbours[cell] if n >= 0]
            here = [m for m in range(len(people)) if where[m] == cell]
            lived = {people[m] for m in range(len(people)) if where[m] in [cell, *around]}
            if blamed not in {people[m] for m in here} or avengers not in lived or world.actors.waiting[actor]:
                continue
            roused = 1 - math.exp(-(harm[f, cell] + p.talk * harm[f, around].sum()) / p.harm_scale)
            armed = men[f][cell] + p.nearby * men[f][around].sum()
            means = p.unarmed + (1 - p.unarmed) * armed / (armed + p.armed_scale * ground.extent)
            hazard = p.rate * ground.extent * float(ground.feud_level[f]) * (p.standing + (1 - p.standing) * roused)
            hazard *= means * (1 - world.outside.shelter[cell])
            entity = f * ground.cells + cell
            onset, which, severity, meet = uniform4(*world.key, int(Stream.REVENGE), world.step, entity, 0)
            spread, outcome = uniform4(*world.key, int(Stream.REVENGE_VICTIM), world.step, entity, 0)[:2]
            villages = [m for m in here if people[m] == blamed and population[m] > 0]
            if onset >= 1 - math.exp(-hazard * weeks) or not villages:
                continue
            passed = np.cumsum([population[m] ** law.victim_exponent for m in villages])
            m = villages[int(np.argmax(passed > which * passed[-1]))]
            lomax = law.death_scale * (severity ** (-1 / (law.tail_exponent - 1)) - 1)
            origin = cell if men[f][cell] > 0 else max([cell, *around], key=lambda c: men[f][c])
            r = next((r for r, (x, y, _) in enumerate(feuds) if (x, y) == (blamed, avengers)), None)
            if r is not None and feuds[r][2] != actor:
                other = feuds[r][2]
                s, d = men[f][origin], men[r][cell]
                if s > 0 and d > 0 and meet < d / (s + d):
                    dead = min(1 + math.floor(lomax), max(1, math.floor(law.mortal_share * (s + d))))
                    share = min(math.floor(dead * d / (s + d) + spread), dead)
                    dead_a, dead_b = min(share, s), min(dead - share, d)
                    for x, c, n in ((actor, origin, dead_a), (other, cell, dead_b)):
                        strength[c, x] -= n
                        losses[cell, x] += n
                    men[f][origin] -= dead_a
                    men[r][cell] -= dead_b
                    memory[cell] += dead_a + dead_b
                    harm[f, cell] += p.kin_blame * dead_a
                    harm[r, cell] += p.kin_blame * dead_b
                    winner = actor if outcome < s / (s + d) else other
                    rows.append((cell, actor, other, m, dead_a, dead_b, 0, avengers, blamed, winner, roused))
                    continue
            by_killers = math.floor(law.deaths_per_fighter * min(max(men[f][origin], p.mob), law.party))
            most = max(1, min(math.floor(law.mortal_share * population[m] + spread), by_killers))
            dead = min(1 + math.floor(lomax), most)
            population[m] -= dead
            memory[cell] += dead
            for near in here:
                if people[near] == blamed:
                    share = 1.0 if near == m else law.grievance_spill
                    grievance[near, world.actors.camp[actor]] += law.grievance_gain * share * math.log(1 + dead)
                    fear[near] += law.fear_gain * share * math.log(1 + dead)
            for g, (x, y, _) in enumerate(feuds):
                if (x, y) == (blamed, avengers):
                    harm[g, cell] += p.kin_blame * dead
            rows.append((cell, actor, -1, m, 0, 0, dead, avengers, blamed, -1, roused))
    return {
        "rows": rows, "population": population, "harm": harm, "memory": memory, "fear": fear, "grievance": grievance,
        "losses": losses, "strength": strength, "men": bodies,
    }  # fmt: skip


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 10), harm_scale=st.floats(0.1, 50), half_life=st.floats(1, 100), kin_blame=st.floats(0, 1),
    standing=st.floats(0, 1), talk=st.floats(0, 1), unarmed=st.floats(0, 1), armed_scale=st.floats(0.1, 50),
    nearby=st.floats(0, 1), mob=st.floats(0, 30),
)  # fmt: skip
DEATHS = st.builds(
    deaths,
    death_scale=st.floats(0.1, 60), tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.001, 1),
    victim_exponent=st.floats(0, 2), party=st.floats(1, 60), deaths_per_fighter=st.floats(0.1, 5),
    grievance_gain=st.floats(0, 3), grievance_spill=st.floats(0, 1), fear_gain=st.floats(0, 3),
)  # fmt: skip


@given(**SHAPES, p=PARAMETERS, law=DEATHS, extent=st.floats(0.1, 20))
def test_is_the_reference(
    seed: int, rows: int, columns: int, p: RevengeParameters, law: CivilianHarmParameters, extent: float
) -> None:
    world = random_world(seed, rows, columns, communities=20, peoples=3, feuds=6, extent=extent, units=40)
    world.outside.shelter[:] = np.random.default_rng(seed).integers(0, 3, rows * columns) / 2
    world.actors.waiting[:] = np.random.default_rng(seed).random(3) < 0.2
    slow = slow_revenge(world, p, law, 1.5)
    run_step(world, p, law, 1.5)
    columns = (
        "cell", "side_a", "side_b", "community", "deaths_a", "deaths_b", "deaths_civilians", "people", "victim_people",
        "winner",
    )  # fmt: skip
    found = [tuple(row[name] for name in columns) for row in violence(world)]
    assert found == [row[:-1] for row in slow["rows"]]
    assert np.allclose(world.violence.terms[: len(found), 3], [row[-1] for row in slow["rows"]], rtol=1e-5, atol=1e-6)
    assert world.communities.population.tolist() == slow["population"]
    here = np.zeros(world.cells.strength.shape, int)
    np.add.at(here, (world.units.cell, world.units.actor), world.units.strength)
    assert here.tolist() == slow["strength"].tolist() == world.cells.strength.tolist()
    units = world.units
    for (militia, avengers), men in slow["men"].items():  # who falls is of the people that has the feud
        mine = (units.actor == militia) & (world.groups.people[units.group] == avengers)
        assert np.bincount(units.cell[mine], units.strength[mine], men.size).tolist() == men.tolist()
    for name, array in (
        ("harm", world.cells.harm), ("memory", world.cells.memory), ("fear", world.communities.fear),
        ("grievance", world.communities.grievance), ("losses", world.cells.losses),
    ):  # fmt: skip
        assert np.allclose(array, slow[name], rtol=1e-5), name


def test_the_reference_has_clashes_to_check() -> None:
    rows = []
    for seed in range(60):
        world = random_world(seed, communities=20, peoples=3, feuds=6, units=60)
        slow = slow_revenge(world, parameters(rate=10.0, nearby=0.5), deaths(mortal_share=1.0), 1.5)
        rows += slow["rows"]
    clashes = [row for row in rows if row[2] >= 0]
    assert len(clashes) > 20
    assert {row[9] == row[1] for row in clashes} == {True, False}


# --- 3. invariants


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


def armed_world(attackers: int = 30, defenders: int = 10) -> World:
    """Three cells: people 1 with `attackers` of actor 0 in the middle one, people 0 with `defenders` of actor 1 in the
    first; ten of actor 0 there are of another people.
    """
    world = plain_world(
        1, 3, actors=2, groups=[(0, 1), (0, 0), (1, 0)], communities=[Community(0, 0, 900), Community(1, 1, 500)],
        feuds=[Feud(1, 0, avenger=0), Feud(0, 1, level=0.0, avenger=1)],
        units=[Unit(1, 0, attackers, group=0), Unit(0, 0, 10, group=1), Unit(0, 1, defenders, group=2)],
    )  # fmt: skip
    world.cells.harm[0, 1] = 1e6
    return world


SURE = {"rate": 10.0, "half_life": 520.0, "standing": 0.0, "talk": 0.5, "nearby": 0.5}


def test_a_clash_by_hand() -> None:
    # The avengers come from next door; 10 / 40 of the attacks are met, and a quarter of the dead are theirs.
    met = wins = n = 0
    for step in range(400):
        world = armed_world()
        world.step = step
        run_step(world, parameters(**SURE), deaths(tail_exponent=4.0), weeks=100.0)
        (row,) = violence(world)
        _, _, severity, meet = uniform4(*world.key, int(Stream.REVENGE), step, 0, 0)
        split, outcome = uniform4(*world.key, int(Stream.REVENGE_VICTIM), step, 0, 0)[:2]
        n += 1
        assert (row["side_b"] == 1) == (meet < 0.25)
        if row["side_b"] < 0:
            continue
        met += 1
        dead = min(1 + math.floor(4 * (severity ** (-1 / 3) - 1)), 4)  # at most a tenth of 40
        assert (row["deaths_a"], row["deaths_b"]) == (math.floor(dead / 4 + split), dead - math.floor(dead / 4 + split))
        assert row["winner"] == (0 if outcome < 0.75 else 1)
        wins += row["winner"] == 0
        assert world.units.strength.tolist() == [30 - row["deaths_a"], 10, 10 - row["deaths_b"]]
        assert world.communities.population.tolist() == [900, 500]
        assert world.cells.losses[0].tolist() == [row["deaths_a"], row["deaths_b"]]
        assert world.cells.harm[:, 0].tolist() == pytest.approx([0.6 * row["deaths_a"], 0.6 * row["deaths_b"]])
    assert stats.binomtest(met, n, 0.25).pvalue > UNLIKELY
    assert stats.binomtest(wins, met, 0.75).pvalue > UNLIKELY


def test_nobody_is_met_without_defenders_or_by_his_own() -> None:
    for world in (armed_world(defenders=0), armed_world(attackers=0), armed_world()):
        if world.units.strength.all():
            world.ground.feud_avenger[:] = 0  # the same militia avenges both
        for step in range(60):
            world.step = step
            run_step(world, parameters(**SURE), deaths(), weeks=100.0)
        assert {row["side_b"] for row in violence(world)} == {-1}


@pytest.mark.parametrize(
    ("changes", "shelter", "hazard"),
    [
        # harm 20 in the cell around at weight 0.5 rouses 1 - exp(-10 / 10); 30 avengers around count 15 (10: half)
        ({"talk": 0.5, "nearby": 0.5, "unarmed": 0.1}, 0.0, 0.8 * (1 - math.exp(-1)) * (0.1 + 0.9 * 15 / 25)),
        ({"talk": 0.5, "nearby": 0.0, "unarmed": 0.1}, 0.0, 0.8 * (1 - math.exp(-1)) * 0.1),
        ({"talk": 0.5, "nearby": 0.5, "unarmed": 0.0}, 0.5, 0.8 * (1 - math.exp(-1)) * 0.3),
        ({"talk": 0.0, "nearby": 0.5, "unarmed": 1.0}, 0.0, 0.0),
    ],
)
def test_kin_talk_arms_and_shelter(changes: dict[str, float], shelter: float, hazard: float) -> None:
    n = draws(5_000, 500)
    world = armed_world(defenders=0)
    p = parameters(standing=0.0, half_life=520.0, **changes)
    world.outside.shelter[:] = shelter
    for step in range(n):
        world.step = step
        world.communities.population[:] = [900, 500]
        world.cells.harm[:] = 0.0
        world.cells.harm[0, 1] = 20.0
        run_step(world, p, deaths(), weeks=1.0)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-hazard)).pvalue > UNLIKELY


def test_nobody_of_another_people_falls_in_a_clash() -> None:
    # Actor 0 has ten avengers and, placed before them, ninety of people 0; the clash may kill all avengers.
    for step in range(60):
        world = plain_world(
            1, 1, actors=2, groups=[(0, 0), (0, 1), (1, 0)], communities=[Community(0, 0, 900), Community(0, 1, 500)],
            feuds=[Feud(1, 0, avenger=0), Feud(0, 1, level=0.0, avenger=1)],
            units=[Unit(0, 0, 90, group=0), Unit(0, 0, 10, group=1), Unit(0, 1, 90, group=2)],
        )  # fmt: skip
        world.cells.harm[0], world.step = 1e6, step
        run_step(world, parameters(**SURE), deaths(mortal_share=1.0, death_scale=50.0), weeks=100.0)
        (row,) = violence(world)
        assert world.units.strength.tolist() == [90, 10 - row["deaths_a"], 90 - row["deaths_b"]]


def test_feuds_share_their_avengers() -> None:
    # Two feuds of people 1, avenged by one militia: its ten men are counted once, and in the order of the feuds.
    world = plain_world(
        1, 2, actors=2, peoples=3, groups=[(0, 1), (1, 0)], communities=[Community(0, 0, 900), Community(0, 1, 500)],
        feuds=[Feud(0, 1, avenger=1), Feud(1, 0, avenger=0), Feud(1, 2, avenger=0), Feud(1, 2, avenger=1)],
        units=[Unit(1, 0, 7), Unit(0, 0, 3), Unit(1, 1, 5), Unit(1, 0, 0)],
    )  # fmt: skip
    index_units(world)
    ground, cells, units = world.ground, world.cells, world.units

    def avengers(f: int, cell: int) -> int:
        return avengers_in(
            cell, ground.feud_avenger[f], ground.feud_people[f], cells.start, cells.order, cells.strength,
            units.actor, units.group, units.strength, world.groups.people,
        )  # fmt: skip

    assert [[avengers(f, cell) for cell in (0, 1)] for f in range(4)] == [[0, 5], [3, 7], [3, 7], [0, 0]]


def test_no_revenge_under_the_name_of_a_militia_that_is_not_there_yet() -> None:
    for waiting in (1, 0):
        world = armed_world(attackers=0, defenders=0)
        world.actors.waiting[0] = waiting
        run_step(world, parameters(**SURE), deaths(), weeks=100.0)
        assert [row["side_a"] for row in violence(world)] == ([] if waiting else [0])


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
        (10 * math.log(4.0), 0.0, 2.0, 0.8 * 0.5 * 0.75, 1.0),  # 1 - 1/4 rouses
        (1e9, 0.3, 1.0, 0.8 * 0.5, 1.0),  # no more than rate * level
        (0.0, 1.0, 0.5, 0.8 * 0.5, 1.0),
        (0.0, 0.2, 1.0, 0.8 * 0.5 * 0.2 * 0.25, 0.25),  # per area, and the harm counts as much
        (10 * math.log(4.0), 0.0, 2.0, 0.8 * 0.5 * 0.75 * 4, 4.0),
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
