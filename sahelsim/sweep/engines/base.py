"""What an engine is: something that takes parcels of runs and has `run_parcel` called on each of them somewhere."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

from sahelsim.sweep.execute import ParcelReport
from sahelsim.sweep.layout import CANCEL
from sahelsim.sweep.runs import RunKey

__all__ = ["LEAST_SECONDS", "Engine", "Parcel", "Tally", "Work"]

LEAST_SECONDS = 0.2
"""Least work of a chunk, so that writing it down costs little beside it."""

_PARCEL_SECONDS = 1.0  # least work of a parcel, so that handing it out costs little beside it

_LOOK_FOR_CANCEL = 0.3  # seconds between two looks


class Parcel(NamedTuple):
    """Runs that one process executes one after the other: one or several chunks."""

    number: int
    runs: tuple[RunKey, ...]
    chunk: int | None = None
    """Runs that are written together, while the next ones are computed; None for all of them."""


class Tally(NamedTuple):
    """How far a sweep is, for the bar: what earlier sessions did is counted in."""

    done: int
    failed: int
    total: int


class Engine(Protocol):
    """Executes the runs of a `Work`.

    An engine has nothing to do with rows, names or files: `sahelsim.sweep.execute.run_parcel` writes them, and what is
    lost with its process is run again by whoever resumes. It may hand out a parcel twice; the store counts a run once.
    """

    name: ClassVar[str]

    def ready(self, store: Path) -> None:
        """See whether `run` could begin, before there is a store: start nothing, write nothing.

        Raises
        ------
        SahelsimError
            It could not, and what would help.
        """

    def run(self, work: Work) -> None:
        """Take parcels until there are none or `work.stopping()`; report each; leave no process behind.

        Raises
        ------
        SahelsimError
            It cannot go on. All that was reported is on disk.
        """

    def left_behind(self) -> str | None:
        """What goes on after this process, for the user who has stopped it; None when nothing does."""


class Work:
    """The runs that are left to do, cut into parcels and chunks of about the same time.

    Parameters
    ----------
    store : Path
        Where the rows go.
    code : str
        Version of the code, for `run_parcel`.
    runs : sequence of RunKey
        What is left, in the order in which it is to be done.
    chunk_seconds : float
        Aim for a chunk, at least `LEAST_SECONDS`.
    least_runs : int
        Least runs in a chunk whatever they take.
    before : Tally
        What the store holds already.
    watch : callable, optional
        Called with a `Tally` after each report.
    say : callable, optional
        Called with a line for the user, such as the number of a job.

    Attributes
    ----------
    store, code, chunk_seconds, least_runs
        As given.
    """

    def __init__(
        self,
        store: Path,
        code: str,
        runs: Sequence[RunKey],
        *,
        chunk_seconds: float,
        least_runs: int = 1,
        before: Tally,
        watch: Callable[[Tally], None] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.store, self.code = store, code
        self._left = deque(runs)
        self.chunk_seconds, self.least_runs = max(chunk_seconds, LEAST_SECONDS), least_runs
        self._tally, self._watch, self._say = before, watch, say
        self._warm = (0, 0.0)  # runs and seconds of parcels of warm processes
        self._parcels = 0
        self._looked, self._cancelled = 0.0, False

    @property
    def left(self) -> int:
        """Runs that nobody has taken."""
        return len(self._left)

    @property
    def tally(self) -> Tally:
        """What is in the store."""
        return self._tally

    @property
    def seconds_per_run(self) -> float | None:
        """As measured in warm processes; None before the first report of one."""
        runs, seconds = self._warm
        return seconds / runs if runs else None

    def take(self, workers: int = 1, runs: int | None = None) -> Parcel | None:
        """The next parcel; None when nothing is left.

        Parameters
        ----------
        workers : int
            How many take parcels: the last ones are made shorter, so that all end at about the same time.
        runs : int, optional
            Length of the parcel, for an engine that knows better.
        """
        if not self._left:
            return None
        count = min(runs or self._length(workers), len(self._left))
        self._parcels += 1
        return Parcel(self._parcels, tuple(self._left.popleft() for _ in range(count)), self._chunk())

    def _chunk(self) -> int:
        each = self.seconds_per_run
        return self.least_runs if each is None else max(self.least_runs, math.ceil(self.chunk_seconds / each))

    def _length(self, workers: int) -> int:
        each = self.seconds_per_run
        if each is None:
            return self.least_runs
        chunk = self._chunk()
        wanted = chunk * max(1, round(_PARCEL_SECONDS / (chunk * each)))
        share = math.ceil(len(self._left) / (2 * workers))
        return max(self.least_runs, math.ceil(LEAST_SECONDS / each), min(wanted, share))

    def give_back(self, parcel: Parcel) -> None:
        """Put the runs of a parcel that was not executed back to the front."""
        self._left.extendleft(reversed(parcel.runs))

    def report(self, parcel: Parcel, report: ParcelReport) -> None:
        """Take note of an executed parcel."""
        if not report.cold and report.left == 0 and parcel.runs:
            runs, seconds = self._warm
            if runs >= 2000:  # forget slowly, when the machine has become faster or slower
                runs, seconds = runs // 2, seconds / 2
            self._warm = (runs + len(parcel.runs), seconds + report.seconds)
        done, failed, total = self._tally
        self.observe(Tally(done + report.done, failed + report.failed, total))

    def observe(self, tally: Tally) -> None:
        """Take note of what is in the store, for an engine that learns it from there."""
        self._tally = tally
        if self._watch is not None:
            self._watch(tally)

    def say(self, line: str) -> None:
        """Tell the user something that the bar does not show."""
        if self._say is not None:
            self._say(line)

    def ask_to_stop(self) -> None:
        """Have `stopping` say True, as after `sahelsim sweep cancel`."""
        self._cancelled = True

    def stopping(self) -> bool:
        """Whether the sweep is to end: `sahelsim sweep cancel`, or `ask_to_stop`."""
        now = time.monotonic()
        if not self._cancelled and now - self._looked > _LOOK_FOR_CANCEL:
            self._looked, self._cancelled = now, (self.store / CANCEL).exists()
        return self._cancelled
