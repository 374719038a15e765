"""Interventions: each does what the scenario says from the step that contains its date, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from intervention_worlds import ARMY, MOVEMENT, RIVALS, SPLINTER, START, STEPS, TRUCE, day, fighters, played, still
from mechanisms.small import all_off, changed, tries, with_rivals

from sahelsim.errors import BadInput
from sahelsim.interventions.timeline import Timeline, step_of
from sahelsim.mechanisms.movement.kernel import FORBIDDEN
from sahelsim.replicate import close_ledger, simulate_replicate
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Role, Trait, TruceState
from sahelsim.world.build import build_blueprint


@pytest.fixture(scope="module")
def quiet():
    """What happens without interventions."""
    return played(still())[0]


STANDING = {
    "order": (
        {"type": "order", "actor": "movement", "target": {"place": "Port", "radius_km": 60}, "weight": 2.0},
        {"groups.attraction"},
    ),
    "change": (
        {"type": "change", "actor": "movement", "set": {"mobility": 0.9}, "scale": {"harshness": 2.0}},
        {"actors.traits"},
    ),
    "claim": ({"type": "claim", **RIVALS, "shift": 0.4}, {"actors.resting"}),
}


@pytest.mark.parametrize("kind", STANDING)
@pytest.mark.parametrize("until", [None, 7])
def test_what_stands_from_its_date_to_its_end(kind, until, quiet):
    """Dated in step 4 and until step 7 (or for good), it changes its own variable in those steps and nothing else."""
    what, variables = STANDING[kind]
    states, play = played(still(x={**what, "date": day(4), "until": None if until is None else day(until)}))
    for step, (state, usual) in enumerate(zip(states, quiet, strict=True)):
        holds = step >= 4 and (until is None or step <= until)
        assert changed(usual, state) == (variables if holds else set()), step
    assert close_ledger(play.world)["fighters_end"] == close_ledger(play.world)["fighters_start"]


def test_order_by_hand(quiet):
    """Weight 2 times minus the distance to the target in radii is added to the pull on the groups of the actor."""
    order = {**STANDING["order"][0], "date": day(0)}
    states, play = played(still(x=order), 1)
    ground = play.world.ground
    km = ground.grid.distance_km(np.arange(ground.cells), ground.grid.cell_of(2.0, 10.5))
    gain = states[0]["groups.attraction"] - quiet[0]["groups.attraction"]
    far = km > 150  # the point is not the centre of its cell
    assert gain[1][far] == pytest.approx(-2 * km[far] / 60, rel=0.35)
    assert gain[1].argmax() == ground.grid.cell_of(2.0, 10.5)
    assert (gain[[0, 2]] == 0).all()


def test_order_to_some_groups_only(quiet):
    order = {**STANDING["order"][0], "actor": "army", "groups": ["main"], "date": day(0)}
    pull = played(still(x=order), 1)[0][0]["groups.attraction"]
    assert [(pull[g] != quiet[0]["groups.attraction"][g]).any() for g in range(3)] == [True, False, False]


def test_changes_by_hand(quiet):
    """Later changes go over earlier ones, set before scale; when one ends the others remain."""
    a = {"type": "change", "actor": "movement", "set": {"pay": 2.0}, "scale": {"skill": 3.0}, "date": day(1)}
    b = {
        "type": "change",
        "actor": "movement",
        "set": {"pay": 2.0, "caution": 0.5},
        "scale": {"pay": 5.0},
        "date": day(3),
        "until": day(4),
    }
    states, _ = played(still(a=a, b=b))
    before = quiet[0]["actors.traits"][:, MOVEMENT]
    pay = [s["actors.traits"][Trait.PAY, MOVEMENT] for s in states[:6]]
    assert pay == [before[Trait.PAY], 2.0, 2.0, 10.0, 10.0, 2.0]
    skill = [s["actors.traits"][Trait.SKILL, MOVEMENT] for s in states[:6]]
    assert skill == pytest.approx([before[Trait.SKILL]] + 5 * [3 * before[Trait.SKILL]])
    assert (states[3]["actors.traits"][:, [ARMY, SPLINTER]] == quiet[0]["actors.traits"][:, [ARMY, SPLINTER]]).all()


def test_claims_add_up():
    claims = {f"c{i}": {"type": "claim", **RIVALS, "shift": s, "date": day(i)} for i, s in enumerate((0.2, -0.5))}
    states, _ = played(still(**claims), 2)
    resting = [s["actors.resting"][[MOVEMENT, SPLINTER], [SPLINTER, MOVEMENT]].tolist() for s in states]
    assert resting == [pytest.approx([0.5, 0.5]), pytest.approx([0.0, 0.0])]


def test_strike_by_hand(quiet):
    """Cohesion drops at once, not below 0, and comes back by its share a week."""
    strikes = {
        "x": {"type": "strike", "actor": "movement", "group": "hills", "cohesion_loss": 0.3, "date": day(4)},
        "y": {"type": "strike", "actor": "splinter", "group": "bands", "cohesion_loss": 1.0, "date": day(4)},
    }
    states, play = played(still(**strikes))
    recovery = 1 - play.blueprint.scenario.mechanisms.katiba.cohesion_recovery
    full = quiet[0]["groups.cohesion"]
    for step, state in enumerate(states):
        assert changed(quiet[step], state) == ({"groups.cohesion"} if step >= 4 else set())
        gap = np.array([0.0, 0.3, full[2]]) * (recovery ** (step - 3) if step >= 4 else 0.0)
        assert full - state["groups.cohesion"] == pytest.approx(gap, abs=1e-12)


def test_brokered_and_broken_truces(quiet):
    """Each sets the state of the dyad once and nothing else."""
    moves = {
        "x": {**TRUCE, "action": "broker", "date": day(3)},
        "y": {**TRUCE, "action": "break", "date": day(8)},
    }
    states, _ = played(still(**moves))
    truce = [int(s["actors.truce"][MOVEMENT, SPLINTER]) for s in states]
    assert truce == [TruceState.NONE] * 3 + [TruceState.NEGOTIATED] * 5 + [TruceState.NONE] * 4
    for step, (state, usual) in enumerate(zip(states, quiet, strict=True)):
        assert changed(usual, state) == ({"actors.truce"} if 3 <= step < 8 else set())
        np.testing.assert_array_equal(state["actors.truce"], state["actors.truce"].T)


@pytest.mark.parametrize("state", [TruceState.NONE, TruceState.TACIT, TruceState.NEGOTIATED])
def test_a_truce_that_is_held_stands_against_all_hazards(state):
    """Held, it is at least tacit and does not end though the hazard is enormous; afterwards it ends at once."""
    broken = {
        f"mechanisms__truce__{k}": v
        for k, v in {"breakdown_rate": 1.0, "breakdown_ideology": 40.0, "onset_rate": 0.0}.items()
    }
    hold = {"source": "test", **TRUCE, "action": "hold", "date": day(2), "until": day(8)}
    scenario = with_rivals(
        calendar__steps=STEPS,
        interventions__x=hold,
        **all_off(truce=True),
        **broken,
        mechanisms__truce__negotiated_hold=1.0,
    )
    play = begin(build_blueprint(scenario), 0)
    seen = []
    for step in range(STEPS):
        if step == 2:
            play.world.actors.truce[1, 2] = play.world.actors.truce[2, 1] = state
        run_step(play)
        seen.append((int(play.world.actors.truce[1, 2]), int(play.world.actors.held[1, 2])))
    assert seen == [(0, 0)] * 2 + [(max(state, TruceState.TACIT), 1)] * 7 + [(0, 0)] * 3


def deployment(**more):
    return {"type": "deploy", "actor": "splinter", "group": "bands", "fighters": 125, "date": day(4), **more}


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


PAST = {"date": day(-20), "until": day(-10)}


@pytest.mark.parametrize(
    "what",
    [
        *({**what, **PAST} for what, _ in STANDING.values()),
        {**TRUCE, "action": "hold", **PAST},
        {**TRUCE, "action": "broker", "date": day(-1, 6)},
        {"type": "strike", "actor": "movement", "group": "hills", "cohesion_loss": 0.3, "date": day(-1, 6)},
        {"type": "withdraw", "actor": "army", "share": 1.0, **PAST},
        {"type": "withdraw", "actor": "army", "share": 1.0, "date": day(-1)},
        {"type": "withdraw", "actor": "army", "share": 0.9, "date": day(-9), "until": day(-1, 6)},
        deployment(date=day(-9), until=day(-1, 6)),
        *({**what, "date": day(STEPS, 0)} for what, _ in STANDING.values()),
        deployment(date=day(STEPS, 0)),
        {**TRUCE, "action": "break", "date": day(STEPS + 50)},
    ],
    ids=lambda what: f"{what['type']}-{what['date']}",
)
def test_what_lies_before_the_start_or_after_the_end_does_nothing(what, quiet):
    states, play = played(still(x=what))
    n = quiet[0]["units.strength"].size
    for state, usual in zip(states, quiet, strict=True):
        cut = {name: values[:n] if name.startswith("units.") else values for name, values in state.items()}
        assert {name for name in changed(usual, cut) if name not in {"cells.order", "cells.side"}} == set()
    assert close_ledger(play.world)["fighters_in"] == close_ledger(play.world)["fighters_out"] == 0


@pytest.mark.parametrize("kind", STANDING)
def test_what_began_before_the_start_stands_from_the_first_step(kind, quiet):
    what, variables = STANDING[kind]
    states, _ = played(still(x={**what, "date": day(-40), "until": day(2)}), 5)
    assert [changed(q, s) for q, s in zip(quiet[:5], states, strict=True)] == [variables] * 3 + [set()] * 2


def test_what_is_dated_on_the_first_day_happens(quiet):
    strike = {"type": "strike", "actor": "movement", "group": "hills", "cohesion_loss": 0.3, "date": day(0, 0)}
    states, _ = played(still(x=strike, y={**TRUCE, "action": "broker", "date": day(0, 0)}), 1)
    assert states[0]["groups.cohesion"][1] < quiet[0]["groups.cohesion"][1]
    assert states[0]["actors.truce"][1, 2] == TruceState.NEGOTIATED


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


def test_dates_to_steps():
    """A step owns its first day and not the next step's; days before the start are in negative steps."""
    calendar = still().calendar
    assert [step_of(calendar, START + timedelta(days=d)) for d in (-8, -7, -1, 0, 6, 7, 83, 84)] == [
        -2,
        -1,
        -1,
        0,
        0,
        1,
        11,
        12,
    ]
    claim = STANDING["claim"][0]
    entries = Timeline.of(
        still(b={**claim, "date": day(5, 0)}, a={**claim, "date": day(5, 0), "until": day(5, 6)})
    ).entries
    assert [(e.name, e.first, e.end) for e in entries] == [("a", 5, 6), ("b", 5, STEPS + 1)]


@st.composite
def programmes(draw):
    """Up to four interventions of any type, dated from before the start to after the end."""
    actor, group = draw(st.sampled_from([("army", "main"), ("movement", "hills"), ("splinter", "bands")]))
    kinds = [
        *(what for what, _ in STANDING.values()),
        {"type": "deploy", "actor": actor, "group": group, "fighters": draw(st.integers(1, 900))},
        {
            "type": "withdraw",
            "actor": actor,
            "group": draw(st.sampled_from([None, group])),
            "share": draw(st.floats(0, 1)),
            "country": draw(st.sampled_from([None, "WST", "EST"])),
        },
        {"type": "strike", "actor": actor, "group": group, "cohesion_loss": draw(st.floats(0, 1))},
        *({**TRUCE, "action": action} for action in ("broker", "break", "hold")),
    ]
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    out = {}
    for i, what in enumerate(chosen):
        first = draw(st.integers(-5, STEPS + 2))
        lasts = what["type"] != "strike" and what.get("action", "hold") == "hold"
        until = draw(st.one_of(st.none(), st.integers(first, first + 8))) if lasts else None
        out[f"i{i}"] = {**what, "source": "test", "date": day(first), "until": None if until is None else day(until)}
    return out


@tries(40, 8)
@given(programmes(), st.integers(0, 2**63 - 1), st.sampled_from([1, 7, 31]))
def test_whatever_comes_from_outside_the_ledger_closes(programme, seed, step_days):
    """With all mechanisms on: nobody is made or lost, truces are symmetric, everybody stands on the grid."""
    keyed = {f"interventions__{name}": what for name, what in programme.items()}
    try:
        scenario = with_rivals(calendar__steps=STEPS, calendar__step_days=step_days, seed=seed, **keyed)
        build_blueprint(scenario)
    except BadInput:  # a contradiction; those have tests of their own
        assume(False)
    ledger = simulate_replicate(scenario, 1).ledger
    assert ledger["fighters_error"] == ledger["people_error"] == 0
    assert min(ledger.values()) >= 0
    _, play = played(scenario, 4)
    units, truce = play.world.units, play.world.actors.truce
    alive = units.strength > 0
    assert (units.strength >= 0).all()
    assert ((units.cell >= 0) & (units.cell < play.world.ground.cells)).all()
    np.testing.assert_array_equal(play.world.groups.actor[units.group[alive]], units.actor[alive])
    np.testing.assert_array_equal(truce, truce.T)


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


def test_a_claim_does_not_mend_a_truce():
    """A truce that is brokered and broken stays broken, whatever else happens to begin."""
    made, broken = {**TRUCE, "action": "broker", "date": day(1)}, {**TRUCE, "action": "break", "date": day(3)}
    states, _ = played(still(h=made, b=broken, c={**STANDING["claim"][0], "date": day(6)}), 8)
    assert [int(s["actors.truce"][1, 2]) for s in states] == [0, 2, 2, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("name", ["pay", "skill"])
def test_a_change_that_leaves_the_bounds_is_refused(name):
    """Pay and skill are divided by: scaled to 0 they make defections and battles of hazard nan."""
    with pytest.raises(BadInput, match=name):
        still(x={"type": "change", "actor": "movement", "scale": {name: 0.0}, "date": day(1)})


def test_when_all_leave_nobody_is_left():
    what = {"source": "test", "type": "withdraw", "actor": "splinter", "share": 1.0, "date": day(0), "until": day(10)}
    scenario = with_rivals(
        calendar__steps=STEPS, **all_off(), interventions__x=what, actors__splinter__groups__bands__fighters=15
    )
    states, _ = played(scenario)
    assert fighters(states, SPLINTER)[-1] == 0
