"""The scenario as it was known at an origin: what is dated later is not there.

Interventions dated after the last day of the origin month are dropped. One that had begun and that ended later keeps
no end, because that end was not known; a withdrawal keeps it, because it is a plan that was announced on its first
day. An actor that comes on stage later than the origin waits all the time, whenever and however it comes. Priors and
parameters are those of the scenario, without the priors of what was dropped.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput
from sahelsim.scenario.interventions import Enter, Split
from sahelsim.scenario.outside import entrances, in_order
from sahelsim.terms import month_of

if TYPE_CHECKING:
    from sahelsim.scenario.interventions import Intervention
    from sahelsim.scenario.schema import Scenario

__all__ = ["first_day", "known_at", "last_day"]

_MOST_STEPS = 100_000  # of a calendar; see `scenario.schema.Calendar`


def first_day(month: int) -> date:
    """First day of a month_id."""
    year, number = month_of(month)
    return date(year, number, 1)


def last_day(month: int) -> date:
    """Last day of a month_id."""
    return first_day(month + 1) - timedelta(days=1)


def known_at(scenario: Scenario, origin: int, last: int, what_if: Collection[str] = ()) -> Scenario:
    """The scenario without what came after its origin, with a calendar that reaches the last month.

    Parameters
    ----------
    scenario : Scenario
        A checked scenario.
    origin : int
        month_id of the last month that is known.
    last : int
        month_id of the last month that is to be simulated.
    what_if : collection of str
        Interventions that are kept whatever their date: explicit questions to the model.

    Raises
    ------
    BadInput
        The origin lies before the scenario's first full month, the last month is too far away, or an intervention in
        `what_if` does not exist.
    """
    calendar = scenario.calendar
    for name in what_if:
        if name not in scenario.interventions:
            raise BadInput(f"the scenario has no intervention {name!r}", path="--what-if")
    if last_day(origin) < calendar.start + timedelta(days=28):
        raise BadInput(
            f"the origin {first_day(origin):%Y-%m} leaves no month of the scenario before it; "
            f"{scenario.name} begins on {calendar.start}",
            path="--origin",
        )
    end = last_day(origin)
    kept = {
        name: what if name in what_if else _as_known(what, end)
        for name, what in scenario.interventions.items()
        if what.date <= end or name in what_if
    }
    steps = -(-((last_day(last) - calendar.start).days + 1) // calendar.step_days)
    if steps > _MOST_STEPS:
        raise BadInput(f"{first_day(last):%Y-%m} is {steps:,} steps from {calendar.start}; {_MOST_STEPS:,} at the most",
                       path="--to")  # fmt: skip
    known = scenario.model_copy(
        update={
            "interventions": kept,
            "calendar": calendar.model_copy(update={"steps": steps}),
            "priors": {name: prior for name, prior in scenario.priors.items() if _is_there(prior.path, kept)},
        }
    )
    return known.model_copy(update={"interventions": kept | _never(scenario, known)})


def _is_there(path: str, interventions: Collection[str]) -> bool:
    parts = path.split(".")
    return parts[0] != "interventions" or parts[1] in interventions


def _never(scenario: Scenario, known: Scenario) -> dict[str, Intervention]:
    """Entrances after the last step, of the actors that would otherwise stand there from the first day."""
    calendar, source = known.calendar, "dated after the origin"
    beyond = calendar.start + timedelta(days=calendar.steps * calendar.step_days)
    out: dict[str, Intervention] = {}
    for actor in sorted(entrances(scenario).keys() - entrances(known).keys()):
        if any(group.fighters for group in scenario.actors[actor].groups.values()):
            never: Intervention = Enter(type="enter", actor=actor, date=beyond, source=source)
        else:  # nobody could enter; groups of another split off into it
            splits = (what for _, what in in_order(scenario) if isinstance(what, Split) and what.into == actor)
            never = next(splits).model_copy(update={"date": beyond, "source": source})
        out[f"{actor}_after_the_origin"] = never
    return out


def _as_known(what: Intervention, end: date) -> Intervention:
    """One that has begun, without an end that came later."""
    if what.until is None or what.until <= end or what.type == "withdraw":
        return what
    return what.model_copy(update={"until": None})
