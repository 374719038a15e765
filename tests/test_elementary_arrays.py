"""exp, sin, cos and arcsin of arrays against their series in fifty decimals, and the bits of the scalar functions."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelsim import elementary
from sahelsim.elementary_arrays import arcsin, cos, exp, sin
from sahelsim.grid import EARTH_RADIUS_KM, distance_km

DIGITS = 60
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
ANGLE = st.floats(-1e6, 1e6)
SINE = st.floats(-1.0, 1.0)


def _sine(x: Decimal) -> Decimal:
    """Taylor's series after taking out whole turns."""
    with localcontext(prec=DIGITS):
        x = x - (x / (2 * PI)).to_integral_value() * 2 * PI
        term, total, n = x, x, 1
        while abs(term) > Decimal(10) ** -45:
            term = -term * x * x / ((n + 1) * (n + 2))
            total, n = total + term, n + 2
        return total


def _cosine(x: Decimal) -> Decimal:
    with localcontext(prec=DIGITS):
        return _sine(x + PI / 2)


def _ulps(found: float, right: Decimal) -> float:
    return float(abs(Decimal(found) - right) / Decimal(max(math.ulp(float(right)), 5e-17)))


@given(ANGLE)
def test_sin_and_cos_to_two_units(x: float) -> None:
    assert _ulps(float(sin(x)), _sine(Decimal(x))) <= 2.0
    assert _ulps(float(cos(x)), _cosine(Decimal(x))) <= 2.0


@pytest.mark.parametrize("k", [0, 1, 2, 3, 5, 8, 1001, 99_999])
def test_sin_and_cos_at_the_edges_of_the_octants(k: int) -> None:
    for x in (k * math.pi / 4, math.nextafter(k * math.pi / 4, 0.0), math.nextafter(k * math.pi / 4, 1e9)):
        assert _ulps(float(sin(x)), _sine(Decimal(x))) <= 2.0
        assert _ulps(float(cos(x)), _cosine(Decimal(x))) <= 2.0


@given(SINE)
def test_arcsin_to_two_units(x: float) -> None:
    angle = float(arcsin(x))
    assert abs(angle) <= math.pi / 2
    with localcontext(prec=DIGITS):
        # one step of Newton's method from the angle found: off by the cube of its error
        slope = _cosine(Decimal(angle))
        right = Decimal(angle) + (Decimal(x) - _sine(Decimal(angle))) / slope if abs(x) < 0.999999 else None
    if right is not None:
        assert _ulps(angle, right) <= 2.0
    assert angle == pytest.approx(math.asin(x), rel=5e-16)


@given(st.floats(-700.0, 700.0))
def test_exp_is_that_of_kernels_and_right(x: float) -> None:
    assert float(exp(x)).hex() == elementary.exp(x).hex()
    with localcontext(prec=DIGITS):
        assert _ulps(float(exp(x)), Decimal(x).exp()) <= 2.0


def test_worked_values() -> None:
    assert sin([0.0, math.pi / 2]).tolist() == [0.0, 1.0]
    assert cos([0.0, -0.0]).tolist() == [1.0, 1.0]
    assert arcsin([-1.0, 0.0, 1.0]).tolist() == [-math.pi / 2, 0.0, math.pi / 2]
    assert exp([0.0, 1e9, -1e9]).tolist() == [1.0, elementary.exp(700.0), elementary.exp(-700.0)]
    assert float(sin(np.radians(30.0))) == pytest.approx(0.5, rel=3e-16)
    assert sin(np.zeros((2, 0))).shape == (2, 0)


@given(ANGLE)
def test_sin_is_odd_and_cos_even(x: float) -> None:
    assert sin(-x) == -sin(x)
    assert cos(-x) == cos(x)


@given(SINE)
def test_arcsin_is_odd(x: float) -> None:
    assert arcsin(-x) == -arcsin(x)


@given(st.floats(-1.57, 1.57))
def test_sin_undoes_arcsin(x: float) -> None:
    assert float(arcsin(sin(x))) == pytest.approx(x, abs=1e-15 / max(1e-3, float(cos(x))))


def test_a_quarter_of_a_meridian() -> None:
    assert float(distance_km(0.0, 10.0, 90.0, 10.0)) == pytest.approx(EARTH_RADIUS_KM * math.pi / 2, rel=4e-16)
