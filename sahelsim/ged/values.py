"""From text to numbers and dates, and whether they can be right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

import polars as pl

from sahelsim.ged.columns import COLUMNS, SCHEMA, GedColumn
from sahelsim.ged.rows import LINE, Fault, Piece

__all__ = ["convert", "told", "typed_cells", "wrong_cells"]

_DATE = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$"
_SHOWN = 40  # characters of a cell in a message
_GID = "_computed_gid"


def convert(piece: Piece, written: Mapping[str, str]) -> tuple[pl.DataFrame, list[Fault]]:
    """Typed rows (with their line) that are sound, and the faults of all others.

    Parameters
    ----------
    piece : Piece
        Rows as text.
    written : mapping of str to str
        What each of our columns is called in the file, for the messages.
    """
    text = piece.frame.with_columns(pl.col(column.name).str.strip_chars() for column in COLUMNS)
    typed = text.select(LINE, *(typed_cells(column) for column in COLUMNS)).with_columns(_gid())
    wrong = typed.select(wrong_cells(column, text[column.name]) for column in COLUMNS)
    checks = {name: check for name, (check, _) in _RELATIONS.items()}
    broken = typed.select(**checks).fill_null(False)
    bad = reduce(or_, [*wrong.get_columns(), *broken.get_columns()])
    faults = list(piece.faults)
    for i in bad.arg_true():
        line = int(typed[LINE][i])
        cells = [column for column in COLUMNS if wrong[column.name][i]]
        faults += [Fault(line, told(column, text[column.name][i]), written[column.name]) for column in cells]
        if not cells:
            row = typed.row(i, named=True)
            said = [(name, say.format_map(row)) for name, (_, say) in _RELATIONS.items() if broken[name][i]]
            faults += [Fault(line, message, written[name]) for name, message in said]
    start = pl.col("date_start").dt
    month = ((start.year() - 1980) * 12 + start.month()).cast(pl.Int32)
    good = typed.filter(~bad).with_columns(
        month_id=month, priogrid_gid=pl.coalesce("priogrid_gid", _GID).cast(SCHEMA["priogrid_gid"])
    )
    return good.select(LINE, *SCHEMA), sorted(faults, key=lambda fault: fault.line)


def typed_cells(column: GedColumn) -> pl.Expr:
    """A column of text as what it should be; null where it is not."""
    cell = pl.col(column.name)
    if column.kind == "text":
        return pl.when(cell != "").then(cell).otherwise(None).alias(column.name)
    if column.kind == "date":
        day = cell.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        return pl.when(cell.str.contains(_DATE)).then(day).otherwise(None).alias(column.name)
    number = cell.cast(pl.Float64, strict=False)
    if column.kind == "real":
        return number.cast(column.dtype).alias(column.name)
    whole = cell.cast(pl.Int64, strict=False)
    as_decimal = pl.when(number == number.floor()).then(
        number.cast(pl.Int64, strict=False)
    )  # 3.0, as some programs write
    return pl.coalesce(whole, as_decimal).cast(column.dtype, strict=False).alias(column.name)


def wrong_cells(column: GedColumn, text: pl.Series) -> pl.Expr:
    """True where a cell is not what it should be: not readable, out of range, or empty."""
    value = pl.col(column.name)
    wrong = value.is_null() & (pl.lit(text) != "") if column.may_be_empty else value.is_null()
    if column.kind == "real":
        wrong = wrong | ~value.is_finite()
    if column.least is not None:
        wrong = wrong | (value < column.least)
    if column.most is not None:
        wrong = wrong | (value > column.most)
    return wrong.fill_null(False).alias(column.name)


def told(column: GedColumn, cell: str) -> str:
    """What is wrong with a cell."""
    if not cell:
        return f"is empty; expected {column.expected}"
    shown = cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"
    hint = "; write a decimal point for the comma" if column.kind == "real" and cell.count(",") == 1 else ""
    return f"expected {column.expected}, found {shown!r}{hint}"


def _gid() -> pl.Expr:
    """PRIO-GRID cell of the coordinates, as `sahelsim.grid.prio_gid`."""
    row = ((pl.col("latitude") + 90) * 2).floor()
    column = ((pl.col("longitude") + 180) * 2).floor()
    return (row * 720 + column + 1).cast(pl.Int64, strict=False).alias(_GID)


def _far_from_cell() -> pl.Expr:
    """Given and computed cell are not even neighbours; points on an edge may fall on either side of it."""
    given, computed = pl.col("priogrid_gid").cast(pl.Int64) - 1, pl.col(_GID) - 1
    rows = (given // 720 - computed // 720).abs()
    columns = (given % 720 - computed % 720).abs()
    return (rows > 1) | ((columns > 1) & (columns < 719))


_RELATIONS: dict[str, tuple[pl.Expr, str]] = {
    "date_end": (pl.col("date_end") < pl.col("date_start"), "{date_end} is before the start, {date_start}"),
    "year": (
        ~pl.col("year").is_between(pl.col("date_start").dt.year(), pl.col("date_end").dt.year()),
        "{year} is not the year of {date_start} to {date_end}",
    ),
    "priogrid_gid": (
        _far_from_cell(),
        "cell {priogrid_gid} is not where {latitude:g}, {longitude:g} lies (cell {_computed_gid}); "
        "are the coordinates swapped or mangled?",
    ),
}
