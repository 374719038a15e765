"""The words of the field as constants and small pure functions. Imports nothing of the package."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum

__all__ = [
    "Decision",
    "Harm",
    "Role",
    "Trait",
    "TruceState",
    "ViolenceType",
    "month_id",
    "month_of",
    "step_date",
]


class ViolenceType(IntEnum):
    """UCDP GED `type_of_violence`."""

    STATE_BASED = 1
    NON_STATE = 2
    ONE_SIDED = 3


class TruceState(IntEnum):
    """What holds between the two sides of a dyad."""

    NONE = 0
    TACIT = 1  # two movements that leave each other alone (the "Sahelian exception")
    NEGOTIATED = 2


class Role(IntEnum):
    """What a unit does: garrisons hold a place, mobile units move."""

    GARRISON = 0
    MOBILE = 1


class Harm(IntEnum):
    """Kinds of rows in the log of violence (the truth, before reporting)."""

    BATTLE = 1
    VIOLENCE_AGAINST_CIVILIANS = 2
    REVENGE = 3  # intercommunal: one people's avengers on another people's community


class Decision(IntEnum):
    """Kinds of rows in the log of decisions."""

    PLEDGE = 1  # a community turns to a camp
    LAPSE = 2  # a community falls back to neutral
    DEFECTION = 3  # a unit changes its actor
    TRUCE_ONSET = 4
    TRUCE_BREAKDOWN = 5


class Trait(IntEnum):
    """Rows of `Actors.traits`: what an intervention can change in an actor. Names as in the scenario."""

    IDEOLOGY = 0
    SKILL = 1
    PAY = 2
    ESTABLISHMENT = 3
    MOBILITY = 4
    INITIATIVE = 5
    HARSHNESS = 6
    REPRISAL = 7
    GOVERNANCE = 8
    HUNTS = 9
    CAUTION = 10
    SEEKS_PEOPLE = 11
    SEEKS_OWN = 12
    SEEKS_REMOTE = 13
    HOMING = 14
    RECRUITING = 15


def month_id(year: int, month: int) -> int:
    """ViEWS/UCDP month number: 1 is January 1980."""
    return (year - 1980) * 12 + month


def month_of(month: int) -> tuple[int, int]:
    """Year and month of a `month_id`."""
    year, rest = divmod(month - 1, 12)
    return year + 1980, rest + 1


def step_date(start: date, step: int, step_days: int) -> date:
    """First day of a step."""
    return start + timedelta(days=step * step_days)
