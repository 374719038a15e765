"""What draws of the priors and of the posterior say of the patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.calibrate import Calibrated
from sahelsim.calibration.evidence import statistics_of
from sahelsim.calibration.simulate import Runs

if TYPE_CHECKING:
    from sahelsim.patterns.schema import Pattern

__all__ = ["HOLDS_FROM", "PatternShares", "holding", "pattern_shares", "spread_of_targets"]

F64 = npt.NDArray[np.float64]

HOLDS_FROM = 0.6
"""Share of the draws in which a pattern must hold to be said to hold."""


@dataclass(frozen=True)
class PatternShares:
    """In which share of the draws a pattern holds.

    Attributes
    ----------
    pattern : Pattern
    held_out : bool
        Whether none of its conditions was held against the runs, or can be seen in the data.
    prior, posterior : float or None
        None where it cannot be measured, or was not run.
    """

    pattern: Pattern
    held_out: bool
    prior: float | None
    posterior: float | None

    @property
    def holds(self) -> bool:
        """Whether it holds in enough of the draws of the posterior."""
        return self.posterior is not None and self.posterior >= HOLDS_FROM


def pattern_shares(result: Calibrated) -> list[PatternShares]:
    """Every pattern and aggregate, over the first wave and the runs of the posterior."""
    used = {t.name.rpartition(".")[0] for t in result.comparison.targets if t.name not in result.comparison.left_out}
    return [
        PatternShares(
            pattern, pattern.id not in used, _share(result.waves[0], pattern.id), _share(result.predicted, pattern.id)
        )
        for pattern in result.loaded.patterns.patterns
    ]


def holding(shares: list[PatternShares], kind: str = "pattern") -> tuple[int, int]:
    """How many of the patterns (or aggregates) hold in enough draws of the posterior, and how many there are."""
    chosen = [share for share in shares if share.pattern.kind == kind]
    return sum(share.holds for share in chosen), len(chosen)


def spread_of_targets(result: Calibrated, shares: tuple[float, ...]) -> tuple[F64, F64 | None]:
    """Quantiles (s, m) of the targets over draws of the priors and of the posterior, on the scales of comparison."""
    prior = statistics_of(result.waves[0], result.evidence)
    posterior = None if result.predicted is None else statistics_of(result.predicted, result.evidence)
    return _quantiles(prior, shares), None if posterior is None else _quantiles(posterior, shares)


def _quantiles(statistics: F64, shares: tuple[float, ...]) -> F64:
    out = np.full((len(shares), statistics.shape[1]), np.nan)
    for j, column in enumerate(statistics.T):
        defined = column[np.isfinite(column)]
        if defined.size:
            out[:, j] = np.quantile(defined, shares)
    return out


def _share(runs: Runs | None, pattern: str) -> float | None:
    if runs is None or (column := f"holds[{pattern}]") not in runs.rows.columns:
        return None
    held = runs.rows[column].drop_nulls()
    return None if held.is_empty() else float(held.cast(float).mean())  # type: ignore[arg-type]
