"""Read a CSV file into typed columns; a fault is told with file, line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sahelsim.errors import BadInput

__all__ = ["CsvRows", "flag", "integer", "optional_integer", "optional_real", "read_csv", "real", "text"]

Converter = Callable[[str], Any]


def text(value: str) -> str:
    """Any text, stripped; may be empty."""
    return value.strip()


def integer(value: str) -> int:
    """A whole number."""
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"expected a whole number, found {value!r}") from None


def real(value: str) -> float:
    """A finite number."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"expected a number, found {value!r}")
    return number


def optional_integer(value: str) -> int:
    """A whole number, -1 where the field is empty."""
    return integer(value) if value.strip() else -1


def optional_real(value: str) -> float:
    """A number, NaN where the field is empty."""
    return real(value) if value.strip() else math.nan


def flag(value: str) -> bool:
    """true or false (also 1 or 0)."""
    known = {"true": True, "1": True, "false": False, "0": False}
    if value.strip().lower() not in known:
        raise ValueError(f"expected true or false, found {value!r}")
    return known[value.strip().lower()]


class CsvRows:
    """Typed columns of one file; ``rows[name]`` is a list, ``fault`` builds an error that points at a row."""

    def __init__(self, path: Path, columns: dict[str, list[Any]], lines: list[int]) -> None:
        self.path, self._columns, self.lines = path, columns, lines

    def __getitem__(self, column: str) -> list[Any]:
        return self._columns[column]

    def __len__(self) -> int:
        return len(self.lines)

    def fault(self, row: int, column: str, message: str) -> BadInput:
        """The error to raise for a value of this file."""
        return BadInput(message, file=self.path, line=self.lines[row], path=column)


def read_csv(path: Path, converters: Mapping[str, Converter], optional: tuple[str, ...] = ()) -> CsvRows:
    """Read a comma-separated file with a header line, UTF-8.

    Parameters
    ----------
    path : Path
        The file.
    converters : mapping of column name to converter
        The columns that must be there; a converter raises ValueError with what was expected.
    optional : tuple of str
        Further columns that may be there and are not read.

    Raises
    ------
    BadInput
        File missing, not UTF-8, column missing or unknown, wrong number of fields, or a value that does
        not fit.
    """
    columns: dict[str, list[Any]] = {name: [] for name in converters}
    lines: list[int] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, tuple(converters), optional)
            wanted = [(header.index(name), name, convert) for name, convert in converters.items()]
            for fields in reader:
                if not fields:
                    continue
                line = reader.line_num
                if len(fields) != len(header):
                    message = f"{len(fields)} fields where the header has {len(header)}"
                    raise BadInput(message, file=path, line=line)
                for position, name, convert in wanted:
                    try:
                        columns[name].append(convert(fields[position]))
                    except ValueError as error:
                        raise BadInput(str(error), file=path, line=line, path=name) from None
                lines.append(line)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=path) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"is not a UTF-8 CSV file: {error}", file=path) from None
    return CsvRows(path, columns, lines)


def _check_header(path: Path, header: list[str], needed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    if not header:
        raise BadInput(f"is empty; expected the columns {', '.join(needed)}", file=path)
    for name in needed:
        if name not in header:
            raise BadInput(f"column missing; the header has {', '.join(header)}", file=path, line=1, path=name)
    for number, name in enumerate(header):
        if name not in (*needed, *optional):
            near = get_close_matches(name, (*needed, *optional), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise BadInput(f"unknown column{hint}", file=path, line=1, path=name or f"column {number + 1}")
        if header.count(name) > 1:
            raise BadInput("column stands twice", file=path, line=1, path=name)
