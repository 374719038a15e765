"""Revenge, clashes included, against a slow reference on lists."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.revenge_worlds import DEATHS, PARAMETERS, SHAPES, deaths, parameters, run_step
from mechanisms.worlds import random_world, violence
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.rng import Stream, uniform4
from sahelsim.world.state import World


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
