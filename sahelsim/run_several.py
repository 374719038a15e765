"""Running several scenarios over one pool of processes, each into a run directory; finished ones are kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.results.part import Part
    from sahelsim.scenario.schema import Scenario

__all__ = ["PlannedRun", "code_state", "is_done", "run_several"]

Progress = Callable[[int, int], None]
"""Called with the replicate-steps that are done and those that there are in all."""

_CODE = "sahelsim"
_LOOKING = ("cli", "flee_coupling", "ged", "patterns", "plot", "seeds")  # packages that only look at results


@dataclass(frozen=True)
class PlannedRun:
    """A scenario and where its results go."""

    scenario: Scenario
    out: Path
    inputs: tuple[Path, ...] = ()
    """Files that it was read from."""


def run_several(planned: Sequence[PlannedRun], *, workers: int = 1, progress: Progress | None = None) -> list[bool]:
    """Run what has not been run yet.

    All replicates of all scenarios are tasks of one pool, so that no process waits for the last replicate of a
    scenario. A run directory appears when its scenario is finished; interrupted, the unfinished one vanishes and
    the finished ones stay, and the next call takes up there.

    Parameters
    ----------
    planned : sequence of PlannedRun
        In this order.
    workers : int
        Processes to use; 1 runs in this one. The results are the same.
    progress : callable, optional
        Called with (replicate-steps done, in all) of what is left to do.

    Returns
    -------
    list of bool
        Which of them had been finished before.

    Raises
    ------
    BadInput
        A directory cannot be used, or workers is less than 1.
    SahelsimError
        A replicate failed or a worker process died.
    """
    from sahelsim.workers import Job, parts_of_jobs

    if workers < 1:
        raise BadInput(f"{workers} workers cannot run anything; give at least 1", path="--workers")
    code = code_state()
    done = [is_done(run, code) for run in planned]
    left = [run for run, finished in zip(planned, done, strict=True) if not finished]
    jobs = [Job(run.scenario) for run in left]
    with closing(parts_of_jobs(jobs, workers, progress)) as parts:
        for number, group in groupby(parts, key=itemgetter(0)):
            _write(left[number], (part for _, part in group), workers, code)
    return done


def _write(run: PlannedRun, parts: Iterable[Part], workers: int, code: dict[str, Any]) -> None:
    from sahelsim.results.manifest import inputs_of
    from sahelsim.results.storage import aside
    from sahelsim.results.writing import RunWriter
    from sahelsim.world.build import build_blueprint

    began, started = time.perf_counter(), datetime.now(UTC)
    with aside(run.out, force=True) as directory:
        writer = RunWriter(directory, run.scenario, build_blueprint(run.scenario).ground)
        try:
            for part in parts:
                writer.add(part)
            seconds = round(time.perf_counter() - began, 3)
            timings = {"started": started.isoformat(timespec="seconds"), "seconds": seconds, "workers": workers}
            writer.finish(inputs_of(run.scenario, run.inputs) | {_CODE: code}, timings)
        finally:
            writer.close_files()


def is_done(run: PlannedRun, code: dict[str, Any]) -> bool:
    """Whether its directory holds a whole run of the same scenario, tables and code."""
    from sahelsim.results import open_run
    from sahelsim.results.manifest import inputs_of, versions
    from sahelsim.scenario.dump import scenario_hash

    try:
        manifest = open_run(run.out).manifest
    except BadInput:
        return False
    tables = {name: entry for name, entry in manifest["inputs"].items() if name.startswith("region/")}
    known = {name: version for name, version in manifest["versions"].items() if name != "commit"}
    return bool(
        manifest["scenario_sha256"] == scenario_hash(run.scenario)
        and manifest["inputs"].get(_CODE) == code
        and tables == inputs_of(run.scenario, ())
        and known == {name: version for name, version in versions().items() if name != "commit"}
    )


def code_state() -> dict[str, Any]:
    """Number and hash of the package's files that a result can depend on: a commit does not tell of later edits."""
    package = Path(__file__).resolve().parent
    files = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    digest, count = hashlib.sha256(), 0
    for file in files:
        if file.parts[0] not in _LOOKING:
            digest.update(f"{file.as_posix()} ".encode() + (package / file).read_bytes())
            count += 1
    return {"files": count, "sha256": digest.hexdigest()}
