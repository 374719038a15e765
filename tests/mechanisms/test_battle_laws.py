"""Battle: the laws of onset, momentum, deaths and outcome."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mechanisms.battle_worlds import CERTAIN, UNLIKELY, field, make_enemies, parameters
from mechanisms.worlds import Unit, draws, plain_world, violence
from sahelsim.mechanisms.battle.step import run_step
from sahelsim.terms import Role, Trait
from sahelsim.world.state import World


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
