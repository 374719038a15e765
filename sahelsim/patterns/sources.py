"""From runs and from files of the record to the evidence that statistics look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelsim.errors import BadInput
from sahelsim.patterns.evidence import CannotMeasure, Evidence
from sahelsim.patterns.schema import Patterns
from sahelsim.results import Run
from sahelsim.results.columns import TABLES
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.tree import plain
from sahelsim.terms import month_id

__all__ = ["evidence_of_record", "evidence_of_run"]


def evidence_of_run(run: Run, patterns: Patterns) -> Iterator[Evidence]:
    """The evidence of each replicate of a run, in order; its big arrays go when the next is taken."""
    source = _RunSource(run)
    for replicate in range(run.replicates):
        yield Evidence(
            source.reader(replicate),
            source.months,
            patterns.parties,
            patterns.regions,
            actors=source.actors,
            presence=lambda actors, r=replicate: source.presence(r, actors),  # type: ignore[misc]
            control=lambda camp, r=replicate: source.control(r, camp),  # type: ignore[misc]
        )


def evidence_of_record(events: pd.DataFrame, patterns: Patterns) -> Evidence:
    """The evidence of recorded events alone, cut to the file's area; it covers whole years.

    Raises
    ------
    BadInput
        No event lies in the area.
    """
    if patterns.area is not None:
        events = events[patterns.regions[patterns.area].holds(events)]
    if events.empty:
        raise BadInput("holds no event in the area of the patterns", path="--ged")

    def table(name: str) -> pd.DataFrame:
        if name != "events":
            raise CannotMeasure("a record of events does not say")
        return events

    first, last = int(events["year"].min()), int(events["year"].max())
    return Evidence(table, (month_id(first, 1), month_id(last, 12)), patterns.parties, patterns.regions)


class _RunSource:
    """The tables of a run, each read once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._tables: dict[str, dict[int, pd.DataFrame] | pd.DataFrame] = {}

    @cached_property
    def _scenario(self) -> dict[str, Any]:
        """As written, unchecked: a run of an older version may have a scenario that is no longer one."""
        content = plain(read_file(self.run.path / "scenario.yaml", []))
        assert isinstance(content, dict)
        return content

    @cached_property
    def actors(self) -> frozenset[str]:
        """Actors of the scenario."""
        return frozenset(self._scenario["actors"])

    @cached_property
    def months(self) -> tuple[int, int]:
        """First and last month of the run."""
        months = self.run.camps(0)["month_id"]
        return int(months.min()), int(months.max())

    def reader(self, replicate: int) -> Callable[[str], pd.DataFrame]:
        """How one replicate gets its tables."""
        return lambda name: self._cells if name == "cells" else self._table(name, replicate)

    def _table(self, name: str, replicate: int) -> pd.DataFrame:
        if name not in self._tables:
            try:
                frame = getattr(self.run, name)() if name in TABLES else None
            except BadInput as error:
                raise CannotMeasure(error.message) from None
            assert frame is not None
            split = "replicate" in frame.columns
            self._tables[name] = {int(r): rows for r, rows in frame.groupby("replicate")} if split else frame
        found = self._tables[name]
        if isinstance(found, pd.DataFrame):
            return found
        if replicate in found:
            return found[replicate]
        return next(iter(found.values())).iloc[:0] if found else getattr(self.run, name)()

    @cached_property
    def _panel(self) -> Any:
        try:
            return self.run.panel()
        except BadInput as error:
            raise CannotMeasure(error.message) from None

    @cached_property
    def _cells(self) -> pd.DataFrame:
        """Centre, country and first-level area of each cell; the area is that of most of its communities' people."""
        panel = self._panel
        cells = pd.DataFrame({name: panel[name].to_numpy() for name in ("latitude", "longitude", "country")})
        communities = self._table("communities", 0).dropna(subset="adm_1")
        people = communities.groupby(["cell", "adm_1"])["population"].sum().reset_index()
        most = people.sort_values(["population", "adm_1"], ascending=[False, True]).drop_duplicates("cell")
        cells["adm_1"] = most.set_index("cell")["adm_1"].reindex(range(len(cells))).to_numpy()
        return cells

    def presence(self, replicate: int, actors: Sequence[str]) -> npt.NDArray[np.int64]:
        """Fighters of some actors by month and cell."""
        chosen = self._panel["presence"].isel(replicate=replicate).sel(actor=list(actors))
        return np.asarray(chosen.to_numpy().sum(axis=1), dtype=np.int64)

    def control(self, replicate: int, camp: str) -> npt.NDArray[np.bool_]:
        """Whether a camp holds the cell, by month and cell."""
        control = self._panel["control"]
        names = list(control.attrs["names"])
        if camp not in names:
            raise CannotMeasure(f"the scenario has no camp {camp!r}")
        return np.asarray(control.isel(replicate=replicate).to_numpy() == names.index(camp))
