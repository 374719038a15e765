"""Kernels of the observation room: chance, counts and dates of a report.

Arrays and scalars only. Each event has the address (step, entity, slot) of `observation.address`, so every
draw is a pure function of (seed, replicate, event). Equations are in `sahelsim.observation.report`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import exp, log, logistic
from sahelsim.rng import uniform4

__all__ = ["chances", "counts", "share_out", "windows"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_LOGISTIC_TO_UNIT = math.sqrt(3.0) / math.pi  # standard deviation of the standard logistic law is pi / sqrt(3)
_LOG_CONTINUE = -1.0498221244986778
"""Log of 0.35, the chance that a span of days grows by one more day: UCDP GED 2017-21, 278 events."""
_LONGEST_DAYS = 6  # days, date_prec 2 (UCDP GED codebook: 2-6 days)
_WEEK = 7  # days, date_prec 3
_MONTH_LOW, _MONTH_HIGH = 8, 31  # days, date_prec 4 (codebook: 8-30 days or a month)
_LONG_LOW, _LONG_HIGH = 32, 100  # days, date_prec 5 (UCDP GED 2017-21: 39-96 days)


@kernel
def chances(
    deaths: I64,
    remoteness: F64,
    kind: I64,
    years: F64,
    base: float,
    size: float,
    remote: float,
    civilian: float,
    non_state: float,
    growth: float,
    out: F64,
) -> None:
    """Probability that an event whose sides can be named enters the record; 0 where nobody died; (E,)."""
    for i in range(out.size):
        if deaths[i] <= 0:
            out[i] = 0.0
            continue
        x = base + size * log(float(deaths[i])) - remote * remoteness[i] + growth * years[i]
        if kind[i] == 3:
            x += civilian
        elif kind[i] == 2:
            x += non_state
        out[i] = logistic(x)


@kernel
def share_out(best: int, true: I64, out: I64) -> None:
    """Share `best` deaths over three sides in proportion to `true` (largest remainder, then order)."""
    total = true[0] + true[1] + true[2]
    left = best
    for j in range(3):
        out[j] = best * true[j] // total
        left -= out[j]
    for _ in range(left):
        largest, where = -1, 0
        for j in range(3):
            rest = best * true[j] - out[j] * total
            if rest > largest:
                largest, where = rest, j
        out[where] += 1


@kernel
def counts(
    k0: int,
    k1: int,
    stream: int,
    step: I64,
    entity: I64,
    slot: I64,
    true: I64,
    unsplit: F64,
    noise: float,
    share: float,
    width: float,
    below: float,
    out: I64,
) -> None:
    """Reported deaths.

    Parameters
    ----------
    true : (N, 3)
        True deaths of side a, side b and civilians, not all zero.
    unsplit : (N,)
        Chance that the fighters' deaths are not told apart.
    noise, share, width, below : float
        `count_noise`, `range_share`, `range_width`, `range_below`.
    out : (N, 7)
        deaths_a, deaths_b, deaths_civilians, deaths_unknown, best, low, high.
    """
    for i in range(step.size):
        u0, u1, u2, u3 = uniform4(k0, k1, stream, step[i], entity[i], slot[i])
        v0, _, _, _ = uniform4(k0, k1, stream, step[i], entity[i], slot[i] + 1)
        total = true[i, 0] + true[i, 1] + true[i, 2]
        factor = exp(noise * _LOGISTIC_TO_UNIT * log(u0 / (1.0 - u0)))
        best = max(1, math.floor(float(total) * factor + 0.5))
        share_out(best, true[i], out[i])
        out[i, 3] = 0
        if v0 < unsplit[i]:
            out[i, 3] = out[i, 0] + out[i, 1]
            out[i, 0] = 0
            out[i, 1] = 0
        low, high = best, best
        if u1 < share:
            spread = exp(-width * log(u2))  # exp of an exponential law with mean `width`
            if u3 < below:
                low = math.floor(float(best) / spread)
            else:
                high = math.ceil(float(best) * spread)
        out[i, 4] = best
        out[i, 5] = low
        out[i, 6] = high


@kernel
def windows(
    k0: int,
    k1: int,
    stream: int,
    step: I64,
    entity: I64,
    slot: I64,
    day: I64,
    exact: float,
    days: float,
    week: float,
    month: float,
    last_day: int,
    out: I64,
) -> None:
    """Reported dates.

    Parameters
    ----------
    day : (N,)
        True day, counted from the scenario's first day.
    exact, days, week, month : float
        `date_exact`, `date_days`, `date_week`, `date_month`.
    last_day : int
        Last day of the scenario; windows are cut to 0…last_day.
    out : (N, 3)
        First day, last day, date_prec 1-5.
    """
    for i in range(step.size):
        u0, u1, u2, _ = uniform4(k0, k1, stream, step[i], entity[i], slot[i])
        if u0 < exact:
            precision, length = 1, 1
        elif u0 < exact + days:
            precision = 2
            length = min(2 + math.floor(log(u1) / _LOG_CONTINUE), _LONGEST_DAYS)
        elif u0 < exact + days + week:
            precision, length = 3, _WEEK
        elif u0 < exact + days + week + month:
            precision = 4
            length = _MONTH_LOW + math.floor(u1 * (_MONTH_HIGH - _MONTH_LOW + 1))
        else:
            precision = 5
            length = _LONG_LOW + math.floor(u1 * (_LONG_HIGH - _LONG_LOW + 1))
        first = day[i] - math.floor(u2 * length)
        out[i, 0] = max(first, 0)
        out[i, 1] = min(first + length - 1, last_day)
        out[i, 2] = precision
