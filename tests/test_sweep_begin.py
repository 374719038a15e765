"""Beginning a sweep: what is asked before anything is written, and what a store without a run allows."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import StringIO

import pytest
from rich.console import Console
from sweep_experiments import TINY, HereEngine, load, rows_in, write_experiment

from sahelsim.cli.main import main
from sahelsim.cli.sweep_command import sweep_bar
from sahelsim.errors import BadInput, SahelsimError
from sahelsim.sweep.changed import Changed
from sahelsim.sweep.drive import rehearse_sweep, run_sweep
from sahelsim.sweep.engines.base import Tally
from sahelsim.sweep.engines.slurm_jobs import SlurmSilent, Submission, refuse_beside_arrays, require_slurm
from sahelsim.sweep.layout import PARENT, is_store
from sahelsim.sweep.store import open_store

TOTAL = 20
LARGER = ("size: 5", "size: 6")


def dry(word, file, store, *more):
    return main(["sweep", word, str(file), "--store", str(store), "--dry-run", *more])


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    """A store with six of its runs; not to be written to."""
    folder = tmp_path_factory.mktemp("part")
    run_sweep(load(folder), folder / "store", HereEngine(chunks=2))
    return folder / "store"


@pytest.fixture
def silent_slurm(tmp_path, monkeypatch):
    """Slurm's own commands, where no Slurm answers them: their configuration names no controller."""
    (tmp_path / "slurm").mkdir()
    (tmp_path / "slurm" / "slurm.conf").write_text("ClusterName=none\n", encoding="utf-8")
    monkeypatch.setenv("SLURM_CONF", str(tmp_path / "slurm" / "slurm.conf"))
    if not shutil.which("sinfo"):
        pytest.skip("no commands of Slurm here")


# ------------------------------------------------------------------------------------------------- a rehearsal


def test_a_rehearsal_says_what_is_to_do_and_writes_nothing(part, tmp_path, capsys):
    file = write_experiment(tmp_path)
    assert dry("run", file, tmp_path / "new" / "store", "--json") == 0
    assert json.loads(capsys.readouterr().out) | {"total": TOTAL, "left": TOTAL, "engine": "local"} == {
        "store": str(tmp_path / "new" / "store"), "total": TOTAL, "left": TOTAL, "engine": "local",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["experiment.yaml"]
    before = sorted(part.rglob("*"))
    assert dry("resume", file, part) == 0
    assert "5 draws × 2 replicates × 2 variants\n14 of 20 runs are left to do; engine local" in capsys.readouterr().out
    grown = load(tmp_path, TINY, ("replicates: 2", "replicates: 3"))
    assert rehearse_sweep(grown, part, HereEngine(), resume=True) == Tally(6, 0, 30)
    assert sorted(part.rglob("*")) == before
    assert open_store(part).replicates == 2


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_a_rehearsal_meets_what_the_run_would(part, tmp_path, capsys, engine):
    file = write_experiment(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    assert dry("run", file, tmp_path / "mine", "--engine", engine) == 2
    assert "holds other files" in capsys.readouterr().err
    assert dry("run", file, file / "store", "--engine", engine) == 2
    assert f"{file / 'store'}: --store: cannot be written: {file} is a file" in capsys.readouterr().err
    assert dry("run", file, part, "--engine", engine) == 2
    assert "holds runs of this experiment already; go on with `sahelsim sweep resume`" in capsys.readouterr().err
    with open_store(shutil.copytree(part, tmp_path / "held")).held({"pid": 4711, "started": 0.0}):
        assert dry("resume", file, tmp_path / "held", "--engine", engine) == 2
    assert "another sweep is running into this store" in capsys.readouterr().err
    shard = next((shutil.copytree(part, tmp_path / "cut") / "summaries").glob("w-*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-40])
    assert dry("resume", file, tmp_path / "cut", "--engine", engine) == 2
    assert "1 of its shards cannot be read" in capsys.readouterr().err
    assert dry("resume", file, tmp_path / "cut", "--engine", engine, "--quarantine") == 0
    assert shard.is_file()


@pytest.fixture
def read_only(tmp_path):
    """A file system that cannot be written, also not by root."""
    where = tmp_path / "disk"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(where)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


def test_a_place_that_cannot_be_written_is_told_by_the_rehearsal_too(tmp_path, read_only, capsys):
    file = write_experiment(tmp_path)
    for more in (["--dry-run"], []):
        assert main(["sweep", "run", str(file), "--store", str(read_only / "a" / "store"), *more]) == 2
        said = capsys.readouterr().err
        assert said == (
            f"{read_only}: --store: cannot be written: Read-only file system. A sweep needs a store that it can write: "
            "choose another place with --store\n"
        )


# ------------------------------------------------------------------------------------------------- Slurm that is silent


@pytest.mark.usefixtures("silent_slurm")
@pytest.mark.parametrize("more", [["--dry-run"], []])
def test_slurm_that_does_not_answer_is_said_before_a_store_is_made(tmp_path, capsys, more):
    file = write_experiment(tmp_path)
    assert main(["sweep", "run", str(file), "--store", str(tmp_path / "store"), "--engine", "slurm", *more]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Slurm does not answer here, and `sinfo` should ("), said
    assert "--engine local" in said
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("silent_slurm")
def test_dask_on_slurm_that_does_not_answer_is_said_too(tmp_path, capsys):
    pytest.importorskip("dask_jobqueue")
    file = write_experiment(
        tmp_path, TINY, ("seed: 3", "seed: 3\nengine: { kind: dask, dask: { cluster: slurm, workers: 2 } }")
    )
    assert dry("run", file, tmp_path / "store") == 2
    assert "Slurm does not answer here" in capsys.readouterr().err


@pytest.mark.usefixtures("silent_slurm")
def test_a_store_with_jobs_nobody_can_be_asked_about_is_left_alone(tmp_path):
    store = tmp_path / "store"
    run_sweep(load(tmp_path), store, HereEngine(chunks=0))
    (store / "slurm").mkdir()
    Submission(1, "tiny-0", "7", 1, TOTAL, "c", 1, 0.2, 1, 0.0).write(store)
    with pytest.raises(SlurmSilent):
        require_slurm("squeue")
    with pytest.raises(BadInput, match=r"nobody knows whether it is at it still.*remove slurm/"):
        refuse_beside_arrays(store)
    with pytest.raises(SahelsimError, match="nobody knows"):
        run_sweep(load(tmp_path, TINY, LARGER), store, HereEngine())
    assert open_store(store).draws.num_rows == 5


@pytest.mark.usefixtures("silent_slurm")
def test_status_says_what_is_done_where_slurm_does_not_answer(tmp_path, capsys):
    file, store = write_experiment(tmp_path), tmp_path / "store"
    run_sweep(load(tmp_path), store, HereEngine(chunks=2))
    (store / "slurm").mkdir()
    Submission(1, "tiny-0", "7", 1, TOTAL, "c", 1, 0.2, 1, 0.0).write(store)
    assert main(["sweep", "status", str(file), "--store", str(store)]) == 0
    said = capsys.readouterr()
    assert f"6 of {TOTAL} runs done" in said.out
    assert "nothing is running" not in said.out
    assert "Slurm was given work on this store and does not answer" in said.err
    assert main(["sweep", "status", str(file), "--store", str(store), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["done"], status["slurm_silent"], status["running"]) == (6, True, False)


# ------------------------------------------------------------------------------------------------- a store without runs


@pytest.mark.parametrize("resume", [False, True])
def test_a_store_without_a_run_is_begun_anew_when_the_experiment_has_changed(tmp_path, resume):
    store, said = tmp_path / "store", []
    run_sweep(load(tmp_path), store, HereEngine(chunks=0))
    changed = load(tmp_path, TINY, LARGER, ("meek:", "mild:"))
    assert rehearse_sweep(changed, store, HereEngine(), resume=resume) == Tally(0, 0, 24)
    assert open_store(store).draws.num_rows == 5
    assert run_sweep(changed, store, HereEngine(chunks=1), resume=resume, say=said.append) == Tally(3, 0, 24)
    assert said == [f"{store}: holds no run yet, and the experiment has changed since it was begun; it begins anew"]
    assert sorted(path.name for path in (store / "scenarios").iterdir()) == ["baseline.json", "mild.json"]
    with pytest.raises(Changed, match=r"design\.size: has changed"):
        run_sweep(load(tmp_path, TINY, ("meek:", "mild:")), store, HereEngine(), resume=True)


def test_a_store_whose_parent_was_killed_is_not_begun_anew(tmp_path):
    """Somebody may still be writing into it."""
    store = tmp_path / "store"
    run_sweep(load(tmp_path), store, HereEngine(chunks=0))
    (store / PARENT).write_text("{}", encoding="utf-8")
    with pytest.raises(Changed, match=r"design\.size: has changed"):
        run_sweep(load(tmp_path, TINY, LARGER), store, HereEngine())
    assert open_store(store).draws.num_rows == 5


def test_resume_into_a_store_that_is_not_there_begins_it_and_says_so(tmp_path, capsys):
    file, store = write_experiment(tmp_path, TINY, ("size: 5", "size: 1")), tmp_path / "mistyped"
    for more in (["--dry-run"], ["-q", "--workers", "1"]):
        assert main(["sweep", "resume", str(file), "--store", str(store), *more]) == 0
        assert f"{store}: no sweep was begun there; this begins one" in capsys.readouterr().err
    assert is_store(store)
    assert rows_in(store) == 4
    assert main(["sweep", "resume", str(file), "--store", str(store), "-q"]) == 0
    assert capsys.readouterr().err == ""


# ------------------------------------------------------------------------------------------------- looking at it


def test_status_and_collect_say_what_has_changed_since(part, tmp_path, capsys):
    changed = ("skill, range: [0.5, 1.5]", "skill, range: [0.5, 1.6]"), ("replicates: 2", "replicates: 3")
    file, out = write_experiment(tmp_path, TINY, *changed), tmp_path / "table.parquet"
    for word, more in (("status", ["--json"]), ("collect", ["--out", str(out), "--json"])):
        assert main(["sweep", word, str(file), "--store", str(part), *more]) == 0
        found = capsys.readouterr()
        assert found.err == (
            f"{file}:9:44: factors.skill.range: has changed since the sweep in {part} began, from [0.5, 1.5] to "
            f"[0.5, 1.6]\n{file}:6:13: replicates: the sweep in {part} has 2 so far\n"
            "what follows is of the sweep as it is in the store\n"
        )
        assert json.loads(found.out)["total"] == TOTAL
    write_experiment(tmp_path)
    assert main(["sweep", "status", str(file), "--store", str(part)]) == 0
    assert capsys.readouterr().err == ""


def test_the_bar_shows_a_rate_that_is_known_before_anything_moves():
    console = Console(file=StringIO(), force_terminal=True, color_system=None, width=120)
    with sweep_bar(console, "tiny", quiet=False) as bar:
        bar(10, 1, 40, 0.5)
    assert "0.5 runs/s 0:00:58" in console.file.getvalue()
