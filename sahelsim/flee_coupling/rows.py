"""The comma-separated files of a Flee case: columns by position, lines that begin with # are comments."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sahelsim.errors import BadInput

__all__ = ["Row", "read_rows"]

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One line of a file."""

    file: Path
    line: int
    fields: tuple[str, ...]

    def get(self, position: int, name: str, convert: Callable[[str], T]) -> T:
        """The value of one column; a ValueError of the converter becomes a BadInput at this line."""
        try:
            return convert(self.fields[position])
        except ValueError as error:
            raise self.fault(str(error), name) from None

    def fault(self, message: str, name: str | None = None) -> BadInput:
        """The error to raise for a value of this line."""
        return BadInput(message, file=self.file, line=self.line, path=name)


def read_rows(path: Path, names: tuple[str, ...], *, optional: int = 0) -> Iterator[Row]:
    """The rows of a file.

    Parameters
    ----------
    path : Path
        The file.
    names : tuple of str
        The columns, for messages.
    optional : int
        How many of the last columns may be left out; they come as "".

    Raises
    ------
    BadInput
        The file cannot be read, is not UTF-8, or a row has too few or too many fields.
    """
    needed = len(names) - optional
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            for fields in reader:
                if not fields or fields[0].lstrip().startswith("#"):
                    continue
                values = tuple(field.strip() for field in fields)
                row = Row(path, reader.line_num, values + ("",) * (len(names) - len(values)))
                if not needed <= len(values) <= len(names):
                    much = str(needed) if not optional else f"{needed} to {len(names)}"
                    raise row.fault(f"{len(values)} fields where {much} are expected: {', '.join(names)}")
                yield row
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=path) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"is not a UTF-8 CSV file: {error}", file=path) from None
