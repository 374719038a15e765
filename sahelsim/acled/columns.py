"""The columns of an ACLED export that are read. Names and codes: ACLED Codebook (2024)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.columns import GedColumn
from sahelsim.ged.header import Header, Variant

__all__ = ["COLUMNS", "DATE_WORDS", "OPTIONAL", "is_acled", "read_acled_header"]

COLUMNS: tuple[GedColumn, ...] = (
    GedColumn("event_id_cnty", "text", pl.String()),
    GedColumn("event_date", "date", pl.Date()),
    GedColumn("year", "whole", pl.Int32(), least=1997, most=2200),
    GedColumn("event_type", "text", pl.String()),
    GedColumn("actor1", "text", pl.String()),
    GedColumn("actor2", "text", pl.String(), may_be_empty=True),
    GedColumn("country", "text", pl.String()),
    GedColumn("admin1", "text", pl.String(), may_be_empty=True),
    GedColumn("latitude", "real", pl.Float64(), least=-90, most=90),
    GedColumn("longitude", "real", pl.Float64(), least=-180, most=180),
    GedColumn("geo_precision", "whole", pl.Int32(), least=1, most=3),
    GedColumn("fatalities", "whole", pl.Int64(), least=0),
)
"""Every export must have these."""

OPTIONAL: tuple[GedColumn, ...] = (
    GedColumn("time_precision", "whole", pl.Int32(), least=1, most=3),
    GedColumn("civilian_targeting", "text", pl.String(), may_be_empty=True),
)
"""Read where they are there: else days are exact, and civilians are hit only where they are a side."""

DATE_WORDS = "a date as 2020-05-04 or 04 May 2020"


def is_acled(names: Sequence[str]) -> bool:
    """Whether a line of column names is that of an ACLED export."""
    lowered = {name.strip().lower() for name in names}
    return {"event_id_cnty", "event_date"} <= lowered


def read_acled_header(path: Path, first: Sequence[str]) -> Header:
    """Find our columns in the first row of a file.

    Raises
    ------
    BadInput
        It is no ACLED export, columns are missing (all are named) or stand twice.
    """
    names = [name.strip() for name in first]
    while names and not names[-1]:
        names.pop()
    lowered = [name.lower() for name in names]
    missing = [column.name for column in COLUMNS if column.name not in lowered]
    if len(missing) > len(COLUMNS) // 2:
        raise BadInput(f"is no ACLED export: its first line has {', '.join(names[:8])}", file=path, line=1)
    if missing:
        many = "columns are" if len(missing) > 1 else "column is"
        raise BadInput(
            f"{len(missing)} {many} missing: {', '.join(missing)}; export all columns from ACLED", file=path, line=1
        )
    positions = {}
    for column in (*COLUMNS, *OPTIONAL):
        if lowered.count(column.name) > 1:
            raise BadInput("column stands twice", file=path, line=1, path=column.name)
        if column.name in lowered:
            positions[column.name] = lowered.index(column.name)
    return Header(tuple(names), positions, Variant.ACLED, absent=False)
