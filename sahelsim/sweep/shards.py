"""Shards: a file of rows that one worker writes, replaced whole by a longer one until it is long enough.

So that a sweep has few files and a reader never meets a half-written one. Events and panels are written before the
rows, which make them count.
"""

from __future__ import annotations

import os
import uuid
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.sweep.files import Aside, drop_all, put_all, write_file
from sahelsim.sweep.layout import EVENTS, PANELS, SHARD, SUMMARIES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ShardWriter", "check_end", "check_shard", "list_shards", "read_shard", "write_parquet"]

_MOST_ROWS = 500
_MOST_BYTES = 16 * 2**20
_ZSTD_LEVEL = 3
_TAIL = 8  # bytes after the footer of a Parquet file: its length and a mark
_GROWING = "snappy"  # a shard is written again and again: half the work of zstd, some 40 % more bytes


class ShardWriter:
    """Writes the shards of one worker. Its memory is bounded by the length of a shard.

    Parameters
    ----------
    store : Path
    worker : str, optional
        Name of the worker, unlike any other's; made up if not given.
    """

    def __init__(self, store: Path, worker: str | None = None) -> None:
        self.worker = worker or uuid.uuid4().hex[:12]
        self._store = store
        self._number = 0
        self._rows: pa.Table | None = None
        self._events: pa.Table | None = None
        self._good: frozenset[str] = frozenset()  # names of runs

    @property
    def good(self) -> frozenset[str]:
        """Names of the runs that have a good row in the shard that is being filled."""
        return self._good

    @property
    def name(self) -> str:
        """Of the shard that is being filled."""
        return f"w-{self.worker}-{self._number:04}"

    def begin(self, rows: pa.Table, events: pa.Table | None = None) -> list[Aside]:
        """Write rows, and their events, beside their places; they count when all have been put, in this order.

        Raises
        ------
        StoreFull, BadInput
            They could not be written; the shard is as it was before.
        """
        all_rows, all_events = _joined(self._rows, rows), _joined(self._events, events)
        full = all_rows.num_rows >= _MOST_ROWS or (all_events is not None and all_events.nbytes >= _MOST_BYTES)
        begun: list[Aside] = []
        try:
            if all_events is not None and events is not None:
                place = self._store / EVENTS / f"{self.name}.parquet"
                begun.append(Aside(place, partial(_write_table, all_events)))
            place = self._store / SUMMARIES / f"{self.name}.parquet"
            good = self._good.union(rows["run"].filter(rows["ok"]).to_pylist())
            write = partial(_write_table, all_rows, growing=not full)
            kept = (None, None, frozenset[str]()) if full else (all_rows, all_events, good)
            begun.append(Aside(place, write, then=partial(self._go_on, *kept)))
        except BaseException:
            drop_all(begun)
            raise
        return begun

    def add(self, rows: pa.Table, events: pa.Table | None = None) -> None:
        """As `begin`, and put them in their places at once."""
        put_all(self.begin(rows, events))

    def _go_on(self, rows: pa.Table | None, events: pa.Table | None, good: frozenset[str]) -> None:
        """What is on disk is what the shard holds; None of a full one, which is left."""
        self._rows, self._events, self._good = rows, events, good
        self._number += rows is None


def _joined(old: pa.Table | None, new: pa.Table | None) -> Any:
    """One after the other, each column in one piece."""
    import pyarrow as pa

    if old is None or new is None:
        return new if old is None else old
    return pa.concat_tables([old, new]).combine_chunks()


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as a file with one group of rows, checksums on every page."""
    write_file(path, partial(_write_table, table))


def _write_table(table: pa.Table, path: Path, *, growing: bool = False) -> None:
    """One that is growing will soon be replaced by a longer one: it is compressed quickly rather than well."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    compression, level = (_GROWING, None) if growing else ("zstd", _ZSTD_LEVEL)
    file = pa.BufferOutputStream()  # one call to the system in place of some hundred
    pq.write_table(
        table, file, compression=compression, compression_level=level, use_dictionary=texts,
        row_group_size=max(table.num_rows, 1), write_page_checksum=True, store_schema=False,
        write_statistics=not growing,
    )  # fmt: skip
    path.write_bytes(file.getvalue())


def list_shards(store: Path) -> list[Path]:
    """Finished shards of summaries, in order of name."""
    return sorted((store / SUMMARIES).glob(SHARD))


def read_shard(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of a shard, all columns or some, with their checksums compared.

    Raises
    ------
    BadInput
        It is damaged or missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return file.read(columns=None if columns is None else list(columns), use_threads=False)
    except FileNotFoundError:
        raise BadInput("is missing", file=path) from None
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"is damaged: {str(error).splitlines()[0].rstrip('.')}", file=path) from None


def check_shard(store: Path, path: Path, *, events: bool) -> pa.Table:
    """As `read_shard`, and its events and panels are there too.

    Raises
    ------
    BadInput
        One of the files is damaged or missing.
    """
    rows = read_shard(path)
    if events and any(rows["ok"].to_pylist()):
        read_shard(store / EVENTS / path.name, ["run"])
    for name in sorted({str(name) for name in rows["panel"].to_pylist() if name is not None}):
        _check_panel(store / PANELS / name)
    return rows


def _check_panel(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as file:
            _: Any = file.namelist()
    except FileNotFoundError:
        raise BadInput("is missing", file=path) from None
    except (OSError, zipfile.BadZipFile) as error:
        raise BadInput(f"is damaged: {error}", file=path) from None


def check_end(path: Path) -> None:
    """A look that costs little: a file of events or panels is there, and its end, where it has its directory, is whole.

    Raises
    ------
    BadInput
        It is missing or cut short.
    """
    try:
        whole = _ends_as_parquet(path) if path.suffix == ".parquet" else zipfile.is_zipfile(path)
        if not whole:
            path.stat()  # is_zipfile says False of a file that is not there
    except FileNotFoundError:
        raise BadInput("is missing", file=path) from None
    except OSError as error:
        raise BadInput(f"is damaged: {error.strerror or error}", file=path) from None
    if not whole:
        raise BadInput("is damaged: its end is missing", file=path)


def _ends_as_parquet(path: Path) -> bool:
    """Whether the length of the footer and the format's mark stand at the end."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        tail = file.read(_TAIL)
    return len(tail) == _TAIL and tail[4:] == b"PAR1" and int.from_bytes(tail[:4], "little") + _TAIL < size
