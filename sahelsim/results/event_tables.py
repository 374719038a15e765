"""The record, the truth behind it, and their summary, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import prio_gid
from sahelsim.observation.report import Fate, Observation
from sahelsim.observation.sides import Sides
from sahelsim.record import ViolenceLog
from sahelsim.results.arrow import calendar_days, labelled, make_table, month_ids, years
from sahelsim.results.registry import VIOLENCE_TERMS
from sahelsim.results.term_values import term_values
from sahelsim.scenario.schema import Calendar
from sahelsim.terms import Harm
from sahelsim.world.ground import Ground

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["IDS_PER_REPLICATE", "events_table", "summary_table", "totals_of", "true_deaths", "truth_table"]

IDS_PER_REPLICATE = 100_000_000
"""Events of one replicate are numbered from replicate * this."""

I64 = npt.NDArray[np.int64]


def _dyad_names(sides: Sides, rows: I64) -> pa.Array[Any]:
    """Names of the dyads of some events."""
    n = len(sides.labels)
    pairs, inverse = np.unique(sides.side_a[rows] * n + sides.side_b[rows], return_inverse=True)
    return labelled(inverse, [f"{sides.labels[p // n]} - {sides.labels[p % n]}" for p in pairs])


def events_table(replicate: int, seen: Observation, ground: Ground, calendar: Calendar) -> pa.Table:
    """The record of one replicate as `columns.EVENTS`."""
    sides, row, places = seen.sides, seen.row, seen.places
    side_a, side_b = sides.side_a[row], sides.side_b[row]
    first, last = (calendar_days(calendar.start, seen.window[:, i]) for i in (0, 1))
    names = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "low", "high")
    counts = {name: seen.counts[:, i] for i, name in enumerate(names)}
    return make_table(
        "events",
        {
            "id": replicate * IDS_PER_REPLICATE + row,
            "replicate": np.full(row.size, replicate),
            "year": years(first),
            "month_id": month_ids(first),
            "type_of_violence": sides.kind[row],
            "dyad_name": _dyad_names(sides, row),
            "side_a_new_id": sides.ged_ids[side_a],
            "side_a": labelled(side_a, sides.labels),
            "side_b_new_id": sides.ged_ids[side_b],
            "side_b": labelled(side_b, sides.labels),
            "where_prec": places.where_prec,
            "adm_1": labelled(places.admin1, ground.names.admin1),
            "latitude": places.latitude,
            "longitude": places.longitude,
            "priogrid_gid": places.gid,
            "cell": places.cell,
            "country": labelled(places.country, ground.names.country_names),
            "date_prec": seen.window[:, 2],
            "date_start": first,
            "date_end": last,
            **counts,
        },
    )


def truth_table(
    replicate: int, violence: ViolenceLog, seen: Observation, ground: Ground, calendar: Calendar
) -> pa.Table:
    """Every violent event of one replicate as `columns.TRUTH`."""
    names, sides, cell = ground.names, seen.sides, violence.cell
    rows = np.arange(violence.step.size, dtype=np.int64)
    day = calendar_days(calendar.start, seen.day)
    columns: dict[str, Any] = {
        "id": replicate * IDS_PER_REPLICATE + rows,
        "replicate": np.full(rows.size, replicate),
        "step": violence.step,
        "date": day,
        "month_id": month_ids(day),
        "kind": labelled(violence.kind - 1, [kind.name.lower() for kind in Harm]),
        "type_of_violence": sides.kind,
        "dyad_name": _dyad_names(sides, rows),
        "actor_a": labelled(violence.side_a, names.actors),
        "actor_b": labelled(violence.side_b, names.actors),
        "cell": cell,
        "latitude": seen.latitude,
        "longitude": seen.longitude,
        "priogrid_gid": prio_gid(seen.latitude, seen.longitude),
        "country": labelled(ground.cells_country[cell], names.country_names),
        "adm_1": labelled(ground.cells_admin1[cell], names.admin1),
        "deaths_a": violence.deaths_a,
        "deaths_b": violence.deaths_b,
        "deaths_civilians": violence.deaths_civilians,
        "community": violence.community,
        "people": labelled(violence.people, names.peoples),
        "victim_people": labelled(violence.victim_people, names.peoples),
        "winner": labelled(violence.winner, names.actors),
        "chance": seen.probability,
        "fate": labelled(seen.fate, [fate.name.lower() for fate in Fate]),
    }
    return make_table("truth", columns | term_values(VIOLENCE_TERMS, violence.kind, violence.terms))


def true_deaths(violence: ViolenceLog) -> I64:
    """All deaths of each event, (E,)."""
    return violence.deaths_a.astype(np.int64) + violence.deaths_b + violence.deaths_civilians


def summary_table(replicate: int, violence: ViolenceLog, seen: Observation, calendar: Calendar) -> pa.Table:
    """Events and deaths by year and dyad as `columns.SUMMARY`."""
    sides, row, deaths = seen.sides, seen.row, true_deaths(violence)
    n = len(sides.labels)
    group = (sides.kind * n + sides.side_a) * n + sides.side_b
    true_year = years(calendar_days(calendar.start, seen.day)).astype(np.int64)
    seen_year = years(calendar_days(calendar.start, seen.window[:, 0])).astype(np.int64)
    some = np.flatnonzero(deaths > 0)
    size = (4 * n) * n  # types are 1 to 3
    keys_seen, keys_true = seen_year * size + group[row], true_year[some] * size + group[some]
    keys, inverse = np.unique(np.concatenate([keys_seen, keys_true]), return_inverse=True)
    at_seen, at_true = inverse[: row.size], inverse[row.size :]

    def total(at: npt.NDArray[np.intp], values: I64) -> I64:
        out = np.zeros(keys.size, dtype=np.int64)
        np.add.at(out, at, values)
        return out

    kind, pair = np.divmod(keys % size, n * n)
    labels = [f"{sides.labels[p // n]} - {sides.labels[p % n]}" for p in pair]
    return make_table(
        "summary",
        {
            "replicate": np.full(keys.size, replicate),
            "year": keys // size,
            "type_of_violence": kind,
            "dyad_name": labelled(np.arange(keys.size), labels),
            "events": total(at_seen, np.ones(row.size, dtype=np.int64)),
            "best": total(at_seen, seen.counts[:, 4]),
            "low": total(at_seen, seen.counts[:, 5]),
            "high": total(at_seen, seen.counts[:, 6]),
            "events_true": total(at_true, np.ones(some.size, dtype=np.int64)),
            "deaths_true": total(at_true, deaths[some]),
        },
    )


def totals_of(violence: ViolenceLog, seen: Observation) -> dict[str, Any]:
    """Totals of one replicate for summary.json."""
    deaths, counts = true_deaths(violence), seen.counts.sum(axis=0)
    return {
        "events": int(seen.row.size),
        "best": int(counts[4]),
        "low": int(counts[5]),
        "high": int(counts[6]),
        "events_true": int((deaths > 0).sum()),
        "deaths_true": int(deaths.sum()),
        "fates": {fate.name.lower(): int((seen.fate == fate).sum()) for fate in Fate},
    }
