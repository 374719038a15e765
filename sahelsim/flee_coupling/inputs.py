"""Write the folder that Flee runs on: its CSV files, settings, seed and the script."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML

from sahelsim.flee_coupling.case import Case
from sahelsim.rng import key_of

__all__ = ["flee_seed", "write_inputs"]

SCRIPT = "run.py"


def flee_seed(seed: int, replicate: int) -> int:
    """Seed of Flee's generators [64 bits] for one replicate of a run."""
    high, low = key_of(seed, replicate)
    return (high << 32) | low


def write_inputs(
    folder: Path,
    case: Case,
    start: date,
    conflict: npt.NDArray[np.int8],
    people: npt.NDArray[np.int64],
    seed: int,
) -> None:
    """Write everything that Flee needs for one replicate.

    Parameters
    ----------
    folder : Path
        Made here.
    case : Case
    start : date
        Day 0.
    conflict : (days, origins)
        0 or 1.
    people : (days, origins)
        Who sets out.
    seed : int
        From `flee_seed`.
    """
    inputs = folder / "input_csv"
    inputs.mkdir(parents=True)
    names = [origin.name for origin in case.origins]
    days = range(len(people))
    tables: dict[str, Iterable[Iterable[object]]] = {
        "locations": _locations(case, conflict),
        "routes": [
            ("#name1", "name2", "distance", "forced_redirection"),
            *((route.first, route.second, f"{route.km:.10g}", route.forced) for route in case.routes),
        ],
        "closures": [("#closure_type", "name1", "name2", "closure_start", "closure_end"), *case.closures],
        "conflicts": [("#Day", *names), *((day, *conflict[day].tolist()) for day in days)],
        "departures": [("#Day", *names), *((day, *people[day].tolist()) for day in days)],
        "sim_period": [("StartDate", start.isoformat()), ("Length", len(people))],
    }
    for name, rows in tables.items():
        (inputs / f"{name}.csv").write_text(_text(rows), encoding="utf-8")
    (folder / "simsetting.yml").write_text(_settings(case), encoding="utf-8")
    (folder / "seed.txt").write_text(f"{seed}\n", encoding="utf-8")
    shutil.copyfile(Path(__file__).with_name("run_flee.py"), folder / SCRIPT)


def _locations(case: Case, conflict: npt.NDArray[np.int8]) -> Iterable[tuple[object, ...]]:
    """The locations, with the first day of conflict in this replicate; those that have none are towns."""
    yield "#name", "region", "country", "latitude", "longitude", "location_type", "conflict_date", "population"
    first = {
        origin.name: int(conflict[:, number].argmax()) if conflict[:, number].any() else -1
        for number, origin in enumerate(case.origins)
    }
    for x in case.locations:
        day = first.get(x.name, -1)
        kind = "town" if x.kind == "conflict_zone" and day < 0 else x.kind
        yield x.name, x.region, x.country, x.latitude, x.longitude, kind, day if day >= 0 else "", x.people


def _settings(case: Case) -> str:
    """simsetting.yml of the case with what the coupling sets."""
    settings: dict[str, Any] = dict(case.settings)
    spawning = dict(settings.get("spawn_rules") or {})
    settings["spawn_rules"] = spawning | {"insert_day0": False, "take_from_population": False}
    settings["conflict_input_file"] = "input_csv/conflicts.csv"
    settings["optimisations"] = {"hasten": case.parameters.people_per_agent}
    stream = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(settings, stream)
    return stream.getvalue()


def _text(rows: Iterable[Iterable[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()
