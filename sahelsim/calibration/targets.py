"""What runs are held against: the conditions of the patterns, each as a number on a scale of comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.patterns.condition import Condition
from sahelsim.terms import month_id

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.calibration.schema import Calibration
    from sahelsim.patterns import Patterns

__all__ = ["Target", "last_month", "measured", "pattern_targets", "signed_log"]

F64 = npt.NDArray[np.float64]

_AS_THEY_ARE = ("share", "date")  # units of statistics that are compared without a logarithm


@dataclass(frozen=True)
class Target:
    """One number of a run and what the record says of it.

    Attributes
    ----------
    name : str
        ``p01_coexistence.0`` for the first condition of a pattern; that of the statistic for those of GED.
    title : str
        In words.
    observed : float
        On record, on the scale of comparison.
    tolerance : float
        Standard deviation of what the model may be off by at its best, on that scale; 0 where the record is a band.
    logarithm : bool
        Compared as sign(x) log(1 + |x|).
    band : (float, float) or None
        Where the record says no more than that the number lies within a band, what is compared is how far it lies
        outside of it, below 0 for too low; observed is 0 then.
    column : str or None
        Of the summary of a run; None for statistics that are counted from its events.
    """

    name: str
    title: str
    observed: float
    tolerance: float
    logarithm: bool = False
    band: tuple[float, float] | None = None
    column: str | None = None

    def scaled(self, values: npt.ArrayLike) -> F64:
        """Numbers of runs on the scale of comparison; not a number where they are not defined."""
        x = np.asarray(values, np.float64)
        if self.band is not None:
            low, high = self.band
            x = np.where(x < low, x - low, np.where(x > high, x - high, np.where(np.isnan(x), np.nan, 0.0)))
        return signed_log(x) if self.logarithm else x


def pattern_targets(
    patterns: Patterns, calibration: Calibration, recounted: Mapping[str, float] | None = None
) -> list[Target]:
    """The conditions of the patterns that the calibration uses.

    Parameters
    ----------
    patterns : Patterns
    calibration : Calibration
        Its `until` and `without` say which are left out.
    recounted : mapping of str to float, optional
        Values of the record by the name of the target, instead of those in the patterns file.
    """
    out: list[Target] = []
    for pattern in patterns.patterns:
        for i, condition in enumerate(pattern.conditions):
            name = f"{pattern.id}.{i}"
            if pattern.id in calibration.without or name in calibration.without:
                continue
            if calibration.until is not None and not _ends_by(condition, last_month(calibration.until)):
                continue
            target = _target(name, f"{pattern.label}: {condition.name}", condition)
            if recounted is not None and name in recounted:
                target = _recounted(target, recounted[name])
            out.append(target)
    return out


def measured(targets: Sequence[Target], rows: pl.DataFrame) -> F64:
    """Numbers (n, m) of runs on the scales of comparison, from the rows of their summaries."""
    columns = [target.scaled(rows[target.column].cast(float).to_numpy()) for target in targets if target.column]
    return np.column_stack(columns) if columns else np.empty((rows.height, 0))


def last_month(until: str) -> int:
    """``2020-10`` as a number of month."""
    year, month = until.split("-")
    return month_id(int(year), int(month))


def signed_log(x: npt.ArrayLike) -> F64:
    """Logarithm of 1 + |x| with the sign of x."""
    x = np.asarray(x, np.float64)
    return np.asarray(np.sign(x) * np.log1p(np.abs(x)))


def _ends_by(condition: Condition, last: int) -> bool:
    return all(int(window.months[-1]) <= last for window in condition.windows())


def _target(name: str, title: str, condition: Condition) -> Target:
    low, high = condition.band(condition.record)
    logarithm = condition.factor is not None or condition.unit not in (*_AS_THEY_ARE, "1")
    plain = Target(name, title, 0.0, 0.0, logarithm, None, f"pattern[{name}]")
    if condition.record is None:
        return replace(plain, band=(low, high))
    observed, *ends = (float(plain.scaled(x)) for x in (condition.record, low, high))
    reach = [abs(end - observed) for end in ends if np.isfinite(end) and end != observed]
    return replace(plain, observed=observed, tolerance=max(reach, default=0.0) / 2)  # the band as two deviations


def _recounted(target: Target, value: float) -> Target:
    if target.band is not None:
        return replace(target, band=None, observed=float(replace(target, band=None).scaled(value)))
    return replace(target, observed=float(target.scaled(value)))
