"""Self-defence: communities under attack that nobody protects take up arms.

Community m of people p in cell c raises a band of its militia with hazard per week

    lambda = rate * (1 - exp(-D / harm_scale)) * F / (F + fear_scale) * s / (s + G) * exp(tie * kinship)

D are the remembered deaths and G the protectors in the cell and, with weight `nearby`, in the eight around it; F is
the fear of the community, kinship the tie of p to the militia's camp. Those protect it who fight for a camp to which
its people has a tie, for the camp that it sides with, or for its militia's. s is `protector_scale`, for a cell of the
reference area and scaled by the area. The militia is the first of the people's `raisers` (avengers in its feuds, then
local militias with a group of the people) that is on stage and may operate in the cell. min(size, share * people) men,
at least `least`, leave the community and stand in the cell as a new band; without an empty place in the militia's pool
there is no band. Communities fight for themselves where states do not: Jentzsch, Kalyvas & Schubiger 2015; Tchoma
Bangou and Banibangou 2021 (seed WAR).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, out_of_reach
from sahelsim.mechanisms.movement.kernel import CLOSED
from sahelsim.rng import first_uniforms, uniform2
from sahelsim.world.log_kernel import write_decision

__all__ = ["adopting_group", "around", "protectors", "raise_bands", "raiser_group"]

_NEVER = 2.0**-33
"""The smallest number that `rng.uniform` returns: a smaller probability never comes true."""

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def around(values: F32, cell: int, neighbours: I32, nearby: float) -> float:
    """Value of the cell and, with weight `nearby`, of the eight around it."""
    total = float(values[cell])
    for k in range(8):
        if neighbours[cell, k] >= 0:
            total += nearby * values[neighbours[cell, k]]
    return total


@kernel
def protectors(
    cell: int, strength: I32, neighbours: I32, nearby: float, actor_camp: I16, side: int, own: int, tie: F64
) -> float:
    """Fighters in and around the cell for camp `side` (unless neutral), camp `own` and camps with a `tie` (K,)."""
    total = 0.0
    for a in range(actor_camp.size):
        k = actor_camp[a]
        if k == own or (k == side and side > 0) or tie[k] > 0.0:
            total += strength[cell, a]
            for i in range(8):
                if neighbours[cell, i] >= 0:
                    total += nearby * strength[neighbours[cell, i], a]
    return total


@kernel
def adopting_group(a: int, people: int, group_actor: I16, group_people: I16) -> int:
    """Group of actor `a` that takes in a band of the people: its first of that people, else its first; -1 if none."""
    first = -1
    for g in range(group_actor.size):
        if group_actor[g] == a:
            if group_people[g] == people:
                return g
            if first < 0:
                first = g
    return first


@kernel
def raiser_group(
    cell: int, people: int, raisers: I16, group_actor: I16, group_people: I16, attraction: F32, waiting: I8
) -> tuple[int, int]:  # fmt: skip
    """Militia (actor) of a people that may operate in the cell, and the group that takes the band; -1, -1 if none."""
    for j in range(raisers.shape[1]):
        a = raisers[people, j]
        if a < 0 or waiting[a] == 1:
            continue
        g = adopting_group(a, people, group_actor, group_people)
        if g >= 0 and attraction[g, cell] > CLOSED:
            return a, g
    return -1, -1


@kernel
def _closest(kinship: F64) -> float:
    """The closest tie of any people to any camp; 0 if there is none."""
    most = 0.0
    for p in range(kinship.shape[0]):
        for k in range(kinship.shape[1]):
            most = max(most, kinship[p, k])
    return most


@kernel
def _fearful(fear: F32) -> I64:
    """Communities that are afraid, in order."""
    found = np.empty(fear.size, np.int64)
    n = 0
    for m in range(fear.size):
        found[n] = m
        n += 1 if fear[m] > 0.0 else 0
    return found[:n]


@kernel
def raise_bands(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    neighbours: I32, strength: I32, memory: F32, attraction: F32, actor_camp: I16, waiting: I8,
    community_cell: I32, camp: I8, population: I32, fear: F32, people: I16, kinship: F64, raisers: I16,
    group_actor: I16, group_people: I16, pool: I64,
    unit_cell: I32, unit_home: I32, unit_actor: I16, unit_group: I16, unit_role: I8, unit_strength: I32,
    rate: float, harm_scale: float, fear_scale: float, nearby: float, protector_scale: float, tie: float, share: float,
    size: int, least: int, guard: float, garrison: int, mobile: int, kind: int,
    log_rows: I32, log_terms: F32, log_count: I64,
) -> tuple[int, int]:  # fmt: skip
    """All bands that communities raise in a step: men under arms, and bands for which there was no place.

    Communities act in turn: who is armed first protects the next. Strength (C, A), population and units follow. Most
    draws are above any hazard that the community can have; only for the others it is worked out.
    """
    free = pool[:-1].copy()
    raised = 0
    refused = 0
    most = rate * exp(tie * _closest(kinship)) * weeks
    fearful = _fearful(fear)
    draws = np.empty(fearful.size)
    first_uniforms(k0, k1, stream, step, fearful, 0, draws)
    for i in range(fearful.size):
        m = fearful[i]
        afraid = fear[m] / (fear[m] + fear_scale)
        if out_of_reach(draws[i], most * afraid):
            continue
        c = community_cell[m]
        harm = 1.0 - exp(-around(memory, c, neighbours, nearby) / harm_scale)
        if out_of_reach(draws[i], most * afraid * harm):
            continue
        men = min(size, int(share * population[m]))
        if rate * harm * weeks < _NEVER or men < least:
            continue
        p = people[m]
        a, g = raiser_group(c, p, raisers, group_actor, group_people, attraction, waiting)
        if a < 0:
            continue
        kin = kinship[p, actor_camp[a]]
        hazard = rate * harm * afraid * exp(tie * kin)
        if hazard * weeks < _NEVER or out_of_reach(draws[i], hazard * weeks):
            continue
        armed = protectors(c, strength, neighbours, nearby, actor_camp, camp[m], actor_camp[a], kinship[p])
        alone = protector_scale / (protector_scale + armed)
        hazard *= alone
        onset, stays = uniform2(k0, k1, stream, step, m, 0)
        if onset >= chance(hazard * weeks):
            continue
        while free[a] < pool[a + 1] and unit_strength[free[a]] > 0:
            free[a] += 1
        if free[a] == pool[a + 1]:
            refused += 1
            continue
        u = free[a]
        unit_cell[u] = c
        unit_home[u] = c
        unit_actor[u] = a
        unit_group[u] = g
        unit_role[u] = garrison if stays < guard else mobile
        unit_strength[u] = men
        population[m] -= men
        strength[c, a] += men
        raised += men
        write_decision(
            log_rows, log_terms, log_count, step, kind, c, m, -1, a, men,
            harm, afraid, alone, kin, hazard, 0.0, 0.0, 0.0,
        )  # fmt: skip
    return raised, refused
