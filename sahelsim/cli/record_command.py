"""``sahelsim record``: files of GED or ACLED as the record of this war: who is who, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from sahelsim.acled import Dropped, Mapped, fold_ged, looks_like_acled, read_acled
from sahelsim.cli.files import write_parquet
from sahelsim.errors import BadInput
from sahelsim.ged import GedFile, Remark, Skipped, read_ged
from sahelsim.seeds.ged import DYADS, by_dyad, of_this_war

__all__ = ["record_command"]

_SHOWN = 40  # actors and skipped rows on the screen; --json has all


@dataclass(frozen=True)
class _Record:
    """What both readers give."""

    data: str
    events: pl.DataFrame
    mapped: tuple[Mapped, ...]
    dropped: tuple[Dropped, ...]
    skipped: tuple[Skipped, ...]
    files: tuple[GedFile, ...]
    remarks: tuple[Remark, ...]


def record_command(
    files: Sequence[Path], *, skip_bad_rows: bool, encoding: str | None, out: Path | None, as_json: bool
) -> None:
    """Read files, print what became of their actors and rows, and write the events if asked to."""
    record = _read(files, skip_bad_rows=skip_bad_rows, encoding=encoding)
    if out is not None:
        if out.is_dir():
            raise BadInput("is a directory; expected a file name", file=out, path="--out")
        out.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(out, record.events.to_pandas())
    if as_json:
        print(json.dumps(_as_json(record, out), ensure_ascii=False))
        return
    _print(record, out, Console(markup=False, highlight=False))


def _read(files: Sequence[Path], *, skip_bad_rows: bool, encoding: str | None) -> _Record:
    kinds = {path: looks_like_acled(path, encoding) for path in files}
    if len(set(kinds.values())) > 1:
        ged = next(path for path, acled in kinds.items() if not acled)
        raise BadInput("is not of ACLED as others are; events of two data sets would count twice", file=ged)
    if any(kinds.values()):
        read = read_acled(files, skip_bad_rows=skip_bad_rows, encoding=encoding)
        return _Record("ACLED", read.events, read.mapped, read.dropped, read.skipped, read.files, read.remarks)
    ged_read = read_ged(files, skip_bad_rows=skip_bad_rows, encoding=encoding)
    events, mapped = fold_ged(ged_read.events)
    return _Record("UCDP GED", events, tuple(mapped), (), ged_read.skipped, ged_read.files, ged_read.remarks)


def _as_json(record: _Record, out: Path | None) -> dict[str, Any]:
    return {
        "data": record.data,
        "events": record.events.height,
        "best": int(record.events["best"].sum()),
        "files": [{"file": str(f.path), "rows": f.rows, "encoding": f.encoding} for f in record.files],
        "actors": [row._asdict() for row in record.mapped],
        "dropped": [row._asdict() for row in record.dropped],
        "skipped": [row._asdict() for row in record.skipped],
        "remarks": [row._asdict() for row in record.remarks],
        "this_war": by_dyad(of_this_war(record.events)).to_dicts(),
        "written": None if out is None else str(out),
    }


def _print(record: _Record, out: Path | None, console: Console) -> None:
    for file in record.files:
        console.print(f"{file.path}: {file.rows:,} rows of {record.data}, {file.encoding}", soft_wrap=True)
    events = record.events
    if events.height:
        days = events["date_start"].sort()
        console.print(f"{events.height:,} events, {days[0]} to {days[-1]}, {events['best'].sum():,} deaths")
    if record.mapped:
        console.print()
        console.print(_actors(record.mapped))
    if record.dropped:
        console.print()
        console.print(_reasons(record.dropped))
    ours = by_dyad(of_this_war(events))
    if ours.height:
        console.print()
        console.print(_yearly(ours))
    for remark in record.remarks:
        console.print(f"\n{remark.file}:{remark.line}: {remark.rows:,} rows: {remark.message}", soft_wrap=True)
    if record.skipped:
        console.print(f"\n{len(record.skipped):,} wrong rows skipped:")
        for row in record.skipped[:_SHOWN]:
            console.print(f"  {row.file}:{row.line}: {row.reason}", soft_wrap=True)
        if len(record.skipped) > _SHOWN:
            console.print(f"  and {len(record.skipped) - _SHOWN:,} more; --json lists them all")
    if out is not None:
        console.print(f"\nwritten: {out}", soft_wrap=True)


def _actors(mapped: Sequence[Mapped]) -> Table:
    table = _table("in the file", "in the record", "why")
    for name in ("rows", "deaths"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in mapped[:_SHOWN]:
        table.add_row(row.name, row.actor or "–", row.note, f"{row.rows:,}", f"{row.deaths:,}",
                      style="" if row.known else "bold")  # fmt: skip
    if len(mapped) > _SHOWN:
        table.caption = f"and {len(mapped) - _SHOWN:,} more; --json lists them all"
    return table


def _reasons(dropped: Sequence[Dropped]) -> Table:
    table = _table("left out, since")
    for name in ("rows", "deaths", "first line"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in dropped:
        table.add_row(row.reason, f"{row.rows:,}", f"{row.deaths:,}", str(row.line))
    return table


def _yearly(ours: pl.DataFrame) -> Table:
    """Events of the war's dyads by year."""
    years = range(int(ours["year"].to_numpy().min()), int(ours["year"].to_numpy().max()) + 1)
    counts = {(row["dyad"], row["year"]): row["events"] for row in ours.to_dicts()}
    table = _table("this war, events a year")
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    for name in DYADS:
        table.add_row(name, *(str(counts.get((name, year), 0)) for year in years))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
