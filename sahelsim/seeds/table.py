"""Strict reading of the small seed tables: every fault is found and reported by file, line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sahelsim.errors import BadInput

__all__ = ["Problems", "Row", "nearest", "read_rows", "seeds_folder"]

_SHOWN = 20
Choice = TypeVar("Choice", bound=StrEnum)


def seeds_folder() -> Path:
    """Return the folder of the seed tables: inside an installed package, else beside it in the repository."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "_shipped" / "seeds"
    return shipped if shipped.is_dir() else package.parent / "seeds"


def nearest(word: str, known: Sequence[str]) -> str:
    """Return ``"; did you mean X?"`` for the nearest known word, or nothing."""
    import difflib

    lowered = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1)
    return f"; did you mean {lowered[close[0]]!r}?" if close else ""


@dataclass
class Problems:
    """The faults found in one file; ``raise_if_any`` turns them into one message."""

    file: Path
    found: list[BadInput] = field(default_factory=list)

    def add(self, message: str, *, line: int, column: int | None = None, path: str | None = None) -> None:
        """Note a fault. ``column`` is the number of the column, from 1; ``path`` is its name."""
        self.found.append(BadInput(message, file=self.file, line=line, column=column, path=path))

    def raise_if_any(self) -> None:
        """Raise the first fault, with the others listed under it."""
        if not self.found:
            return
        first, *rest = sorted(self.found, key=lambda fault: (fault.line or 0, fault.column or 0))
        message = first.message
        if rest:
            shown = [f"  {fault}" for fault in rest[:_SHOWN]]
            more = [f"  and {len(rest) - _SHOWN} more"] if len(rest) > _SHOWN else []
            message = "\n".join([message, "also:", *shown, *more])
        raise BadInput(message, file=first.file, line=first.line, column=first.column, path=first.path)


@dataclass(frozen=True)
class Row:
    """One line of a table: cells by column name, and a way to complain about each."""

    line: int
    cells: dict[str, str]
    numbers: dict[str, int]
    problems: Problems

    def complain(self, name: str, message: str) -> None:
        """Note a fault of the cell in column ``name``."""
        self.problems.add(message, line=self.line, column=self.numbers[name], path=name)

    def text(self, name: str, *, required: bool = True) -> str:
        """Return the cell; complain if it is empty though required."""
        if required and not self.cells[name]:
            self.complain(name, "is empty")
        return self.cells[name]

    def choice(self, name: str, words: type[Choice]) -> Choice | None:
        """Return the cell as a member of the vocabulary, or complain and return None."""
        known = [str(word) for word in words]
        cell = self.cells[name]
        if cell in known:
            return words(cell)
        self.complain(name, f"{cell!r} is none of {', '.join(known)}{nearest(cell, known)}")
        return None

    def whole(self, name: str, *, least: int) -> int | None:
        """Return the cell as a whole number of at least ``least``, or complain and return None."""
        cell = self.cells[name]
        if cell.isascii() and cell.isdigit() and int(cell) >= least:
            return int(cell)
        self.complain(name, f"{cell!r} is not a whole number of at least {least}")
        return None


def read_rows(file: Path, columns: Sequence[str], problems: Problems) -> Iterator[Row]:
    """Yield the rows of a comma-separated UTF-8 table that has exactly these columns, in this order.

    Rows with too few or too many cells are noted in ``problems`` and left out.

    Raises
    ------
    BadInput
        The file cannot be read, is not UTF-8, is empty, has other columns or is broken off in a quotation.
    """
    reader = csv.reader(io.StringIO(_decode(file), newline=""), strict=True)
    try:
        header = next(reader, None)
        _check_header(file, header, columns)
        numbers = {name: i for i, name in enumerate(columns, start=1)}
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                row = _row(line, cells, columns, numbers, problems)
                if row is not None:
                    yield row
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"not a whole table: {error}", file=file, line=reader.line_num) from None


def _decode(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}", file=file) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput("is not UTF-8 text; save it as UTF-8", file=file, line=line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput("has a NUL byte; the file is damaged", file=file, line=line)
    return text


def _check_header(file: Path, header: list[str] | None, columns: Sequence[str]) -> None:
    if not header:
        raise BadInput(f"is empty; its first line should name the columns {', '.join(columns)}", file=file)
    for name in columns:
        if name not in header:
            raise BadInput("this column is missing", file=file, line=1, path=name)
    for i, name in enumerate(header, start=1):
        if name not in columns or name in header[: i - 1]:
            what = "stands twice" if name in columns else f"is not expected{nearest(name, columns)}"
            raise BadInput(f"this column {what}", file=file, line=1, column=i, path=name or "(no name)")
    if header != list(columns):
        i = next(i for i, name in enumerate(header) if name != columns[i])
        raise BadInput(
            f"columns are out of order: {columns[i]!r} is expected here",
            file=file,
            line=1,
            column=i + 1,
            path=header[i],
        )


def _row(
    line: int, cells: list[str], columns: Sequence[str], numbers: dict[str, int], problems: Problems
) -> Row | None:
    if len(cells) != len(columns):
        hint = "half-written?" if len(cells) < len(columns) else "a comma without quotation marks?"
        problems.add(f"the row has {len(cells)} cells and should have {len(columns)} ({hint})", line=line)
        return None
    row = Row(line, dict(zip(columns, cells, strict=True)), numbers, problems)
    for name, cell in row.cells.items():
        if cell != cell.strip() or not (cell.isprintable()):
            row.complain(name, "begins or ends with a space, or has a character that does not print")
    return row
