"""A span of days, written as two months or dates."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import model_validator

from sahelsim.parameters import Strict
from sahelsim.terms import month_id

__all__ = ["Window"]

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS_IN_YEAR = 365.25


class Window(Strict):
    """First and last day, both included; in YAML ``[2017-01, 2019-06]`` or ``[2018-02-22, 2018-06-04]``."""

    first: date
    last: date

    @model_validator(mode="before")
    @classmethod
    def _two_ends(cls, written: Any) -> Any:
        if isinstance(written, dict):
            return written
        if not isinstance(written, (list, tuple)) or len(written) != 2:
            raise ValueError("expected two months or dates, [2017-01, 2019-06], both included")
        ends = {"first": _day(written[0], end=False), "last": _day(written[1], end=True)}
        if ends["first"] > ends["last"]:
            raise ValueError(f"the window ends ({written[1]}) before it begins ({written[0]})")
        return ends

    def __str__(self) -> str:
        return f"{self.first:%Y-%m} to {self.last:%Y-%m}" if self._whole_months() else f"{self.first} to {self.last}"

    @property
    def months(self) -> npt.NDArray[np.int64]:
        """Every month that it touches, as month_id."""
        return np.arange(month_id(self.first.year, self.first.month), month_id(self.last.year, self.last.month) + 1)

    @property
    def days(self) -> int:
        """Length."""
        return (self.last - self.first).days + 1

    @property
    def years(self) -> float:
        """Length."""
        return self.days / _DAYS_IN_YEAR

    def holds(self, days: pd.Series) -> npt.NDArray[np.bool_]:
        """Which of these days lie in it."""
        found = days.to_numpy().astype("datetime64[D]")
        inside: npt.NDArray[np.bool_] = (found >= np.datetime64(self.first)) & (found <= np.datetime64(self.last))
        return inside

    def _whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1


def _day(written: Any, *, end: bool) -> date:
    if isinstance(written, str):
        if month := _MONTH.fullmatch(written):
            year, number = int(month[1]), int(month[2])
            return date(year, number, calendar.monthrange(year, number)[1] if end else 1)
        if _DAY.fullmatch(written):
            try:
                return date.fromisoformat(written)
            except ValueError:
                pass
    raise ValueError(f"{written!r} is neither a month (2017-01) nor a date (2017-01-31)")
