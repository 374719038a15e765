"""The parts of calibration against what theory knows: ridge, matching, regression ABC, statistics of a record."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from sahelsim import load_scenario
from sahelsim.calibration.comparison import compare_with_record
from sahelsim.calibration.matching import Wave, emulate, implausible, next_draws
from sahelsim.calibration.priors import prior_space
from sahelsim.calibration.record_statistics import Period, record_statistics
from sahelsim.calibration.recovery import recover
from sahelsim.calibration.regression_abc import abc_sample, summarise
from sahelsim.calibration.ridge import fit_ridge
from sahelsim.calibration.sample import weighted_quantiles
from sahelsim.calibration.schema import Calibration
from sahelsim.calibration.targets import Target, pattern_targets
from sahelsim.errors import BadInput
from sahelsim.patterns import load_patterns
from sahelsim.patterns.condition import Condition

RNG = np.random.default_rng(4)


def linear_gaussian(n: int, seed: int = 0, noise: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two parameters, of which the statistics see the first alone, with a known posterior."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, 2))
    statistics = np.hstack([scores[:, :1] + noise * rng.standard_normal((n, 4)), rng.standard_normal((n, 3))])
    return scores, statistics, np.concatenate([np.full(4, 0.8), np.zeros(3)])


def test_ridge_finds_a_linear_law_and_shrinks_noise_to_nothing() -> None:
    x = RNG.standard_normal((400, 3)) * [1, 10, 0.1] + 5
    law = np.array([[1.0, 0.0], [-0.2, 0.0], [3.0, 0.0]])
    y = x @ law + 0.01 * RNG.standard_normal((400, 2)) * [1, 100] + [2, 7]
    fit = fit_ridge(x, y)
    assert fit.weights[:, 0] / fit.scale == pytest.approx(law[:, 0], rel=0.02)
    assert np.abs(fit.weights[:, 1]).max() < 0.1
    assert fit.predict(x)[:, 0] == pytest.approx(y[:, 0], abs=0.06)


def test_residuals_of_rows_left_out_are_those_of_a_fit_without_them() -> None:
    x, y = RNG.standard_normal((30, 4)), RNG.standard_normal((30, 1))
    y += 30 * x[:, :1]  # so strong that the penalty is the least one in every fit
    fit = fit_ridge(x, y)
    for row in (0, 7, 29):
        rest = np.arange(30) != row
        alone = fit_ridge(x[rest], y[rest]).predict(x[~rest])
        assert fit.left_out[row] == pytest.approx(y[row] - alone[0], rel=0.05)


def test_weights_are_repetitions() -> None:
    x, y = RNG.standard_normal((50, 2)), RNG.standard_normal((50, 1))
    y += x[:, :1]
    times = np.array([1, 3] * 25)
    weighted, repeated = fit_ridge(x, y, times.astype(float)), fit_ridge(np.repeat(x, times, 0), np.repeat(y, times, 0))
    assert weighted.centre == pytest.approx(repeated.centre)
    assert weighted.mean == pytest.approx(repeated.mean)
    assert weighted.predict(x) == pytest.approx(repeated.predict(x), abs=0.1)


def test_the_posterior_of_a_linear_gaussian_model_is_the_exact_one() -> None:
    scores, statistics, record = linear_gaussian(4000)
    found = summarise(scores, statistics, record)
    sample = abc_sample(scores, found.runs, found.record, 0.3)
    mean = sample.weights @ sample.scores
    sd = np.sqrt(sample.weights @ (sample.scores - mean) ** 2)
    precision = 1 + 4 / 0.25  # of the prior and of four measurements
    assert mean == pytest.approx([0.8 * 16 / precision, 0.0], abs=0.06)
    assert sd == pytest.approx([precision**-0.5, 1.0], rel=0.1)
    assert sample.weights.sum() == pytest.approx(1)
    assert 400 < sample.effective < 1200


def test_recovery_covers_and_names_what_cannot_be_seen() -> None:
    scores, statistics, record = linear_gaussian(1200, seed=3)
    found = summarise(scores, statistics, record)
    recovery = recover(scores, found.runs, 0.5, 300, seed=1)
    assert recovery.identified.tolist() == [True, False]
    assert recovery.explained[0] == pytest.approx(16 / 17, abs=0.05)
    assert recovery.coverage(0.9) == pytest.approx([0.9, 0.9], abs=0.05)
    assert recovery.coverage(0.5) == pytest.approx([0.5, 0.5], abs=0.1)
    assert recovery.uniformity.min() > 1e-3
    assert np.unique(recovery.runs).size == 300
    assert np.array_equal(recover(scores, found.runs, 0.5, 300, seed=1).rank, recovery.rank)


def test_a_run_that_stands_for_the_record_is_not_used() -> None:
    scores, statistics, record = linear_gaussian(200)
    found = summarise(scores, statistics, record)
    sample = abc_sample(scores, found.runs, found.runs[17], 1.0, without=17)
    assert 17 not in sample.chosen
    assert sample.chosen.size == 199


def test_weighted_quantiles() -> None:
    values = np.array([[3.0], [1.0], [2.0]])
    assert weighted_quantiles(values, np.array([0.25, 0.25, 0.5]), [0.1, 0.5, 0.9]).ravel().tolist() == [1, 2, 3]


def test_history_matching_rules_out_what_is_far_and_draws_what_is_left() -> None:
    space = prior_space(load_scenario("two_actors"))
    scores = np.random.default_rng(2).standard_normal((500, 4))
    statistics = np.column_stack([scores[:, 0] + 0.2 * RNG.standard_normal(500), scores[:, 1] ** 2])
    emulator = emulate(scores, statistics)
    assert emulator.explained == pytest.approx([0.96, 1.0], abs=0.03)
    wave = Wave(emulator, np.array([2.0, 0.0]), np.array([0.1, 0.3]), np.ones(2, bool), 3.0, 0)
    at = np.array([[2.0, 0, 0, 0], [0, 0, 0, 0], [2.0, 2, 0, 0]])
    assert wave.keeps(at).tolist() == [True, False, False]
    assert implausible(wave, at)[0] == pytest.approx([0, 0], abs=0.3)
    assert Wave(*(*_parts(wave), 1)).keeps(at).tolist() == [True, True, True]  # the worst target is forgiven
    values, left = next_draws(space, 7, 1, 64, wave.keeps)
    assert values.shape == (64, 4)
    assert wave.keeps(space.scores(values)).all()
    assert 0 < left < 0.2
    with pytest.raises(BadInput, match="history matching leaves 0 of"):
        next_draws(space, 7, 1, 64, lambda s: np.zeros(len(s), bool))


def _parts(wave: Wave) -> tuple[object, ...]:
    return wave.emulator, wave.observed, wave.tolerance, wave.used, wave.cut


def test_targets_end_with_the_data_and_are_on_scales_of_comparison() -> None:
    patterns = load_patterns()
    plan = {"name": "x", "scenario": "two_actors", "draws": 20}
    every = {t.name: t for t in pattern_targets(patterns, Calibration(**plan))}
    early = {t.name for t in pattern_targets(patterns, Calibration(**plan, until="2020-10"))}
    without = {
        t.name for t in pattern_targets(patterns, Calibration(**plan, without=("a11_spread", "p01_coexistence.0")))
    }
    assert "p07_menaka_2018.0" in early
    assert not any(name.startswith(("p08", "p09", "p10", "p12", "a01_jnim_is.0")) for name in early)
    assert "p02_war_of_2020.0" not in early  # its window ends in December 2020
    assert set(every) - without == {"p01_coexistence.0"} | {n for n in every if n.startswith("a11")}
    count = every["a02_jnim_governments.0"]
    assert count.observed == pytest.approx(np.log1p(713))
    assert count.scaled([713, 1426]) == pytest.approx([count.observed, np.log1p(1426)])
    assert count.tolerance == pytest.approx(np.log(2) / 2, abs=0.01)
    band = every["p03_defections_to_isgs.0"]  # the record says no more than a band
    assert band.observed == 0
    assert band.scaled([24, 500, 100, 4, 600]) == pytest.approx([0, 0, 0, -np.log(21), np.log(101)])
    assert np.isnan(band.scaled([np.nan])).all()
    recounted = {t.name: t for t in pattern_targets(patterns, Calibration(**plan), {"a02_jnim_governments.0": 100.0})}
    assert recounted["a02_jnim_governments.0"].observed == pytest.approx(np.log1p(100))
    conditions = [c for p in patterns.patterns for c in p.conditions]
    assert all(isinstance(c, Condition) for c in conditions)
    assert len(every) == len(conditions)


def test_targets_out_of_reach_or_undefined_are_left_out_and_named() -> None:
    targets = [Target(name, name, 0.0, tolerance) for name, tolerance in
               (("good", 0.1), ("far", 0.1), ("near", 1.0), ("same", 0.1), ("gaps", 0.1), ("some", 0.1))]  # fmt: skip
    runs = RNG.standard_normal((200, 6)) * [1, 1, 1, 0, 1, 1] + [0, 9, 4, 0, 0, 0]
    runs[:60, 4] = np.nan
    runs[:20, 5] = np.nan
    found = compare_with_record(targets, runs)
    assert found.used.tolist() == [True, False, True, False, False, True]
    assert found.left_out["far"].startswith("out of reach: the record lies below")
    assert found.left_out["gaps"] == "not defined in 30% of the runs"
    assert found.left_out["same"] == "the same in all runs"
    assert found.inside.tolist() == [True, False, False, True, False, True]
    assert found.observed[1] == pytest.approx(np.quantile(runs[:, 2], 0.005))  # as near as the model comes
    assert np.isfinite(found.complete(runs)).all()
    with pytest.raises(BadInput, match="only 2 of 3 targets can be used"):
        compare_with_record(targets[:3], runs[:, [0, 2, 1]][:, [0, 2, 1]])


def events(*rows: tuple[str, str, int, float], draw: int = 0) -> pl.DataFrame:
    """Invented events of JNIM and the government of Mali: day, country, dead, longitude."""
    return pl.DataFrame(
        {
            "draw": pl.Series([draw] * len(rows), dtype=pl.Int32),
            "type_of_violence": [1] * len(rows),
            "side_a": ["Government of Mali"] * len(rows),
            "side_b": ["JNIM"] * len(rows),
            "latitude": [14.1] * len(rows),
            "longitude": [row[3] for row in rows],
            "country": [row[1] for row in rows],
            "date_start": [date.fromisoformat(row[0]) for row in rows],
            "best": [row[2] for row in rows],
        }
    )


def test_statistics_of_a_record_counted_by_hand() -> None:
    days = [f"2020-{month:02d}-{day:02d}" for month in (1, 1, 3) for day in range(1, 12)]
    one = events(*[(day, "Mali", 1, 0.1) for day in days], ("2020-04-01", "Niger", 99, 0.6))
    none = events(("2019-01-01", "Mali", 4, 0.1), ("2020-06-01", "Niger", 5, 12.0), draw=1)
    period = Period((2020 - 1980) * 12 + 1, (2020 - 1980) * 12 + 12)
    assert str(period) == "2020-01 to 2020-12"
    found = record_statistics(pl.concat([one, none]), period, by="draw", values=[0, 1])
    alone = record_statistics(one, period)
    values = dict(zip(found.names, found.values.T, strict=True))
    assert alone.names == found.names
    assert alone.values[0] == pytest.approx(found.values[0], nan_ok=True)
    assert values["ged.events[JNIM-Gov, 2020]"].tolist() == [34, 0]
    assert values["ged.deaths[JNIM-Gov, 2020]"].tolist() == [132, 0]
    assert values["ged.events[432, 2020]"].tolist() == [33, 0]  # Mali
    assert values["ged.events[436, 2020]"].tolist() == [1, 0]  # Niger without Lake Chad
    assert values["ged.zero[JNIM-Gov]"] == pytest.approx([9 / 12, 1])
    months = np.array([22, 0, 11, 1] + [0] * 8)
    assert values["ged.fano[JNIM-Gov]"][0] == pytest.approx(months.var() / months.mean())
    centred = months - months.mean()
    assert values["ged.memory[JNIM-Gov]"][0] == pytest.approx(np.mean(centred[1:] * centred[:-1]) / months.var())
    assert np.isnan(values["ged.fano[JNIM-Gov]"][1])
    assert values["ged.cells[2020]"].tolist() == [2, 0]
    assert values["ged.gini"][0] == pytest.approx((33 - 1) / (2 * 34))
    assert values["ged.tail"][0] == pytest.approx((np.log1p(99) + np.log1p(1)) / 2)


def test_a_year_counts_only_when_it_is_whole() -> None:
    start = (2020 - 1980) * 12
    assert [year for year, *_ in Period(start + 1, start + 24).years] == [2020, 2021]
    assert [year for year, *_ in Period(start + 2, start + 24).years] == [2021]
    assert [year for year, *_ in Period(start + 1, start + 23).years] == [2020]
    with pytest.raises(BadInput, match="less than two months"):
        record_statistics(events(("2020-01-01", "Mali", 1, 0.0)), Period(start + 1, start + 1))
