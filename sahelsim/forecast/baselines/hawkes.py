"""Events call forth events: a self-exciting (Hawkes) point process with an exponential kernel.

    λ(t) = μ + η β Σ_{t_i < t} exp(−β (t − t_i))

μ is the rate of events that come of themselves [per day], η how many further ones an event calls forth, 1/β for how
long [days]. Fitted for each unit by likelihood on the events of the last `MONTHS` months: μ and η by
expectation-maximisation (Veen and Schoenberg 2008, J. Am. Stat. Assoc. 103:614-624), β over `MEMORIES`. Cells are too
quiet to be fitted one by one: they share η and β, and their μ is drawn towards that of the mean cell. Simulated forward
from the origin by thinning (Ogata 1981, IEEE Trans. Inf. Theory 27:23-31) with what the past events still call forth.
The deaths of an event are those of one of the unit's past events, or, where these are few, of the level's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.forecast.baselines.hawkes_kernel import simulate
from sahelsim.forecast.baselines.history import I64, History, Marks, first_day
from sahelsim.rng import key_of

__all__ = ["MEMORIES", "Fit", "fit_one", "fit_together", "hawkes"]

F64 = npt.NDArray[np.float64]

MONTHS = 24
"""Months that are fitted: with more, the growth of the war passes for its excitation, and the base rate for low."""

MEMORIES = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
"""1/β in days. Not shorter: events that GED dates to one day or week are often one operation."""

_MOST = 0.95
"""Largest η: with 1 or more the process explodes."""

_STEPS = 300
"""Steps of expectation-maximisation."""

_PRIOR_DAYS = 365.0
"""Days of the mean cell that are added to the own past of a cell."""

_PRIOR_EVENTS = 10.0
"""Own events at which the deaths of an event are drawn half from these and half from the level's."""


@dataclass(frozen=True)
class Fit:
    """Rate by itself [events a day], events that an event calls forth, and for how long [days]."""

    base: float
    branching: float
    memory: float


def hawkes(history: History, outcome: str, months: list[int], draws: int, *, seed: int = 0) -> I64:
    """Draws of simulated months, shape (U, H, N); `months` are the month_ids to forecast."""
    start, end = float(first_day(max(history.first, history.origin - MONTHS + 1))), float(first_day(history.origin + 1))
    past = [_since(marks, start) for marks in history.marks]
    fits = fit_together(past, start, end) if history.level == "cell" else [fit_one(m.day, start, end) for m in past]
    every = np.sort(np.concatenate([marks.deaths for marks in past]))
    edges = np.array([first_day(month) for month in (*months, months[-1] + 1)], dtype=np.float64) - end
    out = np.zeros((len(past), len(months), draws), dtype=np.int64)
    for unit, (marks, fit) in enumerate(zip(past, fits, strict=True)):
        left = fit.branching / fit.memory * float(np.exp((marks.day - end) / fit.memory).sum())
        if fit.base + left <= 0.0:
            continue
        own = marks.deaths.size / (marks.deaths.size + _PRIOR_EVENTS)
        k0, k1 = key_of(seed, unit)
        counts, deaths = np.zeros((len(months), draws), dtype=np.int64), np.zeros((len(months), draws), dtype=np.int64)
        simulate(
            k0, k1, fit.base, fit.branching, fit.memory, left, edges, own, np.sort(marks.deaths), every, counts, deaths
        )  # fmt: skip
        out[unit] = counts if outcome == "events" else deaths
    return out


def fit_one(days: F64, start: float, end: float) -> Fit:
    """Fit one unit to its events in [start, end)."""
    if not days.size:
        return Fit(0.0, 0.0, MEMORIES[0])
    fits = [_climb([days], start, end, memory, prior=0.0) for memory in MEMORIES]
    best = max(range(len(fits)), key=lambda i: fits[i][2])
    return Fit(float(fits[best][0][0]), fits[best][1], MEMORIES[best])


def fit_together(past: list[Marks], start: float, end: float) -> list[Fit]:
    """Fit units that share branching and memory, each with a rate of its own."""
    days = [marks.day for marks in past]
    fits = [_climb(days, start, end, memory, prior=_PRIOR_DAYS) for memory in MEMORIES]
    best = max(range(len(fits)), key=lambda i: fits[i][2])
    base, branching, _ = fits[best]
    return [Fit(float(rate), branching, MEMORIES[best]) for rate in base]


def _since(marks: Marks, start: float) -> Marks:
    kept = marks.day >= start
    return Marks(marks.day[kept], marks.deaths[kept])


def _climb(days: list[F64], start: float, end: float, memory: float, *, prior: float) -> tuple[F64, float, float]:
    """Base rates (U,), branching, and log-likelihood of some units with a common branching."""
    unit = np.repeat(np.arange(len(days)), [d.size for d in days])
    called = np.concatenate([_excitation(d, memory) for d in days])
    length, n = end - start, unit.size
    exposed = float(sum((1.0 - np.exp((d - end) / memory)).sum() for d in days))
    mean = 0.5 * n / (len(days) * length)
    base, branching = np.full(len(days), mean), 0.5
    for _ in range(_STEPS):
        by_itself = base[unit]
        rate = by_itself + branching * called
        mine = np.bincount(unit, by_itself / rate, minlength=len(days))
        mean = float(mine.sum()) / (len(days) * length)
        base = (mine + prior * mean) / (length + prior)
        branching = min(_MOST, branching * float((called / rate).sum()) / exposed)
    rate = base[unit] + branching * called
    return base, branching, float(np.log(rate).sum() - base.sum() * length - branching * exposed)


def _excitation(days: F64, memory: float) -> F64:
    """``β Σ exp(−β (t_i − t_j))`` over the earlier events j, at each event i; shape (E,)."""
    out = np.zeros(days.size)
    level = 0.0
    for i in range(1, days.size):
        level = (level + 1.0) * float(np.exp((days[i - 1] - days[i]) / memory))
        out[i] = level / memory
    return out
