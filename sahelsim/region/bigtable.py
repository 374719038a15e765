"""Read a long table of a region, as Parquet or as CSV, into numpy columns of given types."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.region.csvfile import Converter, flag, integer, read_csv, real, text

__all__ = ["BigTable", "read_big_table"]

_CONVERTERS: dict[str, Converter] = {"i": integer, "u": integer, "f": real, "b": flag, "U": text}


class BigTable:
    """Columns of a long table as arrays; ``fault`` builds an error that points at a row."""

    def __init__(self, path: Path, columns: dict[str, npt.NDArray[Any]], lines: list[int] | None) -> None:
        self.path, self._columns, self._lines = path, columns, lines

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        return self._columns[column]

    def check(self, column: str, good: npt.NDArray[np.bool_], expected: str) -> None:
        """Raise BadInput at the first row whose value is not good."""
        if good.all():
            return
        row = int(np.argmin(good))
        found = self._columns[column][row]
        message = f"expected {expected}, found {found}"
        if self._lines is None:
            raise BadInput(f"row {row + 1}: {message}", file=self.path, path=column)
        raise BadInput(message, file=self.path, line=self._lines[row], path=column)


def read_big_table(folder: Path, stem: str, columns: Mapping[str, str]) -> BigTable:
    """Read ``stem.parquet``, or ``stem.csv`` where there is no Parquet file.

    Parameters
    ----------
    folder : Path
        The region's folder.
    stem : str
        Name of the table.
    columns : mapping of column name to numpy dtype string ("int64", "float64", "bool", "str")

    Raises
    ------
    BadInput
        Neither file there, unreadable, a column missing, or a value that does not fit the type.
    """
    parquet, table = folder / f"{stem}.parquet", folder / f"{stem}.csv"
    if parquet.is_file():
        return _read_parquet(parquet, columns)
    if not table.is_file():
        raise BadInput(f"no such table (nor {table.name}): a region needs it", file=parquet)
    rows = read_csv(table, {name: _CONVERTERS[np.dtype(kind).kind] for name, kind in columns.items()})
    arrays = {name: _column_from_csv(table, name, rows[name], kind) for name, kind in columns.items()}
    return BigTable(table, arrays, rows.lines)


def _column_from_csv(path: Path, name: str, values: list[Any], kind: str) -> npt.NDArray[Any]:
    try:
        return np.array(values, dtype=kind)
    except OverflowError:
        raise BadInput(f"holds a number too large for {kind}", file=path, path=name) from None


def _read_parquet(path: Path, columns: Mapping[str, str]) -> BigTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        present = file.schema_arrow.names
        for name in columns:
            if name not in present:
                raise BadInput(f"column missing; the table has {', '.join(present)}", file=path, path=name)
        table = file.read(columns=list(columns), use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"is not a Parquet file that can be read: {error}", file=path) from None
    return BigTable(path, {name: _column(path, table, name, kind) for name, kind in columns.items()}, None)


def _column(path: Path, table: Any, name: str, kind: str) -> npt.NDArray[Any]:
    column = table.column(name)
    if column.null_count:
        raise BadInput("has empty values", file=path, path=name)
    values = _decode(column.combine_chunks())
    wanted = np.dtype(kind).kind
    found = None if values is None else values.dtype.kind
    if found != wanted and not (found in ("i", "u") and wanted in ("i", "u", "f")):
        raise BadInput(f"expected {kind}, found {column.type}", file=path, path=name)
    return np.array(values, dtype=kind)


def _decode(array: Any) -> npt.NDArray[Any] | None:
    """Values of an Arrow array from its buffers; None for types that no table of a region has.

    Arrow's own conversions import pandas wherever it is installed, which takes longer than all the rest.
    Layout: https://arrow.apache.org/docs/format/Columnar.html
    """
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind, rows = array.type, slice(array.offset, array.offset + len(array))
    buffers = array.buffers()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        width = np.int64 if pa.types.is_large_string(kind) else np.int32
        ends = np.frombuffer(buffers[1], dtype=width)[rows.start : rows.stop + 1].tolist() if len(array) else []
        letters = buffers[2].to_pybytes() if len(array) and buffers[2] is not None else b""
        return np.array([letters[a:b].decode() for a, b in pairwise(ends)], dtype=np.str_)
    if pa.types.is_boolean(kind):
        bits = np.frombuffer(buffers[1] or b"", dtype=np.uint8)
        return np.unpackbits(bits, bitorder="little")[rows].astype(np.bool_)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return np.frombuffer(buffers[1] or b"", dtype=kind.to_pandas_dtype())[rows]
    return None
