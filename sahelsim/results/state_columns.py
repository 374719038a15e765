"""Columns of decisions and of the state of communities, actors, dyads and groups."""

from __future__ import annotations

from sahelsim.record import DECISION_TERMS
from sahelsim.results.registry import (
    ADMIN1,
    CELL,
    COUNTRY,
    DATE,
    GID,
    MONTH,
    REPLICATE,
    STEP,
    Column,
    Table,
    term_columns,
)
from sahelsim.terms import Account, Decision

__all__ = [
    "ACCOUNTS", "ALLEGIANCE", "BUDGETS", "CAMPS", "COMMUNITIES", "DECISIONS", "DYADS", "FIGHTERS", "FLOWS", "KATIBAS",
]  # fmt: skip

DECISIONS = Table(
    "decisions",
    "What communities, units, groups and actors decided or what befell them, with the terms of each: pledges, "
    "defections, truces, sieges, pacts, militias, commanders killed, statements, kidnappings.",
    ("replicate", "step", "order of the model"),
    (
        Column("id", "int64", "replicate * 100,000,000 + row of the decision in its replicate"),
        REPLICATE,
        STEP,
        DATE,
        Column("month_id", "int32", "month of the first day of the step"),
        Column("kind", "string", ", ".join(kind.name.lower() for kind in Decision)),
        Column("cell", "int32", "cell of the scenario's grid; -1 for dyads, and groups without fighters"),
        Column("priogrid_gid", "int32", "PRIO-GRID cell; -1 where cell is"),
        Column("community", "int32", "community (communities.parquet) that decided or was concerned, else -1"),
        Column("unit", "int32", "unit of a defection, else -1"),
        Column("group", "string", "group, as ACTOR/group at the start: katiba_defection, commander_killed; null else"),
        Column(
            "actor_a",
            "string",
            "first of a truce; author of a statement; actor left by a defection; besieger; party to a pact; militia; "
            "kidnapper; null else",
        ),
        Column(
            "actor_b",
            "string",
            "second of a truce; addressee of a statement, null when to all; actor joined by a defection; null else",
        ),
        Column("before", "string", "what was: camp, actor, truce state or number of the commander; null where nothing"),
        Column(
            "after",
            "string",
            "what is: camp, actor, truce state, end of a siege (lifted, relief, pact or surrender), actor that broke a "
            "pact (null: the community did) or number of the next commander; null where nothing",
        ),
        Column(
            "size",
            "int32",
            "people of the community, fighters of the unit, group or band, thousands in a ransom; 0 for dyads",
        ),
        *term_columns(DECISION_TERMS, Decision),
    ),
    switch="decisions",
)

COMMUNITIES = Table(
    "communities",
    "The communities, fixed; the same for all replicates.",
    ("community",),
    (
        Column("community", "int32", "index used in the other tables"),
        Column("name", "string", "name of the settlement or of the clan's seat"),
        Column("clan", "string", "clan of a nomadic community; null for settled ones"),
        Column("people", "string", "people group"),
        CELL,
        Column("latitude", "float64", "degrees north"),
        Column("longitude", "float64", "degrees east"),
        GID,
        COUNTRY,
        ADMIN1,
        Column("population", "int32", "people at the start"),
    ),
    switch="communities",
)

ALLEGIANCE = Table(
    "allegiance",
    "Camp, people, pact and siege of each community by month, changes only: a row for every community in the first "
    "month, then one in each month at whose end any of them is not what it was a month before.",
    ("replicate", "community", "month_id"),
    (
        REPLICATE,
        Column("community", "int32", "communities.parquet"),
        MONTH,
        Column("camp", "string", "camp at the end of the month's last step"),
        Column("population", "int32", "people present then"),
        Column("pact", "string", "actor with which it has a pact then; null none"),
        Column("besieger", "string", "actor that besieges it then; null none"),
    ),
    switch="communities",
)

CAMPS = Table(
    "camps",
    "Who holds how much, by month.",
    ("replicate", "month_id", "order of the scenario"),
    (
        REPLICATE,
        MONTH,
        Column("camp", "string", "camp"),
        Column("communities", "int32", "communities that side with it"),
        Column("people", "int64", "people of those communities"),
        Column("cells", "int32", "cells that it controls"),
    ),
)

DYADS = Table(
    "dyads",
    "Hostility and truce by step of each pair of actors that is ever hostile or in a truce in the replicate.",
    ("replicate", "step", "order of the scenario"),
    (
        REPLICATE,
        STEP,
        DATE,
        Column("actor_a", "string", "actor, the first of the two in the scenario"),
        Column("actor_b", "string", "actor"),
        Column("hostility", "float32", "hostility 0-1 after the step"),
        Column("truce", "string", "none, tacit or negotiated, after the step"),
    ),
    switch="dyads",
)

FIGHTERS = Table(
    "fighters",
    "Strength of each actor by step.",
    ("replicate", "step", "order of the scenario"),
    (
        REPLICATE,
        STEP,
        DATE,
        Column("actor", "string", "actor"),
        Column("fighters", "int64", "fighters in the region after the step"),
    ),
)

ACCOUNTS = Table(
    "accounts",
    "Income and spending of each actor by month and account; a month without either has no row. All amounts of an "
    "actor from the start to a month add up to its treasury in budgets.parquet.",
    ("replicate", "month_id", "order of the scenario", "order of the accounts"),
    (
        REPLICATE,
        MONTH,
        Column("actor", "string", "actor"),
        Column("account", "string", ", ".join(account.name.lower() for account in Account)),
        Column("amount", "int64", "money; income above 0, spending below"),
    ),
)

BUDGETS = Table(
    "budgets",
    "What each actor has and how hard up it is, by month.",
    ("replicate", "month_id", "order of the scenario"),
    (
        REPLICATE,
        MONTH,
        Column("actor", "string", "actor"),
        Column("treasury", "int64", "money at the end of the month's last step"),
        Column("strain", "float32", "remembered arrears then, 0-1"),
    ),
)

KATIBAS = Table(
    "katibas",
    "Each group (katiba, constituent) by month.",
    ("replicate", "month_id", "order of the scenario"),
    (
        REPLICATE,
        MONTH,
        Column("group", "string", "group, as ACTOR/group at the start"),
        Column("actor", "string", "actor that it belongs to at the end of the month's last step"),
        Column("fighters", "int32", "fighters then"),
        Column("cohesion", "float32", "how firmly its units hold together then, 0-1"),
        Column("commander", "int32", "commanders that it has lost until then"),
    ),
)

FLOWS = Table(
    "flows",
    "People who fled, went home, moved on and settled, by month, home (origin) and refuge (destination). From one home "
    "there are in a refuge the sum until then of fled + moved_on - returned - settled.",
    ("replicate", "month_id", "origin", "destination"),
    (
        REPLICATE,
        MONTH,
        Column("origin", "int32", "community (communities.parquet) that is the home of those who move"),
        Column("origin_cell", "int32", "its cell of the scenario's grid"),
        Column("origin_adm_1", "string", "its first-level area; null where none"),
        Column("origin_country", "string", "its country; null outside any"),
        Column("destination", "int32", "community that is their refuge"),
        Column("destination_cell", "int32", "its cell of the scenario's grid"),
        Column("destination_adm_1", "string", "its first-level area; null where none"),
        Column("destination_country", "string", "its country; null outside any"),
        Column("fled", "int64", "people who went from home to the refuge"),
        Column("returned", "int64", "people who went home from the refuge"),
        Column("moved_on", "int64", "people who came there from another refuge, less those who left for another"),
        Column("settled", "int64", "people who stayed there for good, and belong there from then on"),
    ),
    switch="communities",
)
