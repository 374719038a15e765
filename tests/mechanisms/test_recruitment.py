"""Recruitment: by hand, against a slow reference, invariants, and where it leads in the long run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mechanisms.small import Band, Village, changed, draws, few, least, little_world, rolls_of, snapshot, tries
from sahelsim.mechanisms.recruitment.parameters import RecruitmentParameters
from sahelsim.mechanisms.recruitment.step import run_step
from sahelsim.rng import Stream
from sahelsim.terms import Account, Role, Trait

WAGE = 7.5


def village_and_band(people: int = 1000, fighters: int = 10, spare: int = 0, size: int = 10_000, seed: int = 1):
    """One actor of camp 1 with one band in a cell of which `people` side with it."""
    bands = [Band(0, 0, fighters)]
    world = little_world(bands, [Village(0, people, camp=1)], actor_camp=(1,), camps=2, spare=spare, seed=seed)
    world.actors.traits[Trait.RECRUITING] = 1.0
    return world, rolls_of(world, bands, spare, [size])


def test_enlisting_by_hand():
    """W = 600 + 400, S_k = 4 + 6 of both actors of the camp, ceiling 0.025 * 2 W = 50: room 1 - 10 / 50 = 0.8.

    n = 0.01 * 2 * 1000 * exp(0.5 * 0.2) * 0.8 = 17.6827 a week, rounded up when the first number is above 0.3173. They
    come from the first village of the camp from the one on that the second number points at, of four: from village 2 if
    that is in its third quarter. They join the bands of 3 and 1 three to one, by the third number; the other actor
    does not recruit.
    """
    bands = [Band(0, 0, 3), Band(0, 0, 1), Band(1, 0, 6)]
    villages = [Village(0, 600, camp=1), Village(0, 5000, camp=2), Village(0, 400, camp=1), Village(0, 9, camp=2)]
    p = least(RecruitmentParameters, rate=0.01, ceiling=0.025, momentum=0.5)
    seen = set()
    for seed in range(40):
        world = little_world(bands, villages, shape=(1, 2), actor_camp=(1, 1), camps=3, seed=seed)
        world.actors.traits[Trait.RECRUITING] = [2.0, 0.0]
        world.actors.momentum[:] = [0.2, 9.0]
        part, begin, band, _ = draws(world, Stream.RECRUITMENT, 0)[0]
        recruits, joined = int(17.6827 + part), 0 if band < 0.75 else 1
        giver = 2 if 0.25 <= begin < 0.75 else 0
        seen.add((recruits, giver, joined))
        run_step(world, p, rolls_of(world, bands, 0, [1000, 1000]), 1.0)
        assert world.units.strength.tolist() == [3 + recruits * (joined == 0), 1 + recruits * (joined == 1), 6]
        assert world.communities.population.tolist() == [
            600 - recruits * (giver == 0),
            5000,
            400 - recruits * (giver == 2),
            9,
        ]
        assert world.ledger["recruits"] == recruits
    assert seen == {(n, giver, joined) for n in (17, 18) for giver in (0, 2) for joined in (0, 1)}


def test_the_besieged_give_no_recruits_by_hand():
    """Of 600 + 400 who side with the actor 400 are besieged: W = 600, n = 0.5 * 600 * (1 - 30 / 600) = 285."""
    bands = [Band(0, 0, 30)]
    for besieged, expected in (([1], (285, 0)), ([0, 1], (0, 0))):
        world = little_world(bands, [Village(0, 600, camp=1), Village(0, 400, camp=1)], actor_camp=(1, 2))
        world.actors.traits[Trait.RECRUITING] = 1.0
        world.communities.besieger[besieged] = 1
        p = least(RecruitmentParameters, rate=0.5, ceiling=1.0)
        run_step(world, p, rolls_of(world, bands, 0, [1000, 1000]), 1.0)
        assert world.communities.population.tolist() == [600 - expected[0], 400 - expected[1]]
        assert world.units.strength[0] == 30 + sum(expected)


def test_the_second_of_a_camp_finds_what_the_first_has_left():
    """The first takes 0.5 * 1000 * (1 - 20 / 1000) = 490; for the second W = 510 and S_k = 510: at ceiling 1 no room.

    At ceiling 2 the first takes 0.5 * 1000 * (1 - 20 / 2000) = 495, the second 0.5 * 505 * (1 - 515 / 1010) = 123.75.
    """
    bands = [Band(0, 0, 10), Band(1, 0, 10)]
    for ceiling, first, second in ((1.0, 490.0, 0.0), (2.0, 495.0, 123.75)):
        world = little_world(bands, [Village(0, 1000, camp=1)], actor_camp=(1, 1), camps=2)
        world.actors.traits[Trait.RECRUITING] = 1.0
        p = least(RecruitmentParameters, rate=0.5, ceiling=ceiling)
        run_step(world, p, rolls_of(world, bands, 0, [1000, 1000]), 1.0)
        u, v = draws(world, Stream.RECRUITMENT, np.array([0, 1]))[:, 0]
        came = [int(first + u), int(second + v) if second else 0]
        assert world.units.strength.tolist() == [10 + came[0], 10 + came[1]]
        assert world.communities.population[0] == 1000 - sum(came)


def test_refilling_by_hand():
    """Units of 18, 0 (dead), 20 and 30 with a size of 20 and an establishment of 100: 0.2 * 32 = 6.4 are to come.

    That is 6 or 7, by the first number; four times the second is the unit to begin with. Unit 0 takes the first 2
    unless that is unit 1, which rises at home, in cell 1, with the rest; units 2 and 3 are full.
    """
    bands = [Band(0, 0, 18), Band(0, 0, 1), Band(0, 0, 20), Band(0, 0, 30)]
    seen = set()
    for seed in range(30):
        world = little_world(bands, [Village(1, 5000)], shape=(1, 2), actor_camp=(1,), camps=2, seed=seed)
        world.actors.traits[Trait.ESTABLISHMENT] = 100.0
        world.units.strength[1] = 0
        world.units.home[1] = 1
        part, begin = draws(world, Stream.REFILL, 0)[0, :2]
        recruits = int(6.4 + part)
        run_step(
            world, least(RecruitmentParameters, refill=0.2, split_factor=2.0), rolls_of(world, bands, 0, [20], [0]), 1.0
        )
        to_unit_0 = 0 if 0.25 <= begin < 0.5 else 2
        seen.add((recruits, to_unit_0))
        assert world.units.strength.tolist() == [18 + to_unit_0, recruits - to_unit_0, 20, 30]
        assert world.units.cell.tolist() == [0, 1, 0, 0]
        assert world.communities.population[0] == 5000 - recruits
        assert world.ledger["recruits"] == recruits
    assert seen == {(6, 2), (7, 2), (6, 0), (7, 0)}


def test_splitting_and_merging_by_hand():
    """25 at a size of 10 and factor 2.5 become 13 and 12 in the actor's own empty place; 2 join the next band."""
    bands = [Band(0, 0, 25), Band(0, 1, 2), Band(1, 1, 2), Band(1, 1, 3, garrison=True), Band(0, 1, 9), Band(0, 1, 2)]
    bands.sort(key=lambda b: b.actor)
    world = little_world(bands, shape=(1, 2), spare=1)
    assert world.units.strength.tolist() == [25, 2, 9, 2, 0, 2, 3, 0]
    run_step(
        world, least(RecruitmentParameters, disband_below=3, split_factor=2.5), rolls_of(world, bands, 1, [10, 10]), 1.0
    )
    # 25 splits; of 2, 9, 2 in cell 1 the first joins the 9 and the last finds nobody after it; 2 joins 3
    assert world.units.strength.tolist() == [13, 12, 11, 2, 0, 0, 5, 0]
    assert world.units.cell.tolist()[:4] == [0, 0, 1, 1]  # the half stands in the place that the merger left empty
    assert world.units.role[1] == Role.MOBILE


def reference(world, p, rolls, weeks, wage):
    """Strength of units and people of communities after the step, in words of the kernel's docstring."""
    units, actors, g, camp = world.units, world.actors, world.ground, world.communities.camp
    strength, people = units.strength.tolist(), world.communities.population.tolist()
    cell, owner = units.cell.tolist(), units.actor.tolist()
    standing = [u for u in range(len(strength)) if strength[u] > 0]
    number = actors.camp.size

    purse = [math.inf] * number
    for a in np.flatnonzero(actors.budget):
        kept = math.ceil(p.reserve * wage * actors.traits[Trait.PAY, a] * sum(
            s for s, b in zip(strength, owner, strict=True) if b == a
        ))  # fmt: skip
        purse[a] = max(0, int(actors.treasury[a]) - kept) // p.cost

    def fighters(here, wanted):
        return sum(s for s, c, a in zip(strength, cell, owner, strict=True) if c == here and a in wanted)

    for here in range(g.cells):
        villages = [m for m in range(g.communities) if g.community_cell[m] == here]
        for a in range(number):
            k = actors.camp[a]
            own = [m for m in villages if camp[m] == k and world.communities.besieger[m] < 0]
            pledged = sum(people[m] for m in own)
            if fighters(here, {a}) == 0 or pledged == 0 or actors.traits[Trait.RECRUITING, a] == 0:
                continue
            armed = fighters(here, {b for b in range(number) if actors.camp[b] == k})
            power = actors.traits[Trait.RECRUITING, a] * (1 - actors.strain[a])
            room = max(0.0, 1 - armed / (p.ceiling * power * pledged))
            zeal = math.exp(p.momentum * actors.momentum[a] + p.fame * actors.fame[a]) * (1 - actors.strain[a])
            mean = p.rate * actors.traits[Trait.RECRUITING, a] * pledged * zeal * room
            part, begin, band, _ = draws(world, Stream.RECRUITMENT, here * number + a)[0]
            n = min(math.floor(mean * weeks + part) if room > 0 else 0, purse[a])
            units_here = [u for u in standing if cell[u] == here and owner[u] == a]
            edges = np.cumsum([strength[u] for u in units_here])
            joined = units_here[int((edges <= band * edges[-1]).sum())]
            turn = int(begin * len(villages))
            for m in (m for m in villages[turn:] + villages[:turn] if m in own):
                taken = min(n, people[m])
                people[m] -= taken
                strength[joined] += taken
                n -= taken
                purse[a] -= taken
    for a in range(number):
        missing = actors.traits[Trait.ESTABLISHMENT, a] - sum(s for s, b in zip(strength, owner, strict=True) if b == a)
        if actors.traits[Trait.ESTABLISHMENT, a] == 0 or missing <= 0:
            continue
        part, start = draws(world, Stream.REFILL, a)[0, :2]
        n = min(math.floor(min(1.0, p.refill * weeks) * missing + part), people[rolls.depot[a]], purse[a])
        roll = list(range(rolls.pool[a], rolls.pool[a] + rolls.raised[a]))
        begin = int(start * len(roll))
        for u in roll[begin:] + roll[:begin]:
            taken = min(n, max(0, int(rolls.unit_size[a]) - strength[u])) if owner[u] == a else 0
            if taken and strength[u] == 0:
                cell[u] = int(units.home[u])
            strength[u] += taken
            people[rolls.depot[a]] -= taken
            n -= taken
    for u in standing:
        after = [v for v in standing if v > u and (cell[v], owner[v]) == (cell[u], owner[u]) and strength[v] > 0]
        if 0 < strength[u] < p.disband_below and after:
            strength[after[0]] += strength[u]
            strength[u] = 0
    for u in range(len(strength)):
        a = owner[u]
        own = rolls.pool[a] + (rolls.raised[a] if rolls.depot[a] >= 0 else 0)  # an army keeps the places of its dead
        free = [v for v in range(own, rolls.pool[a + 1]) if strength[v] == 0]
        if strength[u] >= p.split_factor * rolls.unit_size[a] and free:
            strength[free[0]] = strength[u] // 2
            strength[u] -= strength[free[0]]
            cell[free[0]], owner[free[0]] = cell[u], a
    return strength, people, cell, owner


def scattered(seed: int):
    """Two insurgencies, an army that refills and a militia of its camp, in six cells with 14 villages."""
    r = np.random.default_rng(seed)
    bands = [Band(int(a), int(r.integers(6)), int(r.integers(0, 50))) for a in np.sort(r.integers(0, 4, 22))]
    bands = [Band(a, 0, 5) for a in range(4)] + bands
    bands.sort(key=lambda b: b.actor)
    villages = [
        Village(int(c), int(r.integers(0, 3000)), camp=int(r.integers(4))) for c in np.sort(r.integers(0, 6, 14))
    ]
    world = little_world(bands, villages, shape=(2, 3), actor_camp=(1, 2, 3, 3), camps=4, spare=2, seed=seed)
    world.communities.besieger[:] = np.where(r.random(14) < 0.2, r.integers(0, 4, 14), -1)
    world.actors.traits[Trait.RECRUITING] = [1.0, 2.0, 0.0, 0.5]
    world.actors.traits[Trait.ESTABLISHMENT, 2] = 600
    world.actors.momentum[:] = r.normal(0, 0.4, 4)
    world.actors.fame[:], world.actors.strain[:] = r.random((2, 4))
    world.actors.budget[:] = [1, 0, 1, 1]
    world.actors.treasury[:] = world.actors.accounts[Account.OPENING] = r.integers(0, 60_000, 4)
    turncoats = r.random(world.units.cell.size) < 0.1  # units that have changed sides since they were raised
    world.units.actor[turncoats] = r.integers(0, 4, int(turncoats.sum()))
    world.units.group[:] = world.units.actor
    world.step = int(r.integers(1000))
    p = RecruitmentParameters(
        enabled=True, rate=0.01, ceiling=0.04, momentum=0.5, fame=0.4, cost=300, reserve=1.5, refill=0.1,
        disband_below=6, split_factor=1.7,
    )  # fmt: skip
    return world, p, rolls_of(world, bands, 2, r.integers(3, 40, 4).tolist(), [-1, -1, int(r.integers(14)), -1])


@pytest.mark.parametrize("seed", range(few(20, 6)))
def test_against_the_reference(seed):
    world, p, rolls = scattered(seed)
    for weeks in (1.0, 1 / 7, 4.0):
        strength, people, cell, owner = reference(world, p, rolls, weeks, WAGE)
        run_step(world, p, rolls, weeks, WAGE)
        assert world.units.strength.tolist() == strength
        assert world.communities.population.tolist() == people
        assert world.units.cell.tolist() == cell
        assert world.units.actor.tolist() == owner
        world.step += 1


@tries(80, 20)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.1), st.floats(0.0001, 0.5), st.floats(0, 1), st.floats(1 / 7, 31 / 7))
def test_invariants(seed, rate, ceiling, refill, weeks):
    world, p, rolls = scattered(seed)
    before = snapshot(world)
    run_step(world, p.model_copy(update={"rate": rate, "ceiling": ceiling, "refill": refill}), rolls, weeks, WAGE)
    after = snapshot(world)
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength", "cells.pledged"}
    units = {f"units.{name}" for name in ("strength", "cell", "home", "actor", "group", "role")}
    money = {"actors.treasury", "actors.accounts"}
    assert changed(before, after) - index - money <= {"communities.population", *units}
    np.testing.assert_array_equal(after["actors.treasury"], after["actors.accounts"].sum(axis=0))
    assert (after["actors.treasury"] >= 0).all()
    bought = before["actors.treasury"] - after["actors.treasury"]
    assert bought[1] == 0  # it has no budget
    assert (bought % p.cost == 0).all()
    assert bought.sum() // p.cost <= world.ledger["recruits"]
    people = before["communities.population"].astype(int) - after["communities.population"]
    assert (people >= 0).all()
    assert (after["communities.population"] >= 0).all()
    assert (after["units.strength"] >= 0).all()
    assert after["units.strength"].sum() - before["units.strength"].sum() == people.sum() == world.ledger["recruits"]
    alive = after["units.strength"] > 0
    assert ((after["units.cell"] >= 0) & (after["units.cell"] < 6)).all()
    np.testing.assert_array_equal(world.groups.actor[after["units.group"][alive]], after["units.actor"][alive])
    raised = np.flatnonzero(alive & (before["units.strength"] == 0))
    for u in raised:
        a = after["units.actor"][u]
        assert rolls.pool[a] <= u < rolls.pool[a + 1]  # new and risen units stand in a place of their actor
    for a in range(4):  # nobody turns coat by recruitment, and only the actor's own recruits join it
        gained = (
            after["units.strength"][after["units.actor"] == a].sum()
            - before["units.strength"][before["units.actor"] == a].sum()
        )
        assert gained >= 0
    givers = np.flatnonzero(people)
    depot = int(rolls.depot[2])
    assert set(before["communities.camp"][givers[givers != depot]]) <= {1, 2, 3}


def test_a_purse_by_hand():
    """500 are wanted; 2,050 less four weeks of the pay of 10, at 5 a week, are 1,850: enough for 18 at 100 each.

    250 are left; next week four weeks of the pay of 28 are 560, more than there is, and nobody is taken.
    """
    world, rolls = village_and_band(people=1000)
    world.actors.budget[0], world.actors.treasury[0] = 1, 2050
    p = least(RecruitmentParameters, rate=0.5, ceiling=100.0, cost=100, reserve=4.0)
    run_step(world, p, rolls, 1.0, wage=5.0)
    assert (world.units.strength[0], world.communities.population[0]) == (28, 982)
    assert (world.actors.treasury[0], world.actors.accounts[Account.RECRUITMENT, 0]) == (250, -1800)
    run_step(world, p, rolls, 1.0, wage=5.0)
    assert (world.units.strength[0], world.actors.treasury[0]) == (28, 250)


def test_rounding_has_no_bias():
    """Over many draws the mean number of recruits is n itself: 1.3 a week here, within 5 standard errors."""
    world, rolls = village_and_band(people=1000)
    p = least(RecruitmentParameters, rate=0.0014, ceiling=0.14)  # 1.4 * (1 - 10 / 140) = 1.3
    n, total = few(4000, 800), 0
    for step in range(n):
        world.step = step
        world.units.strength[0], world.communities.population[0] = 10, 1000
        run_step(world, p, rolls, 1.0)
        total += int(world.units.strength[0]) - 10
    assert abs(total / n - 1.3) < 5 * math.sqrt(0.3 * 0.7 / n)


@pytest.mark.parametrize("rate", [0.01, 0.04])
def test_recruitment_ends_at_the_ceiling(rate):
    """People and fighters sum to N = W + S, and recruiting stops when S = c W: S = c N / (1 + c), to the fighter."""
    world, rolls = village_and_band(people=1990, fighters=10)
    p = least(RecruitmentParameters, rate=rate, ceiling=0.05)
    for step in range(few(600, 300)):
        world.step = step
        run_step(world, p, rolls, 1.0)
    assert 0.05 * 2000 / 1.05 <= world.units.strength[0] < 0.05 * 2000 / 1.05 + 2


def test_an_army_comes_back_to_strength():
    """The shortfall falls by the factor 1 - refill weeks a step; at full refill it is gone at once."""
    bands = [Band(0, 0, 10) for _ in range(100)]
    for refill, weeks, steps in ((0.1, 1.0, 15), (0.1, 2.0, 6), (1.0, 1.0, 1), (0.5, 4.0, 1)):
        world = little_world(bands, [Village(0, 50_000)], actor_camp=(1,), camps=2)
        world.actors.traits[Trait.ESTABLISHMENT] = 4000.0
        rolls = rolls_of(world, bands, 0, [90], [0])
        for step in range(steps):
            world.step = step
            run_step(world, least(RecruitmentParameters, refill=refill), rolls, weeks)
        left = 3000 * (1 - min(1.0, refill * weeks)) ** steps
        assert abs(4000 - world.units.strength.sum() - left) < 5
        assert world.units.strength.max() <= 90


def test_limits():
    """Nothing happens at rate 0; nobody is taken beyond the people there are; a full pool keeps its large units."""
    world, rolls = village_and_band()
    before = snapshot(world)
    run_step(world, least(RecruitmentParameters), rolls, 1.0)
    assert {name for name in changed(before, snapshot(world)) if not name.startswith("cells.")} == set()
    world.actors.traits[Trait.ESTABLISHMENT] = 500.0  # an establishment without a depot
    run_step(world, least(RecruitmentParameters, refill=1.0), rolls, 1.0)
    assert (world.units.strength[0], world.communities.population[0]) == (10, 1000)
    world, rolls = village_and_band(people=7, fighters=1)
    run_step(world, least(RecruitmentParameters, rate=60.0, ceiling=50.0), rolls, 4.0)
    assert (world.units.strength[0], world.communities.population[0]) == (8, 0)
    world, rolls = village_and_band(fighters=100, size=10)  # no spare place
    run_step(world, least(RecruitmentParameters), rolls, 1.0)
    assert world.units.strength.tolist() == [100]
