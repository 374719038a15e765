"""A forecast: the ensemble follows the record to the origin, runs ahead, and is turned into draws of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.assimilation.assimilate import Assimilation, assimilate
from sahelsim.assimilation.expected import ACTORS, DYADS
from sahelsim.assimilation.island import Survey
from sahelsim.assimilation.known import known_at
from sahelsim.assimilation.months import steps_by_month
from sahelsim.errors import BadInput
from sahelsim.forecast.known_record import KnownRecord, known_record
from sahelsim.forecast.marks import marks_of, sum_marks
from sahelsim.forecast.places import Places, recorded_places, share_out
from sahelsim.forecast.rates import Rates, event_draws
from sahelsim.ged.units import COUNTRIES, month_name

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.scenario.assimilation import AssimilationParameters
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.ground import Ground

__all__ = ["CellDraws", "Forecast", "Plan", "make_forecast"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
_FEW = 2  # particles where the model is left out: they are needed for nothing
_CODES = tuple(str(code) for code in COUNTRIES.values())


@dataclass(frozen=True)
class Plan:
    """What is to be forecast."""

    origin: int  # month_id of the last month that is known
    first: int
    last: int
    draws: int = 1000
    particles: int = 128
    what_if: tuple[str, ...] = ()  # interventions that are kept though they are dated later
    model: bool = True  # False: a time series alone, for comparison
    filtered: bool = True  # False: the ensemble does not follow the record, for comparison


@dataclass(frozen=True)
class CellDraws:
    """Events placed in cells: one entry each."""

    gids: I64  # (G,) all cells that events can fall into, sorted
    draw: I64
    horizon: I64
    gid: I64
    dead: I64


@dataclass(frozen=True)
class Forecast:
    """Draws of the record, (N, H, K) by level; H months from `plan.first` on."""

    plan: Plan
    units: dict[str, tuple[str, ...]]
    events: dict[str, I64]
    deaths: dict[str, I64]
    cells: CellDraws
    assimilation: Assimilation
    scenario: Scenario  # as it was known
    record: KnownRecord


def make_forecast(
    scenario: Scenario,
    events: pl.DataFrame,
    plan: Plan,
    *,
    settings: list[dict[str, Any]] | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """Forecast the record of the months from `plan.first` to `plan.last`.

    Parameters
    ----------
    scenario : Scenario
        With `assimilation`.
    events : polars.DataFrame
        The record; what is dated after the origin month is not looked at.
    plan : Plan
        What is to be forecast.
    settings : list of dict, optional
        Values by dotted path of each particle, such as draws of a posterior; draws of the priors if not given.
    workers : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (islands done, in all).

    Raises
    ------
    BadInput
        The months are not in order, or the scenario or the record does not reach the origin.
    """
    _check(scenario, plan)
    record = known_record(events, plan.origin)
    known = known_at(scenario, plan.origin, plan.last, plan.what_if)
    p = known.assimilation
    assert p is not None
    months = steps_by_month(known.calendar, plan.last)
    first_month = min(months)
    if len(months) <= plan.last - first_month:
        raise BadInput(
            f"steps of {known.calendar.step_days} days leave months without any; forecasts need shorter ones",
            path="calendar.step_days",
        )
    record.require_start(first_month)
    counts = {
        level: record.counts(level, units, first_month)
        for level, units in (("dyad", DYADS), ("actor", ACTORS), ("country", _CODES))
    }
    particles = settings if settings is not None else _prior_settings(known, plan.particles if plan.model else _FEW)
    survey = Survey(months, counts["dyad"], p, known.seed, plan.filtered)
    ensemble = assimilate(known, survey, particles, workers=workers, progress=progress)
    return _draw(plan, known, record, counts, ensemble, p, first_month)


def _check(scenario: Scenario, plan: Plan) -> None:
    if scenario.assimilation is None:
        raise BadInput("the scenario does not say how it follows a record; give a section `assimilation` "
                       "(base/mechanisms.yaml has one)", path="assimilation")  # fmt: skip
    if plan.first <= plan.origin:
        raise BadInput(
            f"the first month to forecast, {month_name(plan.first)}, is not after the origin {month_name(plan.origin)}",
            path="--from",
        )
    if plan.last < plan.first:
        raise BadInput(f"is {month_name(plan.last)}, before the first month {month_name(plan.first)}", path="--to")


def _prior_settings(scenario: Scenario, particles: int) -> list[dict[str, Any]]:
    """Draws of the priors; the scenario's own values where it has none."""
    from sahelsim.calibration.priors import sample_priors

    if not scenario.priors:
        return [{} for _ in range(particles)]
    paths, values = sample_priors(scenario, particles)
    return [dict(zip(paths, map(float, row), strict=True)) for row in values]


def _draw(
    plan: Plan, scenario: Scenario, record: KnownRecord, counts: dict[str, I64], ensemble: Assimilation,
    p: AssimilationParameters, first_month: int,
) -> Forecast:  # fmt: skip
    chance = _generator(scenario.seed, plan.origin)
    chosen = _chosen(ensemble.weights, plan.draws, chance)
    ground = _ground(scenario)
    expected = {"dyad": ensemble.dyads, "actor": ensemble.actors, "country": _by_code(ensemble.countries, ground)}
    units = {"dyad": DYADS, "actor": ACTORS, "country": _CODES}
    skipped = plan.first - plan.origin - 1
    events, deaths = {}, {}
    dead: list[I64] = []
    for level, names in units.items():
        rates = Rates(counts[level], expected[level], first_month)
        events[level] = np.ascontiguousarray(event_draws(rates, chosen, p, chance, model=plan.model)[:, skipped:])
        dead = marks_of(events[level], record.dead(level, names, p.marks_months), p, chance)
        deaths[level] = sum_marks(events[level], dead)
    cells = _cells(events["country"], dead, record, ground, ensemble.cells, chosen, p, chance, model=plan.model)
    return Forecast(plan, units, events, deaths, cells, ensemble, scenario, record)


def _generator(seed: int, origin: int) -> np.random.Generator:
    from sahelsim.rng import Stream, philox

    a, b, _, _ = philox(seed & 0xFFFFFFFF, seed >> 32, origin, int(Stream.FORECAST), 0x464F5245, 0x43415354)
    return np.random.Generator(np.random.Philox(key=(int(a) << 32) | int(b)))


def _chosen(weights: F64, draws: int, chance: np.random.Generator) -> I64:
    """The particle of each draw: systematic, in random order."""
    points = (np.arange(draws) + chance.random()) / draws
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), points), weights.size - 1)
    return chance.permutation(chosen)


def _ground(scenario: Scenario) -> Ground:
    from sahelsim.world.ground_build import build_ground
    from sahelsim.world.region_source import load_source

    return build_ground(scenario, load_source(scenario))


def _by_code(countries: F64, ground: Ground) -> F64:
    """Expected events of the six countries in the order of the units; nothing of those that are not on the ground."""
    out = np.zeros((*countries.shape[:2], len(COUNTRIES)))
    names = list(ground.names.country_names)
    for k, name in enumerate(COUNTRIES):
        if name in names:
            out[:, :, k] = countries[:, :, names.index(name)]
    return out


def _cells(
    events: I64, dead: list[I64], record: KnownRecord, ground: Ground, expected: F64, chosen: I64,
    p: AssimilationParameters, chance: np.random.Generator, *, model: bool,
) -> CellDraws:  # fmt: skip
    from sahelsim.grid import prio_gid

    gid = prio_gid(ground.cells_latitude, ground.cells_longitude).astype(np.int64)
    names, seen, parts = list(ground.names.country_names), record.cells(), []
    every: set[int] = set()
    for k, (name, code) in enumerate(zip(COUNTRIES, _CODES, strict=True)):
        here = seen.filter(seen["country"] == code)
        own = ground.cells_country == names.index(name) if name in names else np.zeros(gid.size, bool)
        recorded = here["gid"].to_numpy().astype(np.int64)
        gids = np.unique(np.concatenate([gid[own], recorded]))
        if not gids.size:
            continue
        on_gid = np.zeros((expected.shape[0], gids.size))
        np.add.at(on_gid.T, np.searchsorted(gids, gid[own]), expected[:, own].T)
        places = Places(gids, recorded_places(gids, recorded, here["age"].to_numpy(), p), on_gid)
        parts.append(share_out(events[:, :, k], dead[k], places, chosen, p, chance, model=model))
        every |= set(gids.tolist())
    draw, horizon, cell, deaths = (np.concatenate(column) for column in zip(*parts, strict=True))
    return CellDraws(np.array(sorted(every), np.int64), draw, horizon, cell, deaths)
