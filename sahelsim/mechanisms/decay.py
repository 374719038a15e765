"""Forgetting: what is remembered halves once per half-life."""

from __future__ import annotations

from functools import cache

from sahelsim.elementary import exp, log

__all__ = ["decay_factor"]


@cache
def decay_factor(half_life: float, weeks: float) -> float:
    """Share of a memory that is left after `weeks`, for a half-life in weeks."""
    return exp(-log(2.0) * weeks / half_life)
