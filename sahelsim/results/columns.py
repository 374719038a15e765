"""Every table of a run directory with its columns.

The writers, the reader and docs/results.md follow this module; a test compares the three.
"""

from __future__ import annotations

from sahelsim.results.event_columns import EVENTS, SUMMARY, TRUTH
from sahelsim.results.registry import Table
from sahelsim.results.state_columns import (
    ACCOUNTS,
    ALLEGIANCE,
    BUDGETS,
    CAMPS,
    COMMUNITIES,
    DECISIONS,
    DYADS,
    FIGHTERS,
    FLOWS,
    KATIBAS,
)

__all__ = ["TABLES"]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        EVENTS, TRUTH, DECISIONS, COMMUNITIES, ALLEGIANCE, CAMPS, FLOWS, DYADS, FIGHTERS, ACCOUNTS, BUDGETS, KATIBAS,
        SUMMARY,
    )
}  # fmt: skip
