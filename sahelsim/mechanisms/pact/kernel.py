"""Local pacts: an armed actor and a community that is not of its camp come to terms.

Actor a, where it has fighters, offers terms to a community m of the cell c that has no pact, at most once in a step
and a cell, with hazard (per week)

    rate bargaining_a S / (S + s) (1 + governing order_a) (1 + urge [a besieges m] + resistance V / (V + s))

with order_a = governance_a (1 - disarray_a), S its fighters in the cell and, with weight `reach`, around, V the hostile
village militias of the cell (see `siege`) and s `presence_scale`. The community accepts with probability
logistic(worth),

    worth = base + hunger H + fear F P + trust (a's word in c) - grievance g + kinship (tie of its people to a's camp)
            - state R / (R + s) + protection order_a S / (S + s)

with H its hunger, F = 1 - exp(-fear), P = S / (S + R + V + s) a's superiority, g the grievance against a's camp and R
the troops in the cell that are hostile to a. While the pact holds, a's motive for violence against m is `restraint` of
what it was (see `civilian_harm`), its sieges of m end, a and the village militias of the cell leave each other alone
(see `battle`), fear goes at the rate `calm`, and a may tax m. It is broken with hazards (per week)

    by a   temptation harshness_a (1 - exp(-L / loss_scale)) + violence ln(1 + K)
    by m   {pressure R / (R + s) + absence s / (S + s) + resentment g} exp(-bond trust)

with L the actor's own remembered losses in the cell and K the people of m whom it has killed since the pact. Trust
u(c, a), from -1 to 1, fades with a half-life and grows where pacts are kept,

    du/dt = trust_gain B (1 - u),   B = share of the cell's people who have a pact with a,

and the actor that breaks its word loses `breach_cost` there and the share `breach_spread` of it around, and leaves a
grievance. Evidence: Farabougou and Niono 2020-21 (seeds WAR-035 to WAR-038); Arjona 2016 on the order that armed
groups make; Kaplan 2017 on communities that bargain with them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, log1p, logistic, out_of_reach
from sahelsim.mechanisms.siege.kernel import hostile_fighters, own_fighters, sieges_here
from sahelsim.rng import first_uniforms, uniform2, uniform4
from sahelsim.world.log_kernel import write_decision
from sahelsim.world.sides_kernel import sides_among_people

__all__ = ["bind_cells", "keep_pacts", "offer_pacts"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

_PACT = 3
"""As `terms.SiegeEnd`."""


@kernel
def lose_trust(trust: F32, neighbours: I32, c: int, a: int, cost: float, spread: float) -> None:
    """What a broken word costs the actor in the cell and in those around; trust is at least -1."""
    trust[c, a] = max(-1.0, trust[c, a] - cost)
    for i in range(8):
        n = neighbours[c, i]
        if n >= 0:
            trust[n, a] = max(-1.0, trust[n, a] - cost * spread)


@kernel
def keep_pacts(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    community_cell: I32, neighbours: I32, strength: I32, losses: F32, trust: F32, enmity: F64, local: I8,
    actor_camp: I16, harshness: F64, population: I32, grievance: F32, fear: F32,
    pact: I8, pact_start: I32, pact_harm: I32,
    reach: float, scale: float, calm: float, temptation: float, loss_scale: float, violence: float, pressure: float,
    absence: float, resentment: float, bond: float, breach_cost: float, breach_spread: float, breach_grievance: float,
    kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """Pacts are kept, and calm the people, or broken; see the module for the equations.

    Most draws are above any hazard that the pact can have; only for the others it is worked out.
    """
    calmed = exp(-calm * weeks)
    loosest = exp(bond)
    for m in range(community_cell.size):
        a = pact[m]
        if a < 0:
            continue
        c = community_cell[m]
        k = actor_camp[a]
        fear[m] *= calmed
        onset, who = uniform2(k0, k1, stream, step, m, 0)
        most = temptation * harshness[a] + violence * pact_harm[m]
        most += (pressure + absence + resentment * grievance[m, k]) * loosest
        if out_of_reach(onset, most * weeks):
            continue
        own = own_fighters(strength, neighbours, c, a, reach)
        troops, _ = hostile_fighters(strength, enmity, local, c, a)
        tempted = temptation * harshness[a] * (1.0 - exp(-losses[c, a] / loss_scale))
        violated = violence * log1p(float(pact_harm[m]))
        bound = exp(-bond * trust[c, a])
        pressed = pressure * troops / (troops + scale) * bound
        left = absence * scale / (own + scale) * bound
        resents = resentment * grievance[m, k] * bound
        total = tempted + violated + pressed + left + resents
        if onset >= chance(total * weeks):
            continue
        breaker = -1
        if who * total < tempted + violated:
            breaker = a
        write_decision(
            log_rows, log_terms, log_count, step, kind, c, m, a, breaker, population[m], tempted, pressed, violated,
            trust[c, a], resents, (step - pact_start[m]) * weeks, total, left,
        )  # fmt: skip
        if breaker == a:
            lose_trust(trust, neighbours, c, a, breach_cost, breach_spread)
            grievance[m, k] += breach_grievance
        pact[m] = -1
        pact_start[m] = -1
        pact_harm[m] = 0


@kernel
def offer_pacts(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    community_start: I32, people: I16, neighbours: I32, side_start: I32, side: I16, strength: I32, trust: F32,
    enmity: F64, local: I8,
    actor_camp: I16, bargaining: F64, governance: F64, disarray: F64, kinship_of: F64,
    camp: I8, population: I32, grievance: F32, fear: F32, hunger: F32,
    besieger: I8, tightness: F32, siege_start: I32, pact: I8, pact_start: I32, pact_harm: I32,
    rate: float, reach: float, scale: float, governing: float, urge: float, resistance: float,
    base: float, for_hunger: float, for_fear: float, for_trust: float, for_grievance: float, for_kinship: float,
    for_state: float, for_protection: float,
    made_kind: int, refused_kind: int, end_kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """Terms are offered, accepted or refused, cell by cell and actor by actor; a siege ends with a pact.

    Most draws are above any hazard that the cell can have; only for the others it is worked out.
    """
    order_of, most, held = np.empty(bargaining.size), np.empty(bargaining.size), np.zeros(bargaining.size, np.int64)
    for m in range(besieger.size):
        if besieger[m] >= 0:
            held[besieger[m]] += 1
    for a in range(bargaining.size):
        order_of[a] = governance[a] * (1.0 - disarray[a])
        most[a] = rate * bargaining[a] * (1.0 + governing * order_of[a]) * weeks
    side_cell, side_actor, number = sides_among_people(community_start, side_start, side, strength, bargaining)
    draws = np.empty(number.size)
    first_uniforms(k0, k1, stream, step, number, 0, draws)
    for i in range(number.size):
        c, a = side_cell[i], side_actor[i]
        first, last = community_start[c], community_start[c + 1]
        urged = urge * sieges_here(first, last, besieger, a) if held[a] > 0 else 0.0
        if out_of_reach(draws[i], most[a] * ((last - first) * (1.0 + resistance) + urged)):
            continue
        onset, which, answer, _ = uniform4(k0, k1, stream, step, number[i], 0)
        own = own_fighters(strength, neighbours, c, a, reach)
        k = actor_camp[a]
        troops, militia = hostile_fighters(strength, enmity, local, c, a)
        presence = own / (own + scale)
        superiority = own / (own + troops + militia + scale)
        eager = rate * bargaining[a] * presence * (1.0 + governing * order_of[a])
        resists = resistance * militia / (militia + scale)
        order = for_protection * order_of[a] * presence
        watched = -for_state * troops / (troops + scale)
        word = for_trust * trust[c, a]
        total = 0.0
        for m in range(first, last):
            if pact[m] < 0 and camp[m] != k and population[m] > 0:
                total += 1.0 + resists + (urge if besieger[m] == a else 0.0)
        if onset >= chance(eager * total * weeks):
            continue
        left = which * total
        for m in range(first, last):
            if pact[m] >= 0 or camp[m] == k or population[m] == 0:
                continue
            interest = 1.0 + resists + (urge if besieger[m] == a else 0.0)
            left -= interest
            if left >= 0.0:
                continue
            afraid = for_fear * (1.0 - exp(-fear[m])) * superiority
            hungry = for_hunger * hunger[m]
            resents = -for_grievance * grievance[m, k]
            kin = for_kinship * kinship_of[people[m], k]
            worth = base + hungry + afraid + word + resents + kin + watched + order
            accepts = answer < logistic(worth)
            write_decision(
                log_rows, log_terms, log_count, step, made_kind if accepts else refused_kind, c, m, -1, a,
                population[m], hungry, afraid, word, resents, kin, watched, order, worth,
            )  # fmt: skip
            if not accepts:
                break
            pact[m] = a
            pact_start[m] = step
            pact_harm[m] = 0
            if besieger[m] == a:
                write_decision(
                    log_rows, log_terms, log_count, step, end_kind, c, m, a, _PACT, population[m], own,
                    troops + militia, tightness[m], hunger[m], (step - siege_start[m]) * weeks, trust[c, a],
                    eager * interest, troops,
                )  # fmt: skip
                besieger[m] = -1
                tightness[m] = 0.0
                siege_start[m] = -1
            break


@kernel
def bind_cells(
    weeks: float, community_start: I32, community_cell: I32, population: I32, pact: I8, trust_left: float,
    trust_gain: float, bound: F32, trust: F32,
) -> None:  # fmt: skip
    """Share of each cell's people bound to each actor, fills `bound`; trust fades, and grows where pacts are kept."""
    fading = np.float32(trust_left)
    bound[:, :] = 0.0
    every = trust.reshape(-1)
    for i in range(every.size):
        every[i] *= fading
    done = -1
    for bonded in range(pact.size):
        c = community_cell[bonded]
        if pact[bonded] < 0 or population[bonded] == 0 or c == done:
            continue
        done = c
        total = 0
        for m in range(community_start[c], community_start[c + 1]):
            total += population[m]
            if pact[m] >= 0:
                bound[c, pact[m]] += population[m]
        for a in range(bound.shape[1]):
            if bound[c, a] == 0.0:
                continue
            bound[c, a] /= total
            trust[c, a] += (1.0 - exp(-trust_gain * bound[c, a] * weeks)) * (1.0 - trust[c, a])
