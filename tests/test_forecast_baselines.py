"""Baselines: by hand, against laws known from theory, and against the figures that came with the record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from forecast_records import FIRST, events_of, history
from scipy import stats

from sahelsim.errors import BadInput
from sahelsim.forecast.baselines import BASELINES, baseline_draws, baselines_of, history_of
from sahelsim.forecast.baselines.ewnegbin import DISCOUNTS, discounted_moments, log_likelihood
from sahelsim.forecast.baselines.hawkes import fit_one
from sahelsim.forecast.baselines.history import first_day
from sahelsim.forecast.baselines.quantiles import negative_binomial
from sahelsim.forecast.marginal import marginal_scores
from sahelsim.ged import read_ged
from sahelsim.ged.units import DYADS, monthly_counts
from sahelsim.terms import month_id as month_id_of

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
RECORD, FIGURES = SHARED / "ucdp_ged_central_sahel_2012_2021.csv", SHARED / "baseline_crps_2020_2021.csv"

PAST = [[0, 5, 9, *range(12)], [0] * 15]
"""The last twelve months of the first unit are 0, 1, …, 11; the second is silent."""


def _months(past: list[list[int]], count: int = 3) -> list[int]:
    start = FIRST + len(past[0]) + 2
    return list(range(start, start + count))


def _draws(name: str, past: list[list[int]] = PAST, outcome: str = "events", draws: int = 1200) -> np.ndarray:
    return baseline_draws(name, history(past), outcome, _months(past), draws)


def test_zero_last_and_empirical_by_hand() -> None:
    assert not _draws("zero").any()
    assert (_draws("last")[0] == 11).all()
    assert not _draws("last")[1].any()
    values, times = np.unique(_draws("empirical12")[0, 2], return_counts=True)
    assert (values.tolist(), set(times.tolist())) == (list(range(12)), {100})
    assert (_draws("empirical12", outcome="deaths_best") == 3 * _draws("empirical12")).all()


@pytest.mark.parametrize("months", [3, 6, 12])
def test_negative_binomial_has_the_moments_of_the_last_months(months: int) -> None:
    draws = _draws(f"negbin{months}", draws=20_000)
    last = np.array(PAST[0][-months:])
    assert draws[0, 0].mean() == pytest.approx(last.mean(), rel=0.01)
    assert draws[0, 0].var() == pytest.approx(max(last.var(ddof=1), last.mean()), rel=0.02)
    assert (draws[0] == draws[0, :1]).all()
    assert not draws[1].any()


def test_quantiles_are_those_of_the_law() -> None:
    mean, variance = np.array([2.0, 3.0, 0.0]), np.array([6.0, 1.0, 0.0])
    at = (np.arange(500) + 0.5) / 500
    heavy, poisson, none = negative_binomial(mean, variance, 500)
    assert (heavy == stats.nbinom.ppf(at, 1.0, 1 / 3)).all()
    assert (poisson == stats.poisson.ppf(at, 3.0)).all()
    assert not none.any()


def test_discounted_moments_by_the_sums() -> None:
    past = np.array([[4.0, 0.0, 7.0, 1.0]])
    mean, variance = discounted_moments(past, 0.8)
    w = 0.8 ** np.arange(3, -1, -1)
    w /= w.sum()
    m = (w * past[0]).sum()
    assert mean[0, -1] == pytest.approx(m)
    assert variance[0, -1] == pytest.approx((w * (past[0] - m) ** 2).sum() / (1 - (w**2).sum()))
    assert (mean[0, 0], variance[0, 0]) == (4.0, 0.0)


def test_likelihood_is_that_of_the_law() -> None:
    counts = np.arange(6.0)
    heavy = log_likelihood(counts, np.full(6, 2.0), np.full(6, 6.0))
    assert heavy == pytest.approx(stats.nbinom.logpmf(counts, 1.0, 1 / 3))
    assert log_likelihood(counts, np.full(6, 2.0), np.full(6, 1.0)) == pytest.approx(stats.poisson.logpmf(counts, 2.0))


def test_discount_forgets_after_a_break_and_remembers_in_peace() -> None:
    rng = np.random.default_rng(1)
    steady = rng.poisson(6.0, 96)
    breaks = np.concatenate([rng.poisson(rate, 24) for rate in (1, 10, 2, 30)])
    draws = _draws("ewnegbin", [steady.tolist(), breaks.tolist()])
    assert draws[0, 0].mean() == pytest.approx(steady.mean(), rel=0.15)
    assert draws[1, 0].mean() == pytest.approx(30.0, rel=0.2)  # as in the last two years, not as in all
    assert max(DISCOUNTS) < 1.0


def test_discount_knows_nothing_after_the_origin() -> None:
    past = [[3, 0, 2, 5] * 10]
    later = events_of([(date(2018, 5, 1), 1, "Government of Mali", "JNIM", 900)])
    before = events_of([(date(2016, 5, 1), 1, "Government of Mali", "JNIM", 9)])
    known = history_of(pl.concat([before, later]), "dyad", FIRST, FIRST + 30)
    alone = history_of(before, "dyad", FIRST, FIRST + 30)
    months = [FIRST + 31, FIRST + 32]
    for name in baselines_of("dyad"):
        assert (baseline_draws(name, known, "events", months) == baseline_draws(name, alone, "events", months)).all()
    assert _draws("ewnegbin", past).shape == (1, 3, 1200)


def test_hawkes_recovers_what_made_the_events() -> None:
    rng = np.random.default_rng(3)
    base, branching, memory, end = 0.1, 0.6, 20.0, 30_000.0
    days, waiting = [], rng.uniform(0, end, rng.poisson(base * end)).tolist()
    while waiting:
        day = waiting.pop()
        days.append(day)
        waiting += [t for t in day + rng.exponential(memory, rng.poisson(branching)) if t < end]
    fit = fit_one(np.sort(days), 0.0, end)
    assert fit.base == pytest.approx(base, rel=0.15)
    assert fit.branching == pytest.approx(branching, abs=0.05)
    assert fit.memory == memory


def test_hawkes_keeps_the_level_of_a_steady_record() -> None:
    draws = _draws("hawkes", [[6] * 36, [0] * 36], draws=2000)
    lengths = np.array([first_day(m + 1) - first_day(m) for m in _months([[6] * 36])])
    assert draws[0].mean(axis=1) == pytest.approx(6.0 * 12 / 365.25 * lengths, rel=0.06)
    assert not draws[1].any()
    assert (_draws("hawkes", [[6] * 36], "deaths_best") == 3 * _draws("hawkes", [[6] * 36])).all()


def test_hawkes_stays_high_after_a_burst_and_calms_down() -> None:
    past = [[*[1] * 11, 15] * 3]
    months = list(range(FIRST + 36, FIRST + 48))
    draws = baseline_draws("hawkes", history(past), "events", months, 2000).mean(axis=2)[0]
    assert draws[0] > 1.5 * draws[-1]


def test_hawkes_is_the_same_again_and_another_with_another_seed() -> None:
    past = history([[3, 0, 2, 5] * 9])
    months = [past.origin + 1, past.origin + 2]
    once, again, other = (baseline_draws("hawkes", past, "events", months, 50, seed=seed) for seed in (1, 1, 2))
    assert (once == again).all()
    assert (once != other).any()


def test_climatology_pools_a_cell_and_its_neighbours() -> None:
    past = history([[0] * 36, [9] * 36, [4] * 36], level="cell", units=("1000", "1721", "5000"))
    draws = baseline_draws("climatology", past, "events", [past.origin + 1], 1000)[:, 0]
    assert [np.unique(row).tolist() for row in draws] == [[0, 9], [0, 9], [4]]
    assert (draws[0] == 9).mean() == 0.5


def test_what_cannot_be_forecast() -> None:
    past = history(PAST)
    with pytest.raises(BadInput, match="climatology: is no baseline; there are zero, last"):
        baseline_draws("climatology", past, "events", [past.origin + 1])
    for months in ([], [past.origin], [past.origin + 1, past.origin + 3]):
        with pytest.raises(BadInput, match="must follow on the origin"):
            baseline_draws("zero", past, "events", months)
    with pytest.raises(BadInput, match="'village' has no units"):
        history_of(events_of([(date(2016, 5, 1), 1, "a", "b", 1)]), "village", FIRST, FIRST)
    assert set(BASELINES) == set(baselines_of("cell"))


@pytest.mark.skipif(not FIGURES.is_file(), reason="the original events are not here")
def test_figures_that_came_with_the_record() -> None:
    events = read_ged(RECORD).events
    figures = pl.read_csv(FIGURES).filter(pl.col("klass").is_in(list(DYADS)))
    names = {"zero": "zero", "last": "last", "conflictology12": "empirical12", "negbin12": "negbin12"}
    first = month_id_of(2012, 1)
    for year in (2020, 2021):
        known = history_of(events, "dyad", first, month_id_of(year - 1, 10))
        months = list(range(month_id_of(year, 1), month_id_of(year + 1, 1)))
        seen = monthly_counts(events, months[0], months[-1]).filter(pl.col("level") == "dyad")
        for target, outcome in (("events", "events"), ("deaths", "deaths_best")):
            observed = seen.filter(pl.col("outcome") == outcome)["value"].to_numpy().reshape(len(DYADS), 12)
            for model, name in names.items():
                ours = marginal_scores(baseline_draws(name, known, outcome, months, 1200), observed).crps.mean(axis=1)
                rows = figures.filter(pl.col("year") == year, pl.col("target") == target, pl.col("model") == model)
                theirs = dict(rows.select("klass", "crps").iter_rows())
                wanted = np.array([theirs[unit] for unit in known.units])
                if name == "negbin12":  # theirs is made of few draws: their Poisson is off by 2 % from the exact one
                    assert ours == pytest.approx(wanted, rel=0.06)
                else:
                    assert ours == pytest.approx(wanted, abs=6e-4)
