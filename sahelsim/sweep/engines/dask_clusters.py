"""Where Dask's workers come from."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.sweep.engine_settings import DaskSettings, SlurmSettings
from sahelsim.sweep.engines.base import Work
from sahelsim.sweep.engines.slurm_jobs import SlurmFailed, require_slurm, slurm
from sahelsim.sweep.engines.slurm_script import refused
from sahelsim.sweep.layout import SLURM
from sahelsim.workers import interrupts_held

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["open_client", "require_cluster"]

_CONNECT = 30.0  # seconds that a scheduler has to answer
_MEMORY_MB = 2000  # of a worker's job where the experiment does not say
_ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_SETTINGS = {
    "distributed.worker.profile.enabled": False,  # samples the stack a hundred times a second
    "distributed.nanny.pre-spawn-environ": _ONE_THREAD,
    "distributed.admin.tick.interval": "1s",  # is its event loop late? fifty times a second otherwise
    "distributed.admin.tick.limit": "1h",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.scheduler.active-memory-manager.start": False,  # results are a few numbers
    "distributed.scheduler.work-stealing-interval": "1s",
}


def require_cluster(settings: DaskSettings, workers: int | None) -> None:
    """See whether what the experiment asks for is here and answers.

    Raises
    ------
    BadInput
        Packages are missing, something was not said, or the scheduler does not answer.
    SlurmSilent
        Slurm does not answer.
    """
    _require("distributed")
    if settings.address is not None:
        _connect(settings.address).close()
    elif settings.cluster == "slurm":
        _require("dask_jobqueue")
        if workers is None:
            raise BadInput("cluster slurm needs to know how many workers: give engine.dask.workers, or --workers",
                           path="engine.dask.cluster")  # fmt: skip
        require_slurm("sbatch")


@contextmanager
def open_client(settings: DaskSettings, slurm: SlurmSettings, workers: int | None, work: Work) -> Iterator[Client]:
    """A client of the scheduler that the experiment asks for; what was started ends with the block.

    Raises
    ------
    BadInput
        The scheduler does not answer, or Slurm does not take the jobs.
    """
    import dask
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a killed worker is no news here
    with ExitStack() as stack, dask.config.set(_SETTINGS):
        if settings.address is not None:
            client = _connect(settings.address)
        else:
            resource_tracker.ensure_running()  # its start would let Ctrl-C through again
            with interrupts_held():  # Ctrl-C is for this process, which tells the workers
                cluster = _here(workers) if settings.cluster == "local" else _on_slurm(settings, slurm, workers, work)
            stack.enter_context(cluster)
            client = Client(cluster, timeout=_CONNECT)
        yield stack.enter_context(client)


def _connect(address: str) -> Client:
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=_CONNECT)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"no scheduler of Dask answers at '{address}' ({error}); start one with `dask scheduler`, or leave the "
            "address out",
            path="engine.dask.address",
        ) from None


def _here(workers: int | None) -> Any:
    """Processes on this machine; one that is killed starts anew."""
    from distributed import LocalCluster

    count = workers or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, memory_limit=0, dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )  # fmt: skip


def _on_slurm(settings: DaskSettings, jobs: SlurmSettings, workers: int | None, work: Work) -> Any:
    """A job of Slurm for each worker, as many as there is work for; one that ends is replaced."""
    from dask_jobqueue import SLURMCluster

    hours, minutes = divmod(jobs.walltime_minutes, 60)
    life = max(60 * jobs.walltime_minutes - jobs.signal_seconds, 30)
    logs = work.store.resolve() / SLURM / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    extra = [f"--qos={jobs.qos}"] if jobs.qos else []
    network = {"interface": settings.interface} if settings.interface else {}
    cluster = SLURMCluster(
        cores=1, processes=1, memory=f"{jobs.memory_mb or _MEMORY_MB}MB",
        queue=jobs.partition, account=jobs.account, walltime=f"{hours:02}:{minutes:02}:00",
        job_extra_directives=[*extra, *jobs.options],
        job_script_prologue=[*jobs.setup, *(f"export {name}={value}" for name, value in _ONE_THREAD.items())],
        worker_extra_args=["--lifetime", f"{life}s"], log_directory=str(logs), job_name="sahelsim-dask",
        python=jobs.python or sys.executable, silence_logs=logging.CRITICAL,
        scheduler_options={"dashboard_address": None, **network}, **network,
    )  # fmt: skip
    try:
        _try_job(cluster.job_script())
    except BaseException:
        cluster.close()
        raise
    cluster.adapt(minimum=1, maximum=workers, target_duration=f"{work.chunk_seconds / 2:.2f}s")
    return cluster


def _try_job(script: str) -> None:
    """Dask would not say that Slurm refuses its jobs."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        try:
            slurm("sbatch", "--test-only", file.name)
        except SlurmFailed as error:
            raise refused(error) from None


def _require(package: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        name = package.replace("_", "-")
        raise BadInput(f"the engine dask needs the package {name}: pip install 'sahelsim[cluster]'", path="--engine")
