"""Battle: worked examples and invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.battle_worlds import CERTAIN, FORBIDDEN, PARAMETERS, SHAPES, field, make_enemies, parameters
from mechanisms.worlds import Unit, plain_world, random_world, violence
from sahelsim.mechanisms.battle.kernel import kill_fighters
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.battle.step import forget, run_step
from sahelsim.rng import Stream, uniform4
from sahelsim.terms import Harm, Role, Trait
from sahelsim.world.state import World

# --- worked examples


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


# --- invariants


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
