"""Intercommunal revenge: armed men of a harmed people strike communities of the people that it blames.

Of a feud of p against q, where q lives in cell c and p there or in a cell around it, hazard per week:

    lambda = rate * level * [standing + (1 - standing) roused] * [unarmed + (1 - unarmed) S / (S + armed_scale)]
             * (1 - shelter)
    roused = 1 - exp(-H / harm_scale)

H are the deaths of p that are blamed on q and not yet forgotten, in the cell and, with weight `talk`, in the eight
around it: the share `kin_blame` of the civilians killed by bands or avengers of q (see civilian_harm) and of the
avengers killed by those of q, and `kin_blame * fallen` of the fighters of p killed in battle by q, each side of a
battle being of the peoples of its actor's groups in proportion to their fighters; avengers fall for their people, so
they count as civilians do, where fighters fall for their actor. S are the avengers: fighters of people p in the feud's
militia, in the cell and, with weight `nearby`, around it. There is no revenge for p before its militia is on stage,
since it is recorded under that name. `rate` and `armed_scale` are those of a cell of the reference area and are scaled
by its area. The victims are one community of q, drawn with weight people**victim_exponent. Where q has D avengers of
its own in the cell, they meet the attack with probability D / (D + S_1), S_1 being the attackers: the avengers of the
cell, or of the one around it that has most. Then the avengers of both fight: attackers win with probability
S_1 / (S_1 + D) and bear the share D / (S_1 + D) of the deaths; no civilian dies, and nobody of another people in the
militias. Deaths follow the law of violence against civilians with its bounds, S_1 or, where that is more, a
`mob` being the killers; in a fight they are held to `mortal_share` of the fighters. They are harm in the opposite feud,
so that revenge can spiral. Evidence: Tuareg-Fulani killings of 2018 and
the Zarma backlash of 2021 (seeds LWJ, WAR); fights of Dogon and Fulani militias (UCDP GED); standing disputes over land
and water: Benjaminsen & Ba 2009.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, lomax, out_of_reach
from sahelsim.mechanisms.battle.kernel import kill_fighters
from sahelsim.mechanisms.civilian_harm.kernel import civilian_deaths, draw_victim, hurt_community, most_communities
from sahelsim.rng import first_uniforms, uniform2, uniform4
from sahelsim.world.log_kernel import write_violence

__all__ = [
    "avenge",
    "avengers_around",
    "avengers_in",
    "blame_battles",
    "clash_deaths",
    "fade",
    "kill_avengers",
    "of_one_people",
    "opposite_feud",
    "shares_of_peoples",
]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def fade(harm: F32, left: float) -> None:
    """What is left of harm (F, C) after a step; the share is rounded to the type of the array."""
    of_harm = np.float32(left)
    every = harm.reshape(-1)
    for i in range(every.size):
        every[i] *= of_harm


@kernel
def shares_of_peoples(group_actor: I16, group_people: I16, group_fighters: I32, shares: F64) -> None:
    """Share of each people in the fighters of each actor's groups; fills `shares` (A, P). Mixed groups are of none."""
    shares[:, :] = 0.0
    total = np.zeros(shares.shape[0])
    for g in range(group_actor.size):
        total[group_actor[g]] += group_fighters[g]
        if group_people[g] >= 0:
            shares[group_actor[g], group_people[g]] += group_fighters[g]
    for a in range(shares.shape[0]):
        for p in range(shares.shape[1]):
            shares[a, p] /= max(total[a], 1.0)


@kernel
def blame_battles(
    log_rows: I32, first: int, last: int, battle: int, feud_people: I16, feud_against: I16,
    group_actor: I16, group_people: I16, group_fighters: I32, actors: int, peoples: int, blame: float, harm: F32,
) -> None:  # fmt: skip
    """Fighters who fell in the battles of rows first:last of the log of violence are harm to their people.

    Groups as they were mustered before the battles; `blame` is what a fallen fighter counts.
    """
    of_people = np.empty((actors, peoples))
    shares_of_peoples(group_actor, group_people, group_fighters, of_people)
    for n in range(first, last):
        if log_rows[n, 1] != battle:
            continue
        cell, a, b, deaths_a, deaths_b = log_rows[n, 2:7]
        for f in range(feud_people.size):
            p, q = feud_people[f], feud_against[f]
            harm[f, cell] += blame * (
                deaths_a * of_people[a, p] * of_people[b, q] + deaths_b * of_people[b, p] * of_people[a, q]
            )


@kernel
def of_one_people(a: int, people: int, group_actor: I16, group_people: I16) -> bool:
    """True if all groups of militia `a` are of the people."""
    others = 0
    for g in range(group_actor.size):
        others += group_actor[g] == a and group_people[g] != people
    return others == 0


@kernel
def avengers_in(
    cell: int, a: int, people: int, start: I32, order: I32, strength: I32,
    unit_actor: I16, unit_group: I16, unit_strength: I32, group_people: I16,
) -> int:  # fmt: skip
    """Fighters of militia `a` in the cell who are of the people that avenges: one body in all feuds of the two."""
    found = 0
    if strength[cell, a] > 0:
        for i in range(start[cell], start[cell + 1]):
            u = order[i]
            if unit_actor[u] == a and group_people[unit_group[u]] == people:
                found += unit_strength[u]
    return found


@kernel
def avengers_around(
    cell: int, a: int, people: int, neighbours: I32, start: I32, order: I32, strength: I32,
    unit_actor: I16, unit_group: I16, unit_strength: I32, group_actor: I16, group_people: I16, found: I64,
) -> int:  # fmt: skip
    """Avengers in each neighbour of a cell and, last, in it; fills `found` (9,). Returns where attackers come from:

    number 8, the cell, if it has avengers or nobody has, else the neighbour that has most.
    """
    best = 8
    alike = of_one_people(a, people, group_actor, group_people)
    for k in range(9):
        n = cell if k == 8 else neighbours[cell, k]
        found[k] = strength[n, a] if n >= 0 else 0
        if found[k] > 0 and not alike:
            found[k] = avengers_in(
                n, a, people, start, order, strength, unit_actor, unit_group, unit_strength, group_people
            )
    if found[8] == 0:
        for k in range(8):
            if found[k] > found[best]:
                best = k
    return best


@kernel
def kill_avengers(
    cell: int, a: int, people: int, fighters: int, deaths: int, u: float, start: I32, order: I32, strength: I32,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_strength: I32, group_people: I16, avenges: I16,
) -> None:  # fmt: skip
    """Take `deaths` from the avengers of militia `a` in the cell, and from its strength there.

    `avenges` (U,) is scratch.
    """
    for i in range(start[cell], start[cell + 1]):
        unit = order[i]
        avenges[unit] = unit_actor[unit] == a and group_people[unit_group[unit]] == people
    kill_fighters(order, start[cell], start[cell + 1], cell, unit_cell, avenges, unit_strength, 1, fighters, deaths, u)
    strength[cell, a] -= deaths


@kernel
def opposite_feud(f: int, feud_people: I16, feud_against: I16) -> int:
    """The feud of the blamed people against the avengers', -1 if it has none."""
    for r in range(feud_people.size):
        if feud_people[r] == feud_against[f] and feud_against[r] == feud_people[f]:
            return r
    return -1


@kernel
def clash_deaths(
    severity: float, split: float, s: int, d: int, scale: float, tail_exponent: float, mortal_share: float
) -> tuple[int, int]:
    """Deaths of `s` attackers and of `d` defenders."""
    most = max(1, int(mortal_share * (s + d)))
    deaths = min(1 + int(min(lomax(severity, scale, tail_exponent), 1.0e6)), most)
    of_attackers = min(int(deaths * (d / (s + d)) + split), deaths)
    return min(of_attackers, s), min(deaths - of_attackers, d)


@kernel
def avenge(
    k0: int, k1: int, stream: int, victim_stream: int, step: int, weeks: float,
    sites: I32, feud_people: I16, feud_against: I16, feud_level: F64, feud_avenger: I16, waiting: I8,
    neighbours: I32, start: I32, order: I32, strength: I32,
    unit_cell: I32, unit_actor: I16, unit_group: I16, unit_strength: I32, group_actor: I16, group_people: I16,
    memory: F32, losses: F32, harm: F32, shelter: F32, actor_camp: I16,
    community_start: I32, population: I32, grievance: F32, fear: F32, people: I16,
    rate: float, harm_scale: float, standing: float, talk: float, unarmed: float, armed_scale: float, nearby: float,
    mob: float, death_scale: float, tail_exponent: float, mortal_share: float, party: float, deaths_per_fighter: float,
    victim_exponent: float, gain: float, spill: float, fear_gain: float, kin_blame: float, kind: int,
    log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """All revenge of a step over the `sites` (N, 2) of (feud, cell); see the module for the equations.

    Strength (C, A) and the units follow. Most draws are above any hazard that the site can have; only for the others it
    is worked out.
    """
    cells = memory.size
    weight = np.empty(most_communities(community_start))
    found = np.empty(9, np.int64)
    avenges = np.empty(unit_cell.size, np.int16)
    draws = np.empty(sites.shape[0])
    first_uniforms(k0, k1, stream, step, sites[:, 0] * np.int64(cells) + sites[:, 1], 0, draws)
    for i in range(sites.shape[0]):
        f, c = sites[i, 0], sites[i, 1]
        a = feud_avenger[f]
        if waiting[a] == 1 or out_of_reach(draws[i], rate * feud_level[f] * weeks):
            continue
        blamed_on = float(harm[f, c])
        for k in range(8):
            if neighbours[c, k] >= 0:
                blamed_on += talk * harm[f, neighbours[c, k]]
        roused = 1.0 - exp(-blamed_on / harm_scale) if blamed_on > 0.0 else 0.0
        hazard = rate * feud_level[f] * (standing + (1.0 - standing) * roused)
        if out_of_reach(draws[i], hazard * weeks):
            continue
        most = float(strength[c, a])  # the avengers are fighters of the militia
        for k in range(8):
            if neighbours[c, k] >= 0:
                most += nearby * strength[neighbours[c, k], a]
        if out_of_reach(draws[i], hazard * (unarmed + (1.0 - unarmed) * most / (most + armed_scale)) * weeks):
            continue
        origin = avengers_around(
            c, a, feud_people[f], neighbours, start, order, strength, unit_actor, unit_group, unit_strength,
            group_actor, group_people, found,
        )  # fmt: skip
        armed = float(found[8])
        for k in range(8):
            armed += nearby * found[k]
        means = (unarmed + (1.0 - unarmed) * armed / (armed + armed_scale)) * (1.0 - shelter[c])
        hazard *= means
        entity = f * cells + c
        onset, which, severity, meet = uniform4(k0, k1, stream, step, entity, 0)
        if onset >= chance(hazard * weeks):
            continue
        first, last = community_start[c], community_start[c + 1]
        for m in range(first, last):
            weight[m - first] = 1.0 if people[m] == feud_against[f] else 0.0
        m = draw_victim(first, last, which, population, weight, victim_exponent)
        if m < 0:
            continue
        r = opposite_feud(f, feud_people, feud_against)
        s = found[origin]
        b = feud_avenger[r] if r >= 0 else a
        d = 0
        if b != a:
            d = avengers_in(
                c, b, feud_people[r], start, order, strength, unit_actor, unit_group, unit_strength, group_people
            )
        if s > 0 and d > 0 and meet * (s + d) < d:
            split, outcome, from_a, from_b = uniform4(k0, k1, victim_stream, step, entity, 0)
            dead_a, dead_b = clash_deaths(severity, split, s, d, death_scale, tail_exponent, mortal_share)
            kill_avengers(
                c if origin == 8 else neighbours[c, origin], a, feud_people[f], s, dead_a, from_a,
                start, order, strength, unit_cell, unit_actor, unit_group, unit_strength, group_people, avenges,
            )  # fmt: skip
            kill_avengers(
                c, b, feud_people[r], d, dead_b, from_b,
                start, order, strength, unit_cell, unit_actor, unit_group, unit_strength, group_people, avenges,
            )  # fmt: skip
            losses[c, a] += dead_a
            losses[c, b] += dead_b
            memory[c] += dead_a + dead_b
            harm[f, c] += kin_blame * dead_a
            harm[r, c] += kin_blame * dead_b
            winner = a if outcome * (s + d) < s else b
            write_violence(
                log_rows, log_terms, log_count, step, kind, c, a, b, dead_a, dead_b, 0, m, feud_people[f], people[m],
                winner, 0.0, 0.0, 0.0, roused,
            )  # fmt: skip
            continue
        spread, _ = uniform2(k0, k1, victim_stream, step, entity, 0)
        deaths = civilian_deaths(
            severity, spread, population[m], max(float(s), mob),
            death_scale, tail_exponent, mortal_share, party, deaths_per_fighter,
        )  # fmt: skip
        hurt_community(
            m, first, last, deaths, actor_camp[a], feud_people[f], c, population, grievance, fear, people, memory, harm,
            feud_people, feud_against, gain, spill, fear_gain, kin_blame,
        )  # fmt: skip
        write_violence(
            log_rows, log_terms, log_count, step, kind, c, a, -1, 0, 0, deaths, m, feud_people[f], people[m], -1,
            0.0, 0.0, 0.0, roused,
        )  # fmt: skip
