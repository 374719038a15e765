"""What coups, operations, statements, borders, services and protection do, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from intervention_worlds import ARMY, MOVEMENT, SPLINTER, STEPS, day, played, still
from mechanisms.small import changed

from sahelsim.replicate import close_ledger
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Decision, Trait, TruceState
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
