"""From a scenario to records: the loop over steps, and what is written down on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sahelsim.profile import Profiler
from sahelsim.record import Flows, Panel, ReplicateRecord
from sahelsim.scenario.schema import Scenario
from sahelsim.schedule import Play, begin, run_stage, run_step
from sahelsim.terms import Account, month_id
from sahelsim.world.build import Blueprint, build_blueprint
from sahelsim.world.control_kernel import camps_in_control, people_by_cell, turn
from sahelsim.world.flows_kernel import add_up_moves
from sahelsim.world.index import fighters_of_actors, index_communities, index_units, living_units
from sahelsim.world.index_kernel import fighters_of
from sahelsim.world.log import FLOW_COLUMNS
from sahelsim.world.state import World

__all__ = ["Recorder", "close_ledger", "control_of", "flows_by_month", "month_ends", "record_of", "simulate_replicate"]

_PROGRESS_EVERY = 16


def month_ends(scenario: Scenario) -> dict[int, int]:
    """Last step of each month that the calendar touches: step to month_id, by the first day of the steps."""
    calendar = scenario.calendar
    ends: dict[int, int] = {}
    for step in range(calendar.steps):
        day = calendar.start + timedelta(days=step * calendar.step_days)
        ends[month_id(day.year, day.month)] = step
    return {step: month for month, step in ends.items()}


def control_of(world: World, threshold: float) -> npt.NDArray[np.int32]:
    """Camp that holds each cell, -1 nobody, shape (C,).

    A camp's hold is the mean of its share of the armed and of the people's allegiance in the cell (of the one alone
    where there is nothing of the other); the camp with the greatest hold has the cell if that reaches `threshold`.
    """
    control = np.empty(world.ground.cells, np.int32)
    cells = world.cells
    camps_in_control(cells.side_start, cells.side, cells.strength, cells.pledged, world.actors.camp, threshold, control)
    return control


@lru_cache(maxsize=4)
def _month_of_steps(ends: tuple[tuple[int, int], ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Place of each step's month among the months of `month_ends`, and these."""
    last_steps = np.array([step for step, _ in ends], np.int64)
    month_of = np.searchsorted(last_steps, np.arange(last_steps.max(initial=-1) + 1)).astype(np.int64)
    return month_of, np.array([month for _, month in ends], np.int32)


def flows_by_month(rows: npt.NDArray[np.int32], ends: dict[int, int], communities: int) -> Flows:
    """Moves of people added up by month, origin and destination.

    Parameters
    ----------
    rows : (N, 7)
        As `world.log.FLOW_COLUMNS`, in order of step.
    ends : dict
        From `month_ends`: a move belongs to the month of its step.
    communities : int
        Number of communities.
    """
    month_of, months = _month_of_steps(tuple(ends.items()))
    names = FLOW_COLUMNS[3:]
    key, people = np.empty((len(rows), 3), np.int64), np.empty((len(rows), len(names)), np.int64)
    n = add_up_moves(rows, month_of, communities, key, people)
    return Flows(
        months=months[key[:n, 0]],
        origin=key[:n, 1].astype(np.int32),
        destination=key[:n, 2].astype(np.int32),
        **{name: people[:n, i].copy() for i, name in enumerate(names)},
    )


class Recorder:
    """Takes down the state of a world: every step the dyads, every month the rest.

    Where truces are switched off none holds, whatever the world begins with, and none is taken down.
    """

    def __init__(self, play: Play) -> None:
        world, scenario = play.world, play.blueprint.scenario
        self._ends = month_ends(scenario)
        self._threshold = scenario.world.control_threshold
        self._truces = scenario.mechanisms.truce.enabled
        months, steps, actors = len(self._ends), scenario.calendar.steps, len(scenario.actors)
        cells, communities, groups = world.ground.cells, world.ground.communities, world.groups.actor.size
        self._row = 0
        self._accounts = np.zeros_like(world.actors.accounts)
        self.panel = Panel(
            months=np.array(list(self._ends.values()), np.int32),
            presence=np.zeros((months, actors, cells), np.int32),
            control=np.zeros((months, cells), np.int32),
            displaced=np.zeros((months, cells), np.int32),
            allegiance=np.zeros((months, communities), np.int8),
            population=np.zeros((months, communities), np.int32),
            besieger=np.zeros((months, communities), np.int8),
            pact=np.zeros((months, communities), np.int8),
            treasury=np.zeros((months, actors), np.int64),
            accounts=np.zeros((months, len(Account), actors), np.int64),
            strain=np.zeros((months, actors), np.float32),
            group_actor=np.zeros((months, groups), np.int16),
            group_fighters=np.zeros((months, groups), np.int32),
            group_cohesion=np.zeros((months, groups), np.float32),
            group_commander=np.zeros((months, groups), np.int32),
        )
        self.hostility = np.zeros((steps, actors, actors), np.float32)
        self.truce = np.zeros((steps, actors, actors), np.int8)
        self.fighters = np.zeros((steps, actors), np.int64)
        self._flows: list[Flows] = []

    def take(self, world: World, step: int) -> None:
        """Take down the state after `step`."""
        self.hostility[step] = world.actors.hostility
        if self._truces:
            self.truce[step] = world.actors.truce
        self.fighters[step] = fighters_of_actors(world)
        if step not in self._ends:
            return
        self._take_flows(world)
        index_units(world)
        index_communities(world)
        panel, row, c = self.panel, self._row, world.communities
        turn(world.cells.side_start, world.cells.side, world.cells.strength, panel.presence[row])
        panel.control[row] = control_of(world, self._threshold)
        people_by_cell(world.ground.community_cell, c.hosted, panel.displaced[row])
        panel.allegiance[row] = c.camp
        panel.population[row] = c.population
        panel.besieger[row] = c.besieger
        panel.pact[row] = c.pact
        self._take_organisations(world, row)
        self._row += 1

    def _take_organisations(self, world: World, row: int) -> None:
        """Budgets of the actors, and their groups."""
        panel, actors, groups, units = self.panel, world.actors, world.groups, world.units
        panel.treasury[row] = actors.treasury
        panel.accounts[row] = actors.accounts - self._accounts
        self._accounts[:] = actors.accounts
        panel.strain[row] = actors.strain
        panel.group_actor[row] = groups.actor
        fighters_of(living_units(world), units.group, units.strength, panel.group_fighters[row])
        panel.group_cohesion[row] = groups.cohesion
        panel.group_commander[row] = groups.commander

    def _take_flows(self, world: World) -> None:
        """Add up the log of flows and empty it, so that it never outgrows a month."""
        log = world.flows
        self._flows.append(flows_by_month(log.rows[: int(log.count[0])], self._ends, world.ground.communities))
        log.count[0] = 0

    def flows(self, world: World) -> Flows:
        """Who fled, returned, moved on and settled, from the first step on."""
        self._take_flows(world)
        columns = {f.name: np.concatenate([getattr(part, f.name) for part in self._flows]) for f in fields(Flows)}
        return Flows(**columns)


def close_ledger(world: World) -> dict[str, int]:
    """People, fighters and money in and out; the `_error` of each is 0 if none was made from nothing or lost."""
    rows = world.violence.rows[: int(world.violence.count[0])].astype(np.int64)
    ledger = dict(world.ledger)
    ledger["fighters_killed"] = int(rows[:, 5:7].sum())
    ledger["civilians_killed"] = int(rows[:, 7].sum())
    ledger["fighters_end"] = int(world.units.strength.sum(dtype=np.int64))
    c = world.communities
    ledger["people_end"] = int(c.population.sum(dtype=np.int64) + c.away.sum(dtype=np.int64))
    ledger["fighters_error"] = ledger["fighters_end"] - (
        ledger["fighters_start"] + ledger["fighters_in"] + ledger["recruits"]
        - ledger["fighters_out"] - ledger["fighters_killed"] - ledger["fighters_home"]
    )  # fmt: skip
    ledger["people_error"] = ledger["people_end"] - (
        ledger["people_start"] - ledger["recruits"] - ledger["civilians_killed"] + ledger["fighters_home"]
    )
    a = world.actors
    ledger["money_end"] = int(a.treasury.sum())
    ledger["money_error"] = int(np.abs(a.treasury - a.accounts.sum(axis=0)).sum())
    return ledger


def simulate_replicate(
    scenario: Scenario,
    replicate: int,
    progress: Callable[[int], None] | None = None,
    blueprint: Blueprint | None = None,
    profiler: Profiler | None = None,
) -> ReplicateRecord:
    """Run one replicate from the first step to the last.

    Parameters
    ----------
    scenario : Scenario
        A checked scenario.
    replicate : int
        Number of the replicate, from 0; it and the scenario's seed determine every draw.
    progress : callable, optional
        Called with the number of steps done since the last call.
    blueprint : Blueprint, optional
        From `build_blueprint(scenario)`, to share between replicates.
    profiler : Profiler, optional
        Runs the stages with a stop-watch; the record is the same.

    Returns
    -------
    ReplicateRecord
        The truth, before reporting.
    """
    plan = blueprint if blueprint is not None else build_blueprint(scenario)
    began = time.perf_counter()
    play = begin(plan, replicate)
    recorder = Recorder(play)
    run = run_stage if profiler is None else profiler.run
    since = 0
    play.world.fresh.keep(True)  # between the steps, too, nobody but the schedule changes anything
    for step in range(scenario.calendar.steps):
        run_step(play, run)
        recorder.take(play.world, step)
        since += 1
        if progress is not None and (since == _PROGRESS_EVERY or step + 1 == scenario.calendar.steps):
            progress(since)
            since = 0
    play.world.fresh.keep(False)
    return record_of(play, recorder, replicate, began)


def record_of(play: Play, recorder: Recorder, replicate: int, began: float | None = None) -> ReplicateRecord:
    """All that a replicate leaves behind; `began` is the reading of `time.perf_counter` at its start."""
    return ReplicateRecord(
        replicate=replicate,
        seed=play.blueprint.scenario.seed,
        violence=play.world.violence.finish(),
        decisions=play.world.decisions.finish(),
        panel=recorder.panel,
        hostility=recorder.hostility,
        truce=recorder.truce,
        fighters=recorder.fighters,
        flows=recorder.flows(play.world),
        ledger=close_ledger(play.world),
        seconds=0.0 if began is None else time.perf_counter() - began,
    )
