"""From the text of an ACLED export to numbers and dates, and whether they can be right."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_

import polars as pl

from sahelsim.acled.columns import COLUMNS, DATE_WORDS, OPTIONAL
from sahelsim.ged.columns import GedColumn
from sahelsim.ged.rows import LINE, Fault, Piece
from sahelsim.ged.values import told, typed_cells, wrong_cells

__all__ = ["convert"]

_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d-%b-%Y")
"""Of the API, the export tool, and older exports. Not 04/05/2020: nobody knows which is the month."""

_ID = r"^([A-Za-z]{3})-?(\d{1,9})$"


def convert(piece: Piece) -> tuple[pl.DataFrame, list[Fault]]:
    """Typed rows (with their line) that are sound, and the faults of all others."""
    columns = [column for column in (*COLUMNS, *OPTIONAL) if column.name in piece.frame.columns]
    text = piece.frame.with_columns(pl.col(column.name).str.strip_chars() for column in columns)
    dated = text.with_columns(event_date=_as_iso())
    frame = dated.select(LINE, *(typed_cells(column) for column in columns))
    wrong = frame.select(wrong_cells(column, dated[column.name]) for column in columns)
    wrong = wrong.with_columns(event_id_cnty=wrong["event_id_cnty"] | ~frame["event_id_cnty"].str.contains(_ID))
    other_year = (frame["event_date"].dt.year() != frame["year"]).fill_null(False)
    bad = reduce(or_, [*(series.fill_null(True) for series in wrong.get_columns()), other_year])
    faults = list(piece.faults)
    for i in bad.arg_true():
        line = int(frame[LINE][i])
        cells = [column for column in columns if wrong[column.name][i] is not False]
        faults += [Fault(line, _said(column, text[column.name][i]), column.name) for column in cells]
        if not cells:
            faults.append(Fault(line, f"{frame['year'][i]} is not the year of {frame['event_date'][i]}", "year"))
    return frame.filter(~bad), sorted(faults, key=lambda fault: fault.line)


def _as_iso() -> pl.Expr:
    """Dates in any of the known ways of writing as YYYY-MM-DD; others as they stand."""
    day = pl.col("event_date").str.slice(0, 20)
    parsed = [day.str.to_date(pattern, strict=False).dt.strftime("%Y-%m-%d") for pattern in _FORMATS]
    return pl.coalesce(*parsed, "event_date").alias("event_date")


def _said(column: GedColumn, cell: str) -> str:
    if column.name == "event_date":
        shown = told(replace(column, kind="text"), cell)
        return shown.replace("a name", DATE_WORDS)
    if column.name == "event_id_cnty" and cell:
        return f"expected three letters and a number as MLI1234, found {cell!r}"
    return told(column, cell)
