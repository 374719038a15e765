"""Handing an array over to Slurm: how long its tasks are, and how sbatch is called."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sahelsim.errors import SahelsimError
from sahelsim.sweep.engine_settings import SlurmSettings
from sahelsim.sweep.engines.base import Work
from sahelsim.sweep.engines.slurm_jobs import SlurmFailed, Submission, forget, slurm, submissions, write_tasks
from sahelsim.sweep.engines.slurm_script import batch_script, refused
from sahelsim.sweep.layout import SLURM
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.shards import list_shards, read_shard
from sahelsim.sweep.store import Store, write_text

__all__ = ["runs_of_a_task", "seconds_of_runs", "submit", "try_script"]

_OF_WALLTIME = 0.8  # most of the walltime that the work of a task shall take
_ARRAY_SIZE = 1001  # MaxArraySize where Slurm does not say
_FEW_SHARDS = 20  # whose times are enough to know that of a run


def submit(settings: SlurmSettings, store: Store, work: Work, runs: Sequence[RunKey], seconds: float) -> Submission:
    """Submit an array for some runs.

    Parameters
    ----------
    settings : SlurmSettings
    store : Store
    work : Work
        For the version of the code and the length of chunks.
    runs : sequence of RunKey
        In order.
    seconds : float
        Time of a run.

    Raises
    ------
    BadInput
        Slurm does not take it. Nothing of it stays in the store.
    """
    path = work.store.resolve()
    each = runs_of_a_task(settings, len(runs), len(store.variants), seconds, _most_tasks())
    tasks = [runs[i : i + each] for i in range(0, len(runs), each)]
    number = max((known.number for known in submissions(path)), default=0) + 1
    submission = Submission(
        number, f"{store.manifest['name']}-{uuid.uuid4().hex[:8]}", None, len(tasks), len(runs), work.code,
        settings.cores, work.chunk_seconds, work.least_runs, time.time(),
    )  # fmt: skip
    write_tasks(path, number, tasks)
    script = path / SLURM / f"{number:04}.sh"
    write_text(script, batch_script(settings, path, number, submission.name, len(tasks)))
    submission.write(path)  # before the job is there, so that no job is ever unknown
    try:
        job = slurm("sbatch", "--parsable", str(script)).strip().split(";")[0]
    except SlurmFailed as error:
        forget(path, number)
        raise refused(error) from None
    submission = replace(submission, job=job)
    submission.write(path)
    minutes = each * seconds / settings.cores / 60
    work.say(f"submitted array job {job}: {len(tasks):,} tasks of about {each:,} runs, {minutes:.2g} min each; what "
             f"they have to say is in {work.store / SLURM / 'logs'}")  # fmt: skip
    return submission


def runs_of_a_task(settings: SlurmSettings, runs: int, variants: int, seconds: float, most: int = _ARRAY_SIZE) -> int:
    """Runs of a task of about `task_minutes`, the variants of a draw together, tasks of even length.

    Parameters
    ----------
    settings : SlurmSettings
    runs : int
        To be shared out.
    variants : int
        That stand together.
    seconds : float
        Time of a run.
    most : int
        Most tasks.
    """
    fits = _OF_WALLTIME * (60 * settings.walltime_minutes - settings.signal_seconds)
    wanted = max(min(60 * settings.task_minutes, fits), 1.0)
    draws = math.ceil(runs / variants)
    of_a_task = max(round(wanted * settings.cores / seconds / variants), 1)
    tasks = min(math.ceil(draws / of_a_task), most)
    return math.ceil(draws / tasks) * variants


def try_script(settings: SlurmSettings, store: Path) -> None:
    """Ask Slurm whether it would take such a job, before anything is computed.

    Raises
    ------
    BadInput
        It would not.
    """
    text = batch_script(settings, store.resolve(), 0, "sahelsim-test", 1)
    with tempfile.NamedTemporaryFile("w", suffix=".sh", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        try:
            slurm("sbatch", "--test-only", file.name)
        except SlurmFailed as error:
            raise refused(error) from None


def seconds_of_runs(store: Store, least: int) -> float | None:
    """Median time of a run in the store; None with fewer rows."""
    times: list[float] = []
    for path in list_shards(store.path)[-_FEW_SHARDS:]:
        with suppress(SahelsimError):
            times += [float(t) for t in read_shard(path, ["seconds"])["seconds"].to_pylist() if t]
    return statistics.median(times) if len(times) >= least else None


def _most_tasks() -> int:
    """Longest array that this Slurm takes."""
    try:
        for line in slurm("scontrol", "show", "config").splitlines():
            key, _, value = line.partition("=")
            if key.strip() == "MaxArraySize":
                return max(int(value), 1)
    except (SlurmFailed, ValueError):
        pass
    return _ARRAY_SIZE
