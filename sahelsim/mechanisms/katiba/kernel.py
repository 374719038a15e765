"""Katibas: commanders die with their fighters, and whole groups change sides.

A group that loses the share L of its fighters in the battles of a step loses its commander with probability
1 - exp(-exposure L). Cohesion then falls by cohesion_loss * command and command (the authority of the present
commander, 0-1) by the factor `new_command`. In a week command regains towards 1, halving the gap in
`command_half_life`, and cohesion moves by `cohesion_recovery` of the gap towards full_cohesion * command.

A group of actor a weighs going over to a rival b with ideological distance <= `reach` at hazard rate * O_b per week,
O_b being the share of its fighters with some of b in their cell or the eight around, and takes the best such b with
probability logistic(U):

    U = balance (mean over those fighters of ln((s + S_b) / (s + S_a))) + pay ln(w_b / w_a) - ideology |i_a - i_b|
        + tide_b - tide_a (see defection) + kin [b has a group of its people] - cohesion (its cohesion)
        - command (authority of its commander) + strain (strain_a - strain_b)

S are strengths in and around the cell, s is one unit of the actor, w pay as it comes (see defection). All its units
go, wherever they stand; name, people, commander and homes stay. Who disagreed has left: cohesion and command are full
again, so that a group does not go back and forth. A group with more than half of its actor's fighters is the actor and
stays. Seymour 2014 and Otto 2018 on side switching, Christia 2012 on power and losses, Jordan 2009 and Price 2012 on
the loss of leaders.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, log, logistic
from sahelsim.rng import uniform2
from sahelsim.world.index_kernel import fighters_of
from sahelsim.world.log_kernel import write_decision

__all__ = ["fallen_commanders", "go_over", "regain", "share_ground", "strength_around"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def fallen_commanders(
    k0: int, k1: int, stream: int, step: int, before: I32, now: I32, exposure: float, fallen: I16
) -> int:
    """Groups whose commander died, into `fallen` (G,), and how many; strengths before and after the step's battles."""
    n = 0
    for g in range(before.size):
        lost = before[g] - now[g]
        if lost > 0:
            u, _ = uniform2(k0, k1, stream, step, g, 0)
            if u < chance(exposure * lost / before[g]):
                fallen[n] = g
                n += 1
    return n


@kernel
def regain(command_share: float, cohesion_share: float, full_cohesion: F64, command: F64, cohesion: F64) -> None:
    """Command regains a share of what it lacks; then cohesion of its gap to what the group can have under it."""
    for g in range(command.size):
        command[g] += command_share * (1.0 - command[g])
        cohesion[g] += cohesion_share * (full_cohesion[g] * command[g] - cohesion[g])


@kernel
def strength_around(cell: int, a: int, strength: I32, neighbours: I32) -> int:
    """Fighters of an actor in a cell and the eight around it."""
    total = strength[cell, a]
    for k in range(8):
        if neighbours[cell, k] >= 0:
            total += strength[neighbours[cell, k], a]
    return int(total)


@kernel
def share_ground(
    g: int, a: int, size: float, start: I32, order: I32, strength: I32, neighbours: I32, unit_group: I16,
    unit_strength: I32, rival: I8, together: I64, odds: F64,
) -> int:  # fmt: skip
    """Where a group of actor `a` meets each of its rivals.

    Parameters
    ----------
    size : float
        Fighters in a full unit of `a`.
    rival : (A,)
        1 for the rivals of `a`.
    together : (A,)
        Out: fighters of the group with some of the rival's in their cell or around.
    odds : (A,)
        Out: log of the rival's strength over that of `a` in and around their cells, mean over those fighters.

    Returns
    -------
    seat : int
        Cell with most of the group's fighters, -1 if it has none.
    """
    cells, actors = strength.shape
    together[:] = 0
    odds[:] = 0.0
    seat = -1
    most = 0
    for c in range(cells):
        n = 0
        for i in range(start[c], start[c + 1]):
            if unit_group[order[i]] == g:
                n += unit_strength[order[i]]
        if n == 0:
            continue
        if n > most:
            most = n
            seat = c
        own = size + strength_around(c, a, strength, neighbours)
        for b in range(actors):
            if rival[b] == 1:
                theirs = strength_around(c, b, strength, neighbours)
                if theirs > 0:
                    together[b] += n
                    odds[b] += n * log((size + theirs) / own)
    for b in range(actors):
        if together[b] > 0:
            odds[b] /= together[b]
    return seat


@kernel
def go_over(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    living: I32, start: I32, order: I32, strength: I32, neighbours: I32,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_strength: I32,
    group_actor: I16, group_people: I16, cohesion_of: F64, full_cohesion: F64, command_of: F64,
    adopt: I16, rival: I8, ideology_of: F64, pay_of: F64, tide_of: F64, strain_of: F64, unit_size: I32,
    rate: float, reach: float, ideology: float, balance: float, pay: float, kin: float,
    cohesion: float, command: float, strain: float, kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> int:  # fmt: skip
    """All groups that change sides in a step, and their number; `adopt` (A, P + 1) is that of the step's beginning.

    Groups weigh in turn and see what those before them have done; strength (C, A), units and groups follow.
    """
    actors = strength.shape[1]
    together = np.empty(actors, np.int64)
    odds = np.empty(actors)
    fighters = np.empty(group_actor.size, np.int32)
    counted = False
    gone = 0
    for g in range(group_actor.size):
        a = group_actor[g]
        weigh, decide = uniform2(k0, k1, stream, step, g, 0)
        if weigh >= chance(rate * weeks):
            continue
        if not counted:
            fighters_of(living, unit_group, unit_strength, fighters)
            counted = True
        if fighters[g] == 0:
            continue
        others = 0
        for h in range(group_actor.size):
            if h != g and group_actor[h] == a:
                others += fighters[h]
        if others < fighters[g]:
            continue
        seat = share_ground(
            g, a, float(unit_size[a]), start, order, strength, neighbours, unit_group, unit_strength, rival[a],
            together, odds,
        )  # fmt: skip
        people = group_people[g]
        to = -1
        best = 0.0
        terms = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for b in range(actors):
            gap = abs(ideology_of[a] - ideology_of[b])
            if rival[a, b] == 0 or gap > reach or weigh >= chance(rate * weeks * together[b] / fighters[g]):
                continue
            same = people >= 0 and adopt[b, people] >= 0 and group_people[adopt[b, people]] == people
            t0 = balance * odds[b]
            t1 = pay * log(pay_of[b] / pay_of[a])
            t2 = -ideology * gap
            t3 = tide_of[b] - tide_of[a]
            t4 = kin if same else 0.0
            t5 = strain * (strain_of[a] - strain_of[b])
            worth = t0 + t1 + t2 + t3 + t4 + t5
            if to < 0 or worth > best:
                to = b
                best = worth
                terms = (t0, t1, t2, t3, t4, t5)
        line = command * command_of[g]
        held = cohesion * cohesion_of[g]
        if to < 0 or decide >= logistic(best - held - line):
            continue
        for u in range(unit_group.size):
            if unit_group[u] == g:
                strength[unit_cell[u], a] -= unit_strength[u]
                strength[unit_cell[u], to] += unit_strength[u]
                unit_actor[u] = to
        group_actor[g] = to
        cohesion_of[g] = full_cohesion[g]
        command_of[g] = 1.0
        gone += 1
        write_decision(
            log_rows, log_terms, log_count, step, kind, seat, g, a, to, fighters[g],
            terms[0], terms[1], terms[2], terms[3], terms[4], -held, -line, terms[5],
        )  # fmt: skip
    return gone
