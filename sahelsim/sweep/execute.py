"""A chunk of runs, executed wherever an engine has brought it: rows, events and panels go from here to the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sahelsim.errors import SahelsimError
from sahelsim.sweep.factors import settings_of
from sahelsim.sweep.layout import PANELS, event_schema
from sahelsim.sweep.panels import RunPanel, write_panels
from sahelsim.sweep.run_one import RunOutcome, VariantRunner
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.shards import ShardWriter
from sahelsim.sweep.store import Store, open_store

if TYPE_CHECKING:
    import pyarrow as pa

    from sahelsim.world.ground import Ground

__all__ = ["ChunkReport", "record_failures", "run_chunk"]

_MESSAGE = 500  # most characters of an error that a row keeps


class ChunkReport(NamedTuple):
    """What became of a chunk. All that it counts as done or failed is on disk."""

    done: int
    failed: int
    left: int
    """Runs that were not begun or not finished, because the chunk was told to stop."""
    seconds: float
    """From beginning to end, writing included."""
    simulated: float
    """Of them in the runs themselves."""
    cold: bool
    """The first chunk of its process: the time includes loading or compiling of kernels."""


def run_chunk(
    store: str | Path, runs: Iterable[RunKey], code: str, stop: Callable[[], bool] | None = None
) -> ChunkReport:
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

    Returns
    -------
    ChunkReport

    Raises
    ------
    StoreFull, BadInput
        The store cannot be written.
    SahelsimError
        The code here is another than the parent's.

    A run that fails is no error: it becomes a row that says so.
    """
    return _bench(Path(store), code).run(list(runs), stop or (lambda: False))


def record_failures(store: str | Path, runs: Iterable[RunKey], code: str, reason: str) -> ChunkReport:
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


class _Bench:
    """What a process keeps from chunk to chunk: the store, worlds, and the shard that it fills."""

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
        self._writer = ShardWriter(path)
        self._runners: dict[int, VariantRunner] = {}
        self._chunks = 0

    def is_current(self) -> bool:
        """False when the store has been replaced or its manifest rewritten."""
        try:
            return self._stamp() == self._manifest_time
        except OSError:
            return False

    def _stamp(self) -> tuple[int, int]:
        stat = (self._store.path / "manifest.json").stat()
        return stat.st_mtime_ns, stat.st_ino

    def run(self, runs: Sequence[RunKey], stop: Callable[[], bool]) -> ChunkReport:
        began, cold = time.perf_counter(), self._chunks == 0
        rows: list[dict[str, Any]] = []
        outcomes: list[tuple[dict[str, Any], int, RunOutcome]] = []

        def look(_steps: int) -> None:
            if stop():
                raise _StopRun

        for key in runs:
            if stop():
                break
            row = self._head(key)
            started = time.perf_counter()
            try:
                outcome = self._execute(key, look)
                row |= {"ok": True, **outcome.values}
                outcomes.append((row, key.variant, outcome))
            except _StopRun:
                break
            except Exception as error:
                row |= {"ok": False, "error_type": type(error).__name__, "error": _one_line(error)}
            row |= {"seconds": time.perf_counter() - started, "finished": time.time()}
            rows.append(row)
        self._write(rows, outcomes)
        good = sum(row["ok"] for row in rows)
        return ChunkReport(
            good, len(rows) - good, len(runs) - len(rows), time.perf_counter() - began,
            sum(row["seconds"] for row in rows), cold,
        )  # fmt: skip

    def give_up(self, runs: Sequence[RunKey], reason: str) -> ChunkReport:
        failed = {"ok": False, "error_type": "WorkerDied", "error": reason, "seconds": 0.0, "finished": time.time()}
        self._write([{**self._head(key), **failed} for key in runs], [])
        return ChunkReport(0, len(runs), 0, 0.0, 0.0, False)

    def _head(self, key: RunKey) -> dict[str, Any]:
        return {
            "run": self._store.name_of(key, self._code), "what_if": self._store.variants[key.variant],
            "draw": key.draw, "replicate": key.replicate, "code": self._code, "worker": self._writer.worker,
        }  # fmt: skip

    def _execute(self, key: RunKey, look: Callable[[int], None]) -> RunOutcome:
        if key.variant not in self._runners:
            scenario = self._store.scenario(self._store.variants[key.variant])
            self._runners[key.variant] = VariantRunner(scenario, self._store.experiment.keep)
        runner = self._runners[key.variant]
        settings = settings_of(self._store.experiment.factors, self._store.draw(key.draw), runner.variant)
        return runner.run(settings, self._store.chance_of(key), look)

    def _write(self, rows: list[dict[str, Any]], outcomes: list[tuple[dict[str, Any], int, RunOutcome]]) -> None:
        import pyarrow as pa

        self._chunks += 1
        if not rows:
            return
        keep, schema = self._store.experiment.keep, self._store.row_schema
        if keep.panels and outcomes:
            self._write_panels(outcomes)
        events = None
        if keep.events:
            tables = [_named(outcome.events, row) for row, _, outcome in outcomes if outcome.events is not None]
            events = pa.concat_tables([event_schema().empty_table(), *tables])
        columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
        self._writer.add(pa.Table.from_arrays(columns, schema=schema), events)

    def _write_panels(self, outcomes: list[tuple[dict[str, Any], int, RunOutcome]]) -> None:
        """A file for all runs of the chunk that share a variant and a ground."""
        groups: dict[tuple[int, int], list[tuple[dict[str, Any], RunOutcome]]] = {}
        for row, variant, outcome in outcomes:
            groups.setdefault((variant, id(outcome.ground)), []).append((row, outcome))
        for i, ((variant, _), members) in enumerate(groups.items()):
            ground: Ground = members[0][1].ground
            name = f"{self._writer.name}-{self._chunks:05}-{i}.zarr.zip"
            panels = [RunPanel(r["run"], r["draw"], r["replicate"], o.panel) for r, o in members if o.panel is not None]
            calendar = self._runners[variant].variant.calendar
            write_panels(self._store.path / PANELS / name, panels, ground, calendar)
            for row, _outcome in members:
                row["panel"] = name


def _named(events: pa.Table, row: dict[str, Any]) -> pa.Table:
    """The events of a run with the run before them."""
    import pyarrow as pa

    schema = event_schema()
    head = [pa.repeat(pa.scalar(row[name], schema.field(name).type), events.num_rows) for name in schema.names[:3]]
    return pa.Table.from_arrays([*head, *events.columns], schema=schema)


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:_MESSAGE] if lines else type(error).__name__
