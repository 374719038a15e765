"""The statistics of the patterns file for one run, straight from its tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelsim.patterns.evidence import CannotMeasure, Evidence
from sahelsim.patterns.load import load_patterns
from sahelsim.patterns.score import measured
from sahelsim.results.build import build_part
from sahelsim.results.columns import TABLES
from sahelsim.results.state_tables import communities_table
from sahelsim.scenario.schema import Outputs, Scenario
from sahelsim.sweep.row_columns import Output

if TYPE_CHECKING:
    from sahelsim.record import ReplicateRecord
    from sahelsim.results.part import Part
    from sahelsim.world.ground import Ground

__all__ = ["PatternRow", "pattern_outputs"]

_EVERYTHING = Outputs(panel=True, communities=True, dyads=True, decisions=True)


def pattern_outputs() -> list[Output]:
    """A column for each condition of the shipped patterns, and whether each pattern holds in the run."""
    out: list[Output] = []
    for pattern in load_patterns().patterns:
        for i, condition in enumerate(pattern.conditions):
            out.append(Output(f"pattern[{pattern.id}.{i}]", "float64", f"{condition.name}; null: not defined"))
        out.append(Output(f"holds[{pattern.id}]", "bool", f"{pattern.title}; null: cannot be measured"))
    return out


class PatternRow:
    """Measures the shipped patterns in the runs of a process."""

    def __init__(self) -> None:
        self._patterns = load_patterns()

    def values(self, record: ReplicateRecord, ground: Ground, scenario: Scenario) -> dict[str, float | bool]:
        """Statistic of each condition and whether each pattern holds; what cannot be measured is left out."""
        complete = scenario.model_copy(update={"outputs": _EVERYTHING})
        seen = _evidence(build_part(record, ground, complete), ground, complete, self._patterns)
        out: dict[str, float | bool] = {}
        for pattern in self._patterns.patterns:
            hold, reasons = 0, 0
            for i, condition in enumerate(pattern.conditions):
                value, reason = measured(condition, seen)
                reasons += reason is not None
                if np.isfinite(value):
                    out[f"pattern[{pattern.id}.{i}]"] = float(value)
                    low, high = condition.band(condition.record)
                    hold += low <= value <= high
            if not reasons:
                out[f"holds[{pattern.id}]"] = hold >= (pattern.needs or len(pattern.conditions))
        return out


def _evidence(part: Part, ground: Ground, scenario: Scenario, patterns: Any) -> Evidence:
    """What `patterns.sources` makes of a run directory, from the parts of a run that was not written."""
    source = _PartSource(part, ground, scenario)
    months = source.table("camps")["month_id"]
    return Evidence(
        source.table,
        (int(months.min()), int(months.max())),
        patterns.parties,
        patterns.regions,
        actors=frozenset(scenario.actors),
        presence=source.presence,
        control=source.control,
    )


class _PartSource:
    def __init__(self, part: Part, ground: Ground, scenario: Scenario) -> None:
        self._part, self._ground, self._scenario = part, ground, scenario
        self._frames: dict[str, pd.DataFrame] = {}

    def table(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = self._cells() if name == "cells" else self._read(name)
        return self._frames[name]

    def _read(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise CannotMeasure(f"a run has no table {name!r}")
        table = communities_table(self._ground) if name == "communities" else self._part.tables[name]
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        return frame

    def _cells(self) -> pd.DataFrame:
        ground = self._ground
        countries = np.array([*ground.names.country_names, ""], dtype=object)  # the last, reached by -1: outside any
        cells = pd.DataFrame(
            {
                "latitude": ground.cells_latitude,
                "longitude": ground.cells_longitude,
                "country": countries[ground.cells_country],
            }
        )
        communities = self.table("communities").dropna(subset="adm_1")
        people = communities.groupby(["cell", "adm_1"])["population"].sum().reset_index()
        most = people.sort_values(["population", "adm_1"], ascending=[False, True]).drop_duplicates("cell")
        cells["adm_1"] = most.set_index("cell")["adm_1"].reindex(range(len(cells))).to_numpy()
        return cells

    def presence(self, actors: Sequence[str]) -> npt.NDArray[np.int64]:
        rows = [list(self._scenario.actors).index(actor) for actor in actors]
        return np.asarray(self._part.panel["presence"][:, rows].sum(axis=1), dtype=np.int64)

    def control(self, camp: str) -> npt.NDArray[np.bool_]:
        if camp not in self._scenario.camps:
            raise CannotMeasure(f"the scenario has no camp {camp!r}")
        return np.asarray(self._part.panel["control"] == self._scenario.camps.index(camp))
