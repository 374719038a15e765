"""Each mechanism switched off: what it does no longer happens, what it answers for stays as it was, nobody is lost."""

from __future__ import annotations

import numpy as np
import pytest
from mechanisms.small import SWITCHES, all_off, bytes_of, decisions_of, lively, snapshot

from sahelsim.replicate import close_ledger, simulate_replicate
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Account, Decision, Harm, SiegeEnd, TruceState
from sahelsim.world.build import build_blueprint

RED, BLUE, ARMY, WATCH = range(4)
"""Actors of the lively world: two rival movements, an army, and the militia of a people."""


def history(**changes):
    """Snapshots before the first and after each step, and the play."""
    play = begin(build_blueprint(lively(**changes)), 0)
    states = [snapshot(play.world)]
    for _ in range(play.blueprint.scenario.calendar.steps):
        run_step(play)
        states.append(snapshot(play.world))
    return states, play


def off(*names: str) -> dict[str, bool]:
    return {f"mechanisms__{name}__enabled": False for name in names}


def column(states, name: str) -> np.ndarray:
    return np.stack([s[name] for s in states])


def violence(play, *names: str) -> np.ndarray:
    """Columns of the log of violence."""
    buffer = play.world.violence
    return buffer.rows[: int(buffer.count[0])][:, [buffer.columns.index(n) for n in names]]


def kinds(play) -> set[int]:
    return {row[1] for row in decisions_of(play.world)}


def still(states, *names: str) -> bool:
    return all((column(states, name) == states[0][name]).all() for name in names)


@pytest.fixture(scope="module")
def everything():
    """All mechanisms on."""
    return history()


def test_with_everything_on_everything_happens(everything):
    """What the tests below find missing is there when nothing is switched off."""
    states, play = everything
    assert set(violence(play, "kind")[:, 0].tolist()) == set(Harm)
    assert kinds(play) == set(Decision)
    assert play.world.ledger["recruits"] > 0
    assert column(states, "communities.away").max() > 0
    assert len(np.unique(column(states, "actors.truce"))) > 1
    assert not any(still(states, name) for name in IDLE)


IDLE = (
    "units.cell", "groups.actor", "groups.commander", "groups.cohesion",
    "communities.besieger", "communities.tightness", "communities.hunger", "communities.pact", "communities.pact_harm",
    "cells.trust", "cells.bound", "actors.treasury", "actors.arrears", "actors.strain", "actors.drive", "actors.fame",
    "actors.voice", "actors.momentum",
)  # fmt: skip
"""What one or another of the tests below finds at rest; none of it is with everything on."""


def test_movement():
    """A unit leaves its cell only to retreat from a battle that its actor has lost there in that step."""
    states, play = history(**off("movement", "recruitment", "self_defence"))  # the latter fill the places of the dead
    cell, strength, actor = (column(states, f"units.{name}") for name in ("cell", "strength", "actor"))
    lost = {
        (int(step), int(c), int(b if winner == a else a))
        for step, kind, c, a, b, winner in violence(play, "step", "kind", "cell", "side_a", "side_b", "winner")
        if kind == Harm.BATTLE
    }
    moved = np.argwhere((cell[1:] != cell[:-1]) & (strength[1:] > 0))
    assert len(moved) > 0
    for step, u in moved:
        assert (step, cell[step, u], actor[step, u]) in lost, (step, u)


def test_movement_and_battle():
    """Without either nobody alive goes anywhere."""
    states, _ = history(**off("movement", "battle", "recruitment", "self_defence"))
    assert still(states, "units.cell")


def test_battle():
    """Nobody falls, no commander either; fighters only go home unpaid, or as watches that stand down."""
    states, play = history(**off("battle", "means"), mechanisms__self_defence__stand_down=0.0)
    assert Harm.BATTLE not in violence(play, "kind")
    assert close_ledger(play.world)["fighters_killed"] == 0
    assert still(
        states,
        "actors.momentum",
        "actors.victories",
        "actors.defeats",
        "actors.loss_memory",
        "actors.fight_memory",
        "cells.losses",
        "groups.commander",
    )
    assert (np.diff(column(states, "units.strength").sum(1)) >= 0).all()


def test_civilian_harm():
    _, play = history(**off("civilian_harm"))
    assert set(violence(play, "kind")[:, 0].tolist()) == {Harm.BATTLE, Harm.REVENGE}


def test_revenge():
    _, play = history(**off("revenge"))
    assert set(violence(play, "kind")[:, 0].tolist()) == {Harm.BATTLE, Harm.VIOLENCE_AGAINST_CIVILIANS}


def test_no_violence_against_anybody():
    """Without harm, revenge, hunger and broken words no civilian dies, and nobody has anything to fear or to resent."""
    states, play = history(**off("civilian_harm", "revenge", "siege", "pact"))
    assert close_ledger(play.world)["civilians_killed"] == 0
    assert still(states, "communities.fear", "communities.grievance", "communities.away", "cells.harm")


def test_allegiance():
    """Communities keep the side of the first day, unless they surrender to those who besiege them."""
    states, play = history(**off("allegiance", "siege"))
    assert still(states, "communities.camp")
    assert not kinds(play) & {Decision.PLEDGE, Decision.LAPSE}
    assert len(np.unique(states[0]["communities.camp"])) > 1
    states, play = history(**off("allegiance"))
    camp, log = column(states, "communities.camp"), decisions_of(play.world)
    changed = {(int(step), int(m)) for step, m in np.argwhere(camp[1:] != camp[:-1])}
    surrendered = {(row[0], row[3]) for row in log if row[1] == Decision.SIEGE_END and row[5] == SiegeEnd.SURRENDER}
    assert changed == {(row[0], row[3]) for row in log if row[1] == Decision.PLEDGE} == surrendered != set()


def test_defection():
    """Nobody alive changes group, nor actor unless the whole group does."""
    states, play = history(**off("defection", "recruitment", "self_defence"))  # the latter fill the places of the dead
    assert Decision.DEFECTION not in kinds(play)
    strength, actor, group = (column(states, f"units.{name}") for name in ("strength", "actor", "group"))
    alive = strength[:-1] > 0
    assert (group[1:] == group[:-1])[alive].all()
    assert not still(states, "groups.actor")
    assert (actor == np.take_along_axis(column(states, "groups.actor"), group.astype(np.int64), 1))[:-1][alive].all()


def test_katiba():
    """No commander is lost and groups keep their actor; bands go over all the same."""
    states, play = history(**off("katiba"))
    assert not kinds(play) & {Decision.KATIBA_DEFECTION, Decision.COMMANDER_KILLED}
    assert still(states, "groups.actor", "groups.commander", "groups.command")
    assert Decision.DEFECTION in kinds(play)


def test_recruitment_and_self_defence():
    """No recruits: fighters only die or go home, people die or flee; no unit is filled, split or raised."""
    states, play = history(**off("recruitment", "self_defence"))
    ledger = close_ledger(play.world)
    assert ledger["recruits"] == 0
    assert (np.diff(column(states, "units.strength"), axis=0) <= 0).all()
    people = column(states, "communities.population").sum(1) + column(states, "communities.away").sum(1)
    assert people[0] - people[-1] == ledger["civilians_killed"] - ledger["fighters_home"]
    assert min(ledger["civilians_killed"], ledger["fighters_home"]) > 0
    assert not play.world.actors.accounts[Account.RECRUITMENT].any()


def test_self_defence():
    """No militia is raised or stands down, however much blood is shed; other actors recruit on."""
    _, play = history(**off("self_defence"))
    assert not kinds(play) & {Decision.MILITIA_RAISED, Decision.MILITIA_STOOD_DOWN}
    assert play.world.ledger["bands_refused"] == 0 < play.world.ledger["recruits"]


def test_watches_that_never_stand_down():
    """Militias are raised all the same, and who goes home is a deserter."""
    _, play = history(mechanisms__self_defence__stand_down=0.0)
    assert Decision.MILITIA_RAISED in kinds(play)
    assert Decision.MILITIA_STOOD_DOWN not in kinds(play)
    assert play.world.ledger["fighters_home"] > 0
    _, play = history(**off("means"), mechanisms__self_defence__stand_down=0.0)
    assert play.world.ledger["fighters_home"] == 0


def test_siege():
    """Nobody is cut off, nobody goes hungry, and nobody surrenders."""
    states, play = history(**off("siege"))
    assert not kinds(play) & {Decision.SIEGE_START, Decision.SIEGE_END}
    names = ("besieger", "tightness", "hunger", "siege_start")
    assert still(states, *(f"communities.{name}" for name in names))
    assert (play.world.communities.besieger == -1).all()
    assert not play.world.communities.hunger.any()


def test_pact():
    """Nobody offers terms, no cell is bound by a pact, and no word is kept or broken."""
    states, play = history(**off("pact"))
    assert not kinds(play) & {Decision.PACT_MADE, Decision.PACT_REFUSED, Decision.PACT_BROKEN}
    names = ("communities.pact", "communities.pact_start", "communities.pact_harm", "cells.trust", "cells.bound")
    assert still(states, *names)
    assert (play.world.communities.pact == -1).all()
    assert not play.world.cells.trust.any()


def test_means():
    """Nothing is taken, paid or ransomed: accounts hold what was there at the opening, and nobody is hard up."""
    states, play = history(**off("means"))
    actors, ledger = play.world.actors, close_ledger(play.world)
    assert Decision.KIDNAPPING not in kinds(play)
    assert still(states, *(f"actors.{name}" for name in ("accounts", "treasury", "arrears", "strain", "drive")))
    assert not actors.accounts[[account for account in Account if account != Account.OPENING]].any()
    assert actors.accounts[Account.OPENING].tolist() == actors.treasury.tolist()
    assert not actors.strain.any()
    stood_down = sum(row[6] for row in decisions_of(play.world) if row[1] == Decision.MILITIA_STOOD_DOWN)
    assert (ledger["fighters_home"], ledger["money_error"]) == (stood_down, 0)  # nobody deserts
    assert ledger["recruits"] > 0  # who has no budget recruits without one


def test_information():
    """Nobody says anything, not even what a scenario would have him say: no fame, and no quarrel of words."""
    sermon = {"type": "statement", "date": "2017-02-01", "author": "RED", "addressee": "BLUE", "medium": "sermon"}
    states, play = history(**off("information"), interventions__sermon={**sermon, "weight": 5.0, "source": "test"})
    assert Decision.STATEMENT not in kinds(play)
    assert still(states, "actors.fame", "actors.voice")
    assert not play.world.actors.fame.any()
    assert not play.world.actors.voice.any()


def test_truce():
    """None begins, none ends, and the one that stands at the start does not act: enmity is hostility."""
    states, play = history(**off("truce"))
    assert not kinds(play) & {Decision.TRUCE_ONSET, Decision.TRUCE_BREAKDOWN}
    assert (column(states, "actors.truce")[:, RED, BLUE] == TruceState.TACIT).all()
    assert (column(states, "actors.enmity")[1:] == column(states, "actors.hostility")[1:]).all()
    assert (column(states, "actors.enmity")[1:, RED, BLUE] > 0.2).all()


def test_hostility_drifts_without_truces():
    """Battles raise the hostility of rivals and time lets it fall back, whether or not truces are made."""
    calm = {"relations__rivalries__red_blue__base": 0.2, "relations__rivalries__red_blue__ideology": 0.5}
    states, _ = history(**off("truce"), mechanisms__truce__escalation=0.1, **calm)
    hostility = column(states, "actors.hostility")[:, RED, BLUE]
    assert (np.diff(hostility) > 0).any()
    assert (np.diff(hostility) < 0).any()


def test_displacement():
    """Nobody flees; people only die, take up arms or come home: from an army that does not pay, or as watches do."""
    states, play = history(**off("displacement"))
    assert still(states, "communities.away", "communities.hosted", "communities.away_at")
    assert int(play.world.flows.count[0]) == 0
    assert play.world.ledger["fighters_home"] > 0
    states, _ = history(**off("displacement", "means"), mechanisms__self_defence__stand_down=0.0)
    assert (np.diff(column(states, "communities.population"), axis=0) <= 0).all()


def test_everything_off():
    """A world in which nothing is on stands still."""
    states, play = history(**all_off())
    worked_out = {"actors.enmity", "actors.usual", "groups.attraction", "cells.pledged", "cells.appeal"}
    assert still(states, *(set(states[0]) - worked_out))
    assert all(np.array_equal(states[1][name], states[-1][name]) for name in worked_out)  # on the first day
    logs = play.world.violence, play.world.decisions, play.world.flows
    assert [int(log.count[0]) for log in logs] == [0, 0, 0]


@pytest.fixture(scope="module")
def whole(everything):
    """The record of the play with all mechanisms on."""
    return simulate_replicate(everything[1].blueprint.scenario, 0)


@pytest.mark.parametrize("name", SWITCHES)
def test_people_fighters_and_money_are_conserved(name, whole):
    """Each switch makes another history, and the ledger closes all the same."""
    without = simulate_replicate(lively(**off(name)), 0)
    assert {name: value for name, value in without.ledger.items() if name.endswith("_error")} == {
        "people_error": 0, "fighters_error": 0, "money_error": 0,
    }  # fmt: skip
    assert bytes_of(without) != bytes_of(whole)
