"""The scorecard at a glance: each pattern's ensemble on an axis scaled to what counts as the record's."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.patterns.score import ConditionScore, PatternScore, Scorecard
from sahelsim.patterns.words import ensemble, written
from sahelsim.plot.save import save_figure
from sahelsim.plot.style import FAINT, INK, OKABE_ITO, SMALL, TINY, WIDTH, new_figure, tint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_scorecard", "scaled", "scorecard_figure"]

FloatArray = npt.NDArray[np.float64]

_ROW, _HEAD, _FOOT = 0.31, 0.5, 0.55  # inches
_EDGE = 0.55  # how far the axis goes beyond the band, in its width
_OPEN = 9.0  # a band that is open above is drawn as wide as one of a factor of three
_MARGIN = 0.05  # room for the marks at the ends of the axis
_TITLE_CHARACTERS = 60
_HOLDS, _MISSES = OKABE_ITO["blue"], OKABE_ITO["vermillion"]
_ROOM = (3.05, 1.2, 2.0, 0.95, 0.9)  # widths of the columns


def draw_scorecard(card: Scorecard, path: Path) -> Path:
    """Draw the figure and write it; returns the path."""
    return save_figure(scorecard_figure(card), path, "Scorecard of patterns")


def scorecard_figure(card: Scorecard) -> Figure:
    """One row a pattern: title, numbers, ensemble in the band, conditions, verdict."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    count = len(card.patterns)
    holds, total = card.holding()
    notes = [
        "Each axis is scaled to its band (grey), which is what counts as the record's; logarithmic for factors and",
        "open bands.",
        "Triangles lie beyond the axis. Numbers and dots are those of the pattern's first condition; squares are its",
        "conditions in order, the darker the more replicates meet them. A pattern holds when at least",
        f"{card.patterns[0].threshold:.0%} of the {len(card.replicates)} replicates meet all conditions that it needs.",
    ]
    keys = [
        Line2D([], [], marker="o", ls="", color=INK, ms=2.6, alpha=0.6, label="replicate"),
        Line2D([], [], color=INK, lw=1.2, marker="|", ms=6, label="median and 5–95 %"),
        Line2D([], [], marker="D", ls="", mfc="white", mec=OKABE_ITO["black"], ms=4.5, label="record"),
        Patch(color="0.88", label="inside"),
    ]
    height = _HEAD + _FOOT + _ROW * (count + 0.55)
    title = f"{holds} of {total} patterns hold" if total else "Scorecard"
    figure = new_figure(card.runs[0], title, height, notes=notes, keys=keys)
    back, panels = _columns(figure, height)
    for axes in (back, *panels):
        axes.set_ylim(count - 0.4, -0.95)
        axes.set_xlim(0, 1)
        axes.axis("off")
    panels[2].set_xlim(-_EDGE - _MARGIN, 1 + _EDGE + _MARGIN)
    for axes, x, align, head in zip(
        panels, (0, 0.97, 0.5, 0.06, 0.0), ("left", "right", "center", "left", "left"),
        ("", "record · median (range)", "outside  |  inside  |  outside", "conditions", "replicates inside"),
        strict=True,
    ):  # fmt: skip
        place = x if axes is not panels[2] else 0.5
        axes.text(place, -0.75, head, ha=align, va="center", fontsize=TINY, color="#666666")
    for row, score in enumerate(card.patterns):
        if row % 2:
            back.axhspan(row - 0.5, row + 0.5, color="0.965", lw=0)
        if row and score.pattern.kind != card.patterns[row - 1].pattern.kind:
            back.axhline(row - 0.5, color=INK, lw=0.6)
        _row(panels, row, score)
    return figure


def _columns(figure: Figure, height: float) -> tuple[Axes, list[Axes]]:
    """One frame behind all rows, and one for each column."""
    figure.set_layout_engine("none")  # texts reach over the edges of their frames, which it would make room for
    left, bottom, tall = 0.06 / WIDTH, _FOOT / height, 1 - (_FOOT + _HEAD) / height
    unit = (1 - 2 * left) / sum(_ROOM)
    starts = [left + unit * sum(_ROOM[:i]) for i in range(len(_ROOM))]
    back = figure.add_axes((left, bottom, 1 - 2 * left, tall))
    panels = [figure.add_axes((x, bottom, unit * wide, tall)) for x, wide in zip(starts, _ROOM, strict=True)]
    return back, panels


def _row(panels: list[Axes], row: int, score: PatternScore) -> None:
    colour = INK if score.reason else _HOLDS if score.holds else _MISSES
    title = textwrap.fill(f"{score.pattern.id.split('_')[0]}  {score.pattern.title}", _TITLE_CHARACTERS, max_lines=2)
    panels[0].text(0, row, title, ha="left", va="center", fontsize=TINY, color=INK, linespacing=1.05)
    main = score.main
    numbers = f"{written(main.record, main.condition.unit)} · {ensemble(main)}"
    panels[1].text(0.97, row, textwrap.fill(numbers, 24), ha="right", va="center", fontsize=TINY, color=INK)
    if main.reason is None:
        _ensemble(panels[2], row, main, colour)
    else:
        panels[2].text(0.5, row, "cannot be measured", ha="center", va="center", fontsize=TINY, color=FAINT)
    _conditions(panels[3], row, score)
    mark = "–" if score.reason else f"{score.share_inside:.0%}"
    word = "no data" if score.reason else "holds" if score.holds else "misses"
    panels[4].text(0.0, row, f"{mark}  {word}", ha="left", va="center", fontsize=SMALL, color=colour,
                   fontweight="bold" if score.holds else "normal")  # fmt: skip


def _ensemble(axes: Axes, row: int, score: ConditionScore, colour: str) -> None:
    """Band, replicates, median with range, and record."""
    low, high = score.band
    logarithmic = score.condition.factor is not None or math.isinf(high)

    def place(shown: FloatArray) -> FloatArray:
        return np.clip(scaled(shown, score.band, logarithmic=logarithmic), -_EDGE, 1 + _EDGE)

    end = _EDGE + _MARGIN
    edges = (-end if math.isinf(low) else 0.0, 1 + end if math.isinf(high) else 1.0)
    axes.fill_between(edges, row - 0.36, row + 0.36, color="0.88", lw=0, zorder=1)
    values = score.values[np.isfinite(score.values)]
    at = place(values)
    jitter = 0.22 * (np.arange(at.size) % 3 - 1)
    for beyond, marker in ((at <= -_EDGE, "<"), (at >= 1 + _EDGE, ">"), (np.abs(at - 0.5) < 0.5 + _EDGE, "o")):
        axes.plot(at[beyond], row + jitter[beyond], marker, ls="", color=colour, ms=2.6, mew=0, alpha=0.6, zorder=3)
    if at.size:
        ends = place(np.quantile(values, [0.05, 0.5, 0.95]))
        axes.hlines(row, ends[0], ends[2], color=colour, lw=1.2, zorder=4)
        axes.plot(ends[1], row, "|", color=colour, ms=8, mew=1.8, zorder=5)
    if score.record is not None:
        axes.plot(
            place(np.array([score.record])), [row], "D", mfc="white", mec=OKABE_ITO["black"], mew=0.9, ms=4.5, zorder=6
        )


def _conditions(axes: Axes, row: int, score: PatternScore) -> None:
    """A square for each condition, darker for more replicates inside; crossed where it cannot be measured."""
    from matplotlib.patches import Rectangle

    for i, condition in enumerate(score.conditions):
        face = (1.0, 1.0, 1.0) if condition.reason else tint(OKABE_ITO["blue"], condition.share_inside)
        axes.add_patch(Rectangle((0.06 + i * 0.13, row - 0.2), 0.1, 0.4, fc=face, ec=FAINT, lw=0.5))
        if condition.reason:
            axes.plot(0.11 + i * 0.13, row, "x", color=FAINT, ms=3, mew=0.6)


def scaled(values: FloatArray, band: tuple[float, float], *, logarithmic: bool) -> FloatArray:
    """Values on the axis of a band: 0 at its lower and 1 at its upper end.

    On a logarithmic axis a value of 0 or less is infinitely far below. A band that is open above is as wide as one of a
    factor of three on either side, on a linear axis as wide as 1; one that is open below begins at 0.
    """
    low, high = band
    if math.isinf(low):
        low = min(0.0, high - 1.0)
    if logarithmic and low > 0 and high > low:
        top = low * _OPEN if math.isinf(high) else high
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.maximum(values, 0.0) / low) / math.log(top / low))
    width = high - low if math.isfinite(high) and high > low else 1.0
    return np.asarray((values - low) / width)
