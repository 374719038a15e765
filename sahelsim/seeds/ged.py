"""The rows of GED that our war is compared with, counted as the figures of the record are."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

__all__ = ["COUNTRIES", "DYADS", "by_dyad", "of_this_war"]

COUNTRIES = ("Mali", "Burkina Faso", "Niger", "Benin", "Togo", "Ivory Coast")
"""Names as GED writes them."""

LAKE_CHAD_EAST = 10.0  # degrees: in Niger east of it "IS" is the war around Lake Chad

_type, _a, _b = pl.col("type_of_violence"), pl.col("side_a"), pl.col("side_b")


def of_this_war(events: pl.DataFrame) -> pl.DataFrame:
    """Events of the six countries without Niger east of 10 degrees east."""
    lake_chad = (pl.col("country") == "Niger") & (pl.col("longitude") > LAKE_CHAD_EAST)
    return events.filter(pl.col("country").is_in(COUNTRIES) & ~lake_chad)


def _takes_part(name: str) -> pl.Expr:
    """Whether an actor is on a side, alone or with allies ("GATIA, MSA")."""
    return pl.any_horizontal((side.str.split(", ").list.contains(name)) for side in (_a, _b))


def _sides(one: str, other: str) -> pl.Expr:
    return ((_a == one) & (_b == other)) | ((_a == other) & (_b == one))


_jnim, _is = (_a == "JNIM") | (_b == "JNIM"), (_a == "IS") | (_b == "IS")

DYADS: Mapping[str, pl.Expr] = {
    "JNIM-IS": (_type == 2) & _sides("JNIM", "IS"),
    "JNIM-governments": (_type == 1) & _jnim,
    "IS-governments": (_type == 1) & _is & ~_jnim,
    "one-sided by JNIM": (_type == 3) & (_a == "JNIM"),
    "one-sided by IS": (_type == 3) & (_a == "IS"),
    "GATIA/MSA-IS": (_type == 2) & _is & (_takes_part("GATIA") | _takes_part("MSA")),
}
"""Masks of the dyads that the record is told in; no event is in two of them."""


def by_dyad(events: pl.DataFrame) -> pl.DataFrame:
    """Events and deaths (best) by dyad and year: columns ``dyad``, ``year``, ``events``, ``best``.

    Only years with an event of the dyad have a row; the year is that of `date_start`.
    """
    named = [events.filter(mask).with_columns(pl.lit(name).alias("dyad")) for name, mask in DYADS.items()]
    return (
        pl.concat(named)
        .group_by("dyad", pl.col("date_start").dt.year().alias("year"), maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("events"), pl.col("best").sum())
        .sort("dyad", "year")
    )
