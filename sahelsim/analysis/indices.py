"""What a sensitivity analysis finds: an index with its interval for each factor, and what chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHANCE", "MEASURES", "Index", "Interaction", "Sensitivity", "as_frame", "as_json"]

CHANCE = 0.95
"""Of factors without any effect, the share whose index stays below the floor."""

MEASURES = {
    "morris": "mean absolute effect of a change across the factor's range (mu*)",
    "sobol": "share of the variance in which the factor has a part (total index ST)",
    "pawn": "median Kolmogorov-Smirnov distance when the factor is held (PAWN)",
}
"""What each method ranks by."""


@dataclass(frozen=True)
class Index:
    """One factor.

    Attributes
    ----------
    value, low, high : float
        What the method ranks by, with its interval.
    floor : float
        What `CHANCE` of factors without effect stay below; NaN when the noise is not known.
    more : dict of str to float
        What else the method says of the factor.
    """

    factor: str
    value: float
    low: float
    high: float
    floor: float
    more: dict[str, float] = field(default_factory=dict)

    @property
    def stands_out(self) -> bool:
        """Whether it is above what chance would give; True when that is not known."""
        return not self.value <= self.floor


@dataclass(frozen=True)
class Interaction:
    """Two factors: share of the variance that they have together beyond what each has alone (S2)."""

    factors: tuple[str, str]
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sensitivity:
    """One output analysed by one method.

    Attributes
    ----------
    indices : tuple of Index
        The most important factor first.
    noise_share : float
        Share of the variance between draws that is due to chance; NaN when unknown.
    used, draws : int
        Draws that were analysed, and those of the design.
    remarks : tuple of str
        What a reader must know: what is left out and what the numbers cannot say.
    """

    method: str
    output: str
    meaning: str
    what_if: str
    indices: tuple[Index, ...]
    noise_share: float
    used: int
    draws: int
    confidence: float
    remarks: tuple[str, ...] = ()
    interactions: tuple[Interaction, ...] = ()

    @property
    def measure(self) -> str:
        """What the factors are ranked by."""
        return MEASURES[self.method]


def as_frame(found: Sequence[Sensitivity]) -> pd.DataFrame:
    """A row an output and factor."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for s in found:
        for rank, index in enumerate(s.indices, start=1):
            rows.append(
                {"output": s.output, "what_if": s.what_if, "method": s.method, "rank": rank, "factor": index.factor,
                 "value": index.value, "low": index.low, "high": index.high, "floor": index.floor, **index.more,
                 "noise_share": s.noise_share, "draws_used": s.used, "draws": s.draws}
            )  # fmt: skip
    return pd.DataFrame(rows)


def as_json(s: Sensitivity) -> dict[str, Any]:
    """One output as an object; what is not known is null."""
    return {
        "output": s.output, "meaning": s.meaning, "what_if": s.what_if, "method": s.method, "measure": s.measure,
        "confidence": s.confidence, "noise_share": _number(s.noise_share),
        "draws_used": s.used, "draws": s.draws, "remarks": list(s.remarks),
        "factors": [
            {"factor": i.factor, "value": _number(i.value), "low": _number(i.low), "high": _number(i.high),
             "floor": _number(i.floor), **{key: _number(value) for key, value in i.more.items()}}
            for i in s.indices
        ],
        "interactions": [
            {"factors": list(i.factors), "value": i.value, "low": i.low, "high": i.high} for i in s.interactions
        ],
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
