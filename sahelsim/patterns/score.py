"""Scoring an ensemble against the patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelsim.patterns.condition import Condition
from sahelsim.patterns.evidence import CannotMeasure, Evidence
from sahelsim.patterns.schema import Pattern, Patterns
from sahelsim.patterns.sources import evidence_of_record, evidence_of_run
from sahelsim.results import Run

__all__ = ["ConditionScore", "PatternScore", "Scorecard", "score_runs"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ConditionScore:
    """A condition over the ensemble.

    Attributes
    ----------
    condition : Condition
    record : float or None
        Value on record: the patterns file's, or that of the file of UCDP GED that was given.
    values : (replicates,)
        The statistic; not a number where it is not defined.
    reason : str or None
        Why it cannot be measured in these runs; None when it can.
    recounted : bool
        Whether the record was counted from the given file.
    """

    condition: Condition
    record: float | None
    values: FloatArray
    reason: str | None = None
    recounted: bool = False

    @property
    def band(self) -> tuple[float, float]:
        """Lowest and highest value that is inside; infinite where open."""
        return self.condition.band(self.record)

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Which replicates are inside; one where the statistic is not defined is not."""
        low, high = self.band
        return np.asarray((self.values >= low) & (self.values <= high))

    @property
    def share_inside(self) -> float:
        """Share of replicates inside."""
        return float(self.inside.mean())

    def quantile(self, q: float) -> float | None:
        """Quantile over the replicates in which it is defined; None without any."""
        defined = self.values[np.isfinite(self.values)]
        return float(np.quantile(defined, q)) if defined.size else None


@dataclass(frozen=True)
class PatternScore:
    """A pattern over the ensemble; record and median are those of its first condition."""

    pattern: Pattern
    conditions: tuple[ConditionScore, ...]
    threshold: float

    @property
    def main(self) -> ConditionScore:
        """The first condition."""
        return self.conditions[0]

    @property
    def reason(self) -> str | None:
        """Why the pattern cannot be measured; None when it can."""
        faults = [f"{score.condition.name}: {score.reason}" for score in self.conditions if score.reason]
        return f"cannot be measured: {faults[0]}" if faults else None

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Which replicates have enough of the conditions."""
        hold = np.sum([score.inside for score in self.conditions], axis=0)
        return np.asarray(hold >= (self.pattern.needs or len(self.conditions)))

    @property
    def share_inside(self) -> float:
        """Share of replicates that show the pattern; 0 when it cannot be measured."""
        return 0.0 if self.reason else float(self.inside.mean())

    @property
    def holds(self) -> bool:
        """Whether enough of the replicates show it."""
        return self.reason is None and self.share_inside >= self.threshold

    @property
    def most_missed(self) -> ConditionScore | None:
        """The condition that most replicates miss; None when none does."""
        measured = [score for score in self.conditions if score.reason is None]
        worst = min(measured, key=lambda score: score.share_inside, default=None)
        return worst if worst is not None and worst.share_inside < 1 else None


@dataclass(frozen=True)
class Scorecard:
    """All patterns over the ensemble of one or several runs."""

    runs: tuple[Run, ...]
    patterns: tuple[PatternScore, ...]
    replicates: tuple[tuple[int, int], ...]
    """Number of the run and of its replicate, for each value."""

    def __getitem__(self, name: str) -> PatternScore:
        return next(score for score in self.patterns if score.pattern.id == name)

    def holding(self, kind: str = "pattern") -> tuple[int, int]:
        """How many of the patterns (or of the aggregates) hold, and how many there are."""
        chosen = [score for score in self.patterns if score.pattern.kind == kind]
        return sum(score.holds for score in chosen), len(chosen)


def score_runs(runs: Sequence[Run], patterns: Patterns, *, record: pd.DataFrame | None = None) -> Scorecard:
    """Score the replicates of some runs, all together.

    Parameters
    ----------
    runs : sequence of Run
        Finished runs, at least one.
    patterns : Patterns
        From `load_patterns`.
    record : DataFrame, optional
        Recorded events with the columns of UCDP GED, as `sahelsim.ged.read_ged` returns them. Where a condition
        counts recorded events and its windows lie in the years of these, the record is counted anew.
    """
    conditions = [condition for pattern in patterns.patterns for condition in pattern.conditions]
    columns: list[list[float]] = [[] for _ in conditions]
    reasons: list[str | None] = [None] * len(conditions)
    order: list[tuple[int, int]] = []
    for number, run in enumerate(runs):
        for replicate, seen in enumerate(evidence_of_run(run, patterns)):
            order.append((number, replicate))
            for i, condition in enumerate(conditions):
                value, reason = measured(condition, seen)
                columns[i].append(value)
                reasons[i] = reasons[i] or reason
    known = None if record is None else evidence_of_record(record, patterns)
    scores = iter(
        _score(condition, known, np.array(values), reason)
        for condition, values, reason in zip(conditions, columns, reasons, strict=True)
    )
    return Scorecard(
        tuple(runs),
        tuple(
            PatternScore(pattern, tuple(next(scores) for _ in pattern.conditions), patterns.holds_from)
            for pattern in patterns.patterns
        ),
        tuple(order),
    )


def measured(condition: Condition, seen: Evidence) -> tuple[float, str | None]:
    """A statistic and None, or not a number and why it cannot be measured."""
    try:
        seen.check_window(*condition.windows())
        return condition.measure(seen), None
    except CannotMeasure as fault:
        return float("nan"), str(fault)


def _score(condition: Condition, known: Evidence | None, values: FloatArray, reason: str | None) -> ConditionScore:
    if known is not None and condition.countable:
        value, fault = measured(condition, known)
        if fault is None and np.isfinite(value):
            return ConditionScore(condition, value, values, reason, recounted=True)
    return ConditionScore(condition, condition.record, values, reason)
