"""What of the Slurm engine shows without Slurm: its script, its tasks, how work is shared out, what is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from sweep_experiments import TINY, WAIT, HereEngine, hash_of, left, load, rows_in, write_experiment

import sahelsim
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.sweep.collect import collect
from sahelsim.sweep.drive import run_sweep
from sahelsim.sweep.engine_settings import SlurmSettings
from sahelsim.sweep.engines.base import Tally
from sahelsim.sweep.engines.slurm_jobs import (
    Array,
    SlurmFailed,
    Submission,
    arrays_in_queue,
    read_tasks,
    submissions,
    write_tasks,
)
from sahelsim.sweep.engines.slurm_script import batch_script, refused
from sahelsim.sweep.engines.slurm_submit import runs_of_a_task
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.status import Watcher
from sahelsim.sweep.store import open_store

TOTAL = 20


def begun(tmp_path, *changes):
    """A store with one run done, and a submission of the others that Slurm has never seen."""
    loaded = load(tmp_path, TINY, *changes)
    store = tmp_path / "store"
    tally = run_sweep(loaded, store, HereEngine(length=1, chunks=1))
    keys = list(open_store(store).keys())[1:]
    assert len(keys) == left(tally)
    submission = Submission(1, "tiny-0", "7", 1, len(keys), open_store(store).codes[-1], 2, 0.2, 1, time.time())
    write_tasks(store, 1, [keys])
    submission.write(store)
    return store, submission


def task(store, **environment):
    command = [sys.executable, "-m", "sahelsim.sweep.engines.slurm_task", str(store), "1"]
    names = {"SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_JOB_ID": "7", "NUMBA_NUM_THREADS": "1", **environment}
    return subprocess.Popen(command, env={**os.environ, **names}, stderr=subprocess.PIPE, text=True)


# ------------------------------------------------------------------------------------------------- a task


@pytest.mark.jit_only
def test_a_task_told_to_end_writes_down_what_is_finished_and_a_second_one_does_the_rest(tmp_path):
    store, _ = begun(tmp_path, ("steps: 9", "steps: 60"))
    first = task(store)
    while rows_in(store) < 3:
        assert first.poll() is None, first.communicate()
        time.sleep(0.01)
    first.send_signal(signal.SIGTERM)
    _, said = first.communicate(timeout=WAIT)
    assert (first.returncode, "was told to end with" in said) == (1, True), said
    done = rows_in(store)
    assert 3 <= done < TOTAL
    assert not list(store.rglob("*.unfinished"))

    second = task(store, SLURM_RESTART_COUNT="1")
    _, said = second.communicate(timeout=WAIT)
    assert (second.returncode, said) == (0, "")
    assert rows_in(store) == sahelsim.open_sweep(store).summaries().collect()["run"].n_unique() == TOTAL


def test_a_task_without_its_store_says_so(tmp_path):
    store, _ = begun(tmp_path)
    (store / "slurm" / "0001.parquet").write_bytes(b"cut short")
    process = task(store)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 2
    assert said.startswith(f"{store / 'slurm' / '0001.parquet'}: is damaged")


# ------------------------------------------------------------------------------------------------- sharing out


@pytest.mark.parametrize(
    ("settings", "runs", "variants", "seconds", "most", "expected"),
    [
        ({"task_minutes": 30}, 100_000, 1, 1.8, 1000, 1000),  # 1,000 runs in half an hour
        ({"task_minutes": 30}, 100_000, 1, 1.8, 10, 10_000),  # longer where arrays must be short
        ({"task_minutes": 30, "cores": 4}, 100_000, 1, 1.8, 1000, 4000),
        ({"task_minutes": 30, "walltime_minutes": 11}, 100_000, 1, 1.8, 1000, 267),  # 80 % of the ten that are left
        ({"task_minutes": 1}, 50, 2, 10.0, 1000, 6),  # pairs stay together
        ({"task_minutes": 1}, 10, 2, 600.0, 1000, 2),  # at least a pair
        ({"task_minutes": 30}, 10, 2, 0.1, 1000, 10),
        ({"task_minutes": 10}, 1100, 1, 1.0, 1000, 550),  # two of even length, not 600 and 500
    ],
)
def test_a_task_has_about_the_minutes_that_were_asked_for(settings, runs, variants, seconds, most, expected):
    assert runs_of_a_task(SlurmSettings(**settings), runs, variants, seconds, most) == expected


def test_tasks_are_read_as_they_were_written(tmp_path):
    tasks = [[RunKey(0, 3, 0), RunKey(1, 3, 0)], [RunKey(0, 1, 2)]]
    (tmp_path / "slurm").mkdir()
    write_tasks(tmp_path, 4, tasks)
    assert read_tasks(tmp_path, 4) == dict(enumerate(tasks))


def test_the_script_has_what_the_experiment_says(tmp_path):
    settings = SlurmSettings(
        partition="short", account="a b", qos="low", memory_mb=1500, cores=4, tasks=7, walltime_minutes=90,
        signal_seconds=30, setup=("module load python", "source env.sh"), options=("--exclusive",), python="python3",
    )  # fmt: skip
    lines = batch_script(settings, tmp_path, 3, "name-1", 12).splitlines()
    options = [line.removeprefix("#SBATCH ") for line in lines if line.startswith("#SBATCH")]
    assert lines[0] == "#!/bin/bash"
    assert set(options) >= {
        "--array=0-11%7", "--requeue", "--cpus-per-task=4", "--time=90", "--signal=B:USR1@30", "--partition=short",
        "--account='a b'", "--qos=low", "--mem=1500", "--exclusive", "--job-name=name-1", "--open-mode=append",
    }  # fmt: skip
    assert lines.index("module load python") + 1 == lines.index("source env.sh") < len(lines) - 2
    assert lines[-1] == f"exec python3 -m sahelsim.sweep.engines.slurm_task {tmp_path} 3"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("sbatch: Invalid partition name specified", "engine.slurm.partition"),
        ("sbatch: Invalid account or account/partition combination specified", "engine.slurm.account"),
        ("sbatch: Invalid qos specification", "engine.slurm.qos"),
        ("sbatch: Memory specification can not be satisfied", "engine.slurm.memory_mb"),
        ("sbatch: Requested time limit is invalid", "engine.slurm.walltime_minutes"),
        ("sbatch: Job violates policy", "engine.slurm"),
    ],
)
def test_a_refusal_names_the_setting(said, key):
    error = refused(SlurmFailed(said))
    assert (error.path, said in error.message) == (key, True)


# ------------------------------------------------------------------------------------------------- without Slurm


def test_without_slurm_the_command_that_is_missing_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    file = write_experiment(tmp_path)
    assert main(["sweep", "run", str(file), "--store", str(tmp_path / "store"), "--engine", "slurm"]) == 2
    assert "--engine: there is no `sbatch` on the PATH" in capsys.readouterr().err
    assert rows_in(tmp_path / "store") == 0


def test_a_store_that_was_copied_from_a_cluster_can_go_on_without_slurm(tmp_path, monkeypatch):
    store, submission = begun(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="no `squeue` on the PATH"):
        arrays_in_queue(store)
    status = Watcher(store).look()
    assert (status.running, status.jobs) == (False, ())
    loaded = load(tmp_path)
    assert run_sweep(loaded, store, HereEngine(), resume=True) == Tally(TOTAL, 0, TOTAL)
    collect(store, tmp_path / "a.parquet")
    run_sweep(loaded, tmp_path / "other", HereEngine(length=7))
    collect(tmp_path / "other", tmp_path / "b.parquet")
    assert hash_of(tmp_path / "a.parquet") == hash_of(tmp_path / "b.parquet")
    assert submissions(store) == [submission]


def test_an_array_in_words():
    submission = Submission(1, "tiny-0", "7", 4, 9, "c", 1, 0.2, 1, 0.0)
    tasks = {0: ("RUNNING", "None"), 1: ("PENDING", "Priority"), 2: ("PENDING", "Priority")}
    assert str(Array(submission, "7", tasks)) == "array job 7: 1 running, 2 pending (Priority)"


def test_a_damaged_record_of_a_submission_is_named(tmp_path):
    store, _ = begun(tmp_path)
    (store / "slurm" / "0001.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match=r"0001\.json: is damaged"):
        submissions(store)
