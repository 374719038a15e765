"""What the figures of sweeps share: how levels of a factor and numbers are written, and where they stand on an axis."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.analysis.response import FloatArray
from sahelsim.plot.style import NOTE_CHARACTERS, NOTE_LINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sahelsim.sweep.opening import Sweep

__all__ = ["MOST_LEVELS", "Levels", "levels_of_factor", "note_height", "scale_axis", "short", "wrapped"]

MOST_LEVELS = 12
"""Different values of a factor up to which each is a level of its own."""

_BINS = 8
_WIDE = 300.0  # ratio of the ends of a logarithmic axis above which powers of ten are enough


@dataclass(frozen=True)
class Levels:
    """Draws in classes by the value of a factor.

    Attributes
    ----------
    index : (D,)
        Class of each draw.
    at : (L,)
        Where each class stands on the axis.
    x : (D,)
        Where each draw stands on it.
    names : list of str
        What is written at the classes; of bins their middle.
    exact : bool
        Whether a class is one value of the factor.
    log : bool
        Whether the axis is logarithmic.
    """

    index: npt.NDArray[np.int64]
    at: FloatArray
    x: FloatArray
    names: list[str]
    exact: bool
    log: bool = False


def levels_of_factor(sweep: Sweep, name: str, bins: int = _BINS) -> Levels:
    """Classes of the draws: the values themselves when they are few, else bins with equally many draws."""
    values = sweep.draws.collect()[name].to_list()
    factor = sweep.experiment.factors[name]
    if any(isinstance(value, str | bool) for value in values):
        order = [value for value in (factor.values or ()) if value in set(values)]
        place = {value: i for i, value in enumerate(order)}
        index = np.array([place[value] for value in values])
        words = [str(value).lower() if isinstance(value, bool) else str(value) for value in order]
        return Levels(index, np.arange(len(order), dtype=float), index.astype(float), words, exact=True)
    x = np.asarray(values, dtype=np.float64)
    log = factor.scale == "log"
    distinct, index = np.unique(x, return_inverse=True)
    if len(distinct) <= MOST_LEVELS:
        return Levels(
            index, distinct, x, [f"{v:,.6g}" if v >= 100 else f"{v:.3g}" for v in distinct], exact=True, log=log
        )
    ranks = np.argsort(np.argsort(x, kind="stable"), kind="stable")
    index = ranks * bins // len(x)
    at = np.array([np.median(x[index == i]) for i in range(bins)])
    return Levels(index, at, x, [f"{v:,.0f}" if v >= 10 else f"{v:.2g}" for v in at], exact=False, log=log)


def scale_axis(axis: Axes, levels: Levels, *, vertical: bool = False) -> None:
    """Scale and ticks of the axis of a factor."""
    from matplotlib.ticker import NullFormatter, NullLocator

    target = axis.yaxis if vertical else axis.xaxis
    if levels.log:
        (axis.set_yscale if vertical else axis.set_xscale)("log")
        target.set_minor_locator(NullLocator())
        target.set_minor_formatter(NullFormatter())
    if levels.exact:
        places, names = _apart(levels)
        target.set_ticks(places, names)
    elif levels.log:
        ticks = _log_ticks(float(levels.x.min()), float(levels.x.max()))
        target.set_ticks(ticks, [f"{tick:,g}" for tick in ticks])


def _apart(levels: Levels) -> tuple[list[float], list[str]]:
    """Ticks without those that would stand too close to the one before."""
    at = np.log(levels.at) if levels.log else levels.at
    least = np.ptp(at) / 12 if len(at) > 1 else 0.0
    places: list[float] = []
    names: list[str] = []
    last = -np.inf
    for place, x, name in zip(levels.at, at, levels.names, strict=True):
        if x - last >= least:
            places.append(float(place))
            names.append(name)
            last = x
    return places, names


def _log_ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends: 1, 2 and 5 times powers of ten, or the powers alone when that is enough."""
    powers = [10.0**p for p in range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)]
    wide = high / low > _WIDE
    ticks = [float(f"{power * n:.6g}") for power in powers for n in ((1,) if wide else (1, 2, 5))]
    return [tick for tick in ticks if low <= tick <= high]


def short(value: float, step: float | None = None) -> str:
    """A number for a cell or an axis, rounded to what matters beside `step`."""
    if not np.isfinite(value):
        return "–"
    if value == 0.0 and step is None:
        return "0"
    size = abs(value) if step is None else max(abs(step), 1e-12)
    if size >= 10:
        return f"{value:,.0f}"
    digits = int(np.clip(1 - np.floor(np.log10(max(size, 1e-9))), 0, 4))
    return f"{value:,.{digits}f}"


def wrapped(text: str, width: int) -> str:
    """A label in lines of so many characters."""
    return "\n".join(textwrap.wrap(text, width))


def note_height(notes: Sequence[Any]) -> float:
    """Height of the notes below a figure of full width [inches]."""
    return NOTE_LINE * len(textwrap.wrap(" ".join(map(str, notes)), NOTE_CHARACTERS))
