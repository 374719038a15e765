"""Battle: onset, losses, outcome and retreat where two hostile actors stand in one cell.

Onset hazard of the dyad (a, b) in cell c, per week:

    lambda = rate * enmity(a, b) * G / (G + half_strength) * (initiative_a + initiative_b) / 2 * terrain * (1 - quiet B)
    G = sqrt(S_a S_b),  enmity = hostility * (factor of the truce, if one holds)

where B, if one of the two is a village militia, is the share of the cell's people who have a pact with the other.

`rate` and `half_strength` are those of a cell of the reference area; both are scaled by the area of the cell.

Deaths follow a discretised Lomax law, floor(X), X ~ Lomax(death_scale, tail_exponent), held to `mortal_share` of
the strength present (UCDP GED 2017-21: median 3, mean 7, tail exponent 2.1; power-law severity: Clauset, Young &
Gleditsch 2007). The attacker is drawn in proportion to initiative times strength and wins with

    P = logistic(outcome_slope * ln(F_attacker / F_defender) + attacker_edge),   F = skill * S**strength_exponent

The loser bears `loser_share` of the deaths; what it cannot bear nobody does. Its mobile units leave the cell for the
best one around. Momentum is (victories - defeats) / (victories + defeats + momentum_scale) over remembered battles.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, log, logistic, lomax, out_of_reach
from sahelsim.mechanisms.movement.kernel import CLOSED
from sahelsim.rng import first_uniforms, uniform4
from sahelsim.world.log_kernel import write_violence

__all__ = ["clash", "fight", "kill_fighters", "retreat"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def kill_fighters(
    order: I32, first: int, last: int, cell: int, unit_cell: I32, unit_actor: I16, unit_strength: I32, a: int,
    fighters: int, deaths: int, u: float,
) -> int:  # fmt: skip
    """Take `deaths` from the `fighters` of actor `a` in the cell: the first unit is drawn by strength, then in turn.

    Units of order[first:last] that have left the cell are spared. Returns the deaths taken. In place of actors,
    `unit_actor` and `a` may number any other bodies of units.
    """
    n = last - first
    target = u * fighters
    begin = 0
    for i in range(n):
        unit = order[first + i]
        if unit_actor[unit] == a and unit_cell[unit] == cell:
            target -= unit_strength[unit]
            if target < 0.0:
                begin = i
                break
    left = deaths
    for i in range(n):
        unit = order[first + (begin + i) % n]
        if unit_actor[unit] == a and unit_cell[unit] == cell and left > 0:
            taken = min(left, unit_strength[unit])
            unit_strength[unit] -= taken
            left -= taken
    return deaths - left


@kernel
def retreat(
    order: I32, first: int, last: int, cell: int, a: int,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_role: I8, unit_strength: I32,
    attraction: F32, appeal: F32, neighbours: I32,
) -> int:  # fmt: skip
    """Mobile units of actor `a` leave the cell for the neighbour that is worth most; returns the fighters that left."""
    gone = 0
    for i in range(first, last):
        u = order[i]
        if unit_actor[u] != a or unit_role[u] == 0 or unit_strength[u] == 0 or unit_cell[u] != cell:
            continue
        g = unit_group[u]
        best = CLOSED
        for k in range(8):
            c = neighbours[cell, k]
            if c >= 0 and attraction[g, c] + appeal[c, a] > best:
                best = attraction[g, c] + appeal[c, a]
                unit_cell[u] = c
        if unit_cell[u] != cell:
            gone += unit_strength[u]
    return gone


@kernel
def clash(
    k0: int, k1: int, stream: int, step: int, dyad: int, who: float, outcome: float, severity: float,
    a: int, b: int, cell: int, first: int, last: int, order: I32, strength: I32,
    unit_cell: I32, unit_actor: I16, unit_strength: I32, skill: F64, initiative: F64,
    death_scale: float, tail_exponent: float, mortal_share: float, outcome_slope: float, attacker_edge: float,
    loser_share: float, strength_exponent: float,
) -> tuple[int, int, int, int, float]:  # fmt: skip
    """One battle of actors `a` and `b` with `strength` (A,) in the cell: who attacks, who wins, who dies.

    Returns
    -------
    attacker, winner, deaths_a, deaths_b, odds
        The deaths have been taken from the units order[first:last] and from `strength`.
    """
    split, from_a, from_b, _ = uniform4(k0, k1, stream, step, dyad, 0)
    s_a, s_b = strength[a], strength[b]
    push_a = initiative[a] * s_a
    attacker = a if who * (push_a + initiative[b] * s_b) < push_a else b
    defender = b if attacker == a else a
    odds = outcome_slope * (
        log(skill[attacker] / skill[defender])
        + strength_exponent * log(float(strength[attacker]) / float(strength[defender]))
    )
    winner = attacker if outcome < logistic(odds + attacker_edge) else defender
    loser = b if winner == a else a
    deaths = int(min(lomax(severity, death_scale, tail_exponent), mortal_share * (s_a + s_b)))
    share = min(int(loser_share * deaths + split), deaths)
    by_loser = min(share, strength[loser])
    by_winner = min(deaths - share, strength[winner])
    deaths_a = by_loser if loser == a else by_winner
    deaths_b = by_loser if loser == b else by_winner
    deaths_a = kill_fighters(order, first, last, cell, unit_cell, unit_actor, unit_strength, a, s_a, deaths_a, from_a)
    deaths_b = kill_fighters(order, first, last, cell, unit_cell, unit_actor, unit_strength, b, s_b, deaths_b, from_b)
    strength[a] -= deaths_a
    strength[b] -= deaths_b
    return attacker, winner, deaths_a, deaths_b, odds


@kernel
def remember_clash(
    a: int, b: int, cell: int, deaths_a: int, deaths_b: int, winner: int, memory: F32, losses: F32,
    victories: F64, defeats: F64, loss_memory: F64, fight_memory: F64, hostility: F64, rival: I8, escalation: float,
) -> None:  # fmt: skip
    """What a battle leaves behind: memories of the cell, the actors and the dyad; hostility of rivals rises."""
    deaths = deaths_a + deaths_b
    losses[cell, a] += deaths_a
    losses[cell, b] += deaths_b
    memory[cell] += deaths
    for x, y in ((a, b), (b, a)):
        loss_memory[x, y] += deaths
        fight_memory[x, y] += 1.0
    victories[winner] += 1.0
    defeats[b if winner == a else a] += 1.0
    if rival[a, b] == 1 and deaths > 0:
        raised = hostility[a, b] + escalation * (1.0 - hostility[a, b])
        hostility[a, b] = raised
        hostility[b, a] = raised


@kernel
def greatest_hazards(enmity: F64, initiative: F64, rate: float, desert_factor: float) -> F64:
    """The greatest onset hazard that each dyad can have anywhere, shape (A, A)."""
    actors = initiative.size
    most = np.empty((actors, actors))
    for a in range(actors):
        for b in range(actors):
            most[a, b] = rate * enmity[a, b] * 0.5 * (initiative[a] + initiative[b]) * max(1.0, desert_factor)
    return most


@kernel
def meetings_of(
    side_start: I32, side: I16, strength: I32, most: F64, meetings: int
) -> tuple[I32, I16, I16, I64]:  # fmt: skip
    """Every dyad that may fight in every cell where both stand, by cell and actors; `meetings` is a bound of how many.

    Returns
    -------
    cell, a, b, number : (N,)
        The number of a meeting is (cell * A + a) * A + b, the entity of its draws.
    """
    cells, actors = strength.shape
    cell, number = np.empty(meetings + 1, np.int32), np.empty(meetings + 1, np.int64)
    first, second = np.empty(meetings + 1, np.int16), np.empty(meetings + 1, np.int16)
    n = 0
    for c in range(cells):
        last = side_start[c + 1]
        for i in range(side_start[c], last - 1):
            a = side[i]
            for j in range(i + 1, last):
                b = side[j]
                cell[n], first[n], second[n] = c, a, b
                number[n] = (c * actors + a) * actors + b
                n += 1 if most[a, b] > 0.0 else 0
    return cell[:n], first[:n], second[:n], number[:n]


@kernel
def fight(
    k0: int, k1: int, stream: int, loss_stream: int, step: int, weeks: float, meetings: int,
    start: I32, order: I32, side_start: I32, side: I16, strength: I32, memory: F32, losses: F32, appeal: F32,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_role: I8, unit_strength: I32,
    attraction: F32, neighbours: I32, desert: F32,
    enmity: F64, hostility: F64, rival: I8, skill: F64, initiative: F64, victories: F64, defeats: F64,
    loss_memory: F64, fight_memory: F64, local: I8, bound: F32, quiet: float,
    rate: float, half_strength: float, desert_factor: float, death_scale: float, tail_exponent: float,
    mortal_share: float, outcome_slope: float, attacker_edge: float, loser_share: float,
    strength_exponent: float, escalation: float, battle_kind: int,
    log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """All battles of a step, cell by cell and dyad by dyad; see the module for the equations.

    Strength (C, A), memories, units and the log of violence are changed in place; each death is taken from
    a unit that stands in the cell. `meetings` is a bound of the dyads that meet. Most draws are above any hazard that
    the dyad can have; only for the others it is worked out.
    """
    most = greatest_hazards(enmity, initiative, rate, desert_factor)
    cell, first_of, second_of, number = meetings_of(side_start, side, strength, most, meetings)
    draws = np.empty(number.size)
    first_uniforms(k0, k1, stream, step, number, 0, draws)
    for n in range(number.size):
        a, b = int(first_of[n]), int(second_of[n])
        if out_of_reach(draws[n], most[a, b] * weeks):
            continue
        c = cell[n]
        s_a, s_b = strength[c, a], strength[c, b]
        if s_a == 0 or s_b == 0:
            continue
        first, last = start[c], start[c + 1]
        terrain = 1.0 + (desert_factor - 1.0) * desert[c]
        size = math.sqrt(float(s_a) * float(s_b))
        contact = size / (size + half_strength)
        hazard = rate * enmity[a, b] * contact * 0.5 * (initiative[a] + initiative[b]) * terrain
        if local[a] == 1:
            hazard *= 1.0 - quiet * bound[c, b]
        if local[b] == 1:
            hazard *= 1.0 - quiet * bound[c, a]
        onset, who, outcome, severity = uniform4(k0, k1, stream, step, number[n], 0)
        if onset >= chance(hazard * weeks):
            continue
        attacker, winner, deaths_a, deaths_b, odds = clash(
            k0, k1, loss_stream, step, number[n], who, outcome, severity, a, b, c, first, last, order, strength[c],
            unit_cell, unit_actor, unit_strength, skill, initiative, death_scale, tail_exponent, mortal_share,
            outcome_slope, attacker_edge, loser_share, strength_exponent,
        )  # fmt: skip
        loser = b if winner == a else a
        remember_clash(
            a, b, c, deaths_a, deaths_b, winner, memory, losses, victories, defeats, loss_memory,
            fight_memory, hostility, rival, escalation,
        )  # fmt: skip
        strength[c, loser] -= retreat(
            order, first, last, c, loser, unit_cell, unit_actor, unit_group, unit_role, unit_strength,
            attraction, appeal, neighbours,
        )  # fmt: skip
        write_violence(
            log_rows, log_terms, log_count, step, battle_kind, c, attacker, b if attacker == a else a,
            deaths_a if attacker == a else deaths_b, deaths_b if attacker == a else deaths_a, 0,
            -1, -1, -1, winner, enmity[a, b], contact, hazard, odds,
        )  # fmt: skip
