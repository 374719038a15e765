"""The record as targets, and every run's statistics beside them: patterns always, UCDP GED if there is a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.load import LoadedCalibration
from sahelsim.calibration.record_statistics import Period, record_statistics
from sahelsim.calibration.simulate import Runs
from sahelsim.calibration.targets import Target, last_month, measured, pattern_targets, signed_log
from sahelsim.patterns.score import measured as measured_on
from sahelsim.patterns.sources import evidence_of_record
from sahelsim.sweep.opening import open_sweep
from sahelsim.terms import month_id

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Evidence", "gather_evidence", "statistics_of"]

F64 = npt.NDArray[np.float64]

_WITHIN_TWO = float(np.log(2) / 2)  # tolerance of a count: a factor of two is two standard deviations


@dataclass(frozen=True)
class Evidence:
    """What the runs are held against.

    Attributes
    ----------
    targets : tuple of Target
        Those of the patterns, then those of UCDP GED.
    period : Period or None
        Months that are counted in UCDP GED; None without it.
    """

    targets: tuple[Target, ...]
    period: Period | None


def gather_evidence(loaded: LoadedCalibration, ged: pl.DataFrame | None) -> Evidence:
    """The targets of a calibration.

    Parameters
    ----------
    loaded : LoadedCalibration
    ged : polars.DataFrame, optional
        Events of UCDP GED, as `sahelsim.ged.read_ged` gives them.

    Raises
    ------
    BadInput
        The file holds too little.
    """
    if ged is None:
        return Evidence(tuple(pattern_targets(loaded.patterns, loaded.calibration)), None)
    until = loaded.calibration.until
    period = _period(loaded, ged, until)
    events = _up_to(ged, period.last)
    statistics = record_statistics(events, period)
    counted = [
        Target(name, title, float(signed_log(value) if log else value), _WITHIN_TWO if log else 0.0, log)
        for name, title, log, value in zip(
            statistics.names, statistics.titles, statistics.logarithm, statistics.values[0], strict=True
        )
    ]
    patterns = pattern_targets(loaded.patterns, loaded.calibration, _recounted(loaded, events, period))
    return Evidence((*patterns, *counted), period)


def statistics_of(runs: Runs, evidence: Evidence) -> F64:
    """Statistics (n, m) of runs on the scales of the targets; not a number where not defined."""
    found = measured(evidence.targets, runs.rows)
    if evidence.period is None:
        return found
    draws = runs.rows["draw"].to_list()
    events = open_sweep(runs.store).events().collect()
    counted = record_statistics(events, evidence.period, by="draw", values=draws)
    scaled = [
        signed_log(column) if log else column for column, log in zip(counted.values.T, counted.logarithm, strict=True)
    ]
    return np.column_stack([found, *scaled])


def _period(loaded: LoadedCalibration, ged: pl.DataFrame, until: str | None) -> Period:
    """Months that runs and record have in common, up to the end of the data.

    The record is taken to begin and end with a year; of the runs months count that they cover but for less than a step.
    """
    calendar = loaded.variant.calendar
    step = timedelta(days=calendar.step_days)
    begin, end = calendar.start - step, calendar.start + (calendar.steps + 1) * step
    years = ged["date_start"].dt.year()
    first, last = (int(year) - 1980 for year in (years.min() or 0, years.max() or 0))  # type: ignore[arg-type]
    ends = [month_id(end.year, end.month) - 1, (last + 1) * 12, *([] if until is None else [last_month(until)])]
    return Period(max(month_id(begin.year, begin.month) + 1, first * 12 + 1), min(ends))


def _up_to(events: pl.DataFrame, last: int) -> pl.DataFrame:
    import polars as pl

    start = pl.col("date_start").dt
    return events.filter((start.year().cast(pl.Int32) - 1980) * 12 + start.month().cast(pl.Int32) <= last)


def _recounted(loaded: LoadedCalibration, events: pl.DataFrame, period: Period) -> dict[str, float]:
    """Conditions of the patterns that the file itself can tell, by name of the target."""
    frame, area = events.to_pandas(), loaded.patterns.area
    if area is not None and not loaded.patterns.regions[area].holds(frame).any():
        return {}
    seen = evidence_of_record(frame, loaded.patterns)
    out: dict[str, float] = {}
    for pattern in loaded.patterns.patterns:
        for i, condition in enumerate(pattern.conditions):
            if condition.countable and all(int(w.months[-1]) <= period.last for w in condition.windows()):
                value, reason = measured_on(condition, seen)
                if reason is None and np.isfinite(value):
                    out[f"{pattern.id}.{i}"] = value
    return out
