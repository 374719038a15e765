"""How the record strays from the model: the update against integration by brute force and against Kalman's formulas."""

from __future__ import annotations

import numpy as np
import pytest
from forecast_worlds import parameters

from sahelsim.assimilation.discrepancy import Discrepancy, follow, prior, step, update, wave
from sahelsim.assimilation.smoothing import smoothed, smoothed_so_far
from sahelsim.forecast.rates import Rates, event_draws
from sahelsim.scenario.assimilation import AssimilationParameters

MONTH = 485  # May 2020
STILL = {"wander": 0.0, "trend_wander": 0.0, "trend_spread": 0.0, "season": 0.0, "spread": 0.0, "memory": 1.0}


def _one(deviation: float, mean: float) -> Discrepancy:
    """A particle and a unit whose discrepancy alone is uncertain."""
    state = prior(parameters(**STILL), 1, 1)
    state.mean[0, -1] = mean
    state.covariance[0, -1, -1] = deviation**2
    return state


@pytest.mark.parametrize(
    ("y", "mean", "deviation"), [(0, 0.5, 0.8), (3, 0.0, 0.5), (12, 3.5, 0.7), (40, 3.0, 1.5), (90, -2, 2)]
)
def test_update_is_near_to_integration_on_a_grid(y: int, mean: float, deviation: float) -> None:
    p = parameters(dispersion=2.5)
    eta = np.linspace(mean - 12 * deviation, mean + 12 * deviation, 200_001)
    log = (y * eta - np.exp(eta)) / 2.5 - (eta - mean) ** 2 / (2 * deviation**2)
    density = np.exp(log - log.max())
    width = eta[1] - eta[0]
    evidence = np.log(density.sum() * width) + log.max() - 0.5 * np.log(2 * np.pi * deviation**2)
    exact_mean = (density * eta).sum() / density.sum()
    exact_deviation = np.sqrt((density * (eta - exact_mean) ** 2).sum() / density.sum())

    state, likely = update(_one(deviation, mean), [y], np.zeros((1, 1)), MONTH, p)
    row = wave(MONTH, 0, 1)
    assert state.mean[0] @ row == pytest.approx(eta[log.argmax()], abs=1e-3)  # the mode, exactly
    assert state.mean[0] @ row == pytest.approx(exact_mean, abs=0.25 * exact_deviation)
    assert np.sqrt(row @ state.covariance[0] @ row) == pytest.approx(exact_deviation, rel=0.15)
    assert likely[0] == pytest.approx(evidence, abs=0.06)


def test_many_events_give_kalman_update() -> None:
    """Where counts are high the log of a count is normal around the log rate with variance φ / y."""
    p = parameters(dispersion=2.5)
    rng = np.random.default_rng(1)
    root = rng.normal(size=(6, 6)) * 0.2
    before = Discrepancy(rng.normal(size=(1, 6)) * 0.1, (root @ root.T)[None])
    counts = np.array([800_000, 900_000])
    after, _ = update(before, counts, np.full((1, 2), np.log(850_000)), MONTH, p)
    rows = np.stack([wave(MONTH, 0, 2), wave(MONTH, 1, 2)])
    noise = np.diag(2.5 / counts)
    gain = before.covariance[0] @ rows.T @ np.linalg.inv(rows @ before.covariance[0] @ rows.T + noise)
    mean = before.mean[0] + gain @ (np.log(counts / 850_000) - rows @ before.mean[0])
    assert after.mean[0] == pytest.approx(mean, abs=1e-4)
    assert after.covariance[0] == pytest.approx(before.covariance[0] - gain @ rows @ before.covariance[0], abs=1e-6)


def test_update_adds_information_and_spares_other_particles() -> None:
    p = parameters()
    start = step(prior(p, 3, 4), p)
    log_expected = np.log(np.array([[1.0, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3, 4]]))
    state, likely = update(start, [5, 0, 2, 40], log_expected, MONTH, p)
    assert (np.linalg.eigvalsh(start.covariance - state.covariance) > -1e-10).all()
    assert likely[0] == likely[2]
    assert likely[0] != likely[1]
    alone, one = update(start.of(np.array([1])), [5, 0, 2, 40], log_expected[1:2], MONTH, p)
    assert alone.mean[0] == pytest.approx(state.mean[1])
    assert one[0] == pytest.approx(likely[1])
    assert (start.mean == 0).all(), "the state before is left as it was"


def test_discrepancies_fade_and_trends_die_out() -> None:
    p = parameters(memory=7.0, trend_memory=5.0, wander=0.2, trend_wander=0.0)
    state = prior(p, 1, 2)
    state.mean[0, [1, 4]] = 0.1, 1.0
    for _ in range(7):
        state = step(state, p)
    assert state.mean[0, 4] == pytest.approx(0.5)
    for _ in range(400):
        state = step(state, p)
    assert state.mean[0, 0] == pytest.approx(0.1 / (1 - 0.5 ** (1 / 5.0)))  # all that a trend of 0.1 amounts to
    assert state.covariance[0, 5, 5] == pytest.approx(0.2**2 / (1 - 0.5 ** (2 / 7.0)))


def test_follow_is_month_by_month() -> None:
    p = parameters()
    counts = np.array([[3, 0], [4, 1], [0, 9]])
    log_expected = np.log(np.random.default_rng(2).uniform(0.5, 5, (4, 3, 2)))
    state, total = follow(counts, log_expected, MONTH, p)
    by_hand, sum_ = prior(p, 4, 2), np.zeros(4)
    for t in range(3):
        by_hand = step(by_hand, p) if t else by_hand
        by_hand, part = update(by_hand, counts[t], log_expected[:, t], MONTH + t, p)
        sum_ = sum_ + part
    assert (state.mean == by_hand.mean).all()
    assert (total == sum_).all()


def test_record_of_twice_the_model_is_learnt() -> None:
    p = parameters()
    state, _ = follow(np.full((36, 3), 40), np.full((1, 36, 3), np.log(20.0)), MONTH, p)
    level = state.mean[0] @ wave(MONTH + 35, 0, 3)
    assert level == pytest.approx(np.log(2), abs=0.1)


@pytest.mark.parametrize("deviation", [0.0, 2.0])
def test_smoothing(deviation: float) -> None:
    series = np.random.default_rng(3).uniform(0, 5, (2, 9, 3))
    assert smoothed(np.ones((1, 5, 2)), deviation) == pytest.approx(np.ones((1, 5, 2)))
    assert smoothed_so_far(series, deviation) == pytest.approx(smoothed(series, deviation)[:, -1])
    assert smoothed_so_far(series[:, :4], deviation) == pytest.approx(smoothed(series[:, :4], deviation)[:, -1])


def _draws(p: AssimilationParameters, record: np.ndarray, expected: np.ndarray, n: int = 4000) -> np.ndarray:
    rates = Rates(record, expected, MONTH)
    chance = np.random.Generator(np.random.Philox(key=5))
    return event_draws(rates, np.zeros(n, np.int64), p, chance)


def test_draws_are_negative_binomial_where_nothing_is_uncertain() -> None:
    p = parameters(**STILL, dispersion=3.0, floor=1e-6, smoothing=0.0)
    draws = _draws(p, np.full((4, 2), 7), np.full((1, 6, 2), 7.0))
    assert draws.shape == (4000, 2, 2)
    assert draws.mean() == pytest.approx(7.0, rel=0.03)
    assert draws.var() == pytest.approx(21.0, rel=0.06)


def test_draws_spread_with_the_months_ahead() -> None:
    p = parameters(smoothing=0.0, dispersion=1.01)
    draws = _draws(p, np.full((30, 2), 20), np.full((1, 48, 2), 20.0))
    spread = np.log1p(draws).std(axis=0)
    assert (spread[-1] > 1.3 * spread[0]).all()


def test_draws_where_variances_are_used_up() -> None:
    p = parameters(**STILL)
    draws = _draws(p, np.full((90, 6), 3), np.full((1, 92, 6), 3.0), 200)
    assert draws.mean() == pytest.approx(3.0, rel=0.2)
