"""Small worlds of evidence written by hand, for the tests of patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sahelsim.patterns import CannotMeasure, Condition, Evidence
from sahelsim.patterns.names import Party, Region
from sahelsim.patterns.schema import STATISTICS

PARTIES = {
    "red": Party(actors=("RED",), record=("Red",), camp="red"),
    "blue": Party(actors=("BLUE",), record=("Blue",), camp="blue"),
    "army": Party(actors=("ARMY",), record=("Government of Land",), camp="state"),
    "ghosts": Party(actors=("GHOST",), record=("Ghosts",)),
}
REGIONS = {"north": Region(admin1=("North",)), "south": Region(admin1=("South",))}
FIRST, LAST = (2020 - 1980) * 12 + 1, (2021 - 1980) * 12 + 12  # January 2020 to December 2021
WHAT_ALL_HAVE = {"name": "x", "inside": (0.0, 1.0), "record": 0.0, "tolerance": "any", "source": "made up"}


def statistic(name: str, window: Sequence[str] = ("2020-01", "2020-12"), **more: Any) -> Condition:
    """A condition with the parts that do not matter filled in."""
    return STATISTICS[name].model_validate({"statistic": name, "window": list(window), **WHAT_ALL_HAVE, **more})


def evidence(
    *, presence: Mapping[str, Any] | None = None, control: Mapping[str, Any] | None = None, **tables: pd.DataFrame
) -> Evidence:
    """Evidence of 2020 and 2021 from tables by name."""

    def table(name: str) -> pd.DataFrame:
        if name not in tables:
            raise CannotMeasure(f"no table {name}")
        return tables[name]

    return Evidence(
        table,
        (FIRST, LAST),
        PARTIES,
        REGIONS,
        actors=frozenset({"RED", "BLUE", "ARMY"}),
        presence=lambda actors: np.asarray(sum(np.asarray((presence or {})[actor]) for actor in actors)),
        control=lambda camp: np.asarray((control or {})[camp]),
    )


def month(text: str) -> int:
    """``2020-03`` as month_id."""
    year, number = (int(part) for part in text.split("-")[:2])
    return (year - 1980) * 12 + number


def events(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Recorded events: (date, side_a, side_b, best, adm_1, gid), the last three may be left out."""
    full = [(*row, *(1, "North", 100)[len(row) - 3 :]) for row in rows]
    frame = pd.DataFrame(full, columns=["date_start", "side_a", "side_b", "best", "adm_1", "priogrid_gid"])
    kinds = [
        3 if b == "Civilians" else 1 if a.startswith("Gov") else 2
        for a, b in zip(frame.side_a, frame.side_b, strict=True)
    ]
    return frame.assign(
        month_id=[month(day) for day in frame["date_start"]],
        date_start=pd.to_datetime(frame["date_start"]),
        type_of_violence=kinds,
        latitude=0.0,
        longitude=0.0,
        country="Land",
    )


def truth(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """True killings of civilians: (date, actor_a, victim_people, dead, community)."""
    frame = pd.DataFrame(rows, columns=["date", "actor_a", "victim_people", "deaths_civilians", "community"])
    return frame.assign(
        month_id=[month(day) for day in frame["date"]],
        date=pd.to_datetime(frame["date"]),
        latitude=0.0,
        longitude=0.0,
        country="Land",
        adm_1="North",
    )


def decisions(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Decisions: (date, kind, before, after, size, cell, community, actor_a)."""
    columns = ["date", "kind", "before", "after", "size", "cell", "community", "actor_a"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def places(*areas: str, **more: Any) -> pd.DataFrame:
    """Communities or cells, one in each area."""
    return pd.DataFrame({"adm_1": areas, "latitude": 0.0, "longitude": 0.0, "country": "Land", **more})


def allegiance(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Changes of allegiance: (month, community, camp, people, pact, besieger), the last two may be left out."""
    full = [(month(row[0]), *row[1:], *(None, None)[len(row) - 4 :]) for row in rows]
    return pd.DataFrame(full, columns=["month_id", "community", "camp", "population", "pact", "besieger"])
