"""Sieges: an armed actor cuts off a community that is not on its side.

Actor a begins a siege of community m in a cell c where it has fighters, at most one in a step and a cell, with hazard
(per week)

    lambda = rate besieging_a drive_a w P (1 + resistance V / (V + s)) (1 - shelter_c)
    P = S / (S + D + s),  S = own fighters in the cell + reach (own fighters around)

where drive is what strain and disarray leave of the actor's initiative (see `means`), w its enmity towards the
community's camp (`neutral` if it has none), D the fighters in the cell, each
weighted by the enmity of a towards its actor, V the part of them that are village militias, and s `presence_scale`.
The community is neither of the actor's camp nor in a pact with it, and S has to suffice for `crew` fighters for each
of the actor's sieges in the cell. While the siege lasts (T tightness, H hunger of the people),

    dT/dt = tightening (P (1 - shelter_c) - T),      dH/dt = hungering T (1 - H) - recovery (1 - T) H

and hunger feeds grievance: `grievance` H a week against the besiegers' camp, and `abandonment` H s / (s + G) against
the camp of the state, with G its fighters in the cell. It ends with hazards (per week)

    lifted     lifting max(0, 1 - S / (crew * sieges of a in the cell))
    relief     relief max(0, R - S) / (R + S),  R = D - V
    surrender  surrender H t / (t + patience) (1 + trust) / 2 exp(-resentment g)

after t weeks, with g the grievance against the besiegers' camp and trust what their word is worth in the cell. It is
lifted at once where nobody is left, or where the besieger has no enmity (w = 0) or no will (besieging drive = 0) any
more. Who surrenders goes over to the besiegers' camp: a pledge in the same step, all of whose terms are 0, since hunger
decided and not the choice among camps (see `allegiance`); the terms are those of the siege's end. A community that has
gone over to that camp by its own choice ends the siege in the next step, which is logged as a surrender too, but
without that pledge. A pact ends a siege too (see `pact`).

Evidence: Farabougou 2020-21 (seeds WAR-037 to WAR-039); Todman 2016 on sieges that make communities submit (Syria);
Kalyvas 2006 on coercion where control is incomplete. `rate` and `crew` are for a community, s is for a cell of the
reference area and scaled by the area of the cell.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, out_of_reach
from sahelsim.rng import first_uniforms, uniform2
from sahelsim.world.log_kernel import write_decision
from sahelsim.world.sides_kernel import sides_among_people

__all__ = ["hold_siege", "hostile_fighters", "lay_sieges", "own_fighters", "press_sieges", "sieges_here"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

_LIFTED, _RELIEF, _SURRENDER = 1, 2, 4
"""As `terms.SiegeEnd`."""


@kernel
def own_fighters(strength: I32, neighbours: I32, c: int, a: int, reach: float) -> float:
    """Fighters of actor `a` in the cell, and those around with weight `reach`."""
    found = 0.0
    for i in range(8):
        if neighbours[c, i] >= 0:
            found += strength[neighbours[c, i], a]
    return float(strength[c, a]) + reach * found


@kernel
def hostile_fighters(strength: I32, enmity: F64, local: I8, c: int, a: int) -> tuple[float, float]:
    """Fighters in the cell, each weighted by the enmity of `a`: troops and movements, and village militias."""
    troops = 0.0
    militia = 0.0
    for b in range(strength.shape[1]):
        if strength[c, b] > 0 and enmity[a, b] > 0.0:
            if local[b] == 1:
                militia += enmity[a, b] * strength[c, b]
            else:
                troops += enmity[a, b] * strength[c, b]
    return troops, militia


@kernel
def hold_siege(community_cell: I32, besieger: I8, hold: float, appeal: F32) -> None:
    """A cell with sieges is worth `hold` more to the mobile units of each besieger; changes `appeal` (C, A)."""
    held = np.zeros(appeal.shape[1], np.int64)  # last cell, plus one, in which each actor's siege was counted
    for m in range(besieger.size):
        a = besieger[m]
        if a >= 0 and held[a] != community_cell[m] + 1:
            appeal[community_cell[m], a] += hold
            held[a] = community_cell[m] + 1


@kernel
def sieges_here(first: int, last: int, besieger: I8, a: int) -> int:
    """Sieges of actor `a` among communities first:last."""
    held = 0
    for m in range(first, last):
        if besieger[m] == a:
            held += 1
    return held


@kernel
def _starve(hunger: float, tightness: float, hungering: float, recovery: float, weeks: float) -> float:
    """Hunger after a step at constant tightness: the solution of dH/dt = h T (1 - H) - r (1 - T) H."""
    rise = hungering * tightness
    rate = rise + recovery * (1.0 - tightness)
    if rate <= 0.0:
        return hunger
    rest = rise / rate
    return rest + (hunger - rest) * exp(-rate * weeks)


@kernel
def press_sieges(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    community_start: I32, community_cell: I32, neighbours: I32, shelter: F32, strength: I32,
    enmity: F64, camp_enmity: F64, local: I8, actor_camp: I16, besieging: F64, drive: F64, establishment: F64,
    camp: I8, population: I32, grievance: F32, trust: F32, besieger: I8, tightness: F32, hunger: F32, siege_start: I32,
    neutral: float, reach: float, scale: float, crew: float, tightening: float, hungering: float, recovery: float,
    fed: float, gain: float, abandonment: float, lifting: float, relief: float, surrender: float, patience: float,
    resentment: float, end_kind: int, pledge_kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """Sieges tighten, people go hungry, sieges end; the hunger of those who are free again goes.

    Camps of actors with an `establishment` (A,) are those of a state: a besieged community expects them to come.
    """
    governs = np.zeros(camp_enmity.shape[1], np.bool_)
    for b in range(actor_camp.size):
        governs[actor_camp[b]] = governs[actor_camp[b]] or establishment[b] > 0.0
    for m in range(community_cell.size):
        a = besieger[m]
        if a < 0:
            if hunger[m] > 0.0:
                hunger[m] = _starve(hunger[m], 0.0, hungering, recovery, weeks)
                if hunger[m] < fed:
                    hunger[m] = 0.0
            continue
        c = community_cell[m]
        k = actor_camp[a]
        own = own_fighters(strength, neighbours, c, a, reach)
        troops, militia = hostile_fighters(strength, enmity, local, c, a)
        target = own / (own + troops + militia + scale) * (1.0 - shelter[c])
        tightness[m] += (1.0 - exp(-tightening * weeks)) * (target - tightness[m])
        hunger[m] = _starve(hunger[m], tightness[m], hungering, recovery, weeks)
        grievance[m, k] += gain * hunger[m] * weeks
        for j in range(governs.size):
            if governs[j] and j != k:
                guard = 0.0
                for b in range(actor_camp.size):
                    if actor_camp[b] == j:
                        guard += strength[c, b]
                grievance[m, j] += abandonment * hunger[m] * weeks * scale / (scale + guard)
        will = neutral if camp[m] == 0 else camp_enmity[a, camp[m]]
        need = crew * sieges_here(community_start[c], community_start[c + 1], besieger, a)
        weeks_under = (step - siege_start[m]) * weeks
        lifts = lifting * max(0.0, 1.0 - own / need)
        relieved = relief * max(0.0, troops - own) / (troops + own) if troops > 0.0 else 0.0
        gives_in = (
            surrender * hunger[m] * weeks_under / (weeks_under + patience) * 0.5 * (1.0 + trust[c, a])
            * exp(-resentment * grievance[m, k])
        )  # fmt: skip
        total = lifts + relieved + gives_in
        onset, which = uniform2(k0, k1, stream, step, m, 0)
        end = 0
        if camp[m] == k:  # it went over by its own choice
            end = _SURRENDER
        elif population[m] == 0 or will <= 0.0 or besieging[a] * drive[a] <= 0.0:
            end = _LIFTED
        elif onset < chance(total * weeks):
            share = which * total
            end = _LIFTED if share < lifts else (_RELIEF if share < lifts + relieved else _SURRENDER)
        if end == 0:
            continue
        write_decision(
            log_rows, log_terms, log_count, step, end_kind, c, m, a, end, population[m], own, troops + militia,
            tightness[m], hunger[m], weeks_under, trust[c, a], total, troops,
        )  # fmt: skip
        if end == _SURRENDER and camp[m] != k:
            write_decision(
                log_rows, log_terms, log_count, step, pledge_kind, c, m, camp[m], k, population[m],
                0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
            camp[m] = k
        besieger[m] = -1
        tightness[m] = 0.0
        siege_start[m] = -1


@kernel
def _will(
    a: int, own_camp: int, camp: int, population: int, pact: int, besieger: int, enmity: float,
    min_people: int, max_people: int, neutral: float,
) -> float:  # fmt: skip
    """Enmity w with which actor `a` would besiege a community; 0 where it would or could not.

    `enmity` is that of the actor towards the community's `camp`.
    """
    if besieger >= 0 or pact == a or camp == own_camp:
        return 0.0
    if population < max(1, min_people) or population > max_people:
        return 0.0
    return neutral if camp == 0 else enmity


@kernel
def _worst_will(a: int, camp_enmity: F64, neutral: float) -> float:
    """The greatest enmity w that actor `a` can have towards a community."""
    worst = neutral
    for k in range(camp_enmity.shape[1]):
        worst = max(worst, camp_enmity[a, k])
    return worst


@kernel
def lay_sieges(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    community_start: I32, neighbours: I32, shelter: F32, side_start: I32, side: I16, strength: I32,
    enmity: F64, camp_enmity: F64, local: I8, actor_camp: I16, besieging: F64, drive: F64,
    camp: I8, population: I32, pact: I8, besieger: I8, tightness: F32, siege_start: I32,
    rate: float, min_people: int, max_people: int, neutral: float, reach: float, scale: float, resistance: float,
    crew: float, kind: int, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """New sieges, cell by cell and actor by actor; see the module for the equations.

    Most draws are above any hazard that the cell can have; only for the others it is worked out.
    """
    most = np.empty(besieging.size)
    for a in range(besieging.size):
        most[a] = rate * besieging[a] * drive[a] * (1.0 + resistance) * _worst_will(a, camp_enmity, neutral) * weeks
    side_cell, side_actor, number = sides_among_people(community_start, side_start, side, strength, most)
    draws = np.empty(number.size)
    first_uniforms(k0, k1, stream, step, number, 0, draws)
    for i in range(number.size):
        c, a = side_cell[i], side_actor[i]
        first, last = community_start[c], community_start[c + 1]
        if out_of_reach(draws[i], most[a] * (last - first) * (1.0 - shelter[c])):
            continue
        own = own_fighters(strength, neighbours, c, a, reach)
        if own < crew or own < crew * (sieges_here(first, last, besieger, a) + 1):
            continue
        troops, militia = hostile_fighters(strength, enmity, local, c, a)
        resists = 1.0 + resistance * militia / (militia + scale)
        eager = rate * (besieging[a] * drive[a]) * own / (own + troops + militia + scale) * resists * (1.0 - shelter[c])
        onset, which = uniform2(k0, k1, stream, step, number[i], 0)
        total = 0.0
        for m in range(first, last):
            total += _will(
                a, actor_camp[a], camp[m], population[m], pact[m], besieger[m], camp_enmity[a, camp[m]], min_people,
                max_people, neutral,
            )  # fmt: skip
        if onset >= chance(eager * total * weeks):
            continue
        left = which * total
        for m in range(first, last):
            will = _will(
                a, actor_camp[a], camp[m], population[m], pact[m], besieger[m], camp_enmity[a, camp[m]], min_people,
                max_people, neutral,
            )  # fmt: skip
            left -= will
            if will > 0.0 and left < 0.0:
                besieger[m] = a
                tightness[m] = 0.0
                siege_start[m] = step
                write_decision(
                    log_rows, log_terms, log_count, step, kind, c, m, -1, a, population[m], own, troops + militia,
                    will, resists, eager * will, 0.0, 0.0, 0.0,
                )  # fmt: skip
                break
