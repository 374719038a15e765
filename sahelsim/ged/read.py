"""Reading GED files into one table of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.columns import SCHEMA, STATUS
from sahelsim.ged.header import Variant
from sahelsim.ged.remarks import Remark, remarks_on
from sahelsim.ged.rows import LINE, Fault, RowReader
from sahelsim.ged.source import check_encoding, sniff_encoding
from sahelsim.ged.values import convert
from sahelsim.seeds.table import Problems

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GedFile", "GedRecord", "Remark", "Skipped", "read_ged", "refuse", "skipped_rows"]

_FILE = "_file"


class Skipped(NamedTuple):
    """A row that was left out."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class GedFile:
    """What one file was."""

    path: Path
    variant: Variant
    encoding: str
    delimiter: str
    rows: int  # events taken from it


@dataclass(frozen=True)
class GedRecord:
    """Events of one or more GED files.

    Attributes
    ----------
    events : polars.DataFrame
        A row an event, in the order of the files; the columns of `SCHEMA`, named and coded as in events.parquet.
    skipped : tuple of Skipped
        Rows that were left out; empty unless asked for.
    files : tuple of GedFile
        What each file was.
    remarks : tuple of Remark
        What is odd but was kept as it stands.
    """

    events: pl.DataFrame
    skipped: tuple[Skipped, ...]
    files: tuple[GedFile, ...]
    remarks: tuple[Remark, ...]

    @property
    def variant(self) -> str:
        """The layout of the files; several if they differ."""
        return ", ".join(dict.fromkeys(str(file.variant) for file in self.files))

    def to_pandas(self) -> pd.DataFrame:
        """The events as `Run.events` gives ours: a pandas table with dates as timestamps."""
        return self.events.to_pandas()


def read_ged(
    paths: str | Path | Iterable[str | Path], *, skip_bad_rows: bool = False, encoding: str | None = None
) -> GedRecord:
    """Read one or more files of UCDP GED.

    The official CSV, candidate releases, exports of the API and of countries, and the older naming are told apart by
    themselves; so are delimiters (comma, semicolon, tab) and marked encodings.

    Parameters
    ----------
    paths : path or paths
        CSV files.
    skip_bad_rows : bool
        Leave out rows that are wrong, and say which, instead of refusing the file. A repeated id counts as wrong:
        the first is kept.
    encoding : str, optional
        For files that are not UTF-8 and do not say so, such as ``cp1252``.

    Raises
    ------
    BadInput
        A file is no GED table, is in another encoding, lacks columns (all are named), or has bad rows (the first
        twenty are listed).

    Examples
    --------
    >>> from sahelsim.ged import read_ged
    >>> record = read_ged("GEDEvent_v24_1.csv")  # doctest: +SKIP
    >>> record.events.height  # doctest: +SKIP
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not files:
        raise BadInput("no GED file is given", path="FILE")
    parts = [_read_one(path, encoding, skip_bad_rows=skip_bad_rows) for path in files]
    every = pl.concat([part.frame.with_columns(pl.lit(i, pl.Int32).alias(_FILE)) for i, part in enumerate(parts)])
    skipped = [row for part in parts for row in part.skipped]
    again = _repeated(every, files)
    if again and not skip_bad_rows:
        path, _ = again[0]
        refuse(path, [fault for file, fault in again if file == path])
    if again:
        every = every.filter(pl.col("id").is_first_distinct())
        skipped += [Skipped(str(path), fault.line, f"{fault.name}: {fault.message}") for path, fault in again]
        place = {str(path): i for i, path in enumerate(files)}
        skipped.sort(key=lambda row: (place[row.file], row.line))
    taken = dict(every.group_by(_FILE).len().iter_rows())
    return GedRecord(
        every.select(*SCHEMA),
        tuple(skipped),
        tuple(replace(part.file, rows=taken.get(i, 0)) for i, part in enumerate(parts)),
        tuple(remark for part in parts for remark in part.remarks),
    )


class _Part(NamedTuple):
    """One file: its sound rows with their lines, and what there is to say about it."""

    frame: pl.DataFrame
    skipped: list[Skipped]
    file: GedFile
    remarks: list[Remark]


def _read_one(path: Path, encoding: str | None, *, skip_bad_rows: bool) -> _Part:
    marked = sniff_encoding(path, chosen=encoding is not None)
    used = marked if encoding in (None, "utf-8") else encoding
    lines, ended = check_encoding(path, used, chosen=encoding is not None)
    frames: list[pl.DataFrame] = []
    faults: list[Fault] = []
    unchecked, stamped = 0, False
    with path.open(encoding=used, newline="") as stream:
        reader = RowReader(path, stream, lines)
        for piece in reader.pieces():
            frame, wrong = convert(piece, reader.header.written)
            frames.append(frame)
            faults += wrong
            stamped = stamped or piece.frame["date_start"].str.contains("T", literal=True).any()
            if STATUS in piece.frame.columns:
                unchecked += int((piece.frame[STATUS].str.to_lowercase() != "clear").sum())
    if faults and not skip_bad_rows:
        refuse(path, faults)
    rows = pl.concat(frames)
    if not rows.height and not faults:
        raise BadInput("has column names but no events", file=path)
    variant = reader.variant
    if variant in (Variant.OFFICIAL, Variant.COUNTRY):
        variant = Variant.CANDIDATE if unchecked else Variant.API if stamped else variant
    return _Part(
        rows,
        list(skipped_rows(path, faults)),
        GedFile(path, variant, used, reader.delimiter, rows.height),
        remarks_on(path, rows, unchecked=unchecked, open_line=None if ended else lines),
    )


def skipped_rows(path: Path, faults: list[Fault]) -> Iterator[Skipped]:
    """A row with several faults is left out once."""
    for line, group in groupby(faults, key=lambda fault: fault.line):
        reasons = [f"{fault.name}: {fault.message}" if fault.name else fault.message for fault in group]
        yield Skipped(str(path), line, "; ".join(reasons))


def refuse(path: Path, faults: list[Fault]) -> None:
    """Say what is wrong with the rows of a file: the first twenty faults."""
    problems = Problems(path)
    for fault in faults:
        problems.add(fault.message, line=fault.line, path=fault.name)
    try:
        problems.raise_if_any()
    except BadInput as error:
        message = f"{error.message}\n(--skip-bad-rows leaves such rows out and lists them)"
        raise BadInput(message, file=error.file, line=error.line, path=error.path) from None


def _repeated(every: pl.DataFrame, files: list[Path]) -> list[tuple[Path, Fault]]:
    """Events whose id an earlier row has, with the place of that row."""
    if not every["id"].is_duplicated().any():
        return []
    first: dict[int, tuple[int, int]] = {}
    found = []
    twice = every.filter(pl.col("id").is_duplicated())
    for event, file, line in twice.select("id", _FILE, LINE).iter_rows():
        if event not in first:
            first[event] = (file, line)
            continue
        earlier = f"line {first[event][1]}" + ("" if first[event][0] == file else f" of {files[first[event][0]]}")
        found.append((files[file], Fault(line, f"{event} stands already on {earlier}; an event has one id", "id")))
    return found
