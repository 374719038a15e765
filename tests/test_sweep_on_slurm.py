"""Sweeps on a real Slurm: ``make test-slurm`` starts one of two pretended nodes and runs these against it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter

import pytest
from sweep_experiments import TINY, WAIT, collected, rows_in, start, undisturbed_sweep, wait_for, write_experiment

import sahelsim
from sahelsim.cli.main import main
from sahelsim.sweep.engines.slurm_jobs import logs_of, submissions
from sahelsim.sweep.shards import list_shards

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.jit_only,
    pytest.mark.skipif(
        not os.environ.get("SAHELSIM_TEST_SLURM"),
        reason="no Slurm that tests may use (SAHELSIM_TEST_SLURM is not set); `make test-slurm` starts one",
    ),
]

SIZE, TOTAL = 10, 40
LONGER = (("size: 5", f"size: {SIZE}"), ("steps: 9", "steps: 150"))
SLURM = "slurm: { tasks: 2, task_minutes: 0.01, run_seconds: 0.04, walltime_minutes: 9, poll_seconds: 1 }"
DASK = "dask: { cluster: slurm, workers: 2, interface: lo }"


def call(word, file, store, *more):
    process = start(word, file, store, *more)
    out, said = process.communicate(timeout=WAIT)
    return process.returncode, out, said


def slurm(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def jobs_of(name):
    return slurm("squeue", "--noheader", f"--name={name}", "--states=RUNNING", "--format=%A").split()


def status_of(file, store, capsys):
    capsys.readouterr()
    assert main(["sweep", "status", str(file), "--store", str(store), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def check(file, store, expected, capsys):
    status = status_of(file, store, capsys)
    assert (status["total"], status["done"], status["failed"], status["running"]) == (TOTAL, TOTAL, 0, False)
    assert collected(file, store) == expected


def executed_once(store):
    runs = sahelsim.open_sweep(store).summaries().collect()["run"].to_list()
    return len(runs) == TOTAL == len(Counter(runs)) == rows_in(store)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Experiment file, and hash of the table of a local sweep in longer chunks."""
    folder = tmp_path_factory.mktemp("with a space")
    engine = f"seed: 3\nengine: {{ chunk_seconds: 0.2, {SLURM}, {DASK} }}"
    file = write_experiment(folder, TINY, *LONGER, ("seed: 3", engine))
    return file, undisturbed_sweep(folder, file, "chunk_seconds: 0.2")


def test_an_array_cancelled_half_way_is_submitted_again_and_completes(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "slurm")
    wait_for(lambda: rows_in(store) >= 2, process)
    (first,) = submissions(store)
    slurm("scancel", first.job)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 2, said
    assert f"submitted array job {first.job}" in said
    done = rows_in(store)
    assert 2 <= done < TOTAL
    assert f"the array job has ended, and {TOTAL - done} of its runs are not done" in said
    assert not list(store.rglob("*.unfinished"))

    code, _, said = call("resume", file, store, "--engine", "slurm")
    assert code == 0, said
    one, two = submissions(store)
    assert (one.ended, two.ended, two.runs) == (True, True, TOTAL - done)
    check(file, store, expected, capsys)
    assert executed_once(store)


def test_an_array_goes_on_without_its_parent_through_signal_and_requeue(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "slurm")
    wait_for(lambda: rows_in(store) >= 1, process)
    (array,) = submissions(store)
    slurm("scontrol", "hold", array.job)  # what is waiting stays so, whatever the machine's speed
    slurm("scancel", "--signal=USR1", "--batch", array.job)  # as before the end of the walltime
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 130, said
    assert f"array job {array.job} goes on by itself" in said
    status = status_of(file, store, capsys)
    assert status["running"]
    assert f"array job {array.job}: " in status["jobs"][0]

    code, _, said = call("resume", file, store, "--engine", "local")
    assert (code, f"Slurm is at work on this store (array job {array.job}" in said) == (2, True), said

    for do in (["release", array.job], ["update", f"JobId={array.job}", "StartTime=now"]):
        subprocess.run(
            ["scontrol", *do], check=False
        )  # says no to tasks that were not held, or do not wait two minutes
    code, _, said = call("resume", file, store, "--engine", "slurm")
    assert code == 0, said
    assert f"still in the queue: array job {array.job}" in said
    assert "Restarts=1" in slurm("scontrol", "show", "job", array.job)
    check(file, store, expected, capsys)
    assert executed_once(store)


def hurry(array):
    """Have tasks that went back into the queue begin at once rather than two minutes later."""
    if "JobState=PENDING" in slurm("scontrol", "show", "job", array.job):
        subprocess.run(["scontrol", "update", f"JobId={array.job}", "StartTime=now"], check=False, capture_output=True)


@pytest.mark.slow  # a minute of waiting for the limit
def test_a_task_at_the_end_of_its_walltime_goes_back_and_goes_on(undisturbed, tmp_path):
    """A task of two cores that believes its runs to be short, the real signal, and a limit of one minute."""
    file, _ = undisturbed
    longer = tmp_path / "longer.yaml"
    settings = "tasks: 1, cores: 2, task_minutes: 1, run_seconds: 0.001, walltime_minutes: 1, signal_seconds: 15"
    text = file.read_text(encoding="utf-8").replace(f"size: {SIZE}", "size: 1000")
    longer.write_text(text.replace(SLURM[: SLURM.index(", poll")], f"slurm: {{ {settings}"), encoding="utf-8")
    store = tmp_path / "store"
    process = start("run", longer, store, "--engine", "slurm")
    wait_for(lambda: submissions(store) and submissions(store)[0].job, process)
    (array,) = submissions(store)
    assert array.tasks == 1
    wait_for(lambda: "Restarts=1" in slurm("scontrol", "show", "job", array.job), process)
    assert "NumCPUs=2" in slurm("scontrol", "show", "job", array.job)
    first = rows_in(store)
    assert 1 <= first < array.runs
    assert len(list_shards(store)) == 2  # a worker has a shard
    time.sleep(3)  # Slurm's word that the task has ended must not meet the next one
    wait_for(lambda: hurry(array) or rows_in(store) > first, process)
    assert main(["sweep", "cancel", str(longer), "--store", str(store)]) == 0
    process.communicate(timeout=WAIT)
    rows = sahelsim.open_sweep(store).summaries().collect()
    assert rows["run"].n_unique() == rows.height == rows_in(store) > first


@pytest.mark.slow
def test_a_node_that_fails_costs_nothing_but_time(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "slurm")
    wait_for(lambda: rows_in(store) >= 1, process)
    (array,) = submissions(store)
    (node, *_) = slurm("squeue", "--noheader", f"--job={array.job}", "--states=RUNNING", "--format=%N").split()
    slurm("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=pretended")
    wait_for(lambda: "Restarts=1" in slurm("scontrol", "show", "job", array.job), process)
    wait_for(lambda: any("told to end" in log.read_text(encoding="utf-8") for log in logs_of(store, array)), process)
    time.sleep(3)  # the node is there all the same: its word that the task has ended must not meet the next one
    wait_for(lambda: hurry(array) or process.poll() is not None)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 0, said
    check(file, store, expected, capsys)


def test_cancel_ends_the_array_and_its_parent(undisturbed, tmp_path, capsys):
    file, _ = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "slurm")
    wait_for(lambda: rows_in(store) >= 1, process)
    capsys.readouterr()
    assert main(["sweep", "cancel", str(file), "--store", str(store)]) == 0
    assert "stopped with" in capsys.readouterr().out
    _, said = process.communicate(timeout=WAIT)
    assert (process.returncode, "go on with: sahelsim sweep resume" in said) == (130, True), said
    assert slurm("squeue", "--noheader", f"--name={submissions(store)[0].name}") == ""


def test_what_slurm_does_not_take_is_said_with_its_place(undisturbed, tmp_path):
    file, _ = undisturbed
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(file.read_text(encoding="utf-8").replace("tasks: 2", "partition: nowhere"), encoding="utf-8")
    code, out, said = call("run", wrong, tmp_path / "store", "--engine", "slurm")
    assert (code, out) == (2, "")
    assert said.startswith(f"{wrong}:6:"), said
    assert "engine.slurm.partition: Slurm does not take the job" in said
    assert "Invalid partition name specified" in said
    assert submissions(tmp_path / "store") == []
    assert rows_in(tmp_path / "store") == 0


def test_dask_on_jobs_of_slurm_with_one_of_them_killed(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "dask")
    wait_for(lambda: rows_in(store) >= 2 and jobs_of("sahelsim-dask"), process)
    slurm("scancel", "--signal=KILL", "--full", jobs_of("sahelsim-dask")[0])
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 0, said
    check(file, store, expected, capsys)
