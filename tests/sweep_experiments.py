"""Small experiments for the tests of sweeps, sweeps in processes of their own, and what they leave in a store."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sahelsim.cli.main import main
from sahelsim.sweep.collect import collect
from sahelsim.sweep.engines.base import Tally, Work
from sahelsim.sweep.execute import run_parcel
from sahelsim.sweep.load import LoadedExperiment, load_experiment
from sahelsim.sweep.shards import list_shards, read_shard

WAIT = 300.0
"""Seconds until a test gives up waiting, for slow machines."""

TINY = """
name: tiny
scenario: two_actors
changes: { calendar.steps: 9, region.communities: 30 }
seed: 3
replicates: 2
factors:
  initiative: { path: actors.movement.doctrine.initiative, range: [0.5, 2.0], transform: log }
  skill: { path: actors.army.skill, range: [0.5, 1.5] }
design: { kind: lhs, size: 5 }
what_ifs:
  meek: { changes: { actors.army.doctrine.harshness: 0.0 } }
"""

TOTAL = 20
"""Runs of TINY: 5 draws x 2 replicates x a pair."""

FAILING = """
name: failing
scenario: two_actors
changes: { calendar.steps: 5, region.communities: 30 }
replicates: 1
factors:
  border: { path: region.countries.WST.lon_max, values: [12.5, 13.8] }
  edge: { paths: [grid.lon_max, region.countries.EST.lon_max], values: [14.0, 13.5] }
design: { kind: grid }
"""
"""The world of the last draw cannot be: its western country reaches beyond the edge."""


def write_experiment(folder: Path, text: str = TINY, *changes: tuple[str, str]) -> Path:
    """A file with the experiment, with pieces replaced."""
    for old, new in changes:
        assert text.count(old) == 1, f"expected {old!r} once"
        text = text.replace(old, new)
    file = folder / "experiment.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def load(folder: Path, text: str = TINY, *changes: tuple[str, str]) -> LoadedExperiment:
    """The same, loaded."""
    return load_experiment(write_experiment(folder, text, *changes))


class HereEngine:
    """Runs chunks in this process, so many of them before it has had enough."""

    name = "here"

    def __init__(self, length: int = 3, chunks: int | None = None) -> None:
        self.length, self.chunks = length, chunks

    def ready(self, store: Path) -> None:
        pass

    def run(self, work: Work) -> None:
        while (self.chunks is None or self.chunks > 0) and (parcel := work.take(runs=self.length)):
            work.report(parcel, run_parcel(work.store, parcel.runs, work.code))
            self.chunks = None if self.chunks is None else self.chunks - 1


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def table_hash(store: Path, folder: Path) -> str:
    """SHA-256 of the collected table of a store; `folder` takes the table."""
    collect(store, folder / "table.parquet")
    return hash_of(folder / "table.parquet")


def left(tally: Tally) -> int:
    """Runs that have no row."""
    return tally.total - tally.done - tally.failed


def start(word: str, file: Path, store: Path, *more: str) -> subprocess.Popen[str]:
    """A command of sweeps in a process group of its own."""
    command = [sys.executable, "-m", "sahelsim.cli.main", "sweep", word, str(file), "--store", str(store), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for(
    condition: Callable[[], object], process: subprocess.Popen[str] | None = None, *, may_end: bool = False
) -> None:
    """Until it holds; the process must go on meanwhile, or ends the waiting where it may end."""
    deadline = time.monotonic() + WAIT
    while not condition():
        if process is not None and process.poll() is not None:
            assert may_end, process.communicate()
            return
        assert time.monotonic() < deadline, "nothing happened for minutes"
        time.sleep(0.02)


def rows_in(store: Path) -> int:
    """Rows on disk."""
    return sum(read_shard(path, ["run"]).num_rows for path in list_shards(store))


def collected(file: Path, store: Path) -> str:
    """Hash of the table of a sweep."""
    out = store.parent / f"{store.name}.parquet"
    assert main(["sweep", "collect", str(file), "--store", str(store), "--out", str(out)]) == 0
    return hash_of(out)


def undisturbed_sweep(folder: Path, file: Path, chunk_seconds: str) -> str:
    """Hash of the table of an experiment by one local process in longer chunks, with nothing in its way."""
    text, other = file.read_text(encoding="utf-8"), folder / "long.yaml"
    assert text.count(chunk_seconds) == 1
    other.write_text(text.replace(chunk_seconds, "chunk_seconds: 3.0"), encoding="utf-8")
    assert main(["sweep", "run", str(other), "--store", str(folder / "store"), "--workers", "1", "-q"]) == 0
    return collected(file, folder / "store")
