"""Small experiments for the tests of sweeps, and what they leave in a store."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sahelsim.sweep.engines.base import Tally, Work
from sahelsim.sweep.execute import run_parcel
from sahelsim.sweep.load import LoadedExperiment, load_experiment

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

    def run(self, work: Work) -> None:
        while (self.chunks is None or self.chunks > 0) and (parcel := work.take(runs=self.length)):
            work.report(parcel, run_parcel(work.store, parcel.runs, work.code))
            self.chunks = None if self.chunks is None else self.chunks - 1


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def left(tally: Tally) -> int:
    """Runs that have no row."""
    return tally.total - tally.done - tally.failed
