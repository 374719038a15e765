"""Sieges: worked examples, invariants, and the laws of onset and hunger."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from mechanisms.siege_worlds import BY_HAND, scattered
from mechanisms.small import (
    UNLIKELY,
    Band,
    Village,
    changed,
    decisions_of,
    draws,
    few,
    least,
    little_world,
    snapshot,
    tries,
)
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.siege.step import keep_besiegers, run_step
from sahelsim.rng import Stream
from sahelsim.terms import Decision, SiegeEnd, Trait
from sahelsim.world.state import World

BESIEGER, ARMY, MILITIA = 0, 1, 2  # actors, of camps 1, 2 and 3


def village_under_threat(camp: int = 2, besiegers: int = 40, troops: int = 10, militia: int = 40) -> World:
    """Besiegers in two cells, troops and a village militia in the first; cells of twice the usual area."""
    world = little_world(
        [Band(0, 0, besiegers), Band(0, 1, 40), Band(1, 0, troops), Band(2, 0, militia)],
        [Village(0, 50, camp=2), Village(0, 800, camp=camp)],
        shape=(1, 2), actor_camp=(1, 2, 3), camps=4, extent=2.0,
    )  # fmt: skip
    a = world.actors
    a.enmity[:] = [[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]
    a.local[MILITIA] = 1
    a.traits[Trait.BESIEGING, BESIEGER], a.drive[BESIEGER] = 2.0, 0.5
    a.traits[Trait.ESTABLISHMENT, ARMY] = 100.0
    world.step = 9
    return world


def besiege(world: World, m: int = 1, **values: float) -> None:
    """Put a siege of community `m` in place."""
    c = world.communities
    c.besieger[m], c.siege_start[m] = BESIEGER, world.step - 4
    c.tightness[m], c.hunger[m] = values.get("tightness", 0.5), values.get("hunger", 0.5)


@pytest.mark.parametrize(("camp", "will"), [(2, 1.0), (3, 0.5), (0, 0.1)])
def test_onset_by_hand(camp: int, will: float) -> None:
    """S = 40 + 40 / 4 = 50, D = 10 + 40 / 2 = 30 with V = 20, s = 2 * 10: P = 1/2, and resistance 1 + 3 * 20/40 = 2.5.

    With besieging 2 * 0.5 and half a shelter, lambda = 0.2 * w * 0.5 * 2.5 * 0.5 = 0.125 w a week. The village of 50
    is too small to be worth a siege.
    """
    u = float(draws(village_under_threat(), Stream.SIEGE, BESIEGER)[0, 0])  # cell 0, actor 0
    for share, sieges in ((0.999, []), (1.001, [1])):
        world = village_under_threat(camp)
        world.outside.shelter[0] = 0.5
        run_step(world, BY_HAND, -math.log1p(-u) / (0.125 * will) * share)
        assert np.flatnonzero(world.communities.besieger >= 0).tolist() == sieges
    assert decisions_of(world) == [(9, Decision.SIEGE_START, 0, 1, -1, BESIEGER, 800)]
    terms = world.decisions.terms[0].tolist()
    assert terms == pytest.approx([50.0, 30.0, will, 2.5, 0.125 * will, 0.0, 0.0, 0.0])
    assert (world.communities.siege_start[1], world.communities.tightness[1]) == (9, 0.0)


@pytest.mark.parametrize(
    "spared",
    ["of its own camp", "in a pact", "too large", "sheltered", "no besieger", "too few besiegers", "elsewhere"],
)
def test_who_is_not_besieged(spared: str) -> None:
    world = village_under_threat()
    if spared == "of its own camp":
        world.communities.camp[1] = 1
    elif spared == "in a pact":
        world.communities.pact[1] = BESIEGER
    elif spared == "too large":
        world.communities.population[1] = 5001
    elif spared == "sheltered":
        world.outside.shelter[0] = 1.0
    elif spared == "no besieger":
        world.actors.traits[Trait.BESIEGING] = 0.0
    elif spared == "too few besiegers":
        world = village_under_threat(besiegers=5)  # 5 + 40 / 4 = 15: enough for one siege of 10, not for another
        besiege(world, 0)
    else:
        world = village_under_threat(besiegers=0)
    before = world.communities.besieger.tolist()
    run_step(world, BY_HAND.model_copy(update={"lifting": 0.0, "surrender": 0.0}), 1000.0)
    assert world.communities.besieger.tolist() == before


def test_tightness_hunger_and_grievance_by_hand() -> None:
    """Half a siege tightens halfway from 0.2 to P = 0.5 in a week: T = 0.35.

    dH/dt = 0.4 * 0.35 (1 - H) - 0.2 * 0.65 H = 0.14 - 0.27 H, so H = 14/27 + (0.5 - 14/27) exp(-0.27).
    """
    world = village_under_threat()
    besiege(world, tightness=0.2, hunger=0.5)
    run_step(world, BY_HAND.model_copy(update={"surrender": 0.0, "lifting": 0.0}), 1.0)
    c = world.communities
    hunger = 14 / 27 + (0.5 - 14 / 27) * math.exp(-0.27)
    assert c.tightness[1] == pytest.approx(0.35)
    assert c.hunger[1] == pytest.approx(hunger)
    # Against the besiegers 0.5 H; against the army's camp 0.3 H 20 / (20 + 10) for its ten men; none other.
    assert c.grievance[1].tolist() == pytest.approx([0.0, 0.5 * hunger, 0.2 * hunger, 0.0])
    assert not c.grievance[0].any()


def test_hunger_goes_when_the_siege_is_over_by_hand() -> None:
    world = village_under_threat()
    world.actors.traits[Trait.BESIEGING] = 0.0
    world.communities.hunger[:] = [0.0111, 0.8]
    run_step(world, BY_HAND, 1.0)
    assert world.communities.hunger.tolist() == pytest.approx([0.0, 0.8 * math.exp(-0.2)])  # 0.009 counts as fed


def ends(world: World) -> list[tuple[int, ...]]:
    return [row for row in decisions_of(world) if row[1] == Decision.SIEGE_END]


def test_surrender_by_hand() -> None:
    """After as long as patience: 2 H * 1/2 * (1 + 0.5) / 2 * exp(-g), with H = 0.5 and g = 0.25 held constant."""
    still = BY_HAND.model_copy(
        update={"tightening": 0.0, "hungering": 0.0, "recovery": 0.0, "grievance": 0.0, "lifting": 0.0}
    )
    hazard = 2.0 * 0.5 * 0.5 * 0.75 * math.exp(-0.25)
    u = float(draws(village_under_threat(), Stream.SIEGE_END, 1)[0, 0])
    for share, over in ((0.999, False), (1.001, True)):
        weeks = -math.log1p(-u) / hazard * share
        world = village_under_threat()
        besiege(world)
        world.communities.grievance[1, 1] = 0.25
        world.cells.trust[0, BESIEGER] = 0.5
        run_step(world, still.model_copy(update={"patience": 4 * weeks}), weeks)  # under siege for four steps
        assert world.communities.camp[1] == (1 if over else 2)
        assert len(ends(world)) == over
    (row,) = ends(world)
    assert row == (9, Decision.SIEGE_END, 0, 1, BESIEGER, SiegeEnd.SURRENDER, 800)
    assert decisions_of(world)[1] == (9, Decision.PLEDGE, 0, 1, 2, 1, 800)
    assert world.decisions.terms[0, 3] == 0.5  # hunger is a term of the siege's end,
    assert not world.decisions.terms[1].any()  # and the pledge has none of its own
    assert world.communities.besieger[1] == world.communities.siege_start[1] == -1
    assert world.communities.tightness[1] == 0.0
    assert world.communities.hunger[1] == 0.5  # hunger outlasts the siege


@pytest.mark.parametrize(
    ("besiegers", "troops", "end"), [(0, 0, SiegeEnd.LIFTED), (20, 400, SiegeEnd.RELIEF), (40, 0, None)]
)
def test_lifted_and_relieved(besiegers: int, troops: int, end: SiegeEnd | None) -> None:
    """Nobody left to besiege, or troops that outnumber by far: the siege ends so. Without either it goes on."""
    world = village_under_threat(camp=3, besiegers=besiegers, troops=troops)
    if besiegers == 0:
        world.units.strength[world.units.actor == BESIEGER] = 0
    besiege(world)
    p = BY_HAND.model_copy(update={"surrender": 0.0, "rate": 0.0})
    run_step(world, p, 50.0)
    assert [row[5] for row in ends(world)] == ([] if end is None else [end])
    assert (world.communities.besieger[1] >= 0) == (end is None)
    assert world.communities.camp[1] == 3


def test_a_village_militia_does_not_relieve_a_village() -> None:
    world = village_under_threat(camp=3, troops=0, militia=4000)
    besiege(world)
    run_step(world, BY_HAND.model_copy(update={"surrender": 0.0, "rate": 0.0}), 50.0)
    assert world.communities.besieger[1] == BESIEGER


@pytest.mark.parametrize("why", ["went over", "deserted", "friends", "stopped"])
def test_a_siege_without_a_point_is_over(why: str) -> None:
    world = village_under_threat()
    besiege(world)
    expected = SiegeEnd.SURRENDER if why == "went over" else SiegeEnd.LIFTED
    if why == "went over":
        world.communities.camp[1] = 1
    elif why == "deserted":
        world.communities.population[1] = 0
    elif why == "friends":
        world.actors.enmity[:] = 0.0
    else:
        world.actors.traits[Trait.BESIEGING] = 0.0
    run_step(world, BY_HAND.model_copy(update={"rate": 0.0, "surrender": 0.0}), 1e-6)
    assert [row[5] for row in ends(world)] == [expected]
    assert len(decisions_of(world)) == 1  # who went over has pledged before


def test_besiegers_stay_by_hand() -> None:
    """A cell is worth 1.5 more to the besieger, however many sieges it lays there; nothing changes elsewhere."""
    world = village_under_threat()
    besiege(world, 0)
    besiege(world, 1)
    keep_besiegers(world, BY_HAND)
    assert world.cells.appeal.tolist() == [[1.5, 0.0, 0.0], [0.0, 0.0, 0.0]]


# --- invariants and laws


@tries(60, 12)
@given(seed=st.integers(0, 2**32 - 1), weeks=st.floats(1 / 7, 31 / 7), steps=st.integers(1, 5))
def test_invariants(seed: int, weeks: float, steps: int) -> None:
    world, p = scattered(seed)
    c, before = world.communities, snapshot(world)
    standing = int((c.besieger >= 0).sum())
    for _ in range(steps):
        run_step(world, p, weeks)
        world.step += 1
        under = c.besieger >= 0
        assert ((c.besieger >= -1) & (c.besieger < 5)).all()
        assert ((c.hunger >= 0) & (c.hunger <= 1) & (c.tightness >= 0) & (c.tightness <= 1)).all()
        assert (c.tightness[~under] == 0).all()
        assert ((c.siege_start >= 0) == under).all()
        assert (c.camp[under] != world.actors.camp[c.besieger[under]]).all()
        assert (world.actors.traits[Trait.BESIEGING, c.besieger[under]] > 0).all()
    touched = changed(before, snapshot(world)) - {
        "cells.start",
        "cells.order",
        "cells.side_start",
        "cells.side",
        "cells.strength",
        "cells.pledged",
    }
    names = ("camp", "besieger", "tightness", "hunger", "siege_start", "grievance")
    assert touched <= {f"communities.{name}" for name in names}  # people and fighters are where they were
    kinds = [row[1] for row in decisions_of(world)]
    assert standing + kinds.count(Decision.SIEGE_START) - kinds.count(Decision.SIEGE_END) == (c.besieger >= 0).sum()
    assert np.isfinite(world.decisions.terms[: len(kinds)]).all()
    for step, kind, cell, _, _, a, size in decisions_of(world):
        if kind == Decision.SIEGE_START:
            assert before["units.strength"][(world.units.cell == cell) & (world.units.actor == a)].sum() > 0
            assert p.min_people <= size <= p.max_people
            begun = [r for r in decisions_of(world) if r[:3] == (step, kind, cell) and r[5] == a]
            assert len(begun) == 1


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 4.0])
def test_hunger_follows_its_equation(weeks: float) -> None:
    """A fully tight siege: 1 - H falls as exp(-hungering t), however it is cut into steps; nobody eats in the end."""
    p = least(SiegeParameters, reach=0.0, crew=1.0, hungering=0.1, recovery=0.3, tightening=0.0)
    world = village_under_threat()
    besiege(world, tightness=1.0, hunger=0.0)
    for _ in range(round(12 / weeks)):
        run_step(world, p, weeks)
    assert world.communities.hunger[1] == pytest.approx(1 - math.exp(-1.2), rel=1e-4)
    run_step(world, p, 400.0)
    assert world.communities.hunger[1] == pytest.approx(1.0)


@pytest.mark.parametrize("weeks", [1 / 7, 1.0, 4.0])
def test_chance_of_a_siege(weeks: float) -> None:
    """1 - exp(-lambda weeks) of many equal cells; S / (S + s) = 1/2, so lambda = 0.1 a week."""
    side = few(64, 20)
    n = side * side - 1
    world = little_world(
        [Band(0, cell, 20) for cell in range(n)] + [Band(1, n, 20)], [Village(cell, 500, camp=2) for cell in range(n)],
        shape=(side, side),
    )  # fmt: skip
    world.actors.enmity[:] = [[0, 1], [1, 0]]
    world.actors.traits[Trait.BESIEGING, 0] = 1.0
    p = least(SiegeParameters, rate=0.2, presence_scale=20.0, crew=5.0, max_people=1000)
    run_step(world, p, weeks)
    found = int((world.communities.besieger == 0).sum())
    assert binomtest(found, n, 1 - math.exp(-0.1 * weeks)).pvalue > UNLIKELY
