"""Violence against civilians against a slow reference on lists and floats."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.civilian_harm_worlds import KIN_BLAME, PARAMETERS, SHAPES
from mechanisms.worlds import random_world, spoil_index, violence
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.civilian_harm.step import run_step
from sahelsim.rng import Stream, uniform, uniform4
from sahelsim.terms import Trait
from sahelsim.world.state import World

PACT_RESTRAINT = 0.3


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
