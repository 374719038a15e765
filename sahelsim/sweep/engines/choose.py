"""Engines by name."""

from __future__ import annotations

import os

from sahelsim.errors import BadInput
from sahelsim.sweep.engine_settings import EngineSettings
from sahelsim.sweep.engines.base import Engine

__all__ = ["choose_engine", "cores"]


def choose_engine(settings: EngineSettings, kind: str | None = None, workers: int | None = None) -> Engine:
    """The engine that the experiment or the command line asks for.

    Parameters
    ----------
    settings : EngineSettings
        Of the experiment.
    kind, workers : optional
        Of the command line; they come first.

    Raises
    ------
    BadInput
        The engine is not there.
    """
    name = kind or settings.kind
    if name == "local":
        from sahelsim.sweep.engines.local import LocalEngine

        return LocalEngine(workers or settings.local.workers or cores())
    if name == "slurm":
        from sahelsim.sweep.engines.slurm import SlurmEngine

        return SlurmEngine(settings.slurm, workers)
    if name == "dask":
        from sahelsim.sweep.engines.dask_engine import DaskEngine

        return DaskEngine(settings.dask, settings.slurm, workers or settings.dask.workers)
    raise BadInput(f"unknown engine '{name}'; use local, slurm or dask", path="--engine")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
