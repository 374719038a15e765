"""``--profile``: the same results with and without, and figures that add up over replicates and workers."""

from __future__ import annotations

import hashlib
import json

import pytest
from mechanisms.small import LIVELY

from sahelsim.cli.main import main
from sahelsim.profile import SAMPLE, Profiler, add_up
from sahelsim.replicate import simulate_replicate
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
from sahelsim.schedule import SCHEDULE

STEPS = 4
SETTINGS = [f"calendar.steps={STEPS}", "replicates=2"]


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(str(LIVELY), settings=SETTINGS)


@pytest.fixture(scope="module")
def profiled(tmp_path_factory, scenario):
    return run_scenario(scenario, tmp_path_factory.mktemp("profile") / "run", profile=True)


def _hashes(out):
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def test_results_are_the_same_with_and_without(profiled, scenario, tmp_path):
    plain = run_scenario(scenario, tmp_path / "plain")
    assert plain.profile is None
    assert _hashes(plain.out) == _hashes(profiled.out)


def test_every_stage_that_is_on_is_there_once_and_times_add_up(profiled, scenario):
    profile = profiled.profile
    on = [s.name for s in SCHEDULE if s.switch is None or getattr(scenario.mechanisms, s.switch).enabled]
    assert [stage.name for stage in profile.stages] == on
    assert (profile.replicates, profile.steps) == (2, 2 * STEPS)
    assert all(stage.calls == 2 * STEPS - 1 for stage in profile.stages)  # less the first step of the process
    assert all(stage.seconds > 0.0 < stage.first_seconds for stage in profile.stages)
    assert profile.stage_seconds + profile.first_seconds < profile.seconds


def test_bytes_are_those_of_the_state_and_of_the_logs(scenario):
    profiler = Profiler(first=False)
    record = simulate_replicate(scenario, 0, profiler=profiler)
    profile = profiler.finish(record.seconds)
    stages = {stage.name: stage for stage in profile.stages}
    units = sum(places for places in (4, 4, 2, 2, 1, 4))  # cell, home, group, actor, role, strength
    assert profile.state_bytes["units"] % units == 0
    assert stages["movement"].changes["units.cell"] * units == profile.state_bytes["units"] * 4
    assert "cells.memory" in stages["forgetting"].changes
    rows = len(record.violence.step) * (12 * 4 + 4 * 4) + len(record.decisions.step) * (7 * 4 + 8 * 4)
    logged = sum(stage.log_bytes for stage in profile.stages)
    assert rows > 0
    assert logged >= rows
    assert (logged - rows) % (7 * 4) == 0  # the rest are rows of flows
    assert profile.log_bytes >= logged
    assert all(stage.calls == STEPS and stage.first_seconds == 0.0 for stage in profile.stages)


def test_replicates_add_up(scenario):
    parts = []
    for replicate in range(2):
        profiler = Profiler(first=replicate == 0)
        record = simulate_replicate(scenario, replicate, profiler=profiler)
        parts.append(profiler.finish(record.seconds))
    whole = add_up(parts)
    assert whole.seconds == sum(p.seconds for p in parts)
    assert whole.stage_seconds == pytest.approx(sum(p.stage_seconds for p in parts))
    assert whole.first_seconds == pytest.approx(parts[0].first_seconds)
    assert whole.state_bytes == parts[0].state_bytes == parts[1].state_bytes
    assert [p.replicates for p in parts] == [1, 1]  # the parts stay as they were
    assert add_up(parts) == whole


def test_a_stage_is_compared_on_few_steps_only():
    assert [step for step in range(40) if step % SAMPLE == 1] == [1, 14, 27]


def test_nothing_was_run():
    with pytest.raises(ValueError, match="no stage"):
        Profiler(first=True).finish(1.0)


def test_the_page(tmp_path, capsys):
    args = ["run", str(LIVELY), *(f"-S{s}" for s in SETTINGS), "--out", str(tmp_path / "a"), "--profile"]
    assert main(args) == 0
    said = capsys.readouterr().out
    assert all(stage.name in said for stage in SCHEDULE)
    assert "all stages" in said
    assert "Not measured" in said
    assert "Peak memory" in said


@pytest.mark.jit_only
def test_workers_add_up_and_json_carries_it(tmp_path, capsys):
    args = ["run", str(LIVELY), *(f"-S{s}" for s in SETTINGS), "--out", str(tmp_path / "a"), "--workers", "2"]
    assert main([*args, "--profile", "--json"]) == 0
    profile = json.loads(capsys.readouterr().out)["profile"]
    assert (profile["replicates"], profile["steps"]) == (2, 2 * STEPS)
    assert {stage["calls"] for stage in profile["stages"]} <= {2 * STEPS - 1, 2 * STEPS - 2}  # one or two processes
    assert main([*args, "--force", "--json"]) == 0
    assert "profile" not in json.loads(capsys.readouterr().out)
