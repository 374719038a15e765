"""exp, log and friends: against the C library to a few units in the last place, their order, their limits."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sahelsim.elementary import chance, exp, log, log1p, logistic, logs, lomax, power

SWEEP = 20_000 if not numba.config.DISABLE_JIT else 3_000
EXPONENT = st.floats(-700.0, 700.0)
POSITIVE = st.floats(5e-324, 1.7e308)
UNIT = st.integers(0, 2**32 - 1).map(lambda i: (i + 0.5) / 2**32)


def _ulps(found: float, right: float) -> float:
    return abs(found - right) / math.ulp(right)


@given(EXPONENT)
def test_exp_to_two_ulp(x: float) -> None:
    assert _ulps(exp(x), math.exp(x)) <= 2


@given(POSITIVE)
def test_log_to_two_ulp(x: float) -> None:
    assert _ulps(log(x), math.log(x)) <= 2


def test_sweeps_of_exp_and_log() -> None:
    rng = np.random.default_rng(1)
    for x in (rng.uniform(-700, 700, SWEEP), rng.normal(0, 1, SWEEP), rng.normal(0, 1e-6, SWEEP)):
        assert max(_ulps(exp(v), math.exp(v)) for v in x.tolist()) <= 2
    for x in (np.exp(rng.uniform(-700, 700, SWEEP)), 1.0 + rng.uniform(-0.5, 0.5, SWEEP)):
        assert max(_ulps(log(v), math.log(v)) for v in x.tolist()) <= 2


def test_worked_values() -> None:
    assert exp(0.0) == 1.0
    assert log(1.0) == 0.0
    assert exp(1.0) == pytest.approx(math.e, rel=4e-16)
    assert log(2.0) == pytest.approx(0.6931471805599453, rel=4e-16)
    assert log(2.0**-1074) == pytest.approx(-1074 * 0.6931471805599453, rel=4e-16)  # the smallest subnormal
    assert power(2.0, 10.0) == pytest.approx(1024.0, rel=1e-14)
    assert logistic(0.0) == 0.5
    assert logistic(math.log(3.0)) == pytest.approx(0.75, rel=4e-16)
    assert chance(math.log(2.0)) == pytest.approx(0.5, rel=4e-16)
    # Lomax of density exponent 2 and scale 3: survival u = 1 / (1 + x / 3), so u = 1/4 gives x = 9.
    assert lomax(0.25, 3.0, 2.0) == pytest.approx(9.0, rel=4e-15)
    # Density exponent 3: u = (1 + x / 3)**-2, so u = 1/4 gives x = 3.
    assert lomax(0.25, 3.0, 3.0) == pytest.approx(3.0, rel=4e-15)


def test_exp_is_held_at_700() -> None:
    assert exp(1e9) == exp(700.0)
    assert exp(-1e9) == exp(-700.0) > 0.0
    assert exp(math.inf) == exp(700.0)
    assert math.isfinite(exp(700.0))


@given(EXPONENT, st.floats(1e-14, 100.0))
def test_exp_rises(x: float, gap: float) -> None:
    y = min(700.0, x + gap * max(1.0, abs(x)))
    assert y == x or exp(x) < exp(y)


@given(st.floats(1e-300, 1e300), st.floats(1e-11, 100.0))
def test_log_rises(x: float, gap: float) -> None:
    assert log(x) < log(x * (1.0 + gap))


def test_neighbouring_arguments_do_not_fall_by_more_than_an_ulp() -> None:
    # where the reduction of the argument changes: half-multiples of ln 2 for exp, sqrt(1/2) 2**k for log
    for k in range(-900, 900, 7):
        x = (k + 0.5) * math.log(2.0)
        a, b = math.nextafter(x, -math.inf), math.nextafter(x, math.inf)
        if abs(x) < 699.0:
            assert exp(b) - exp(a) >= -math.ulp(exp(a))
        y = math.ldexp(math.sqrt(0.5), k)
        assert log(math.nextafter(y, math.inf)) - log(y) >= -math.ulp(log(y))


@given(EXPONENT)
def test_log_undoes_exp(x: float) -> None:
    assert log(exp(x)) == pytest.approx(x, rel=4e-16, abs=4e-16)


@given(st.floats(0.0, 1e300))
def test_log1p_where_it_is_meant(x: float) -> None:
    assert log1p(x) == pytest.approx(math.log1p(x), rel=4e-16, abs=3e-16)


@given(st.floats(1e-6, 1e6), st.floats(-20.0, 20.0))
def test_power(x: float, y: float) -> None:
    # an error of one ulp in log(x) is multiplied by y log(x)
    assert power(x, y) == pytest.approx(x**y, rel=4e-16 * (1.0 + abs(y * math.log(x))))


@given(st.floats(-800.0, 800.0))
def test_logistic_is_a_probability_and_symmetric(x: float) -> None:
    assert 0.0 <= logistic(x) <= 1.0
    assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=4e-16)
    assert logistic(x) == pytest.approx(1.0 / (1.0 + math.exp(-max(-700.0, min(700.0, x)))), rel=1e-15)


@given(st.floats(0.0, 1e6))
def test_chance_is_a_probability(hazard: float) -> None:
    assert 0.0 <= chance(hazard) <= 1.0
    assert chance(hazard) == pytest.approx(-math.expm1(-min(hazard, 700.0)), abs=3e-16)
    assert chance(hazard) <= hazard + 3e-16


def test_no_hazard_no_chance() -> None:
    assert chance(0.0) == 0.0


@given(UNIT, st.floats(0.1, 100.0), st.floats(1.2, 5.0))
def test_lomax_is_the_quantile_of_scipy(u: float, scale: float, tail_exponent: float) -> None:
    # a density that falls as x**-tail_exponent has the shape c = tail_exponent - 1; isf(u) = quantile 1 - u
    right = float(stats.lomax.isf(u, tail_exponent - 1.0, scale=scale))
    found = lomax(u, scale, tail_exponent)
    assert found == pytest.approx(right, rel=1e-13 / (tail_exponent - 1.0), abs=1e-15 * scale)
    assert found >= 0.0
    assert math.isfinite(found)


@given(UNIT, UNIT, st.floats(0.1, 100.0), st.floats(1.2, 5.0))
def test_rarer_is_larger(u: float, v: float, scale: float, tail_exponent: float) -> None:
    low, high = min(u, v), max(u, v)
    assert lomax(low, scale, tail_exponent) >= lomax(high, scale, tail_exponent)


def test_lomax_draws_follow_the_law_and_its_tail() -> None:
    u = (np.random.default_rng(3).integers(0, 2**32, SWEEP) + 0.5) / 2**32
    x = np.array([lomax(float(v), 4.0, 2.1) for v in u])
    assert stats.kstest(x, stats.lomax(1.1, scale=4.0).cdf).pvalue > 1e-5
    # maximum likelihood with the scale known: 1 + n / sum ln(1 + x / scale), standard error 1.1 / sqrt(n)
    exponent = 1.0 + x.size / np.log1p(x / 4.0).sum()
    assert abs(exponent - 2.1) < 4.0 * 1.1 / math.sqrt(x.size)


def test_logarithms_together_are_those_one_by_one():
    """Bit for bit, over the whole range of normal numbers."""
    x = np.exp(np.random.default_rng(1).uniform(-700, 700, 500))
    x[:4] = 1.0, 0.5, np.sqrt(0.5), np.nextafter(np.sqrt(0.5), 0.0)
    together = x.copy()
    logs(together, 499)
    assert together[:499].tolist() == [log(v) for v in x[:499].tolist()]
    assert together[499] == x[499]
