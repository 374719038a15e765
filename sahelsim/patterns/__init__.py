"""The patterns that the record shows, and how an ensemble is scored against them (docs/patterns.md)."""

from __future__ import annotations

from sahelsim.patterns.condition import Condition
from sahelsim.patterns.evidence import CannotMeasure, Evidence
from sahelsim.patterns.load import load_patterns, shipped_patterns
from sahelsim.patterns.schema import STATISTICS, Pattern, Patterns
from sahelsim.patterns.score import ConditionScore, PatternScore, Scorecard, score_runs

__all__ = [
    "STATISTICS",
    "CannotMeasure",
    "Condition",
    "ConditionScore",
    "Evidence",
    "Pattern",
    "PatternScore",
    "Patterns",
    "Scorecard",
    "load_patterns",
    "score_runs",
    "shipped_patterns",
]
