"""The array jobs of a store: what was submitted is written down in it, what is still in the queue Slurm is asked."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sahelsim.errors import BadInput, SahelsimError
from sahelsim.sweep.files import disk_errors
from sahelsim.sweep.layout import SLURM
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.shards import read_shard, write_parquet
from sahelsim.sweep.store import write_text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Array",
    "SlurmFailed",
    "SlurmSilent",
    "Submission",
    "arrays_in_queue",
    "cancel_arrays",
    "forget",
    "logs_of",
    "read_tasks",
    "refuse_beside_arrays",
    "require_slurm",
    "slurm",
    "submissions",
    "write_tasks",
]

_PATIENCE = 60.0  # seconds that a command of Slurm may take
_ANSWER = 20.0  # seconds that it has to say that it is there; its own commands give up after some nine
_COLUMNS = "%j|%F|%K|%T|%r"  # name, array job, number of the task, state, reason


class SlurmFailed(SahelsimError):
    """A command of Slurm said no, or nothing."""


class SlurmSilent(SlurmFailed):
    """Its commands are here, but no Slurm answers them."""


@dataclass(frozen=True)
class Submission:
    """An array job as it was asked for; `slurm/NUMBER.json`.

    Attributes
    ----------
    number : int
        Of the submissions of this store, from 1.
    name : str
        Of the job, unlike any other's: so it is found in the queue even if its number was never written down.
    job : str, optional
        Number of the array job; None until Slurm has given it.
    tasks, runs : int
        In all.
    code : str
        Version of the code that the runs are named by.
    cores : int
        Processes of a task.
    chunk_seconds : float
    least_runs : int
        Of the chunks of a task.
    submitted : float
        Time (s since 1970).
    ended : bool
        Whether it was seen to have left the queue.
    """

    number: int
    name: str
    job: str | None
    tasks: int
    runs: int
    code: str
    cores: int
    chunk_seconds: float
    least_runs: int
    submitted: float
    ended: bool = False

    def write(self, store: Path) -> None:
        """Write it down, in one step."""
        write_text(_file(store, self.number, "json"), json.dumps(dataclasses.asdict(self), indent=1) + "\n")


class Array(NamedTuple):
    """A submission with its tasks that are waiting or running."""

    submission: Submission
    job: str
    tasks: dict[int, tuple[str, str]]
    """State and reason by number of the task."""

    def __str__(self) -> str:
        states = Counter(state.lower() for state, _ in self.tasks.values())
        reasons = sorted({reason for state, reason in self.tasks.values() if state == "PENDING" and reason != "None"})
        parts = [f"{count:,} {state}" for state, count in sorted(states.items(), reverse=True)]
        return f"array job {self.job}: {', '.join(parts)}" + (f" ({', '.join(reasons)})" if reasons else "")


def require_slurm(*commands: str) -> None:
    """See whether some commands of Slurm are here, and whether Slurm answers.

    Raises
    ------
    BadInput
        One is not on the PATH.
    SlurmSilent
        Slurm does not answer.
    """
    for command in commands:
        _program(command)
    try:
        slurm("sinfo", "--noheader", "--format=%P", patience=_ANSWER)
    except SlurmFailed as error:
        said = str(error).removeprefix("sinfo: ").rpartition("; ")[2].removeprefix("fatal: ")
        raise SlurmSilent(
            f"Slurm does not answer here, and `sinfo` should ({said}): is this a login node of a cluster with Slurm? "
            "Elsewhere use --engine local or dask"
        ) from None


def slurm(*command: str, patience: float = _PATIENCE) -> str:
    """What a command of Slurm prints.

    Raises
    ------
    BadInput
        It is not on the PATH.
    SlurmFailed
        It failed; the message is the command's own.
    """
    program = _program(command[0])
    try:
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, text=True, timeout=patience, check=False,
            start_new_session=True,  # Ctrl-C shall not end it half way
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SlurmFailed(f"`{command[0]}` has not answered for {patience:.0f} s") from None
    if done.returncode:
        said = [line.removeprefix(f"{command[0]}: ").removeprefix("error: ") for line in done.stderr.splitlines()]
        raise SlurmFailed(f"{command[0]}: {'; '.join(said) or f'exit code {done.returncode}'}")
    return done.stdout


def _program(command: str) -> str:
    program = shutil.which(command)
    if program is None:
        raise BadInput(
            f"there is no `{command}` on the PATH: is this a login node of a cluster with Slurm? Elsewhere use "
            "--engine local or dask",
            path="--engine",
        )
    return program


def submissions(store: Path) -> list[Submission]:
    """Every submission of a store, the oldest first.

    Raises
    ------
    BadInput
        One of the files is damaged.
    """
    found = []
    for file in sorted((store / SLURM).glob("[0-9]*.json")):
        try:
            found.append(Submission(**json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError) as error:
            raise BadInput(f"is damaged: {error}; if none of its jobs is in the queue, delete it", file=file) from None
    return found


def arrays_in_queue(store: Path) -> list[Array]:
    """Submissions of a store that have tasks waiting or running. Slurm is asked only if there may be some.

    Raises
    ------
    BadInput, SlurmFailed
        Slurm cannot be asked.
    """
    open_ones = {each.name: each for each in submissions(store) if not each.ended}
    if not open_ones:
        return []
    names = ",".join(open_ones)
    tasks: dict[tuple[str, str], dict[int, tuple[str, str]]] = {}
    try:
        queue = slurm("squeue", "--noheader", "--array", f"--name={names}", f"--format={_COLUMNS}")
    except SlurmFailed:
        require_slurm()
        raise
    for line in queue.splitlines():
        name, job, number, state, reason = line.split("|", 4)
        if name in open_ones and number.isdigit():
            tasks.setdefault((name, job), {})[int(number)] = (state, reason)
    return [Array(open_ones[name], job, found) for (name, job), found in sorted(tasks.items())]


def refuse_beside_arrays(store: Path) -> None:
    """Another engine shall not do what an array job is doing.

    Without Slurm's commands here nothing is refused: a store may have been copied, and a run counts once in any case.
    """
    try:
        arrays = arrays_in_queue(store) if shutil.which("squeue") else []
    except SlurmSilent:
        raise BadInput(
            "Slurm was given work on this store, and does not answer here, so that nobody knows whether it is at it "
            f"still. Try again once `sinfo` answers; of a copy, or if no job is left, remove {SLURM}/",
            file=store, path="--store",
        ) from None  # fmt: skip
    if arrays:
        raise BadInput(
            f"Slurm is at work on this store ({'; '.join(map(str, arrays))}). Watch it with `sahelsim sweep status "
            "EXPERIMENT --watch` or `resume --engine slurm`, or end it with `sahelsim sweep cancel`",
            file=store, path="--store",
        )  # fmt: skip


def cancel_arrays(arrays: Iterable[Array]) -> None:
    """Have Slurm end array jobs: waiting tasks leave the queue, running ones get SIGTERM."""
    for array in arrays:
        slurm("scancel", array.job)


def write_tasks(store: Path, number: int, tasks: Sequence[Sequence[RunKey]]) -> None:
    """Write down which runs each task of an array has."""
    import pyarrow as pa

    rows = [(task, *key) for task, keys in enumerate(tasks) for key in keys]
    columns = zip(("task", *RunKey._fields), zip(*rows, strict=True), strict=True)
    table = pa.table({name: pa.array(values, pa.int32()) for name, values in columns})
    with disk_errors(store):
        (store / SLURM / "logs").mkdir(parents=True, exist_ok=True)
    write_parquet(_file(store, number, "parquet"), table)


def read_tasks(store: Path, number: int) -> dict[int, list[RunKey]]:
    """Runs of each task of an array."""
    table: pa.Table = read_shard(_file(store, number, "parquet"))
    tasks: dict[int, list[RunKey]] = {}
    for task, *key in zip(*(table[name].to_pylist() for name in ("task", *RunKey._fields)), strict=True):
        tasks.setdefault(task, []).append(RunKey(*key))
    return tasks


def forget(store: Path, number: int) -> None:
    """Remove what was written down of an array that Slurm did not take."""
    for ending in ("json", "sh", "parquet"):
        _file(store, number, ending).unlink(missing_ok=True)


def logs_of(store: Path, submission: Submission) -> list[Path]:
    """What the tasks of an array have said: a file for each, empty where all went well."""
    return sorted((store / SLURM / "logs").glob(f"{submission.job}_*.log"))


def _file(store: Path, number: int, ending: str) -> Path:
    return store / SLURM / f"{number:04}.{ending}"
