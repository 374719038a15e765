"""Revenge: the laws of onset, victims, deaths, forgetting and of the spiral of blows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mechanisms.revenge_worlds import UNLIKELY, deaths, parameters, run_step
from mechanisms.worlds import Community, Feud, draws, plain_world, violence
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.world.state import World


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
