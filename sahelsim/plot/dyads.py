"""Month by month, who fights whom: events and deaths of the main families of dyads, and their truces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.plot.circles import round_values
from sahelsim.plot.ensemble import BANDS_NOTE, bands, count_by, draw_bands
from sahelsim.plot.families import OTHERS, Family, families_of, family_labels, sides_of
from sahelsim.plot.style import FAINT, INK, OKABE_ITO, SMALL, TINY, dress, new_figure
from sahelsim.plot.timeline import dress_time, middle_of, months_of_run
from sahelsim.plot.truces import TruceShare, pairs_of, truce_share

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["monthly_counts", "monthly_dyads"]

FloatArray = npt.NDArray[np.float64]

_LINE = OKABE_ITO["blue"]
_TRUCES = {"negotiated": OKABE_ITO["green"], "tacit": OKABE_ITO["orange"]}
_ROW = 0.83  # height of a family [inches]
_BAR = 0.17  # height of its truces, as a share of the curves above


def monthly_counts(
    events: pd.DataFrame, labels: pd.Series[str], family: Family, shown: tuple[Family, ...], run: Run
) -> tuple[FloatArray, FloatArray]:
    """Events and deaths of a family by replicate and month.

    Parameters
    ----------
    events : DataFrame
        The record of all replicates.
    labels : Series
        Family of each event, from `family_labels`.
    family : Family
        One of `shown`; `OTHERS` has what no other of them has.
    shown : tuple of Family
        From `families_of`.
    run : Run

    Returns
    -------
    events, deaths : ndarray, shape (R, T)
        Reported events and best estimates of deaths; months from `months_of_run`.
    """
    named = [other.label for other in shown if other.label != OTHERS]
    chosen = ~labels.isin(named) if family.label == OTHERS else labels == family.label
    rows = events[chosen.to_numpy()]
    months = months_of_run(run.scenario.calendar)
    where = rows["replicate"].to_numpy(), np.clip(rows["month_id"].to_numpy() - months[0], 0, months.size - 1)
    shape = (run.replicates, months.size)
    return count_by(shape, where), count_by(shape, where, rows["best"].to_numpy())


def monthly_dyads(run: Run, most: int = 7) -> Figure:
    """Reported events and deaths by month of the main families of dyads, with the share in truce below each.

    Parameters
    ----------
    run : Run
    most : int
        Families shown by name; the rest is taken together.
    """
    events = run.events()
    sides = sides_of(run, events)
    shown = families_of(events, sides, run.replicates, most)
    labels = family_labels(events, sides)
    truces = _truces(run, sides, shown)
    notes = [] if run.replicates == 1 else [BANDS_NOTE]
    notes.append("Deaths are best estimates, on a square-root scale. Each panel has a scale of its own.")
    if truces:
        notes.append("Bars below the curves: share of replicates (and, in a family, of pairs of actors) in truce.")
    height = _ROW * max(len(shown), 2) + 0.18 * len(truces) + 1.25
    figure = new_figure(run, "Reported violence by month and dyad", height, notes=notes, keys=_keys(run, truces))
    if not shown:
        _say_nothing(figure)
        return figure
    ratios = [ratio for family in shown for ratio in _row_ratios(family, truces)]
    grid = figure.add_gridspec(len(ratios), 2, height_ratios=ratios)
    x = middle_of(months_of_run(run.scenario.calendar))
    row = 0
    for family in shown:
        values = monthly_counts(events, labels, family, shown, run)
        has_bar, last = family.label in truces, family is shown[-1]
        for column, (numbers, what) in enumerate(zip(values, ("Events", "Deaths"), strict=True)):
            axes = figure.add_subplot(grid[row, column])
            title = f"{family.label}: {what.lower()}"
            _curve(axes, run, x, numbers, title, labels=last and not has_bar, root=what == "Deaths")
            if has_bar:
                below = figure.add_subplot(grid[row + 1, column])
                _bar(below, run, truces[family.label], labels=last)
        row += 1 + has_bar
    return figure


def _truces(run: Run, sides: Any, shown: tuple[Family, ...]) -> dict[str, TruceShare]:
    """Truces by family, for families whose pairs may have them; empty when the run did not keep its dyads."""
    if not run.scenario.outputs.dyads:
        return {}
    pairs = {f.label: pairs_of(run.scenario, sides, f) for f in shown if f.label != OTHERS}
    pairs = {label: found for label, found in pairs.items() if found}
    if not pairs:
        return {}
    dyads = run.dyads()
    return {label: truce_share(run, dyads, found) for label, found in pairs.items()}


def _row_ratios(family: Family, truces: dict[str, TruceShare]) -> list[float]:
    return [1.0, _BAR] if family.label in truces else [1.0]


def _curve(axes: Axes, run: Run, x: Any, numbers: FloatArray, title: str, *, labels: bool, root: bool) -> None:
    """One panel; with `root` on a square-root scale, which leaves room for the median under a few massacres."""
    from matplotlib.ticker import MaxNLocator

    draw_bands(axes, x, numbers, _LINE, label="median", width=0.9)
    dress(axes, title=title, y="per month", x="Month" if labels else "")
    axes.title.set_fontsize(SMALL + 0.5)
    dress_time(axes, run.scenario.calendar, labels=labels)
    top = max(1.0, float(bands(numbers)[-1].max())) * 1.05
    if root:
        axes.set_yscale("function", functions=(_root, np.square))
        ticks = [0.0, *round_values(top, 2)]
        axes.set_yticks(ticks, [f"{value:,g}" for value in ticks])
    else:
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_ylim(0, top)


def _root(values: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(values, 0.0))


def _bar(axes: Axes, run: Run, truce: TruceShare, *, labels: bool) -> None:
    bottom = np.zeros(truce.tacit.size)
    for name, share in (("tacit", truce.tacit), ("negotiated", truce.negotiated)):
        axes.fill_between(
            truce.date, np.append(bottom, bottom[-1]), np.append(bottom + share, (bottom + share)[-1]), step="post",
            color=_TRUCES[name], linewidth=0, label=name,
        )  # fmt: skip
        bottom = bottom + share
    dress(axes, x="Month" if labels else "", framed=True)
    axes.set_ylabel("truce", fontsize=TINY - 0.5, rotation=0, ha="right", va="center", color=INK)
    for spine in axes.spines.values():
        spine.set_color(FAINT)
    dress_time(axes, run.scenario.calendar, labels=labels)
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def _keys(run: Run, truces: dict[str, TruceShare]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    many = run.replicates > 1
    word = "Median of replicates" if many else "The one replicate"
    handles: list[Any] = [Line2D([], [], color=_LINE, linewidth=0.9, label=word)]
    if many:
        handles.append(Patch(color=_LINE, alpha=0.45, linewidth=0, label="Central 50 %"))
        handles.append(Patch(color=_LINE, alpha=0.18, linewidth=0, label="Central 90 %"))
    if truces:
        handles.append(Patch(color=_TRUCES["tacit"], label="Tacit truce"))
        handles.append(Patch(color=_TRUCES["negotiated"], label="Negotiated truce"))
    return handles


def _say_nothing(figure: Figure) -> None:
    axes = figure.add_subplot()
    dress(axes, x="Month", y="per month")
    axes.text(0.5, 0.5, "No event was reported.", ha="center", va="center", transform=axes.transAxes, fontsize=SMALL)
    axes.set_xticks([])
    axes.set_yticks([])
