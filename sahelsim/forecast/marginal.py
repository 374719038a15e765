"""Scores of one month's distribution, given by its draws, against what was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ALPHA", "BINS", "QUANTILES", "Marginal", "ignorance", "marginal_scores", "pit_histogram"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

BINS = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5)
"""Lower edges of the bins of the ignorance score, the last one open: Hegre et al. (2025), the VIEWS challenge."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

ALPHA = 0.1
"""What the central interval leaves out: it is the 90 % interval."""


@dataclass(frozen=True)
class Marginal:
    """Scores of forecasts, each of the shape of the observations; of `quantiles` with a last axis for `QUANTILES`."""

    mean: F64
    quantiles: I64
    crps: F64
    ignorance: F64
    interval: F64
    covered: npt.NDArray[np.bool_]
    pit_low: F64
    pit_high: F64


def marginal_scores(draws: I64, observed: I64) -> Marginal:
    """All scores of some forecasts.

    CRPS: the plain estimator, over all pairs of draws: ``mean |x − y| − mean |x − x'| / 2``. The draws are the
    forecast, as in the VIEWS challenge. (The fair one divides by N (N − 1); with 1,000 draws it is lower by a
    thousandth of the second term.) With draws in order the second mean is ``2 Σ (2 i − N − 1) x(i) / N²``.

    Interval score of the 5 and 95 % quantiles l, u: ``(u − l) + 2/α (l − y)⁺ + 2/α (y − u)⁺``, α = 0.1.

    PIT: `pit_low` is the share of draws below what was observed, `pit_high` that of draws not above it.

    Gneiting and Raftery (2007), J. Am. Stat. Assoc. 102:359-378.

    Parameters
    ----------
    draws : ndarray of int64, shape (..., N)
    observed : ndarray of int64, shape (...)
    """
    n = draws.shape[-1]
    ordered = np.sort(draws, axis=-1)
    y = observed[..., None]
    weights = 2 * np.arange(1, n + 1) - n - 1
    at = [max(0, int(np.ceil(level * n - 1e-9)) - 1) for level in QUANTILES]  # the smallest x with F(x) >= level
    quantiles = ordered[..., at]
    low, high = quantiles[..., 0], quantiles[..., -1]
    missed = np.maximum(low - observed, 0) + np.maximum(observed - high, 0)
    return Marginal(
        mean=ordered.mean(axis=-1),
        quantiles=quantiles,
        crps=np.abs(ordered - y).sum(axis=-1) / n - (ordered * weights).sum(axis=-1) / (n * n),  # sums of whole numbers
        ignorance=ignorance(draws, observed),
        interval=(high - low) + 2.0 / ALPHA * missed,
        covered=missed == 0,
        pit_low=(ordered < y).mean(axis=-1),
        pit_high=(ordered <= y).mean(axis=-1),
    )


def ignorance(draws: I64, observed: I64) -> F64:
    """Ignorance score in bits on the bins of the VIEWS challenge: ``−log2((n(bin of y) + 1) / (N + number of bins))``.

    One draw is added to every bin, so that an event that no draw foresaw costs much and not all.

    Parameters
    ----------
    draws : ndarray of int64, shape (..., N)
    observed : ndarray of int64, shape (...)
    """
    edges = np.array([*BINS, np.inf])
    place = np.searchsorted(edges, observed, side="right") - 1
    low, high = edges[place][..., None], edges[place + 1][..., None]
    inside = ((draws >= low) & (draws < high)).sum(axis=-1)
    out: F64 = -np.log2((inside + 1.0) / (draws.shape[-1] + len(BINS)))
    return out


def pit_histogram(low: F64, high: F64, bins: int = 10) -> F64:
    """Share of the probability integral transform in each bin, without chance: flat if calibrated.

    For a count y the transform is spread evenly over ``F(y − 1)`` to ``F(y)``: Czado, Gneiting and Held (2009),
    Biometrics 65:1254-1261.

    Parameters
    ----------
    low, high : ndarray of float64, shape (n,)
        ``F(y − 1)`` and ``F(y)``.

    Returns
    -------
    ndarray of float64, shape (bins,)
        Shares that sum to one.
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    width = high - low
    mass = np.clip((edges[None, :] - low[:, None]) / np.where(width > 0, width, 1.0)[:, None], 0.0, 1.0)
    step = (edges[None, :] > low[:, None]) | (edges[None, :] >= 1.0)  # no draw is what was observed: a point
    below = np.where((width > 0)[:, None], mass, step)
    below[:, 0], below[:, -1] = 0.0, 1.0
    out: F64 = np.diff(below.mean(axis=0))
    return out
