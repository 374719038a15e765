"""Days that a run covers, that a case asks for, and that both have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sahelsim.errors import BadInput
from sahelsim.flee_coupling.case import Case
from sahelsim.results import Run

__all__ = ["Period", "choose_period", "covered", "whole_months"]


@dataclass(frozen=True)
class Period:
    """First and last day, and what had to be left out of what was asked for ("" if nothing)."""

    start: date
    end: date
    note: str

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1


def covered(run: Run) -> tuple[date, date]:
    """First and last day of a run."""
    calendar = run.scenario.calendar
    return calendar.start, calendar.start + timedelta(days=calendar.steps * calendar.step_days - 1)


def choose_period(run: Run, case: Case, start: date | None = None, end: date | None = None) -> Period:
    """The period of the case, or the one given, cut to what the run covers.

    Raises
    ------
    BadInput
        The run covers no day of it, or it ends before it starts.
    """
    asked = start or case.start, end or case.start + timedelta(days=case.days - 1)
    if asked[1] < asked[0]:
        raise BadInput(f"{asked[1]} lies before the first day, {asked[0]}", path="--to")
    has = covered(run)
    first, last = max(asked[0], has[0]), min(asked[1], has[1])
    if last < first:
        raise BadInput(
            f"covers {has[0]} to {has[1]}, no day of the {asked[0]} to {asked[1]} that are asked for; "
            "run a scenario of that time, or choose another with --from and --to",
            file=run.path,
        )
    cut = (first, last) != asked
    note = f"{asked[0]} to {asked[1]} were asked for; the run covers {first} to {last} of it" if cut else ""
    return Period(first, last, note)


def whole_months(run: Run, start: date, end: date) -> tuple[date, date]:
    """First day of the first month and last day of the last one, as far as the run covers them."""
    has = covered(run)
    next_month = date(end.year + end.month // 12, end.month % 12 + 1, 1)
    return max(start.replace(day=1), has[0]), min(next_month - timedelta(days=1), has[1])
