"""Battle: worked example, slow reference, invariants, and the laws of onset, deaths and outcome."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mechanisms.worlds import Unit, draws, plain_world, random_world, spoil_index, violence
from sahelsim.mechanisms.battle.kernel import kill_fighters
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.battle.step import forget, run_step
from sahelsim.rng import Stream, uniform4
from sahelsim.terms import Harm, Role, Trait
from sahelsim.world.state import World

UNLIKELY = 1e-5
FORBIDDEN = -1.0e9
QUIET = 0.8


def parameters(**changes: float) -> BattleParameters:
    values: dict[str, float] = {
        "rate": 1.0, "half_strength": 60.0, "tacit_factor": 0.1, "negotiated_factor": 0.1, "desert_factor": 0.5,
        "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.2, "outcome_slope": 1.0, "attacker_edge": -0.5,
        "loser_share": 0.7, "momentum_scale": 4.0, "momentum_half_life": 2.0, "loss_half_life": 2.0,
        "strength_exponent": 1.0,
    }  # fmt: skip
    return BattleParameters(enabled=True, **(values | changes))


def make_enemies(world: World, enmity: float = 1.0) -> None:
    world.actors.enmity[:] = enmity * (1.0 - np.eye(world.actors.camp.size))


# --- 1. worked examples


def small_battle(extent: float = 1.0) -> World:
    """Two actors in the south-western of four cells: 30 mobile and 10 in garrison against 50 and 40, mobile."""
    world = plain_world(
        2, 2, actors=2, extent=extent,
        units=[Unit(0, 0, 30), Unit(0, 0, 10, Role.GARRISON), Unit(0, 1, 50), Unit(0, 1, 40)],
    )  # fmt: skip
    make_enemies(world, 0.5)
    world.key, world.step = (1, 2), 4
    world.ground.cells_desert[0] = 0.5
    world.actors.traits[Trait.INITIATIVE] = [1.0, 3.0]
    world.actors.traits[Trait.SKILL] = [2.0, 1.0]
    world.cells.appeal[:, 1] = [0.0, 1.0, 2.0, 9.0]
    world.groups.attraction[1, 3] = FORBIDDEN
    return world


def test_by_hand() -> None:
    world = small_battle()
    actors, cells = world.actors, world.cells
    actors.hostility[:] = [[0.0, 0.6], [0.6, 0.0]]
    actors.rival[:] = [[0, 1], [1, 0]]
    actors.victories[:], actors.defeats[:] = [2.0, 4.0], [2.0, 6.0]
    actors.momentum[:] = 77.0  # worked out anew, whatever it was
    cells.losses[0] = [8.0, 0.0]
    onset, who, outcome, severity = uniform4(1, 2, int(Stream.BATTLE), 4, 1, 0)  # cell 0, dyad (0, 1)
    assert (onset, who, outcome, severity) == pytest.approx((0.3052, 0.1403, 0.4477, 0.2614), abs=5e-5)
    split, from_a, from_b, _ = uniform4(1, 2, int(Stream.BATTLE_LOSSES), 4, 1, 0)
    assert (split, from_a, from_b) == pytest.approx((0.9435, 0.0239, 0.6835), abs=5e-5)

    run_step(world, parameters(), escalation=0.25, weeks=2.0)

    # Onset: G = sqrt(40 * 90) = 60, contact 60 / (60 + 60) = 0.5, initiative (1 + 3) / 2 = 2, terrain
    #   1 + (0.5 - 1) * 0.5 = 0.75; lambda = 1 * 0.5 * 0.5 * 2 * 0.75 = 0.375 a week; in two weeks
    #   1 - exp(-0.75) = 0.5276 > 0.3052: a battle.
    # Attacker: pushes 1 * 40 and 3 * 90 = 270; 0.1403 * 310 = 43.5 >= 40: actor 1 attacks.
    # Outcome: F = 1 * 90 against 2 * 40 = 80: ln(90/80) = 0.117783; P = logistic(0.117783 - 0.5) = 0.40559
    #   < 0.4477: the defender, actor 0, wins.
    # Deaths: Lomax of exponent 2: 4 * (1 / 0.2614 - 1) = 11.3: 11, below 0.2 * 130 = 26. The loser bears
    #   floor(0.7 * 11 + 0.9435) = floor(8.64) = 8, the winner 3.
    # Whom: 0.0239 * 40 = 0.96 falls to the unit of 30 of actor 0, 0.6835 * 90 = 61.5 >= 50 to the unit of 40 of 1.
    # Retreat: both units of actor 1 go to cell 2 (worth 2); cell 3 is worth 9 but forbidden.
    assert world.units.strength.tolist() == [27, 10, 50, 32]
    assert world.units.cell.tolist() == [0, 0, 2, 2]
    assert cells.strength.tolist() == [[37, 0], [0, 0], [0, 82], [0, 0]]
    assert violence(world) == [
        {
            "step": 4, "kind": int(Harm.BATTLE), "cell": 0, "side_a": 1, "side_b": 0, "deaths_a": 8, "deaths_b": 3,
            "deaths_civilians": 0, "community": -1, "people": -1, "victim_people": -1, "winner": 0,
        }
    ]  # fmt: skip
    # Terms: enmity, contact, hazard, log-odds of the attacker without its edge.
    assert world.violence.terms[0].tolist() == pytest.approx([0.5, 0.5, 0.375, 0.117783], abs=1e-6)
    # Memories: what stood before has halved in two weeks; losses only fade at the end of the step.
    assert cells.losses[0].tolist() == pytest.approx([8.0 + 3, 8.0])
    forget(world, parameters(), weeks=2.0)
    assert cells.losses[0].tolist() == pytest.approx([5.5, 4.0])
    assert cells.memory.tolist() == [11.0, 0.0, 0.0, 0.0]
    assert actors.loss_memory.tolist() == [[0.0, 11.0], [11.0, 0.0]]
    assert actors.fight_memory.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert actors.victories.tolist() == pytest.approx([2.0 / 2 + 1, 4.0 / 2])
    assert actors.defeats.tolist() == pytest.approx([2.0 / 2, 6.0 / 2 + 1])
    # Momentum: (2 - 1) / (2 + 1 + 4) = 1/7 and (2 - 4) / (2 + 4 + 4) = -1/5.
    assert actors.momentum.tolist() == pytest.approx([1 / 7, -1 / 5])
    # Hostility of the rivals: 0.6 + 0.25 * (1 - 0.6) = 0.7.
    assert actors.hostility.ravel().tolist() == pytest.approx([0.0, 0.7, 0.7, 0.0])


def test_deaths_are_held_to_the_mortal_share_by_hand() -> None:
    # As above, but at most 0.05 * 130 = 6.5 can die: 6; the loser bears floor(0.7 * 6 + 0.9435) = 5.
    world = small_battle()
    run_step(world, parameters(mortal_share=0.05), escalation=0.25, weeks=2.0)
    assert (violence(world)[0]["deaths_a"], violence(world)[0]["deaths_b"]) == (5, 1)
    assert world.units.strength.tolist() == [29, 10, 50, 35]
    assert not world.actors.hostility.any()  # not rivals: the hostility of the dyad is what the scenario says


def test_a_battle_without_dead_embitters_nobody_by_hand() -> None:
    # Lomax of scale 0.1: 0.28, so nobody dies. It is a battle all the same, won by actor 0.
    world = small_battle()
    world.actors.hostility[:] = [[0.0, 0.6], [0.6, 0.0]]
    world.actors.rival[:] = [[0, 1], [1, 0]]
    run_step(world, parameters(death_scale=0.1), escalation=0.25, weeks=2.0)
    assert [(r["deaths_a"], r["deaths_b"], r["winner"]) for r in violence(world)] == [(0, 0, 0)]
    assert world.actors.hostility.tolist() == [[0.0, 0.6], [0.6, 0.0]]
    assert world.actors.fight_memory[0, 1] == 1.0
    assert world.actors.momentum.tolist() == pytest.approx([1 / 5, -1 / 5])  # 1 / (1 + 4)
    assert world.units.cell.tolist() == [0, 0, 2, 2]


def test_deaths_run_over_from_unit_to_unit_by_hand() -> None:
    # Lomax of scale 40: 113 > 0.6 * 130 = 78 dead; the loser bears floor(54.6 + 0.9435) = 55 and the winner 23.
    # Actor 1 begins at its unit of 40, then comes that of 50: 40 + 15; actor 0 at its unit of 30.
    world = small_battle()
    run_step(world, parameters(death_scale=40.0, mortal_share=0.6), escalation=0.25, weeks=2.0)
    assert (violence(world)[0]["deaths_a"], violence(world)[0]["deaths_b"]) == (55, 23)
    assert world.units.strength.tolist() == [7, 10, 35, 0]
    assert world.units.cell.tolist() == [0, 0, 2, 0]  # nobody is left of unit 3 to retreat


def test_the_winner_does_not_bear_what_the_loser_cannot_by_hand() -> None:
    # Lomax of scale 40: 113 of 130 would die. At a loser's share of 1 all would be the loser's, who has 90: 90 die.
    world = small_battle()
    run_step(world, parameters(death_scale=40.0, mortal_share=1.0, loser_share=1.0), escalation=0.25, weeks=2.0)
    assert (violence(world)[0]["deaths_a"], violence(world)[0]["deaths_b"]) == (90, 0)
    assert world.units.strength.tolist() == [30, 10, 0, 0]
    assert world.cells.memory[0] == 90.0
    # At a share of 0.7 the loser would bear floor(79.1 + 0.9435) = 80, the winner 33.
    world = small_battle()
    run_step(world, parameters(death_scale=40.0, mortal_share=1.0), escalation=0.25, weeks=2.0)
    assert (violence(world)[0]["deaths_a"], violence(world)[0]["deaths_b"]) == (80, 33)


def test_larger_cells_by_hand() -> None:
    # Twice the reference area: rate 2, half strength 120; contact 60 / 180 = 1/3;
    # lambda = 2 * 0.5 / 3 * 2 * 0.75 = 0.5. All that follows the onset is as in the cell of one unit.
    world = small_battle(extent=2.0)
    run_step(world, parameters(), escalation=0.25, weeks=2.0)
    assert world.violence.terms[0].tolist() == pytest.approx([0.5, 1 / 3, 0.5, 0.117783], abs=1e-6)
    assert world.units.strength.tolist() == [27, 10, 50, 32]


@pytest.mark.parametrize(
    ("u", "deaths", "left", "taken"),
    [
        # Actor 0 has 20 (unit 3), 30 (unit 1) and 50 (unit 4) in the cell, in this order, and 100 that have left.
        (0.19, 5, [40, 30, 9, 15, 50, 100], 5),
        (0.20, 5, [40, 25, 9, 20, 50, 100], 5),
        (0.49, 5, [40, 25, 9, 20, 50, 100], 5),
        (0.50, 5, [40, 30, 9, 20, 45, 100], 5),
        (0.50, 60, [40, 30, 9, 10, 0, 100], 60),  # round to the first
        (0.99, 75, [40, 25, 9, 0, 0, 100], 75),
        (0.30, 100, [40, 0, 9, 0, 0, 100], 100),
        (0.30, 120, [40, 0, 9, 0, 0, 100], 100),  # no more than there are
        (0.30, 0, [40, 30, 9, 20, 50, 100], 0),
    ],
)
def test_whom_the_dead_are_taken_from_by_hand(u: float, deaths: int, left: list[int], taken: int) -> None:
    order = np.array([0, 5, 3, 2, 1, 4], np.int32)
    cell = np.array([7, 7, 7, 7, 7, 6], np.int32)
    actor = np.array([1, 0, 2, 0, 0, 0], np.int16)
    strength = np.array([40, 30, 9, 20, 50, 100], np.int32)
    assert kill_fighters(order, 0, 6, 7, cell, actor, strength, 0, 100, deaths, u) == taken
    assert strength.tolist() == left


def test_garrisons_and_the_surrounded_do_not_retreat() -> None:
    world = small_battle()
    world.units.role[3] = int(Role.GARRISON)
    run_step(world, parameters(), escalation=0.0, weeks=2.0)
    assert world.units.cell.tolist() == [0, 0, 2, 0]
    boxed = small_battle()
    boxed.groups.attraction[1] = FORBIDDEN
    run_step(boxed, parameters(), escalation=0.0, weeks=2.0)
    assert boxed.units.cell.tolist() == [0, 0, 0, 0]
    assert boxed.cells.strength[0].tolist() == [37, 82]


# --- 2. slow reference


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


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 20), half_strength=st.floats(1, 200), desert_factor=st.floats(0, 2),
    death_scale=st.floats(0.5, 40), tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.01, 1),
    outcome_slope=st.floats(0, 4), attacker_edge=st.floats(-2, 2), loser_share=st.floats(0.5, 1),
    strength_exponent=st.floats(0, 2), momentum_scale=st.floats(0.1, 1000), momentum_half_life=st.floats(1, 520),
)  # fmt: skip


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


# --- 3. invariants


@given(**SHAPES, p=PARAMETERS, weeks=st.sampled_from([0.5, 1.0, 4.0]), escalation=st.floats(0, 1))
def test_invariants(seed: int, rows: int, columns: int, p: BattleParameters, weeks: float, escalation: float) -> None:
    world = random_world(seed, rows, columns, actors=4, units=40)
    units, actors = world.units, world.actors
    cell, strength = units.cell.copy(), units.strength.copy()
    won, lost_before = actors.victories.sum(), actors.defeats.sum()
    hostility, memory = actors.hostility.copy(), world.cells.memory.copy()
    there = world.cells.strength.copy()
    run_step(world, p, escalation, weeks)
    rows_ = violence(world)
    lost = np.zeros(4, int)
    killed = np.zeros(rows * columns)
    for row in rows_:
        a, b, c = row["side_a"], row["side_b"], row["cell"]
        assert row["kind"] == Harm.BATTLE
        assert a != b
        assert actors.enmity[a, b] > 0
        assert row["winner"] in (a, b)
        dead = row["deaths_a"] + row["deaths_b"]
        assert row["deaths_a"] >= 0 <= row["deaths_b"]
        assert dead <= p.mortal_share * (there[c, a] + there[c, b])
        lost[a] += row["deaths_a"]
        lost[b] += row["deaths_b"]
        killed[c] += dead
        assert row["deaths_civilians"] == 0
    # no dyad fights twice in a cell
    assert len({(r["cell"], *sorted((r["side_a"], r["side_b"]))) for r in rows_}) == len(rows_)
    # every death in the log is a fighter less, of the right side
    before, after = (np.bincount(units.actor, weights=s, minlength=4) for s in (strength, units.strength))
    assert (before - after).tolist() == lost.tolist()
    assert ((units.strength >= 0) & (units.strength <= strength)).all()
    assert (units.strength[strength == 0] == 0).all()
    assert np.allclose(world.cells.memory, memory + killed, rtol=1e-6)
    # only mobile units of losers move, one cell, and only where they may
    moved = np.flatnonzero(units.cell != cell)
    beaten = {(r["cell"], r["side_a"] if r["winner"] == r["side_b"] else r["side_b"]) for r in rows_}
    for u in moved:
        assert units.role[u] == Role.MOBILE
        assert (int(cell[u]), int(units.actor[u])) in beaten
        assert units.cell[u] in world.ground.neighbours[cell[u]]
        assert world.groups.attraction[units.group[u], units.cell[u]] > FORBIDDEN / 2
    # matrices of dyads stay symmetric, hostility rises and stays a share
    for matrix in (actors.hostility, actors.loss_memory, actors.fight_memory):
        assert np.array_equal(matrix, matrix.T)
    assert ((actors.hostility >= hostility - 1e-15) & (actors.hostility <= 1)).all()
    assert actors.loss_memory.sum() == 2 * killed.sum()
    assert actors.fight_memory.sum() == 2 * len(rows_)
    # each battle has one winner and one loser; momentum is a share
    fade = 0.5 ** (weeks / p.momentum_half_life)
    assert actors.victories.sum() == pytest.approx(won * fade + len(rows_), rel=1e-12)
    assert actors.defeats.sum() == pytest.approx(lost_before * fade + len(rows_), rel=1e-12)
    assert (abs(actors.momentum) < 1).all()
    assert np.array_equal(actors.momentum > 0, actors.victories > actors.defeats)
    # probabilities in the log
    terms = world.violence.terms[: len(rows_)]
    assert ((terms[:, :2] >= 0) & (terms[:, :2] <= 1)).all()
    assert (terms[:, 2] > 0).all()
    # the index is of the world after the battles
    recount = np.zeros_like(world.cells.strength)
    np.add.at(recount, (units.cell, units.actor), units.strength)
    assert np.array_equal(world.cells.strength, recount)


@given(seed=st.integers(0, 10**6))
def test_cells_fight_on_their_own(seed: int) -> None:
    # Without the units of the last cells the battles of the first are the same: draws belong to (cell, dyad).
    whole, part = (random_world(seed, 2, 2, units=40) for _ in range(2))
    part.units.strength[part.units.cell >= 2] = 0
    for world in (whole, part):
        run_step(world, parameters(rate=5.0), 0.0, 1.0)
    assert [r for r in violence(whole) if r["cell"] < 2] == violence(part)


def test_friends_and_strangers_do_not_fight() -> None:
    world = plain_world(1, 1, actors=3, units=[Unit(0, a, 500) for a in range(3)])
    world.actors.traits[Trait.INITIATIVE] = 20.0
    world.actors.enmity[0, 2] = world.actors.enmity[2, 0] = 1.0
    run_step(world, parameters(rate=50.0), 0.0, 100.0)
    assert [(sorted((r["side_a"], r["side_b"]))) for r in violence(world)] == [[0, 2]]


def test_a_log_that_is_full_grows() -> None:
    world = field(1500, 50, 50)
    run_step(world, CERTAIN, 0.0, 10.0)
    assert int(world.violence.count[0]) == 1500
    assert len(world.violence.rows) >= 1500


# --- 4. laws

CERTAIN = parameters(rate=50.0, half_strength=1.0, mortal_share=0.9, desert_factor=1.0)
"""A battle in every cell in ten weeks (hazard above 48 a week)."""


def field(
    n: int, strength_a: int, strength_b: int, initiative: tuple[float, float] = (1.0, 1.0), extent: float = 1.0
) -> World:
    """`n` cells with one garrison of each of two enemies."""
    rows = 50
    assert n % rows == 0
    units = [Unit(c, a, (strength_a, strength_b)[a], Role.GARRISON) for c in range(n) for a in (0, 1)]
    world = plain_world(rows, n // rows, actors=2, units=units, resolution=0.05, extent=extent, seed=11)
    make_enemies(world)
    world.actors.traits[Trait.INITIATIVE] = initiative
    return world


def column(world: World, name: str) -> np.ndarray:
    log = world.violence
    return log.rows[: int(log.count[0]), log.columns.index(name)].astype(np.int64)


@pytest.mark.parametrize(
    ("won", "lost", "scale", "momentum"),
    [
        (0.0, 0.0, 4.0, 0.0),  # nothing is remembered
        (8.0, 0.0, 4.0, 4 / (4 + 4)),  # four are left of eight: as many as the scale count half
        (0.0, 8.0, 4.0, -0.5),
        (20.0, 20.0, 1.0, 0.0),  # it is the balance that counts
        (12.0, 4.0, 2.0, (6 - 2) / (8 + 2)),
        (2e6, 0.0, 0.1, 1.0),  # at most all
    ],
)
def test_momentum_is_the_balance_of_remembered_battles(won: float, lost: float, scale: float, momentum: float) -> None:
    world = plain_world(1, 1, actors=2, units=[Unit(0, 0, 50), Unit(0, 1, 50)])  # at peace
    world.actors.victories[0], world.actors.defeats[0] = won, lost
    run_step(world, parameters(momentum_scale=scale), 0.0, weeks=2.0)  # one half-life
    assert world.actors.momentum.tolist() == pytest.approx([momentum, 0.0], abs=1e-6)


def test_momentum_settles_where_forgetting_and_winning_balance() -> None:
    # Won every week at a half-life of two: 1 / (1 - 2**-0.5) = 3.414 are remembered; 3.414 / (3.414 + 4) = 0.4605.
    world = field(50, 100_000, 100)
    world.units.strength[2:] = 0  # one battle a week
    p = CERTAIN.model_copy(update={"outcome_slope": 10.0, "attacker_edge": 0.0, "mortal_share": 0.01})
    for world.step in range(60):
        world.units.strength[:2] = [100_000, 100]
        run_step(world, p, 0.0, 1.0)
    assert int(world.violence.count[0]) == 60
    assert world.actors.momentum.tolist() == pytest.approx([0.4605, -0.4605], abs=1e-4)


def test_the_first_of_the_dead_are_drawn_by_strength() -> None:
    # At most a twentieth of 200 die, so the dead of a cell are all of the unit of 10, of 60 or of 30 that is drawn.
    n = draws(20_000, 2_000)
    rows = 50
    world = plain_world(
        rows, n // rows, actors=2, resolution=0.05, seed=13,
        units=[Unit(c, a, s, Role.GARRISON) for c in range(n) for a, s in ((0, 10), (1, 100), (0, 60), (0, 30))],
    )  # fmt: skip
    make_enemies(world)
    world.actors.traits[Trait.INITIATIVE] = 1.0
    run_step(world, CERTAIN.model_copy(update={"mortal_share": 0.05, "death_scale": 1.0}), 0.0, 10.0)
    lost = np.array([10, 100, 60, 30]) - world.units.strength.reshape(n, 4)
    struck = lost[lost[:, 0] + lost[:, 2] + lost[:, 3] > 0]
    counts = [(struck[:, k] > 0).sum() for k in (0, 2, 3)]
    assert sum(counts) == len(struck) > n / 10
    assert stats.chisquare(counts, len(struck) * np.array([0.1, 0.6, 0.3])).pvalue > UNLIKELY


@pytest.mark.parametrize("extent", [0.25, 4.0])
def test_hazard_is_one_of_density_and_area(extent: float) -> None:
    # A cell of `extent` areas with as many times the fighters has as many times the hazard: 0.8 * 0.5 each.
    n = draws(20_000, 2_000)
    world = field(n, int(60 * extent), int(60 * extent), extent=extent)
    run_step(world, parameters(rate=0.8), 0.0, 1.0)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-0.4 * extent)).pvalue > UNLIKELY
    assert world.violence.terms[0, 1:3].tolist() == pytest.approx([0.5, 0.4 * extent], rel=1e-6)


@pytest.mark.parametrize(
    ("strengths", "enmity", "initiative", "desert", "weeks", "hazard"),
    [
        # rate 0.8, half_strength 60, desert_factor 0.5
        ((60, 60), 1.0, (1.0, 1.0), 0.0, 1.0, 0.8 * 0.5),
        ((20, 180), 1.0, (1.0, 1.0), 0.0, 1.0, 0.8 * 0.5),  # the geometric mean is 60 too
        ((60, 60), 0.1, (1.0, 1.0), 0.0, 1.0, 0.8 * 0.1 * 0.5),  # a truce of factor 0.1
        ((60, 60), 1.0, (0.0, 3.0), 1.0, 1.0, 0.8 * 0.5 * 1.5 * 0.5),  # one side alone seeks battle, in desert
        ((30, 30), 1.0, (1.0, 1.0), 0.0, 4.0, 0.8 / 3),  # 30 / (30 + 60)
    ],
)
def test_onset_frequency(
    strengths: tuple[int, int], enmity: float, initiative: tuple[float, float], desert: float, weeks: float,
    hazard: float,
) -> None:  # fmt: skip
    n = draws(20_000, 2_000)
    world = field(n, *strengths, initiative=initiative)
    make_enemies(world, enmity)
    world.ground.cells_desert[:] = desert
    run_step(world, parameters(rate=0.8), 0.0, weeks)
    chance = 1 - math.exp(-hazard * weeks)
    assert stats.binomtest(len(violence(world)), n, chance).pvalue > UNLIKELY
    assert world.violence.terms[0, 2] == pytest.approx(hazard, rel=1e-6)


@pytest.mark.parametrize(("scale", "exponent"), [(4.0, 2.1), (2.0, 3.0)])
def test_deaths_follow_the_floor_of_a_lomax(scale: float, exponent: float) -> None:
    n = draws(30_000, 3_000)
    world = field(n, 400_000, 400_000)
    run_step(world, CERTAIN.model_copy(update={"death_scale": scale, "tail_exponent": exponent}), 0.0, 10.0)
    dead = column(world, "deaths_a") + column(world, "deaths_b")
    assert dead.size == n
    survival = (1 + np.arange(0, 400) / scale) ** (1 - exponent)  # P(X >= k) = P(floor(X) >= k)
    classes = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55]
    expected = n * -np.diff([*survival[classes], 0.0])
    found = np.histogram(dead, bins=[*classes, np.inf])[0]
    assert stats.chisquare(found, expected).pvalue > UNLIKELY
    # the median is the first k with P(D > k) <= 1/2
    assert np.median(dead) == np.flatnonzero(survival[1:] <= 0.5)[0]
    # the tail is a power law: the Hill estimate of (x + scale) above 20 is exponent - 1, to 4.5 standard errors
    tail = np.log((dead[dead >= 20] + 0.5 + scale) / (20 + scale))
    assert abs(1 / tail.mean() - (exponent - 1)) < 4.5 * (exponent - 1) / math.sqrt(tail.size) + 0.02


def test_attacker_is_drawn_by_initiative_and_strength() -> None:
    n = draws(20_000, 2_000)
    world = field(n, 40, 20, initiative=(1.0, 3.0))
    run_step(world, CERTAIN, 0.0, 10.0)
    attacks = int((column(world, "side_a") == 0).sum())
    assert stats.binomtest(attacks, n, 40 / (40 + 60)).pvalue > UNLIKELY


@pytest.mark.parametrize(
    ("slope", "edge", "exponent", "odds"),
    [
        (0.0, 0.0, 1.0, 0.0),  # a fair coin
        (0.0, 1.2, 1.0, 1.2),  # surprise alone
        (0.8, 0.0, 1.0, 0.8 * math.log(1.5 * 100 / 60)),  # force of actor 0: 1.5 * 100 against 60
        (1.0, -0.3, 0.0, math.log(1.5) - 0.3),  # numbers do not count, skill does
        (1.0, 0.0, 2.0, math.log(1.5 * (100 / 60) ** 2)),  # Lanchester's square law
    ],
)
def test_odds_of_winning(slope: float, edge: float, exponent: float, odds: float) -> None:
    n = draws(20_000, 2_000)
    world = field(n, 100, 60)
    world.actors.traits[Trait.SKILL, 0] = 1.5
    p = {"outcome_slope": slope, "attacker_edge": edge, "strength_exponent": exponent}
    run_step(world, CERTAIN.model_copy(update=p), 0.0, 10.0)
    attacker, winner = column(world, "side_a"), column(world, "winner")
    strong = attacker == 0
    right = 1 / (1 + math.exp(-odds))
    assert stats.binomtest(int((winner[strong] == 0).sum()), int(strong.sum()), right).pvalue > UNLIKELY
    other = 1 / (1 + math.exp(odds - 2 * edge))  # actor 1 attacks: the ratio turns over, the edge does not
    assert stats.binomtest(int((winner[~strong] == 1).sum()), int((~strong).sum()), other).pvalue > UNLIKELY


def test_great_slope_lets_the_stronger_win() -> None:
    world = field(500, 200, 100)
    run_step(world, CERTAIN.model_copy(update={"outcome_slope": 10.0, "attacker_edge": 0.0}), 0.0, 10.0)
    lost = int((column(world, "winner") == 1).sum())
    assert lost <= 5  # odds of 2**10 to 1: half a defeat is expected


def test_loser_bears_its_share_without_bias() -> None:
    n = draws(20_000, 2_000)
    world = field(n, 100_000, 100_000)
    run_step(world, CERTAIN.model_copy(update={"loser_share": 0.63, "tail_exponent": 4.0}), 0.0, 10.0)
    a_lost = column(world, "winner") == column(world, "side_b")
    by_loser = np.where(a_lost, column(world, "deaths_a"), column(world, "deaths_b"))
    dead = column(world, "deaths_a") + column(world, "deaths_b")
    rest = by_loser - 0.63 * dead  # rounding: between -1 and 1, zero in the mean
    assert (abs(rest) < 1).all()
    fraction = (0.63 * dead) % 1.0
    error = math.sqrt((fraction * (1 - fraction)).sum())
    assert abs(rest.sum()) < 4.5 * error


def test_onset_outcome_and_deaths_are_independent() -> None:
    n = draws(20_000, 4_000)
    world = field(n, 100_000, 100_000)
    run_step(world, CERTAIN.model_copy(update={"attacker_edge": 0.0}), 0.0, 10.0)
    attacker_won = column(world, "winner") == column(world, "side_a")
    many = column(world, "deaths_a") + column(world, "deaths_b") > 4
    table = np.histogram2d(attacker_won, many, bins=2)[0]
    assert stats.chi2_contingency(table).pvalue > UNLIKELY
    attacks = np.histogram2d(column(world, "side_a"), attacker_won, bins=2)[0]
    assert stats.chi2_contingency(attacks).pvalue > UNLIKELY
