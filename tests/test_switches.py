"""Each mechanism switched off: what it does no longer happens, what it answers for stays as it was, nobody is lost."""

from __future__ import annotations

import numpy as np
import pytest
from mechanisms.small import SWITCHES, all_off, bytes_of, decisions_of, few, snapshot, with_rivals

from sahelsim.replicate import close_ledger, simulate_replicate
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Decision, Harm, TruceState
from sahelsim.world.build import build_blueprint

STEPS = few(40, 14)
LIVELY = {
    "calendar__steps": STEPS, "mechanisms__defection__rate": 0.5, "mechanisms__defection__cohesion": 0.0,
    "mechanisms__truce__onset_rate": 0.5, "mechanisms__truce__breakdown_rate": 0.1, "mechanisms__battle__rate": 1.0,
    "mechanisms__civilian_harm__rate": 0.3, "mechanisms__revenge__rate": 0.5, "mechanisms__revenge__standing": 0.3,
    "mechanisms__displacement__flight_rate": 0.5, "mechanisms__displacement__town_size": 1000,
    "mechanisms__recruitment__rate": 0.005, "mechanisms__recruitment__ceiling": 0.05,
}  # fmt: skip
"""Rates so high that in a few steps everything happens that can happen."""


def history(**changes):
    """Snapshots before the first and after each step, and the play."""
    play = begin(build_blueprint(with_rivals(**LIVELY, **changes)), 0)
    states = [snapshot(play.world)]
    for _ in range(STEPS):
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
    assert not still(states, "units.cell")


def test_movement():
    """A unit leaves its cell only to retreat from a battle that its actor has lost there in that step."""
    states, play = history(**off("movement", "recruitment"))  # recruits may raise dead units at home
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
    states, _ = history(**off("movement", "battle", "recruitment"))
    assert still(states, "units.cell")


def test_battle():
    states, play = history(**off("battle"))
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
    )
    assert (np.diff(column(states, "units.strength").sum(1)) >= 0).all()


def test_civilian_harm():
    _, play = history(**off("civilian_harm"))
    assert set(violence(play, "kind")[:, 0].tolist()) == {Harm.BATTLE, Harm.REVENGE}


def test_revenge():
    _, play = history(**off("revenge"))
    assert set(violence(play, "kind")[:, 0].tolist()) == {Harm.BATTLE, Harm.VIOLENCE_AGAINST_CIVILIANS}


def test_no_violence_against_anybody():
    """Without harm and revenge no civilian dies, and nobody has anything to fear or to resent."""
    states, play = history(**off("civilian_harm", "revenge"))
    assert close_ledger(play.world)["civilians_killed"] == 0
    assert still(states, "communities.fear", "communities.grievance", "communities.away", "cells.harm")


def test_allegiance():
    """Communities keep the side of the first day."""
    states, play = history(**off("allegiance"))
    assert still(states, "communities.camp")
    assert not kinds(play) & {Decision.PLEDGE, Decision.LAPSE}
    assert len(np.unique(states[0]["communities.camp"])) > 1


def test_defection():
    """Nobody alive changes actor or group."""
    states, play = history(**off("defection"))
    assert Decision.DEFECTION not in kinds(play)
    strength, actor = column(states, "units.strength"), column(states, "units.actor")
    assert ((actor[1:] == actor[:-1]) | (strength[:-1] == 0)).all()


def test_recruitment():
    """No recruits: fighters only die, people only die or flee; no unit is filled, split or raised."""
    states, play = history(**off("recruitment"))
    assert play.world.ledger["recruits"] == 0
    assert (np.diff(column(states, "units.strength"), axis=0) <= 0).all()
    people = column(states, "communities.population").sum(1) + column(states, "communities.away").sum(1)
    assert people[0] - people[-1] == close_ledger(play.world)["civilians_killed"] > 0


def test_truce():
    """None begins, none ends, and one that stands at the start does not act: enmity is hostility."""
    first = {"a": "movement", "b": "splinter", "state": "tacit", "source": "test"}
    states, play = history(**off("truce"), relations__truces__first=first)
    assert not kinds(play) & {Decision.TRUCE_ONSET, Decision.TRUCE_BREAKDOWN}
    assert (column(states, "actors.truce")[:, 1, 2] == TruceState.TACIT).all()
    assert (column(states, "actors.enmity")[1:, 1, 2] > 0.2).all()


def test_hostility_drifts_without_truces():
    """Battles raise the hostility of rivals and time lets it fall back, whether or not truces are made."""
    states, _ = history(**off("truce"), mechanisms__truce__escalation=0.5)
    hostility = column(states, "actors.hostility")[:, 1, 2]
    assert (np.diff(hostility) > 0).any()
    assert (np.diff(hostility) < 0).any()


def test_displacement():
    states, _ = history(**off("displacement"))
    assert still(states, "communities.away", "communities.hosted", "communities.refuge")
    assert (np.diff(column(states, "communities.population"), axis=0) <= 0).all()


def test_everything_off():
    """A world in which nothing is on stands still."""
    states, play = history(**all_off())
    names = [
        n for n in states[0] if n not in ("actors.enmity", "actors.resting") and not n.startswith(("cells.", "groups."))
    ]
    assert still(states, *names)
    assert int(play.world.violence.count[0]) == int(play.world.decisions.count[0]) == 0


@pytest.mark.parametrize("name", SWITCHES)
def test_people_and_fighters_are_conserved(name, everything):
    """Each switch makes another history, and the ledger closes all the same."""
    without = simulate_replicate(with_rivals(**LIVELY, **off(name)), 0)
    assert without.ledger["fighters_error"] == without.ledger["people_error"] == 0
    with_all = simulate_replicate(everything[1].blueprint.scenario, 0)
    assert bytes_of(without) != bytes_of(with_all)
