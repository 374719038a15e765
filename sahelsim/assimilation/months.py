"""Steps of the calendar by month: a step belongs to the month of its middle day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sahelsim.terms import month_id

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Calendar

__all__ = ["steps_by_month"]


def steps_by_month(calendar: Calendar, last: int) -> dict[int, int]:
    """Number of steps of each month from the first to `last`, by month_id.

    A step belongs to the month in which the greater part of it lies.
    """
    steps: dict[int, int] = {}
    for step in range(calendar.steps):
        day = calendar.start + timedelta(days=step * calendar.step_days + calendar.step_days // 2)
        month = month_id(day.year, day.month)
        if month > last:
            break
        steps[month] = steps.get(month, 0) + 1
    return steps
