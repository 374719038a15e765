"""Made-up records for the tests of forecasts: histories and event tables of events that never happened."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from sahelsim.forecast.baselines.history import History, Marks, first_day
from sahelsim.ged.columns import SCHEMA
from sahelsim.terms import month_id as month_id_of

__all__ = ["FIRST", "events_of", "history"]

FIRST = month_id_of(2015, 1)


def history(counts: list[list[int]], *, level: str = "dyad", units: tuple[str, ...] | None = None) -> History:
    """A history with these events a month, (U, T), three deaths each, spread over the month."""
    events = np.array(counts, dtype=np.int64)
    names = units or tuple(f"unit{i}" for i in range(len(counts)))
    starts = [first_day(FIRST + t) for t in range(events.shape[1])]
    marks = []
    for row in counts:
        days = [start + 28.0 * (k + 0.5) / n for start, n in zip(starts, row, strict=True) for k in range(n)]
        marks.append(Marks(np.array(days), np.full(len(days), 3, dtype=np.int64)))
    last = FIRST + events.shape[1] - 1
    return History(level, names, FIRST, last, {"events": events, "deaths_best": 3 * events}, tuple(marks))


def events_of(rows: list[tuple[date, int, str, str, int]]) -> pl.DataFrame:
    """Events in Mali from (day, type, side a, side b, deaths)."""
    n = len(rows)
    days, kinds, a, b, best = (list(column) for column in zip(*rows, strict=True))
    text = ["invented"] * n
    data = {
        "id": range(n), "year": [day.year for day in days],
        "month_id": [month_id_of(day.year, day.month) for day in days], "type_of_violence": kinds, "dyad_name": text,
        "side_a_new_id": [1] * n, "side_a": a, "side_b_new_id": [2] * n, "side_b": b, "where_prec": [1] * n,
        "adm_1": text, "latitude": [14.25] * n, "longitude": [-3.75] * n, "priogrid_gid": [150113] * n,
        "country": ["Mali"] * n, "date_prec": [1] * n, "date_start": days, "date_end": [d + timedelta(1) for d in days],
        "deaths_a": [0] * n, "deaths_b": best, "deaths_civilians": [0] * n, "deaths_unknown": [0] * n, "best": best,
        "high": best, "low": best,
    }  # fmt: skip
    return pl.DataFrame(data, schema=SCHEMA)
