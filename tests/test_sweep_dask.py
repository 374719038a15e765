"""Sweeps through Dask, on processes of this machine: the same table, also when a worker is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
from pathlib import Path

import pytest
from sweep_experiments import TINY, WAIT, collected, rows_in, start, undisturbed_sweep, wait_for, write_experiment

from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.sweep.engine_settings import EngineSettings
from sahelsim.sweep.engines import dask_clusters
from sahelsim.sweep.engines.choose import choose_engine
from sahelsim.sweep.layout import CANCEL, PARENT

pytestmark = [
    pytest.mark.jit_only,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs the extra 'cluster'"),
]

LONGER = (("size: 5", "size: 10"), ("steps: 9", "steps: 60"))
TOTAL = 40


def workers_of(process):
    """Process ids of Dask's workers: they have the store's libraries open, their helpers have not."""
    return [pid for pid in below(process.pid) if "pyarrow" in _text(f"/proc/{pid}/maps")]


def below(pid):
    """Process ids of children, and of theirs."""
    found = [int(child) for child in _text(f"/proc/{pid}/task/{pid}/children").split()]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in _text(task).split() if int(child) not in found]
    return found + [each for child in found for each in below(child)]


def _text(path):
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Experiment file, and hash of the table of a local sweep in longer chunks."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = write_experiment(folder, TINY, *LONGER, ("seed: 3\n", "seed: 3\nengine: { chunk_seconds: 0.2 }\n"))
    return file, undisturbed_sweep(folder, file, "chunk_seconds: 0.2")


def test_a_killed_worker_is_replaced_and_the_table_is_the_same(undisturbed, tmp_path, capsys):
    file, expected = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "dask", "--workers", "2")
    wait_for(lambda: rows_in(store) >= 4 and workers_of(process), process)
    before = workers_of(process)
    os.kill(before[0], signal.SIGKILL)
    out, said = process.communicate(timeout=WAIT)
    assert (process.returncode, said) == (0, "")
    assert out == f"{TOTAL} of {TOTAL} runs are in {store}\n"
    capsys.readouterr()
    assert main(["sweep", "status", str(file), "--store", str(store), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["total"], status["done"], status["failed"], status["running"]) == (TOTAL, TOTAL, 0, False)
    assert collected(file, store) == expected


def test_ctrl_c_writes_down_what_is_finished_and_another_engine_goes_on(undisturbed, tmp_path):
    file, expected = undisturbed
    store = tmp_path / "store"
    process = start("run", file, store, "--engine", "dask", "--workers", "1")
    wait_for(lambda: rows_in(store) >= 2 and workers_of(process), process)
    workers = workers_of(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 130, said
    done = rows_in(store)
    assert said.startswith(f"{done} of {TOTAL} runs are in {store}; go on with: sahelsim sweep resume {file}"), said
    assert not any((store / left).exists() for left in (PARENT, CANCEL))
    assert not list(store.rglob("*.unfinished"))
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert 2 <= done < TOTAL
    assert main(["sweep", "resume", str(file), "--store", str(store), "--workers", "1", "-q"]) == 0
    assert rows_in(store) == TOTAL
    assert collected(file, store) == expected


def test_a_scheduler_that_does_not_answer_is_named_with_its_place(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dask_clusters, "_CONNECT", 0.2)
    engine = ("seed: 3", "seed: 3\nengine: { kind: dask, dask: { address: 'tcp://127.0.0.1:1' } }")
    file = write_experiment(tmp_path, TINY, engine)
    assert main(["sweep", "run", str(file), "--store", str(tmp_path / "store")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{file}:6:"), said
    assert "engine.dask.address: no scheduler of Dask answers at 'tcp://127.0.0.1:1'" in said


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    file = write_experiment(tmp_path)
    assert main(["sweep", "run", str(file), "--store", str(tmp_path / "store"), "--engine", "dask"]) == 2
    assert "pip install 'sahelsim[cluster]'" in capsys.readouterr().err


def test_the_engine_takes_its_workers_from_the_command_line_first():
    settings = EngineSettings.model_validate({"dask": {"workers": 3}})
    assert choose_engine(settings, "dask")._workers == 3
    assert choose_engine(settings, "dask", 5)._workers == 5
    with pytest.raises(BadInput, match="unknown engine"):
        choose_engine(settings, "abacus")
