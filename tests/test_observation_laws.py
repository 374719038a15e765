"""Observation against laws known from theory, and its defaults against UCDP GED."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from observed_worlds import (
    CALENDAR,
    PARAMETERS,
    RECORDS,
    make_ground,
    make_record,
    make_violence,
    take,
    with_violence,
)

from sahelsim.grid import distance_km
from sahelsim.observation.places import NEAR_KM
from sahelsim.observation.report import Fate, observe
from sahelsim.scenario.load import load_scenario

GROUND = make_ground()
GED = Path(__file__).parents[1] / ".." / "shared" / "data" / "ucdp_ged_central_sahel_2012_2021.csv"


def look(record, parameters):
    return observe(record, GROUND, RECORDS, parameters, CALENDAR)


@pytest.fixture(scope="module")
def many():
    """Four thousand clashes with a thousand dead, MOVEMENT against IS, in one cell."""
    n = 4000
    log = take(make_violence(GROUND, 1, 3), np.zeros(n, np.int64))
    number = np.arange(n, dtype=np.int32)
    log = replace(
        log, step=number % 60, cell=np.full(n, 9, np.int32), kind=np.ones(n, np.int32),
        side_a=np.full(n, 4, np.int32), side_b=np.full(n, 5, np.int32), community=np.full(n, -1, np.int32),
        deaths_a=np.full(n, 600, np.int32), deaths_b=np.full(n, 400, np.int32),
        deaths_civilians=np.zeros(n, np.int32),
    )  # fmt: skip
    order = np.argsort(log.step, kind="stable")
    return with_violence(make_record(GROUND), take(log, order))


def test_share_reported_follows_the_law(many):
    """The number reported is within four standard deviations of the sum of the probabilities."""
    seen = look(many, PARAMETERS.model_copy(update={"base": -5.0}))
    n, p = many.violence.step.size, seen.probability
    assert 0.2 < p.mean() < 0.8
    assert abs(seen.row.size - p.sum()) < 4 * np.sqrt((p * (1 - p)).sum())
    unattributed = (seen.fate == Fate.UNATTRIBUTED).sum()
    assert abs(unattributed - 0.1 * n) < 4 * np.sqrt(n * 0.1 * 0.9)


def test_counts_follow_the_law(many):
    """log(best / true) is logistic with the given spread; ranges are as frequent, wide and low as said."""
    from scipy.stats import kstest, logistic

    seen = look(many, PARAMETERS.model_copy(update={"base": 10.0}))
    best, low, high = seen.counts[:, 4:].T
    noise = np.log(best / 1000)
    assert kstest(noise, logistic(scale=0.3 * np.sqrt(3) / np.pi).cdf).pvalue > 0.001
    assert noise.std() == pytest.approx(0.3, rel=0.05)
    n = best.size
    differ = low < high
    assert differ.mean() == pytest.approx(0.27, abs=4 * np.sqrt(0.27 * 0.73 / n))
    assert (low[differ] < best[differ]).mean() == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / differ.sum()))
    width = np.log(high[differ] / np.maximum(low[differ], 1))
    assert width.mean() == pytest.approx(1.0, abs=4 / np.sqrt(differ.sum()))
    assert (seen.counts[:, 3] > 0).mean() == pytest.approx(0.21, abs=4 * np.sqrt(0.21 * 0.79 / n))


def test_precision_codes_and_moves_follow_the_law(many):
    from scipy.stats import chisquare, kstest

    off_range = PARAMETERS.model_copy(update={"base": 10.0})
    seen = look(many, off_range)
    n = seen.row.size
    code = np.bincount(seen.places.where_prec, minlength=7)[1:]
    assert chisquare(code, n * np.array([0.40, 0.30, 0.10, 0.05, 0.10, 0.05])).pvalue > 0.001
    dates = np.bincount(seen.window[:, 2], minlength=6)[1:]
    assert chisquare(dates, n * np.array([0.6, 0.2, 0.08, 0.07, 0.05])).pvalue > 0.001
    weekday = np.bincount(seen.day % 7, minlength=7)
    assert chisquare(weekday).pvalue > 0.001
    near = seen.places.where_prec == 2
    rows = seen.row[near]
    away = distance_km(
        seen.latitude[rows], seen.longitude[rows], seen.places.latitude[near], seen.places.longitude[near]
    )
    assert kstest((away / (NEAR_KM * 0.999)) ** 2, "uniform").pvalue > 0.001  # the cell is 27 km inside Aland


@pytest.mark.skipif(not GED.exists(), reason="needs ../shared/data")
def test_shares_of_the_shipped_scenarios_are_those_measured_on_ged():
    """They are UCDP GED's, central Sahel 2017-2021, events with at least one death."""
    import pandas as pd

    ged = pd.read_csv(GED)
    box = ged.longitude.between(-8.5, 7.5) & ged.latitude.between(9.5, 20.5)
    ged = ged[(ged.year >= 2017) & box & (ged.best > 0)]
    assert len(ged) == 1638
    below, above = (ged.low < ged.best).sum(), (ged.high > ged.best).sum()
    unsplit = (ged.deaths_unknown == ged.best).groupby(ged.type_of_violence).mean()
    measured = {
        "place_province": (ged.where_prec == 4).mean(),
        "place_area": (ged.where_prec == 5).mean(),
        "date_month": (ged.date_prec == 4).mean(),
        "range_below": below / (below + above),
        "unsplit_state": unsplit[1],
        "unsplit_non_state": unsplit[2],
    }
    shipped = load_scenario("sahel_2017_2023").mechanisms.observation
    assert {name: getattr(shipped, name) for name in measured} == pytest.approx(measured, abs=0.006)
    span = (pd.to_datetime(ged.date_end) - pd.to_datetime(ged.date_start)).dt.days[ged.date_prec == 2]
    assert (span == 1).mean() == pytest.approx(1 - 0.35, abs=0.03)  # kernel._LOG_CONTINUE
