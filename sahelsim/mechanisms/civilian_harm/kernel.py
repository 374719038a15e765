"""Violence against civilians by any armed actor.

Hazard that actor a attacks civilians in cell c, per week:

    lambda = rate * harshness_a * S / (S + half_strength) * (1 - shelter) * (mean of w_m over the people of the cell)
    w_m = {coercion [m is not of the actor's camp] + punishment (enmity towards m's camp)
           + reprisal_a * reprisal (1 - exp(-L / reprisal_scale))} * (kin_restraint if m is of the perpetrators' people)
          * (pact_restraint if m has a pact with a)

with L the actor's own remembered losses in the cell and the perpetrators one band of the actor, drawn by strength
(Kalyvas 2006; Hultman 2007). The victims are one community, drawn with weight w_m * people**victim_exponent. Deaths
are 1 + a discretised Lomax law, so massacres are the tail of the same process, held to `mortal_share` of the community
and to `deaths_per_fighter` for each of the at most `party` fighters of the actor who take part. `rate` and
`half_strength` are those of a cell of the reference area; both are scaled by the area of the cell. The terms in the log
are those of w_m of the community that was struck.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, log1p, lomax, out_of_reach, power
from sahelsim.rng import first_uniforms, uniform2, uniform4
from sahelsim.world.log_kernel import write_violence
from sahelsim.world.sides_kernel import sides_among_people

__all__ = [
    "attack_civilians",
    "civilian_deaths",
    "draw_victim",
    "hurt_community",
    "most_communities",
    "motive_parts",
    "motives",
    "perpetrators_people",
    "strongest_motives",
]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def perpetrators_people(
    order: I32, first: int, last: int, unit_actor: I16, unit_group: I16, unit_strength: I32, group_people: I16,
    a: int, fighters: int, u: float,
) -> int:  # fmt: skip
    """People of the band that strikes: a unit of actor `a`, drawn in proportion to strength; -1 for a mixed force."""
    target = u * fighters
    people = -1
    for i in range(first, last):
        unit = order[i]
        if unit_actor[unit] == a and unit_strength[unit] > 0:
            people = group_people[unit_group[unit]]
            target -= unit_strength[unit]
            if target < 0.0:
                break
    return people


@kernel
def hurt_community(
    m: int, first: int, last: int, deaths: int, camp: int, blamed: int, cell: int,
    population: I32, grievance: F32, fear: F32, people: I16, memory: F32, harm: F32,
    feud_people: I16, feud_against: I16, gain: float, spill: float, fear_gain: float, kin_blame: float,
) -> None:  # fmt: skip
    """What an attack leaves behind: dead, grievance against the camp, fear, memory of the cell and of the people.

    Communities first:last are those of the cell; those of the victim's people take up a share `spill`.
    """
    population[m] -= deaths
    memory[cell] += deaths
    weight = log1p(float(deaths))
    for other in range(first, last):
        share = 1.0 if other == m else (spill if people[other] == people[m] else 0.0)
        grievance[other, camp] += gain * share * weight
        fear[other] += fear_gain * share * weight
    for f in range(feud_people.size):
        if feud_people[f] == people[m] and feud_against[f] == blamed:
            harm[f, cell] += kin_blame * deaths


@kernel
def motive_parts(
    camp: int, people: int, pact: int, own_camp: int, own_people: int, enmity: float, coercion: float,
    punishment: float, from_reprisal: float, kin_restraint: float, a: int, pact_restraint: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Coercion, punishment and reprisal in the motive against a community, restraint included.

    `enmity` is that of the actor towards the community's `camp`.
    """
    restraint = kin_restraint if own_people >= 0 and people == own_people else 1.0
    if pact == a:
        restraint *= pact_restraint
    coerced = coercion if camp != own_camp else 0.0
    return restraint * coerced, restraint * punishment * enmity, restraint * from_reprisal


@kernel
def motives(
    first: int, last: int, camp: I8, population: I32, people: I16, own_camp: int, own_people: int, enmity: F64,
    coercion: float, punishment: float, from_reprisal: float, kin_restraint: float, pact: I8, a: int,
    pact_restraint: float, weight: F64,
) -> float:  # fmt: skip
    """Motive against each community of a cell, and its mean over the people.

    `weight` (N,), N >= last - first, is filled with w_m of communities first:last.
    """
    motive = 0.0
    total = 0
    for m in range(first, last):
        c, p, r = motive_parts(
            camp[m], people[m], pact[m], own_camp, own_people, enmity[camp[m]], coercion, punishment, from_reprisal,
            kin_restraint, a, pact_restraint,
        )  # fmt: skip
        weight[m - first] = c + p + r
        motive += population[m] * weight[m - first]
        total += population[m]
    return motive / total if total > 0 else 0.0


@kernel
def strongest_motives(
    enmity: F64, coercion: float, punishment: float, kin_restraint: float, pact_restraint: float, strongest: F64
) -> float:
    """Bounds of w_m of each actor without reprisal, fills `strongest` (A,); returns the bound of what restrains it.

    `enmity` (A, K) is that of each actor towards each camp.
    """
    restraint = max(1.0, kin_restraint) * max(1.0, pact_restraint)
    for a in range(enmity.shape[0]):
        worst = 0.0
        for k in range(enmity.shape[1]):
            worst = max(worst, enmity[a, k])
        strongest[a] = restraint * (coercion + punishment * worst)
    return restraint


@kernel
def most_communities(community_start: I32) -> int:
    """The greatest number of communities in one cell."""
    most = 0
    for c in range(community_start.size - 1):
        most = max(most, community_start[c + 1] - community_start[c])
    return most


@kernel
def draw_victim(first: int, last: int, u: float, population: I32, weight: F64, exponent: float) -> int:
    """A community among first:last, drawn with weight[m - first] * people**exponent; -1 if none can be struck.

    `weight` is left with the products.
    """
    total = 0.0
    for m in range(first, last):
        if population[m] > 0 and weight[m - first] > 0.0:
            weight[m - first] *= power(float(population[m]), exponent)
            total += weight[m - first]
        else:
            weight[m - first] = 0.0
    running = 0.0
    for m in range(first, last):
        running += weight[m - first]
        if weight[m - first] > 0.0 and running > u * total:
            return m
    return -1


@kernel
def civilian_deaths(
    severity: float, spread: float, people: int, killers: float,
    death_scale: float, tail_exponent: float, mortal_share: float, party: float, deaths_per_fighter: float,
) -> int:  # fmt: skip
    """Deaths of an attack by `killers` fighters on a community of `people`; one at least."""
    most = min(int(mortal_share * people + spread), int(deaths_per_fighter * min(killers, party)))
    return min(1 + int(min(lomax(severity, death_scale, tail_exponent), 1.0e6)), max(1, most))


@kernel
def attack_civilians(
    k0: int, k1: int, stream: int, victim_stream: int, step: int, weeks: float,
    start: I32, order: I32, side_start: I32, side: I16, strength: I32, pledged: I32, memory: F32, losses: F32,
    harm: F32,
    unit_actor: I16, unit_group: I16, unit_strength: I32, group_people: I16,
    community_start: I32, camp: I8, population: I32, grievance: F32, fear: F32, people: I16,
    feud_people: I16, feud_against: I16, actor_camp: I16, camp_enmity: F64, harshness: F64, reprisal_trait: F64,
    shelter: F32, pact: I8, pact_harm: I32, pact_restraint: float,
    rate: float, half_strength: float, coercion: float, punishment: float, reprisal: float, reprisal_scale: float,
    death_scale: float, tail_exponent: float, mortal_share: float, party: float, deaths_per_fighter: float,
    kin_restraint: float, victim_exponent: float, gain: float, spill: float, fear_gain: float, kin_blame: float,
    kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """All attacks on civilians of a step, cell by cell and actor by actor; see the module for the equations.

    `camp_enmity` (A, K) is the enmity of each actor towards each camp. Most draws are above any hazard that the cell
    can have; only for the others it is worked out.
    """
    weight = np.empty(most_communities(community_start))
    strongest = np.empty(harshness.size)
    restraint = strongest_motives(camp_enmity, coercion, punishment, kin_restraint, pact_restraint, strongest)
    side_cell, side_actor, number = sides_among_people(community_start, side_start, side, strength, harshness)
    draws = np.empty(number.size)
    first_uniforms(k0, k1, stream, step, number, 0, draws)
    for i in range(number.size):
        c, a = side_cell[i], side_actor[i]
        if out_of_reach(
            draws[i], rate * harshness[a] * (strongest[a] + restraint * reprisal_trait[a] * reprisal) * weeks
        ):
            continue
        s = strength[c, a]
        eager = rate * harshness[a] * s / (s + half_strength) * (1.0 - shelter[c])
        most = strongest[a] + (restraint * reprisal_trait[a] * reprisal if losses[c, a] > 0.0 else 0.0)
        if out_of_reach(draws[i], eager * most * weeks):
            continue
        first, last = community_start[c], community_start[c + 1]
        onset, which, severity, band = uniform4(k0, k1, stream, step, number[i], 0)
        blamed = perpetrators_people(
            order, start[c], start[c + 1], unit_actor, unit_group, unit_strength, group_people, a, s, band
        )
        from_reprisal = reprisal_trait[a] * reprisal * (1.0 - exp(-losses[c, a] / reprisal_scale))
        motive = motives(
            first, last, camp, population, people, actor_camp[a], blamed, camp_enmity[a],
            coercion, punishment, from_reprisal, kin_restraint, pact, a, pact_restraint, weight,
        )  # fmt: skip
        if onset >= chance(eager * motive * weeks):
            continue
        m = draw_victim(first, last, which, population, weight, victim_exponent)
        if m < 0:
            continue
        terms = motive_parts(
            camp[m], people[m], pact[m], actor_camp[a], blamed, camp_enmity[a, camp[m]], coercion, punishment,
            from_reprisal, kin_restraint, a, pact_restraint,
        )  # fmt: skip
        spread, _ = uniform2(k0, k1, victim_stream, step, number[i], 0)
        deaths = civilian_deaths(
            severity, spread, population[m], s, death_scale, tail_exponent, mortal_share, party, deaths_per_fighter
        )
        hurt_community(
            m, first, last, deaths, actor_camp[a], blamed, c, population, grievance, fear, people, memory, harm,
            feud_people, feud_against, gain, spill, fear_gain, kin_blame,
        )  # fmt: skip
        pledged[c, camp[m]] -= deaths
        if pact[m] == a:
            pact_harm[m] += deaths
        write_violence(
            log_rows, log_terms, log_count, step, kind, c, a, -1, 0, 0, deaths, m, blamed, people[m], -1,
            terms[0], terms[1], terms[2], 0.0,
        )  # fmt: skip
