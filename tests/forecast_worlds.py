"""A small world with a made-up record, for the tests of forecasts: nothing of it happened."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from ged_rows import event, write_table

from sahelsim.ged import read_ged
from sahelsim.scenario.assimilation import AssimilationParameters
from sahelsim.scenario.load import read_scenario
from sahelsim.scenario.schema import Scenario

__all__ = ["FIRST_YEAR", "parameters", "record_rows", "scenario_file", "small_scenario", "write_record"]

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FIRST_YEAR = 2020  # the scenario's

_RIVAL = {
    "name": "The Rival", "kind": "insurgent", "camp": "rival", "record": {"name": "IS"}, "ideology": 1.0, "skill": 1.0,
    "pay": 1.0, "unit_size": 10, "source": "invented",
    "groups": {"bands": {"name": "Bands", "fighters": 300, "homes": [{"place": "Crossing", "radius_km": 100}],
                         "source": "invented"}},
}  # fmt: skip
_ARMY = "Government of Burkina Faso"  # the land in the east, where the fights are
Change = Callable[[dict[str, Any]], None]


def scenario_file(path: Path, *changes: Change, **interventions: Mapping[str, Any]) -> Path:
    """The two actors under names of the record, a third one, and interventions; written to `path`."""
    tree = yaml.safe_load((SCENARIOS / "two_actors.yaml").read_text(encoding="utf-8"))
    tree["extends"] = str(SCENARIOS / "base" / "mechanisms.yaml")
    tree["region"]["countries"]["WST"] |= {"name": "Mali", "government": "Government of Mali", "lon_max": 11.0}
    tree["region"]["countries"]["EST"] |= {"name": "Burkina Faso", "government": _ARMY}
    tree["grid"] |= {"lon_min": -4.0, "lon_max": 0.0, "lat_min": 12.0, "lat_max": 16.0}
    tree["region"]["countries"]["WST"]["lon_max"] = -2.5
    tree["region"]["countries"]["EST"]["lon_max"] = 0.0
    places = {"Port": (14.0, -3.5), "Crossing": (14.0, -1.1), "Hills": (15.0, -0.6)}
    tree["region"]["places"] = {k: {"latitude": v[0], "longitude": v[1]} for k, v in places.items()}
    actors = tree["actors"]
    actors["army"]["record"]["name"] = _ARMY
    actors["movement"]["record"] = {"name": "JNIM"}
    actors["rival"] = _RIVAL | {"doctrine": actors["movement"]["doctrine"]}
    tree["camps"].append("rival")
    tree["relations"]["camp_hostility"] = {"state": {"movement": 1.0, "rival": 1.0}, "movement": {"rival": 1.0}}
    tree["interventions"] = {name: {"source": "invented", **what} for name, what in interventions.items()}
    for change in changes:
        change(tree)
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


def small_scenario(path: Path, *changes: Change, **interventions: Mapping[str, Any]) -> Scenario:
    """The same, read."""
    return read_scenario(str(scenario_file(path, *changes, **interventions))).scenario


@cache
def _row(number: int, year: int, month: int) -> dict[str, object]:
    """Six kinds of events in turn, in four places of two countries."""
    kinds = (
        (1, _ARMY, "JNIM"), (1, _ARMY, "IS"), (2, "IS", "JNIM"), (3, "JNIM", "Civilians"), (3, "IS", "Civilians"),
        (3, _ARMY, "Civilians"),
    )  # fmt: skip
    kind, a, b = kinds[number % len(kinds)]
    day = date(year, month, 1 + number * 7 % calendar.monthrange(year, month)[1])
    place = ((14.25, -3.75, "Mali"), (15.1, -0.6, "Burkina Faso"), (13.9, -1.2, "Burkina Faso"),
             (14.1, -1.2, "Burkina Faso"))[number % 4]  # fmt: skip
    return event(
        number, year=year, type_of_violence=kind, side_a=a, side_b=b, dyad_name=f"{a} - {b}", latitude=place[0],
        longitude=place[1], country=place[2], date_start=day, date_end=day, best=number % 11, high=number % 11, low=0,
        deaths_a=0, deaths_b=number % 11, deaths_unknown=0,
    )  # fmt: skip


def record_rows(
    last: tuple[int, int], *, first: tuple[int, int] = (FIRST_YEAR, 1), busy: int = 9
) -> list[dict[str, object]]:
    """Some events a month from the first to the last (year, month)."""
    months = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return [
        dict(_row(1000 * month + i, month // 12, month % 12 + 1)) for month in months for i in range(busy + month % 4)
    ]


def write_record(path: Path, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """A file of GED with these rows, and what is read from it."""
    return read_ged([write_table(path, rows)]).events


def parameters(**changes: float) -> AssimilationParameters:
    """Those of base/mechanisms.yaml, changed."""
    tree = yaml.safe_load((SCENARIOS / "base" / "mechanisms.yaml").read_text(encoding="utf-8"))
    return AssimilationParameters(**(tree["assimilation"] | changes))
