"""The errors that a person is meant to read. Imports nothing of the package."""

from __future__ import annotations

from pathlib import Path

__all__ = ["BadInput", "SahelsimError"]


class SahelsimError(Exception):
    """Something went wrong that the user can understand and mend; shown as one message, exit code 2."""


class BadInput(SahelsimError):
    """A fault in what the user gave us, with the place where it stands.

    Parameters
    ----------
    message : str
        What was wrong and what would be right.
    file : path or str, optional
        The file at fault.
    line, column : int, optional
        Place in that file, counted from 1.
    path : str, optional
        Dotted key, column name or command-line option.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        column: int | None = None,
        path: str | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        self.column = column
        self.path = path
        super().__init__(str(self))

    def __str__(self) -> str:
        where = [str(x) for x in (self.file, self.line, self.column) if x is not None]
        parts = [":".join(where)] if where else []
        if self.path:
            parts.append(self.path)
        return ": ".join([*parts, self.message])

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.message, self.file, self.line, self.column, self.path))


def _rebuild(message: str, file: str | None, line: int | None, column: int | None, path: str | None) -> BadInput:
    return BadInput(message, file=file, line=line, column=column, path=path)
