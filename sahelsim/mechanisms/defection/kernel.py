"""Defection of fighters: a unit goes over to a rival that stands in the same cell.

A unit of actor a weighs a change with hazard `rate` per week if a rival b with ideological distance <= `reach` is in
its cell, and takes the best such b with probability logistic(U):

    U = balance ln((s + S_b) / (s + S_a)) + pay ln(w_b / w_a) - ideology |i_a - i_b|
        + tide_b - tide_a + kin [b has a group of the unit's people] - cohesion (cohesion of the unit's group)

    tide = momentum m + rise (F - G) / (F + G + 2)

F are the fighters of an actor and G what they used to be (a mean that halves its memory in `rise_half_life`): men go
where victories are and to whom others go, but not without end: growth lies between -1 and 1, a doubling counts 1/3.
Forces that come from outside are no growth: G moves with those who come, leave or split off. s is one unit of the
actor, w = pay (1 - (1 - in_kind) strain) what its fighters get while it is hard up. The unit joins a group of its
people at b, else the first; an actor that has no group left takes in nobody. A group under a new commander has less
cohesion (see katiba). Seymour 2014 and Otto 2018 on why factions switch sides; Christia 2012 on relative power.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, log, logistic
from sahelsim.rng import uniform_pairs
from sahelsim.world.log_kernel import write_decision

__all__ = ["defect", "grow_used", "received", "tides"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def received(pay: F64, strain: F64, in_kind: float) -> F64:
    """What the fighters of each actor get, shape (A,): the pay, less what strain keeps from them."""
    out = np.empty(pay.size)
    for a in range(pay.size):
        out[a] = pay[a] * (1.0 - (1.0 - in_kind) * strain[a])
    return out


@kernel
def tides(momentum_of: F64, rise_of: F64, momentum: float, rise: float) -> F64:
    """How each actor stands with those who think of joining it, shape (A,)."""
    out = np.empty(rise_of.size)
    for a in range(rise_of.size):
        out[a] = momentum * momentum_of[a] + rise * rise_of[a]
    return out


@kernel
def _could_join(
    start: I32, order: I32, side_start: I32, side: I16, unit_actor: I16, rival: I8, ideology_of: F64, reach: float
) -> I32:  # fmt: skip
    """Units, dead or alive, in whose cell there is a rival within reach of their actor, by cell."""
    actors = ideology_of.size
    fits, picky = np.zeros((actors, actors), np.int8), np.ones(actors, np.int8)
    for a in range(actors):
        for b in range(actors):
            if rival[a, b] != 0 and abs(ideology_of[a] - ideology_of[b]) <= reach:
                fits[a, b], picky[a] = 1, 0
    found, tempted = np.empty(start[-1], np.int32), np.zeros(actors, np.int8)
    n = 0
    for c in range(side_start.size - 1):
        first, last, anybody = side_start[c], side_start[c + 1], 0
        if last - first < 2:
            continue
        for i in range(first, last):
            own = np.uint64(side[i])
            if picky[own] == 0:
                met = 0
                for j in range(first, last):
                    met |= fits[own, np.uint64(side[j])]
                tempted[own] = met
                anybody |= met
        for i in range(start[c], start[c + 1] if anybody > 0 else start[c]):
            found[n] = order[i]
            n += int(tempted[np.uint64(unit_actor[np.uint64(order[i])])])
    return found[:n]


@kernel
def _weighing(
    k0: int, k1: int, stream: int, step: int, could: I32, unit_strength: I32, likely: float, units: I32, decide: F64
) -> int:  # fmt: skip
    """Of the units that `could` (N,), those alive who weigh a change; returns how many.

    Fills the units, in their order, and the number that decides for each.
    """
    weigh, second = np.empty(could.size), np.empty(could.size)
    uniform_pairs(k0, k1, stream, step, could, 0, weigh, second)
    n = 0
    for i in range(could.size):
        u = could[i]
        if weigh[i] >= likely or unit_strength[u] == 0:
            continue
        j = n
        while j > 0 and units[j - 1] > u:
            units[j], decide[j] = units[j - 1], decide[j - 1]
            j -= 1
        units[j], decide[j] = u, second[i]
        n += 1
    return n


@kernel
def defect(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    start: I32, order: I32, side_start: I32, side: I16, strength: I32, unit_cell: I32, unit_actor: I16, unit_group: I16,
    unit_strength: I32, group_people: I16, cohesion_of: F64, adopt: I16, rival: I8, ideology_of: F64, pay_of: F64,
    tide_of: F64, unit_size: I32, rate: float, reach: float, ideology: float, balance: float, pay: float,
    kin: float, cohesion: float, kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> int:  # fmt: skip
    """All defections of a step, unit by unit, and their number; strength (C, A) follows, so that units see who went."""
    actors = strength.shape[1]
    gone = 0
    likely = chance(rate * weeks)
    could = _could_join(start, order, side_start, side, unit_actor, rival, ideology_of, reach)
    units, decide = np.empty(could.size, np.int32), np.empty(could.size)
    for i in range(_weighing(k0, k1, stream, step, could, unit_strength, likely, units, decide)):
        u = units[i]
        c = unit_cell[u]
        a = unit_actor[u]
        g = unit_group[u]
        people = group_people[g]
        to = -1
        best = 0.0
        terms = (0.0, 0.0, 0.0, 0.0, 0.0)
        for b in range(actors):
            gap = abs(ideology_of[a] - ideology_of[b])
            if rival[a, b] == 0 or strength[c, b] == 0 or gap > reach or adopt[b, people] < 0:
                continue
            s = float(unit_size[a])
            t0 = balance * log((s + strength[c, b]) / (s + strength[c, a]))
            t1 = pay * log(pay_of[b] / pay_of[a])
            t2 = -ideology * gap
            t3 = tide_of[b] - tide_of[a]
            same = people >= 0 and group_people[adopt[b, people]] == people
            t4 = kin if same else 0.0
            worth = t0 + t1 + t2 + t3 + t4
            if to < 0 or worth > best:
                to = b
                best = worth
                terms = (t0, t1, t2, t3, t4)
        held = cohesion * cohesion_of[g]
        if to < 0 or decide[i] >= logistic(best - held):
            continue
        fighters = unit_strength[u]
        strength[c, a] -= fighters
        strength[c, to] += fighters
        unit_actor[u] = to
        unit_group[u] = adopt[to, people]
        gone += 1
        write_decision(
            log_rows, log_terms, log_count, step, kind, c, u, a, to, fighters,
            terms[0], terms[1], terms[2], terms[3], terms[4], -held, 0.0, 0.0,
        )  # fmt: skip
    return gone


@kernel
def grow_used(now: I64, share: float, usual: F64, rise: F64) -> None:
    """How far each actor has risen above its usual strength, (A,); then it gets used to a `share` of the change."""
    for a in range(now.size):
        rise[a] = (now[a] - usual[a]) / (now[a] + usual[a] + 2.0)
        usual[a] += share * (now[a] - usual[a])
