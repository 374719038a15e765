"""What the baselines know: the record up to the origin, and nothing after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.units import OUTCOMES, all_units, members, month_name, monthly_counts

__all__ = ["History", "Marks", "first_day", "history_of"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Marks:
    """Single events of one unit, in order of time. Shape (E,) each."""

    day: F64  # since 1 January 1970; events of one day are spread evenly over it
    deaths: I64


@dataclass(frozen=True)
class History:
    """The record of one level up to the origin.

    Attributes
    ----------
    level : str
        One of `units.LEVELS`.
    units : tuple of str
        Units, U of them.
    first, origin : int
        First and last month known, as month_id; T months.
    counts : dict of str to ndarray of int64, shape (U, T)
        By outcome.
    marks : tuple of Marks
        The events of each unit.
    """

    level: str
    units: tuple[str, ...]
    first: int
    origin: int
    counts: dict[str, I64]
    marks: tuple[Marks, ...]

    def last(self, outcome: str, months: int) -> I64:
        """The last months up to the origin, shape (U, months), or as many as there are."""
        return self.counts[outcome][:, -months:]


def first_day(month_id: int) -> int:
    """First day of a month, in days since 1 January 1970."""
    year, month = divmod(month_id - 1, 12)
    return (date(year + 1980, month + 1, 1) - date(1970, 1, 1)).days


def history_of(events: pl.DataFrame, level: str, first: int, origin: int, *, cells: Sequence[int] = ()) -> History:
    """The history of all units of a level.

    Parameters
    ----------
    events : polars.DataFrame
        As `sahelsim.ged.read_ged` gives them; what began after the origin is not looked at.
    level : str
        One of `units.LEVELS`.
    first, origin : int
        First and last month known.
    cells : sequence of int
        PRIO-GRID gids, for the level ``cell``.

    Raises
    ------
    BadInput
        There is no such level, or the origin is before the first month.
    """
    names = all_units(sorted({int(gid) for gid in cells})).filter(pl.col("level") == level)["unit"].to_list()
    if not names:
        raise BadInput(f"the level {level!r} has no units", path="level")
    if origin < first:
        raise BadInput(f"is before the first month of the record, {month_name(first)}", path=month_name(origin))
    table = monthly_counts(events, first, origin, cells=cells).filter(pl.col("level") == level)
    shape = (len(names), origin - first + 1)
    counts = {name: table.filter(pl.col("outcome") == name)["value"].to_numpy().reshape(shape) for name in OUTCOMES}
    rows = members(events, cells=cells).filter(pl.col("level") == level, pl.col("month_id").is_between(first, origin))
    found = {str(unit): _marks(part) for (unit,), part in rows.group_by("unit")}
    nothing = Marks(np.empty(0), np.empty(0, dtype=np.int64))
    return History(level, tuple(names), first, origin, counts, tuple(found.get(name, nothing) for name in names))


def _marks(rows: pl.DataFrame) -> Marks:
    rows = rows.sort("date_start", "best").with_columns(pl.col("date_start").cast(pl.Date))
    place = pl.int_range(pl.len()).over("date_start")
    within = (place + 0.5) / pl.len().over("date_start")
    day = rows.select((pl.col("date_start").cast(pl.Int32) + within).alias("day"))["day"].to_numpy()
    return Marks(day.astype(np.float64), rows["best"].to_numpy().astype(np.int64))
