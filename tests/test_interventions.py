"""Interventions: each does what the scenario says from the step that contains its date, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from intervention_worlds import ARMY, MOVEMENT, RIVALS, SPLINTER, START, STEPS, TRUCE, day, deployment, played, still
from mechanisms.small import all_off, changed, tries, with_rivals

from sahelsim.errors import BadInput
from sahelsim.interventions.timeline import Timeline, step_of
from sahelsim.replicate import close_ledger, simulate_replicate
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Trait, TruceState
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
