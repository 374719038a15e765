"""From a replicate's record to its part of the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelsim.observation.report import observe_scenario
from sahelsim.record import ReplicateRecord
from sahelsim.results.actor_tables import accounts_table, budgets_table, katibas_table
from sahelsim.results.decision_table import decisions_table
from sahelsim.results.event_tables import events_table, summary_table, totals_of, truth_table
from sahelsim.results.panel import panel_arrays
from sahelsim.results.part import Part
from sahelsim.results.state_tables import (
    allegiance_table,
    camps_table,
    dyads_table,
    fighters_table,
    flows_table,
)
from sahelsim.scenario.schema import Scenario
from sahelsim.terms import Decision
from sahelsim.world.ground import Ground

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["build_part"]


def build_part(record: ReplicateRecord, ground: Ground, scenario: Scenario, *, cold: bool = False) -> Part:
    """Observe a replicate and put it into tables.

    Parameters
    ----------
    record : ReplicateRecord
        The truth, from `simulate_replicate`.
    ground : Ground
        Of the same scenario.
    scenario : Scenario
        Says how actors are recorded, and which outputs are kept.
    cold : bool
        The replicate was the first of its process.
    """
    seen = observe_scenario(record, ground, scenario)
    calendar, keep, r, names = scenario.calendar, scenario.outputs, record.replicate, ground.names
    tables: dict[str, pa.Table] = {
        "events": events_table(r, seen, ground, calendar),
        "truth": truth_table(r, record.violence, seen, ground, calendar),
        "camps": camps_table(r, record.panel, names),
        "fighters": fighters_table(record, names, calendar),
        "accounts": accounts_table(r, record.panel, names),
        "budgets": budgets_table(r, record.panel, names),
        "katibas": katibas_table(r, record.panel, names),
        "summary": summary_table(r, record.violence, seen, calendar),
    }
    if keep.decisions:
        tables["decisions"] = decisions_table(r, record.decisions, ground, calendar)
    if keep.communities:
        tables["allegiance"] = allegiance_table(r, record.panel, names)
        tables["flows"] = flows_table(r, record.flows, ground)
    if keep.dyads:
        tables["dyads"] = dyads_table(record, names, calendar)
    panel = panel_arrays(record.panel, record.violence, seen, ground, calendar) if keep.panel else {}
    decisions = {kind.name.lower(): int((record.decisions.kind == kind).sum()) for kind in Decision}
    totals = {
        "replicate": r,
        **totals_of(record.violence, seen),
        "decisions": decisions,
        "ledger": {name: int(value) for name, value in record.ledger.items()},
    }
    return Part(r, tables, panel, totals, record.seconds, cold)
