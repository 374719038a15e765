"""Budgets of actors, and their groups, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelsim.record import Names, Panel
from sahelsim.results.arrow import labelled, make_table
from sahelsim.terms import Account

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["accounts_table", "budgets_table", "katibas_table"]


def accounts_table(replicate: int, panel: Panel, names: Names) -> pa.Table:
    """Income and spending by month as `columns.ACCOUNTS`."""
    amounts = panel.accounts.transpose(0, 2, 1)
    month, actor, account = np.nonzero(amounts)
    return make_table(
        "accounts",
        {
            "replicate": np.full(month.size, replicate),
            "month_id": panel.months[month],
            "actor": labelled(actor, names.actors),
            "account": labelled(account, [account.name.lower() for account in Account]),
            "amount": amounts[month, actor, account],
        },
    )


def budgets_table(replicate: int, panel: Panel, names: Names) -> pa.Table:
    """Treasury and strain by month as `columns.BUDGETS`."""
    months, actors = panel.treasury.shape
    return make_table(
        "budgets",
        {
            "replicate": np.full(months * actors, replicate),
            "month_id": np.repeat(panel.months, actors),
            "actor": labelled(np.tile(np.arange(actors), months), names.actors),
            "treasury": panel.treasury.ravel(),
            "strain": panel.strain.ravel(),
        },
    )


def katibas_table(replicate: int, panel: Panel, names: Names) -> pa.Table:
    """Groups by month as `columns.KATIBAS`."""
    months, groups = panel.group_actor.shape
    return make_table(
        "katibas",
        {
            "replicate": np.full(months * groups, replicate),
            "month_id": np.repeat(panel.months, groups),
            "group": labelled(np.tile(np.arange(groups), months), names.groups),
            "actor": labelled(panel.group_actor.ravel(), names.actors),
            "fighters": panel.group_fighters.ravel(),
            "cohesion": panel.group_cohesion.ravel(),
            "commander": panel.group_commander.ravel(),
        },
    )
