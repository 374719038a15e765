"""Array jobs of Slurm: what is left is cut into tasks, handed over at once, and watched through the store.

Nothing is asked of the command that submits but to submit: the tasks read their runs from the store and write their
rows there. So it can leave, and another one finds the array by what the store says of it.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from sahelsim.errors import SahelsimError
from sahelsim.sweep.engine_settings import SlurmSettings
from sahelsim.sweep.engines.base import Work
from sahelsim.sweep.engines.local import LocalEngine
from sahelsim.sweep.engines.slurm_jobs import (
    Array,
    SlurmFailed,
    arrays_in_queue,
    cancel_arrays,
    logs_of,
    require_slurm,
    submissions,
)
from sahelsim.sweep.engines.slurm_submit import seconds_of_runs, submit, try_script
from sahelsim.sweep.engines.slurm_watch import Watched, claimed
from sahelsim.sweep.layout import SLURM
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.store import Store, open_store

__all__ = ["SlurmEngine"]

_COMMANDS = ("sbatch", "squeue", "scancel")
_LOOK_SECONDS = 0.5  # between two looks at the store
_LOOK_SHARE = 5.0  # times as long as a look takes, in a large store
_ENDING_SECONDS = 10.0  # that tasks have to leave the queue once their runs are done
_PATIENCE = 600.0  # seconds that Slurm may fail to answer while the store is watched


class SlurmEngine:
    """Submits what nobody does yet and watches until it is done.

    Ctrl-C ends the watching, not the array: `sahelsim sweep cancel` ends that.

    Parameters
    ----------
    settings : SlurmSettings
    tasks : int, optional
        Most tasks at once, instead of the settings'.
    """

    name: ClassVar[str] = "slurm"

    def __init__(self, settings: SlurmSettings, tasks: int | None = None) -> None:
        self._settings = settings if tasks is None else settings.model_copy(update={"tasks": tasks})
        self._arrays: list[Array] = []

    def ready(self, store: Path) -> None:
        """Ask Slurm whether it is there, and whether it would take a job, unless some are in the queue already."""
        require_slurm(*_COMMANDS)
        if not arrays_in_queue(store):
            try_script(self._settings, store)

    def run(self, work: Work) -> None:
        """Submit and watch; see `Engine.run`."""
        self._arrays = arrays_in_queue(work.store)  # before the rows are read: what ends meanwhile has rows by then
        for array in self._arrays:
            work.say(f"still in the queue: {array}")
        store, watched = open_store(work.store), Watched(work)
        free = watched.left(but=claimed(work.store, self._arrays))
        if free:
            try_script(self._settings, work.store)
            seconds = self._seconds(store) or self._try_some(store, work, free)
            watched.look()
            free = watched.left(but=set(watched.keys) - set(free))
            if free and not work.stopping():
                new = submit(self._settings, store, work, free, seconds)
                self._arrays.append(Array(new, str(new.job), dict.fromkeys(range(new.tasks), ("PENDING", "None"))))
        self._watch(work, watched)

    def left_behind(self) -> str | None:
        """The arrays, which go on."""
        jobs = ", ".join(array.job for array in self._arrays)
        return f"array job {jobs} goes on by itself" if jobs else None

    def _seconds(self, store: Store) -> float | None:
        """Time of a run, if the experiment or the store know it."""
        return self._settings.run_seconds or seconds_of_runs(store, 2 * len(store.variants))

    def _try_some(self, store: Store, work: Work, free: list[RunKey]) -> float:
        """Time of a run, by doing the first few here; they count."""
        few = max(len(store.variants), work.least_runs)
        first = Work(
            work.store, work.code, free[: 2 * few], chunk_seconds=work.chunk_seconds, least_runs=few,
            before=work.tally, watch=work.observe,
        )  # fmt: skip
        LocalEngine(1).run(first)
        return first.seconds_per_run or seconds_of_runs(store, 1) or 1.0

    def _watch(self, work: Work, watched: Watched) -> None:
        """Until everything is done, or nothing of it is in the queue any more."""
        asked = answered = time.monotonic()
        cancelled = False
        while watched.look():
            now = time.monotonic()
            if work.stopping() and not cancelled:
                cancelled = True
                cancel_arrays(self._arrays)
            if now - asked >= (_LOOK_SECONDS if cancelled else self._settings.poll_seconds):
                asked = now
                try:
                    before, self._arrays = self._arrays, arrays_in_queue(work.store)
                    answered = now
                except SlurmFailed:
                    if now - answered > _PATIENCE:
                        raise
                else:
                    if not before and not self._arrays:  # twice: rows may be seen late on a shared file system
                        watched.look(ended=True)
                        break
            time.sleep(max(_LOOK_SECONDS, _LOOK_SHARE * watched.seconds))
        self._leave(work, watched, cancelled=cancelled)

    def _leave(self, work: Work, watched: Watched, *, cancelled: bool) -> None:
        """Note which arrays have ended, and say why if runs are left."""
        left, deadline = len(watched.left()), time.monotonic() + _ENDING_SECONDS
        with suppress(SlurmFailed):
            self._arrays = arrays_in_queue(work.store)
            while self._arrays and not left and time.monotonic() < deadline:
                time.sleep(_LOOK_SECONDS)
                self._arrays = arrays_in_queue(work.store)
        queued = {array.submission.number for array in self._arrays}
        over = [each for each in submissions(work.store) if not each.ended and each.number not in queued]
        last = _last_words([log for each in over for log in logs_of(work.store, each)])
        for each in over:
            replace(each, ended=True).write(work.store)
        if left and not cancelled:
            said = f" The last that a task said: {last}." if last else ""
            raise SahelsimError(
                f"the array job has ended, and {left:,} of its runs are not done.{said} Logs are in "
                f"{work.store / SLURM / 'logs'}. What is done is in the store, `sahelsim sweep resume` goes on"
            )


def _last_words(logs: list[Path]) -> str | None:
    """Last line of the latest log; logs that say nothing are removed."""
    found: list[tuple[float, str]] = []
    for log in logs:
        with suppress(OSError):
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines:
                found.append((log.stat().st_mtime, lines[-1]))
            else:
                log.unlink()
    return max(found)[1] if found else None
