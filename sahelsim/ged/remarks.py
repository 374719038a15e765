"""What is odd in a GED file but may be as UCDP published it: kept, and said."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

from sahelsim.ged.rows import LINE

__all__ = ["Remark", "remarks_on"]

_NAMES = ("adm_1", "side_a", "side_b", "country")


class Remark(NamedTuple):
    """Something that a reader of the events should know."""

    file: str
    line: int  # of the first row that it holds for
    rows: int
    message: str


def remarks_on(path: Path, rows: pl.DataFrame, *, unchecked: int, open_line: int | None) -> list[Remark]:
    """Remarks on one file.

    Parameters
    ----------
    path : Path
        The file.
    rows : DataFrame
        Its sound rows, with their lines.
    unchecked : int
        Rows whose status is not "Clear".
    open_line : int, optional
        The last line, if it does not end with a line break.
    """
    found: list[Remark] = []

    def add(lines: pl.Series, message: str) -> None:
        if len(lines):
            found.append(Remark(str(path), int(lines[0]), len(lines), message))

    outside = rows.filter(~pl.col("best").is_between("low", "high"))
    add(outside[LINE], "best estimate outside low to high, as UCDP publishes some; kept as they stand")
    for name in _NAMES:
        garbled = {text: _mended(text) for text in rows[name].drop_nulls().unique()}
        wrong = {text: mended for text, mended in garbled.items() if mended}
        lines = rows.filter(pl.col(name).is_in(list(wrong)))[LINE]
        if wrong:
            text = rows.filter(pl.col(LINE) == lines[0])[name][0]
            add(lines, f"{name} was garbled by a wrong encoding before: {text!r} should be {wrong[text]!r}")
    if unchecked:
        found.append(Remark(str(path), 0, unchecked, "candidate events that UCDP has not cleared yet"))
    if open_line is not None:
        message = "the last line does not end: if the file was cut off, its last number may be too"
        found.append(Remark(str(path), open_line, 1, message))
    return found


def _mended(text: str) -> str:
    """The text as it was before UTF-8 was taken for Windows Latin-1; nothing if that is not what happened."""
    if text.isascii():
        return ""
    for encoding in ("cp1252", "latin-1"):
        try:
            mended = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return mended if mended != text else ""
    return ""
