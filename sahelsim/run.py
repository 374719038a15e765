"""Running a scenario: replicates over worker processes, results into a run directory."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sahelsim.profile import ReplicateProfile
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.build import Blueprint

__all__ = ["Draws", "RunSummary", "run_scenario"]

Progress = Callable[[int, int], None]
"""Called with the replicate-steps that are done and those that there are in all."""


class Draws(Protocol):
    """Draws of parameters, one for each replicate."""

    def blueprint(self, replicate: int) -> Blueprint:
        """What a replicate starts from. The object can be pickled."""

    def write(self, directory: Path) -> dict[str, Any]:
        """Write which replicate has which draw into a run directory; what the manifest says of it."""


@dataclass(frozen=True)
class RunSummary:
    """What a run left behind."""

    out: Path
    seed: int
    replicates: int
    events: int  # in the record, over all replicates
    seconds_per_replicate: float  # median time of the simulation alone, once warm
    files: tuple[str, ...]  # names in `out`
    profile: ReplicateProfile | None = None  # where the time went, over all replicates, if asked for


def run_scenario(
    scenario: Scenario,
    out: str | Path,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    force: bool = False,
    inputs: Sequence[Path] = (),
    profile: bool = False,
    draws: Draws | None = None,
) -> RunSummary:
    """Simulate every replicate of a scenario, observe it, and write a run directory.

    The tables do not depend on the number of workers: each replicate's numbers follow from the scenario, its
    seed and the replicate's number, and replicates are written in order. Interrupted (Ctrl-C, SIGTERM) or
    failed, it leaves nothing behind.

    Parameters
    ----------
    scenario : Scenario
        A checked scenario; its `replicates` and `seed` are used.
    out : path
        The directory to make. It must be new or empty, or with `force` a run that is replaced.
    workers : int
        Processes to use; 1 runs in this one.
    progress : callable, optional
        Called with (replicate-steps done, in all), in this process.
    force : bool
        Replace a finished run in `out`.
    inputs : sequence of Path
        Files that the scenario was read from, to be hashed in the manifest.
    profile : bool
        Take down where the time goes, stage by stage; the results are the same.
    draws : Draws, optional
        Parameters that each replicate has instead of the scenario's; kept as draws.parquet and named in the manifest.

    Raises
    ------
    BadInput
        `out` cannot be used, or workers is less than 1.
    SahelsimError
        A replicate failed or a worker process died.
    """
    from sahelsim.errors import BadInput
    from sahelsim.profile import add_up
    from sahelsim.results.manifest import inputs_of
    from sahelsim.results.storage import aside
    from sahelsim.results.writing import RunWriter
    from sahelsim.workers import parts_in_order
    from sahelsim.world.build import build_blueprint

    if workers < 1:
        raise BadInput(f"{workers} workers cannot run anything; give at least 1", path="--workers")
    target = Path(out)
    profiles: list[ReplicateProfile] = []
    began, started = time.perf_counter(), datetime.now(UTC)
    with _sigterm_ends_cleanly(), aside(target, force=force) as directory:
        blueprint = build_blueprint(scenario)
        writer = RunWriter(directory, scenario, blueprint.ground)
        try:
            drawn = None if draws is None else draws.blueprint
            with closing(parts_in_order(scenario, blueprint, workers, progress, profile=profile, drawn=drawn)) as parts:
                for part in parts:
                    writer.add(part)
                    if part.profile is not None:
                        profiles.append(part.profile)
            timings = _timings(started, time.perf_counter() - began, workers)
            more = {} if draws is None else draws.write(directory)
            writer.finish(inputs_of(scenario, inputs), timings, more)
        finally:
            writer.close_files()
    return RunSummary(
        out=target,
        seed=scenario.seed,
        replicates=scenario.replicates,
        events=writer.events,
        seconds_per_replicate=writer.seconds_per_replicate,
        files=tuple(sorted(path.name for path in target.iterdir())),
        profile=add_up(profiles) if profiles else None,
    )


def _timings(started: datetime, seconds: float, workers: int) -> dict[str, Any]:
    return {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "workers": workers,
    }


@contextmanager
def _sigterm_ends_cleanly() -> Iterator[None]:
    """Let SIGTERM unwind the stack (exit code 143), so that all is cleaned up; a handler of the caller's stays."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
