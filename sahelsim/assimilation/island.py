"""An island: a few dozen particles that follow the record month by month, and then run ahead of it.

A particle is a whole world under one draw of the priors, with the discrepancies of its units (`discrepancy`). Each
month every world of the island is run; the record of the month gives each a weight,

    w ← w · p(record of the month | particle) ^ trust,

and where the effective number 1 / Σ w² falls below `resample_below` of the island, the island is drawn anew
(systematic resampling): of a world that is drawn several times there are copies, each of which draws its own chances
from then on. Islands know nothing of each other, so that they can be worked out anywhere; each says how likely the
record is under it, and counts for so much in the end (island particle model: Vergé, Dubarry, Del Moral & Moulines 2015,
Statistics and Computing 25:243-260).

The likelihood of a month uses what the particle expects, smoothed over the months so far. When the end is reached, the
discrepancies are worked out once more with what each surviving line expects smoothed over all its months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.assimilation import discrepancy
from sahelsim.assimilation.branch import branch, clear_logs
from sahelsim.assimilation.expected import Expected, Expecting
from sahelsim.assimilation.smoothing import smoothed_so_far
from sahelsim.schedule import begin, run_step
from sahelsim.terms import month_days

if TYPE_CHECKING:
    from sahelsim.scenario.assimilation import AssimilationParameters
    from sahelsim.schedule import Play
    from sahelsim.world.build import Blueprint

__all__ = ["ISLANDS", "Island", "Survey", "run_island"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_KEYS = 24
"""Bits of the number of a replicate that are an island's own: for its first particles and all copies."""

ISLANDS = 1 << (32 - _KEYS)
"""Islands that there are numbers for: replicates are told apart by 32 bits (`rng.key_of`)."""


@dataclass(frozen=True)
class Survey:
    """What an island is given: months, the record of those that are known, and how it is to be followed."""

    months: Mapping[int, int]  # steps of every month to be simulated, by month_id
    record: I64  # (T, K) events of the dyads in the first T of them
    parameters: AssimilationParameters
    seed: int
    filtered: bool = True  # False: particles keep their first weights


@dataclass(frozen=True)
class Island:
    """What is left of an island of P particles over M months, the first T of which have a record."""

    number: int
    evidence: float  # log of how likely the record is under the island, times trust
    weights: F64  # (P,) sum to 1
    draws: I64  # (P,) draw of the priors that each particle comes from
    dyads: F64  # (P, M, K) expected events
    actors: F64  # (P, M, 3)
    countries: F64  # (P, M, N)
    cells: F64  # (P, C) expected events after the record's end, all months together
    effective: F64  # (T,) share of effective particles, before any resampling
    ancestors: int  # different first particles that the last ones come from
    hidden: dict[str, F64]  # state of the world at the end of the record, (P, …)


@dataclass
class _Line:
    """The months of a particle so far."""

    play: Play
    draw: int
    first: int
    dyads: list[F64]
    actors: list[F64]
    countries: list[F64]


def run_island(survey: Survey, blueprints: Sequence[tuple[int, Blueprint]], number: int) -> Island:
    """Follow the record with one island, and run on to the last month.

    Parameters
    ----------
    survey : Survey
        Months, record and parameters.
    blueprints : sequence of (int, Blueprint)
        Number of the draw of the priors, and the world under it, of each particle.
    number : int
        Number of the island: particles draw their chances from it and their own number.
    """
    size, known = len(blueprints), len(survey.record)
    expecting = Expecting(blueprints[0][1])
    serial = number << _KEYS  # numbers of replicates, none of them used twice
    lines = [_Line(begin(b, serial + i), draw, i, [], [], []) for i, (draw, b) in enumerate(blueprints)]
    serial += size
    p, log_weights, evidence = survey.parameters, np.full(size, -np.log(size)), 0.0
    state = discrepancy.prior(p, size, survey.record.shape[1])
    effective, cells, hidden = np.ones(known), np.zeros((size, blueprints[0][1].ground.cells)), {}
    for t, (month, steps) in enumerate(survey.months.items()):
        expected = _advance(lines, expecting, month, steps)
        if t >= known:
            cells += expected.cells
        elif survey.filtered:
            state = discrepancy.step(state, p) if t else state
            state, likely = discrepancy.update(state, survey.record[t], _so_far(lines, p), month, p)
            log_weights = log_weights + p.trust * likely
            top = log_weights.max()
            evidence += float(top + np.log(np.exp(log_weights - top).sum()))
            log_weights -= top + np.log(np.exp(log_weights - top).sum())
            effective[t] = 1.0 / (np.exp(2 * log_weights).sum() * size)
            if effective[t] < p.resample_below:
                chosen = _systematic(np.exp(log_weights), _point(survey.seed, number, t))
                lines, serial = _drawn(lines, chosen, survey.seed, serial)
                state, log_weights = state.of(chosen), np.full(size, -np.log(size))
        if t == known - 1:
            hidden = _hidden(lines)
    return Island(
        number, evidence, np.exp(log_weights), np.array([line.draw for line in lines]),
        np.stack([line.dyads for line in lines]), np.stack([line.actors for line in lines]),
        np.stack([line.countries for line in lines]), cells, effective, len({line.first for line in lines}), hidden,
    )  # fmt: skip


def _advance(lines: Sequence[_Line], expecting: Expecting, month: int, steps: int) -> Expected:
    """Run every world through a month; what it expects is for a month of its true length."""
    for line in lines:
        clear_logs(line.play)
        for _ in range(steps):
            run_step(line.play)
    blueprint = lines[0].play.blueprint
    expected = expecting.month([line.play for line in lines], [line.play.blueprint.scenario for line in lines])
    length = month_days(month) / (steps * blueprint.scenario.calendar.step_days)
    for i, line in enumerate(lines):
        line.dyads.append(expected.dyads[i] * length)
        line.actors.append(expected.actors[i] * length)
        line.countries.append(expected.countries[i] * length)
    return expected


def _so_far(lines: Sequence[_Line], p: AssimilationParameters) -> F64:
    """Log of what each particle expects of this month, (P, K)."""
    past = np.stack([line.dyads for line in lines])
    return np.log(smoothed_so_far(past, p.smoothing) + p.floor)


def _drawn(lines: Sequence[_Line], chosen: I64, seed: int, serial: int) -> tuple[list[_Line], int]:
    """The island drawn anew: the first of a line goes on as it is, the others are copies with chances of their own."""
    out, seen = [], set()
    for i in chosen.tolist():
        line = lines[i]
        if i in seen:
            play, serial = branch(line.play, seed, serial), serial + 1
            line = _Line(play, line.draw, line.first, [*line.dyads], [*line.actors], [*line.countries])
        seen.add(i)
        out.append(line)
    return out, serial


def _systematic(weights: F64, u: float) -> I64:
    """Particles by systematic resampling with one uniform number."""
    size = weights.size
    chosen = np.searchsorted(np.cumsum(weights), (np.arange(size) + u) / size)
    return np.minimum(chosen, size - 1)


def _point(seed: int, island: int, month: int) -> float:
    from sahelsim.rng import Stream, key_of, uniforms

    return float(uniforms(key_of(seed, 0), Stream.RESAMPLING, [month], [island])[0, 0])


def _hidden(lines: Sequence[_Line]) -> dict[str, F64]:
    """What nobody records: fighters of each actor, hostility and truce of each pair, people's side."""
    worlds = [line.play.world for line in lines]
    fighters = [np.bincount(w.units.actor, weights=w.units.strength, minlength=w.actors.camp.size) for w in worlds]
    camps = worlds[0].cells.pledged.shape[1]
    sides = [
        np.bincount(w.communities.camp, weights=w.communities.population, minlength=camps)
        / max(int(w.communities.population.sum()), 1)
        for w in worlds
    ]
    return {
        "fighters": np.stack(fighters),
        "hostility": np.stack([w.actors.hostility.copy() for w in worlds]),
        "truce": np.stack([w.actors.truce.astype(np.float64) for w in worlds]),
        "allegiance": np.stack(sides),
    }
