"""What of a sweep is done: read from its shards, by anyone, at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput
from sahelsim.sweep.shards import check_shard, list_shards, read_shard

if TYPE_CHECKING:
    from sahelsim.sweep.runs import RunKey
    from sahelsim.sweep.store import Store

__all__ = ["Done", "Follower", "left_to_do", "scan"]


@dataclass
class Done:
    """Names of runs whose rows are in the store, and shards that cannot be read."""

    ok: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    """Failed and not done since."""
    damaged: list[BadInput] = field(default_factory=list)
    damaged_shards: list[Path] = field(default_factory=list)


def scan(store: Store) -> Done:
    """Read every shard whole, with its checksums."""
    found = Done()
    for path in list_shards(store.path):
        try:
            rows = check_shard(store.path, path, events=store.experiment.keep.events)
        except BadInput as error:
            found.damaged.append(error)
            found.damaged_shards.append(path)
            continue
        for name, ok in zip(rows["run"].to_pylist(), rows["ok"].to_pylist(), strict=True):
            (found.ok if ok else found.failed).add(name)
    found.failed -= found.ok
    return found


def left_to_do(store: Store, done: Done, *, retry_failed: bool) -> Iterator[RunKey]:
    """Runs that have no row yet, in order: the anti-join. A row of any accepted version of the code counts."""
    have = done.ok if retry_failed else done.ok | done.failed
    versions = [store.names(code) for code in store.codes]
    for named in zip(*versions, strict=True):
        if not any(name in have for _, name in named):
            yield named[0][0]


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
        self._rows: dict[Path, list[tuple[str, bool, float, str]]] = {}
        self.damaged: list[Path] = []

    def look(self) -> None:
        """Read what is new."""
        paths = list_shards(self._store)
        self.damaged = []
        for gone in set(self._seen) - set(paths):
            del self._seen[gone], self._rows[gone]
        for path in paths:
            try:
                stat = path.stat()
                mark = (stat.st_mtime_ns, stat.st_size)
                if self._seen.get(path) != mark:
                    table = read_shard(path, ["run", "ok", "finished", "code"])
                    self._rows[path] = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
                    self._seen[path] = mark
            except FileNotFoundError:
                continue
            except BadInput:
                self.damaged.append(path)

    @property
    def paths(self) -> list[Path]:
        """Shards that were read."""
        return sorted(self._rows)

    def rows(self) -> dict[str, tuple[bool, float, str]]:
        """Whether it is done, when it was finished, and version of the code, of every run that has a row."""
        out: dict[str, tuple[bool, float, str]] = {}
        for path in self.paths:
            for name, ok, finished, code in self._rows[path]:
                if name not in out or (ok and not out[name][0]):
                    out[name] = (ok, finished, code)
        return out
