"""Means: income, pay, strain and desertion. Money is whole US dollars of 2019; nothing is lost in rounding.

What can be taken in a week at one place (a community, the trade or the gold of a cell) is shared by those who have
fighters within reach, in the cell and its neighbours. With weight w_a = share_a R_a, R_a the fighters of actor a within
reach and share_a how far it taxes (people) or trades (trade, gold),

    income of a = yield w_a / (levy_scale + sum over b of w_b)

so that little is taken where few are armed. A community yields `tax_rate` a head to the actors of its camp and to the
actor with which it has a pact, and nothing while it is besieged. Trade of a cell next to another country yields
1 - closure of the most closed of those borders. An actor takes a hostage with hazard (per week)

    kidnapping_a kidnapping_rate (1 + kidnapping_need strain_a) sum over cells of S remoteness

at a cell drawn by S remoteness, S its fighters there; the ransom follows a Lomax law. Income and wages are rounded at
random without bias. Due are wage pay_a for each fighter; what the treasury cannot pay is in arrears (share r), and

    strain(t + dt) = strain(t) 2**(-dt / half-life) + r (1 - 2**(-dt / half-life))

Fighters go home to a community of their people with hazard desertion strain. An actor without a budget (no treasury in
the scenario) is always paid: it takes its share of what people, trade and gold yield, which leaves less to others, but
books nothing, never takes a hostage and has no strain. Weinstein 2007 on what rebels who live off
resources and off people can pay for; International Crisis Group 2019 on gold in the central Sahel; Berman et al. 2017
on mines and fighting in Africa; seeds WAR-033, WAR-041, WAR-068.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, lomax
from sahelsim.rng import uniform2, uniform4
from sahelsim.world.log_kernel import write_decision

__all__ = [
    "claims", "desert", "fighters_within_reach", "gather", "home_of", "kidnap", "levy", "open_share", "settle",
    "within_reach",
]  # fmt: skip

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

_THOUSAND = 1000


@kernel
def fighters_within_reach(side_start: I32, side: I16, strength: I32, neighbours: I32, reach: I32) -> None:
    """Fighters of each actor in a cell and its neighbours; fills `reach` (C, A)."""
    reach[:, :] = 0
    for c in range(strength.shape[0]):
        for j in range(side_start[c], side_start[c + 1]):
            a = np.uint64(side[j])
            reach[c, a] += strength[c, a]
            for i in range(neighbours.shape[1]):
                if neighbours[c, i] >= 0:
                    reach[np.uint64(neighbours[c, i]), a] += strength[c, a]


@kernel
def within_reach(reach: I32, near: I64) -> int:
    """Actors who have fighters within reach (A,) of a cell, into `near` (A,); returns how many."""
    n = 0
    for a in range(reach.size):
        near[n] = a
        n += 1 if reach[a] > 0 else 0
    return n


@kernel
def claims(reach: I32, near: I64, n_near: int, share: F64, weight: F64, who: I64) -> int:
    """Weights (A,) of the actors near[:n_near]; fills `who` (A,) with those who have one; returns how many."""
    n = 0
    for i in range(n_near):
        a = near[i]
        weight[a] = share[a] * reach[a]
        if weight[a] > 0.0:
            who[n] = a
            n += 1
    return n


@kernel
def levy(yielded: float, weight: F64, who: I64, n: int, scale: float, income: F64) -> None:
    """Share what a place yields among the actors who[:n] by weight; adds to `income` (A,)."""
    total = scale
    for i in range(n):
        total += weight[who[i]]
    for i in range(n):
        income[who[i]] += yielded * weight[who[i]] / total


@kernel
def open_share(c: int, neighbours: I32, country: I16, border: F32) -> float:
    """Share of its trade that the borders next to a cell let through, 0-1; country -1 is the last of `border`."""
    most = 0.0
    for i in range(neighbours.shape[1]):
        n = neighbours[c, i]
        if n >= 0 and country[n] != country[c]:
            most = max(most, border[country[c], country[n]])
    return 1.0 - most


@kernel
def gather(
    weeks: float, reach: I32, neighbours: I32, country: I16, border: F32, trade_of: F64, gold_of: F64,
    community_start: I32, camp: I8, population: I32, besieger: I8, pact: I8,
    actor_camp: I16, taxing: F64, trading: F64, tax_rate: float, levy_scale: float, tax: F64, trade: F64, gold: F64,
) -> None:  # fmt: skip
    """What each actor takes in a step from communities, trade routes and gold; fills `tax`, `trade`, `gold` (A,)."""
    tax[:] = 0.0
    trade[:] = 0.0
    gold[:] = 0.0
    weight = np.empty(actor_camp.size)
    who = np.empty(actor_camp.size, np.int64)
    may = np.empty(actor_camp.size, np.int64)
    near = np.empty(actor_camp.size, np.int64)
    any_closed = border.max() > 0.0
    for c in range(trade_of.size):
        rich = trade_of[c] > 0.0 or gold_of[c] > 0.0
        if not rich and community_start[c] == community_start[c + 1]:
            continue
        n_near = within_reach(reach[c], near)
        if n_near == 0:
            continue
        if rich:
            n = claims(reach[c], near, n_near, trading, weight, who)
            passing = trade_of[c] * (open_share(c, neighbours, country, border) if any_closed else 1.0)
            levy(passing * weeks, weight, who, n, levy_scale, trade)
            levy(gold_of[c] * weeks, weight, who, n, levy_scale, gold)
        n = claims(reach[c], near, n_near, taxing, weight, who)
        if n == 0:
            continue
        for m in range(community_start[c], community_start[c + 1]):
            if besieger[m] >= 0:
                continue
            asked = 0
            for i in range(n):
                if actor_camp[who[i]] == camp[m] or who[i] == pact[m]:
                    may[asked] = who[i]
                    asked += 1
            if asked > 0:
                levy(tax_rate * population[m] * weeks, weight, may, asked, levy_scale, tax)


@kernel
def kidnap(
    k0: int, k1: int, stream: int, step: int, weeks: float, strength: I32, remoteness: F32, budget: I8,
    kidnapping: F64, strain: F64, rate: float, need: float, scale: float, exponent: float, most: float, kind: int,
    ransom: F64, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """At most one hostage of worth for each actor in a step; fills `ransom` (A,), whole money."""
    ransom[:] = 0.0
    for a in range(budget.size):
        if budget[a] == 0 or kidnapping[a] <= 0.0:
            continue
        total = 0.0
        for c in range(remoteness.size):
            if strength[c, a] > 0:
                total += strength[c, a] * remoteness[c]
        hazard = kidnapping[a] * rate * (1.0 + need * strain[a]) * total
        onset, worth, where, _ = uniform4(k0, k1, stream, step, a, 0)
        if total <= 0.0 or onset >= chance(hazard * weeks):
            continue
        target = where * total
        place = -1
        for c in range(remoteness.size):
            if strength[c, a] > 0 and remoteness[c] > 0.0:
                place = c
                target -= strength[c, a] * remoteness[c]
                if target < 0.0:
                    break
        ransom[a] = float(int(min(lomax(worth, scale, exponent), most)))
        write_decision(
            log_rows, log_terms, log_count, step, kind, place, a, -1, a, int(ransom[a]) // _THOUSAND,
            strength[place, a], remoteness[place], strain[a], ransom[a], hazard, 0.0, 0.0, 0.0,
        )  # fmt: skip


@kernel
def settle(
    k0: int, k1: int, stream: int, step: int, weeks: float, budget: I8, income: F64, pay_of: F64, fighters: I64,
    wage: float, fade: float, pay_account: int, treasury: I64, accounts: I64, arrears: F64, strain: F64,
) -> None:  # fmt: skip
    """Book the income of each account and pay the fighters; see the module for arrears and strain.

    Parameters
    ----------
    income : (accounts, A)
        Income of the step by account, not yet rounded; 0 where there is none.
    fade : float
        Share of the memory of arrears that is left after the step.
    """
    for a in range(budget.size):
        arrears[a] = 0.0
        if budget[a] == 0:
            continue
        for account in range(income.shape[0]):
            if income[account, a] > 0.0:
                part, _ = uniform2(k0, k1, stream, step, a, account)
                got = int(income[account, a] + part)
                accounts[account, a] += got
                treasury[a] += got
        part, _ = uniform2(k0, k1, stream, step, a, pay_account)
        due = int(wage * pay_of[a] * fighters[a] * weeks + part)
        paid = min(due, treasury[a])
        accounts[pay_account, a] -= paid
        treasury[a] -= paid
        if due > 0:
            arrears[a] = 1.0 - paid / due
        strain[a] = fade * strain[a] + (1.0 - fade) * arrears[a]


@kernel
def home_of(first: int, last: int, u: float, people: int, community_people: I16) -> int:
    """A community of the people (of any, if -1) among first:last, from a random one on; -1 if there is none."""
    n = last - first
    offset = int(u * n)
    for i in range(n):
        m = first + (offset + i) % n
        if people < 0 or community_people[m] == people:
            return m
    return -1


@kernel
def desert(
    k0: int, k1: int, stream: int, step: int, weeks: float, strength: I32, living: I32, unit_cell: I32,
    unit_home: I32, unit_actor: I16, unit_group: I16, unit_strength: I32, group_people: I16, community_start: I32,
    community_people: I16, population: I32, strain: F64, rate: float,
) -> int:  # fmt: skip
    """Fighters go home to a community of their people in the cell, else in the unit's home cell; returns how many.

    `living` (N,) are the units that may be alive. Strength (C, A) follows.
    """
    share = np.zeros(strain.size)
    strained = False
    for a in range(strain.size):
        if rate * strain[a] > 0.0:
            share[a] = chance(rate * strain[a] * weeks)
            strained = True
    gone = 0
    for u in living if strained else living[:0]:
        if unit_strength[u] == 0 or not rate * strain[unit_actor[u]] > 0.0:
            continue
        part, begin = uniform2(k0, k1, stream, step, u, 0)
        leave = min(unit_strength[u], int(share[unit_actor[u]] * unit_strength[u] + part))
        if leave == 0:
            continue
        m = -1
        for c in (unit_cell[u], unit_home[u]):
            if m < 0:
                m = home_of(
                    community_start[c], community_start[c + 1], begin, group_people[unit_group[u]], community_people
                )
        if m >= 0:
            unit_strength[u] -= leave
            strength[unit_cell[u], unit_actor[u]] -= leave
            population[m] += leave
            gone += leave
    return gone
