"""Scores against closed forms and by hand; skill and its intervals on made-up scores."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sahelsim.errors import BadInput
from sahelsim.forecast.bootstrap import block_weights
from sahelsim.forecast.marginal import BINS, ignorance, marginal_scores, pit_histogram
from sahelsim.forecast.skill import BEST, summarise

LEVELS = (np.arange(20_000) + 0.5) / 20_000


def _crps(draws: list[int], observed: int) -> float:
    return float(marginal_scores(np.array(draws), np.array(observed)).crps)


def test_crps_by_hand() -> None:
    assert _crps([3], 7) == 4.0  # one draw: the absolute error
    assert _crps([0, 10], 0) == 5.0 - 2.5
    assert _crps([2, 2, 2], 2) == 0.0


@given(st.lists(st.integers(0, 300), min_size=1, max_size=30), st.integers(0, 300))
def test_crps_is_the_area_between_the_distribution_and_the_step(draws: list[int], observed: int) -> None:
    k = np.arange(301)
    cdf = (np.array(draws)[:, None] <= k).mean(axis=0)
    assert _crps(draws, observed) == pytest.approx(((cdf - (k >= observed)) ** 2).sum(), abs=1e-9)


@pytest.mark.parametrize(("rate", "observed"), [(0.3, 0), (4.0, 9), (40.0, 31)])
def test_crps_of_poisson_draws_is_the_closed_form(rate: float, observed: int) -> None:
    """(y − λ)(2 F(y) − 1) + 2 λ f(⌊y⌋) − λ e^(−2 λ) (I0(2 λ) + I1(2 λ)): Wei and Held (2014), Test 23:787-805."""
    law = stats.poisson(rate)
    bessel = special.ive(0, 2 * rate) + special.ive(1, 2 * rate)
    exact = (observed - rate) * (2 * law.cdf(observed) - 1) + 2 * rate * law.pmf(observed) - rate * bessel
    draws = law.ppf(LEVELS).astype(np.int64)
    assert marginal_scores(draws, np.array(observed)).crps == pytest.approx(exact, rel=1e-3)


def test_interval_score_and_coverage_by_hand() -> None:
    draws = np.arange(1, 101)  # 5 % and 95 % quantiles are 5 and 95
    for observed, missed in ((5, 0), (95, 0), (3, 2), (100, 5)):
        scores = marginal_scores(draws, np.array(observed))
        assert (scores.quantiles[0], scores.quantiles[-1]) == (5, 95)
        assert scores.interval == 90 + 20 * missed
        assert bool(scores.covered) is (missed == 0)


def test_ignorance_by_hand() -> None:
    draws = np.array([0] * 6 + [1, 2, 7, 2000])
    total = 10 + len(BINS)
    for observed, inside in ((0, 6), (1, 2), (2, 2), (3, 0), (6, 1), (1001, 1), (999, 0)):
        assert ignorance(draws, np.array(observed)) == pytest.approx(-np.log2((inside + 1) / total))
    assert len(BINS) == 11


def test_scores_keep_the_shape() -> None:
    rng = np.random.default_rng(2)
    draws, observed = rng.poisson(4, (3, 5, 40)), rng.poisson(4, (3, 5))
    scores = marginal_scores(draws, observed)
    assert scores.crps.shape == scores.ignorance.shape == scores.pit_low.shape == (3, 5)
    assert scores.quantiles.shape == (3, 5, 5)
    assert scores.crps[1, 2] == pytest.approx(_crps(draws[1, 2].tolist(), int(observed[1, 2])))


def test_pit_is_flat_for_a_calibrated_forecast_and_not_else() -> None:
    rng = np.random.default_rng(4)
    rates = rng.gamma(3.0, 2.0, 4000)
    observed = rng.poisson(rates)
    right, low = stats.poisson(rates), stats.poisson(0.7 * rates)
    flat = pit_histogram(right.cdf(observed - 1), right.cdf(observed))
    assert flat == pytest.approx(np.full(10, 0.1), abs=0.02)
    tilted = pit_histogram(low.cdf(observed - 1), low.cdf(observed))
    assert tilted[-1] > 0.25
    assert tilted.sum() == pytest.approx(1.0)


def test_pit_of_what_no_draw_foresaw() -> None:
    outside = marginal_scores(np.array([[1, 2, 3], [1, 2, 3], [0, 0, 0]]), np.array([9, 0, 0]))
    shares = pit_histogram(outside.pit_low, outside.pit_high)
    assert shares == pytest.approx(np.array([1.1, *[0.1] * 8, 1.1]) / 3)


def test_resampled_months_come_in_blocks() -> None:
    weights = block_weights(12, 400)
    assert weights.shape == (400, 12)
    assert (weights.sum(axis=1) == 12).all()
    assert weights.mean(axis=0)[5] == pytest.approx(1.2, abs=0.15)  # inner months are in more blocks than the first
    assert (block_weights(12, 400) == weights).all()
    assert (block_weights(12, 400, seed=1) != weights).any()
    assert (block_weights(1, 5) == 1.0).all()


def _scores(crps: dict[str, list[list[float]]], level: str = "dyad") -> pl.DataFrame:
    """A table with these CRPS by model, target and month."""
    rows = [
        (level, f"u{t}", "events", 490, 493 + month, model, value, value, value, True)
        for model, targets in crps.items()
        for t, months in enumerate(targets)
        for month, value in enumerate(months)
    ]
    names = ["level", "unit", "outcome", "origin", "month_id", "model", "crps", "ignorance", "interval_score"]
    return pl.DataFrame(rows, schema=[*names, "covered"], orient="row")


MADE_UP = {
    "sahelsim": [[1.0, 1.0, 4.0], [2.0, 2.0, 2.0], [0.5, 0.5, 0.5]],
    "zero": [[2.0, 2.0, 2.0], [8.0, 8.0, 8.0], [0.0, 0.0, 0.0]],
    "empirical12": [[4.0, 4.0, 4.0], [2.0, 2.0, 2.0], [1.0, 1.0, 1.0]],
}


def test_relative_crps_by_hand() -> None:
    found = summarise(_scores(MADE_UP), resamples=200)
    ours = {r.reference: r for r in found.relative if r.model == "sahelsim"}
    assert ours["empirical12"].value == pytest.approx((0.5 + 1.0 + 0.5) / 3)
    assert (ours["zero"].value, ours["zero"].targets) == (pytest.approx((1.0 + 0.25) / 2), 2)  # the third has no ratio
    assert (ours[BEST].value, ours[BEST].targets) == (pytest.approx((1.0 + 1.0) / 2), 2)
    assert ours["empirical12"].pooled == pytest.approx(4.5 / 7)
    assert ours["zero"].pooled == pytest.approx(4.5 / 10)
    assert ours["empirical12"].low < ours["empirical12"].value < ours["empirical12"].high
    assert {r.model for r in found.relative} == set(MADE_UP)


def test_a_reference_without_error_in_some_resamples_keeps_its_ratio() -> None:
    rare = {"sahelsim": [[0.1, 0.1, 0.8]], "zero": [[0.0, 0.0, 2.0]]}
    found = summarise(_scores(rare, level="cell"), reference="zero", resamples=400)
    ours = next(r for r in found.relative if (r.model, r.reference) == ("sahelsim", "zero"))
    assert (ours.value, ours.targets) == (pytest.approx(0.5), 1)
    assert ours.low == pytest.approx((0.1 + 0.8 + 0.8) / 4)
    assert ours.high == pytest.approx(0.5)  # once in three, or not at all
    assert (ours.pooled, ours.pooled_low) == (pytest.approx(0.5), pytest.approx(ours.low))


def test_skill_by_hand() -> None:
    rows = summarise(_scores(MADE_UP), reference="zero", resamples=200).targets.filter(pl.col("model") == "sahelsim")
    assert rows["skill"].to_list() == [0.0, 0.75, None]
    assert rows["skill_low"].to_list()[1:] == [0.75, None]  # the same in all months
    assert rows["skill_low"][0] < 0.0 < rows["skill_high"][0]
    assert rows["crps"].to_list() == [2.0, 2.0, 0.5]
    assert (rows["months"].to_list(), rows["coverage"].to_list()) == ([3] * 3, [1.0] * 3)


def test_what_cannot_be_summarised() -> None:
    with pytest.raises(BadInput, match="'hawkes' was not scored; there are sahelsim, zero, empirical12"):
        summarise(_scores(MADE_UP), reference="hawkes")
    with pytest.raises(BadInput, match="not every model was scored for every target and month of the level dyad"):
        summarise(_scores(MADE_UP).head(-1))
