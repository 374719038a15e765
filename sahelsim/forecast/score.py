"""A forecast and its baselines against the record, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.errors import BadInput
from sahelsim.forecast.baselines import baseline_draws, baselines_of, history_of
from sahelsim.forecast.marginal import QUANTILES, marginal_scores
from sahelsim.forecast.read import Forecast
from sahelsim.ged.units import month_name, monthly_counts, of_this_war
from sahelsim.rng import Stream, key_of, uniforms

__all__ = ["MODEL", "RECORD_NEEDED", "SCORES", "Target", "score_draws", "score_forecast", "scored_months", "span_of"]

MODEL = "sahelsim"
"""What the forecast is called among the models."""

RECORD_NEEDED = 12
"""Months of the record before the origin that the baselines need."""

_BASELINE_DRAWS = 1000

SCORES = ("crps", "ignorance", "interval_score")
"""Smaller is better."""

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Target:
    """What is forecast: the units of a level, an outcome, the months, and the origin from which."""

    level: str
    outcome: str
    units: tuple[str, ...]
    months: tuple[int, ...]
    origin: int


def span_of(events: pl.DataFrame) -> tuple[int, int]:
    """First and last month in which an event of this war begins.

    Raises
    ------
    BadInput
        There is none.
    """
    ours = of_this_war(events)
    if not ours.height:
        raise BadInput("the record has no event in the six countries of this war", path="--ged")
    days = ours["date_start"].sort()
    first, last = ((day.year - 1980) * 12 + day.month for day in (days[0], days[-1]))
    return first, last


def scored_months(forecast: Forecast, events: pl.DataFrame, *, partial: bool = False) -> tuple[int, ...]:
    """Months that can be scored: those that the record has.

    Raises
    ------
    BadInput
        The record ends before the forecast does (unless `partial`), does not overlap with it, or begins too late.
    """
    first, last = span_of(events)
    months = forecast.months
    whole = f"{month_name(first)} to {month_name(last)}"
    wanted = f"{month_name(months[0])} to {month_name(months[-1])}"
    if months[0] > last:
        raise BadInput(f"the record has events from {whole}: none of the forecast's months, {wanted}", path="--ged")
    if first + RECORD_NEEDED - 1 > forecast.origin:
        raise BadInput(
            f"the record has events from {whole}; the baselines need {RECORD_NEEDED} months of it up to the origin, "
            f"{month_name(forecast.origin)}",
            path="--ged",
        )
    inside = tuple(month for month in months if month <= last)
    if len(inside) < len(months) and not partial:
        beyond = (
            f"{month_name(last + 1)} to {month_name(months[-1])}" if months[-1] > last + 1 else month_name(last + 1)
        )
        raise BadInput(
            f"the record ends with {month_name(last)}, and the forecast goes on: {beyond} cannot be scored "
            "(--partial scores the months before)",
            path="--ged",
        )
    return inside


def score_forecast(
    forecast: Forecast, events: pl.DataFrame, *, partial: bool = False, baselines: Sequence[str] | None = None,
    seed: int = 0,
) -> pl.DataFrame:  # fmt: skip
    """Scores of a forecast and of the baselines, a row for each level, unit, outcome, month and model.

    Parameters
    ----------
    forecast : Forecast
        From `open_forecast`.
    events : polars.DataFrame
        The record, as `sahelsim.ged.read_ged` gives it.
    partial : bool
        Score the months that the record has, if it ends before the forecast.
    baselines : sequence of str, optional
        Those wanted; all by default.
    seed : int
        For the baselines that draw, and the randomised PIT.

    Returns
    -------
    polars.DataFrame
        Columns ``level``, ``unit``, ``outcome``, ``origin``, ``month_id``, ``model``, ``observed``, ``mean``, ``q05``
        to ``q95``, the scores (`SCORES`), ``covered``, ``pit_low``, ``pit_high``, ``pit``.

    Raises
    ------
    BadInput
        As `scored_months`, and if draws are wrong.
    """
    months = scored_months(forecast, events, partial=partial)
    first, _ = span_of(events)
    cells = sorted({int(u) for (level, _), units in forecast.targets.items() if level == "cell" for u in units})
    seen = monthly_counts(events, months[0], months[-1], cells=cells)
    parts = []
    for level in dict.fromkeys(level for level, _ in forecast.targets):
        known = history_of(events, level, first, forecast.origin, cells=cells)
        place = {unit: i for i, unit in enumerate(known.units)}
        for outcome in (o for lev, o in forecast.targets if lev == level):
            units = forecast.targets[level, outcome]
            rows = [place[unit] for unit in units]
            target = Target(level, outcome, units, months, forecast.origin)
            every = seen.filter(pl.col("level") == level, pl.col("outcome") == outcome)["value"].to_numpy()
            observed = every.reshape(len(place), len(months))[rows]
            parts.append(score_draws(MODEL, forecast.draws(level, outcome)[:, : len(months)], observed, target, seed))
            for name in baselines_of(level):
                if baselines is None or name in baselines:
                    draws = baseline_draws(name, known, outcome, months, _BASELINE_DRAWS, seed=seed)[rows]
                    parts.append(score_draws(name, draws, observed, target, seed))
    return pl.concat(parts)


def score_draws(model: str, draws: I64, observed: I64, target: Target, seed: int = 0) -> pl.DataFrame:
    """Scores of one model for one target, rows by unit and month; `draws` (U, H, N), `observed` (U, H)."""
    scores = marginal_scores(draws, observed)
    n_units, n_months = observed.shape
    chance = uniforms(
        key_of(seed, target.origin), Stream.SCORING, np.tile(np.arange(n_months), n_units),
        np.repeat(np.arange(n_units), n_months),
    )[:, 0]  # fmt: skip
    low, high = scores.pit_low.ravel(), scores.pit_high.ravel()
    quantiles = {f"q{round(level * 100):02d}": scores.quantiles[..., i].ravel() for i, level in enumerate(QUANTILES)}
    return pl.DataFrame(
        {
            "level": pl.repeat(target.level, observed.size, eager=True),
            "unit": np.repeat(np.array(target.units), n_months).tolist(),
            "outcome": pl.repeat(target.outcome, observed.size, eager=True),
            "origin": pl.repeat(target.origin, observed.size, dtype=pl.Int32, eager=True),
            "month_id": np.tile(np.array(target.months, dtype=np.int32), n_units),
            "model": pl.repeat(model, observed.size, eager=True),
            "observed": observed.ravel(),
            "mean": scores.mean.ravel(),
            **quantiles,
            "crps": scores.crps.ravel(),
            "ignorance": scores.ignorance.ravel(),
            "interval_score": scores.interval.ravel(),
            "covered": scores.covered.ravel(),
            "pit_low": low,
            "pit_high": high,
            "pit": low + chance * (high - low),
        }
    )
