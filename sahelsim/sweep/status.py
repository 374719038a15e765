"""How far a sweep is: from its store, whoever is running it."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelsim.sweep.engines.slurm_jobs import Array, SlurmSilent, arrays_in_queue
from sahelsim.sweep.layout import PANEL_FILE, PANELS
from sahelsim.sweep.progress import Follower
from sahelsim.sweep.store import Store, open_store

__all__ = ["Status", "Watcher"]

_ASK_EVERY = 5.0  # seconds between two questions to Slurm
_RECENT = 60.0  # seconds over which the rate is taken


@dataclass(frozen=True)
class Status:
    """State of a store at a moment."""

    name: str
    store: Path
    total: int
    done: int
    failed: int
    running: bool
    parent: dict[str, Any] | None
    rate: float | None
    """Runs a second of late; None when nothing is running or nothing is known yet."""
    shards: int
    panel_files: int
    megabytes: float
    damaged: tuple[str, ...]
    """Shards, and files of events and panels, that are missing or cut short; the runs that need them do not count."""
    jobs: tuple[str, ...]
    """Array jobs of Slurm that are waiting or running, in words."""
    slurm_silent: bool = False
    """Slurm was given work on this store and does not answer, so that nobody knows whether it is at it still."""

    @property
    def left(self) -> int:
        """Runs without a row."""
        return self.total - self.done - self.failed

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; None when it is not known."""
        return None if not self.rate else self.left / self.rate

    def as_dict(self) -> dict[str, Any]:
        """For `status --json`."""
        return {
            "experiment": self.name, "store": str(self.store), "total": self.total, "done": self.done,
            "failed": self.failed, "left": self.left, "running": self.running, "parent": self.parent,
            "runs_per_second": None if self.rate is None else round(self.rate, 3),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left, 1),
            "shards": self.shards, "panel_files": self.panel_files, "megabytes": self.megabytes,
            "damaged": list(self.damaged), "jobs": list(self.jobs), "slurm_silent": self.slurm_silent,
        }  # fmt: skip


class Watcher:
    """Looks at a store again and again; reads only what has changed.

    Parameters
    ----------
    path : Path
    ask_every : float
        Seconds between two questions to Slurm, where array jobs may be at work.
    """

    def __init__(self, path: Path, ask_every: float = _ASK_EVERY) -> None:
        self._ask_every = ask_every
        self._store: Store = open_store(path)
        self._follower = Follower(path)
        self._asked: float | None = None
        self._queue: list[Array] = []
        self._silent = False

    def look(self) -> Status:
        """The state now."""
        path = self._store.path
        self._store = Store(path)  # replicates and accepted code may have grown
        self._follower.look()
        incomplete = self._follower.incomplete(events=self._store.experiment.keep.events)
        rows = self._follower.rows(self._store.codes, but=incomplete).values()
        damaged = [*self._follower.damaged, *(file for files in incomplete.values() for file in files)]
        held, arrays = self._store.is_held(), self._arrays()
        parent = self._store.parent() if held else None
        began = min([*(each.submission.submitted for each in arrays), *([float(parent["started"])] if parent else [])],
                    default=None)  # fmt: skip
        return Status(
            name=str(self._store.manifest["name"]),
            store=path,
            total=self._store.total,
            done=sum(ok for ok, _ in rows),
            failed=sum(not ok for ok, _ in rows),
            running=held or bool(arrays),
            parent=parent,
            rate=None if began is None else _rate([finished for _, finished in rows], began),
            shards=len(self._follower.paths),
            panel_files=sum(1 for _ in (path / PANELS).glob(PANEL_FILE)),
            megabytes=round(_size(path) / 1e6, 3),
            damaged=tuple(str(file) for file in damaged),
            jobs=tuple(str(array) for array in arrays),
            slurm_silent=self._silent,
        )

    def _arrays(self) -> list[Array]:
        """Those in the queue; Slurm is not asked at every look, and not where it is not."""
        now = time.monotonic()
        if self._asked is None or now - self._asked > self._ask_every:
            self._asked = now
            try:
                self._queue = arrays_in_queue(self._store.path) if shutil.which("squeue") else []
                self._silent = False
            except SlurmSilent:
                self._queue, self._silent = [], True
        return self._queue


def _rate(finished: list[float], started: float) -> float | None:
    """Runs a second between the first and the last of those that this parent finished of late."""
    latest = max(finished, default=0.0)
    recent = sorted(t for t in finished if t >= max(started, latest - _RECENT))
    if len(recent) < 3 or recent[-1] <= recent[0]:
        return None
    return (len(recent) - 1) / (recent[-1] - recent[0])


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
