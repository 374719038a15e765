"""Shards: a file of rows that one worker writes, replaced whole by a longer one until it is long enough.

So that a sweep has few files and a reader never meets a half-written one. Events and panels are written before the
rows, which make them count.
"""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.sweep.files import write_file
from sahelsim.sweep.layout import EVENTS, PANELS, SHARD, SUMMARIES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ShardWriter", "check_shard", "list_shards", "read_shard", "write_parquet"]

_MOST_ROWS = 1000
_MOST_BYTES = 16 * 2**20
_ZSTD_LEVEL = 3
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

    @property
    def name(self) -> str:
        """Of the shard that is being filled."""
        return f"w-{self.worker}-{self._number:04}"

    def add(self, rows: pa.Table, events: pa.Table | None = None) -> None:
        """Put rows, and their events, on disk.

        Raises
        ------
        StoreFull, BadInput
            They could not be written; the shard is as it was before.
        """
        all_rows, all_events = _joined(self._rows, rows), _joined(self._events, events)
        if all_events is not None and events is not None:
            write_parquet(self._store / EVENTS / f"{self.name}.parquet", all_events)
        full = all_rows.num_rows >= _MOST_ROWS or (all_events is not None and all_events.nbytes >= _MOST_BYTES)
        write_parquet(self._store / SUMMARIES / f"{self.name}.parquet", all_rows, growing=not full)
        self._rows, self._events = all_rows, all_events
        if full:
            self._number += 1
            self._rows = self._events = None


def _joined(old: pa.Table | None, new: pa.Table | None) -> Any:
    """One after the other, each column in one piece."""
    import pyarrow as pa

    if old is None or new is None:
        return new if old is None else old
    return pa.concat_tables([old, new]).combine_chunks()


def write_parquet(path: Path, table: pa.Table, *, growing: bool = False) -> None:
    """Write a table as a file with one group of rows, checksums on every page.

    Parameters
    ----------
    path : Path
    table : pyarrow.Table
    growing : bool
        It will soon be replaced by a longer one: compressed quickly rather than well.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    compression, level = (_GROWING, None) if growing else ("zstd", _ZSTD_LEVEL)

    def write(aside: Path) -> None:
        pq.write_table(
            table, aside, compression=compression, compression_level=level, use_dictionary=texts,
            row_group_size=max(table.num_rows, 1), write_page_checksum=True, store_schema=False,
            write_statistics=not growing,
        )  # fmt: skip

    write_file(path, write)


def list_shards(store: Path) -> list[Path]:
    """Finished shards of summaries, in order of name."""
    return sorted((store / SUMMARIES).glob(SHARD))


def read_shard(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of a shard, all columns or some, with their checksums compared.

    Raises
    ------
    BadInput
        It is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return file.read(columns=None if columns is None else list(columns), use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"is damaged: {str(error).splitlines()[0]}", file=path) from None


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
    except (OSError, zipfile.BadZipFile) as error:
        raise BadInput(f"is damaged: {error}", file=path) from None
