"""What the scores come to: means by target, skill against a baseline, and the mean relative CRPS over targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.errors import BadInput
from sahelsim.forecast.baselines import BASELINES
from sahelsim.forecast.bootstrap import block_weights
from sahelsim.forecast.score import SCORES
from sahelsim.ged.units import LEVELS, OUTCOMES

__all__ = ["BEST", "REFERENCE", "LevelScores", "Relative", "Summary", "summarise"]

REFERENCE = "empirical12"
"""Baseline that skill is reported against."""

BEST = "best in hindsight"
"""The reference that for every target is the baseline with the smallest CRPS over all months: nobody could have known
which."""

_NONE = float("nan")
_NOTHING = 1e-12
"""Below it a mean CRPS is zero but for rounding."""

F64 = npt.NDArray[np.float64]


class Relative(NamedTuple):
    """Mean over targets of a model's CRPS over that of one reference, with its interval; below 1 is better."""

    level: str
    model: str
    reference: str
    targets: int  # those in which the reference's CRPS is not zero; over the others there is no ratio
    value: float
    low: float
    high: float
    pooled: float  # sum of the model's CRPS over that of the reference's, over all targets
    pooled_low: float
    pooled_high: float


@dataclass(frozen=True)
class LevelScores:
    """CRPS of one level: models by targets by months."""

    level: str
    models: tuple[str, ...]
    targets: tuple[tuple[str, str], ...]  # unit, outcome
    crps: F64  # (models, targets, months)


@dataclass(frozen=True)
class Summary:
    """Scores over all months.

    Attributes
    ----------
    targets : polars.DataFrame
        A row for each level, unit, outcome and model: months, mean scores, ``coverage``, and ``skill`` (1 − CRPS over
        that of the reference; null where that is zero) with ``skill_low`` and ``skill_high``.
    relative : tuple of Relative
        For each level, each model against each reference.
    reference : str
        Baseline of the skill.
    resamples, confidence : int, float
        Of the intervals.
    """

    targets: pl.DataFrame
    relative: tuple[Relative, ...]
    reference: str
    resamples: int
    confidence: float


def summarise(
    scores: pl.DataFrame, *, reference: str = REFERENCE, resamples: int = 1000, confidence: float = 0.9, seed: int = 0
) -> Summary:
    """Means, skill and relative CRPS with moving-block bootstrap intervals over months.

    All units share the resampled months, so that what they have in common stays. Intervals are quantiles of the
    resampled statistic; a target in which the reference makes no error in a resample keeps its ratio there.

    Parameters
    ----------
    scores : polars.DataFrame
        From `score_forecast`; of several forecasts, concatenated, if they have the same targets.
    reference : str
        Baseline of the skill.
    resamples, confidence, seed
        Of the bootstrap.

    Raises
    ------
    BadInput
        The reference was not scored, or models lack targets or months.
    """
    if reference not in scores["model"].unique():
        known = ", ".join(scores["model"].unique(maintain_order=True))
        raise BadInput(f"{reference!r} was not scored; there are {known}", path="--reference")
    tails = ((1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0)
    relative: list[Relative] = []
    skills: list[pl.DataFrame] = []
    for level in (name for name in LEVELS if name in scores["level"].unique()):
        part = _array(scores.filter(pl.col("level") == level), level)
        weights = block_weights(part.crps.shape[2], resamples, seed=seed) / part.crps.shape[2]
        resampled = np.einsum("mtk,rk->mrt", part.crps, weights)
        skills.append(_skill(part, resampled, reference, tails))
        relative += _relative(part, resampled, tails)
    means = scores.group_by("level", "unit", "outcome", "model", maintain_order=True).agg(
        pl.len().alias("months"), *(pl.col(name).mean() for name in SCORES), pl.col("covered").mean().alias("coverage")
    )
    keys = ["level", "unit", "outcome", "model"]
    return Summary(means.join(pl.concat(skills), on=keys, how="left", maintain_order="left"), tuple(relative),
                   reference, resamples, confidence)  # fmt: skip


def _array(rows: pl.DataFrame, level: str) -> LevelScores:
    models = rows["model"].unique(maintain_order=True).to_list()
    targets = [
        (u, o) for o in OUTCOMES for u in rows.filter(pl.col("outcome") == o)["unit"].unique(maintain_order=True)
    ]
    months = rows.select("origin", "month_id").unique().height
    order = pl.DataFrame(targets, schema=["unit", "outcome"], orient="row").with_row_index("_target")
    place = pl.DataFrame({"model": models}).with_row_index("_model")
    crps = rows.join(order, on=["unit", "outcome"]).join(place, on="model").sort(
        "_model", "_target", "origin", "month_id"
    )["crps"].to_numpy()  # fmt: skip
    if crps.size != len(models) * len(targets) * months:
        raise BadInput(f"not every model was scored for every target and month of the level {level}", path="scores")
    return LevelScores(level, tuple(models), tuple(targets), crps.reshape(len(models), len(targets), months))


def _skill(part: LevelScores, resampled: F64, reference: str, tails: tuple[float, float]) -> pl.DataFrame:
    ref = part.models.index(reference)
    mean = part.crps.mean(axis=2)
    rows = []
    for m, model in enumerate(part.models):
        drawn = _ratio(resampled[m], resampled[ref])
        value = 1.0 - _ratio(mean[m], mean[ref])
        bounds = 1.0 - _quantiles(drawn, tails[::-1])
        rows += [
            (part.level, unit, outcome, model, value[t], bounds[0, t], bounds[1, t])
            for t, (unit, outcome) in enumerate(part.targets)
        ]
    names = ["level", "unit", "outcome", "model", "skill", "skill_low", "skill_high"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(pl.col("skill", "skill_low", "skill_high").cast(pl.Float64).fill_nan(None))


def _relative(part: LevelScores, resampled: F64, tails: tuple[float, float]) -> list[Relative]:
    mean = part.crps.mean(axis=2)
    base = [m for m, name in enumerate(part.models) if name in BASELINES]
    references = [(part.models[b], mean[b], resampled[b]) for b in base]
    best = np.array(base)[mean[base].argmin(axis=0)]
    references.append((BEST, mean[base].min(axis=0), resampled[best, :, np.arange(best.size)].T))
    out = []
    for m, model in enumerate(part.models):
        for name, ref, drawn in references:
            ratio = _ratio(mean[m], ref)
            used = np.isfinite(ratio)
            value = float(ratio[used].mean()) if used.any() else _NONE
            every = _ratio(resampled[m][:, used], drawn[:, used])
            means = np.where(np.isfinite(every), every, ratio[used]).mean(axis=1) if used.any() else _nothing(drawn)
            sums = _ratio(resampled[m].sum(axis=1), drawn.sum(axis=1))
            pooled = float(_ratio(mean[m].sum(), ref.sum()))
            low, high = _quantiles(means[:, None], tails)[:, 0]
            pooled_low, pooled_high = _quantiles(sums[:, None], tails)[:, 0]
            out.append(
                Relative(
                    part.level, model, name, int(used.sum()), value, float(low), float(high), pooled, float(pooled_low),
                    float(pooled_high),
                )
            )  # fmt: skip
    return out


def _ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> F64:
    """Not a number where the reference is perfect."""
    safe = np.asarray(bottom) > _NOTHING
    out: F64 = np.where(safe, np.asarray(top) / np.where(safe, bottom, 1.0), np.nan)
    return out


def _nothing(drawn: F64) -> F64:
    return np.full(drawn.shape[0], np.nan)


def _quantiles(values: F64, at: tuple[float, float]) -> F64:
    """Two quantiles over the first axis, of what is a number; (R, T) to (2, T)."""
    out = np.full((2, values.shape[1]), np.nan)
    whole = np.isfinite(values).all(axis=0)
    out[:, whole] = np.quantile(values[:, whole], at, axis=0)
    for column in np.flatnonzero(~whole & np.isfinite(values).any(axis=0)):
        there = values[np.isfinite(values[:, column]), column]
        out[:, column] = np.quantile(there, at)
    return out
