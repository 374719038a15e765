"""Replicates over processes: each one's results in order, wherever they were made."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sahelsim.errors import SahelsimError

if TYPE_CHECKING:
    from sahelsim.results.part import Part
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.build import Blueprint

__all__ = ["parts_in_order"]

_POLL_SECONDS = 0.1
_AHEAD = 2  # replicates under way or waiting to be written, per worker: bounds the memory

Progress = Callable[[int, int], None]


def parts_in_order(
    scenario: Scenario, blueprint: Blueprint, workers: int, progress: Progress | None
) -> Generator[Part, None, None]:
    """Results of replicates 0, 1, 2 … of a scenario.

    Parameters
    ----------
    scenario, blueprint
        What to run, and what its replicates share.
    workers : int
        Processes; with 1 everything happens in this one.
    progress : callable, optional
        Called with (replicate-steps done, in all).

    Raises
    ------
    SahelsimError
        A replicate failed, or a worker process died. Closing the iterator early ends the workers.
    """
    workers = min(workers, scenario.replicates)
    if workers == 1:
        yield from _here(scenario, blueprint, progress)
    else:
        yield from _spread(scenario, blueprint, workers, progress)


class _FromProgressError(Exception):
    """Carries an error of the caller's own progress function through the simulation."""


def _one_replicate(
    scenario: Scenario, blueprint: Blueprint, replicate: int, advance: Callable[[int], None], first: bool
) -> Part:
    """Simulate and observe one replicate; `first` of its process, it may include loading of kernels."""
    from sahelsim.replicate import simulate_replicate
    from sahelsim.results.build import build_part

    try:
        record = simulate_replicate(scenario, replicate, advance, blueprint)
        return build_part(record, blueprint.ground, scenario, cold=first)
    except (SahelsimError, _FromProgressError):
        raise
    except MemoryError as error:
        raise SahelsimError(f"replicate {replicate}: out of memory; try fewer workers") from error
    except Exception as error:
        raise SahelsimError(f"replicate {replicate} failed: {type(error).__name__}: {error}") from error


def _here(scenario: Scenario, blueprint: Blueprint, progress: Progress | None) -> Generator[Part, None, None]:
    total, done = scenario.replicates * scenario.calendar.steps, 0

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        try:
            if progress is not None:
                progress(done, total)
        except Exception as error:
            raise _FromProgressError from error

    for replicate in range(scenario.replicates):
        try:
            part = _one_replicate(scenario, blueprint, replicate, advance, replicate == 0)
        except _FromProgressError as error:
            raise error.__cause__ or error from None
        yield part


def _spread(
    scenario: Scenario, blueprint: Blueprint, workers: int, progress: Progress | None
) -> Generator[Part, None, None]:
    context = multiprocessing.get_context("spawn")  # a forked child can hang in numba's or zarr's threads
    steps = context.RawArray("q", scenario.replicates)  # each replicate's own counter: no lock to die with
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(pickle.dumps((scenario, blueprint)), steps)
    )
    total = scenario.replicates * scenario.calendar.steps
    waiting: dict[int, Future[Part]] = {}
    submitted, finished = 0, False
    try:
        for due in range(scenario.replicates):
            while submitted < min(due + _AHEAD * workers, scenario.replicates):
                with _interrupts_held():
                    waiting[submitted] = pool.submit(_work, submitted)
                submitted += 1
            while not waiting[due].done():
                wait([waiting[due]], timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                if progress is not None:
                    progress(sum(steps), total)
            yield waiting.pop(due).result()
        finished = True
        if progress is not None:
            progress(total, total)
    except BrokenProcessPool as error:
        raise SahelsimError(
            "a worker process ended unexpectedly. It may have run out of memory (try fewer workers); a "
            'script that runs with several workers needs `if __name__ == "__main__":` around its calls'
        ) from error
    finally:
        if not finished:
            _end(pool)
        pool.shutdown(wait=True, cancel_futures=True)


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop the workers of a pool at once."""
    processes: dict[int, Any] = dict(getattr(pool, "_processes", None) or {})
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes.values():
        process.terminate()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes with Ctrl-C blocked: only the parent answers to it, and here it waits a moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# In a worker process: what the initializer left for the tasks.
_shared: dict[str, Any] = {}


def _begin(payload: bytes, steps: Any) -> None:
    """Set a worker up: one numba thread, no orphan when the parent is killed."""
    os.environ["NUMBA_NUM_THREADS"] = "1"  # before the payload imports numba
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _shared["scenario"], _shared["blueprint"] = pickle.loads(payload)
    _shared["steps"] = steps
    _shared["new"] = True


def _leave_with_parent() -> None:
    from multiprocessing.connection import wait as wait_for

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _work(replicate: int) -> Part:
    """The task of a worker."""
    steps = _shared["steps"]

    def advance(number: int) -> None:
        steps[replicate] += number

    first = bool(_shared.pop("new", False))
    return _one_replicate(_shared["scenario"], _shared["blueprint"], replicate, advance, first)
