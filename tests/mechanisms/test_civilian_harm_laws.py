"""Violence against civilians: the laws of onset, victims, bands and deaths."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mechanisms.civilian_harm_worlds import KIN_BLAME, UNLIKELY, parameters
from mechanisms.worlds import Community, Unit, draws, plain_world, violence
from sahelsim.mechanisms.civilian_harm.step import run_step
from sahelsim.terms import Trait
from sahelsim.world.state import World


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
