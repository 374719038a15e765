"""Summary statistics of a record of events, counted from UCDP GED and from the reports of runs in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.units import DYADS, OUTCOMES, cell_of, month_name, monthly_counts, of_this_war

__all__ = ["FEWEST_EVENTS", "Period", "RecordStatistics", "record_statistics"]

F64 = npt.NDArray[np.float64]

FEWEST_EVENTS = 30
"""Events below which a record says too little to be held against runs."""

_GROUP = 64  # records that are counted at once: bounds the memory
_TAIL = 0.05  # share of the events with most deaths
_MONTHS = 12
_ONE = "_record"


class Period(NamedTuple):
    """First and last month_id that are counted, both included."""

    first: int
    last: int

    @property
    def years(self) -> list[tuple[int, int, int]]:
        """Each whole year: its number, first and last month."""
        start = -(-(self.first - 1) // _MONTHS)
        end = self.last // _MONTHS
        return [(1980 + y, y * _MONTHS + 1, (y + 1) * _MONTHS) for y in range(start, end)]

    def __str__(self) -> str:
        return f"{month_name(self.first)} to {month_name(self.last)}"


@dataclass(frozen=True)
class RecordStatistics:
    """Statistics of some records.

    Attributes
    ----------
    names, titles : tuple of str
        Of the m statistics.
    logarithm : tuple of bool
        Which of them are compared on a scale of log(1 + x).
    values : ndarray, shape (n, m)
        As counted; not a number where a statistic is not defined.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    logarithm: tuple[bool, ...]
    values: F64


class _Statistic(NamedTuple):
    name: str
    title: str
    logarithm: bool
    values: F64


def record_statistics(
    events: pl.DataFrame, period: Period, *, by: str | None = None, values: Sequence[int] = ()
) -> RecordStatistics:
    """Statistics of one record, or of each of several.

    Parameters
    ----------
    events : polars.DataFrame
        Events with the columns of UCDP GED.
    period : Period
    by : str, optional
        Column that tells the records apart, with all its `values`; without it there is one record.

    Raises
    ------
    BadInput
        There are too few events to say anything, in a single record, or not two months.
    """
    if period.last <= period.first:
        raise BadInput(f"{period} is less than two months, too little to be held against runs", path="until")
    if by is None:
        one = events.with_columns(pl.lit(0, pl.Int32).alias(_ONE))
        found = _within(of_this_war(_plain(one)), period).height
        if found < FEWEST_EVENTS:
            raise BadInput(
                f"holds {found} events of this war in {period}; at least {FEWEST_EVENTS} are needed", path="--ged"
            )
        return _gathered(list(_statistics(one, period, _ONE, [0])))
    groups = [list(values[i : i + _GROUP]) for i in range(0, len(values), _GROUP)]
    parts = [
        _gathered(list(_statistics(events.filter(pl.col(by).is_in(group)), period, by, group))) for group in groups
    ]
    first = parts[0]
    return RecordStatistics(first.names, first.titles, first.logarithm, np.concatenate([part.values for part in parts]))


def _gathered(found: list[_Statistic]) -> RecordStatistics:
    names, titles, logarithm, columns = zip(*found, strict=True)
    return RecordStatistics(names, titles, logarithm, np.column_stack(columns))


def _statistics(events: pl.DataFrame, period: Period, by: str, values: Sequence[int]) -> Iterator[_Statistic]:
    counts = monthly_counts(events, *period, by=by, values=values)
    for (level, unit, outcome), table in counts.partition_by("level", "unit", "outcome", as_dict=True).items():
        if level == "actor":
            continue
        series = table.pivot(on=by, index="month_id", values="value").sort("month_id")
        months = series.select(str(value) for value in values).to_numpy().T.astype(np.float64)  # (n, months)
        what = "events" if outcome == OUTCOMES[0] else "deaths"
        for year, first, last in period.years:
            sums = months[:, first - period.first : last - period.first + 1].sum(axis=1)
            yield _Statistic(f"ged.{what}[{unit}, {year}]", f"{what} of {unit} in {year}", True, sums)
        if unit in DYADS and what == "events":
            yield from _texture(str(unit), months)
    yield from _places(events, period, by, values)


def _texture(unit: str, months: F64) -> Iterator[_Statistic]:
    """How events of a dyad come in time."""
    mean, variance = months.mean(axis=1), months.var(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        fano = np.where(mean > 0, variance / mean, np.nan)
        centred = months - mean[:, None]
        memory = (centred[:, 1:] * centred[:, :-1]).mean(axis=1) / variance
    yield _Statistic(f"ged.fano[{unit}]", f"Fano factor of monthly events of {unit}", True, fano)
    memory = np.where(variance > 0, memory, np.nan)
    yield _Statistic(f"ged.memory[{unit}]", f"correlation of {unit} with the month before", False, memory)
    yield _Statistic(f"ged.zero[{unit}]", f"share of months without an event of {unit}", False,
                     (months == 0).mean(axis=1))  # fmt: skip


def _places(events: pl.DataFrame, period: Period, by: str, values: Sequence[int]) -> Iterator[_Statistic]:
    """How events are spread over cells, and their worst."""
    rows = _within(of_this_war(_plain(events)), period).with_columns(cell_of().alias("_cell"))
    groups = {int(value): rows.filter(pl.col(by) == value) for value in values}
    tables = [groups[int(value)] for value in values]
    gini = [_gini(table.group_by("_cell").len()["len"].to_numpy()) for table in tables]
    yield _Statistic("ged.gini", "Gini coefficient of events over active cells", False, np.array(gini))
    for year, first, last in period.years:
        cells = [t.filter(pl.col("_month").is_between(first, last))["_cell"].n_unique() for t in tables]
        yield _Statistic(f"ged.cells[{year}]", f"active cells in {year}", True, np.array(cells, np.float64))
    tail = [_tail(table["best"].to_numpy()) for table in tables]
    yield _Statistic("ged.tail", "mean logarithm of the dead of the worst twentieth of events", False, np.array(tail))


def _plain(events: pl.DataFrame) -> pl.DataFrame:
    return events.with_columns(pl.col("country").cast(pl.String))


def _within(events: pl.DataFrame, period: Period) -> pl.DataFrame:
    start = pl.col("date_start").dt
    month = (start.year().cast(pl.Int32) - 1980) * _MONTHS + start.month().cast(pl.Int32)
    return events.with_columns(month.alias("_month")).filter(pl.col("_month").is_between(*period))


def _gini(counts: npt.NDArray[np.int64]) -> float:
    """Gini coefficient of positive counts; not a number of none."""
    n = counts.size
    if n == 0:
        return float("nan")
    ordered = np.sort(counts).astype(np.float64)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def _tail(deaths: npt.NDArray[np.int64]) -> float:
    if deaths.size == 0:
        return float("nan")
    worst = np.sort(deaths.astype(np.float64))[-max(1, round(_TAIL * deaths.size)) :]
    return float(np.log1p(worst).mean())
