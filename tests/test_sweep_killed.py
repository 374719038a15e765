"""Workers and parents killed at any moment: no run is lost, none counts twice, and the table is the same."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from sweep_experiments import TINY, WAIT, collected, rows_in, start, undisturbed_sweep, wait_for, write_experiment

import sahelsim
from sahelsim.cli.main import main
from sahelsim.sweep.layout import PARENT

pytestmark = [
    pytest.mark.jit_only,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds children in /proc"),
]

LONGER = (("size: 5", "size: 15"), ("steps: 9", "steps: 40"))
TOTAL = 60


def workers_of(process):
    """Process ids of the pool's workers."""
    found = []
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split():
        try:
            if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8"):
                found.append(int(child))
        except OSError:
            continue
    return found


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Experiment file, and hash of the table of a sweep by one worker in long chunks."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = write_experiment(folder, TINY, *LONGER, ("seed: 3\n", "seed: 3\nengine: { chunk_seconds: 0.2 }\n"))
    return file, undisturbed_sweep(folder, file, "chunk_seconds: 0.2")


def kill_and_resume(file, store, kills, seed):
    """Begin, and kill in turn a worker (the sweep goes on) or the parent (somebody resumes) after some more rows."""
    chance = random.Random(seed)
    process = start("run", file, store, "--workers", "2")
    for kill in range(kills):
        aim = rows_in(store) + chance.randint(1, max(TOTAL // (kills + 1), 1))
        wait_for(lambda aim=aim, process=process: rows_in(store) >= aim and workers_of(process), process, may_end=True)
        time.sleep(chance.random() * 0.2)
        if process.poll() is not None:
            break
        workers = workers_of(process)
        if kill % 2 == 0 and workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
            continue
        process.kill()
        process.communicate()
        wait_for(lambda workers=workers: all(gone(pid) for pid in workers))  # they do not outlive their parent
        process = start("resume", file, store, "--workers", "2")
    said = process.communicate(timeout=WAIT)
    assert process.returncode == 0, said


def check(file, store, expected, capsys):
    capsys.readouterr()
    assert main(["sweep", "status", str(file), "--store", str(store), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["total"], status["done"], status["failed"], status["running"]) == (TOTAL, TOTAL, 0, False)
    runs = sahelsim.open_sweep(store).summaries().collect()["run"].to_list()
    assert Counter(runs).most_common(1)[0][1] == 1
    assert len(runs) == TOTAL
    assert collected(file, store) == expected


def test_killed_a_few_times(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    kill_and_resume(file, tmp_path / "store", kills=2, seed=1)
    check(file, tmp_path / "store", expected, capsys)


@pytest.mark.slow
def test_killed_ten_times(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    kill_and_resume(file, tmp_path / "store", kills=10, seed=2)
    check(file, tmp_path / "store", expected, capsys)


def test_ctrl_c_writes_down_what_is_finished_and_says_how_to_go_on(undisturbed, tmp_path):
    file, _ = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--workers", "2")
    wait_for(lambda: rows_in(store) >= 4, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 130, said
    done = rows_in(store)
    assert f"{done} of {TOTAL} runs are in {store}; go on with: sahelsim sweep resume {file} --store {store}" in said
    assert not (store / PARENT).exists()
    assert not list(store.rglob("*.unfinished"))


def test_cancel_from_another_terminal(undisturbed, tmp_path, capsys):
    file, _ = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--workers", "1")
    wait_for(lambda: rows_in(store) >= 2, process)
    assert main(["sweep", "cancel", str(file), "--store", str(store)]) == 0
    assert "stopped with" in capsys.readouterr().out
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 130, said  # as Ctrl-C, so that `run && collect` does not go on with a part
    done = rows_in(store)
    assert f"cancelled: {done} of {TOTAL} runs are in {store}; go on with: sahelsim sweep resume" in said
    assert 2 <= done < TOTAL
