"""The runs of a session of the Slurm engine, as the store has them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from sahelsim.sweep.engines.base import Tally, Work
from sahelsim.sweep.engines.slurm_jobs import Array, read_tasks
from sahelsim.sweep.progress import Follower
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.store import open_store

__all__ = ["Watched", "claimed"]


class Watched:
    """Takes all runs of a `Work` and follows them in the store.

    Attributes
    ----------
    keys : tuple of RunKey
        The runs.
    seconds : float
        That the last look took.
    """

    def __init__(self, work: Work) -> None:
        self._work, self._before = work, work.tally
        store = open_store(work.store)
        chunk = work.take(runs=work.left)
        self.keys = () if chunk is None else chunk.runs
        variants = store.variants
        self._places = {key: (variants[key.variant], key.draw, key.replicate) for key in self.keys}
        self._codes, self._follower = store.codes, Follower(work.store)
        self._follower.look()
        rows = self._follower.rows(self._codes)
        self._old = {place: rows[place] for place in self._places.values() if place in rows}  # failed, tried again
        self._open = set(self.keys)
        self.seconds = 0.0
        self.look()

    def look(self, *, ended: bool = False) -> bool:
        """Read what is new; whether something is left. After the end, a failure of before stays one."""
        began = time.perf_counter()
        self._follower.look()
        rows, done, failed, left = self._follower.rows(self._codes), 0, 0, set()
        for key, place in self._places.items():
            row = rows.get(place)
            if row is not None and row[0]:
                done += 1
            elif row is not None and (ended or row != self._old.get(place)):
                failed += 1
            else:
                left.add(key)
        self._open, (good, bad, total) = left, self._before
        self._work.observe(Tally(good + done, bad + failed, total))
        self.seconds = time.perf_counter() - began
        return bool(left)

    def left(self, but: set[RunKey] | None = None) -> list[RunKey]:
        """Runs without a row, in order, but for some."""
        return [key for key in self.keys if key in self._open and not (but and key in but)]


def claimed(store: Path, arrays: Iterable[Array]) -> set[RunKey]:
    """Runs of the tasks that are waiting or running."""
    found: set[RunKey] = set()
    for array in arrays:
        tasks = read_tasks(store, array.submission.number)
        for task in array.tasks:
            found.update(tasks.get(task, ()))
    return found
