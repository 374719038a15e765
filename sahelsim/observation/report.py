"""From what happened to what the record shows.

A report is a pure function of (seed, replicate, event). With ``n`` deaths in a cell of remoteness ``r``
(0-1), ``y`` years after `growth_from` (or the start), an event enters the record with probability

    (1 - unattributed) * logistic(base + size * log(n) - remoteness * r + growth * y
                                  + civilian * [one-sided] + non_state * [neither side a state])

and never when nobody died (UCDP GED counts an event only from one death on). Its counts are

    best = max(1, round(n * exp(e))),        e logistic with mean 0 and standard deviation `count_noise`
    low  = floor(best * exp(-w))  or  high = ceil(best * exp(w)),   w exponential with mean `range_width`

where sources disagree (`range_share`), below with chance `range_below`, else above; without disagreement
low, best and high are equal. `best` is shared out over side a, side b and civilians in proportion to the
true deaths, by the largest remainder; where a battle's dead are not told apart, both sides' go to
deaths_unknown. Place and date get UCDP GED's precision codes in fixed shares, see `places` and
`kernel.windows`. With the mechanism off, every event with at least one death is recorded as it happened.

Sources: Weidmann 2016, "A Closer Look at Reporting Bias in Conflict Event Data", AJPS 60(1):206-218 (small
events away from coverage are missed; chance grows with the number of deaths); Eck 2012, "In data we
trust?", Cooperation and Conflict 47(1):124-141 (coverage differs by period and place); Price & Ball 2014,
"Big data, selection bias, and the statistical patterns of mortality in conflict", SAIS Review 34(1):9-20;
UCDP GED Codebook 24.1 for the codes; shares measured on UCDP GED events of the central Sahel, 2017-2021
(Sundberg & Melander 2013, CC BY 4.0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from sahelsim.observation.address import Address, addresses, draws
from sahelsim.observation.chance import chance_named, counted_deaths, deaths_of
from sahelsim.observation.kernel import counts, windows
from sahelsim.observation.parameters import ObservationParameters
from sahelsim.observation.places import Places, reported_places, true_points
from sahelsim.observation.sides import Sides, recorded_sides
from sahelsim.record import ReplicateRecord, ViolenceLog
from sahelsim.rng import Stream, key_of
from sahelsim.scenario.actors import Record
from sahelsim.scenario.schema import Calendar, Scenario
from sahelsim.terms import ViolenceType
from sahelsim.world.ground import Ground

__all__ = ["Fate", "Observation", "observe", "observe_scenario"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


class Fate(IntEnum):
    """What became of a true event on its way into the record; the first that applies."""

    REPORTED = 0
    NO_DEATHS = 1  # nobody died, or no civilian in an attack on civilians
    SAME_SIDE = 2  # both sides go under one name
    TWO_GOVERNMENTS = 3  # the record of this region has no war between states
    UNATTRIBUTED = 4  # nobody could say who it was
    MISSED = 5  # no source told of it


@dataclass(frozen=True)
class Observation:
    """The truth with day and place (E events), and the record made of it (N events, by date and row)."""

    sides: Sides  # (E,)
    day: I64  # (E,) true day, counted from the scenario's first
    probability: F64  # (E,) of being reported
    fate: npt.NDArray[np.int8]  # (E,) Fate

    row: I64  # (N,) the true event behind each reported one
    counts: I64  # (N, 7) deaths_a, deaths_b, deaths_civilians, deaths_unknown, best, low, high; sides as recorded
    window: I64  # (N, 3) first day, last day, date_prec
    find: Callable[[], tuple[F64, F64]]  # works `latitude` and `longitude` out
    locate: Callable[[F64, F64], Places]  # works `places` out of them

    @cached_property
    def _points(self) -> tuple[F64, F64]:
        return self.find()

    @property
    def latitude(self) -> F64:
        """Where each event happened, (E,). Points and places are more work than all the rest: only for who asks."""
        return self._points[0]

    @property
    def longitude(self) -> F64:
        """As `latitude`, (E,)."""
        return self._points[1]

    @cached_property
    def places(self) -> Places:
        """Where the record puts its events, (N,)."""
        return self.locate(self.latitude, self.longitude)


def observe_scenario(record: ReplicateRecord, ground: Ground, scenario: Scenario) -> Observation:
    """`observe` with what a scenario says about actors, reporting and calendar."""
    actors = [a.record for a in scenario.actors.values()]
    return observe(record, ground, actors, scenario.mechanisms.observation, scenario.calendar)


def observe(
    record: ReplicateRecord,
    ground: Ground,
    actors: Sequence[Record],
    parameters: ObservationParameters,
    calendar: Calendar,
) -> Observation:
    """What the record shows of one replicate.

    Parameters
    ----------
    record : ReplicateRecord
        The truth.
    ground : Ground
        Cells, communities and towns of the scenario.
    actors : sequence of Record
        How each actor appears in the record, by actor index.
    parameters : ObservationParameters
        The mechanism's parameters.
    calendar : Calendar
        First day and length of steps.
    """
    violence = record.violence
    key = key_of(record.seed, record.replicate)
    address = addresses(violence, len(actors))
    sides = recorded_sides(violence, actors, ground.names, ground.cells_country)
    day = _true_days(address, key, calendar)
    probability, fate = _fates(violence, ground, sides, parameters, calendar, key, address)

    row = np.flatnonzero(fate == int(Fate.REPORTED))
    some = address.of(row)
    count = _counts(violence, sides, row, parameters, key, some)
    window = _windows(day[row], parameters, calendar, key, some)
    order = np.lexsort((row, window[:, 1], window[:, 0]))

    def locate(latitude: F64, longitude: F64) -> Places:
        places = parameters if parameters.enabled else _EXACT
        cell = violence.cell[row].astype(np.int64)
        return _take(reported_places(latitude[row], longitude[row], cell, ground, places, key, some), order)

    return Observation(
        sides, day, probability, fate, row[order], count[order], window[order],
        partial(true_points, violence, ground, key, address), locate,
    )  # fmt: skip


_EXACT = ObservationParameters(
    enabled=False, base=0, size=0, remoteness=0, civilian=0, non_state=0, growth=0, count_noise=0,
    range_share=0, range_width=0, range_below=0, unsplit_state=0, unsplit_non_state=0, place_exact=1, place_near=0,
    place_district=0, place_province=0, place_area=0, date_exact=1, date_days=0, date_week=0, date_month=0,
    unattributed=0,
)  # fmt: skip
"""Counts, places and dates of a record without error, for when the mechanism is off."""


def _true_days(address: Address, key: tuple[int, int], calendar: Calendar) -> I64:
    """The day of each event, drawn evenly over the step."""
    u = draws(key, Stream.REPORTING_DATE, address, 0)[:, 0]
    return address.step * calendar.step_days + np.floor(u * calendar.step_days).astype(np.int64)


def _fates(
    violence: ViolenceLog,
    ground: Ground,
    sides: Sides,
    parameters: ObservationParameters,
    calendar: Calendar,
    key: tuple[int, int],
    address: Address,
) -> tuple[F64, npt.NDArray[np.int8]]:
    """Probability of being reported and what became of each event, (E,) each."""
    p, deaths = parameters, counted_deaths(violence, sides)
    chance = chance_named(deaths, ground.cells_remoteness[violence.cell], sides.kind, violence.step, p, calendar)
    unattributed = p.unattributed if p.enabled else 0.0
    u = draws(key, Stream.REPORTING, address, 0)
    fate = np.full(deaths.size, int(Fate.REPORTED), np.int8)
    fate[u[:, 0] >= chance] = int(Fate.MISSED)  # what is found later comes first
    fate[u[:, 1] < unattributed] = int(Fate.UNATTRIBUTED)
    fate[sides.two_governments] = int(Fate.TWO_GOVERNMENTS)
    fate[sides.same_side] = int(Fate.SAME_SIDE)
    fate[deaths == 0] = int(Fate.NO_DEATHS)
    chance *= 1.0 - unattributed
    chance[sides.same_side | sides.two_governments] = 0.0
    return chance, fate


def _counts(
    violence: ViolenceLog,
    sides: Sides,
    row: I64,
    parameters: ObservationParameters,
    key: tuple[int, int],
    address: Address,
) -> I64:
    """Reported counts of the events in `row`, sides in the order of the record, (N, 7)."""
    p = parameters if parameters.enabled else _EXACT
    true = deaths_of(violence)[row]
    swapped = sides.swapped[row]
    true[swapped] = true[swapped][:, [1, 0, 2]]
    kind = sides.kind[row]
    unsplit = np.zeros(1 + max(ViolenceType))
    unsplit[ViolenceType.STATE_BASED], unsplit[ViolenceType.NON_STATE] = p.unsplit_state, p.unsplit_non_state
    out = np.empty((row.size, 7), dtype=np.int64)
    counts(
        key[0], key[1], int(Stream.REPORTING_COUNTS), address.step, address.entity, address.slot, true,
        unsplit[kind], float(p.count_noise), float(p.range_share), float(p.range_width), float(p.range_below), out,
    )  # fmt: skip
    return out


def _windows(
    day: I64, parameters: ObservationParameters, calendar: Calendar, key: tuple[int, int], address: Address
) -> I64:
    """Reported dates, (N, 3)."""
    p = parameters if parameters.enabled else _EXACT
    out = np.empty((day.size, 3), dtype=np.int64)
    windows(
        key[0], key[1], int(Stream.REPORTING_DATE), address.step, address.entity, address.slot + 1, day,
        float(p.date_exact), float(p.date_days), float(p.date_week), float(p.date_month),
        calendar.steps * calendar.step_days - 1, out,
    )  # fmt: skip
    return out


def _take(places: Places, order: npt.NDArray[np.intp]) -> Places:
    return Places(
        places.latitude[order], places.longitude[order], places.where_prec[order], places.gid[order],
        places.cell[order], places.country[order], places.admin1[order],
    )  # fmt: skip
