"""Dask: parcels as tasks of `distributed`, on a running scheduler, on processes here, or on jobs of Slurm."""

from __future__ import annotations

import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sahelsim.errors import SahelsimError
from sahelsim.sweep.engine_settings import DaskSettings, SlurmSettings
from sahelsim.sweep.engines.base import Parcel, Work
from sahelsim.sweep.engines.dask_clusters import open_client, require_cluster
from sahelsim.sweep.execute import ParcelReport, record_failures, run_parcel
from sahelsim.sweep.layout import CANCEL
from sahelsim.sweep.runs import RunKey

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["DaskEngine", "Session"]

_AHEAD = 2  # parcels per worker that are under way or wait for it
_POLL_SECONDS = 0.5  # a finished parcel is seen at once; this is for `cancel`
_COUNT_SECONDS = 5.0  # between two counts of the workers
_PATIENCE = 15.0  # seconds that a parcel has to write down what is finished once it is told to stop
_LOOK_FOR_STOP = 0.3  # seconds between two looks of a worker


class DaskEngine:
    """A scheduler of Dask that has the parcels run.

    Parameters
    ----------
    settings : DaskSettings
    slurm : SlurmSettings
        For the jobs of workers, with cluster slurm.
    workers : int, optional
        Workers to start; the cores here if neither this nor an address is given.
    """

    name: ClassVar[str] = "dask"

    def __init__(self, settings: DaskSettings, slurm: SlurmSettings, workers: int | None = None) -> None:
        self._settings, self._slurm, self._workers = settings, slurm, workers

    def left_behind(self) -> str | None:
        """Nothing: workers that were started end with this process, others have been told to stop."""
        return None

    def ready(self, store: Path) -> None:
        """See whether the packages are here and the scheduler, or Slurm, answers."""
        require_cluster(self._settings, self._workers)

    def run(self, work: Work) -> None:
        """Execute what is left; see `Engine.run`."""
        with ExitStack() as stack:
            client = stack.enter_context(open_client(self._settings, self._slurm, self._workers, work))
            session = Session(client, work, self._workers)
            try:
                session.run()
            finally:
                session.stop()


class Session:
    """What is under way on the workers of a client.

    Parameters
    ----------
    client : distributed.Client
    work : Work
    workers : int, optional
        That are expected, so that there is enough for them when they come.
    """

    def __init__(self, client: Client, work: Work, workers: int | None = None) -> None:
        self._client, self._work, self._fixed = client, work, workers
        self._waiting: dict[Future, Parcel] = {}
        self._suspects: deque[RunKey] = deque()
        self._counted, self._threads = float("-inf"), 1

    def run(self) -> None:
        """Until nothing is left."""
        while not self._work.stopping():
            while len(self._waiting) < self._room() and (parcel := self._next()):
                future = self._client.submit(
                    _execute, str(self._work.store), parcel.runs, self._work.code, parcel.chunk, pure=False
                )
                self._waiting[future] = parcel
            if not self._waiting:
                return
            self._collect(_POLL_SECONDS)

    def _room(self) -> int:
        """How many parcels may be under way; one while it is looked for which run kills its worker."""
        if self._suspects:
            return 1
        now = time.monotonic()
        if now - self._counted > _COUNT_SECONDS:
            self._counted = now
            self._threads = max(sum(self._client.nthreads().values()), self._fixed or 1)
        return _AHEAD * self._threads

    def _next(self) -> Parcel | None:
        if self._suspects:
            return Parcel(0, (self._suspects.popleft(),))
        return self._work.take(self._threads)

    def _collect(self, timeout: float) -> None:
        """Report the parcels that are finished, after a moment's waiting."""
        from distributed import wait

        try:
            done = wait(list(self._waiting), timeout=timeout, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return
        for future in done:
            parcel = self._waiting.pop(future)
            if future.status == "finished":
                self._work.report(parcel, future.result())
            elif future.status == "error":
                self._failed(parcel, future.exception())
            else:
                self._work.give_back(parcel)
                raise SahelsimError(
                    "Dask's scheduler has gone, or somebody has cancelled its tasks. What is done is in the store, "
                    "`sahelsim sweep resume` goes on"
                )

    def _failed(self, parcel: Parcel, error: BaseException | None) -> None:
        """A parcel whose worker died again and again is tried run by run; other errors end the session."""
        from distributed import KilledWorker

        if isinstance(error, SahelsimError):
            raise error
        if not isinstance(error, KilledWorker):
            raise SahelsimError(f"a parcel failed on a worker of Dask: {type(error).__name__}: {error}")
        if len(parcel.runs) > 1:
            self._suspects.extend(parcel.runs)
            return
        reason = "its process was killed again and again while it ran; it may need more memory than there is"
        self._work.report(parcel, record_failures(self._work.store, parcel.runs, self._work.code, reason))

    def stop(self) -> None:
        """Have what is under way write down what is finished; nothing to do after a good end."""
        if not self._waiting:
            return
        cancel = self._work.store / CANCEL
        cancel.touch()
        deadline = time.monotonic() + _PATIENCE
        while self._waiting and time.monotonic() < deadline:
            try:
                self._collect(_POLL_SECONDS)
            except SahelsimError:
                continue
        if not self._waiting:
            cancel.unlink(missing_ok=True)
        else:
            self._client.cancel(list(self._waiting))


# On a worker.


class _Stop:
    """Whether somebody has asked the sweep to end: a file in the store."""

    def __init__(self, store: Path) -> None:
        self._file, self._looked, self._said = store / CANCEL, float("-inf"), False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._said and now - self._looked > _LOOK_FOR_STOP:
            self._looked, self._said = now, self._file.exists()
        return self._said


def _execute(store: str, runs: tuple[Any, ...], code: str, chunk: int | None) -> ParcelReport:
    import numba

    numba.set_num_threads(1)  # a worker that somebody else has started may have more
    return run_parcel(store, [RunKey(*run) for run in runs], code, _Stop(Path(store)), chunk=chunk)
