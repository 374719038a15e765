"""Battle against a slow reference: cell by cell, pair by pair, on readable units."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.battle_worlds import FORBIDDEN, PARAMETERS, SHAPES, make_enemies, parameters
from mechanisms.worlds import Unit, plain_world, random_world, spoil_index, violence
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.battle.step import run_step
from sahelsim.rng import Stream, uniform4
from sahelsim.terms import Role, Trait
from sahelsim.world.state import World

QUIET = 0.8


@dataclass(eq=False)
class Band:
    """A unit, readable."""

    cell: int
    actor: int
    group: int
    mobile: bool
    strength: int


@dataclass
class Fight:
    """What the reference expects in the log."""

    cell: int
    attacker: int
    defender: int
    winner: int
    dead: dict[int, int]
    terms: list[float]


def slow_battles(world: World, p: BattleParameters, weeks: float) -> tuple[list[Band], list[Fight]]:
    """All battles of a step: cell by cell, pair by pair, among those who stood in the cell at the beginning."""
    u = world.units
    bands = [
        Band(int(u.cell[i]), int(u.actor[i]), int(u.group[i]), bool(u.role[i] == Role.MOBILE), int(u.strength[i]))
        for i in range(u.cell.size)
    ]
    places = [[b for b in bands if b.cell == cell and b.strength > 0] for cell in range(world.ground.cells)]
    actors = world.actors.camp.size
    fights = [
        slow_fight(world, p, weeks, cell, met, pair)
        for cell, met in enumerate(places)
        for pair in itertools.combinations(range(actors), 2)
    ]
    return bands, [f for f in fights if f is not None]


def slow_fight(
    world: World, p: BattleParameters, weeks: float, cell: int, met: list[Band], pair: tuple[int, int]
) -> Fight | None:
    """One dyad in one cell, from the equations of the module."""
    a, b = pair
    actors = world.actors.camp.size
    skill, initiative = world.actors.traits[Trait.SKILL], world.actors.traits[Trait.INITIATIVE]
    strength = {x: sum(m.strength for m in met if m.actor == x and m.cell == cell) for x in pair}
    if not strength[a] or not strength[b]:
        return None
    enmity = float(world.actors.enmity[a, b])
    size = math.sqrt(strength[a] * strength[b])
    contact = size / (size + p.half_strength * world.ground.extent)
    terrain = 1 + (p.desert_factor - 1) * float(world.ground.cells_desert[cell])
    hazard = p.rate * world.ground.extent * enmity * contact * (initiative[a] + initiative[b]) / 2 * terrain
    for militia, other in ((a, b), (b, a)):
        if world.actors.local[militia]:
            hazard *= 1 - QUIET * float(world.cells.bound[cell, other])
    entity = (cell * actors + a) * actors + b
    onset, who, outcome, severity = uniform4(*world.key, int(Stream.BATTLE), world.step, entity, 0)
    split, from_a, from_b, _ = uniform4(*world.key, int(Stream.BATTLE_LOSSES), world.step, entity, 0)
    if onset >= 1 - math.exp(-hazard * weeks):
        return None
    push = {x: initiative[x] * strength[x] for x in pair}
    attacker, defender = (a, b) if who < push[a] / (push[a] + push[b]) else (b, a)
    force = {x: skill[x] * strength[x] ** p.strength_exponent for x in pair}
    odds = p.outcome_slope * math.log(force[attacker] / force[defender])
    attacker_wins = outcome < 1 / (1 + math.exp(-odds - p.attacker_edge))
    winner, loser = (attacker, defender) if attacker_wins else (defender, attacker)
    deaths = p.death_scale * (severity ** (-1 / (p.tail_exponent - 1)) - 1)  # P(X > x) = severity
    deaths = math.floor(min(deaths, p.mortal_share * (strength[a] + strength[b])))
    of_loser = min(math.floor(p.loser_share * deaths + split), deaths)
    dead = {loser: min(of_loser, strength[loser]), winner: min(deaths - of_loser, strength[winner])}
    for x, u in ((a, from_a), (b, from_b)):
        slow_kill([m for m in met if m.actor == x and m.cell == cell], dead[x], u)
    slow_retreat(world, met, cell, loser)
    return Fight(cell, attacker, defender, winner, dead, [enmity, contact, hazard, odds])


def slow_kill(own: list[Band], deaths: int, u: float) -> None:
    """The dead are taken from the actor's bands in the cell, round from the one in whose share `u` falls."""
    passed = list(itertools.accumulate(band.strength for band in own))
    begin = next(i for i, fighters in enumerate(passed) if u * passed[-1] < fighters)
    for band in own[begin:] + own[:begin]:
        taken = min(deaths, band.strength)
        band.strength -= taken
        deaths -= taken
    assert deaths == 0


def slow_retreat(world: World, met: list[Band], cell: int, actor: int) -> None:
    """Mobile bands of the loser leave for the neighbour that is worth most, the first of equals."""
    around = [int(c) for c in world.ground.neighbours[cell] if c >= 0]
    for band in met:
        if band.actor == actor and band.mobile and band.strength > 0 and band.cell == cell:
            pull = world.groups.attraction[band.group]
            may = [c for c in around if pull[c] > FORBIDDEN / 2]
            if may:
                band.cell = max(may, key=lambda c: float(pull[c]) + float(world.cells.appeal[c, actor]))


def check_against_reference(world: World, p: BattleParameters) -> None:
    rng = np.random.default_rng(int(world.units.strength.sum()))
    world.actors.local[:] = rng.integers(0, 2, world.actors.local.size)
    world.cells.bound[:] = rng.integers(0, 5, world.cells.bound.shape) / 4.0
    bands, fights = slow_battles(world, p, 1.0)
    hostility, fade = world.actors.hostility.copy(), 0.5 ** (1.0 / p.momentum_half_life)
    won, lost = world.actors.victories * fade, world.actors.defeats * fade
    for f in fights:
        pair = [(f.attacker, f.defender), (f.defender, f.attacker)]
        for x, y in pair if world.actors.rival[f.attacker, f.defender] and sum(f.dead.values()) else []:
            hostility[x, y] += 0.3 * (1.0 - hostility[x, y])
        won[f.winner] += 1.0
        lost[f.attacker if f.winner == f.defender else f.defender] += 1.0
    spoil_index(world)
    run_step(world, p, 0.3, 1.0, QUIET)
    assert np.allclose(world.actors.hostility, hostility, rtol=1e-12)
    assert np.allclose(world.actors.victories, won, rtol=1e-12)
    assert np.allclose(world.actors.defeats, lost, rtol=1e-12)
    assert np.allclose(world.actors.momentum, (won - lost) / (won + lost + p.momentum_scale), rtol=1e-12, atol=1e-12)
    rows = violence(world)
    assert [(r["cell"], r["side_a"], r["side_b"], r["winner"]) for r in rows] == [
        (f.cell, f.attacker, f.defender, f.winner) for f in fights
    ]
    assert [(r["deaths_a"], r["deaths_b"]) for r in rows] == [(f.dead[f.attacker], f.dead[f.defender]) for f in fights]
    terms = world.violence.terms[: len(rows)]
    assert np.allclose(terms, np.reshape([f.terms for f in fights], (-1, 4)), rtol=1e-5, atol=1e-6)
    assert world.units.strength.tolist() == [b.strength for b in bands]
    assert world.units.cell.tolist() == [b.cell for b in bands]


@given(**SHAPES, p=PARAMETERS)
def test_is_the_reference(seed: int, rows: int, columns: int, p: BattleParameters) -> None:
    # Each actor has one group and either garrisons or mobile units, so that a beaten one leaves or stays whole.
    world = random_world(seed, rows, columns, actors=4, groups_each=1)
    world.units.role[:] = np.where(world.units.actor % 2 == 0, int(Role.MOBILE), int(Role.GARRISON))
    check_against_reference(world, p)


@given(**SHAPES, p=PARAMETERS, extent=st.floats(0.1, 20))
def test_is_the_reference_when_some_of_the_beaten_stay(
    seed: int, rows: int, columns: int, p: BattleParameters, extent: float
) -> None:
    check_against_reference(random_world(seed, rows, columns, actors=4, units=40, extent=extent), p)


def test_the_dead_are_those_who_stand_in_the_cell() -> None:
    # Actor 0 (100 mobile, 40 in garrison) loses against actor 1 and its mobile unit leaves; what it then loses
    # against actor 2 in the same cell comes from the garrison.
    p = parameters(rate=50.0, half_strength=1.0, outcome_slope=10.0, mortal_share=0.1, loser_share=1.0)
    seen = 0
    for seed in range(40):
        world = plain_world(
            1, 2, actors=3, seed=seed,
            units=[Unit(0, 0, 100), Unit(0, 0, 40, Role.GARRISON), Unit(0, 1, 9000), Unit(0, 2, 9000)],
        )  # fmt: skip
        make_enemies(world)
        world.actors.enmity[1, 2] = world.actors.enmity[2, 1] = 0.0
        world.actors.traits[Trait.INITIATIVE] = 1.0
        run_step(world, p, 0.0, 10.0)
        first, second = (row["deaths_a"] if row["side_a"] == 0 else row["deaths_b"] for row in violence(world))
        assert world.units.strength[:2].sum() == 140 - first - second
        if world.units.strength[0] > 0 and second > 0:
            seen += 1
            assert world.units.cell[:2].tolist() == [1, 0]
            assert world.units.strength[1] >= 40 - first - second
            assert world.cells.strength[0, 0] == world.units.strength[1] <= 40 - second
    assert seen > 5
