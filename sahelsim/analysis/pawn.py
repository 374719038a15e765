"""PAWN: how far the distribution of an output moves when a factor is held in a slide of its range.

Pianosi & Wagener 2018, Environmental Modelling & Software 108, 197-207, doi:10.1016/j.envsoft.2018.07.019; there too
the dummy parameter, whose index is what the finite sample alone gives.

The indices are those of `SALib.analyze.pawn`, which cannot take some numbers of slides (6, 9, 21, ...), and which says
nothing of their uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sahelsim.analysis.indices import CHANCE, Index
from sahelsim.analysis.response import FloatArray

__all__ = ["LEAST", "PER_SLIDE", "distances", "median_distance", "slides_for"]

PER_SLIDE = 10
"""Draws in a slide without which its distribution is not known."""

_SLIDES = (4, 10)  # fewest and most
LEAST = PER_SLIDE * _SLIDES[0]
"""Draws without which there is no PAWN."""

IntArray = npt.NDArray[np.int64]


def slides_for(draws: int) -> int:
    """Number of slides: ten, fewer where they would hold too few draws."""
    return int(np.clip(draws // PER_SLIDE, *_SLIDES))


def distances(
    names: Sequence[str], points: FloatArray, means: FloatArray, *, slides: int, seed: int, resamples: int,
    confidence: float,
) -> list[Index]:  # fmt: skip
    """PAWN indices (median over the slides), with intervals by resampling and the floor of a dummy.

    Parameters
    ----------
    names : sequence of str
        K factors.
    points : (N, K)
        Draws, in numbers that keep the order of the factors' values; only their order counts.
    means : (N,)
        The output; NaN leaves a draw out.
    slides : int
        Parts of each factor's range with equally many draws; a factor with fewer values has a slide for each.

    Returns
    -------
    list of Index
        In the order of the factors.
    """
    from scipy.stats import norm

    good = np.isfinite(means)
    points, means = points[good], means[good]
    generator = np.random.default_rng(seed)
    picks = generator.integers(len(means), size=(resamples, len(means)))
    wide = float(norm.ppf(0.5 + confidence / 2))
    counts = [min(slides, len(np.unique(column))) for column in points.T]
    floors = {parts: _dummy(means, parts, resamples, generator) for parts in sorted(set(counts))}
    indices = []
    for i, (name, parts) in enumerate(zip(names, counts, strict=True)):
        labels = _slides_of(_ranks(points[:, i]), parts)
        gaps = _gaps(labels, means, parts)
        value, most = float(np.median(gaps)), float(gaps.max())
        spread = float(np.std([median_distance(labels[pick], means[pick], parts) for pick in picks], ddof=1))
        low, high = max(0.0, value - wide * spread), min(1.0, value + wide * spread)
        indices.append(Index(name, value, low, high, floors[parts], {"largest": most, "slides": float(parts)}))
    return indices


def median_distance(labels: IntArray, values: FloatArray, slides: int) -> float:
    """Median over the slides of the Kolmogorov-Smirnov distance between a slide's values and all values.

    Parameters
    ----------
    labels : (N,)
        The slide of each value, from 0; one of `slides` or more is in none.
    values : (N,)
    slides : int
    """
    return float(np.median(_gaps(labels, values, slides)))


def _gaps(labels: IntArray, values: FloatArray, slides: int) -> FloatArray:
    """Distance of each slide that has values, see `median_distance`."""
    order = np.argsort(values, kind="stable")
    values, labels = values[order], labels[order]
    inside = np.cumsum(labels[:, None] == np.arange(slides), axis=0)
    last = np.append(values[1:] != values[:-1], True)  # of equal values: steps of the distributions
    everyone = np.arange(1, len(values) + 1) / len(values)
    counts = inside[-1]
    gaps = np.abs(inside[last][:, counts > 0] / counts[counts > 0] - everyone[last, None]).max(axis=0)
    return np.asarray(gaps, dtype=np.float64)


def _slides_of(ranks: IntArray, slides: int) -> IntArray:
    """The slide of each draw, cut at SALib's quantiles; the highest draw, at the upper end of the last, is in none."""
    edges = np.quantile(ranks, np.minimum(np.arange(slides + 1) * (1 / slides), 1.0))
    return np.asarray(np.searchsorted(edges, ranks, side="right") - 1, dtype=np.int64)


def _ranks(column: FloatArray) -> IntArray:
    """Place of each draw by its value, equal ones in the order of the draws."""
    ranks = np.empty(len(column), dtype=np.int64)
    ranks[np.argsort(column, kind="stable")] = np.arange(len(column))
    return ranks


def _dummy(means: FloatArray, slides: int, resamples: int, generator: np.random.Generator) -> float:
    """Quantile `CHANCE` of the index of a factor that has nothing to do with the output."""
    labels = _slides_of(np.arange(len(means)), slides)
    return float(
        np.quantile([median_distance(generator.permutation(labels), means, slides) for _ in range(resamples)], CHANCE)
    )
