"""One run: simulate, observe, and keep what the experiment asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sahelsim.observation.report import observe_scenario
from sahelsim.replicate import simulate_replicate
from sahelsim.results.event_tables import events_table
from sahelsim.results.panel import panel_arrays
from sahelsim.sweep.row import RowMaker
from sahelsim.sweep.setting import Setting

if TYPE_CHECKING:
    import pyarrow as pa

    from sahelsim.scenario.schema import Calendar, Scenario
    from sahelsim.sweep.pattern_row import PatternRow
    from sahelsim.sweep.schema import Keep
    from sahelsim.world.build import Blueprint
    from sahelsim.world.ground import Ground

__all__ = ["RunOutcome", "VariantRunner"]


@dataclass(frozen=True)
class RunOutcome:
    """What one run leaves behind."""

    values: Mapping[str, Any]  # by column, see `row_columns`
    events: pa.Table | None
    panel: Mapping[str, Any] | None
    ground: Ground
    calendar: Calendar
    seconds: float


class VariantRunner:
    """Runs draws and replicates of one variant in this process."""

    def __init__(self, variant: Scenario, keep: Keep) -> None:
        self.variant = variant
        self._keep = keep
        self._setting = Setting(variant)
        self._rows: RowMaker | None = None

    @cached_property
    def _patterns(self) -> PatternRow:
        from sahelsim.sweep.pattern_row import PatternRow

        return PatternRow()

    def prepare(self, settings: Mapping[str, Any]) -> Blueprint | None:
        """What a run with these values needs, if that is soon done; None if it is best left to the run."""
        return self._setting.at_once(settings)

    def run(
        self,
        settings: Mapping[str, Any],
        replicate: int,
        progress: Callable[[int], None] | None = None,
        prepared: Blueprint | None = None,
    ) -> RunOutcome:
        """Run one replicate with these values by dotted path; its number gives the random numbers.

        Raises
        ------
        Exception
            Whatever the model raises; the caller makes a row of it.
        """
        began = time.perf_counter()
        blueprint = prepared or self._setting.at(settings)
        scenario, ground = blueprint.scenario, blueprint.ground
        record = simulate_replicate(scenario, replicate, progress, blueprint)
        seen = observe_scenario(record, ground, scenario)
        if self._rows is None:
            self._rows = RowMaker(self.variant, ground, by_year=self._keep.by_year)
        values: dict[str, Any] = self._rows.row(record, seen)
        if self._keep.patterns:
            values |= self._patterns.values(record, ground, scenario)
        calendar = scenario.calendar
        events = events_table(replicate, seen, ground, calendar) if self._keep.events else None
        panel = panel_arrays(record.panel, record.violence, seen, ground, calendar) if self._keep.panels else None
        return RunOutcome(values, events, panel, ground, calendar, time.perf_counter() - began)
