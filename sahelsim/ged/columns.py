"""The columns of GED that are read: their names over the years, what may stand in them, and what they become.

Names and codes: UCDP GED Codebook (Högbladh, version 24.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

__all__ = ["COLUMNS", "OFFICIAL_ORDER", "SCHEMA", "STATUS", "GedColumn"]

Kind = Literal["whole", "real", "date", "text"]


@dataclass(frozen=True)
class GedColumn:
    """One column: what it is called here, what a cell may hold, and other names it goes by."""

    name: str
    kind: Kind
    dtype: pl.DataType
    least: float | None = None
    most: float | None = None
    may_be_empty: bool = False
    also: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What would be right, in words."""
        if self.kind == "date":
            return "a date as YYYY-MM-DD"
        if self.kind == "text":
            return "a name"
        words = "a whole number" if self.kind == "whole" else "a number with a decimal point"
        if self.least is not None and self.most is not None:
            return f"{words} from {self.least:g} to {self.most:g}"
        return words if self.least is None else f"{words} of at least {self.least:g}"


def _deaths(name: str, *also: str) -> GedColumn:
    return GedColumn(name, "whole", pl.Int64(), least=0, also=also)


COLUMNS: tuple[GedColumn, ...] = (
    GedColumn("id", "whole", pl.Int64(), least=0),
    GedColumn("year", "whole", pl.Int32(), least=1946, most=2200),
    GedColumn("type_of_violence", "whole", pl.Int32(), least=1, most=3),
    GedColumn("dyad_name", "text", pl.String()),
    GedColumn("side_a_new_id", "whole", pl.Int32(), least=0, also=("side_a_id",)),
    GedColumn("side_a", "text", pl.String()),
    GedColumn("side_b_new_id", "whole", pl.Int32(), least=0, also=("side_b_id",)),
    GedColumn("side_b", "text", pl.String()),
    GedColumn("where_prec", "whole", pl.Int32(), least=1, most=7),
    GedColumn("adm_1", "text", pl.String(), may_be_empty=True),
    GedColumn("latitude", "real", pl.Float64(), least=-90, most=90),
    GedColumn("longitude", "real", pl.Float64(), least=-180, most=180),
    GedColumn("priogrid_gid", "whole", pl.Int32(), least=1, most=259_200, may_be_empty=True),
    GedColumn("country", "text", pl.String(), may_be_empty=True),
    GedColumn("date_prec", "whole", pl.Int32(), least=1, most=5),
    GedColumn("date_start", "date", pl.Date()),
    GedColumn("date_end", "date", pl.Date()),
    _deaths("deaths_a"),
    _deaths("deaths_b"),
    _deaths("deaths_civilians"),
    _deaths("deaths_unknown"),
    _deaths("best", "best_est"),
    _deaths("high", "high_est"),
    _deaths("low", "low_est"),
)
"""Every file must have these, under one of their names."""

STATUS = "code_status"
"""Read where it is there: anything but "Clear" marks a candidate event, not yet checked by UCDP."""

SCHEMA: dict[str, pl.DataType] = {}
for _column in COLUMNS:
    SCHEMA[_column.name] = _column.dtype
    if _column.name == "year":
        SCHEMA["month_id"] = pl.Int32()

OFFICIAL_ORDER = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office", "source_date",
    "source_headline", "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best",
    "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
"""Columns of the official CSV since GED 17; some candidate releases came out without this line."""
