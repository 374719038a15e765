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

from sahelsim.accelerate import inlined, kernel
from sahelsim.elementary import chance, lomax
from sahelsim.rng import uniform2, uniform4, uniform_pairs
from sahelsim.world.log_kernel import write_decision
from sahelsim.world.sides_kernel import cells_of_sides

__all__ = [
    "desert", "fighters_within_reach", "gather", "home_of", "kidnap", "open_share", "settle", "sides_of",
]  # fmt: skip

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
B1 = npt.NDArray[np.bool_]

_THOUSAND = 1000


@kernel
def sides_of(takes: B1, side_start: I32, side: I16) -> tuple[I32, I32]:
    """Where the actors who take (A,) have fighters: the cells by actor and cell; and the first of each actor, (A + 1,).

    Those who take nothing have none.
    """
    actors, cell_of = takes.size, cells_of_sides(side_start)
    first, place = np.zeros(actors + 1, np.int32), np.empty(actors, np.int32)
    for i in range(cell_of.size):
        a = np.uint64(side[i])
        first[a + np.uint64(1)] += np.int32(takes[a])
    for b in range(actors):
        first[b + 1] += first[b]
    for b in range(actors):
        place[b] = first[b] if takes[b] else first[actors]  # the others write behind the list
    cell = np.empty(first[actors] + 1, np.int32)
    for i in range(cell_of.size):
        a = np.uint64(side[i])
        cell[np.uint64(place[a])] = cell_of[i]
        place[a] += np.int32(takes[a])
    return cell, first


@inlined
def add_to_reach(c: int, a: int, fighters: int, latest: I32, number: I32, near: I32, reach: I32) -> None:
    """Add fighters of actor `a` to those within reach of cell `c`; `latest` (C,) is the last actor added to each."""
    n = np.uint64(c)
    listed = int(latest[n] == a)
    at = np.uint64(number[n] - listed)
    near[n, at] = a
    reach[n, at] = fighters + listed * reach[n, at]
    number[n] = at + np.uint64(1)
    latest[n] = a


@kernel
def fighters_within_reach(
    cell: I32, first: I32, strength: I32, neighbours: I32, number: I32, near: I32, reach: I32
) -> None:
    """Who has fighters in a cell or its neighbours, in order: `near` (C, A), and how many: `reach` (C, A).

    Only the first `number` (C,) of each row are filled; `cell` and `first` are those of `sides_of`.
    """
    number[:] = 0
    latest = np.full(strength.shape[0], -1, np.int32)
    for a in range(first.size - 1):
        for j in range(first[a], first[a + 1]):
            fighters = strength[cell[j], a]
            c = cell[j]
            add_to_reach(c, a, fighters, latest, number, near, reach)
            for i in range(neighbours.shape[1]):
                if neighbours[c, i] >= 0:
                    add_to_reach(neighbours[c, i], a, fighters, latest, number, near, reach)


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
    weeks: float, number: I32, near: I32, reach: I32, neighbours: I32, country: I16, border: F32, trade_of: F64,
    gold_of: F64, community_start: I32, camp: I8, population: I32, besieger: I8, pact: I8,
    actor_camp: I16, taxing: F64, trading: F64, tax_rate: float, levy_scale: float, tax: F64, trade: F64, gold: F64,
) -> None:  # fmt: skip
    """What each actor takes in a step from communities, trade routes and gold; fills `tax`, `trade`, `gold` (A,).

    Who has how many fighters within reach: see `fighters_within_reach`.
    """
    tax[:] = 0.0
    trade[:] = 0.0
    gold[:] = 0.0
    who, weight = np.empty(actor_camp.size, np.int64), np.empty(actor_camp.size)
    any_closed = border.max() > 0.0
    for c in range(trade_of.size):
        n = number[c]
        if n == 0:
            continue
        if trade_of[c] > 0.0 or gold_of[c] > 0.0:
            total = levy_scale
            for i in range(n):
                weight[i] = trading[near[c, i]] * reach[c, i]
                total += weight[i]
            passing = trade_of[c] * (open_share(c, neighbours, country, border) if any_closed else 1.0)
            for i in range(n):
                trade[near[c, i]] += passing * weeks * weight[i] / total
                gold[near[c, i]] += gold_of[c] * weeks * weight[i] / total
        if community_start[c] == community_start[c + 1]:
            continue
        taxers = 0
        for i in range(n):
            who[taxers] = near[c, i]
            weight[taxers] = taxing[near[c, i]] * reach[c, i]
            taxers += 1 if weight[taxers] > 0.0 else 0
        for m in range(community_start[c], community_start[c + 1] if taxers > 0 else 0):
            total, asked = levy_scale, 0
            for i in range(taxers):
                if actor_camp[who[i]] == camp[m] or who[i] == pact[m]:
                    total += weight[i]
                    asked += 1
            if asked == 0 or besieger[m] >= 0:
                continue
            yielded = tax_rate * population[m] * weeks
            for i in range(taxers):
                if actor_camp[who[i]] == camp[m] or who[i] == pact[m]:
                    tax[who[i]] += yielded * weight[i] / total


@kernel
def kidnap(
    k0: int, k1: int, stream: int, step: int, weeks: float, cell: I32, first: I32, strength: I32, remoteness: F32,
    budget: I8, kidnapping: F64, strain: F64, rate: float, need: float, scale: float, exponent: float, most: float,
    kind: int, ransom: F64, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """At most one hostage of worth for each actor in a step; fills `ransom` (A,), whole money.

    Where the actors are: see `sides_of`.
    """
    ransom[:] = 0.0
    for a in range(budget.size):
        if budget[a] == 0 or kidnapping[a] <= 0.0:
            continue
        total = 0.0
        for c in cell[first[a] : first[a + 1]]:
            if strength[c, a] > 0:
                total += strength[c, a] * remoteness[c]
        hazard = kidnapping[a] * rate * (1.0 + need * strain[a]) * total
        onset, worth, where, _ = uniform4(k0, k1, stream, step, a, 0)
        if total <= 0.0 or onset >= chance(hazard * weeks):
            continue
        target = where * total
        place = -1
        for c in cell[first[a] : first[a + 1]]:
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
def those_unpaid(living: I32, unit_actor: I16, unit_strength: I32, share: F64) -> I32:
    """Living units of the actors who lose a `share` (A,) of their fighters, in order."""
    unpaid = np.empty(living.size, np.int32)
    n = 0
    for i in range(living.size):
        u = np.uint64(living[i])
        unpaid[n] = living[i]
        n += 1 if share[np.uint64(unit_actor[u])] > 0.0 and unit_strength[u] > 0 else 0
    return unpaid[:n]


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
    unpaid = those_unpaid(living if strained else living[:0], unit_actor, unit_strength, share)
    parts, begins = np.empty(unpaid.size), np.empty(unpaid.size)
    uniform_pairs(k0, k1, stream, step, unpaid, 0, parts, begins)
    gone = 0
    for i in range(unpaid.size):
        u, begin = unpaid[i], begins[i]
        leave = min(unit_strength[u], int(share[unit_actor[u]] * unit_strength[u] + parts[i]))
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
