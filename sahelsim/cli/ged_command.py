"""``sahelsim ged``: what a GED file holds, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from sahelsim.ged import GedRecord, read_ged
from sahelsim.plot.style import TYPE_NAMES
from sahelsim.seeds.ged import DYADS, by_dyad, of_this_war

__all__ = ["ged_command"]

_LISTED = 50  # skipped rows on the screen; --json has all
_DYADS_SHOWN = 12
_MARKS = {",": "comma", ";": "semicolon", "\t": "tab"}


def ged_command(files: Sequence[Path], *, skip_bad_rows: bool, encoding: str | None, as_json: bool) -> None:
    """Read GED files and print what they hold."""
    record = read_ged(files, skip_bad_rows=skip_bad_rows, encoding=encoding)
    if as_json:
        print(json.dumps(_as_json(record), ensure_ascii=False))
        return
    _print(record, Console(markup=False, highlight=False))


def _sums(events: pl.DataFrame, key: str) -> pl.DataFrame:
    """Events and deaths (best) by one column, most events first."""
    sums = events.group_by(key).agg(pl.len().alias("events"), pl.col("best").sum())
    return sums.sort(["events", key], descending=[True, False])


def _span(events: pl.DataFrame) -> tuple[str, str]:
    """First and last day on which an event begins."""
    days = events["date_start"].sort()
    return str(days[0]), str(days[-1])


def _as_json(record: GedRecord) -> dict[str, Any]:
    events = record.events
    first, last = _span(events) if events.height else (None, None)
    return {
        "events": events.height,
        "best": int(events["best"].sum()),
        "variant": record.variant,
        "first": first,
        "last": last,
        "files": [
            {
                "file": str(f.path),
                "events": f.rows,
                "variant": f.variant,
                "encoding": f.encoding,
                "delimiter": f.delimiter,
            }
            for f in record.files
        ],
        "types": _sums(events, "type_of_violence").sort("type_of_violence").to_dicts(),
        "dyads": _sums(events, "dyad_name").to_dicts(),
        "this_war": by_dyad(of_this_war(events)).to_dicts(),
        "skipped": [row._asdict() for row in record.skipped],
        "remarks": [remark._asdict() for remark in record.remarks],
    }


def _print(record: GedRecord, console: Console) -> None:
    for file in record.files:
        console.print(
            f"{file.path}: {file.rows:,} events, {file.variant}, {file.encoding}, {_MARKS[file.delimiter]}",
            soft_wrap=True,
        )
    events = record.events
    if events.height:
        first, last = _span(events)
        console.print(f"{first} to {last}, {events['best'].sum():,} deaths (best estimate)")
        console.print()
        console.print(_sums_table(record))
        ours = by_dyad(of_this_war(events))
        if ours.height:
            console.print()
            console.print(_yearly_table(ours))
    for remark in record.remarks:
        place = f"{remark.file}:{remark.line}" if remark.line else remark.file
        rows = "1 row" if remark.rows == 1 else f"{remark.rows:,} rows"
        console.print(f"\n{place}: {rows}: {remark.message}", soft_wrap=True)
    if record.skipped:
        count = len(record.skipped)
        console.print(f"\n{count:,} row{'s' if count > 1 else ''} skipped:")
        for row in record.skipped[:_LISTED]:
            console.print(f"  {row.file}:{row.line}: {row.reason}", soft_wrap=True)
        if count > _LISTED:
            console.print(f"  and {count - _LISTED:,} more; --json lists them all")


def _sums_table(record: GedRecord) -> Table:
    """Types of violence, and under each its dyads with most events."""
    table = _table("", "events", "deaths")
    for row in _sums(record.events, "type_of_violence").sort("type_of_violence").to_dicts():
        kind = row["type_of_violence"]
        table.add_row(TYPE_NAMES[kind], f"{row['events']:,}", f"{row['best']:,}", style="bold")
        dyads = _sums(record.events.filter(pl.col("type_of_violence") == kind), "dyad_name")
        for dyad in dyads.head(_DYADS_SHOWN).to_dicts():
            table.add_row(f" {dyad['dyad_name']}", f"{dyad['events']:,}", f"{dyad['best']:,}")
        if dyads.height > _DYADS_SHOWN:
            rest = dyads.tail(dyads.height - _DYADS_SHOWN)
            table.add_row(f" {rest.height} others", f"{rest['events'].sum():,}", f"{rest['best'].sum():,}")
    return table


def _yearly_table(ours: pl.DataFrame) -> Table:
    """Events of the war's dyads by year, counted as the figures of the record are."""
    years = range(int(ours["year"].to_numpy().min()), int(ours["year"].to_numpy().max()) + 1)
    counts = {(row["dyad"], row["year"]): row["events"] for row in ours.to_dicts()}
    table = _table("this war, events a year", *(str(year) for year in years))
    for name in DYADS:
        table.add_row(name, *(str(counts.get((name, year), 0)) for year in years))
    return table


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold", min_width=4)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table
