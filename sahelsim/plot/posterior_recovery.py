"""Whether known parameters are recovered: ranks of the truth in the posterior, parameter by parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelsim.plot.posterior_panels import panel_grid
from sahelsim.plot.style import INK, OKABE_ITO, SMALL, dress, readable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelsim.calibration.calibrate import Calibrated

__all__ = ["rank_histograms"]

_BINS = 10
_BAND = (0.005, 0.995)


def rank_histograms(result: Calibrated) -> Figure:
    """A histogram of ranks for each parameter; flat where the posterior says what it knows and no more."""
    from scipy.stats import binom

    recovery, names = result.recovery, result.loaded.space.names
    sets = len(recovery.runs)
    low, high = (float(binom.ppf(share, sets, 1 / _BINS)) for share in _BAND)
    notes = [
        f"Share of the posterior below the true value, over {sets} runs that stood for the record in turn "
        "(simulation-based calibration). Flat is right; a hump in the middle: too wide; high ends: too narrow. Between "
        "the lines are 99 % of the bars of a flat histogram. Under each: share of true values in "
        "the central 50 and 90 % of the posterior.",
    ]
    figure, panels = panel_grid(result, "Are known parameters recovered?", len(names), 1.05, notes, ())
    half, most = recovery.coverage(0.5), recovery.coverage(0.9)
    for j, axes in enumerate(panels):
        counts, _ = np.histogram(recovery.rank[:, j], _BINS, (0, 1))
        axes.bar((np.arange(_BINS) + 0.5) / _BINS, counts, 1 / _BINS, color=OKABE_ITO["sky"], linewidth=0)
        for line in (low, high):
            axes.axhline(line, color=INK, linewidth=0.5)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, max(1.6 * high, counts.max()))
        axes.set_xticks([0, 1])
        axes.set_yticks([])
        dress(axes, x=f"{half[j]:.0%} in 50 %, {most[j]:.0%} in 90 %")
        axes.set_title(
            f"{readable(names[j])}  R² {max(recovery.explained[j], 0):.2f}", loc="left", fontsize=SMALL, pad=2
        )
    return figure
