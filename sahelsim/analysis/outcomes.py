"""What came out of a run, replicate by replicate, under the names that a sweep has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelsim.analysis.response import FloatArray
from sahelsim.sweep.row_columns import TYPES

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.results import Run

__all__ = ["run_outcomes"]

_TOTALS = {
    "events": ("events", "events in the record"),
    "deaths": ("best", "deaths in the record, best estimate"),
    "deaths_low": ("low", "deaths in the record, low estimate"),
    "deaths_high": ("high", "deaths in the record, high estimate"),
    "events_true": ("events_true", "events with deaths, reported or not"),
    "deaths_true": ("deaths_true", "deaths, reported or not"),
}


def run_outcomes(run: Run) -> dict[str, tuple[str, FloatArray]]:
    """Meaning and values (one a replicate) of each outcome.

    Events and deaths as a whole, by type and by dyad; fighters of each actor, and people and cells of each camp at the
    end. A dyad or type that never occurs is not there.
    """
    summary, count = run.summary(), run.replicates
    out: dict[str, tuple[str, FloatArray]] = {}
    for name, (column, meaning) in _TOTALS.items():
        out[name] = (meaning, _sums(summary, column, count))
    for number, word in TYPES.items():
        out |= _of_part(summary[summary["type_of_violence"] == number], word, count)
    for dyad in sorted(map(str, summary["dyad_name"].unique())):
        out |= _of_part(summary[summary["dyad_name"] == dyad], dyad, count)
    return out | _at_the_end(run)


def _of_part(part: pd.DataFrame, name: str, count: int) -> dict[str, tuple[str, FloatArray]]:
    return {
        f"events[{name}]": (f"events in the record: {name}", _sums(part, "events", count)),
        f"deaths[{name}]": (f"deaths in the record, best estimate: {name}", _sums(part, "best", count)),
    }


def _sums(rows: pd.DataFrame, column: str, count: int) -> FloatArray:
    out = np.zeros(count)
    np.add.at(out, rows["replicate"].to_numpy(), rows[column].to_numpy(dtype=np.float64))
    return out


def _at_the_end(run: Run) -> dict[str, tuple[str, FloatArray]]:
    out: dict[str, tuple[str, FloatArray]] = {}
    fighters = run.fighters()
    last = fighters[fighters["step"] == fighters["step"].max()]
    for actor in run.scenario.actors:
        rows = last[last["actor"] == actor]
        out[f"fighters[{actor}]"] = (f"fighters of {actor} at the end", _sums(rows, "fighters", run.replicates))
    camps = run.camps()
    final = camps[camps["month_id"] == camps["month_id"].max()]
    everyone = np.maximum(_sums(final, "people", run.replicates), 1.0)
    for number, camp in enumerate(run.scenario.camps):
        rows = final[final["camp"] == camp]
        said = f"share of the people present who side with {camp} at the end"
        out[f"people_share[{camp}]"] = (said, _sums(rows, "people", run.replicates) / everyone)
        if number:
            out[f"cells[{camp}]"] = (f"cells that {camp} holds at the end", _sums(rows, "cells", run.replicates))
    return out
