"""What a task of an array job does: ``python -m sahelsim.sweep.engines.slurm_task STORE NUMBER``.

It reads its runs from the store and has the local engine execute them on the cores that Slurm gave it. Told by SIGUSR1
that the walltime ends, it writes down what is finished and goes back into the queue; told by SIGTERM (scancel, another
job that comes first), it writes down what is finished and ends.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from sahelsim.errors import SahelsimError
from sahelsim.sweep.engines.base import Tally, Work
from sahelsim.sweep.engines.local import LocalEngine
from sahelsim.sweep.engines.slurm_jobs import Submission, read_tasks, slurm, submissions
from sahelsim.sweep.progress import Follower
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.store import open_store

__all__ = ["main"]

_STOP = [signal.SIGTERM, signal.SIGINT, *([signal.SIGUSR1] if hasattr(signal, "SIGUSR1") else [])]


def main(arguments: Sequence[str]) -> int:
    """Run the task that the environment names.

    Returns
    -------
    int
        0 when it is done or waits in the queue again, 1 when runs are left, 2 when something is wrong.
    """
    store, number = Path(arguments[0]), int(arguments[1])
    try:
        submission = next(each for each in submissions(store) if each.number == number)
        return _run(store, submission, int(os.environ["SLURM_ARRAY_TASK_ID"]))
    except SahelsimError as error:
        _say(str(error))
        return 2


def _run(store: Path, submission: Submission, task: int) -> int:
    runs = read_tasks(store, submission.number)[task]
    if int(os.environ.get("SLURM_RESTART_COUNT", "0")):
        runs = _unfinished(store, submission, runs)
    work = Work(
        store, submission.code, runs, chunk_seconds=submission.chunk_seconds, least_runs=submission.least_runs,
        before=Tally(0, 0, len(runs)),
    )  # fmt: skip
    told: list[int] = []

    def stop(number: int, _frame: object) -> None:
        told.append(number)
        work.ask_to_stop()

    for each in _STOP:
        signal.signal(each, stop)
    LocalEngine(submission.cores).run(work)
    done = work.tally.done + work.tally.failed
    if done == len(runs):
        return 0
    if told and told[-1] == signal.SIGUSR1:
        return _again(done, len(runs) - done)
    _say(f"was told to end with {len(runs) - done:,} runs left")
    return 1


def _again(done: int, left: int) -> int:
    """Back into the queue, unless that would go on for ever."""
    if not done:
        _say("did not finish a single run in its walltime; give a longer engine.slurm.walltime_minutes")
        return 1
    try:
        slurm("scontrol", "requeue", f"{os.environ['SLURM_ARRAY_JOB_ID']}_{os.environ['SLURM_ARRAY_TASK_ID']}")
    except SahelsimError as error:
        _say(f"could not go back into the queue at the end of its walltime ({error}); {left:,} runs are left")
        return 1
    return 0


def _unfinished(store: Path, submission: Submission, runs: list[RunKey]) -> list[RunKey]:
    """Runs of a task that was interrupted; one that failed before the submission is tried again."""
    opened, follower = open_store(store), Follower(store)
    follower.look()
    rows, variants = follower.rows(opened.codes), opened.variants
    have = [rows.get((variants[key.variant], key.draw, key.replicate)) for key in runs]
    return [
        key for key, row in zip(runs, have, strict=True)
        if row is None or not (row[0] or row[1] >= submission.submitted)
    ]  # fmt: skip


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
