"""Recruitment: fighters are people who leave a community; nobody is made from nothing.

In cell c an actor a of camp k with fighters there enlists in a week

    n = rate * r_a * W * exp(momentum m_a + fame f_a) * max(0, 1 - S_k / (ceiling * r_a * W)),
    r_a = recruiting_a * (1 - strain_a)

people of the W who side with k and are not besieged, rounded at random without bias, as long as its purse lasts: each
costs `cost`, and it keeps `reserve` weeks of pay. They come from one such community after another, beginning at a
random one, and join one of the actor's units in the cell, drawn by strength. A unit that has grown to `split_factor`
times its size splits in two. An army with an establishment refills `refill` of its shortfall a week from its depot (the
largest community of its country); the recruits go to units below their size, and dead units rise again at home. Units
that shrink below `disband_below` join the next of their actor in the cell.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import exp
from sahelsim.mechanisms.movement.kernel import CLOSED
from sahelsim.rng import first_uniforms, uniform2, uniform4

__all__ = ["enlist", "merge_small", "refill_armies", "refill_army", "split_large"]


I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

_MOST = 2147483647  # fighters that can be counted


@kernel
def _recruiters(
    community_start: I32, side_start: I32, side: I16, pledged: I32, actor_camp: I16, power: F64, zeal: F64,
    rate: float, weeks: float, number: I64, most: F64,
) -> int:  # fmt: skip
    """Sides, dead or alive, that recruit where people hold with them; returns how many there are.

    Their numbers c A + a, in order, go into `number`, and into `most` what they would enlist were nobody besieged and
    nobody armed.
    """
    actors = actor_camp.size
    n = 0
    for c in range(community_start.size - 1):
        if community_start[c + 1] == community_start[c]:
            continue
        for i in range(side_start[c], side_start[c + 1]):
            a = np.uint64(side[i])
            people = pledged[c, np.uint64(actor_camp[a])]
            number[n] = c * actors + side[i]
            most[n] = rate * power[a] * people * zeal[a] * weeks
            n += 1 if power[a] > 0.0 and people > 0 else 0
    return n


@kernel
def enlist(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    start: I32, order: I32, side_start: I32, side: I16, strength: I32, pledged: I32, unit_actor: I16,
    unit_strength: I32, community_start: I32, camp: I8, population: I32, besieger: I8, actor_camp: I16,
    recruiting: F64, strain: F64, momentum_of: F64, fame_of: F64,
    rate: float, ceiling: float, momentum: float, fame: float, purse: I64, recruits: I64,
) -> None:  # fmt: skip
    """Recruits from the communities of the own camp, cell by cell.

    For most sides not even all that they could enlist comes to one whole recruit: they are left out by their draw.

    Parameters
    ----------
    purse : (A,)
        Recruits that an actor can pay for.
    recruits : (A,)
        Out: recruits of each actor.
    """
    cells, actors = strength.shape
    recruits[:] = 0
    power, zeal = np.empty(actors), np.empty(actors)
    for a in range(actors):
        power[a] = recruiting[a] * (1.0 - strain[a])
        zeal[a] = exp(momentum * momentum_of[a] + fame * fame_of[a])
    number, most = np.empty(side_start[cells], np.int64), np.empty(side_start[cells])
    n = _recruiters(community_start, side_start, side, pledged, actor_camp, power, zeal, rate, weeks, number, most)
    part = np.empty(n)
    first_uniforms(k0, k1, stream, step, number[:n], 0, part)
    for s in range(n):
        if most[s] + part[s] < 1.0:
            continue
        c, a = number[s] // actors, number[s] % actors
        k = actor_camp[a]
        if strength[c, a] == 0:
            continue
        free = 0
        for m in range(community_start[c], community_start[c + 1]):
            if camp[m] == k and besieger[m] < 0:
                free += population[m]
        if free == 0:
            continue
        armed = 0
        for j in range(side_start[c], side_start[c + 1]):
            if actor_camp[side[j]] == k:
                armed += strength[c, side[j]]
        room = 1.0 - armed / (ceiling * power[a] * free)
        if room <= 0.0:
            continue
        mean = rate * power[a] * free * zeal[a] * room * weeks
        wanted = min(int(mean + part[s]), purse[a] - recruits[a])
        if wanted <= 0:
            continue
        _, begin, unit_draw, _ = uniform4(k0, k1, stream, step, number[s], 0)
        found = 0
        here = community_start[c + 1] - community_start[c]
        offset = int(begin * here)
        for j in range(here):
            m = community_start[c] + (offset + j) % here
            if camp[m] == k and besieger[m] < 0 and found < wanted:
                taken = min(wanted - found, population[m])
                population[m] -= taken
                found += taken
        pledged[c, k] -= found
        recruits[a] += found
        target = unit_draw * strength[c, a]
        for j in range(start[c], start[c + 1]):
            if unit_actor[order[j]] == a:
                target -= unit_strength[order[j]]
                if target < 0.0:
                    unit_strength[order[j]] += found
                    break
        strength[c, a] += found


@kernel
def _units_of_size(living: I32, unit_strength: I32, least: int, most: int, found: I32) -> int:
    """Units of `least` to `most` fighters, in order, into `found`; returns how many."""
    n = 0
    for i in range(living.size):
        found[n] = living[i]
        strength = unit_strength[np.uint64(living[i])]
        n += int(strength >= least) & int(strength <= most)
    return n


@kernel
def split_large(
    living: I32, unit_cell: I32, unit_home: I32, unit_actor: I16, unit_group: I16, unit_role: I8, unit_strength: I32,
    unit_size: I32, room: I64, mobile: int, split_factor: float,
) -> None:  # fmt: skip
    """Units of `split_factor` times their size give half to a new mobile unit in an empty place of the actor's room.

    `living` (N,) are the units that may be alive and large, in order; `room` (A, 2) is the first place of each actor's
    new units and the one behind the last. A half that is large still splits in its turn.
    """
    free = room[:, 0].copy()
    least = min(math.ceil(split_factor * unit_size.min()), _MOST)
    large = np.empty(unit_strength.size + 1, np.int32)
    n, i = _units_of_size(living, unit_strength, least, _MOST, large), -1
    while i + 1 < n:
        i += 1
        u = large[i]
        a = unit_actor[u]
        if unit_strength[u] < split_factor * unit_size[a]:
            continue
        while free[a] < room[a, 1] and unit_strength[free[a]] > 0:
            free[a] += 1
        if free[a] >= room[a, 1]:
            continue
        v = free[a]
        half = unit_strength[u] // 2
        unit_strength[u] -= half
        unit_strength[v] = half
        unit_actor[v] = a
        unit_group[v] = unit_group[u]
        unit_cell[v] = unit_cell[u]
        unit_home[v] = unit_cell[u]
        unit_role[v] = mobile
        if half >= least and v > u:
            j = n
            while large[j - 1] > v:
                large[j] = large[j - 1]
                j -= 1
            large[j] = v
            n += 1


@kernel
def merge_small(
    living: I32, start: I32, order: I32, unit_cell: I32, unit_actor: I16, unit_strength: I32, below: int
) -> None:
    """Units below `below` fighters join the next unit of their actor in the cell, if there is one.

    `living` (N,) are the units that may be alive, in order. Those that the index of the cells (`start`, `order`) does
    not have yet, or elsewhere, stay as they are.
    """
    small = np.empty(living.size + 1, np.int32)
    for k in range(_units_of_size(living, unit_strength, 1, below - 1, small)):
        u = small[k]
        if unit_strength[u] >= below:
            continue
        i, last = start[unit_cell[u]], start[unit_cell[u] + 1]
        while i < last and order[i] != u:
            i += 1
        for j in range(i + 1, last):
            v = order[j]
            if unit_actor[v] == unit_actor[u] and unit_strength[v] > 0 and unit_cell[v] == unit_cell[u]:
                unit_strength[v] += unit_strength[u]
                unit_strength[u] = 0
                break


@kernel
def refill_army(
    u0: float, u1: float, a: int, first: int, last: int, missing: float, people: int, unit_cell: I32, unit_home: I32,
    unit_actor: I16, unit_group: I16, unit_strength: I32, attraction: F32, unit_size: int, used: int,
) -> int:  # fmt: skip
    """Bring units first:used of army `a` up to their size, beginning at a random one (`u1`); returns the recruits.

    A dead unit rises at home with its recruits, unless its home has been closed to it. `people` bounds the recruits.
    """
    wanted = min(int(missing + u0), people)
    n = used - first
    if n <= 0 or last <= first:
        return 0
    begin = int(u1 * n)
    found = 0
    for i in range(n):
        u = first + (begin + i) % n
        if unit_actor[u] != a or unit_strength[u] >= unit_size:
            continue
        if unit_strength[u] == 0 and attraction[unit_group[u], unit_home[u]] < CLOSED:
            continue
        taken = min(unit_size - unit_strength[u], wanted - found)
        if taken <= 0:
            break
        if unit_strength[u] == 0:
            unit_cell[u] = unit_home[u]
        unit_strength[u] += taken
        found += taken
    return found


@kernel
def refill_armies(
    k0: int, k1: int, stream: int, step: int, share: float, establishment: F64, fighters: I64, depot: I32, room: I64,
    raised: I64, purse: I64, population: I32, unit_cell: I32, unit_home: I32, unit_actor: I16, unit_group: I16,
    unit_strength: I32, attraction: F32, unit_size: I32, recruits: I64,
) -> None:  # fmt: skip
    """Refill a `share` of what each army lacks from the people of its depot; adds to `recruits` (A,).

    `fighters` (A,) are those that each actor had before its recruits came, `raised` (A,) the units that it had at the
    start, `room` (A, 2) the places of its new ones.
    """
    for a in range(depot.size):
        shortfall = establishment[a] - (fighters[a] + recruits[a])
        if establishment[a] <= 0.0 or depot[a] < 0 or shortfall <= 0.0:
            continue
        people = min(population[depot[a]], purse[a] - recruits[a])
        u0, u1 = uniform2(k0, k1, stream, step, a, 0)
        first, last = room[a, 0], room[a, 1]
        taken = refill_army(
            u0, u1, a, first, last, share * shortfall, people, unit_cell, unit_home, unit_actor, unit_group,
            unit_strength, attraction, unit_size[a], first + raised[a],
        )  # fmt: skip
        population[depot[a]] -= taken
        recruits[a] += taken
