"""The schedule: what runs, in which order, under which switch, and what a replicate looks like on its first day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mechanisms.small import SWITCHES, all_off, army_and_movement, changed, lively, snapshot, with_rivals

from sahelsim import schedule
from sahelsim.scenario.schema import Mechanisms
from sahelsim.schedule import SCHEDULE, Stage, begin, run_step
from sahelsim.terms import Role, TruceState
from sahelsim.world.build import build_blueprint, unit_count
from sahelsim.world.log import _Buffer


def traced(monkeypatch) -> list[str]:
    """Replace the schedule by one that notes the name of each stage that runs."""
    seen: list[str] = []

    def noting(stage: Stage) -> Stage:
        def run(play):
            seen.append(stage.name)
            stage.run(play)

        return replace(stage, run=run)

    monkeypatch.setattr(schedule, "SCHEDULE", tuple(noting(stage) for stage in SCHEDULE))
    return seen


def test_the_order_of_the_day(monkeypatch):
    """Orders come before hostility, that before the reading of the ground, and violence before those who answer it."""
    seen = traced(monkeypatch)
    play = begin(build_blueprint(with_rivals()), 0)
    for _ in range(3):
        run_step(play)
    day = [
        "interventions", "hostility", "truce", "enmity", "drive", "movement", "battle", "katiba", "civilian_harm",
        "revenge", "self_defence", "siege", "pact", "information", "allegiance", "defection", "katiba_sides", "means",
        "recruitment", "displacement", "forgetting",
    ]  # fmt: skip
    assert seen == 3 * day
    assert play.world.step == 3


def test_each_mechanism_has_a_stage_and_one_switch():
    """All mechanisms of the scenario but observation, which looks on from outside; what only fades has no switch."""
    assert (
        {stage.switch for stage in SCHEDULE} - {None} == set(SWITCHES) == set(Mechanisms.model_fields) - {"observation"}
    )
    free = ["interventions", "hostility", "enmity", "drive", "forgetting"]
    assert [stage.name for stage in SCHEDULE if stage.switch is None] == free
    twice = {stage.name: stage.switch for stage in SCHEDULE if stage.switch not in (None, stage.name)}
    assert twice == {"katiba_sides": "katiba"}
    assert len({stage.name for stage in SCHEDULE}) == len(SCHEDULE)
    assert all(stage.says for stage in SCHEDULE)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_leaves_out_its_own_stages(name, monkeypatch):
    seen = traced(monkeypatch)
    play = begin(build_blueprint(with_rivals(**{f"mechanisms__{name}__enabled": False})), 0)
    run_step(play)
    assert seen == [stage.name for stage in SCHEDULE if stage.switch != name]


@pytest.mark.parametrize("days", [1, 7, 31])
def test_a_step_is_given_in_weeks(days):
    assert begin(build_blueprint(army_and_movement(calendar__step_days=days)), 0).weeks == pytest.approx(days / 7)


def test_what_fades_fades_with_everything_off():
    """Grievance, fear and a cell's memory halve in their half-lives; a new commander earns half of the authority that

    he lacks in its half-life, and cohesion recovers towards what he can hold together; nothing else changes.
    """
    scenario = with_rivals(**all_off(), calendar__step_days=14)
    play = begin(build_blueprint(scenario), 0)
    run_step(play)
    world, m = play.world, scenario.mechanisms
    world.communities.grievance[:] = 2.0
    world.communities.fear[:] = 3.0
    world.cells.memory[:] = 5.0
    world.groups.cohesion[:] = 0.0
    world.groups.command[:] = 0.5
    before = snapshot(world)
    run_step(play)
    assert changed(before, snapshot(world)) == {
        "communities.grievance", "communities.fear", "cells.memory", "groups.cohesion", "groups.command"
    }  # fmt: skip
    assert world.communities.grievance == pytest.approx(2 * 0.5 ** (2 / m.allegiance.grievance_half_life), rel=1e-6)
    assert world.communities.fear == pytest.approx(3 * 0.5 ** (2 / m.allegiance.fear_half_life), rel=1e-6)
    assert world.cells.memory == pytest.approx(5 * 0.5 ** (2 / scenario.world.memory_half_life), rel=1e-6)
    command = 1 - 0.5 * 0.5 ** (2 / m.katiba.command_half_life)
    assert world.groups.command == pytest.approx(command)
    assert world.groups.cohesion == pytest.approx(2 * m.katiba.cohesion_recovery * command * world.groups.full_cohesion)


@pytest.mark.parametrize("enabled", [True, False])
def test_enmity_is_hostility_under_the_truce_of_the_day(enabled):
    """Brokered on the first day, a truce leaves its factor of the hostility in force on that very day.

    With truces switched off none holds, whatever is brokered.
    """
    broker = {"type": "truce", "a": "army", "b": "movement", "action": "broker", "date": "2020-01-01"}
    scenario = with_rivals(**all_off(truce=enabled), interventions__peace={**broker, "source": "test", "what_if": True})
    play = begin(build_blueprint(scenario), 0)
    run_step(play)
    actors, factor = play.world.actors, scenario.mechanisms.battle.negotiated_factor if enabled else 1.0
    assert actors.truce[0].tolist() == [TruceState.NONE, TruceState.NEGOTIATED, TruceState.NONE]
    assert actors.enmity[0] == pytest.approx(actors.hostility[0] * [1.0, factor, 1.0])
    assert actors.hostility[0].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(("communities", "clones"), [(60, 0), (6, 20)])
def test_every_stage_makes_room_for_what_it_logs(monkeypatch, communities, clones):
    """Kernels write without looking where a log ends: on wide ground, and where many actors deal with one community."""
    room = {}

    def reserve(log, more, within=_Buffer.reserve):
        assert int(log.count[0]) <= room.get(id(log), 0)
        room[id(log)] = int(log.count[0]) + more
        within(log, more + 1000)

    monkeypatch.setattr(_Buffer, "reserve", reserve)
    blue = lively().actors["BLUE"].model_dump(mode="json", exclude_none=True)
    blue["doctrine"]["bargaining"] = 10.0
    blue["groups"] = {"main": {**blue["groups"]["main"], "homes": [{"people": "farmers", "radius_km": 5}]}}
    crowd = {f"actors__CLONE{i}": blue for i in range(clones)}
    unkind = {"mechanisms__pact__rate": 10.0, "mechanisms__pact__base": -20.0, "region__communities": communities}
    unkind |= {"mechanisms__allegiance__initial_reviews": 0, "mechanisms__movement__enabled": False}
    play = begin(build_blueprint(lively(**crowd, **unkind)), 0)
    for _ in range(20):
        run_step(play)
        for log in (play.world.violence, play.world.decisions, play.world.flows):
            assert int(log.count[0]) <= room.get(id(log), 0)
    assert int(play.world.decisions.count[0]) > 100


def test_the_first_day():
    """All fighters stand in full units where their actor may be; places beyond are empty; communities have a side."""
    scenario = with_rivals(actors__army__operates_in=["WST"])
    play = begin(build_blueprint(scenario), 0)
    world, units = play.world, play.world.units
    assert world.step == 0
    for a, actor in enumerate(scenario.actors.values()):
        for name, group in actor.groups.items():
            own = units.group[units.strength > 0] == play.blueprint.groups.index((list(scenario.actors)[a], name))
            strength = units.strength[units.strength > 0][own]
            assert strength.sum() == group.fighters
            assert strength.size == unit_count(group.fighters, actor.unit_size)
            assert strength.max() <= actor.unit_size
            assert strength.max() - strength.min() <= 1
            garrisons = (units.role[units.strength > 0][own] == Role.GARRISON).sum()
            assert garrisons == int(group.garrison_share * strength.size)
    army = (units.actor == 0) & (units.strength > 0)
    assert (world.ground.cells_country[units.cell[army]] == 0).all()
    assert len(np.unique(world.communities.camp)) > 1
    assert not world.communities.away.any()
    assert not world.communities.away_at.any()
    assert (world.communities.population == world.ground.community_population).all()
    assert (int(world.violence.count[0]), int(world.decisions.count[0])) == (0, 0)


def test_replicates_differ_and_come_back():
    """Another replicate places its units elsewhere; the same one does the same again, from a shared blueprint."""
    blueprint = build_blueprint(army_and_movement())
    first, other, again = (snapshot(begin(blueprint, r).world) for r in (0, 1, 0))
    assert changed(first, again) == set()
    assert {"units.cell", "communities.camp"} <= changed(first, other)
