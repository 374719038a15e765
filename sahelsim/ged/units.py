"""The units that forecasts are made and scored for: which events count for which, month by month.

Rows of UCDP GED are counted as the figures of the record are: six countries without Niger from 10 degrees east on, the
month of `date_start`, deaths as `best`. Our own events (`events.parquet`) have the same columns and are counted alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from sahelsim.errors import BadInput
from sahelsim.terms import month_of

__all__ = [
    "ACTORS", "COUNTRIES", "DYADS", "GED_COLUMNS", "LEVELS", "MONTH", "OUTCOMES", "SCHEMA", "all_units", "cell_of",
    "members", "month_name", "monthly_counts", "of_this_war",
]  # fmt: skip

LEVELS = ("dyad", "actor", "country", "cell")
OUTCOMES = ("events", "deaths_best")

LAKE_CHAD_EAST = 10.0
"""In Niger from here on [degrees east] "IS" is the war around Lake Chad."""

COUNTRIES: Mapping[str, int] = {
    "Mali": 432,
    "Burkina Faso": 439,
    "Niger": 436,
    "Benin": 434,
    "Togo": 461,
    "Ivory Coast": 437,
}
"""Countries as GED names them, and their Gleditsch-Ward codes: Gleditsch and Ward (1999), Int. Interactions 25."""

_OTHER_NAMES = {"Côte d'Ivoire": "Ivory Coast", "Côte d’Ivoire": "Ivory Coast"}

MONTH = (pl.col("date_start").dt.year().cast(pl.Int32) - 1980) * 12 + pl.col("date_start").dt.month().cast(pl.Int32)
"""month_id in which an event begins, as `terms.month_id`."""

_type, _a, _b = pl.col("type_of_violence"), pl.col("side_a"), pl.col("side_b")


def _on_a_side(name: str) -> pl.Expr:
    return (_a == name) | (_b == name)


_jnim, _is = _on_a_side("JNIM"), _on_a_side("IS")

DYADS: Mapping[str, pl.Expr] = {
    "JNIM-IS": (_type == 2) & _jnim & _is,
    "JNIM-Gov": (_type == 1) & _jnim,
    "IS-Gov": (_type == 1) & _is & ~_jnim,
    "OSV_JNIM": (_type == 3) & (_a == "JNIM"),
    "OSV_IS": (_type == 3) & (_a == "IS"),
}
"""Type 1 is state-based, 2 non-state, 3 one-sided violence. No event is in two of them; those of others in none."""

ACTORS: Mapping[str, pl.Expr] = {
    "JNIM": _jnim,
    "IS": _is,
    "Gov": _a.str.starts_with("Government of ") | _b.str.starts_with("Government of "),
}
"""Rows of any type with the actor on a side; a row counts for each of its actors."""

GED_COLUMNS = (
    "type_of_violence", "side_a", "side_b", "latitude", "longitude", "country", "date_start", "best",
)  # fmt: skip
"""What an event table must have to be counted."""

SCHEMA: Mapping[str, pl.DataType] = {
    "level": pl.String(),
    "unit": pl.String(),
    "outcome": pl.String(),
    "month_id": pl.Int32(),
    "value": pl.Int64(),
}


def month_name(month_id: int) -> str:
    """``2020-10`` of a month number."""
    year, month = month_of(month_id)
    return f"{year}-{month:02d}"


def of_this_war(events: pl.DataFrame) -> pl.DataFrame:
    """Events of the six countries without Niger from 10 degrees east on, with countries as GED names them."""
    named = events.with_columns(pl.col("country").replace(_OTHER_NAMES))
    lake_chad = (pl.col("country") == "Niger") & (pl.col("longitude") >= LAKE_CHAD_EAST)
    return named.filter(pl.col("country").is_in(list(COUNTRIES)) & ~lake_chad)


def cell_of() -> pl.Expr:
    """PRIO-GRID gid of the coordinates, as `sahelsim.grid.prio_gid`."""
    row = ((pl.col("latitude") + 90) * 2).floor()
    column = ((pl.col("longitude") + 180) * 2).floor()
    return (row * 720 + column + 1).cast(pl.Int32)


def monthly_counts(
    events: pl.DataFrame,
    first: int,
    last: int,
    *,
    cells: Sequence[int] = (),
    by: str | None = None,
    values: Sequence[int] = (),
) -> pl.DataFrame:
    """Events and deaths a month of every dyad, actor, country and of some cells, with the zeros.

    Parameters
    ----------
    events : polars.DataFrame
        Events as `sahelsim.ged.read_ged` gives them, or those of our own runs (`pl.from_pandas(run.events)`).
    first, last : int
        First and last month, as month_id; both are counted.
    cells : sequence of int
        PRIO-GRID gids to count; a country's or dyad's count does not depend on them.
    by : str, optional
        A column of `events` of whole numbers, such as ``replicate`` or ``draw``, for which to count apart.
    values : sequence of int
        Its values, also those without an event.

    Returns
    -------
    polars.DataFrame
        Columns of `SCHEMA`, and `by` before ``value``; sorted by level (as in `LEVELS`), unit, outcome, `by` and
        month, units and outcomes as they stand here and cells by number.

    Raises
    ------
    BadInput
        A column is missing, or there is no month from first to last.
    """
    if first > last:
        raise BadInput(f"the first month, {month_name(first)}, is after the last, {month_name(last)}", path="first")
    keys = [by] if by else []
    gids = sorted({int(gid) for gid in cells})
    rows = members(events, cells=gids, keep=keys).filter(pl.col("month_id").is_between(first, last))
    frame = _all_months(all_units(gids), first, last)
    if by:
        groups = pl.Series(by, sorted({int(value) for value in values}), dtype=rows.schema[by])
        frame = frame.join(groups.to_frame(), how="cross")
    return (
        frame.join(_counted(rows, keys), on=["level", "unit", "outcome", "month_id", *keys], how="left")
        .with_columns(pl.col("value").fill_null(0))
        .sort(["_unit", "_outcome", *keys, "month_id"])
        .select("level", "unit", "outcome", "month_id", *keys, "value")
    )


def members(events: pl.DataFrame, *, cells: Sequence[int] = (), keep: Sequence[str] = ()) -> pl.DataFrame:
    """Which event counts for which unit: a row for each of an event's units.

    Returns
    -------
    polars.DataFrame
        Columns ``level``, ``unit``, ``date_start``, ``month_id``, ``best`` and those to `keep`.

    Raises
    ------
    BadInput
        A column is missing.
    """
    missing = [name for name in (*GED_COLUMNS, *keep) if name not in events.columns]
    if missing:
        raise BadInput(f"the events have no column {', '.join(missing)}", path="events")
    rows = of_this_war(events.with_columns(pl.col("side_a", "side_b", "country").cast(pl.String))).with_columns(
        MONTH.alias("month_id")
    )
    code = pl.col("country").replace_strict({k: str(v) for k, v in COUNTRIES.items()}, return_dtype=pl.String)
    gid = cell_of()
    parts: list[tuple[str, pl.Expr, pl.Expr]] = [
        *(("dyad", pl.lit(name), mask) for name, mask in DYADS.items()),
        *(("actor", pl.lit(name), mask) for name, mask in ACTORS.items()),
        ("country", code, pl.lit(True)),
        ("cell", gid.cast(pl.String), gid.is_in(list(cells))),
    ]
    columns = [pl.col("date_start"), pl.col("month_id"), pl.col("best").cast(pl.Int64), *(pl.col(n) for n in keep)]
    return pl.concat(
        rows.filter(mask).select(pl.lit(level).alias("level"), unit.alias("unit"), *columns)
        for level, unit, mask in parts
    )


def _counted(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Events and deaths by unit and month, long, without zeros."""
    groups = ["level", "unit", "month_id", *keys]
    sums = rows.group_by(groups).agg(
        pl.len().cast(pl.Int64).alias(OUTCOMES[0]), pl.col("best").sum().alias(OUTCOMES[1])
    )
    return sums.unpivot(on=list(OUTCOMES), index=groups, variable_name="outcome", value_name="value")


def all_units(gids: Sequence[int] = ()) -> pl.DataFrame:
    """Every unit in order: ``_unit`` (its number), ``level``, ``unit``."""
    rows = [
        *(("dyad", name) for name in DYADS),
        *(("actor", name) for name in ACTORS),
        *(("country", str(code)) for code in COUNTRIES.values()),
        *(("cell", str(gid)) for gid in gids),
    ]
    return pl.DataFrame(rows, schema={"level": pl.String, "unit": pl.String}, orient="row").with_row_index("_unit")


def _all_months(units: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    outcomes = pl.DataFrame({"outcome": OUTCOMES}).with_row_index("_outcome")
    months = pl.DataFrame({"month_id": pl.int_range(first, last + 1, dtype=pl.Int32, eager=True)})
    return units.join(outcomes, how="cross").join(months, how="cross")
