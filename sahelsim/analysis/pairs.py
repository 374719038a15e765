"""Differences of paired numbers with intervals: what-ifs against the baseline under common random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sahelsim.analysis.response import FloatArray, Response, read_responses
from sahelsim.errors import BadInput
from sahelsim.sweep.schema import BASELINE

if TYPE_CHECKING:
    from sahelsim.sweep.opening import Sweep

__all__ = ["Difference", "Mean", "paired", "unpaired", "what_if_differences"]


@dataclass(frozen=True)
class Mean:
    """A mean with its interval; the interval is NaN when there are fewer than two numbers."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """A what-if less the baseline in one output.

    Attributes
    ----------
    pairs : (N,)
        A difference for each pair.
    unit : str
        What a pair is: ``replicate``, or ``draw`` with its replicates averaged.
    mean : Mean
        Of the differences.
    baseline : float
        Mean of the baseline over the same pairs.
    """

    what_if: str
    output: str
    meaning: str
    pairs: FloatArray
    unit: str
    mean: Mean
    baseline: float


def paired(differences: FloatArray, confidence: float = 0.95) -> Mean:
    """Mean of differences with Student's interval.

    Parameters
    ----------
    differences : (N,)
        Independent of each other.
    """
    from scipy.stats import t

    count = len(differences)
    value = float(np.mean(differences)) if count else float("nan")
    if count < 2:
        return Mean(value, float("nan"), float("nan"))
    half = float(t.ppf(0.5 + confidence / 2, count - 1) * np.std(differences, ddof=1) / np.sqrt(count))
    return Mean(value, value - half, value + half)


def unpaired(first: FloatArray, second: FloatArray, confidence: float = 0.95) -> Mean:
    """Difference of two means, second less first, with Welch's interval.

    Parameters
    ----------
    first, second : (N,), (M,)
        Independent samples.
    """
    from scipy.stats import t

    if not len(first) or not len(second):
        return Mean(float("nan"), float("nan"), float("nan"))
    value = float(np.mean(second) - np.mean(first))
    if len(first) < 2 or len(second) < 2:
        return Mean(value, float("nan"), float("nan"))
    a, b = (float(np.var(sample, ddof=1)) / len(sample) for sample in (first, second))
    if a + b == 0.0:
        return Mean(value, value, value)
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    half = float(t.ppf(0.5 + confidence / 2, freedom) * np.sqrt(a + b))
    return Mean(value, value - half, value + half)


def what_if_differences(
    sweep: Sweep, outputs: Sequence[str], confidence: float = 0.95
) -> dict[str, dict[str, Difference]]:
    """Each what-if less the baseline, by output and what-if; runs are paired by draw and replicate.

    With one draw a pair is a replicate. With more it is a draw with its replicates averaged, so that the interval holds
    for the mean over such draws.

    Raises
    ------
    BadInput
        The experiment has no what-ifs.
    """
    others = [name for name in sweep.variants if name != BASELINE]
    if not others:
        raise BadInput("the experiment has no what-ifs, so there are no pairs", file=sweep.path)
    base = read_responses(sweep, outputs)
    found: dict[str, dict[str, Difference]] = {name: {} for name in outputs}
    for what_if in others:
        for name, response in read_responses(sweep, outputs, what_if).items():
            found[name][what_if] = _difference(base[name], response, confidence)
    return found


def _difference(base: Response, other: Response, confidence: float) -> Difference:
    both = np.isfinite(base.values) & np.isfinite(other.values)
    gaps = np.where(both, other.values - base.values, np.nan)
    unit = "replicate" if len(gaps) == 1 else "draw"
    pairs = (
        gaps[0][both[0]] if len(gaps) == 1 else np.array([np.mean(row[np.isfinite(row)]) for row in gaps[both.any(1)]])
    )
    baseline = float(base.values[both].mean()) if both.any() else float("nan")
    return Difference(other.what_if, base.output, base.meaning, pairs, unit, paired(pairs, confidence), baseline)
