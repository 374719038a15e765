"""Scores on the screen, a table or two for each level."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from sahelsim.cli.numbers import short
from sahelsim.forecast.report import by_level
from sahelsim.forecast.score import MODEL
from sahelsim.forecast.skill import BEST, Relative, Summary
from sahelsim.ged.units import COUNTRIES

__all__ = ["print_scores"]

_OUTCOMES = {"events": "events", "deaths_best": "deaths"}
_WIDE = ("relative to", "skill")  # columns with an interval
_COUNTRIES = {str(code): name for name, code in COUNTRIES.items()}


def print_scores(found: dict[str, Any], summary: Summary, console: Console) -> None:
    """Print targets and models of each level, and what the columns are."""
    origins = ", ".join(found["origins"])
    console.print(f"{found['forecast']}: origin {origins}, scored {found['first']} to {found['last']}", soft_wrap=True)
    if found["months_left_out"]:
        console.print(f"{found['months_left_out']} months of the forecast are after the end of the record: not scored")
    for level in summary.targets["level"].unique(maintain_order=True):
        rows = summary.targets.filter(pl.col("level") == level)
        console.print()
        if level != "cell":
            console.print(_targets(level, rows, summary))
            console.print()
        console.print(_models(level, summary))
    console.print(
        "\nMeans over months and units. Small CRPS and ignorance [bits] are good; the 90 % interval should cover 90 %. "
        f"Skill is 1 − CRPS / CRPS of {summary.reference}. Relative: mean over targets of CRPS / that of the "
        "reference, below 1 is better (of cells pooled: ratio of the sums); "
        "the best is the best baseline of each target in hindsight. In brackets: "
        f"{summary.confidence:.0%} intervals, months resampled in blocks."
    )


def _targets(level: str, rows: pl.DataFrame, summary: Summary) -> Table:
    """A row for each unit and outcome: the forecast, and the best baseline."""
    table = _table(level, "outcome", "CRPS", "best baseline", f"skill to {summary.reference}", "cover")
    for (outcome, unit), part in rows.group_by("outcome", "unit", maintain_order=True):
        by_model = {row["model"]: row for row in part.iter_rows(named=True)}
        ours = by_model.pop(MODEL)
        best = min(by_model.values(), key=lambda row: row["crps"])
        name = _COUNTRIES.get(str(unit), str(unit)) if level == "country" else str(unit)
        table.add_row(
            name, _OUTCOMES[str(outcome)], short(ours["crps"]), f"{short(best['crps'])} {best['model']}",
            _interval(ours["skill"], ours["skill_low"], ours["skill_high"]), f"{ours['coverage']:.0%}",
            style="bold" if ours["crps"] < best["crps"] else "",
        )  # fmt: skip
    table.caption, table.caption_justify = "bold: better than every baseline", "left"
    return table


def _models(level: str, summary: Summary) -> Table:
    """A row for each model: means over the units, and its relative CRPS."""
    means = by_level(summary).filter(pl.col("level") == level)
    relative = {(r.model, r.reference): r for r in summary.relative if r.level == level}
    outcomes = means["outcome"].unique(maintain_order=True).to_list()
    units = int(means["units"].to_numpy().max())
    kind = "pooled" if level == "cell" else "relative"
    heads = [f"{name}\n{_OUTCOMES[o]}" for name in ("CRPS", "bits", "cover") for o in outcomes]
    table = _table(
        f"{level}\n{units:,} unit{'s' * (units != 1)}", *heads, f"{kind} to\n{summary.reference}", "to the\nbest"
    )
    for (model,), part in means.group_by("model", maintain_order=True):
        rows = part.to_dicts()
        cells = [short(row[score]) for score in ("crps", "ignorance") for row in rows]
        cells += [f"{row['coverage']:.0%}" for row in rows]
        name = str(model)
        cells += [_relative(relative, name, summary.reference), _relative(relative, name, BEST).split(" ")[0]]
        table.add_row(name, *cells, style="bold" if name == MODEL else "")
    return table


def _relative(found: dict[tuple[str, str], Relative], model: str, reference: str) -> str:
    ratio = found.get((model, reference))
    if ratio is not None and ratio.level == "cell":
        return _interval(ratio.pooled, ratio.pooled_low, ratio.pooled_high)
    return "–" if ratio is None else _interval(ratio.value, ratio.low, ratio.high)


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    if low is None or high is None or not math.isfinite(low):
        return f"{value:.2f}"
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold", min_width=11)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table
