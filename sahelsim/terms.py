"""The words of the field as constants and small pure functions. Imports nothing of the package."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum

__all__ = [
    "Account",
    "Decision",
    "Harm",
    "Role",
    "SiegeEnd",
    "Trait",
    "TruceState",
    "ViolenceType",
    "month_days",
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
    KATIBA_DEFECTION = 6  # a whole group changes its actor
    SIEGE_START = 7
    SIEGE_END = 8
    PACT_MADE = 9
    PACT_REFUSED = 10
    PACT_BROKEN = 11
    MILITIA_RAISED = 12  # a community under attack arms some of its people
    COMMANDER_KILLED = 13
    STATEMENT = 14  # a claim, sermon or magazine issue of an actor
    KIDNAPPING = 15
    MILITIA_STOOD_DOWN = 16  # a village watch that is overwhelmed goes home


class SiegeEnd(IntEnum):
    """How a siege ends (`after` of a SIEGE_END)."""

    LIFTED = 1  # the besiegers have gone or are too few
    RELIEF = 2  # forces hostile to the besiegers have got in
    PACT = 3
    SURRENDER = 4  # the community goes over to the camp of the besiegers


class Account(IntEnum):
    """Accounts of an actor's budget. Income is positive, spending negative; the treasury is their sum."""

    OPENING = 0
    SUPPORT = 1  # from outside the region, or the state's own budget
    TAX = 2
    TRADE = 3
    GOLD = 4
    RANSOM = 5
    PAY = 6
    RECRUITMENT = 7  # arms and training of recruits


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
    SUPPORT = 16
    TAXING = 17
    TRADING = 18
    KIDNAPPING = 19
    BESIEGING = 20
    BARGAINING = 21
    PROPAGANDA = 22


def month_id(year: int, month: int) -> int:
    """ViEWS/UCDP month number: 1 is January 1980."""
    return (year - 1980) * 12 + month


def month_of(month: int) -> tuple[int, int]:
    """Year and month of a `month_id`."""
    year, rest = divmod(month - 1, 12)
    return year + 1980, rest + 1


def month_days(month: int) -> int:
    """Days of a `month_id`."""
    (year, number), (next_year, following) = month_of(month), month_of(month + 1)
    return (date(next_year, following, 1) - date(year, number, 1)).days


def step_date(start: date, step: int, step_days: int) -> date:
    """First day of a step."""
    return start + timedelta(days=step * step_days)
