"""A run on one screen: events and deaths by year, type of violence and dyad, over the ensemble."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from sahelsim.results import Run
from sahelsim.terms import ViolenceType

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["band", "counts", "dyad_table", "print_run", "year_table"]

FloatArray = npt.NDArray[np.float64]

_TYPES = {
    ViolenceType.STATE_BASED: "state-based",
    ViolenceType.NON_STATE: "non-state",
    ViolenceType.ONE_SIDED: "one-sided",
}
_DYADS_SHOWN = 6  # of each type; the rest goes into one row
_YEARS_SHOWN = 8  # more do not fit on a screen


def print_run(run: Run, console: Console) -> None:
    """Print what a run was and what the record of its ensemble shows."""
    manifest, scenario = run.manifest, run.scenario
    console.print(f"{scenario.title} ({scenario.name})", style="bold")
    console.print(
        f"{run.path}: seed {run.seed}, {run.replicates} replicate{'s' if run.replicates > 1 else ''}, "
        f"{manifest['events']:,} reported events, sahelsim {manifest['versions'].get('sahelsim')}",
        soft_wrap=True,
    )
    console.print()
    summary = run.summary()
    years = list(range(int(summary["year"].min()), int(summary["year"].max()) + 1)) if len(summary) else []
    if not years:
        console.print("Nothing happened, and nothing was reported.")
        return
    console.print(year_table(summary, years, run.replicates))
    console.print()
    console.print(dyad_table(summary, years, run.replicates))


def counts(summary: pd.DataFrame, value: str, years: list[int], replicates: int) -> FloatArray:
    """A column of the summary by replicate and year; what has no row is 0.

    Parameters
    ----------
    summary : DataFrame
        summary.parquet, or some of its rows.
    value : str
        ``events``, ``best``, …
    years : list of int
        Years in a row, Y of them.
    replicates : int
        R.

    Returns
    -------
    ndarray, shape (R, Y)
    """
    out = np.zeros((replicates, len(years)))
    at = (summary["replicate"].to_numpy(), summary["year"].to_numpy() - years[0])
    np.add.at(out, at, summary[value].to_numpy(dtype=np.float64))
    return out


def band(values: FloatArray) -> str:
    """Median and central 90 % range over replicates, ``32 (25-41)``; a single replicate's number by itself."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{middle:.0f}" if len(values) == 1 else f"{middle:.0f} ({low:.0f}-{high:.0f})"


def year_table(summary: pd.DataFrame, years: list[int], replicates: int) -> Table:
    """Rows are years; columns are events by type of violence, all events and all deaths; see `band` for the cells."""
    columns = {
        word: counts(summary[summary["type_of_violence"] == int(kind)], "events", years, replicates)
        for kind, word in _TYPES.items()
    }
    columns["all events"] = counts(summary, "events", years, replicates)
    columns["deaths"] = counts(summary, "best", years, replicates)
    table = _table("Reported a year", replicates, first="year")
    for name in columns:
        table.add_column(name, justify="right")
    for i, year in enumerate(years):
        table.add_row(str(year), *(band(numbers[:, i]) for numbers in columns.values()))
    if len(years) > 1:
        table.add_row("all", *(band(numbers.sum(axis=1)) for numbers in columns.values()), style="bold")
    return table


def dyad_table(summary: pd.DataFrame, years: list[int], replicates: int) -> Table:
    """Rows are dyads by type of violence; columns are all events, all deaths, and each year's median of events."""
    table = _table("Reported by dyad", replicates, first="")
    table.add_column("events", justify="right", no_wrap=True)
    table.add_column("deaths", justify="right", no_wrap=True)
    by_year = years if len(years) <= _YEARS_SHOWN else []
    for year in by_year:
        table.add_column(str(year), justify="right", no_wrap=True)

    def add(name: str, rows: pd.DataFrame, style: str | None = None) -> None:
        events = counts(rows, "events", years, replicates)
        deaths = counts(rows, "best", years, replicates).sum(axis=1)
        medians = (f"{np.median(events[:, i]):.0f}" for i in range(len(by_year)))
        table.add_row(name, band(events.sum(axis=1)), f"{np.median(deaths):.0f}", *medians, style=style)

    for kind, word in _TYPES.items():
        of_kind = summary[summary["type_of_violence"] == int(kind)]
        order = of_kind.groupby("dyad_name", observed=True)["events"].sum()
        order = order[order > 0].sort_values(ascending=False, kind="stable")
        if order.empty:
            continue
        add(word, of_kind, style="bold")
        shown = list(order.index[:_DYADS_SHOWN])
        for dyad in shown:
            add(f" {dyad.replace('Government of', 'Gov. of')}", of_kind[of_kind["dyad_name"] == dyad])
        if len(order) > len(shown):
            add(f" {len(order) - len(shown)} others", of_kind[~of_kind["dyad_name"].isin(shown)])
    return table


def _table(title: str, replicates: int, *, first: str) -> Table:
    if replicates > 1:
        title += ": median (90 % range) over the replicates"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold", min_width=4)
    return table
