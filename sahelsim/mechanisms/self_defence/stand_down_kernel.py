"""Village watches that are overwhelmed stand down.

A band that guards its village, of a militia that a people raises, goes home with hazard per week

    lambda = rate * T / (T + G)

T are the fighters of its militia's enemies, each weighted with their enmity, and G its protectors, itself among them;
both in the cell and, with weight `nearby`, in the eight around it. The men return to a community of their people in the
cell, from a random one on (of any people, if their group is mixed), and its side says who protects; where there is
none they stay. Watches stand down in the order of their number and see who went before; with them the others lose a
protector. The place of the band is free again.

The men of a watch live in the village that they guard: Kalyvas 2006 on people who do not resist whoever controls their
place. That the hunters disarm was a term of the Niono pact of March 2021 (seed WAR-038; Le Républicain, Bamako, 19
April 2021). How fast watches stand down is by hand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, out_of_reach
from sahelsim.mechanisms.means.kernel import home_of
from sahelsim.mechanisms.self_defence.kernel import protectors
from sahelsim.rng import uniform_pairs
from sahelsim.world.log_kernel import write_decision

__all__ = ["stand_down", "threat"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def threat(cell: int, strength: I32, neighbours: I32, nearby: float, enmity: F64) -> float:
    """Enemies in the cell and, with weight `nearby`, around it, each weighted with their `enmity` (A,)."""
    total = 0.0
    for b in range(enmity.size):
        if enmity[b] > 0.0:
            there = float(strength[cell, b])
            for i in range(8):
                if neighbours[cell, i] >= 0:
                    there += nearby * strength[neighbours[cell, i], b]
            total += enmity[b] * there
    return total


@kernel
def stand_down(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    neighbours: I32, strength: I32, actor_camp: I16, enmity: F64, watch: I8,
    community_start: I32, camp: I8, population: I32, people: I16, kinship: F64, group_people: I16,
    living: I32, unit_cell: I32, unit_actor: I16, unit_group: I16, unit_role: I8, unit_strength: I32,
    rate: float, nearby: float, garrison: int, kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> int:  # fmt: skip
    """Men who go home in a step; `watch` (A,) is 1 for the militias that a people raises.

    `living` (N,) are the units that may be alive, in order.
    Strength (C, A), population and units follow. One number of a band is held against the chance at
    T / (T + G) = 1, which no band exceeds, and only then against that of its hazard.
    """
    home = 0
    most = chance(rate * weeks)
    guards = np.empty(living.size, np.int32)
    n = 0
    for i in range(living.size):
        u = np.uint64(living[i])
        guards[n] = living[i]
        n += int(unit_strength[u] > 0) & int(watch[np.uint64(unit_actor[u])]) & int(unit_role[u] == garrison)
    weigh, begin = np.empty(n), np.empty(n)
    whose, threatened = np.full(strength.shape[0], -1, np.int16), np.empty(strength.shape[0])
    uniform_pairs(k0, k1, stream, step, guards[:n], 0, weigh, begin)
    for i in range(n):
        if weigh[i] >= most:
            continue
        u = guards[i]
        a, c = unit_actor[u], unit_cell[u]
        if whose[c] != a:
            whose[c], threatened[c] = a, threat(c, strength, neighbours, nearby, enmity[a])
        against = threatened[c]  # or less by now; the band is among its protectors
        if out_of_reach(weigh[i], rate * against / (against + strength[c, a]) * weeks):
            continue
        against = threat(c, strength, neighbours, nearby, enmity[a])
        m = home_of(community_start[c], community_start[c + 1], begin[i], group_people[unit_group[u]], people)
        if m < 0:
            continue
        own = protectors(c, strength, neighbours, nearby, actor_camp, camp[m], actor_camp[a], kinship[people[m]])
        hazard = rate * against / (against + own)
        if weigh[i] >= chance(hazard * weeks):
            continue
        men = unit_strength[u]
        unit_strength[u] = 0
        population[m] += men
        strength[c, a] -= men
        home += men
        write_decision(
            log_rows, log_terms, log_count, step, kind, c, m, a, -1, men,
            against, own, hazard, 0.0, 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    return home
