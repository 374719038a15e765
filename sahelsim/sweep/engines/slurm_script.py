"""The batch script of an array job, and the messages about what Slurm did not like in it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.sweep.engine_settings import SlurmSettings
from sahelsim.sweep.engines.slurm_jobs import SlurmFailed
from sahelsim.sweep.layout import SLURM

__all__ = ["batch_script", "refused"]

_CHOICES = ("partition", "account", "qos")
_KEYS = ("account", "partition", "qos", "memory", "time")  # words of sbatch, and the settings that they are about
_SETTING = {"memory": "memory_mb", "time": "walltime_minutes"}


def batch_script(settings: SlurmSettings, store: Path, number: int, name: str, tasks: int) -> str:
    """The script of an array.

    The program takes the place of the shell (exec), so that it gets the signal before the end of the walltime itself.

    Parameters
    ----------
    settings : SlurmSettings
    store : Path
        Absolute; all nodes see it under this name.
    number : int
        Of the submission.
    name : str
        Of the job.
    tasks : int
        Length of the array.
    """
    options = [
        f"--job-name={name}",
        f"--array=0-{tasks - 1}%{settings.tasks}",
        f"--output={shlex.quote(str(store / SLURM / 'logs' / '%A_%a.log'))}",
        "--open-mode=append",  # a task that is run again goes on with its log
        "--requeue",  # after the failure of a node
        "--ntasks=1",
        f"--cpus-per-task={settings.cores}",
        f"--time={settings.walltime_minutes}",
        f"--signal=B:USR1@{settings.signal_seconds}",
        *(f"--{key}={shlex.quote(value)}" for key in _CHOICES if (value := getattr(settings, key))),
        *((f"--mem={settings.memory_mb}",) if settings.memory_mb else ()),
        *settings.options,
    ]  # fmt: skip
    program = shlex.join(
        [settings.python or sys.executable, "-m", "sahelsim.sweep.engines.slurm_task", str(store), str(number)]
    )
    lines = [
        "#!/bin/bash", *(f"#SBATCH {option}" for option in options), "", *settings.setup,
        "export NUMBA_NUM_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1",
        "trap '' USR1  # until the program is ready for it", f"exec {program}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def refused(error: SlurmFailed) -> BadInput:
    """What sbatch said, with the setting that it is likely to be about."""
    said = str(error).lower()
    key = next((key for key in _KEYS if key in said), None)
    where = "engine.slurm" + (f".{_SETTING.get(key, key)}" if key else "")
    return BadInput(f"Slurm does not take the job ({error}). Nothing was submitted", path=where)
