"""Months and years as positions on an axis."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.terms import month_id, month_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sahelsim.scenario.schema import Calendar

__all__ = [
    "dress_time", "last_day", "middle_of", "month_name", "months_of_run", "period_of", "ticks_of", "year_labels",
    "years_of_run",
]  # fmt: skip

Days = npt.NDArray[np.datetime64]

_SLACK_DAYS = 7  # a year that lacks less than a step at either end counts as whole


def last_day(calendar: Calendar) -> date:
    """Last day of the last step."""
    return calendar.start + timedelta(days=calendar.steps * calendar.step_days - 1)


def months_of_run(calendar: Calendar) -> npt.NDArray[np.int32]:
    """Every month_id from the first to the last day, shape (T,)."""
    last = last_day(calendar)
    first_month = month_id(calendar.start.year, calendar.start.month)
    return np.arange(first_month, month_id(last.year, last.month) + 1, dtype=np.int32)


def years_of_run(calendar: Calendar) -> list[int]:
    """Every year from the first to the last day."""
    return list(range(calendar.start.year, last_day(calendar).year + 1))


def period_of(calendar: Calendar) -> str:
    """``2017–2023``."""
    years = years_of_run(calendar)
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0])


def year_labels(calendar: Calendar) -> list[str]:
    """The years of the run, those that it covers only in part with a star."""
    labels = []
    last = last_day(calendar)
    for year in years_of_run(calendar):
        late = calendar.start - date(year, 1, 1) > timedelta(days=_SLACK_DAYS)
        early = date(year, 12, 31) - last > timedelta(days=_SLACK_DAYS)
        labels.append(f"{year}*" if late or early else str(year))
    return labels


def middle_of(months: npt.NDArray[np.int32]) -> Days:
    """The fifteenth of each month, where a value of the whole month is drawn."""
    return np.array([date(*month_of(int(month)), 15) for month in months], dtype="datetime64[D]")


def month_name(month: int) -> str:
    """``Jan 2017`` from a month_id."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[(month - 1) % 12]} {(month - 1) // 12 + 1980}"


def ticks_of(calendar: Calendar, room: int) -> tuple[list[date], list[str]]:
    """Days and labels of at most about `room` ticks: years, or months, or days when the run is that short."""
    end = last_day(calendar)
    years = [year for year in years_of_run(calendar) if date(year, 1, 1) >= calendar.start]
    if len(years) >= 3:
        chosen = years[:: -(-len(years) // room)]
        return [date(year, 1, 1) for year in chosen], [str(year) for year in chosen]
    months = [int(month) for month in months_of_run(calendar)]
    starts = [date(*month_of(month), 1) for month in months]
    if len(months) >= 3:
        every = next((step for step in (1, 2, 3, 4, 6) if len(months) <= step * room), 12)
        days = [day for day in starts if (day.month - 1) % every == 0 and day >= calendar.start]
        words = [month_name(month_id(day.year, day.month)).split()[0] for day in days]
    else:
        step = timedelta(days=max(1, -(-(end - calendar.start).days // room)))
        days = [calendar.start + n * step for n in range(room + 1) if calendar.start + n * step <= end]
        words = [f"{day.day} {month_name(month_id(day.year, day.month)).split()[0]}" for day in days]
    new_year = [n == 0 or days[n].year != days[n - 1].year for n in range(len(days))]
    return days, [f"{word}\n{day.year}" if new else word for day, word, new in zip(days, words, new_year, strict=True)]


def dress_time(axes: Axes, calendar: Calendar, *, labels: bool = True, room: int = 10) -> None:
    """Limits and ticks of a time axis, with room for so many labels; quarters are small ticks when years are large."""
    limits: Any = (np.datetime64(calendar.start), np.datetime64(last_day(calendar)) + np.timedelta64(1, "D"))
    axes.set_xlim(*limits)
    days, words = ticks_of(calendar, room)
    axes.set_xticks(np.array(days, dtype="datetime64[D]"), words if labels else [""] * len(words))
    if len(years_of_run(calendar)) <= 12 and days and all(word.isdigit() for word in words):
        quarters = [date(year, month, 1) for year in years_of_run(calendar) for month in (1, 4, 7, 10)]
        inside = [day for day in quarters if calendar.start <= day <= last_day(calendar) and day not in days]
        axes.set_xticks(np.array(inside, dtype="datetime64[D]"), minor=True)
    axes.tick_params(axis="x", which="minor", length=1.2, width=0.4)
