"""What a sweep will take: from a pilot of a few runs, measured in a process of its own."""

from __future__ import annotations

import math
import multiprocessing
import resource
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import SahelsimError
from sahelsim.sweep.code import code_version
from sahelsim.sweep.execute import ParcelReport, run_parcel
from sahelsim.sweep.making import make_store
from sahelsim.workers import interrupts_held, prepare_worker

if TYPE_CHECKING:
    from sahelsim.sweep.load import LoadedExperiment
    from sahelsim.sweep.runs import RunKey
    from sahelsim.sweep.store import Store

__all__ = ["Plan", "measure_plan"]

_PILOT_SECONDS = 4.0
_MOST_RUNS = 64


@dataclass(frozen=True)
class Plan:
    """What is to be done and what it takes.

    Attributes
    ----------
    seconds_per_run : float
        Of a warm process, writing included.
    start_seconds : float
        From the start of a process to its first row, less a run.
    memory_mb : float
        Most memory of a worker.
    megabytes : float
        Of the whole store.
    pilot : int
        Runs that were measured.
    """

    name: str
    variants: int
    draws: int
    replicates: int
    seconds_per_run: float
    start_seconds: float
    chunk_seconds: float
    memory_mb: float
    megabytes: float
    pilot: int
    pilot_failed: int

    @property
    def runs(self) -> int:
        """All runs."""
        return self.variants * self.draws * self.replicates

    @property
    def runs_per_chunk(self) -> int:
        """At the pilot's speed."""
        return max(1, math.ceil(self.chunk_seconds / self.seconds_per_run))

    @property
    def chunks(self) -> int:
        """At the pilot's speed."""
        return math.ceil(self.runs / self.runs_per_chunk)

    @property
    def core_hours(self) -> float:
        """Of all runs."""
        return self.runs * self.seconds_per_run / 3600

    def hours_on(self, nodes: int, cores: int) -> float:
        """Time on some nodes of so many cores each, as far as there are runs for them."""
        workers = min(nodes * cores, self.runs)
        return (math.ceil(self.runs / workers) * self.seconds_per_run + self.start_seconds) / 3600

    def as_dict(self) -> dict[str, Any]:
        """For `plan --json`."""
        return {
            "experiment": self.name, "runs": self.runs, "variants": self.variants, "draws": self.draws,
            "replicates": self.replicates, "chunks": self.chunks, "runs_per_chunk": self.runs_per_chunk,
            "seconds_per_run": round(self.seconds_per_run, 4), "start_seconds": round(self.start_seconds, 2),
            "core_hours": round(self.core_hours, 4), "memory_mb_per_worker": round(self.memory_mb),
            "store_megabytes": round(self.megabytes, 2), "pilot_runs": self.pilot, "pilot_failed": self.pilot_failed,
        }  # fmt: skip


def measure_plan(loaded: LoadedExperiment) -> Plan:
    """Run a pilot into a temporary store and say what the whole will take."""
    with tempfile.TemporaryDirectory(prefix="sahelsim-pilot-") as folder:
        store = make_store(loaded, Path(folder))
        keys = [key for key, _ in zip(store.keys(), range(_MOST_RUNS), strict=False)]
        return _plan(loaded, store, *_measure(store, keys))


def _plan(
    loaded: LoadedExperiment, store: Store, first: ParcelReport, second: ParcelReport, sizes: list[int], memory: float
) -> Plan:
    runs = second.done + second.failed
    each = second.seconds / max(runs, 1)
    before, between, after = sizes
    size = before + store.total * (after - between) / max(runs, 1)
    return Plan(
        name=str(store.manifest["name"]), variants=len(store.variants), draws=store.draws.num_rows,
        replicates=store.replicates, seconds_per_run=each,
        start_seconds=max(first.seconds - each * (first.done + first.failed), 0.0),
        chunk_seconds=loaded.experiment.engine.chunk_seconds, memory_mb=memory, megabytes=size / 1e6,
        pilot=first.done + first.failed + runs, pilot_failed=first.failed + second.failed,
    )  # fmt: skip


def _measure(store: Store, keys: list[RunKey]) -> tuple[ParcelReport, ParcelReport, list[int], float]:
    """A cold chunk with every variant, then a warm one of some seconds; size of the store before, between and after."""
    context = multiprocessing.get_context("spawn")
    each = len(store.variants)
    with ProcessPoolExecutor(1, mp_context=context, initializer=prepare_worker) as pool:

        def run(chunk: list[RunKey]) -> tuple[ParcelReport, float]:
            with interrupts_held():
                return pool.submit(_pilot, str(store.path), chunk).result()

        sizes = [_size(store.path)]
        first, _ = run(keys[:each])
        probe, memory = run(keys[:each])  # warm: how long it takes
        sizes.append(_size(store.path))
        fit = int(_PILOT_SECONDS / max(probe.seconds / each, 1e-9))
        chunk = keys[: max(each, min(fit, len(keys)))]
        second, memory = run(chunk)
        sizes.append(_size(store.path))
    if second.done + second.failed == 0:
        raise SahelsimError("the pilot did not finish a run")
    return first, second, sizes, memory


def _pilot(store: str, keys: list[RunKey]) -> tuple[ParcelReport, float]:
    report = run_parcel(store, keys, code_version())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return report, peak / (1e6 if sys.platform == "darwin" else 1e3)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
