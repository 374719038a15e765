"""Displacement: people flee violence and hunger to towns, move on, go home when it is calm, or settle.

In a week a share

    (1 - blockade T) (flight_rate (1 - exp(-f)) [f > fear_threshold] + hunger_flight H)

of a community leaves, with f its fear, H its hunger and T the tightness of the siege it is under. Who leaves in a step
goes to one town of the community's choices, drawn with probability proportional to

    exp(pull - danger ln(1 + memory of violence there))
    pull = -d / distance_km + kin (share of the own people there) + size ln(people / town_size) - border [abroad]

(gravity with kin and danger; Schmeidl 1997, Moore & Shellman 2006). Where the refuge itself is afraid a share
onward_rate (1 - exp(-f)) of those who have come moves on to another choice. From a home that is neither afraid nor
hungry a share `return_rate` goes back, from one refuge in a step, drawn by its numbers; a share `settle_rate` of those
away stays for good and belongs to the refuge from then on. People are conserved: `away` of the origins equals `hosted`
of the refuges, and `away_at` says where they are: for each home and refuge it is what the log of flows adds up to,
fled - returned + moved_on - settled.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import exp, logs
from sahelsim.elementary_block_kernel import exp_block
from sahelsim.rng import uniform_rows

__all__ = ["dangers", "draw_refuge", "flee_and_return", "log_flow", "pulls", "unsettled"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def dangers(memory: F32, danger: float, repels: F64) -> None:
    """How far the memory of violence in each cell repels; fills `repels` (C,)."""
    for c in range(memory.size):
        repels[c] = 1.0 + memory[c]
    logs(repels, repels.size)
    for c in range(memory.size):
        repels[c] *= danger


@kernel
def pulls(
    m: int, refuges: I32, pull: F32, community_cell: I32, repels: F64, not_this: int, first: int, exponent: F64
) -> None:
    """Pull less danger, less the greatest of them, of the refuges of community `m` other than number `not_this`.

    Fills `exponent` from `first` on; minus infinity where there is none.
    """
    choices, best = refuges.shape[1], -np.inf
    for i in range(choices):
        exponent[first + i] = -np.inf
        if refuges[m, i] >= 0 and i != not_this:
            exponent[first + i] = pull[m, i] - repels[community_cell[refuges[m, i]]]
            best = max(best, exponent[first + i])
    for i in range(first, first + choices):
        if exponent[i] > -np.inf:
            exponent[i] -= best


@kernel
def draw_refuge(pick: float, choices: int, first: int, exponent: F64, weight: F64) -> int:
    """Draw one of the `choices` whose weights, the exponentials of `exponent`, begin at `first`; -1 if none is left."""
    total = 0.0
    for i in range(first, first + choices):
        if exponent[i] == -np.inf:
            weight[i] = 0.0
        total += weight[i]
    target = pick * total
    for i in range(choices):
        target -= weight[first + i]
        if weight[first + i] > 0.0 and target < 0.0:
            return i
    return -1


@kernel
def log_flow(
    rows: I32, count: I64, step: int, home: int, refuge: int, fled: int, returned: int, moved_on: int, settled: int
) -> None:
    """Append a move; columns as `world.log.FLOW_COLUMNS`."""
    n = count[0]
    rows[n, 0] = step
    rows[n, 1] = home
    rows[n, 2] = refuge
    rows[n, 3] = fled
    rows[n, 4] = returned
    rows[n, 5] = moved_on
    rows[n, 6] = settled
    count[0] = n + 1


@kernel
def _slot_of(pick: float, m: int, away_at: I32, total: int) -> int:
    """A refuge drawn in proportion to those of community `m` who are there."""
    target, last = pick * total, away_at.shape[1] - 1
    for i in range(last):
        target -= away_at[m, i]
        if target < 0.0:
            return i
    return int(last)


@kernel
def unsettled(fear: F32, hunger: F32, away: I32, fear_threshold: float) -> I64:
    """Communities that are afraid or hungry or have people away, in order."""
    found = np.empty(fear.size, np.int64)
    n = 0
    for m in range(fear.size):
        found[n] = m
        n += 1 if fear[m] > fear_threshold or hunger[m] > 0.0 or away[m] > 0 else 0
    return found[:n]


@kernel
def flee_and_return(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    population: I32, away: I32, hosted: I32, away_at: I32, fear: F32, hunger: F32, tightness: F32,
    refuges: I32, pull: F32, community_cell: I32, memory: F32,
    flight_rate: float, hunger_flight: float, blockade: float, fear_threshold: float, return_rate: float,
    settle_rate: float, onward_rate: float, danger: float, log_rows: I32, log_count: I64,
) -> None:  # fmt: skip
    """Flight, onward movement, return and settling of every community; see the module for the equations.

    Parameters
    ----------
    away_at : (M, R)
        People of each community who are at each of its refuges.
    refuges, pull : (M, R)
        Communities that can take people in, -1 none, and their standing pull.
    """
    choices = refuges.shape[1]
    repels = np.empty(memory.size)
    dangers(memory, danger, repels)
    touched = unsettled(fear, hunger, away, fear_threshold)
    exponent, weight, first = np.empty(choices * touched.size), np.empty(choices * touched.size), 0
    for m in touched:
        if fear[m] > fear_threshold or hunger[m] > 0.0:
            pulls(m, refuges, pull, community_cell, repels, -1, first, exponent)
            first += choices
    exp_block(exponent[:first], weight[:first])
    other, other_weight, first = np.empty(choices), np.empty(choices), 0
    draws, later = np.empty((4, touched.size)), np.empty((4, touched.size))
    uniform_rows(k0, k1, stream, step, touched, 0, draws)
    uniform_rows(k0, k1, stream, step, touched, 1, later)
    for n in range(touched.size):
        m = touched[n]
        frightened = fear[m] > fear_threshold
        pick, rest, drawn, part = draws[0, n], draws[1, n], draws[2, n], draws[3, n]
        if frightened or hunger[m] > 0.0:
            push = hunger_flight * hunger[m]
            if frightened:
                push += flight_rate * (1.0 - exp(-fear[m]))
            share = min(1.0, push * (1.0 - blockade * tightness[m]) * weeks)
            leaving = min(int(share * population[m] + rest), population[m])
            if leaving > 0:
                i = draw_refuge(pick, choices, first, exponent, weight)
                if i >= 0:
                    population[m] -= leaving
                    away[m] += leaving
                    away_at[m, i] += leaving
                    hosted[refuges[m, i]] += leaving
                    log_flow(log_rows, log_count, step, m, refuges[m, i], leaving, 0, 0, 0)
            first += choices
        elif away[m] > 0:
            back = min(int(min(1.0, return_rate * weeks) * away[m] + rest), away[m])
            i = _slot_of(drawn, m, away_at, away[m]) if back > 0 else 0
            back = min(back, away_at[m, i])
            if back > 0:
                population[m] += back
                away[m] -= back
                away_at[m, i] -= back
                hosted[refuges[m, i]] -= back
                log_flow(log_rows, log_count, step, m, refuges[m, i], 0, back, 0, 0)
        if away[m] > 0:
            i = _slot_of(part, m, away_at, away[m])
            there = refuges[m, i]
            which, settle, onward = later[0, n], later[1, n], later[2, n]
            staying = min(int(min(1.0, settle_rate * weeks) * away[m] + settle), away_at[m, i])
            if staying > 0:
                away[m] -= staying
                away_at[m, i] -= staying
                hosted[there] -= staying
                population[there] += staying
                log_flow(log_rows, log_count, step, m, there, 0, 0, 0, staying)
            if fear[there] > fear_threshold:
                share = min(1.0, onward_rate * (1.0 - exp(-fear[there])) * weeks)
                moving = min(int(share * away_at[m, i] + onward), away_at[m, i])
                j = -1
                if moving > 0:
                    pulls(m, refuges, pull, community_cell, repels, i, 0, other)
                    exp_block(other, other_weight)
                    j = draw_refuge(which, choices, 0, other, other_weight)
                if j >= 0:
                    away_at[m, i] -= moving
                    away_at[m, j] += moving
                    hosted[there] -= moving
                    hosted[refuges[m, j]] += moving
                    log_flow(log_rows, log_count, step, m, there, 0, 0, -moving, 0)
                    log_flow(log_rows, log_count, step, m, refuges[m, j], 0, 0, moving, 0)
