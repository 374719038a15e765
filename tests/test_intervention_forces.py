"""Forces that are deployed and withdrawn: who comes, who leaves, when, and nobody else."""

from __future__ import annotations

import numpy as np
import pytest
from intervention_worlds import ARMY, MOVEMENT, SPLINTER, STEPS, day, deployment, fighters, played, still
from mechanisms.small import all_off, changed, with_rivals

from sahelsim.mechanisms.movement.kernel import FORBIDDEN
from sahelsim.replicate import close_ledger
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Role
from sahelsim.world.build import build_blueprint


@pytest.fixture(scope="module")
def quiet():
    """What happens without interventions."""
    return played(still())[0]


@pytest.mark.parametrize("until", [None, 7])
def test_deployment(until, quiet):
    """125 fighters come in as units of the group, and leave after `until`; nobody else is touched."""
    states, play = played(still(x=deployment(until=None if until is None else day(until))))
    there = [step >= 4 and (until is None or step <= until) for step in range(STEPS)]
    assert fighters(states, SPLINTER) == [300 + 125 * now for now in there]
    ledger = close_ledger(play.world)
    assert (ledger["fighters_in"], ledger["fighters_out"]) == (125, 0 if until is None else 125)
    assert ledger["fighters_error"] == ledger["people_error"] == 0
    n = quiet[0]["units.strength"].size
    for step, (state, usual) in enumerate(zip(states, quiet, strict=True)):
        others = {name for name in changed(usual, state) if not name.startswith(("units.", "cells."))}
        assert others == ({"actors.usual"} if there[step] else set())
        assert state["actors.usual"][SPLINTER] == fighters([state], SPLINTER)[0]
        for name in ("strength", "cell", "home", "actor", "group", "role"):
            old = state[f"units.{name}"][:n] != usual[f"units.{name}"]
            assert not (old & (usual["units.strength"] > 0)).any(), (step, name)
    new = np.flatnonzero(states[4]["units.strength"])[-13:]
    assert states[4]["units.strength"][new].tolist() == [10] * 8 + [9] * 5  # 13 units of at most 10 share them evenly
    assert set(states[4]["units.group"][new]) == {2}


def test_a_deployment_goes_to_its_homes():
    """With the narrowest radius all stand in the cell of the place; the garrison share is that of the group."""
    force = {"type": "deploy", "actor": "army", "group": "main", "fighters": 200, "date": day(0)}
    home = {"latitude": 3.25, "longitude": 13.25, "radius_km": 1}
    states, play = played(still(x={**force, "homes": [home]}), 1)
    new = play.blueprint.reserve["x"]
    assert states[0]["units.strength"][new].tolist() == [20] * 10
    assert set(states[0]["units.cell"][new]) == {int(play.world.ground.grid.cell_of(3.25, 13.25))}
    assert (states[0]["units.role"][new] == Role.GARRISON).sum() == 5


@pytest.mark.parametrize("group", [None, "main"])
def test_withdrawal_at_once(group, quiet):
    """A quarter of 1,200 leaves in step 4, whole units first; nobody else is touched."""
    states, play = played(still(x={"type": "withdraw", "actor": "army", "group": group, "share": 0.25, "date": day(4)}))
    assert fighters(states, ARMY) == [1200] * 4 + [900] * 8
    for step, (state, usual) in enumerate(zip(states, quiet, strict=True)):
        assert {n for n in changed(usual, state) if not n.startswith("cells.")} == (
            {"units.strength", "actors.usual"} if step >= 4 else set()
        )
    assert close_ledger(play.world)["fighters_out"] == 300
    left = states[4]["units.strength"]
    assert ((left != quiet[4]["units.strength"]) & (left > 0)).sum() <= 1  # at most one unit is cut in two
    assert close_ledger(play.world)["fighters_error"] == 0


@pytest.mark.parametrize(("share", "steps"), [(0.5, 5), (1.0, 5), (0.31, 7), (0.0, 3)])
def test_withdrawal_by_and_by(share, steps):
    """The share of the strength at `date` leaves evenly from `date` to `until`."""
    what = {"type": "withdraw", "actor": "army", "share": share, "date": day(2), "until": day(2 + steps - 1)}
    states, play = played(still(x=what))
    left = fighters(states, ARMY)
    gone = -np.diff(left)[1 : 1 + steps]
    assert left[1] == 1200
    assert gone.sum() == close_ledger(play.world)["fighters_out"] == left[1] - left[-1]
    assert abs(gone.sum() - share * 1200) <= 1
    assert gone.max() - gone.min() <= 1
    assert close_ledger(play.world)["fighters_error"] == 0


def test_a_withdrawal_that_has_begun_before_the_start():
    """Of half of 1,200 over eight steps, four of which are past, the other four parts leave."""
    states, _ = played(still(x={"type": "withdraw", "actor": "army", "share": 0.5, "date": day(-4), "until": day(3)}))
    assert fighters(states, ARMY) == [1125, 1050, 975, *[900] * (STEPS - 3)]


def test_withdrawal_from_a_country(quiet):
    """Only those in the country leave, and from then on the actor may not enter it; others may."""
    leave = {"type": "withdraw", "actor": "army", "country": "EST", "share": 1.0, "date": day(4)}
    states, play = played(still(x=leave))
    east = play.world.ground.cells_country == 1
    for step, (state, usual) in enumerate(zip(states, quiet, strict=True)):
        gone = (state["units.actor"] == ARMY) & east[state["units.cell"]] & (step >= 4)
        expected = np.where(gone, 0, usual["units.strength"])
        assert expected.sum() < 1900 or step < 4
        np.testing.assert_array_equal(state["units.strength"], expected)
        barred = state["groups.attraction"] <= FORBIDDEN
        assert (barred == ((step >= 4) & east & (np.arange(3)[:, None] == ARMY))).all()


def test_a_group_without_units_has_nobody_to_withdraw():
    empty = with_rivals().actors["movement"].groups["hills"].model_dump(mode="json", exclude_none=True) | {
        "fighters": 0
    }
    leave = {"type": "withdraw", "actor": "movement", "group": "ghosts", "share": 1.0, "date": day(1), "source": "test"}
    made = {"actors__movement__groups__ghosts": empty, "interventions__x": leave}
    states, _ = played(with_rivals(calendar__steps=STEPS, **all_off(), **made), 3)
    assert fighters(states, MOVEMENT) == [400] * 3


def test_a_force_that_came_before_the_start_is_there_on_the_first_day():
    states, _ = played(still(x=deployment(date=day(-40), until=day(2))), 5)
    assert fighters(states, SPLINTER) == [425] * 3 + [300] * 2


def test_a_deployment_of_one_unit(quiet):
    states, _ = played(still(x=deployment(fighters=7)), 6)
    assert fighters(states, SPLINTER) == [300] * 4 + [307] * 2


def test_a_deployment_finds_room_when_all_places_are_taken():
    """Splinters of units may fill every place before the force comes in; it comes in all the same."""
    play = begin(build_blueprint(still(x=deployment(date=day(0)))), 0)
    place = np.arange(play.rolls.pool[SPLINTER], play.rolls.pool[SPLINTER + 1])
    play.world.units.strength[place] = 5
    run_step(play)
    assert play.world.ledger["fighters_in"] == 125


def test_a_withdrawal_takes_nobody_who_has_gone_over():
    what = {"type": "withdraw", "actor": "movement", "share": 1.0, "date": day(0), "until": day(9)}
    play = begin(build_blueprint(still(x=what)), 0)
    run_step(play)
    units = play.world.units
    gone_over = np.flatnonzero((units.actor == MOVEMENT) & (units.strength > 0))
    units.actor[gone_over], units.group[gone_over] = SPLINTER, 2
    for _ in range(STEPS - 1):
        run_step(play)
    assert units.strength[gone_over].sum() == 360


def test_a_withdrawal_takes_nobody_of_another_actor():
    what = {"type": "withdraw", "actor": "army", "group": "main", "share": 1.0, "date": day(0), "until": day(9)}
    play = begin(build_blueprint(still(x=what)), 0)
    run_step(play)
    units, new = play.world.units, int(play.rolls.pool[MOVEMENT + 1]) - 1
    units.strength[new], units.group[new], units.actor[new] = 400, 1, MOVEMENT  # a band that has split off since
    for _ in range(STEPS - 1):
        run_step(play)
    assert units.strength[new] == 400


def test_the_end_of_a_deployment_takes_nobody_who_has_gone_over():
    play = begin(build_blueprint(still(x=deployment(actor="movement", group="hills", date=day(0), until=day(1)))), 0)
    run_step(play)
    units = play.world.units
    band = int(play.blueprint.reserve["x"][0])
    units.actor[band], units.group[band] = SPLINTER, 2
    before = int(units.strength[band])
    for _ in range(3):
        run_step(play)
    assert units.strength[band] == before > 0


def test_an_army_that_has_left_a_country_does_not_rise_there():
    """It refills from its depot, but the country it has left is closed to it."""
    leave = {"type": "withdraw", "actor": "army", "country": "EST", "share": 1.0, "date": day(0), "source": "test"}
    scenario = with_rivals(calendar__steps=STEPS, **all_off(recruitment=True), interventions__x=leave)
    states, play = played(scenario)
    east = play.world.ground.cells_country == 1
    there = (states[-1]["units.actor"] == ARMY) & east[states[-1]["units.cell"]]
    assert states[-1]["units.strength"][there].sum() == 0


def test_a_country_left_before_the_start_is_closed():
    leave = {"type": "withdraw", "actor": "army", "country": "EST", "share": 1.0, "date": day(-9)}
    states, play = played(still(x=leave), 1)
    assert (states[0]["groups.attraction"][ARMY][play.world.ground.cells_country == 1] <= FORBIDDEN).all()


def test_when_all_leave_nobody_is_left():
    what = {"source": "test", "type": "withdraw", "actor": "splinter", "share": 1.0, "date": day(0), "until": day(10)}
    scenario = with_rivals(
        calendar__steps=STEPS, **all_off(), interventions__x=what, actors__splinter__groups__bands__fighters=15
    )
    states, _ = played(scenario)
    assert fighters(states, SPLINTER)[-1] == 0
