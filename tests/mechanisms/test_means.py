"""Means: budgets by hand, against a slow reference, invariants, and the laws of ransoms, strain and desertion."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, kstest

from mechanisms.small import (
    UNLIKELY,
    Band,
    Village,
    army_and_movement,
    changed,
    draws,
    few,
    least,
    little_world,
    rolls_of,
    snapshot,
    tries,
)  # fmt: skip
from sahelsim.errors import BadInput
from sahelsim.mechanisms.means.kernel import gather
from sahelsim.mechanisms.means.parameters import MeansParameters
from sahelsim.mechanisms.means.step import run_step, set_drive
from sahelsim.mechanisms.recruitment.parameters import RecruitmentParameters
from sahelsim.mechanisms.recruitment.step import run_step as recruit
from sahelsim.replicate import simulate_replicate
from sahelsim.rng import Stream
from sahelsim.terms import Account, Decision, Trait
from sahelsim.world.build import build_blueprint

RESOURCE = {"kind": "gold", "at": {"place": "Hills", "radius_km": 60}, "money_per_week": 9000, "source": "test"}


def on_budgets(world, treasury):
    """Put the actors of a `little_world` on budgets, with these funds."""
    world.actors.budget[:] = 1
    world.actors.treasury[:] = world.actors.accounts[Account.OPENING] = treasury
    return world


def two_tax_collectors(**where):
    """30 of actor 0 in cell 0, 10 of actor 1 in cell 1, out of reach of cell 3; traits of trade 1 and 1/2, tax 1."""
    villages = [Village(0, 1000, camp=1), Village(0, 800, camp=1), Village(0, 500, camp=2), Village(3, 900, camp=1)]
    world = on_budgets(little_world([Band(0, 0, 30), Band(1, 1, 10)], villages, shape=(1, 4)), [100, 50])
    world.actors.traits[Trait.TAXING] = 1.0
    world.actors.traits[Trait.TRADING] = [1.0, 0.5]
    for name, values in where.items():
        getattr(world.communities, name)[:] = values
    return world


def booked(world, account, income):
    """Income of actor 0, 1, … in a step, rounded as the step does it."""
    parts = [draws(world, Stream.MEANS, a, account)[0, 0] for a in range(len(income))]
    return [int(x + u) for x, u in zip(income, parts, strict=True)]


def test_trade_and_gold_by_hand():
    """At scale 40 the weights 30 and 10 / 2 leave 40 of 75 untaken; nobody reaches cell 3."""
    world = two_tax_collectors()
    world.ground.trade[:] = [1000, 0, 0, 5000]
    world.ground.gold[:] = [0, 300, 0, 5000]
    expected = {
        k: booked(world, k, [2 * y * 30 / 75, 2 * y * 5 / 75]) for k, y in ((Account.TRADE, 1000), (Account.GOLD, 300))
    }
    run_step(world, least(MeansParameters, levy_scale=40.0), 2.0)
    for account, income in expected.items():
        assert world.actors.accounts[account].tolist() == income
    assert expected[Account.TRADE][0] == 800
    assert world.actors.treasury.tolist() == [100 + 800 + 240, 50 + sum(k[1] for k in expected.values())]


@pytest.mark.parametrize(
    ("where", "income"),
    [
        ({}, [180 * 30 / 70, 50 * 10 / 50]),  # each from its own camp
        ({"pact": [1, -1, -1, -1]}, [100 * 30 / 80 + 80 * 30 / 70, 100 * 10 / 80 + 10]),  # village 0 pays both
        ({"pact": [0, 1, -1, -1], "besieger": [-1, 1, 0, -1]}, [100 * 30 / 70, 0.0]),  # the besieged pay nobody
    ],
)
def test_tax_by_hand(where, income):
    world = two_tax_collectors(**where)
    expected = booked(world, Account.TAX, income)
    run_step(world, least(MeansParameters, levy_scale=40.0, tax_rate=0.1), 1.0)
    assert world.actors.accounts[Account.TAX].tolist() == expected


def test_a_closed_border_stops_trade_beside_it_but_not_gold():
    """Cells 0, 1 in country 0, cells 2, 3 in none: a border closed by 0.6 leaves 0.4 of the trade in cells 1 and 2."""
    for closed, share in ((0.0, 1.0), (0.6, 0.4), (1.0, 0.0)):
        world = on_budgets(little_world([Band(0, 1, 50)], shape=(1, 4), actor_camp=(1,), camps=2), [0])
        world.actors.traits[Trait.TRADING] = 1.0
        world.ground.cells_country[:] = [0, 0, -1, -1]
        world.ground.trade[:] = world.ground.gold[:] = [1000, 2000, 4000, 0]
        world.outside.border[0, -1] = world.outside.border[-1, 0] = closed
        run_step(world, least(MeansParameters), 1.0)
        assert world.actors.accounts[Account.TRADE, 0] == pytest.approx(1000 + 6000 * share, abs=1)
        assert world.actors.accounts[Account.GOLD, 0] == 7000


def test_pay_arrears_and_strain_by_hand():
    """20 fighters at 5 a week are due 100: of 60, and 50 of support, 10 are left; then 60 are there, and 40 missing."""
    world = on_budgets(little_world([Band(0, 0, 20)], actor_camp=(1,), camps=2), [60])
    world.actors.traits[Trait.SUPPORT] = 50.0
    p = least(MeansParameters, wage=5.0, arrears_half_life=1.0)
    for treasury, arrears, strain in ((10, 0.0, 0.0), (0, 0.4, 0.2), (0, 0.5, 0.35), (0, 0.5, 0.425)):
        run_step(world, p, 1.0)
        assert world.actors.treasury[0] == treasury
        assert world.actors.arrears[0] == pytest.approx(arrears)
        assert world.actors.strain[0] == pytest.approx(strain)
        world.step += 1
    assert world.actors.accounts[Account.PAY, 0] == -(100 + 60 + 50 + 50)
    world.actors.disarray[:] = 0.5
    set_drive(world, least(MeansParameters, dampening=0.4))
    assert world.actors.drive[0] == pytest.approx((1 - 0.4 * 0.425) * 0.5)


def test_desertion_by_hand():
    """Of a people's band half go home in the cell, or to where it was raised; where it has no village they stay."""
    bands = [Band(0, cell, 8, group) for cell, group in ((0, 0), (1, 0), (1, 1), (0, 2))]
    villages = [Village(0, 100, people=0), Village(1, 200, people=1)]
    world = on_budgets(little_world(
        bands, villages, shape=(1, 2), actor_camp=(1,), camps=2, peoples=3, groups=[(0, 0), (0, 2), (0, -1)]
    ), [0])  # fmt: skip
    world.units.home[1] = 0
    world.actors.strain[:] = 1.0
    run_step(world, least(MeansParameters, desertion=math.log(2.0), arrears_half_life=1e9), 1.0)
    assert world.units.strength.tolist() == [4, 4, 8, 4]
    assert world.communities.population.tolist() == [112, 200]
    assert world.ledger["fighters_home"] == 12


def test_ransoms_follow_their_law():
    """One actor a step: the hazard is 0.01 * 2 * (1 + 0.5) * (10 * 0.5 + 20 * 1); two of five are taken in cell 0."""
    world = on_budgets(little_world([Band(0, 0, 20), Band(0, 1, 15)], shape=(1, 3), actor_camp=(1,), camps=2), [0])
    world.ground.cells_remoteness[:] = [0.5, 1.0, 1.0]
    world.actors.traits[Trait.KIDNAPPING] = 2.0
    p = least(
        MeansParameters, kidnapping_rate=0.01, kidnapping_need=1.0, ransom_scale=3000.0, ransom_exponent=2.5,
        ransom_most=1e9, arrears_half_life=1e9,
    )  # fmt: skip
    n = few(4000, 600)
    world.actors.strain[:] = 0.5
    for step in range(n):
        world.step = step
        run_step(world, p, 1.0)
    log = world.decisions
    rows, terms = log.rows[: int(log.count[0])], log.terms[: int(log.count[0])]
    assert set(rows[:, 1]) == {int(Decision.KIDNAPPING)}
    assert binomtest(len(rows), n, 1 - math.exp(-0.75)).pvalue > UNLIKELY
    assert binomtest(int((rows[:, 2] == 0).sum()), len(rows), 0.4).pvalue > UNLIKELY
    assert kstest(terms[:, 3], lambda x: 1 - (1 + x / 3000.0) ** -1.5).pvalue > UNLIKELY
    assert world.actors.treasury[0] == world.actors.accounts[Account.RANSOM, 0] == int(terms[:, 3].astype(float).sum())
    assert (rows[:, 6] == terms[:, 3] // 1000).all()


def scattered(seed: int):
    """Four actors of three camps in six cells with 14 villages, gold, trade, pacts, sieges and closed borders."""
    r = np.random.default_rng(seed)
    bands = [Band(a, 0, 5) for a in range(4)] + [
        Band(int(a), int(r.integers(6)), int(r.integers(0, 80))) for a in r.integers(0, 4, 20)
    ]
    bands.sort(key=lambda b: b.actor)
    villages = [
        Village(int(c), int(r.integers(0, 3000)), people=int(r.integers(2)), camp=int(r.integers(4)))
        for c in np.sort(r.integers(0, 6, 14))
    ]
    groups = [(0, 0), (1, 1), (2, -1), (3, 0)]
    world = little_world(
        bands, villages, shape=(2, 3), actor_camp=(1, 2, 3, 3), camps=4, peoples=2, groups=groups, spare=2, seed=seed
    )
    on_budgets(world, r.integers(0, 20_000, 4))
    world.actors.budget[3] = 0
    for trait in (Trait.TAXING, Trait.TRADING, Trait.KIDNAPPING, Trait.RECRUITING):
        world.actors.traits[trait] = r.uniform(0, 2, 4) * (r.random(4) < 0.8)
    world.actors.traits[Trait.SUPPORT] = r.uniform(0, 3000, 4)
    world.actors.strain[:3] = r.random(3)
    world.ground.trade[:], world.ground.gold[:] = r.uniform(0, 5000, (2, 6)) * (r.random((2, 6)) < 0.6)
    world.ground.cells_country[:] = r.integers(-1, 2, 6)
    world.ground.cells_remoteness[:] = r.random(6)
    world.outside.border[:] = r.random((3, 3))
    world.communities.besieger[:] = np.where(r.random(14) < 0.2, r.integers(0, 4, 14), -1)
    world.communities.pact[:] = np.where(r.random(14) < 0.3, r.integers(0, 4, 14), -1)
    world.step = int(r.integers(1000))
    p = MeansParameters(
        enabled=True, tax_rate=0.3, levy_scale=40.0, kidnapping_rate=0.005, kidnapping_need=1.0, ransom_scale=2000.0,
        ransom_exponent=2.5, ransom_most=10_000.0, wage=20.0, arrears_half_life=5.0, dampening=0.5, desertion=0.2,
    )  # fmt: skip
    return world, p, bands


def reference(world, p, weeks):
    """Tax, trade and gold of each actor, in the words of the kernel's docstring."""
    g, c, t = world.ground, world.communities, world.actors.traits
    out = {account: [0.0] * 4 for account in (Account.TAX, Account.TRADE, Account.GOLD)}

    def share(account, cell, amount, trait, claimants):
        near = {cell, *(int(n) for n in g.neighbours[cell] if n >= 0)}
        at = [
            sum(int(s) for s, x, b in zip(world.units.strength, world.units.cell, world.units.actor, strict=True)
                if x in near and b == a)
            for a in range(4)
        ]  # fmt: skip
        total = p.levy_scale + sum(t[trait, a] * at[a] for a in claimants)
        for a in claimants:
            out[account][a] += amount * weeks * t[trait, a] * at[a] / total

    for cell in range(6):
        here = g.cells_country[cell]
        across = [g.cells_country[n] for n in g.neighbours[cell] if n >= 0 and g.cells_country[n] != here]
        closed = max((float(world.outside.border[here, k]) for k in across), default=0.0)
        share(Account.TRADE, cell, g.trade[cell] * (1 - closed), Trait.TRADING, range(4))
        share(Account.GOLD, cell, g.gold[cell], Trait.TRADING, range(4))
        for m in np.flatnonzero(g.community_cell == cell):
            if c.besieger[m] < 0:
                payees = [a for a in range(4) if world.actors.camp[a] == c.camp[m] or c.pact[m] == a]
                share(Account.TAX, cell, p.tax_rate * c.population[m], Trait.TAXING, payees)
    return out


@pytest.mark.parametrize("seed", range(few(20, 6)))
def test_income_against_the_reference(seed, monkeypatch):
    world, p, _ = scattered(seed)
    expected = reference(world, p, 2.0)
    seen = []

    def keeping(*args):
        gather(*args)
        seen.extend(a.tolist() for a in args[-3:])

    monkeypatch.setattr("sahelsim.mechanisms.means.step.gather", keeping)
    run_step(world, p, 2.0)
    for account, income in zip((Account.TAX, Account.TRADE, Account.GOLD), seen, strict=True):
        assert income == pytest.approx(expected[account], rel=1e-6)


@tries(60, 15)
@given(st.integers(0, 2**32 - 1), st.floats(1 / 7, 31 / 7), st.floats(0, 200), st.floats(0, 1))
def test_the_budget_closes_to_the_last_unit(seed, weeks, wage, desertion):
    """Treasury, people and fighters, with recruits and deserters; strain and arrears stay in 0-1."""
    world, p, bands = scattered(seed)
    p = p.model_copy(update={"wage": wage, "desertion": desertion})
    before = snapshot(world)
    hiring = least(RecruitmentParameters, rate=0.01, ceiling=0.2, cost=150, split_factor=3.0, disband_below=2)
    for _ in range(4):
        last = world.actors.treasury.copy(), world.actors.accounts.copy()
        run_step(world, p, weeks)
        a = world.actors
        assert ((a.accounts - last[1])[1:6] >= 0).all()  # income
        assert ((a.accounts - last[1])[6] <= 0).all()  # pay
        recruit(world, hiring, rolls_of(world, bands, 2, [10] * 4), weeks, wage)
        np.testing.assert_array_equal(a.treasury, a.accounts.sum(axis=0))
        assert (a.treasury >= 0).all()
        for share in (a.strain, a.arrears):
            assert ((share >= 0) & (share <= 1)).all()
        assert (a.accounts[1:, 3] == 0).all()  # the actor without a budget
        assert a.strain[3] == a.arrears[3] == 0
        world.step += 1
    after = snapshot(world)
    came = world.ledger["recruits"] - world.ledger["fighters_home"]
    assert int(after["units.strength"].sum()) - int(before["units.strength"].sum()) == came
    assert int(before["communities.population"].sum()) - int(after["communities.population"].sum()) == came
    money = {f"actors.{n}" for n in ("treasury", "accounts", "strain", "arrears")}
    index = {"cells.start", "cells.order", "cells.side_start", "cells.side", "cells.strength", "cells.pledged"}
    units = {f"units.{n}" for n in ("strength", "cell", "home", "actor", "group", "role")}
    assert changed(before, after) <= money | index | units | {"communities.population"}


def test_rounding_and_desertion_have_no_bias():
    """0.37 of money a week, and 0.3 of three fighters who go home: within five standard errors."""
    world = on_budgets(little_world([Band(0, 0, 3)], [Village(0, 10)], actor_camp=(1,), camps=2), [0])
    world.actors.traits[Trait.SUPPORT] = 0.37
    world.actors.strain[:] = 1.0
    p = least(MeansParameters, desertion=-math.log(0.9), arrears_half_life=1e9)
    n = few(4000, 800)
    for step in range(n):
        world.step, world.units.strength[0] = step, 3
        run_step(world, p, 1.0)
    assert abs(world.actors.treasury[0] / n - 0.37) < 5 * math.sqrt(0.37 * 0.63 / n)
    assert abs(world.ledger["fighters_home"] / n - 0.3) < 5 * math.sqrt(0.3 * 0.7 / n)


def test_limits():
    """Without income strain goes to 1 as 1 - 2**(-t / h) and everybody home; with enough it goes back to 0."""
    p = least(MeansParameters, wage=10.0, arrears_half_life=4.0, desertion=0.5)
    world = on_budgets(little_world([Band(0, 0, 500)], [Village(0, 10)], actor_camp=(1,), camps=2), [0])
    for _ in range(8):
        run_step(world, p, 1.0)
        world.step += 1
    assert world.actors.strain[0] == pytest.approx(0.75)
    for _ in range(200):
        run_step(world, p, 1.0)
        world.step += 1
    assert (world.units.strength[0], world.communities.population[0]) == (0, 510)
    world.units.strength[0], world.actors.strain[0] = 5, 1.0
    world.actors.traits[Trait.SUPPORT] = 50.0
    for _ in range(200):
        run_step(world, p.model_copy(update={"desertion": 0.0}), 1.0)
    assert world.actors.strain[0] < 1e-9
    assert world.actors.treasury[0] == 0


def test_resources_are_spread_over_the_ground():
    """All the yield of a gold field lies around it; a market off the grid yields nothing here."""
    market = RESOURCE | {"kind": "trade", "at": {"latitude": 40.0, "longitude": 40.0}}
    ground = build_blueprint(army_and_movement(resources={"field": RESOURCE, "market": market})).ground
    assert ground.gold.sum() == pytest.approx(9000)
    assert ground.gold.argmax() == ground.grid.cell_of(3.0, 13.4)
    assert ground.trade.sum() == 0
    with pytest.raises(BadInput, match="unknown place 'Hill'; did you mean 'Hills'"):
        army_and_movement(resources={"field": RESOURCE | {"at": {"place": "Hill"}}})


def test_a_run_accounts_for_everything():
    """The ledger closes with budgets, recruits and deserters; with the mechanism off nobody is short of money."""
    poor = {
        "actors__army__treasury": 10_000, "actors__army__support": 20_000.0, "actors__movement__treasury": 0,
        "actors__movement__doctrine__taxing": 1.0, "actors__movement__doctrine__trading": 1.0,
        "resources": {"field": RESOURCE}, "calendar__steps": few(52, 8),
    }  # fmt: skip
    for on in (True, False):
        scenario = army_and_movement(mechanisms__means__enabled=on, **poor)
        record = simulate_replicate(scenario, 0)
        ledger, panel = record.ledger, record.panel
        assert ledger["money_error"] == ledger["fighters_error"] == ledger["people_error"] == 0
        assert ledger["money_end"] == panel.treasury[-1].sum()
        assert (ledger["fighters_home"] > 0) == on
        assert (panel.strain.max() > 0) == on
        if not on:
            assert panel.treasury[-1].tolist() == [10_000, 0]
