"""Which mechanisms a pattern needs: its share of replicates with each of them switched off.

All variants share one seed, so that replicate 3 of one and of another begin alike and differ only where the switch
bites. A pattern is lost without a mechanism when it held and no longer does, or when its share falls by more than
`drop`. How sure that is, the exact test of McNemar says: of the replicates in which just one of the two variants
shows the pattern, how many are on one side, if both sides are equally likely (two-sided). A chance below `SURE` makes
it lost; up to `OPEN` it is perhaps lost; a split that is likelier than that is no loss at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sahelsim.patterns.load import load_patterns
from sahelsim.patterns.schema import Pattern
from sahelsim.patterns.score import PatternScore, Scorecard, score_runs
from sahelsim.patterns.variants import Variant
from sahelsim.results import Run, open_run
from sahelsim.workers import calls_in_order

__all__ = ["CONFIDENCE", "DROP", "Ablation", "Cell", "Effect", "mcnemar", "score_variants", "wilson"]

CONFIDENCE = 0.9
"""Of the intervals of shares."""

DROP = 0.3
"""Fall of the share from which a pattern counts as lost though it may still hold, or never held."""

SURE = 0.05
"""Chance of so uneven a split, below which a difference is called sure."""

OPEN = 0.5
"""Chance up to which a difference is worth a mark."""

BoolArray = npt.NDArray[np.bool_]


class Effect(StrEnum):
    """What switching something off does to a pattern."""

    BASELINE = "as it is"
    KEPT = "kept"
    LOST = "lost"
    PERHAPS = "perhaps lost"
    GAINED = "gained"
    UNKNOWN = "cannot be measured"


@dataclass(frozen=True)
class Cell:
    """A pattern in a variant."""

    score: PatternScore
    effect: Effect
    chance: float | None  # of the difference from the baseline, by McNemar's test

    @property
    def interval(self) -> tuple[float, float]:
        """Interval of the share, by Wilson."""
        inside = self.score.inside
        return wilson(int(inside.sum()), inside.size)


@dataclass(frozen=True)
class Ablation:
    """Patterns by variants; the first variant is the scenario as it is."""

    variants: tuple[Variant, ...]
    cards: tuple[Scorecard, ...]
    drop: float = DROP

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The rows."""
        return tuple(score.pattern for score in self.cards[0].patterns)

    @property
    def baseline(self) -> Run:
        """The run of the scenario as it is."""
        return self.cards[0].runs[0]

    @property
    def threshold(self) -> float:
        """Share from which a pattern holds."""
        return self.cards[0].patterns[0].threshold

    @property
    def replicates(self) -> int:
        """Replicates of each variant."""
        return len(self.cards[0].replicates)

    def cell(self, row: int, column: int) -> Cell:
        """Pattern `row` in variant `column`."""
        return self._cells[row][column]

    @cached_property
    def _cells(self) -> list[list[Cell]]:
        columns = range(len(self.variants))
        return [[self._judged(row, column) for column in columns] for row in range(len(self.patterns))]

    def _judged(self, row: int, column: int) -> Cell:
        before, after = self.cards[0].patterns[row], self.cards[column].patterns[row]
        if after.reason:
            return Cell(after, Effect.UNKNOWN, None)
        if column == 0:
            return Cell(after, Effect.BASELINE, None)
        if before.reason:
            return Cell(after, Effect.UNKNOWN, None)
        chance = mcnemar(before.inside, after.inside)
        return Cell(after, effect_of(before, after, self.drop, chance), chance)

    def without(self, row: int, effect: Effect) -> list[Variant]:
        """The variants that have this effect on a pattern."""
        columns = range(1, len(self.variants))
        return [self.variants[column] for column in columns if self.cell(row, column).effect == effect]


def effect_of(before: PatternScore, after: PatternScore, drop: float, chance: float) -> Effect:
    """Lost or gained by the rule of this module, the gain when it is sure."""
    fall = before.share_inside - after.share_inside
    if ((before.holds and not after.holds) or fall > drop) and chance <= OPEN:
        return Effect.LOST if chance < SURE else Effect.PERHAPS
    rises = (after.holds and not before.holds) or -fall > drop
    return Effect.GAINED if rises and chance < SURE else Effect.KEPT


def wilson(inside: int, replicates: int) -> tuple[float, float]:
    """Interval of a share at `CONFIDENCE` (Wilson 1927, J. Am. Stat. Assoc. 22:209)."""
    from scipy.stats import binomtest

    found = binomtest(inside, replicates).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def mcnemar(before: BoolArray, after: BoolArray) -> float:
    """Two-sided chance of the split of the replicates that differ (McNemar 1947, Psychometrika 12:153), exact."""
    from scipy.stats import binomtest

    lost, gained = int((before & ~after).sum()), int((~before & after).sum())
    return float(binomtest(lost, lost + gained).pvalue) if lost + gained else 1.0


def score_variants(
    variants: Sequence[Variant], runs: Sequence[Path], *, patterns: Path | None = None, workers: int = 1,
    drop: float = DROP,
) -> Ablation:  # fmt: skip
    """Score the run of each variant, over processes.

    Parameters
    ----------
    variants : sequence of Variant
        From `plan_variants`.
    runs : sequence of Path
        Their finished runs, in the same order.
    patterns : Path, optional
        Patterns file; the project's own by default.
    workers : int
        Processes to use.
    drop : float
        Fall of the share from which a pattern counts as lost.
    """
    load_patterns(patterns)  # so that a fault in it is told once, here
    tasks = [(path, patterns) for path in runs]
    return Ablation(tuple(variants), tuple(calls_in_order(_score, tasks, workers)), drop)


def _score(task: tuple[Path, Path | None]) -> Scorecard:
    path, patterns = task
    return score_runs([open_run(path)], load_patterns(patterns))
