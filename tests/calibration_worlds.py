"""A small world that can be calibrated in a moment, and an invented record of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from ged_rows import event, write_table

from sahelsim.calibration.load import LoadedCalibration, load_calibration
from sahelsim.observation.report import observe_scenario
from sahelsim.replicate import simulate_replicate
from sahelsim.results.event_tables import events_table
from sahelsim.sweep.setting import Setting

__all__ = ["SMALL", "load", "record_of", "write_calibration", "write_record"]

SMALL = """
name: small
scenario: two_actors
changes:
  calendar.steps: 60
  region.communities: 30
  region.countries.WST.name: Mali
  region.countries.EST.name: Burkina Faso
  actors.movement.record.name: JNIM
  actors.army.record.name: Government of Mali
  region.countries.WST.government: Government of Mali
seed: 11
draws: 64
accept: 0.7
predictive: 4
recovery: 30
"""
TRUTH = {
    "mechanisms.battle.rate": 0.9,
    "mechanisms.civilian_harm.rate": 0.06,
    "mechanisms.recruitment.rate": 0.0019,
    "mechanisms.observation.base": 0.3,
}


def write_calibration(folder: Path, *changes: tuple[str, str], text: str = SMALL) -> Path:
    """A file with the small calibration, with pieces replaced."""
    for old, new in changes:
        assert text.count(old) == 1, f"expected {old!r} once"
        text = text.replace(old, new)
    file = folder / "calibration.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def load(folder: Path, *changes: tuple[str, str]) -> LoadedCalibration:
    """The same, loaded."""
    return load_calibration(write_calibration(folder, *changes))


def record_of(loaded: LoadedCalibration, replicate: int = 777_777) -> pl.DataFrame:
    """Reports of a run with known parameters, as a record would have them."""
    blueprint = Setting(loaded.variant).at(TRUTH)
    record = simulate_replicate(blueprint.scenario, replicate, blueprint=blueprint)
    seen = observe_scenario(record, blueprint.ground, blueprint.scenario)
    return pl.from_arrow(events_table(replicate, seen, blueprint.ground, blueprint.scenario.calendar))


def write_record(path: Path, events: pl.DataFrame, keep: Sequence[str] = ()) -> Path:
    """A file as UCDP hands it out, of such events."""
    rows = []
    for number, row in enumerate(events.iter_rows(named=True), 1):
        known = {
            name: row[name]
            for name in (
                "type_of_violence",
                "side_a",
                "side_b",
                "latitude",
                "longitude",
                "country",
                "best",
                "low",
                "high",
            )
        }
        day = f"{row['date_start']} 00:00:00.000"
        rows.append(event(number, **known, year=row["date_start"].year, date_start=day, date_end=day))
    write_table(path, rows)
    return path
