"""The record as it stood at an origin: nothing that is dated later is looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.units import COUNTRIES, MONTH, cell_of, members, month_name, monthly_counts, of_this_war

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KnownRecord", "known_record"]

I64 = npt.NDArray[np.int64]

_SILENCE = 3
"""Months without any event at either end from which a record is held not to reach it."""


@dataclass(frozen=True)
class KnownRecord:
    """Recorded events up to the last day of the origin month, of all six countries."""

    events: pl.DataFrame
    origin: int

    def require_start(self, first: int) -> None:
        """Raise BadInput if the record begins only after month `first`: what is not recorded would count as peace."""
        begins = int(self.events.select(MONTH.min()).item())
        if begins - first >= _SILENCE:
            raise BadInput(
                f"the record begins in {month_name(begins)}, and the scenario follows it from {month_name(first)} on; "
                "give the files of the years before too, or a scenario that begins later",
                path="--ged",
            )

    def counts(self, level: str, units: Sequence[str], first: int) -> I64:
        """Events of units from month `first` to the origin, (T, K)."""
        table = monthly_counts(self.events, first, self.origin).filter(
            (pl.col("level") == level) & (pl.col("outcome") == "events")
        )
        by_unit = table.partition_by("unit", as_dict=True)
        return np.stack([by_unit[(unit,)]["value"].to_numpy() for unit in units], axis=1)

    def dead(self, level: str, units: Sequence[str], months: int) -> list[I64]:
        """Deaths (best) of each event of some units in the last months."""
        rows = members(self.events).filter((pl.col("level") == level) & (pl.col("month_id") > self.origin - months))
        return [rows.filter(pl.col("unit") == unit)["best"].to_numpy().astype(np.int64) for unit in units]

    def cells(self) -> pl.DataFrame:
        """``country`` (Gleditsch-Ward code as text), ``gid`` and ``age`` (months before the origin) of each event."""
        code = pl.col("country").replace_strict({k: str(v) for k, v in COUNTRIES.items()}, return_dtype=pl.String)
        return self.events.select(
            code.alias("country"), cell_of().alias("gid"), (pl.lit(self.origin) - MONTH).cast(pl.Float64).alias("age")
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is known: of the columns that are counted, in order of the rows."""
        table = self.events.select("type_of_violence", "side_a", "side_b", "country", "latitude", "longitude", "best",
                                   pl.col("date_start").cast(pl.String))  # fmt: skip
        return hashlib.sha256(table.write_csv().encode()).hexdigest()


def known_record(events: pl.DataFrame, origin: int) -> KnownRecord:
    """What of an event table was there at an origin.

    Parameters
    ----------
    events : polars.DataFrame
        As `sahelsim.ged.read_ged` gives them.
    origin : int
        month_id of the last month that is known.

    Raises
    ------
    BadInput
        There is no event before the origin, or none in its last months: the record begins later or ends earlier.
    """
    known = of_this_war(events.filter(origin >= MONTH))
    if not known.height:
        raise BadInput(f"the record has no event of this war up to the origin {month_name(origin)}", path="--origin")
    latest = int(known.select(MONTH.max()).item())
    if origin - latest >= _SILENCE:
        raise BadInput(
            f"the record ends in {month_name(latest)}, before the origin {month_name(origin)}; "
            f"give an origin up to {month_name(latest)}, or a newer file",
            path="--origin",
        )
    return KnownRecord(known, origin)
