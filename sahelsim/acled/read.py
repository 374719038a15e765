"""Reading ACLED exports into the event table of GED."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sahelsim.acled.columns import is_acled, read_acled_header
from sahelsim.acled.events import Dropped, Mapped, to_events
from sahelsim.acled.values import convert
from sahelsim.errors import BadInput
from sahelsim.ged.header import Variant, find_delimiter
from sahelsim.ged.read import GedFile, Remark, Skipped, refuse, skipped_rows
from sahelsim.ged.rows import LINE, Fault, RowReader
from sahelsim.ged.source import check_encoding, sniff_encoding

__all__ = ["AcledRecord", "looks_like_acled", "read_acled"]

_FILE = "_file"


@dataclass(frozen=True)
class AcledRecord:
    """Events of one or more ACLED exports, as GED would count them.

    Attributes
    ----------
    events : polars.DataFrame
        The columns of `sahelsim.ged.SCHEMA`.
    skipped : tuple of Skipped
        Rows that were wrong and left out; empty unless asked for.
    mapped : tuple of Mapped
        What each actor became, those with most rows first.
    dropped : tuple of Dropped
        Sound rows that are no events as GED counts them, by reason.
    files : tuple of GedFile
        What each file was; ``rows`` are sound rows before any was dropped.
    remarks : tuple of Remark
        What is odd but was kept.
    """

    events: pl.DataFrame
    skipped: tuple[Skipped, ...]
    mapped: tuple[Mapped, ...]
    dropped: tuple[Dropped, ...]
    files: tuple[GedFile, ...]
    remarks: tuple[Remark, ...]


def looks_like_acled(path: Path, encoding: str | None = None) -> bool:
    """Whether the first line of a file is that of an ACLED export.

    Raises
    ------
    BadInput
        The file cannot be read or is no text.
    """
    marked = sniff_encoding(path, chosen=encoding is not None)
    try:
        with path.open(encoding=marked if encoding in (None, "utf-8") else encoding, errors="replace") as stream:
            first = _unpadded(stream.readline())
    except LookupError:
        raise BadInput(f"no encoding {encoding!r} is known; try utf-8, cp1252 or utf-16", path="encoding") from None
    return is_acled(next(csv.reader([first], delimiter=find_delimiter(first)), []))


def read_acled(
    paths: str | Path | Iterable[str | Path], *, skip_bad_rows: bool = False, encoding: str | None = None
) -> AcledRecord:
    """Read one or more exports of ACLED, a file that the user has by ACLED's terms.

    Parameters
    ----------
    paths : path or paths
        CSV files with all of ACLED's columns.
    skip_bad_rows : bool
        Leave out rows that are wrong, and say which, instead of refusing the file. A repeated id counts as wrong.
    encoding : str, optional
        For files that are not UTF-8 and do not say so, such as ``cp1252``.

    Raises
    ------
    BadInput
        A file is no ACLED export, is in another encoding, lacks columns, or has bad rows (the first twenty are
        listed).
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not files:
        raise BadInput("no ACLED file is given", path="FILE")
    parts = [_read_one(path, encoding) for path in files]
    every = pl.concat([part.rows.with_columns(pl.lit(i, pl.Int32).alias(_FILE)) for i, part in enumerate(parts)],
                      how="diagonal")  # fmt: skip
    faults = [[*part.faults] for part in parts]
    first: dict[str, tuple[int, int]] = {}
    for event, file, line in every.filter(pl.col("event_id_cnty").is_duplicated()).select(
        "event_id_cnty", _FILE, LINE
    ).iter_rows():  # fmt: skip
        if event in first:
            there = f"line {first[event][1]}" + ("" if first[event][0] == file else f" of {files[first[event][0]]}")
            faults[file].append(Fault(line, f"{event} stands already on {there}; an event has one id", "event_id_cnty"))
        first.setdefault(event, (file, line))
    for path, found in zip(files, faults, strict=True):
        if found and not skip_bad_rows:
            refuse(path, sorted(found, key=_by_line))
    every = every.filter(pl.col("event_id_cnty").is_first_distinct())
    if not every.height and not any(faults):
        raise BadInput("has column names but no events", file=files[0])
    events, mapped, dropped = to_events(every)
    return AcledRecord(
        events,
        tuple(
            row
            for path, found in zip(files, faults, strict=True)
            for row in skipped_rows(path, sorted(found, key=_by_line))
        ),
        tuple(mapped),
        tuple(dropped),
        tuple(part.file for part in parts),
        tuple(remark for part in parts for remark in part.remarks),
    )


def _by_line(fault: Fault) -> int:
    return fault.line


@dataclass(frozen=True)
class _Part:
    rows: pl.DataFrame
    faults: list[Fault]
    file: GedFile
    remarks: list[Remark]


def _read_one(path: Path, encoding: str | None) -> _Part:
    marked = sniff_encoding(path, chosen=encoding is not None)
    used = marked if encoding in (None, "utf-8") else encoding
    lines, _ = check_encoding(path, used, chosen=encoding is not None)
    frames, faults = [], []
    with path.open(encoding=used, newline="") as stream:
        padding = _Padding(stream)
        reader = RowReader(path, padding, lines, read_acled_header)
        for piece in reader.pieces():
            rows, wrong = convert(piece)
            frames.append(rows)
            faults += wrong
    every = pl.concat(frames)
    remarks = []
    if padding.lines:
        message = "semicolons at the ends of lines, as a spreadsheet pads them, were left out"
        remarks.append(Remark(str(path), 1, padding.lines, message))
    return _Part(every, faults, GedFile(path, Variant.ACLED, used, reader.delimiter, every.height), remarks)


class _Padding:
    """The lines of a stream without the semicolons that a spreadsheet put behind them."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = stream
        self.lines = 0

    def __iter__(self) -> Iterator[str]:
        padded: bool | None = None
        for line in self._stream:
            if padded is None:
                padded = _unpadded(line) != line
            if padded and (bare := _unpadded(line)) != line:
                self.lines += 1
                yield bare
            else:
                yield line


def _unpadded(line: str) -> str:
    """A line with commas between its fields and two or more semicolons behind them, without these."""
    bare = line.rstrip("\r\n")
    text = bare.rstrip(";")
    return text + line[len(bare) :] if len(bare) - len(text) > 1 and text.count(",") > text.count(";") else line
