"""Processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sahelsim.errors import SahelsimError
from sahelsim.sweep.engines.base import Parcel, Work
from sahelsim.sweep.execute import ParcelReport, record_failures, run_parcel
from sahelsim.sweep.runs import RunKey
from sahelsim.workers import interrupts_held, prepare_worker

__all__ = ["LocalEngine", "Pool"]

_POLL_SECONDS = 0.3  # a finished parcel is seen at once; this is for `cancel`
_AHEAD = 2  # parcels per worker that are under way or wait for it
_PATIENCE = 15.0  # seconds that a parcel has to write down what is finished once it is told to stop
_DEATHS = 2  # of its process, alone, that make a run a failed one
_TERMINATED = 128 + signal.SIGTERM
_FRUITLESS = 5  # pools in a row that break before anything is done


class LocalEngine:
    """A pool of processes; they start new when one of them is killed, and end with their parent.

    Parameters
    ----------
    workers : int
        Processes; with 1 there is one besides this one, which can be killed without harm.
    """

    name: ClassVar[str] = "local"

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def ready(self, store: Path) -> None:
        """Always: processes need nothing."""

    def left_behind(self) -> str | None:
        """Nothing: the processes end with this one."""
        return None

    def run(self, work: Work) -> None:
        """Execute what is left; see `Engine.run`."""
        suspects: list[RunKey] = []
        deaths: dict[RunKey, int] = {}
        fruitless = 0
        while (work.left or suspects) and not work.stopping():
            before = work.tally
            lost = self._one_by_one(work, suspects, deaths) if suspects else self._pool(work)
            suspects = lost
            fruitless = fruitless + 1 if work.tally == before and lost else 0
            if fruitless > _FRUITLESS:
                raise SahelsimError(
                    "the worker processes are killed again and again before they finish a run. They may run out of "
                    "memory (try fewer workers); what is done is in the store, `sahelsim sweep resume` goes on"
                )

    def _pool(self, work: Work) -> list[RunKey]:
        """Parcels over all workers until there are none left, or until a worker dies: then the runs it may have had."""
        with Pool(min(self._workers, work.left)) as pool:
            try:
                if not pool.drain(work, self._workers):
                    pool.stop(work)
            except BrokenProcessPool:
                return _unfinished(work, pool)
            except BaseException:
                pool.stop(work)
                raise
        return []

    def _one_by_one(self, work: Work, suspects: list[RunKey], deaths: dict[RunKey, int]) -> list[RunKey]:
        """The runs that were under way when a worker died, each alone: so it shows which of them kills its process."""
        left = list(suspects)
        with Pool(1) as pool:
            try:
                while left and not work.stopping():
                    pool.submit(work, Parcel(0, (left[0],)))
                    while pool.waiting:
                        pool.collect(work)
                    left.pop(0)
            except BrokenProcessPool:
                deaths[left[0]] = deaths.get(left[0], 0) + 1
                if deaths[left[0]] >= _DEATHS:
                    parcel = Parcel(0, (left.pop(0),))
                    reason = "its process was killed twice while it ran; it may need more memory than there is"
                    work.report(parcel, record_failures(work.store, parcel.runs, work.code, reason))
                return left
            except BaseException:
                pool.stop(work)
                raise
        return []


def _unfinished(work: Work, pool: Pool) -> list[RunKey]:
    """Runs of the parcels that broke with the pool, without those that were written down before."""
    from sahelsim.sweep.progress import Follower
    from sahelsim.sweep.store import open_store

    store, follower = open_store(work.store), Follower(work.store)
    follower.look()
    rows = follower.rows([work.code])
    left = []
    for parcel in pool.waiting.values():
        have = [rows.get((store.variants[key.variant], key.draw, key.replicate)) for key in parcel.runs]
        have = [row if row is not None and row[1] >= pool.began else None for row in have]  # an older one is retried
        done = sum(row is not None and row[0] for row in have)
        failed = sum(row is not None and not row[0] for row in have)
        work.report(Parcel(0, ()), ParcelReport(done, failed, 0, 0.0, 0.0, cold=True))
        left += [key for key, row in zip(parcel.runs, have, strict=True) if row is None]
    return left


class Pool:
    """A pool of processes with the parcels that it has."""

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")  # a forked child can hang in numba's or zarr's threads
        self.began = time.time()
        self._flag: Any = context.RawValue("b", 0)  # no lock to die with
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(self._flag,))
        self.waiting: dict[Future[ParcelReport], Parcel] = {}

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def drain(self, work: Work, workers: int) -> bool:
        """Have everything executed; False when told to stop before."""
        while not work.stopping():
            while len(self.waiting) < _AHEAD * workers and (parcel := work.take(workers)):
                self.submit(work, parcel)
            if not self.waiting:
                return True
            self.collect(work)
        return False

    def submit(self, work: Work, parcel: Parcel) -> None:
        try:
            with interrupts_held(), _one_thread():
                future = self._pool.submit(_execute, str(work.store), parcel.runs, work.code, parcel.chunk)
        except BrokenProcessPool:
            work.give_back(parcel)
            raise
        self.waiting[future] = parcel

    def collect(self, work: Work, timeout: float = _POLL_SECONDS) -> None:
        """Report the parcels that are finished, after a moment's waiting."""
        done, _ = wait(self.waiting, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            report = future.result()
            work.report(self.waiting.pop(future), report)

    def stop(self, work: Work) -> None:
        """Let every worker write down what it has finished; end those that do not within some seconds."""
        self._flag.value = 1
        processes: dict[int, Any] = dict(getattr(self._pool, "_processes", None) or {})
        self._pool.shutdown(wait=False, cancel_futures=True)
        under_way = [future for future in self.waiting if not future.cancelled()]
        finished, late = wait(under_way, timeout=_PATIENCE)
        for future in finished:
            if future.exception() is None:
                work.report(self.waiting.pop(future), future.result())
        if late:
            for process in processes.values():
                process.kill()  # SIGTERM would only repeat what they have been told


@contextmanager
def _one_thread() -> Iterator[None]:
    """Numba in a spawned process has one thread even when the user's main module imports it first."""
    before = os.environ.get("NUMBA_NUM_THREADS")
    os.environ["NUMBA_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["NUMBA_NUM_THREADS"]
        else:
            os.environ["NUMBA_NUM_THREADS"] = before


# In a worker process.
_shared: dict[str, Any] = {}


def _begin(flag: Any) -> None:
    _shared["flag"] = flag
    signal.signal(signal.SIGTERM, _write_down_and_end)
    prepare_worker()


def _write_down_and_end(_number: int, _frame: object) -> None:
    """SIGTERM for all processes of a job: what is finished is written first."""
    if not _shared.get("busy"):
        os._exit(_TERMINATED)
    _shared["ending"] = True


def _execute(store: str, runs: tuple[RunKey, ...], code: str, chunk: int | None) -> ParcelReport:
    _shared["busy"] = True
    report = run_parcel(store, runs, code, lambda: bool(_shared["flag"].value) or "ending" in _shared, chunk=chunk)
    if "ending" in _shared:
        os._exit(_TERMINATED)
    _shared["busy"] = False
    return report
