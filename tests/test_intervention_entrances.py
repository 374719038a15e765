"""What entrances and splits of actors do, and nothing else; who comes or leaves is neither growth nor loss."""

from __future__ import annotations

import numpy as np
import pytest
from intervention_worlds import ARMY, MOVEMENT, SPLINTER, day, fighters, played, still
from mechanisms.small import changed

from sahelsim.replicate import close_ledger
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Account, Trait
from sahelsim.world.build import build_blueprint


def newcomer(camp: str = "movement", fighters_: int = 90, **more):
    """Changes that put a fourth actor into the scenario."""
    actor = still().actors["movement"].model_dump(mode="json", exclude_none=True)
    group = actor["groups"]["hills"]
    actor |= {"name": "The Fourth", "camp": camp, "groups": {"vanguard": {**group, "fighters": fighters_}}, **more}
    return {"actors__fourth": actor}


def test_an_actor_enters():
    """Until its day it has nobody; then its groups stand there with their fighters. Nobody else is touched."""
    enter = {"type": "enter", "actor": "fourth", "date": day(4)}
    changes = newcomer(establishment=500, support=1000.0)
    never, _ = played(still(changes, x={**enter, "date": "2100-01-01"}))
    states, play = played(still(changes, x=enter))
    assert fighters(states, 3) == [0] * 4 + [90] * 8
    assert fighters(never, 3) == [0] * 12
    for step, (state, usual) in enumerate(zip(states, never, strict=True)):
        there = {name for name in changed(usual, state) if not name.startswith(("units.", "cells."))}
        assert there == (set() if step < 4 else {"actors.waiting", "actors.traits", "actors.usual"})
        alive = usual["units.strength"] > 0
        for name in ("strength", "cell", "home", "actor", "group", "role"):
            np.testing.assert_array_equal(state[f"units.{name}"][alive], usual[f"units.{name}"][alive])
    assert states[3]["actors.traits"][[Trait.ESTABLISHMENT, Trait.SUPPORT], 3].tolist() == [0, 0]
    assert states[4]["actors.traits"][[Trait.ESTABLISHMENT, Trait.SUPPORT], 3].tolist() == [500, 1000]
    ledger = close_ledger(play.world)
    assert (ledger["fighters_in"], ledger["fighters_error"]) == (90, 0)
    low, high = play.rolls.room[3]
    new = np.flatnonzero((states[-1]["units.actor"] == 3) & (states[-1]["units.strength"] > 0))
    assert low <= new.min() <= new.max() < high


def test_an_actor_that_entered_before_the_start_is_there_on_the_first_day():
    states, _ = played(still(newcomer(), x={"type": "enter", "actor": "fourth", "date": day(-30)}), 3)
    assert fighters(states, 3) == [90] * 3


def test_nobody_sides_with_a_camp_before_it_is_there():
    """The communities choose as if the camp did not exist; after the entrance some go over to it."""
    on = {"mechanisms__allegiance__enabled": True, "mechanisms__allegiance__review_rate": 0.5}
    usual, _ = played(still(on), 4)
    camps = {"camps": ["neutral", "state", "movement", "splinter", "fourth"]}
    enter = {"type": "enter", "actor": "fourth", "date": day(4)}
    states, _ = played(still({**on, **camps, **newcomer("fourth", 4000)}, x=enter))
    for state, without in zip(states[:4], usual, strict=True):
        np.testing.assert_array_equal(state["communities.camp"], without["communities.camp"])
    assert (states[-1]["communities.camp"] == 4).any()


SPLIT = {"type": "split", "actor": "movement", "groups": ["hills"], "into": "fourth", "cohesion_loss": 0.25}


def splitting(**more):
    """A movement of two groups and a fourth actor that waits for one of them."""
    group = still().actors["movement"].groups["hills"].model_dump(mode="json", exclude_none=True)
    two = {"actors__movement__groups__plains": {**group, "fighters": 120}, "actors__movement__treasury": 10_000}
    return {**two, **newcomer(fighters_=0, treasury=0, **more)}


def test_a_split_by_hand():
    """400 of 520 leave with their group, their share of the chest, and less cohesion."""
    usual, _ = played(still({**splitting(), "mechanisms__means__enabled": False}))
    states, play = played(still(splitting(), x={**SPLIT, "date": day(4)}))
    names = [name for _, name in play.blueprint.groups]
    hills, plains = names.index("hills"), names.index("plains")
    assert fighters(states, MOVEMENT) == [520] * 4 + [120] * 8
    assert fighters(states, 3) == [0] * 4 + [400] * 8
    assert (states[3]["groups.actor"][hills], states[4]["groups.actor"][hills]) == (MOVEMENT, 3)
    assert states[4]["groups.actor"][plains] == MOVEMENT
    lost = usual[4]["groups.cohesion"] - states[4]["groups.cohesion"]
    assert 0.2 < lost[hills] <= 0.25
    assert np.delete(lost, hills).tolist() == [0] * (len(lost) - 1)
    for name in ("strength", "cell", "home", "group", "role"):
        alive = np.flatnonzero(usual[4]["units.strength"])
        np.testing.assert_array_equal(states[4][f"units.{name}"][alive], usual[4][f"units.{name}"][alive])
    assert [s["actors.waiting"][3] for s in states] == [1] * 4 + [0] * 8
    assert close_ledger(play.world)["fighters_error"] == 0


def test_a_newcomer_takes_its_share_of_the_chest():
    on = {**splitting(), "mechanisms__means__enabled": True}
    play = begin(build_blueprint(still(on, x={**SPLIT, "date": day(0)})), 0)
    actors = play.world.actors
    actors.victories[MOVEMENT], actors.momentum[MOVEMENT], actors.fight_memory[MOVEMENT, ARMY] = 13.0, 0.5, 26.0
    actors.fight_memory[ARMY, MOVEMENT] = 26.0
    play.interventions.apply(play.world)
    assert actors.treasury[[MOVEMENT, 3]].tolist() == [10_000 - 7_692, 7_692]
    assert actors.accounts[Account.OPENING, [MOVEMENT, 3]].tolist() == [10_000 - 7_692, 7_692]
    assert actors.accounts.sum() == actors.treasury.sum()
    assert actors.victories[3] == pytest.approx(10.0)
    assert actors.momentum[3] == 0.5
    assert actors.fight_memory[3, ARMY] == actors.fight_memory[ARMY, 3] == pytest.approx(20.0)
    assert actors.fight_memory[3, 3] == actors.fight_memory[3, MOVEMENT] == 0


def test_a_split_into_an_actor_that_is_there():
    """It keeps its own chest and memories; the new men make the same move as what-if between rivals."""
    on = {**splitting(), "actors__splinter__treasury": 500, "mechanisms__means__enabled": True}
    play = begin(build_blueprint(still(on, x={**SPLIT, "into": "splinter", "what_if": True, "date": day(0)})), 0)
    play.interventions.apply(play.world)
    units = play.world.units
    assert units.strength[units.actor == SPLINTER].sum() == 700
    assert play.world.actors.treasury[[MOVEMENT, SPLINTER]].tolist() == [10_000, 500]


def test_groups_that_have_gone_over_follow_the_rules_of_their_new_actor():
    """The splinter operates in the west only: its new group may not enter the east, and grows in its own room."""
    on = {**splitting(operates_in=["WST"]), "mechanisms__recruitment__enabled": True}
    states, play = played(still(on, x={**SPLIT, "date": day(2)}), 4)
    hills = [name for _, name in play.blueprint.groups].index("hills")
    east = play.world.ground.cells_country == 1
    assert (states[1]["groups.attraction"][hills][east] > -1e8).all()
    assert (states[2]["groups.attraction"][hills][east] <= -1e8).all()
    low, high = play.rolls.room[3]
    units = play.world.units
    units.strength[(units.actor == 3) & (units.strength > 0)] += 40
    run_step(play)
    new = units.actor[low:high] == 3
    assert (units.strength[low:high][new] > 0).any()


def test_a_split_is_neither_growth_nor_loss():
    """400 of 520 leave and take their share of what the movement is used to along; it had fallen by half."""
    play = begin(build_blueprint(still(splitting(), x={**SPLIT, "date": day(0)})), 0)
    actors = play.world.actors
    actors.usual[[MOVEMENT, 3]] = 1040.0, 0.0
    play.interventions.apply(play.world)
    assert actors.usual[[MOVEMENT, 3]].tolist() == pytest.approx([240.0, 800.0])


def test_who_comes_from_outside_is_no_growth():
    """An actor that enters, men who are deployed, men who leave: none rises or falls by it."""
    states, _ = played(still(newcomer(), x={"type": "enter", "actor": "fourth", "date": day(4)}))
    assert fighters(states, 3)[3:5] == [0, 90]
    assert [s["actors.usual"][3] for s in states[3:5]] == [0.0, 90.0]
    assert all((s["actors.rise"] == 0.0).all() for s in states)
    deploy = {"type": "deploy", "actor": "army", "group": "main", "fighters": 300, "date": day(2), "until": day(5)}
    leave = {"type": "withdraw", "actor": "army", "share": 0.5, "date": day(8)}
    states, _ = played(still(x={**deploy}, y={**leave}))
    assert len(set(fighters(states, ARMY))) == 3
    assert [s["actors.usual"][ARMY] for s in states] == pytest.approx(fighters(states, ARMY))
    assert np.array([s["actors.rise"] for s in states]) == pytest.approx(0.0, abs=1e-12)


def test_who_leaves_takes_his_share_of_the_rise():
    """The army has four times its usual strength; half of it leaves, and it still has four times the usual."""
    leave = {"type": "withdraw", "actor": "army", "share": 0.5, "date": day(0)}
    play = begin(build_blueprint(still(x=leave)), 0)
    units, usual = play.world.units, play.world.actors.usual
    before = int(units.strength[units.actor == ARMY].sum())
    usual[ARMY] = before / 4
    play.interventions.apply(play.world)
    left = int(units.strength[units.actor == ARMY].sum())
    assert left == pytest.approx(before / 2, abs=1)
    assert usual[ARMY] == pytest.approx(left / 4)


def test_a_split_before_the_start_is_as_old_as_it_is():
    states, _ = played(still(splitting(), x={**SPLIT, "date": day(-30)}), 1)
    assert fighters(states, 3) == [400]
    assert (states[0]["groups.cohesion"] == played(still(splitting()), 1)[0][0]["groups.cohesion"]).all()
