"""The ablation at a glance: patterns by what is switched off, the share of replicates in each cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sahelsim.patterns.ablation import CONFIDENCE, Ablation, Cell, Effect, wilson
from sahelsim.plot.save import save_figure
from sahelsim.plot.style import INK, OKABE_ITO, SMALL, TINY, WIDTH, new_figure, readable, tint

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ablation_figure", "draw_ablation"]

_ROW, _COLUMN = 0.21, 0.36  # inches
_TITLES, _HEAD, _FOOT = 1.75, 0.62, 0.62  # inches
_LETTER = 0.05  # width of a letter of a label [inches]
_SLANT = 0.707  # labels rise at 45 degrees
_GAP = 0.25  # between the baseline and the rest, and between kinds of patterns, in cells
_DARK = 0.85  # share from which figures are white
_LOST, _GAINED = OKABE_ITO["vermillion"], OKABE_ITO["black"]


def draw_ablation(ablation: Ablation, path: Path) -> Path:
    """Draw the figure and write it; returns the path."""
    return save_figure(ablation_figure(ablation), path, "Patterns without mechanisms")


def ablation_figure(ablation: Ablation) -> Figure:
    """A row a pattern, a column a variant; the scenario as it is comes first, apart from the others."""
    rows, columns = len(ablation.patterns), len(ablation.variants)
    gaps = [_GAP * (row > 0 and p.kind != ablation.patterns[row - 1].kind) for row, p in enumerate(ablation.patterns)]
    tops = [row + sum(gaps[: row + 1]) for row in range(rows)]
    names = [readable(variant.name) for variant in ablation.variants]
    reach = [_SLANT * _LETTER * len(name) for name in names]  # how far a label goes up and to the right
    beyond = max(r - _COLUMN * (columns - 1 - i) for i, r in enumerate(reach))
    width = max(WIDTH, _TITLES + _COLUMN * (columns + _GAP) + max(beyond, 0.0) + 0.1)
    height = _HEAD + max(reach) + 0.15 + _FOOT + _ROW * (rows + sum(gaps))
    low, high = wilson(ablation.replicates // 2, ablation.replicates)
    notes = [
        f"Numbers: percentage of {ablation.replicates} replicates that show the pattern. Lost: it held in at least",
        f"{ablation.threshold:.0%} and no longer does, or falls by more than {ablation.drop * 100:.0f} points, and the",
        "replicates that differ are too unevenly split for chance (McNemar, 5 %); perhaps lost: up to 50 %.",
        f"A share of half has a {CONFIDENCE:.0%} interval of {low:.0%} to {high:.0%}.",
    ]
    title = "What each pattern needs: replicates that show it when one thing is switched off"
    figure = new_figure(ablation.baseline, title, height, notes=notes, keys=_keys(), width=width)
    figure.set_layout_engine("none")
    cell = min(_COLUMN * 1.4, (width - _TITLES - max(beyond, 0.0) - 0.1) / (columns + _GAP))
    tall = _ROW * (rows + sum(gaps))
    axes = figure.add_axes(
        (_TITLES / width, _FOOT / height, cell * (columns + _GAP) / width, tall / height),
        xlim=(0, columns + _GAP), ylim=(rows + sum(gaps), 0),
    )  # fmt: skip
    axes.axis("off")
    lefts = [column + _GAP * (column > 0) for column in range(columns)]
    for row, pattern in enumerate(ablation.patterns):
        label = f"{pattern.id.split('_')[0]}  {pattern.label}"
        axes.text(-0.15, tops[row] + 0.5, label, ha="right", va="center", fontsize=SMALL, color=INK)
        for column in range(columns):
            _draw(axes, lefts[column], tops[row], ablation.cell(row, column))
    for column, name in enumerate(names):
        axes.text(lefts[column] + 0.5, -0.2, name, rotation=45, ha="left", va="bottom",
                  rotation_mode="anchor", fontsize=SMALL, color=INK,
                  fontweight="bold" if column == 0 else "normal")  # fmt: skip
    return figure


def _keys() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Patch(fc=tint(OKABE_ITO["blue"], 0.15), ec="none", label="few replicates"),
        Patch(fc=tint(OKABE_ITO["blue"], 0.95), ec="none", label="all"),
        Patch(fc="none", ec=_LOST, lw=1.6, label="lost"),
        Patch(fc="none", ec=_LOST, lw=1.0, ls=(0, (2, 1.5)), label="perhaps lost"),
        Line2D([], [], marker="^", ls="", color=_GAINED, ms=4, label="gained"),
        Patch(fc="white", ec="0.8", lw=0.5, hatch="////", label="cannot be measured"),
    ]


def _draw(axes: Axes, x: float, y: float, cell: Cell) -> None:
    """The cell with its number, and the mark of the effect: frame and triangle, not colour alone."""
    from matplotlib.patches import Rectangle

    if cell.score.reason:
        axes.add_patch(Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, fc="white", ec="0.8", lw=0.4, hatch="////"))
        return
    share = cell.score.share_inside
    axes.add_patch(
        Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, fc=tint(OKABE_ITO["blue"], 0.95 * share), ec="0.85", lw=0.4)
    )
    colour = "white" if share >= _DARK else INK
    bold = cell.effect in (Effect.LOST, Effect.BASELINE)
    axes.text(x + 0.5, y + 0.52, f"{share * 100:.0f}", ha="center", va="center", fontsize=TINY + 0.5, color=colour,
              fontweight="bold" if bold else "normal")  # fmt: skip
    if cell.effect in (Effect.LOST, Effect.PERHAPS):
        sure = cell.effect == Effect.LOST
        style = "-" if sure else (0, (2, 1.5))
        axes.add_patch(
            Rectangle((x + 0.07, y + 0.1), 0.86, 0.8, fc="none", ec=_LOST, lw=1.6 if sure else 1.0, ls=style, zorder=3)
        )
    elif cell.effect == Effect.GAINED:
        axes.plot(x + 0.82, y + 0.3, "^", color=colour, ms=3, mew=0, zorder=3)
