"""What draws of the priors and of the posterior say of every pattern and aggregate: one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.predictive import HOLDS_FROM, PatternShares, holding, pattern_shares, spread_of_targets
from sahelsim.plot.posterior_panels import origin_of
from sahelsim.plot.style import FAINT, INK, OKABE_ITO, SMALL, dress, new_figure
from sahelsim.plot.sweep_panels import note_height

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.calibration.calibrate import Calibrated

__all__ = ["predictive_check"]

F64 = npt.NDArray[np.float64]

_ROW, _REST = 0.21, 1.1  # inches
_PRIOR, _POSTERIOR = "#9A9A9A", OKABE_ITO["blue"]
_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FAR = 4.0  # half-widths of the prior's 90 % shown


def predictive_check(result: Calibrated) -> Figure:
    """A row for each pattern: in which share of the draws it holds, and where its first number lies to the record."""
    shares = pattern_shares(result)
    holds, patterns = holding(shares)
    figures, aggregates = holding(shares, "aggregate")
    count = 0 if result.predicted is None else len(result.predicted.values)
    notes = [
        f"{holds} of {patterns} patterns and {figures} of {aggregates} aggregates hold in at least {HOLDS_FROM:.0%} of "
        f"{count} draws of the posterior, each run once. Right: the first condition of each, less the record, in units "
        "of half the width of the priors' central 90 %; bars 50 and 90 % of the runs. Open circles: none of its "
        "conditions was held against the runs. Without a mark on the right: not measured, or no number on record.",
    ]
    figure = new_figure(
        origin_of(result), "Do draws of the posterior show the patterns of the war?",
        _REST + _ROW * len(shares) + note_height(notes), notes=notes, keys=_keys(),
    )  # fmt: skip
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.25))
    _held(left, shares)
    _numbers(right, result, shares)
    left.set_yticks(range(len(shares)), [_label(share) for share in shares], fontsize=SMALL)
    left.set_ylim(len(shares) - 0.5, -0.5)
    return figure


def _held(axes: Axes, shares: list[PatternShares]) -> None:
    for row, share in enumerate(shares):
        if share.prior is not None:
            axes.plot(share.prior, row, "|", color=_PRIOR, markersize=8, markeredgewidth=2)
        if share.posterior is not None:
            face = "white" if share.held_out else _POSTERIOR
            axes.plot(share.posterior, row, "o", color=_POSTERIOR, markersize=4, markerfacecolor=face)
    axes.axvline(HOLDS_FROM, color=INK, linewidth=0.6, linestyle="--")
    axes.set_xlim(-0.03, 1.03)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.yaxis.grid(True, color=FAINT, linewidth=0.3, alpha=0.5)
    dress(axes, title="Draws that show it")


def _numbers(axes: Axes, result: Calibrated, shares: list[PatternShares]) -> None:
    targets = {target.name: j for j, target in enumerate(result.comparison.targets)}
    prior, posterior = spread_of_targets(result, _SHARES)
    for row, share in enumerate(shares):
        j = targets.get(f"{share.pattern.id}.0")
        if j is None or result.comparison.targets[j].band is not None or not np.isfinite(prior[0, j]):
            continue
        record, unit = result.comparison.targets[j].observed, (prior[-1, j] - prior[0, j]) / 2 or 1.0
        _bar(axes, row - 0.16, (prior[:, j] - record) / unit, _PRIOR)
        if posterior is not None and np.isfinite(posterior[0, j]):
            _bar(axes, row + 0.16, (posterior[:, j] - record) / unit, _POSTERIOR)
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.set_xlim(-_FAR, _FAR)
    axes.yaxis.grid(True, color=FAINT, linewidth=0.3, alpha=0.5)
    dress(axes, title="Its first number, less the record")
    axes.tick_params(left=False)


def _bar(axes: Axes, y: float, q: F64, colour: str) -> None:
    axes.plot(q[[0, 4]], [y, y], color=colour, linewidth=0.8)
    axes.plot(q[[1, 3]], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.plot(q[2], y, "o", color=colour, markersize=2.5)


def _label(share: PatternShares) -> str:
    return f"{share.pattern.id.split('_')[0]} {share.pattern.label}"


def _keys() -> list[Artist]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=_PRIOR, lw=2, label="Draws of the priors"),
        Line2D([], [], color=_POSTERIOR, marker="o", markersize=4, lw=2, label="Draws of the posterior"),
        Line2D([], [], color=INK, linestyle="--", lw=0.6, label=f"{HOLDS_FROM:.0%}"),
    ]
