"""What coups, operations, statements, borders, services, protection, entrances and splits do, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from intervention_worlds import ARMY, MOVEMENT, SPLINTER, STEPS, day, fighters, played, still
from mechanisms.small import changed

from sahelsim.replicate import close_ledger
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Account, Decision, Trait, TruceState
from sahelsim.world.build import build_blueprint


@pytest.fixture(scope="module")
def quiet():
    """What happens without interventions."""
    return played(still())[0]


# ------------------------------------------------------------------------------------------------- coups and operations

COUP = {"type": "coup", "actor": "army", "disruption": 0.6, "recovery": 2.0}


def test_disarray_by_hand(quiet):
    """It halves in two weeks; that of a second coup at step 6 makes 1 - (1 - 0.3)(1 - 0.5) in the step of its date."""
    later = {**COUP, "disruption": 0.5, "date": day(6)}
    states, _ = played(still(x={**COUP, "date": day(4)}, y=later))
    first = [0.6 * 2 ** (-(t - 4) / 2) if t >= 4 else 0.0 for t in range(STEPS)]
    second = [0.5 * 2 ** (-(t - 6) / 2) if t >= 6 else 0.0 for t in range(STEPS)]
    expected = [1 - (1 - a) * (1 - b) for a, b in zip(first, second, strict=True)]
    assert [s["actors.disarray"][ARMY] for s in states] == pytest.approx(expected)
    assert changed(quiet[5], states[5]) <= {"actors.disarray", "actors.drive"}
    assert all((s["actors.disarray"][[MOVEMENT, SPLINTER]] == 0).all() for s in states)


def test_a_coup_before_the_start_has_faded_and_its_doctrine_ends():
    coup = {**COUP, "date": day(-2), "until": day(1), "scale": {"harshness": 2.0}}
    states, play = played(still(x=coup), 4)
    assert states[0]["actors.disarray"][ARMY] == pytest.approx(0.3)
    before = play.blueprint.base_traits[Trait.HARSHNESS, ARMY]
    assert [s["actors.traits"][Trait.HARSHNESS, ARMY] / before for s in states] == [2, 2, 1, 1]


def test_disarray_takes_drive_and_services():
    """With nothing left of its services, fewer communities side with the state; nobody of its units moves."""
    rates = {"mechanisms__allegiance__services": 5.0, "mechanisms__allegiance__review_rate": 0.5}
    on = {**rates, "mechanisms__allegiance__enabled": True, "mechanisms__means__enabled": True}
    on |= {"mechanisms__movement__enabled": True, "actors__army__doctrine__governance": 3.0}
    coup = {**COUP, "disruption": 1.0, "recovery": 520.0, "date": day(2)}
    usual, _ = played(still(on))
    states, _ = played(still(on, x=coup))
    assert states[-1]["actors.drive"][ARMY] < 0.05
    of_army = states[-1]["units.actor"] == ARMY
    np.testing.assert_array_equal(states[2]["units.cell"][of_army], states[3]["units.cell"][of_army])
    with_state = [
        [int(s["communities.population"][s["communities.camp"] == 1].sum()) for s in run] for run in (usual, states)
    ]
    assert with_state[0][:2] == with_state[1][:2]
    assert with_state[1][-1] < 0.9 * with_state[0][-1]


def test_operation_by_hand(quiet):
    """Each takes part with its own pull, tempo and abuse, from the first to the last day."""
    sides = {
        "army": {"weight": 0.5, "groups": ["main"], "scale": {"initiative": 2.0}},
        "movement": {"weight": 2.0, "set": {"mobility": 0.9}, "abuse": 3.0},
    }
    what = {"type": "operation", "actors": sides, "target": {"place": "Port", "radius_km": 60}}
    states, _ = played(still(x={**what, "date": day(4), "until": day(7)}))
    for step, state in enumerate(states):
        assert changed(quiet[step], state) == ({"actors.traits", "groups.attraction"} if 4 <= step <= 7 else set())
    traits, before = states[4]["actors.traits"], quiet[4]["actors.traits"]
    assert traits[Trait.INITIATIVE, ARMY] == 2 * before[Trait.INITIATIVE, ARMY]
    assert traits[Trait.MOBILITY, MOVEMENT] == 0.9
    assert traits[Trait.HARSHNESS, MOVEMENT] == 3 * before[Trait.HARSHNESS, MOVEMENT]
    assert (traits != before).sum() == 3
    gain = states[4]["groups.attraction"] - quiet[4]["groups.attraction"]
    np.testing.assert_allclose(gain[0], gain[1] / 4, atol=1e-3)
    assert gain[1].min() < -1
    assert (gain[2] == 0).all()


# ------------------------------------------------------------------------------------------ commanders and statements


def test_a_strike_kills_the_commander():
    strike = {"type": "strike", "actor": "movement", "group": "hills", "cohesion_loss": 0.3, "date": day(4)}
    usual, _ = played(still({"mechanisms__katiba__enabled": True}), 5)
    states, play = played(still({"mechanisms__katiba__enabled": True}, x=strike), 5)
    assert states[3]["groups.commander"].tolist() == [0, 0, 0]
    assert states[4]["groups.commander"].tolist() == [0, 1, 0]
    assert states[4]["groups.command"][1] < usual[4]["groups.command"][1]
    lost = usual[4]["groups.cohesion"] - states[4]["groups.cohesion"]
    assert 0.25 < lost[1] < 0.35  # what is lost, and what a new commander does not regain at once
    assert lost[[0, 2]].tolist() == [0, 0]
    log = play.world.decisions
    kinds = log.rows[: int(log.count[0]), 1].tolist()
    assert kinds.count(Decision.COMMANDER_KILLED) == 1


@pytest.mark.parametrize("addressee", [None, "splinter"])
def test_a_statement_is_heard_from_its_day_on(addressee, quiet):
    said = {"type": "statement", "author": "movement", "addressee": addressee, "medium": "sermon", "weight": 6.0}
    states, play = played(still({"mechanisms__information__enabled": True}, x={**said, "date": day(4)}))
    fame = np.array([s["actors.fame"] for s in states])
    assert (fame[:4] == 0).all()
    assert (fame[:, [ARMY, SPLINTER]] == 0).all()
    assert fame[4, MOVEMENT] > fame[-1, MOVEMENT] > 0
    voice = states[4]["actors.voice"]
    np.testing.assert_array_equal(voice, voice.T)
    assert (voice[MOVEMENT, SPLINTER] > 0) == (addressee is not None)
    assert (np.delete(voice, [1, 2], axis=0) == 0).all()
    log = play.world.decisions
    assert log.rows[: int(log.count[0]), 1].tolist().count(Decision.STATEMENT) == 1


def test_nobody_hears_a_statement_where_information_is_off(quiet):
    said = {"type": "statement", "author": "movement", "medium": "claim", "weight": 6.0, "date": day(4)}
    states, _ = played(still(x=said))
    assert [changed(q, s) for q, s in zip(quiet, states, strict=True)] == [set()] * STEPS


# ------------------------------------------------------------------------------------- borders, services, protection


def test_borders_by_hand(quiet):
    """The border of the two, half closed; then all borders of the west, the sea included, harder still."""
    one = {"type": "border", "countries": ["EST", "WST"], "level": 0.5, "date": day(2), "until": day(6)}
    every = {"type": "border", "countries": ["WST"], "level": 0.75, "date": day(4), "until": day(5)}
    states, _ = played(still(x=one, y=every))
    west, east, outside = range(3)
    for step, state in enumerate(states):
        border = state["outside.border"]
        np.testing.assert_array_equal(border, border.T)
        both, coast = (0.75, 0.75) if 4 <= step <= 5 else (0.5, 0.0) if 2 <= step <= 6 else (0.0, 0.0)
        assert (border[west, east], border[west, outside], border[east, outside]) == (both, coast, 0)
        assert changed(quiet[step], state) == ({"outside.border"} if border.any() else set())


def test_nobody_crosses_a_closed_border():
    on = {"mechanisms__movement__enabled": True, "mechanisms__movement__closed_cost": 50.0}
    shut = {"type": "border", "countries": ["WST", "EST"], "level": 1.0, "date": day(2)}

    def crossings(scenario):
        states, play = played(scenario)
        country = play.world.ground.cells_country
        side = np.array([country[s["units.cell"]] for s in states])[:, states[0]["units.strength"] > 0]
        return (np.diff(side, axis=0) != 0).sum(axis=1)

    usual, closed = crossings(still(on)), crossings(still(on, x=shut))
    assert closed[0] == usual[0]
    assert usual[1:].sum() > 0
    assert closed[1:].sum() == 0


def test_services_by_hand(quiet):
    """Cells whose centre is within the radius, and that of the place itself; several programmes add up."""
    one = {"type": "services", "camp": "state", "area": {"place": "Port", "radius_km": 60}, "amount": 1.5}
    two = {"type": "services", "camp": "state", "area": {"place": "Port", "radius_km": 1}, "amount": 0.5}
    states, play = played(still(x={**one, "date": day(3)}, y={**two, "date": day(3), "until": day(5)}), 8)
    grid = play.world.ground.grid
    port = int(grid.cell_of(2.0, 10.5))
    aid = states[3]["outside.aid"]
    assert (aid[:, [0, 2, 3]] == 0).all()
    assert aid[port, 1] == 2.0
    km = grid.distance_km(np.arange(grid.size), port)
    assert set(aid[km < 20, 1]) <= {1.5, 2.0}
    assert (aid[km > 110, 1] == 0).all()
    assert states[7]["outside.aid"].max() == 1.5
    assert [changed(q, s) for q, s in zip(quiet[:3], states[:3], strict=True)] == [set()] * 3


def test_funded_services_win_people():
    on = {"mechanisms__allegiance__enabled": True, "mechanisms__allegiance__review_rate": 0.5}
    paid = {"type": "services", "camp": "state", "area": {"place": "Port", "radius_km": 1000}, "amount": 3.0}
    usual, states = (played(s)[0] for s in (still(on), still(on, x={**paid, "date": day(4)})))
    with_state = [[int((s["communities.camp"] == 1).sum()) for s in run] for run in (usual, states)]
    assert with_state[0][:4] == with_state[1][:4]
    assert with_state[1][-1] > 1.2 * with_state[0][-1]


def test_protection_by_hand(quiet):
    area = {"place": "Port", "radius_km": 1}
    shield = {"type": "protect", "area": area, "level": 0.5}
    states, play = played(
        still(x={**shield, "date": day(2)}, y={**shield, "level": 0.8, "date": day(4), "until": day(5)})
    )
    port = int(play.world.ground.grid.cell_of(2.0, 10.5))
    shelter = np.array([s["outside.shelter"] for s in states])
    assert shelter[:, port] == pytest.approx([0, 0, 0.5, 0.5, 0.9, 0.9] + 6 * [0.5])
    assert (np.delete(shelter, port, axis=1) == 0).all()
    assert [changed(q, s) for q, s in zip(quiet, states, strict=True)] == [set()] * 2 + [{"outside.shelter"}] * 10


def test_peacekeepers_come_protect_and_leave():
    """All stand in the protected cell; as half of them die so does half of the protection; the rest leave again."""
    guard = {"type": "protect", "area": {"place": "Port", "radius_km": 1}, "level": 0.8, "fighters": 60}
    guard |= {"actor": "army", "group": "main", "date": day(2), "until": day(6)}
    play = begin(build_blueprint(still(x=guard)), 0)
    units, seen = play.world.units, []
    port = int(play.world.ground.grid.cell_of(2.0, 10.5))
    new = play.blueprint.reserve["x"]
    for step in range(9):
        if step == 5:
            units.strength[new] //= 2
            play.world.ledger["fighters_start"] -= 30
        run_step(play)
        seen.append(float(play.world.outside.shelter[port]))
        if 2 <= step <= 4:
            assert units.strength[new].sum() == 60
            assert set(units.cell[new]) == {port}
    assert seen == pytest.approx([0, 0, 0.8, 0.8, 0.8, 0.4, 0.4, 0, 0])
    assert units.strength[new].sum() == 0
    ledger = close_ledger(play.world)
    assert (ledger["fighters_in"], ledger["fighters_out"]) == (60, 30)


@pytest.mark.parametrize("where", ["Port", "everywhere"])
def test_protection_prevents_attacks(where):
    on = {"mechanisms__civilian_harm__enabled": True, "mechanisms__civilian_harm__rate": 1.0}
    area = {"place": "Port", "radius_km": 1000 if where == "everywhere" else 1}
    plays = [
        played(s)[1] for s in (still(on), still(on, x={"type": "protect", "area": area, "level": 1.0, "date": day(4)}))
    ]
    logs = [p.world.violence.rows[: int(p.world.violence.count[0])] for p in plays]
    usual, safe = (log[log[:, 0] >= 4] for log in logs)
    np.testing.assert_array_equal(*(log[log[:, 0] < 4] for log in logs))
    protected = plays[1].world.outside.shelter[safe[:, 2]] > 0
    assert not protected.any()
    assert len(safe) < len(usual) if where == "everywhere" else len(usual) > 0
    assert len(safe) == 0 or where == "Port"


# --------------------------------------------------------------------------------------------------- entrances, splits


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


def test_the_dead_of_an_army_keep_their_places():
    """An army that recruits, too, raises its new bands behind the places to which its dead garrisons come back."""
    play = begin(build_blueprint(still({"actors__army__doctrine__recruiting": 0.5})), 0)
    first, raised = int(play.rolls.pool[ARMY]), int(play.rolls.raised[ARMY])
    assert play.rolls.spare[ARMY].tolist() == [first + raised, play.rolls.pool[ARMY + 1]]
    assert play.rolls.spare[MOVEMENT, 0] == play.rolls.pool[MOVEMENT]


def test_a_broken_truce_between_two_that_are_no_rivals():
    """It is put into the dyad all the same: between others than rivals a truce holds until it is broken."""
    what = {"type": "truce", "a": "army", "b": "movement", "what_if": True}
    states, _ = played(
        still(x={**what, "action": "broker", "date": day(2)}, y={**what, "action": "break", "date": day(5)})
    )
    truce = [int(s["actors.truce"][ARMY, MOVEMENT]) for s in states]
    assert truce == [0, 0] + 3 * [TruceState.NEGOTIATED] + 7 * [0]
