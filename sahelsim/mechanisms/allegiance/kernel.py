"""Allegiance of communities: a choice among all camps at once.

A community m of people p in cell c that reconsiders takes camp k with probability proportional to exp(U_k):

    U_0 = neutral - exposure F (1 - pact_ease [has a pact]) + clan (share of the clan in 0) + inertia [in camp 0]
    U_k = coercion R_k + protection D_k + services Q_k + kinship (tie of p to k) - grievance (grievance of m against k)
          + clan (share of the clan in k) + inertia [in camp k] - absence / (1 + S_k / presence_scale)
          + pact [has a pact with an actor of k]

    R_k = ln(1 + S_k / presence_scale)                     armed presence, S_k = fighters of the camp in the cell
                                                           plus `reach` times those in the cells around
    D_k = F E_kj R_k                                       protection from the most resented camp j by those who
                                                           fight it, E_kj enmity of the two
    Q_k = sum over its actors of o_a S / (S + s)           courts, tax relief, aid access; aid from outside is added,
                                                           and to whom it has a pact with an actor serves in full
    o_a = governance_a (1 - disarray_a),   s = presence_scale
    F = 1 - exp(-fear) where there is a tormentor j, a camp that it resents; else 0

It reconsiders at the rate review_rate + alarm F per week; fear of a tormentor makes neutrality untenable (exposure),
and fear of nobody in particular makes nobody take sides. Kalyvas 2006 (control shapes support); Arjona 2016
(governance); Lyall, Blair & Imai 2013 (harm pushes away); a clan follows
its own (Menaka 2022, seed LWJ).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, log1p, out_of_reach
from sahelsim.rng import uniform_pairs
from sahelsim.world.log_kernel import write_decision

__all__ = ["camp_reach", "camps_on_offer", "choose_camps", "clan_shares", "fade"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
B1 = npt.NDArray[np.bool_]

_SELF = 8
_BY_NUMBER = (5, 6, 7, 4, _SELF, 0, 3, 2, 1)
"""A cell and its neighbours in the order of their numbers, from the south-west (see `grid.NEIGHBOUR_STEPS`)."""


@kernel
def camp_reach(
    c: int, side_start: I32, side: I16, strength: I32, neighbours: I32, actor_camp: I16, governance: F64, reach: float,
    scale: float, felt: F64, services: F64,
) -> None:  # fmt: skip
    """Fighters of each camp felt in cell `c` and the services of its actors; fills `felt`, `services` (K,)."""
    felt[:] = 0.0
    services[:] = 0.0
    for i in _BY_NUMBER:
        n = c if i == _SELF else neighbours[c, i]
        if n < 0:
            continue
        for j in range(side_start[n], side_start[n + 1]):
            a = side[j]
            s = float(strength[n, a])
            if n == c:
                felt[actor_camp[a]] += s
                services[actor_camp[a]] += governance[a] * s / (s + scale)
            else:
                felt[actor_camp[a]] += reach * s


@kernel
def clan_shares(clan: I16, camp: I8, population: I32, shares: F64) -> None:
    """Share of each clan's people in each camp; fills `shares` (N, K)."""
    shares[:, :] = 0.0
    for m in range(clan.size):
        if clan[m] >= 0:
            shares[clan[m], camp[m]] += population[m]
    for n in range(shares.shape[0]):
        total = 0.0
        for k in range(shares.shape[1]):
            total += shares[n, k]
        if total > 0.0:
            for k in range(shares.shape[1]):
                shares[n, k] /= total


@kernel
def camps_on_offer(actor_camp: I16, waiting: I8, on_offer: B1) -> None:
    """Camps that a community can side with, fills (K,): all but those whose actors have yet to come on stage."""
    on_offer[:] = True
    for a in range(actor_camp.size):
        on_offer[actor_camp[a]] = False
    for a in range(actor_camp.size):
        if waiting[a] == 0:
            on_offer[actor_camp[a]] = True


@kernel
def fade(grievance: F32, fear: F32, grievance_left: float, fear_left: float) -> None:
    """What is left of grievance (M, K) and fear (M,) after a step; the shares are rounded to the type of the arrays."""
    of_grievance, of_fear = np.float32(grievance_left), np.float32(fear_left)
    every = grievance.reshape(-1)
    for i in range(every.size):
        every[i] *= of_grievance
    for m in range(fear.size):
        fear[m] *= of_fear


@kernel
def tormentor_of(m: int, grievance: F32) -> int:
    """The camp that community `m` resents most, from `grievance` (M, K); -1 if it resents none. Never the neutral."""
    tormentor, worst = -1, 0.0
    for k in range(1, grievance.shape[1]):
        if grievance[m, k] > worst:
            tormentor, worst = k, grievance[m, k]
    return tormentor


@kernel
def choose_camps(
    k0: int, k1: int, stream: int, step: int, slot: int, weeks: float, review_rate: float, alarm: float,
    community_cell: I32, people: I16, clan: I16, clans: int, camp: I8, population: I32, grievance: F32, fear: F32,
    side_start: I32, side: I16, strength: I32, neighbours: I32, aid: F32, kinship_of: F64, pact: I8,
    actor_camp: I16, waiting: I8, governance: F64, disarray: F64, camp_enmity: F64, reach: float,
    scale: float, coercion: float, protection: float, services: float, kinship: float, resentment: float,
    clan_pull: float, inertia: float, neutral: float, absence: float, exposure: float,
    pact_pull: float, pact_ease: float,
    pledge_kind: int, lapse_kind: int,
    known: I8, presence: F64, missed: F64, served_in: F64, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """Every community reconsiders with its chance and takes a camp; see the module for the equations.

    Changes are logged as a pledge (to a camp) or a lapse (to neutral), with the terms of the camp taken. Camps that are
    not on offer, because nobody stands for them yet, are left out. What is felt in a cell is worked out where somebody
    reconsiders and it is not yet `known` (C,); then it is in `presence`, `missed` and `served_in`, (C, K) each.
    """
    camps = camp_enmity.shape[0]
    worth, felt, services_of = np.empty(camps), np.empty(camps), np.empty(camps)
    on_offer = np.empty(camps, np.bool_)
    camps_on_offer(actor_camp, waiting, on_offer)
    order = np.empty(actor_camp.size)
    for a in range(actor_camp.size):
        order[a] = governance[a] * (1.0 - disarray[a])
    shares = np.empty((clans, camps))
    clan_shares(clan, camp, population, shares)
    review, pick = np.empty(community_cell.size), np.empty(community_cell.size)
    uniform_pairs(k0, k1, stream, step, np.arange(review.size).astype(np.int32), slot, review, pick)
    for m in range(community_cell.size):
        if out_of_reach(review[m], (review_rate + alarm * min(1.0, fear[m])) * weeks):
            continue
        tormentor = tormentor_of(m, grievance)
        afraid = 1.0 - exp(-fear[m]) if fear[m] > 0.0 and tormentor >= 0 else 0.0
        if review[m] >= chance((review_rate + alarm * afraid) * weeks) or population[m] == 0:
            continue
        c = community_cell[m]
        if known[c] == 0:
            known[c] = 1
            camp_reach(c, side_start, side, strength, neighbours, actor_camp, order, reach, scale, felt, services_of)
            for k in range(camps):
                served_in[c, k] = services_of[k] + aid[c, k]
                presence[c, k] = log1p(felt[k] / scale)
                missed[c, k] = absence / (1.0 + felt[k] / scale)
        partner = actor_camp[pact[m]] if pact[m] >= 0 else -1
        alone = neutral - exposure * afraid * (1.0 - pact_ease if partner >= 0 else 1.0)
        best = -1.0e300
        for k in range(camps):
            worth[k] = inertia if camp[m] == k else 0.0
            if k == 0:
                worth[k] += alone
            else:
                served = max(served_in[c, k], order[pact[m]]) if k == partner else served_in[c, k]
                worth[k] += coercion * presence[c, k] + services * served + kinship * kinship_of[people[m], k]
                worth[k] += pact_pull if k == partner else 0.0
                worth[k] -= resentment * grievance[m, k] + missed[c, k]
                if tormentor >= 0:
                    worth[k] += protection * afraid * camp_enmity[k, tormentor] * presence[c, k]
            if clan[m] >= 0:
                worth[k] += clan_pull * shares[clan[m], k]
            if on_offer[k]:
                best = max(best, worth[k])
        total = 0.0
        for k in range(camps):
            worth[k] = exp(worth[k] - best) if on_offer[k] else 0.0
            total += worth[k]
        target = pick[m] * total
        chosen = camps - 1
        for k in range(camps):
            target -= worth[k]
            if target < 0.0:
                chosen = k
                break
        if chosen != camp[m]:
            served = max(served_in[c, chosen], order[pact[m]]) if chosen == partner else served_in[c, chosen]
            safety = afraid * camp_enmity[chosen, tormentor] * presence[c, chosen] if tormentor >= 0 else 0.0
            write_decision(
                log_rows, log_terms, log_count, step, lapse_kind if chosen == 0 else pledge_kind, c, m, camp[m], chosen,
                population[m], coercion * presence[c, chosen], protection * safety, services * served,
                kinship * kinship_of[people[m], chosen] if chosen > 0 else 0.0,
                -resentment * grievance[m, chosen] if chosen > 0 else 0.0,
                clan_pull * shares[clan[m], chosen] if clan[m] >= 0 else 0.0,
                alone if chosen == 0 else -missed[c, chosen],
                pact_pull if chosen == partner else 0.0,
            )  # fmt: skip
            camp[m] = chosen
