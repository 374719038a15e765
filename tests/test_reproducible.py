"""Same scenario, seed and version: same bytes. On any number of workers, in another process, in other surroundings."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from mechanisms.small import LIVELY

from sahelsim.results import open_run
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
from sahelsim.terms import Decision, Harm

SMALL = (str(LIVELY), (), ("replicates=4", "calendar.steps=20"))
REFERENCE = ("sahel_2017_2023", ("coarse",), ("replicates=2", "calendar.steps=6"))

MACHINE = {"timings", "machine"}
"""What may differ in manifest.json: when and on what it was run."""

_ELSEWHERE = """
import json, sys
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
out, (name, overrides, settings) = json.loads(sys.argv[1])
run_scenario(load_scenario(name, overrides=overrides, settings=settings), out)
"""


def run(plan, out, workers=1, *more):
    name, overrides, settings = plan
    run_scenario(load_scenario(name, overrides=overrides, settings=[*settings, *more]), out, workers=workers)
    return out


def run_elsewhere(plan, out, folder):
    """The run in a new process with other surroundings: hash seed, time zone, language, threads, directory."""
    surroundings = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "NUMBA_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-W", "error", "-c", _ELSEWHERE, json.dumps([str(out), plan])],
        check=True,
        cwd=folder,
        env=os.environ | surroundings,
    )
    return out


def files(out):
    """SHA-256 of every file of a run but its manifest."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def manifest(out):
    """The manifest without what may differ."""
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert set(content) >= MACHINE
    return {key: value for key, value in content.items() if key not in MACHINE}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The small world on one worker."""
    return run(SMALL, tmp_path_factory.mktemp("small") / "run")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The reference scenario, coarse and short, on one worker."""
    return run(REFERENCE, tmp_path_factory.mktemp("reference") / "run")


TABLES = (
    "accounts", "allegiance", "budgets", "camps", "communities", "decisions", "dyads", "events", "fighters", "flows",
    "katibas", "summary", "truth",
)  # fmt: skip


@pytest.mark.jit_only
def test_the_run_has_something_to_compare(alone):
    """All tables are written, and every mechanism has done something."""
    found = files(alone)
    assert {f"{table}.parquet" for table in TABLES} | {"scenario.yaml", "summary.json"} <= set(found)
    assert any(name.startswith("panel.zarr/") for name in found)
    opened = open_run(alone)
    assert {words(kind) for kind in opened.decisions()["kind"].unique()} == {words(kind.name) for kind in Decision}
    assert opened.truth()["kind"].nunique() == len(Harm)
    assert len(opened.flows()) > 0


def words(name):
    """A kind as the tables or as the constants write it."""
    return str(name).lower().replace("_", " ")


@pytest.mark.jit_only
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers(alone, tmp_path, workers):
    again = run(SMALL, tmp_path / "run", workers)
    assert files(again) == files(alone)
    assert manifest(again) == manifest(alone)


@pytest.mark.jit_only
def test_another_process_in_other_surroundings(alone, tmp_path):
    again = run_elsewhere(SMALL, tmp_path / "run", tmp_path)
    assert files(again) == files(alone)
    assert manifest(again) == manifest(alone)


@pytest.mark.jit_only
def test_another_seed_is_another_world(alone, tmp_path):
    ours, theirs = files(alone), files(run(SMALL, tmp_path / "run", 1, "seed=8"))
    same = {name for name in ours if theirs.get(name) == ours[name]}
    differ = {f"{table}.parquet" for table in TABLES} - {"camps.parquet"}
    assert not same & differ
    assert "zarr.json" in {name.rpartition("/")[2] for name in same}  # the shape of the panel is the same


@pytest.mark.jit_only
def test_a_replicate_does_not_depend_on_how_many_there_are(alone, tmp_path):
    fewer = open_run(run(SMALL, tmp_path / "run", 1, "replicates=2"))
    for replicate in range(2):
        assert fewer.truth(replicate).equals(open_run(alone).truth(replicate))
        assert fewer.events(replicate).equals(open_run(alone).events(replicate))


@pytest.mark.jit_only
def test_the_reference_on_two_workers(reference, tmp_path):
    again = run(REFERENCE, tmp_path / "run", 2)
    assert files(again) == files(reference)
    assert manifest(again) == manifest(reference)


@pytest.mark.jit_only
def test_the_reference_in_another_process_in_other_surroundings(reference, tmp_path):
    again = run_elsewhere(REFERENCE, tmp_path / "run", tmp_path)
    assert files(again) == files(reference)
    assert manifest(again) == manifest(reference)


@pytest.mark.jit_only
def test_another_seed_is_another_reference(reference, tmp_path):
    ours, theirs = files(reference), files(run(REFERENCE, tmp_path / "run", 1, "seed=1"))
    differ = ("events.parquet", "truth.parquet", "fighters.parquet", "allegiance.parquet")
    assert all(ours[name] != theirs[name] for name in differ)
