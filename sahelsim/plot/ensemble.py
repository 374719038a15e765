"""From replicates to what is drawn: counts by replicate, medians and bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BANDS_NOTE", "LEVELS", "bands", "count_by", "draw_bands"]

FloatArray = npt.NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles over the replicates that bands are made of: the central 90 % and 50 %, and the median."""

BANDS_NOTE = "Line: median of the replicates; dark and light bands: their central 50 % and 90 %."


def bands(values: npt.ArrayLike) -> FloatArray:
    """Quantiles `LEVELS` over the replicates, linear between them.

    Parameters
    ----------
    values : (R, T)
        A series for each replicate.

    Returns
    -------
    ndarray, shape (5, T)
    """
    return np.quantile(np.asarray(values, dtype=np.float64), LEVELS, axis=0)


def count_by(
    shape: tuple[int, ...], where: tuple[npt.NDArray[np.integer[Any]], ...], weight: npt.ArrayLike = 1
) -> FloatArray:
    """Sums of `weight` in an array of `shape` at the positions `where`; positions outside it are left out."""
    out = np.zeros(shape)
    inside = np.ones(where[0].shape, dtype=bool)
    for positions, size in zip(where, shape, strict=True):
        inside &= (positions >= 0) & (positions < size)
    weights = np.broadcast_to(np.asarray(weight, dtype=np.float64), inside.shape)
    np.add.at(out, tuple(positions[inside] for positions in where), weights[inside])
    return out


def draw_bands(
    axes: Axes, x: Any, values: npt.ArrayLike, colour: str, *, label: str = "", width: float = 1.0, outer: bool = True
) -> None:
    """Median line over bands of 50 % and 90 %; one replicate is a line alone.

    Parameters
    ----------
    axes : Axes
    x : (T,)
        Dates or numbers.
    values : (R, T)
        A series for each replicate.
    outer : bool
        False leaves the band of 90 % out.
    """
    low, lower, middle, upper, high = bands(values)
    if len(np.asarray(values)) > 1:
        if outer:
            axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.fill_between(x, lower, upper, color=colour, alpha=0.35, linewidth=0)
    marker = "o" if middle.size == 1 else None  # a line needs two points
    axes.plot(x, middle, marker=marker, color=colour, linewidth=width, markersize=3, label=label)
