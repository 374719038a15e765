"""Where and how an experiment is executed. Nothing here changes a result."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sahelsim.parameters import Strict, parameter

__all__ = ["DaskSettings", "EngineSettings", "LocalSettings", "SlurmSettings"]


class LocalSettings(Strict):
    """Processes on this machine."""

    workers: int | None = parameter(
        "1", 1, 4096, "processes; as many as there are cores if not given", "user", default=None
    )


class SlurmSettings(Strict):
    """Array jobs of Slurm."""

    partition: str | None = Field(default=None, description="partition (queue)")
    account: str | None = Field(default=None, description="account that is charged")
    qos: str | None = Field(default=None, description="quality of service")
    walltime_minutes: int = parameter("minutes", 1, 100_000, "time limit of a task of the array", "user", default=60)
    signal_seconds: int = parameter(
        "s", 5, 3600, "how long before the limit a task is told to write down what it has", "by hand", default=60
    )
    memory_mb: int | None = parameter("MB", 100, 10_000_000, "memory of a task", "user", default=None)
    cores: int = parameter("1", 1, 4096, "cores of a task, with a process on each", "user", default=1)
    tasks: int = parameter("1", 1, 100_000, "most tasks of an array that may run at once", "user", default=100)
    task_minutes: float = parameter(
        "minutes",
        0.01,
        100_000,
        "work of a task, as estimated; no more than fits into the walltime",
        "by hand",
        default=30.0,
    )
    run_seconds: float | None = parameter(
        "s",
        1e-4,
        1e6,
        "time of a run; measured by some runs where the command is given, if not said",
        "user",
        default=None,
    )
    poll_seconds: float = parameter(
        "s", 0.5, 3600, "time between two questions to Slurm while the command watches", "by hand", default=15.0
    )
    python: str | None = Field(
        default=None, description="Python on the nodes; the one that gives the command if not said"
    )
    setup: tuple[str, ...] = Field(default=(), description="lines of shell before the program: modules, environment")
    options: tuple[str, ...] = Field(default=(), description="further options of sbatch, such as --exclusive")


class DaskSettings(Strict):
    """Dask, by the package distributed. With cluster slurm the settings of `slurm` hold too: one job a worker."""

    address: str | None = Field(default=None, description="address of a running scheduler")
    cluster: Literal["local", "slurm"] = Field(default="local", description="what to start without an address")
    workers: int | None = parameter("1", 1, 100_000, "workers to start, of one thread each", "user", default=None)
    interface: str | None = Field(
        default=None, description="network between the nodes and the command, such as ib0; with cluster slurm"
    )


class EngineSettings(Strict):
    """What runs the chunks; options of the command line come first."""

    kind: Literal["local", "slurm", "dask"] = Field(default="local", description="which engine")
    chunk_seconds: float = parameter("s", 0.2, 86_400, "work between two writes of a worker", "by hand", default=2.0)
    local: LocalSettings = LocalSettings()
    slurm: SlurmSettings = SlurmSettings()
    dask: DaskSettings = DaskSettings()
