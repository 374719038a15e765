"""Numbers and verdicts in words."""

from __future__ import annotations

import calendar
import math

from sahelsim.patterns.score import ConditionScore, PatternScore

__all__ = ["band_words", "ensemble", "missed", "verdict", "written"]


def written(value: float | None, unit: str) -> str:
    """A value as a table shows it: a month for dates, whole numbers from 100 up, else three digits."""
    if value is None or not math.isfinite(value):
        return "–"
    if unit == "date":
        month = min(int((value % 1) * 12), 11) + 1
        return f"{calendar.month_abbr[month]} {int(value)}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ensemble(score: ConditionScore) -> str:
    """Median with the 5-95 % range of the replicates in which the statistic is defined."""
    low, median, high = (score.quantile(q) for q in (0.05, 0.5, 0.95))
    unit = score.condition.unit
    if median is None:
        return "–"
    ends = (written(low, unit), written(high, unit))
    return written(median, unit) + (f" ({ends[0]} to {ends[1]})" if unit == "date" else f" ({'–'.join(ends)})")


def band_words(score: ConditionScore) -> str:
    """What is inside: ``0 to 3``, ``at least 24``."""
    low, high = (written(end, score.condition.unit) for end in score.band)
    if math.isinf(score.band[1]):
        return f"at least {low}"
    return f"at most {high}" if math.isinf(score.band[0]) else f"{low} to {high}"


def verdict(score: PatternScore) -> str:
    """``holds``, ``misses`` or ``cannot be measured``."""
    if score.reason:
        return "cannot be measured"
    return "holds" if score.holds else "misses"


def missed(score: PatternScore) -> str:
    """The condition that most replicates miss, with its share of replicates inside; empty when none does."""
    worst = score.most_missed
    return "" if worst is None else f"{worst.condition.name} ({worst.share_inside:.0%} inside)"
