"""The rows of a GED file in pieces, with the line each one begins on; rows that are broken are set aside."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from pathlib import Path

import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.header import Header, Variant, find_delimiter, is_tag_row, read_header

__all__ = ["LINE", "Fault", "Piece", "RowReader"]

LINE = "_line"
_PIECE = 50_000  # rows


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row, and in which of its columns."""

    line: int
    message: str
    name: str | None = None


@dataclass
class Piece:
    """Some rows, as text, and the faults of those that could not be taken."""

    frame: pl.DataFrame
    faults: list[Fault] = field(default_factory=list)


class RowReader:
    """The rows of an open file.

    Parameters
    ----------
    path : Path
        Named in messages.
    stream : text stream, or lines of one
        Opened with ``newline=""``.
    lines : int
        Lines of the file, so that a row that is cut off at its end can be told from one in the middle.
    header_of : callable
        Finds the columns in the first row; that of GED by default.
    """

    def __init__(
        self,
        path: Path,
        stream: Iterable[str],
        lines: int,
        header_of: Callable[[Path, list[str]], Header] = read_header,
    ) -> None:
        self._lines = lines
        stream = iter(stream)
        first = next(stream, "")
        self.delimiter = find_delimiter(first)
        self._reader = csv.reader(chain([first], stream), delimiter=self.delimiter, strict=True)
        try:
            row = next(self._reader, [])
        except csv.Error as error:
            raise BadInput(f"its line of column names is broken: {error}", file=path, line=1) from None
        self.header: Header = header_of(path, row)
        self.tagged = False
        self._waiting: list[list[str]] = [row] if self.header.absent else []

    @property
    def variant(self) -> Variant:
        """The layout, as far as names and tags tell."""
        return Variant.TAGGED if self.tagged else self.header.variant

    def pieces(self) -> Iterator[Piece]:
        """Every row, some ten thousands at a time."""
        names = list(self.header.positions)
        pick = itemgetter(*self.header.positions.values())
        rows: list[tuple[str, ...]] = []
        lines: list[int] = []
        faults: list[Fault] = []
        for line, row in self._rows(faults):
            rows.append(pick(row))
            lines.append(line)
            if len(rows) == _PIECE:
                yield Piece(_frame(names, rows, lines), faults.copy())
                rows, lines = [], []
                faults.clear()
        yield Piece(_frame(names, rows, lines), faults)

    def _rows(self, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
        """Whole rows with their first line; the others go into `faults`."""
        width = len(self.header.names)
        for row in self._waiting:
            yield 1, row
        begin = self._reader.line_num + 1
        second = not self.header.absent
        while True:
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                faults.append(self._broken(begin, error))
                begin = self._reader.line_num + 1
                continue
            if second and is_tag_row(row):
                self.tagged = True
            elif len(row) == width or (len(row) > width and not any(row[width:])):
                if any(row):
                    yield begin, row
            elif any(row):
                faults.append(self._miscounted(begin, row))
            begin, second = self._reader.line_num + 1, False

    def _broken(self, begin: int, error: csv.Error) -> Fault:
        if "unexpected end" in str(error):
            return Fault(begin, "a quotation mark opens here and is never closed: the file is cut off or damaged")
        until = self._reader.line_num
        where = f" (noticed on line {until})" if until > begin else ""
        return Fault(begin, f"the quotation marks of this row do not match{where}: {error}")

    def _miscounted(self, begin: int, row: list[str]) -> Fault:
        names = self.header.names
        counts = f"{len(row)} fields where the header has {len(names)}"
        if len(row) > len(names):
            return Fault(begin, f"{counts}; does a text hold the delimiter without quotation marks?")
        if self._reader.line_num < self._lines:
            return Fault(begin, f"{counts}; a line break within a text, or half a row?")
        return Fault(begin, f"{counts}: the last row is cut off in {names[len(row) - 1]}; download the file again")


def _frame(names: list[str], rows: list[tuple[str, ...]], lines: list[int]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    data = {name: pl.Series(name, values, dtype=pl.String) for name, values in zip(names, columns, strict=True)}
    return pl.DataFrame({LINE: pl.Series(LINE, lines, dtype=pl.Int64), **data})
