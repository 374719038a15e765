"""What a description of results is made of: columns, tables and variables of the panel."""

from __future__ import annotations

from dataclasses import dataclass

from sahelsim.terms import Decision, Harm

__all__ = [
    "ADMIN1", "CELL", "COUNTRY", "DATE", "GID", "MONTH", "REPLICATE", "STEP", "VIOLENCE_TERMS",
    "Column", "PanelVariable", "Table", "term_columns",
]  # fmt: skip

VIOLENCE_TERMS: dict[int, tuple[str, ...]] = {
    Harm.BATTLE: ("enmity", "contact", "hazard", "odds"),
    Harm.VIOLENCE_AGAINST_CIVILIANS: ("coercion", "punishment", "reprisal", ""),
    Harm.REVENGE: ("", "", "", "revenge"),
}
"""Names of the four terms of a violent event, by `terms.Harm`; "" where the term is not used."""


@dataclass(frozen=True)
class Column:
    """One column: Parquet type ("int32", "int64", "float32", "float64", "string", "date") and meaning."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One Parquet file."""

    name: str
    meaning: str
    order: tuple[str, ...]  # columns that the rows are sorted by
    columns: tuple[Column, ...]
    switch: str | None = None  # of the scenario's outputs; None: always written

    @property
    def file(self) -> str:
        """File name in the run directory."""
        return f"{self.name}.parquet"


@dataclass(frozen=True)
class PanelVariable:
    """One variable or coordinate of panel.zarr."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    meaning: str


REPLICATE = Column("replicate", "int32", "number of the realisation, from 0")
STEP = Column("step", "int32", "step of the simulation, from 0")
DATE = Column("date", "date", "first day of the step")
MONTH = Column("month_id", "int32", "month as (year - 1980) * 12 + month")
CELL = Column("cell", "int32", "cell of the scenario's grid, row by row from the south-west; -1 none")
GID = Column("priogrid_gid", "int32", "PRIO-GRID cell of the coordinates")
COUNTRY = Column("country", "string", "country; null outside any")
ADMIN1 = Column("adm_1", "string", "first-level area; null where none")


def term_columns(names: dict[int, tuple[str, ...]], kinds: type[Harm] | type[Decision]) -> tuple[Column, ...]:
    """One column for each distinct term, with the kinds of rows that have it."""
    used: dict[str, list[str]] = {}
    for kind, terms in names.items():
        for term in terms:
            if term:
                used.setdefault(term, []).append(kinds(kind).name.lower())
    return tuple(
        Column(
            f"term_{term}",
            "float32",
            f"term of the decision rule in rows of kind {', '.join(rows)}; else null",
        )
        for term, rows in used.items()
    )
