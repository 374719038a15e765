"""Prior and posterior of each free parameter, and the pairs that the data tie together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sahelsim.calibration.diagnostics import correlations
from sahelsim.calibration.distributions import quantile
from sahelsim.plot.posterior_panels import panel_grid
from sahelsim.plot.style import FAINT, OKABE_ITO, SMALL, TEXT, dress, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.calibration.calibrate import Calibrated
    from sahelsim.scenario.priors import Prior

__all__ = ["marginals", "pairs"]

_PRIOR, _SEEN, _UNSEEN = "#DDDDDD", OKABE_ITO["blue"], OKABE_ITO["orange"]
_BINS = 16
_PAIRS = 6
_DOTS = 500  # of full size in a panel; more are drawn smaller
_WHOLE = 10  # from here on numbers are written without decimals
_WIDE = 3.0  # ratio of the ends of a prior from which its axis is logarithmic


def marginals(result: Calibrated) -> Figure:
    """A panel for each parameter: prior grey, posterior coloured, orange where the data cannot see it."""
    from matplotlib.patches import Patch

    space, recovery = result.loaded.space, result.recovery
    notes = [
        "Bins hold equal shares of the prior, so that a posterior that is the prior is flat. R² is the share of a "
        "parameter's variance that is recovered from runs whose parameters are known; below 0.1 the data cannot see "
        "it, and the posterior is little more than the prior."
    ]
    keys = [
        Patch(color=_PRIOR, label="Prior"),
        Patch(color=_SEEN, label="Posterior"),
        Patch(color=_UNSEEN, label="Posterior, not identified"),
    ]
    figure, panels = panel_grid(result, "What the data say of each parameter", len(space.names), 1.05, notes, keys)
    shares = space.shares(result.values)
    for j, (axes, prior) in enumerate(zip(panels, space.priors, strict=True)):
        seen = bool(recovery.identified[j])
        axes.axhspan(0, 1, color=_PRIOR, linewidth=0)
        heights, _ = np.histogram(shares[:, j], _BINS, (0, 1), weights=result.sample.weights)
        axes.bar((np.arange(_BINS) + 0.5) / _BINS, heights * _BINS, 1 / _BINS, color=_SEEN if seen else _UNSEEN,
                 alpha=0.85, linewidth=0)  # fmt: skip
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], [_short(v) for v in quantile(prior, [0.0, 0.5, 1.0])])
        axes.set_yticks([])
        dress(axes)
        r_squared = recovery.explained[j]
        axes.set_title(f"{readable(space.names[j])}  R² {max(r_squared, 0):.2f}", loc="left", fontsize=SMALL, pad=2)
    return figure


def pairs(result: Calibrated) -> Figure:
    """The pairs of parameters with the strongest correlations in the posterior."""
    space = result.loaded.space
    found = correlations(result)[:_PAIRS]
    notes = [
        "Draws of the posterior; the area of a dot is its weight. Grey lines: medians of the "
        "priors. Correlations of scores."
    ]
    figure, panels = panel_grid(result, "Parameters that the data tie together", len(found), 1.9, notes, (), columns=3)
    for axes, (a, b, value) in zip(panels, found, strict=True):
        i, j = space.paths.index(a), space.paths.index(b)
        size = 6 * result.sample.weights / result.sample.weights.max() * min(1.0, _DOTS / result.sample.effective)
        axes.scatter(result.values[:, i], result.values[:, j], s=size, color=_SEEN, linewidth=0, alpha=0.7)
        for prior, line, which in ((space.priors[i], axes.axvline, "x"), (space.priors[j], axes.axhline, "y")):
            line(float(quantile(prior, 0.5)), color=FAINT, linewidth=0.5)
            _scale(axes, prior, which)
        dress(axes, x=readable(space.names[i]), y=readable(space.names[j]))
        axes.set_title(f"correlation {value:+.2f}", loc="left", fontsize=TEXT, pad=2)
    return figure


def _scale(axes: Axes, prior: Prior, which: str) -> None:
    options: dict[str, Any] = {f"{which}lim": (prior.low, prior.high)}
    if prior.low > 0 and prior.high / prior.low > _WIDE:
        options[f"{which}scale"] = "log"
    axes.set(**options)
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks([float(v) for v in quantile(prior, [0.1, 0.5, 0.9])])
    axis.set_major_formatter(lambda x, _: _short(x))
    axis.set_minor_locator(_none())


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= _WHOLE else f"{value:.2g}"


def _none() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
