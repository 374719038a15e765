"""How likely a true event is to enter the record; the equation is in `observation.report`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.observation.kernel import chances
from sahelsim.terms import ViolenceType

if TYPE_CHECKING:
    from sahelsim.observation.parameters import ObservationParameters
    from sahelsim.observation.sides import Sides
    from sahelsim.record import ViolenceLog
    from sahelsim.scenario.schema import Calendar

__all__ = ["chance_named", "counted_deaths", "deaths_of"]

_DAYS_PER_YEAR = 365.25

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def deaths_of(violence: ViolenceLog) -> I64:
    """True deaths by side a, side b and civilians, (E, 3)."""
    return np.stack([violence.deaths_a, violence.deaths_b, violence.deaths_civilians], axis=1).astype(np.int64)


def counted_deaths(violence: ViolenceLog, sides: Sides) -> I64:
    """Deaths of each event, 0 where it does not count: nobody died, or no civilian in an attack on civilians; (E,)."""
    civilians = violence.deaths_civilians.astype(np.int64)
    deaths: I64 = violence.deaths_a + violence.deaths_b + civilians
    deaths[(sides.kind == int(ViolenceType.ONE_SIDED)) & (civilians == 0)] = 0
    return deaths


def chance_named(
    deaths: I64,
    remoteness: npt.NDArray[np.floating],
    kind: I64,
    step: npt.NDArray[np.integer],
    parameters: ObservationParameters,
    calendar: Calendar,
) -> F64:
    """Probability that each event enters the record if its sides can be named; 0 where nobody died that counts.

    Parameters
    ----------
    deaths : (E,)
        From `counted_deaths`.
    remoteness : (E,)
        Remoteness of the event's cell, 0 to 1.
    kind : (E,)
        terms.ViolenceType as recorded.
    step : (E,)
        When it happened.
    parameters, calendar
        Of the scenario.

    Returns
    -------
    ndarray of float64, shape (E,)
        1 for every event that counts where observation is off.
    """
    p = parameters
    if not p.enabled:
        return (deaths > 0).astype(np.float64)
    before = 0.0 if p.growth_from is None else (calendar.start - date(p.growth_from, 1, 1)).days / _DAYS_PER_YEAR
    years = before + step.astype(np.float64) * (calendar.step_days / _DAYS_PER_YEAR)
    chance: F64 = np.empty(deaths.size)
    remote = remoteness.astype(np.float64)
    chances(deaths, remote, kind, years, p.base, p.size, p.remoteness, p.civilian, p.non_state, p.growth, chance)
    return chance
