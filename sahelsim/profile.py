"""Where the time of a run goes: a stop-watch around each stage of the schedule, and the bytes that a stage is about.

What is measured, for each replicate and stage: wall-clock time of the stage as a whole (its kernels, the arrays that
it hands them and the Python around them); bytes of the rows that it added to the logs of violence, decisions and
flows; and, on one step in `SAMPLE`, which arrays of the state it changed, by comparing them before and after (outside
of the time). The first step of the first replicate of a process loads or compiles kernels: it is kept apart.
Profiled or not, the stages do the same in the same order.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.schedule import Play, Stage
from sahelsim.world.state import World, registry

__all__ = ["SAMPLE", "Profiler", "ReplicateProfile", "StageProfile", "add_up"]

SAMPLE = 13
"""On each so many steps, from the second on, the state is compared before and after each stage [steps]."""

Arrays = dict[str, npt.NDArray[Any]]


@dataclass
class StageProfile:
    """One stage of the schedule."""

    name: str
    seconds: float = 0.0  # without the first step of a process
    calls: int = 0  # that the seconds are of
    first_seconds: float = 0.0  # on the first step of a process
    log_bytes: int = 0
    changes: dict[str, int] = field(default_factory=dict)  # "table.array" to bytes, of arrays that it changed


@dataclass(frozen=True)
class ReplicateProfile:
    """One replicate, or several added up."""

    stages: tuple[StageProfile, ...]
    replicates: int
    steps: int
    seconds: float  # of the simulation as a whole, with placing units and taking the state down
    state_bytes: dict[str, int]  # of one world, by table of the registry
    log_bytes: int  # allocated for logs at the end, of one replicate
    peak_bytes: int  # most memory that a process held, from its start; 0 where the system does not tell

    @property
    def stage_seconds(self) -> float:
        """Time in stages, without the first step of each process."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def first_seconds(self) -> float:
        """Time in stages on the first step of each process."""
        return sum(stage.first_seconds for stage in self.stages)

    def as_dict(self) -> dict[str, Any]:
        """The profile in plain numbers and names."""
        return asdict(self)


class Profiler:
    """Runs the stages of one replicate with a stop-watch: the `run` of `schedule.run_step`.

    Parameters
    ----------
    first : bool
        The replicate is the first of its process.
    """

    def __init__(self, *, first: bool) -> None:
        self._first = first
        self._stages: dict[str, StageProfile] = {}
        self._world: World | None = None

    def run(self, stage: Stage, play: Play) -> None:
        """Run a stage, and take down what it took."""
        world = self._world = play.world
        own = self._stages.setdefault(stage.name, StageProfile(stage.name))
        sampled = world.step % SAMPLE == 1
        before = {name: array.copy() for name, array in _state(world).items()} if sampled else {}
        written = _written(world)
        began = time.perf_counter()
        stage.run(play)
        seconds = time.perf_counter() - began
        own.log_bytes += _written(world) - written
        if self._first and world.step == 0:
            own.first_seconds += seconds
        else:
            own.seconds += seconds
            own.calls += 1
        if sampled:
            now = _state(world)
            own.changes.update(
                {name: now[name].nbytes for name, old in before.items() if old.tobytes() != now[name].tobytes()}
            )

    def finish(self, seconds: float) -> ReplicateProfile:
        """The profile of the replicate, which took `seconds` in all."""
        world = self._world
        if world is None:
            raise ValueError("no stage was run")
        tables: dict[str, int] = {}
        for name, array in _state(world).items():
            table = name.partition(".")[0]
            tables[table] = tables.get(table, 0) + array.nbytes
        logs = (world.violence, world.decisions, world.flows)
        return ReplicateProfile(
            stages=tuple(self._stages.values()),
            replicates=1,
            steps=world.step,
            seconds=seconds,
            state_bytes=tables,
            log_bytes=sum(log.rows.nbytes + log.terms.nbytes for log in logs),
            peak_bytes=_peak(),
        )


def add_up(profiles: Sequence[ReplicateProfile]) -> ReplicateProfile:
    """Replicates of one scenario together, from whatever processes: times and rows add up, sizes are the largest."""
    stages: dict[str, StageProfile] = {}
    for profile in profiles:
        for one in profile.stages:
            whole = stages.setdefault(one.name, StageProfile(one.name))
            for name in ("seconds", "calls", "first_seconds", "log_bytes"):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
            whole.changes.update(one.changes)
    return ReplicateProfile(
        stages=tuple(stages.values()),
        replicates=sum(p.replicates for p in profiles),
        steps=sum(p.steps for p in profiles),
        seconds=sum(p.seconds for p in profiles),
        state_bytes=profiles[0].state_bytes,
        log_bytes=max(p.log_bytes for p in profiles),
        peak_bytes=max(p.peak_bytes for p in profiles),
    )


def _state(world: World) -> Arrays:
    """Every array of the registry of state variables, by "table.array"."""
    tables = {f.name: getattr(world, f.name) for f in fields(world) if f.name in registry()}
    return {f"{name}.{v.name}": getattr(tables[name], v.name) for name, rows in registry().items() for v in rows}


def _written(world: World) -> int:
    """Bytes of the rows in the logs."""
    return sum(
        int(log.count[0]) * (log.rows.itemsize * log.rows.shape[1] + log.terms.itemsize * log.terms.shape[1])
        for log in (world.violence, world.decisions, world.flows)
    )


def _peak() -> int:
    """Most memory that this process has held [bytes]."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return int(np.int64(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)) * unit
