"""Scores as one JSON object, and as means by level."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from sahelsim.forecast.marginal import pit_histogram
from sahelsim.forecast.score import MODEL, SCORES
from sahelsim.forecast.skill import Summary
from sahelsim.ged.units import month_name

__all__ = ["by_level", "pit_of", "report"]


def pit_of(scores: pl.DataFrame, level: str, outcome: str | None = None, model: str = MODEL) -> list[float]:
    """Shares of the PIT histogram of one model over a level (and outcome)."""
    rows = scores.filter(pl.col("level") == level, pl.col("model") == model)
    if outcome is not None:
        rows = rows.filter(pl.col("outcome") == outcome)
    return [float(share) for share in pit_histogram(rows["pit_low"].to_numpy(), rows["pit_high"].to_numpy())]


def by_level(summary: Summary) -> pl.DataFrame:
    """Mean scores over the units of each level, outcome and model."""
    means = [pl.col(name).mean() for name in (*SCORES, "coverage")]
    return summary.targets.group_by("level", "outcome", "model", maintain_order=True).agg(
        pl.len().alias("units"), *means
    )


def report(scores: pl.DataFrame, summary: Summary) -> dict[str, Any]:
    """All that ``scores.json`` holds; numbers that do not exist are null."""
    months = scores["month_id"].unique().sort()
    return {
        "origins": [month_name(origin) for origin in scores["origin"].unique().sort()],
        "first": month_name(int(months[0])),
        "last": month_name(int(months[-1])),
        "reference": summary.reference,
        "crps": "plain estimator",
        "interval": {"confidence": summary.confidence, "resamples": summary.resamples},
        "scores": [_plain(row) for row in summary.targets.iter_rows(named=True)],
        "levels": [_plain(row) for row in by_level(summary).iter_rows(named=True)],
        "relative_crps": [_plain(row._asdict()) for row in summary.relative],
        "pit": {level: pit_of(scores, level) for level in scores["level"].unique(maintain_order=True)},
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
