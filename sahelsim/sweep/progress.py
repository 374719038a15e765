"""What of a sweep is done: read from its shards, by anyone, at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.sweep.layout import EVENTS, PANELS
from sahelsim.sweep.shards import check_end, check_shard, list_shards, read_shard

if TYPE_CHECKING:
    import pyarrow as pa

    from sahelsim.sweep.runs import RunKey
    from sahelsim.sweep.store import Store

__all__ = ["Done", "Follower", "RunPlace", "left_to_do", "scan"]

RunPlace = tuple[str, int, int]
"""A run whatever the code: variant, draw, replicate."""

_PLACE = ("what_if", "draw", "replicate")
_COLUMNS = (*_PLACE, "code", "ok", "finished")


@dataclass
class Done:
    """Runs whose rows are in the store, and shards that cannot be read."""

    ok: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    """Names, of all versions of the code."""
    runs: dict[RunPlace, bool] = field(default_factory=dict)
    """Whether each run has a good row, of a version of the code that counts."""
    damaged: list[BadInput] = field(default_factory=list)
    damaged_shards: list[Path] = field(default_factory=list)


def scan(store: Store) -> Done:
    """Read every shard whole, with its checksums."""
    found, keep = Done(), store.experiment.keep
    for path in list_shards(store.path):
        try:
            rows = check_shard(store.path, path, events=keep.events)
        except BadInput as error:
            found.damaged.append(error)
            found.damaged_shards.append(path)
            continue
        for name, *place, code, ok in _read(rows, "run", *_PLACE, "code", "ok"):
            (found.ok if ok else found.failed).add(name)
            if code in store.codes:
                found.runs[tuple(place)] = found.runs.get(tuple(place), False) or ok
    return found


def _read(rows: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].to_pylist() for name in columns), strict=True)


def left_to_do(store: Store, done: Done, *, retry_failed: bool) -> Iterator[RunKey]:
    """Runs that have no row yet, in order: the anti-join. A row of any accepted version of the code counts."""
    have = done.ok if retry_failed else done.ok | done.failed
    versions = [store.names(code) for code in store.codes]
    for named in zip(*versions, strict=True):
        if not any(name in have for _, name in named):
            yield named[0][0]


def _mark(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def _beside(store: Path, shard: Path, rows: pa.Table) -> list[Path]:
    """Files that the rows of a shard need: its events, if there can be any, and its panels."""
    events = [store / EVENTS / shard.name] if any(rows["ok"].to_pylist()) else []
    return [*events, *(store / PANELS / name for name in sorted(filter(None, rows["panel"].unique().to_pylist())))]


class Follower:
    """Reads which runs have rows, again and again, and only the shards that have changed.

    Attributes
    ----------
    damaged : list of Path
        Shards that could not be read at the last look.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._seen: dict[Path, tuple[int, int]] = {}
        self._rows: dict[Path, list[tuple[Any, ...]]] = {}
        self._beside: dict[Path, list[Path]] = {}  # files of events and panels of each shard, if they are kept
        self._whole: dict[Path, tuple[int, int]] = {}  # of them, as they were when their ends were seen
        self.damaged: list[Path] = []

    def look(self) -> None:
        """Read what is new."""
        paths = list_shards(self._store)
        self.damaged = []
        for gone in set(self._seen) - set(paths):
            del self._seen[gone], self._rows[gone], self._beside[gone]
        for path in paths:
            try:
                mark = _mark(path)
                if self._seen.get(path) != mark:
                    table = read_shard(path, [*_COLUMNS, "panel"])
                    self._rows[path] = list(_read(table, *_COLUMNS))
                    self._beside[path] = _beside(self._store, path, table)
                    self._seen[path] = mark
            except FileNotFoundError:
                continue
            except BadInput:
                self.damaged.append(path)

    @property
    def paths(self) -> list[Path]:
        """Shards that were read."""
        return sorted(self._rows)

    def incomplete(self, *, events: bool) -> dict[Path, list[Path]]:
        """Shards that were read, but whose events (if they are kept) or panels are missing or cut short; and which.

        Looks at the ends of files that have changed, not into them; `scan` does.
        """
        out: dict[Path, list[Path]] = {}
        for path in self.paths:
            bad = [file for file in self._beside[path] if (events or file.parent.name != EVENTS) and self._bad(file)]
            if bad and path.exists():  # else it was set aside meanwhile, and they with it
                out[path] = bad
        return out

    def _bad(self, file: Path) -> bool:
        try:
            mark = _mark(file)
            if self._whole.get(file) != mark:
                check_end(file)
                self._whole[file] = mark
        except (BadInput, OSError):
            return True
        return False

    def rows(self, codes: Collection[str], but: Collection[Path] = ()) -> dict[RunPlace, tuple[bool, float]]:
        """Whether it is done, and when it was finished, of every run that has a row of these versions of the code.

        Parameters
        ----------
        codes : collection of str
        but : collection of Path
            Shards that do not count.
        """
        out: dict[RunPlace, tuple[bool, float]] = {}
        for path in self.paths:
            if path in but:
                continue
            for what_if, draw, replicate, code, ok, finished in self._rows[path]:
                place = (what_if, draw, replicate)
                if code in codes and (place not in out or (ok and not out[place][0])):
                    out[place] = (ok, finished)
        return out
