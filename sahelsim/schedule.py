"""The model on one page: what happens in a step, in this order.

Mechanisms read and write the arrays of the world and nothing else. A mechanism that is switched off is left out; what
only fades with time (grievance, fear, memory, harm, losses, cohesion) fades all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sahelsim.interventions.apply import Interventions
from sahelsim.mechanisms.allegiance import step as allegiance
from sahelsim.mechanisms.battle import step as battle
from sahelsim.mechanisms.civilian_harm import step as civilian_harm
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.defection import step as defection
from sahelsim.mechanisms.displacement import step as displacement
from sahelsim.mechanisms.information import step as information
from sahelsim.mechanisms.katiba import step as katiba
from sahelsim.mechanisms.means import step as means
from sahelsim.mechanisms.movement import step as movement
from sahelsim.mechanisms.pact import step as pact
from sahelsim.mechanisms.recruitment import step as recruitment
from sahelsim.mechanisms.revenge import step as revenge
from sahelsim.mechanisms.self_defence import step as self_defence
from sahelsim.mechanisms.siege import step as siege
from sahelsim.mechanisms.truce import step as truce
from sahelsim.world.build import Blueprint, new_world, unit_count
from sahelsim.world.first_sieges import lay_first_sieges
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["SCHEDULE", "Play", "Stage", "begin", "run_stage", "run_step"]


@dataclass
class Play:
    """One replicate in progress."""

    blueprint: Blueprint
    world: World
    interventions: Interventions
    rolls: recruitment.Rolls
    weeks: float  # length of a step
    mark: int = 0  # rows of the log of violence before this step


@dataclass(frozen=True)
class Stage:
    """One entry of the schedule; `switch` names the mechanism whose `enabled` it obeys."""

    name: str
    switch: str | None
    run: Callable[[Play], None]
    says: str  # what happens, for the description of the model


def _interventions(play: Play) -> None:
    play.interventions.apply(play.world)


def _hostility(play: Play) -> None:
    truce.drift(play.world, play.blueprint.scenario.mechanisms.truce, play.weeks)
    defection.note_growth(play.world, play.blueprint.scenario.mechanisms.defection, play.weeks)


def _truce(play: Play) -> None:
    truce.run_step(play.world, play.blueprint.scenario.mechanisms.truce, play.weeks)


def _enmity(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    tacit, negotiated = (m.battle.tacit_factor, m.battle.negotiated_factor) if m.truce.enabled else (1.0, 1.0)
    truce.refresh_enmity(play.world, tacit, negotiated)
    index_units(play.world)
    movement.appraise(play.world, m.movement, play.weeks)
    if m.siege.enabled:
        siege.keep_besiegers(play.world, m.siege)


def _drive(play: Play) -> None:
    means.set_drive(play.world, play.blueprint.scenario.mechanisms.means)


def _movement(play: Play) -> None:
    movement.run_step(play.world, play.blueprint.scenario.mechanisms.movement, play.weeks)


def _battle(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    katiba.muster(play.world)
    battle.run_step(play.world, m.battle, m.truce.escalation, play.weeks, m.pact.quiet)


def _katiba(play: Play) -> None:
    katiba.risk_commanders(play.world, play.blueprint.scenario.mechanisms.katiba)


def _katiba_sides(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    katiba.change_sides(play.world, m.katiba, m.defection, play.rolls.unit_size, play.weeks)


def _self_defence(play: Play) -> None:
    self_defence.run_step(play.world, play.blueprint.scenario.mechanisms.self_defence, play.rolls, play.weeks)


def _siege(play: Play) -> None:
    siege.run_step(play.world, play.blueprint.scenario.mechanisms.siege, play.weeks)


def _pact(play: Play) -> None:
    pact.run_step(play.world, play.blueprint.scenario.mechanisms.pact, play.weeks)


def _information(play: Play) -> None:
    information.run_step(play.world, play.blueprint.scenario.mechanisms.information, play.mark, play.weeks)


def _means(play: Play) -> None:
    means.run_step(play.world, play.blueprint.scenario.mechanisms.means, play.weeks)


def _civilian_harm(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    civilian_harm.run_step(play.world, m.civilian_harm, m.revenge.kin_blame, play.weeks, m.pact.restraint)


def _revenge(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    revenge.run_step(play.world, m.revenge, m.civilian_harm, play.mark, play.weeks)


def _allegiance(play: Play) -> None:
    allegiance.run_step(play.world, play.blueprint.scenario.mechanisms.allegiance, play.weeks)


def _defection(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    defection.run_step(play.world, m.defection, play.rolls.unit_size, play.weeks)


def _recruitment(play: Play) -> None:
    m = play.blueprint.scenario.mechanisms
    recruitment.run_step(play.world, m.recruitment, play.rolls, play.weeks, m.means.wage)


def _displacement(play: Play) -> None:
    displacement.run_step(play.world, play.blueprint.scenario.mechanisms.displacement, play.weeks)


def _forgetting(play: Play) -> None:
    s = play.blueprint.scenario
    allegiance.forget(play.world, s.mechanisms.allegiance, play.weeks)
    battle.forget(play.world, s.mechanisms.battle, play.weeks)
    revenge.forget(play.world, s.mechanisms.revenge, play.weeks)
    katiba.recover(play.world, s.mechanisms.katiba, play.weeks)
    play.world.cells.memory *= np.float32(decay_factor(s.world.memory_half_life, play.weeks))


SCHEDULE: tuple[Stage, ...] = (
    Stage("interventions", None, _interventions, "what comes from outside: forces, orders, new doctrine, claims"),
    Stage("hostility", None, _hostility, "hostility of rivals drifts, dyads forget, strengths become the usual ones"),
    Stage("truce", "truce", _truce, "truces begin and end; without this stage none holds"),
    Stage("enmity", None, _enmity, "who is whose enemy on the ground today, and what each cell is worth"),
    Stage("drive", None, _drive, "what strain and disarray leave of each actor's initiative and mobility"),
    Stage("movement", "movement", _movement, "mobile units choose among nine cells"),
    Stage("battle", "battle", _battle, "hostile units that meet may fight; losers retreat"),
    Stage("katiba", "katiba", _katiba, "commanders die with their fighters"),
    Stage("civilian_harm", "civilian_harm", _civilian_harm, "armed actors punish, coerce, take reprisal"),
    Stage("revenge", "revenge", _revenge, "harmed peoples strike those whom they blame"),
    Stage(
        "self_defence",
        "self_defence",
        _self_defence,
        "communities under attack raise militias, overwhelmed ones go home",
    ),
    Stage("siege", "siege", _siege, "settlements are cut off, go hungry, are relieved or surrender"),
    Stage("pact", "pact", _pact, "communities come to terms with an armed group, or break with it"),
    Stage("information", "information", _information, "actors claim what they did"),
    Stage("allegiance", "allegiance", _allegiance, "communities choose a camp"),
    Stage("defection", "defection", _defection, "units change sides"),
    Stage("katiba_sides", "katiba", _katiba_sides, "whole groups change sides"),
    Stage("means", "means", _means, "income, pay, strain, desertion"),
    Stage("recruitment", "recruitment", _recruitment, "communities give fighters, armies refill"),
    Stage("displacement", "displacement", _displacement, "people flee and return"),
    Stage("forgetting", None, _forgetting, "grievance, fear and memories fade"),
)


def begin(blueprint: Blueprint, replicate: int) -> Play:
    """A replicate on its first day: units placed, communities with a side."""
    scenario = blueprint.scenario
    world = new_world(blueprint, replicate)
    sizes = np.array([a.unit_size for a in scenario.actors.values()], np.int32)
    raised = np.array(
        [sum(unit_count(g.fighters, a.unit_size) for g in a.groups.values()) for a in scenario.actors.values()],
        np.int64,
    )
    rolls = recruitment.Rolls(sizes, blueprint.pool, raised, blueprint.depot, blueprint.room)
    world.fresh.keep(True)
    allegiance.spin_up(world, scenario.mechanisms.allegiance)
    world.fresh.keep(False)
    lay_first_sieges(world, scenario, blueprint.besieged)
    return Play(blueprint, world, Interventions(blueprint), rolls, scenario.calendar.step_days / 7.0)


def run_stage(stage: Stage, play: Play) -> None:
    """Run one stage."""
    stage.run(play)


def run_step(play: Play, run: Callable[[Stage, Play], None] = run_stage) -> None:
    """One step: every stage of the schedule whose mechanism is on.

    Parameters
    ----------
    play : Play
        The replicate in progress.
    run : callable
        Runs a stage; `profile.Profiler.run` does so with a stop-watch.
    """
    mechanisms, world = play.blueprint.scenario.mechanisms, play.world
    play.mark = int(world.violence.count[0])
    alone = world.fresh.kept  # nobody else has touched the world since the last step
    if not alone:
        world.fresh.keep(True)
    for stage in SCHEDULE:
        if stage.switch is None or getattr(mechanisms, stage.switch).enabled:
            run(stage, play)
    if not alone:
        world.fresh.keep(False)
    world.step += 1
