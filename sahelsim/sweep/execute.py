"""A parcel of runs, executed wherever an engine has brought it: rows, events and panels go from here to the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sahelsim.errors import SahelsimError
from sahelsim.sweep.factors import settings_of
from sahelsim.sweep.files import Aside, drop_all, put_all
from sahelsim.sweep.layout import event_schema
from sahelsim.sweep.panels import PanelWriter, RunPanel
from sahelsim.sweep.run_one import RunOutcome, VariantRunner
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.shards import ShardWriter
from sahelsim.sweep.store import Store, open_store
from sahelsim.sweep.write_behind import WriteBehind

if TYPE_CHECKING:
    import pyarrow as pa

    from sahelsim.world.build import Blueprint

__all__ = ["ParcelReport", "record_failures", "run_parcel"]

_MESSAGE = 500  # most characters of an error that a row keeps
_AHEAD = 32  # runs that are got ready together
_PANEL_BYTES = 64 * 2**20  # of panels that wait to be written, however long the chunk is


class ParcelReport(NamedTuple):
    """What became of a parcel. All that it counts as done or failed is on disk."""

    done: int
    failed: int
    left: int
    """Runs that were not begun or not finished, because the parcel was told to stop."""
    seconds: float
    """From beginning to end, writing included."""
    simulated: float
    """Of them in the runs themselves."""
    cold: bool
    """The first parcel of its process: the time includes loading or compiling of kernels."""


def run_parcel(
    store: str | Path,
    runs: Iterable[RunKey],
    code: str,
    stop: Callable[[], bool] | None = None,
    *,
    chunk: int | None = None,
) -> ParcelReport:
    """Execute some runs of a sweep and write their rows; the one function that an engine has to call.

    A process that calls it again goes on with its shard and with the worlds that it has built. Threads of one process
    have a shard each.

    Parameters
    ----------
    store : path
        An existing store.
    runs : iterable of RunKey
        In this order.
    code : str
        Version of the code that the parent has; the runs are named by it.
    stop : callable, optional
        Asked between steps. When it says True, the run at hand is given up and what is finished is written.
    chunk : int, optional
        Runs that are written together; the disk is waited for while the next ones are computed. All, if not given.

    Returns
    -------
    ParcelReport

    Raises
    ------
    StoreFull, BadInput
        The store cannot be written.
    SahelsimError
        The code here is another than the parent's.

    A run that fails is no error: it becomes a row that says so.
    """
    return _bench(Path(store), code).run(list(runs), stop or (lambda: False), chunk)


def record_failures(store: str | Path, runs: Iterable[RunKey], code: str, reason: str) -> ParcelReport:
    """Write rows that say why some runs could not be executed at all, such as that their process died."""
    return _bench(Path(store), code).give_up(list(runs), reason)


_local = threading.local()


def _bench(store: Path, code: str) -> _Bench:
    """That of this thread; a new one when the store is another."""
    known: _Bench | None = getattr(_local, "bench", None)
    if known is None or known.made_for != (store, code) or not known.is_current():
        known = _local.bench = _Bench(store, code)
    return known


class _StopRun(BaseException):
    """Gives up the run at hand."""


class _Ready(NamedTuple):
    """A run that can begin."""

    key: RunKey
    head: dict[str, Any]  # of its row
    runner: VariantRunner
    settings: Mapping[str, Any]
    blueprint: Blueprint | None  # None where making it is a good part of the run


class _Finished(NamedTuple):
    """A run that has a row."""

    row: dict[str, Any]
    outcome: RunOutcome | None  # of a good one

    @property
    def panel_bytes(self) -> int:
        """Of its panel in memory."""
        arrays = None if self.outcome is None else self.outcome.panel
        return 0 if arrays is None else sum(array.nbytes for array in arrays.values())


class _Bench:
    """What a process keeps from parcel to parcel: the store, worlds, and the shard that it fills."""

    def __init__(self, path: Path, code: str) -> None:
        from sahelsim.sweep.code import code_version

        if code_version() != code:
            raise SahelsimError(
                f"the code of this process ({code_version()}) is not that of the parent ({code}): it was changed while "
                "the sweep ran. Restore it, or stop and resume with --accept-new-code"
            )
        self.made_for = (path, code)
        self._code = code
        self._store: Store = open_store(path)
        self._manifest_time = self._stamp()
        self._writer, self._panels = ShardWriter(path), PanelWriter(path)
        self._runners: dict[int, VariantRunner] = {}
        self._parcels = 0

    def is_current(self) -> bool:
        """False when the store has been replaced or its manifest rewritten."""
        try:
            return self._stamp() == self._manifest_time
        except OSError:
            return False

    def _stamp(self) -> tuple[int, int]:
        stat = (self._store.path / "manifest.json").stat()
        return stat.st_mtime_ns, stat.st_ino

    def run(self, runs: Sequence[RunKey], stop: Callable[[], bool], chunk: int | None) -> ParcelReport:
        began, cold = time.perf_counter(), self._parcels == 0
        self._parcels += 1
        count, good, simulated, held = 0, 0, 0.0, 0
        finished: list[_Finished] = []
        with WriteBehind() as behind:
            for ready in self._ready(runs):
                if stop() or (one := self._one(ready, stop)) is None:
                    break
                finished.append(one)
                count, good, simulated = count + 1, good + one.row["ok"], simulated + one.row["seconds"]
                held += one.panel_bytes
                if (len(finished) == chunk or held >= _PANEL_BYTES) and count < len(runs):
                    behind.finish()  # the next file takes up what this one holds
                    behind.put(self._files_of(finished))
                    finished, held = [], 0
            behind.finish()
            put_all(self._files_of(finished))
        return ParcelReport(good, count - good, len(runs) - count, time.perf_counter() - began, simulated, cold)

    def _ready(self, runs: Sequence[RunKey]) -> Iterator[_Ready]:
        """Runs with all that is soon got ready for them, some at a time: a run leaves nothing of that in the cache."""
        for at in range(0, len(runs), _AHEAD):
            yield from [self._ready_for(key) for key in runs[at : at + _AHEAD]]

    def _ready_for(self, key: RunKey) -> _Ready:
        runner = self._runner(key.variant)  # a store that cannot be read is no failure of the run
        settings = settings_of(self._store.experiment.factors, self._store.draw(key.draw), runner.variant)
        return _Ready(key, self._head(key), runner, settings, runner.prepare(settings))

    def _one(self, ready: _Ready, stop: Callable[[], bool]) -> _Finished | None:
        """A run and its row; None when it was given up."""

        def look(_steps: int) -> None:
            if stop():
                raise _StopRun

        row, outcome, started = ready.head, None, time.perf_counter()
        try:
            outcome = ready.runner.run(ready.settings, self._store.chance_of(ready.key), look, ready.blueprint)
            row |= {"ok": True, **outcome.values}
        except _StopRun:
            return None
        except Exception as error:
            row |= {"ok": False, "error_type": type(error).__name__, "error": _one_line(error)}
        row |= {"seconds": time.perf_counter() - started, "finished": time.time()}
        return _Finished(row, outcome)

    def give_up(self, runs: Sequence[RunKey], reason: str) -> ParcelReport:
        failed = {"ok": False, "error_type": "WorkerDied", "error": reason, "seconds": 0.0, "finished": time.time()}
        put_all(self._files_of([_Finished({**self._head(key), **failed}, None) for key in runs]))
        return ParcelReport(0, len(runs), 0, 0.0, 0.0, False)

    def _head(self, key: RunKey) -> dict[str, Any]:
        return {
            "run": self._store.name_of(key, self._code), "what_if": self._store.variants[key.variant],
            "draw": key.draw, "replicate": key.replicate, "code": self._code, "worker": self._writer.worker,
        }  # fmt: skip

    def _runner(self, variant: int) -> VariantRunner:
        if variant not in self._runners:
            scenario = self._store.scenario(self._store.variants[variant])
            self._runners[variant] = VariantRunner(scenario, self._store.experiment.keep)
        return self._runners[variant]

    def _files_of(self, finished: Sequence[_Finished]) -> list[Aside]:
        """The files of a chunk, written beside their places: panels and events come before the rows that need them."""
        import pyarrow as pa

        finished = [each for each in finished if each.row["run"] not in self._writer.good]  # a parcel that came twice
        if not finished:
            return []
        keep, schema = self._store.experiment.keep, self._store.row_schema
        files = self._panels_of(finished) if keep.panels else []
        try:
            events = None
            if keep.events:
                tables = [_named(o.events, row) for row, o in finished if o is not None and o.events is not None]
                events = pa.concat_tables([event_schema().empty_table(), *tables])
            rows = pa.array([each.row for each in finished], pa.struct(list(schema)))  # what a row lacks is null
            return files + self._writer.begin(pa.Table.from_struct_array(rows), events)
        except BaseException:
            drop_all(files)
            raise

    def _panels_of(self, finished: Sequence[_Finished]) -> list[Aside]:
        """The file that the worker fills with the panels of the chunk, if it has any."""
        panels: list[RunPanel] = []
        rows: list[dict[str, Any]] = []
        for row, o in finished:
            if o is not None and o.panel is not None:
                head = row["run"], row["what_if"], row["draw"], row["replicate"]
                panels.append(RunPanel(*head, o.panel, o.ground, o.calendar))
                rows.append(row)
        if not panels:
            return []
        name, file = self._panels.begin(self._writer.name, panels)
        for row in rows:
            row["panel"] = name
        return [file]


def _named(events: pa.Table, row: dict[str, Any]) -> pa.Table:
    """The events of a run with the run before them."""
    import pyarrow as pa

    schema = event_schema()
    head = [pa.repeat(pa.scalar(row[name], schema.field(name).type), events.num_rows) for name in schema.names[:3]]
    return pa.Table.from_arrays([*head, *events.columns], schema=schema)


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:_MESSAGE] if lines else type(error).__name__
