"""Replicates over processes: each one's results in order, wherever they were made."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sahelsim.errors import SahelsimError

if TYPE_CHECKING:
    from sahelsim.results.packing import PackedPart
    from sahelsim.results.part import Part
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.build import Blueprint

__all__ = ["Job", "calls_in_order", "interrupts_held", "parts_in_order", "parts_of_jobs", "prepare_worker"]

_POLL_SECONDS = 0.1
_AHEAD = 2  # replicates under way or waiting to be written, per worker: bounds the memory

Progress = Callable[[int, int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")


class Job(NamedTuple):
    """A scenario to run."""

    scenario: Scenario
    blueprint: Blueprint | None = None
    """What its replicates share; None leaves each process to work it out when it needs it."""
    profile: bool = False
    """Whether each part says where its time went."""
    drawn: Callable[[int], Blueprint] | None = None
    """Gives each replicate a blueprint of its own, by number: with a draw of parameters set. Can be pickled."""


def parts_in_order(
    scenario: Scenario,
    blueprint: Blueprint,
    workers: int,
    progress: Progress | None,
    *,
    profile: bool = False,
    drawn: Callable[[int], Blueprint] | None = None,
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
    profile : bool
        Whether each part says where its time went.
    drawn : callable, optional
        Gives each replicate a blueprint of its own, by number.

    Raises
    ------
    SahelsimError
        A replicate failed, or a worker process died. Closing the iterator early ends the workers.
    """
    with closing(parts_of_jobs([Job(scenario, blueprint, profile, drawn)], workers, progress)) as parts:
        for _, part in parts:
            yield part


def parts_of_jobs(
    jobs: Sequence[Job], workers: int, progress: Progress | None
) -> Generator[tuple[int, Part], None, None]:
    """Results of several scenarios over one pool: all replicates of the first, then those of the second …

    Yields the number of the job with each result; otherwise as `parts_in_order`.
    """
    tasks = [(number, replicate) for number, job in enumerate(jobs) for replicate in range(job.scenario.replicates)]
    workers = min(workers, len(tasks))
    if workers <= 1:
        yield from _here(jobs, tasks, progress)
    else:
        yield from _spread(jobs, tasks, workers, progress)


def _steps_of(jobs: Sequence[Job]) -> int:
    return sum(job.scenario.replicates * job.scenario.calendar.steps for job in jobs)


class _Blueprints:
    """What the replicates of each job share; of those that are worked out here only the last is kept."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._last: tuple[int, Blueprint] | None = None

    def __getitem__(self, number: int) -> Blueprint:
        from sahelsim.world.build import build_blueprint

        given = self._jobs[number].blueprint
        if given is not None:
            return given
        if self._last is None or self._last[0] != number:
            self._last = (number, build_blueprint(self._jobs[number].scenario))
        return self._last[1]


Task = tuple[int, int]  # number of the job, number of the replicate


class _FromProgressError(Exception):
    """Carries an error of the caller's own progress function through the simulation."""


def _one_replicate(job: Job, blueprints: _Blueprints, task: Task, advance: Callable[[int], None], first: bool) -> Part:
    """Simulate and observe one replicate; `first` of its process, it may include loading of kernels."""
    from sahelsim.profile import Profiler
    from sahelsim.replicate import simulate_replicate
    from sahelsim.results.build import build_part

    number, replicate = task
    profiler = Profiler(first=first) if job.profile else None
    try:
        blueprint = blueprints[number] if job.drawn is None else job.drawn(replicate)
        scenario = blueprint.scenario
        record = simulate_replicate(scenario, replicate, advance, blueprint, profiler)
        part = build_part(record, blueprint.ground, scenario, cold=first)
        return part if profiler is None else replace(part, profile=profiler.finish(record.seconds))
    except (SahelsimError, _FromProgressError):
        raise
    except MemoryError as error:
        raise SahelsimError(f"replicate {replicate}: out of memory; try fewer workers") from error
    except Exception as error:
        raise SahelsimError(f"replicate {replicate} failed: {type(error).__name__}: {error}") from error


def _here(
    jobs: Sequence[Job], tasks: Sequence[Task], progress: Progress | None
) -> Generator[tuple[int, Part], None, None]:
    total, done = _steps_of(jobs), 0
    blueprints = _Blueprints(jobs)

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        try:
            if progress is not None:
                progress(done, total)
        except Exception as error:
            raise _FromProgressError from error

    for task in tasks:
        try:
            part = _one_replicate(jobs[task[0]], blueprints, task, advance, task == tasks[0])
        except _FromProgressError as error:
            raise error.__cause__ or error from None
        yield task[0], part


def _spread(
    jobs: Sequence[Job], tasks: Sequence[Task], workers: int, progress: Progress | None
) -> Generator[tuple[int, Part], None, None]:
    from sahelsim.results.packing import unpack

    context = multiprocessing.get_context("spawn")  # a forked child can hang in numba's or zarr's threads
    steps = context.RawArray("q", len(tasks))  # each task's own counter: no lock to die with
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(pickle.dumps((list(jobs), list(tasks))), steps)
    )
    total = _steps_of(jobs)
    waiting: dict[int, Future[PackedPart]] = {}
    submitted, finished = 0, False
    try:
        for due, (number, _) in enumerate(tasks):
            while submitted < min(due + _AHEAD * workers, len(tasks)):
                with interrupts_held():
                    waiting[submitted] = pool.submit(_work, submitted)
                submitted += 1
            while not waiting[due].done():
                wait([waiting[due]], timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                if progress is not None:
                    progress(sum(steps), total)
            yield number, unpack(waiting.pop(due).result())
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
def interrupts_held() -> Iterator[None]:
    """Start processes with Ctrl-C blocked: only the parent answers to it, and here it waits a moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def calls_in_order(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int
) -> Generator[Result, None, None]:
    """``function(item)`` for each item, over processes, in order; closing the iterator early ends them.

    Raises
    ------
    SahelsimError
        A worker process died. Errors of the function come through.
    """
    if min(workers, len(items)) <= 1:
        yield from map(function, items)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(items)), mp_context=context, initializer=prepare_worker)
    finished = False
    try:
        with interrupts_held():
            waiting = [pool.submit(function, item) for item in items]
        for future in waiting:
            yield future.result()
        finished = True
    except BrokenProcessPool as error:
        raise SahelsimError("a worker process ended unexpectedly; it may have run out of memory") from error
    finally:
        if not finished:
            _end(pool)
        pool.shutdown(wait=True, cancel_futures=True)


# In a worker process: what the initializer left for the tasks.
_shared: dict[str, Any] = {}


def _begin(payload: bytes, steps: Any) -> None:
    """Set a worker up for replicates."""
    prepare_worker()
    _shared["jobs"], _shared["tasks"] = pickle.loads(payload)
    _shared["blueprints"] = _Blueprints(_shared["jobs"])
    _shared["steps"] = steps
    _shared["new"] = True


def prepare_worker() -> None:
    """Set a worker process up: one numba thread, no orphan when the parent is killed."""
    os.environ["NUMBA_NUM_THREADS"] = "1"  # before anything imports numba
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    from multiprocessing.connection import wait as wait_for

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _work(due: int) -> PackedPart:
    """The task of a worker."""
    from sahelsim.results.packing import pack

    steps, task = _shared["steps"], _shared["tasks"][due]

    def advance(number: int) -> None:
        steps[due] += number

    first = bool(_shared.pop("new", False))
    return pack(_one_replicate(_shared["jobs"][task[0]], _shared["blueprints"], task, advance, first))
