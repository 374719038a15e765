"""Every table of a run directory with its columns.

The writers, the reader and docs/results.md follow this module; a test compares the three.
"""

from __future__ import annotations

from sahelsim.record import DECISION_TERMS
from sahelsim.results.registry import VIOLENCE_TERMS, Column, Table, term_columns
from sahelsim.terms import Decision, Harm

__all__ = ["TABLES"]

_REPLICATE = Column("replicate", "int32", "number of the realisation, from 0")
_STEP = Column("step", "int32", "step of the simulation, from 0")
_DATE = Column("date", "date", "first day of the step")
_MONTH = Column("month_id", "int32", "month as (year - 1980) * 12 + month")
_CELL = Column("cell", "int32", "cell of the scenario's grid, row by row from the south-west; -1 none")
_GID = Column("priogrid_gid", "int32", "PRIO-GRID cell of the coordinates")
_COUNTRY = Column("country", "string", "country; null outside any")

EVENTS = Table(
    "events",
    "The record: what a GED-like data set would show of each replicate. Names and codes are UCDP GED's.",
    ("replicate", "date_start", "date_end", "id"),
    (
        Column("id", "int64", "replicate * 100,000,000 + row of the event in truth.parquet's replicate"),
        _REPLICATE,
        Column("year", "int32", "year of date_start"),
        Column("month_id", "int32", "month of date_start as (year - 1980) * 12 + month"),
        Column("type_of_violence", "int32", "1 state-based, 2 non-state, 3 one-sided"),
        Column("dyad_name", "string", 'side_a and side_b joined by " - "'),
        Column("side_a_new_id", "int32", "UCDP actor id of side a, 0 where UCDP has none"),
        Column("side_a", "string", "the government (type 1), first by the alphabet (2), the perpetrator (3)"),
        Column("side_b_new_id", "int32", "UCDP actor id of side b, 0 where UCDP has none; 1 Civilians"),
        Column("side_b", "string", 'the other side; "Civilians" in type 3'),
        Column(
            "where_prec",
            "int32",
            "1 exact, 2 within 25 km, 3 district town, 4 first-level area, 5 road, 6 country",
        ),
        Column("adm_1", "string", "first-level area of the reported place; null where not said"),
        Column("latitude", "float64", "reported place, degrees north"),
        Column("longitude", "float64", "reported place, degrees east"),
        Column("priogrid_gid", "int32", "PRIO-GRID cell of the reported place"),
        Column("cell", "int32", "grid cell of the reported place"),
        Column("country", "string", "country of the reported place; null outside any"),
        Column("date_prec", "int32", "1 exact day, 2 within 2-6 days, 3 week, 4 month (8-31 days), 5 longer"),
        Column("date_start", "date", "first day on which it may have happened"),
        Column("date_end", "date", "last day on which it may have happened"),
        Column("deaths_a", "int64", "reported deaths of side a"),
        Column("deaths_b", "int64", "reported deaths of side b"),
        Column("deaths_civilians", "int64", "reported deaths of civilians"),
        Column("deaths_unknown", "int64", "reported deaths that no side can be given"),
        Column("best", "int64", "best estimate of all deaths: the sum of the four"),
        Column("high", "int64", "highest estimate"),
        Column("low", "int64", "lowest estimate; may be 0"),
    ),
)

TRUTH = Table(
    "truth",
    "The truth: every violent event of the simulation, reported or not.",
    ("replicate", "id"),
    (
        Column("id", "int64", "as in events.parquet"),
        _REPLICATE,
        _STEP,
        Column("date", "date", "day of the event, drawn within the step"),
        Column("month_id", "int32", "month of the day as (year - 1980) * 12 + month"),
        Column("kind", "string", "battle, violence_against_civilians or revenge"),
        Column("type_of_violence", "int32", "as it would be recorded"),
        Column("dyad_name", "string", "as it would be recorded"),
        Column("actor_a", "string", "actor of the scenario: attacker, perpetrator"),
        Column("actor_b", "string", "actor of the scenario; null: civilians"),
        Column("cell", "int32", "cell of the scenario's grid, row by row from the south-west"),
        Column("latitude", "float64", "place, degrees north: a community of the cell, or a point in it"),
        Column("longitude", "float64", "place, degrees east"),
        _GID,
        _COUNTRY,
        Column("adm_1", "string", "first-level area of the cell; null where none"),
        Column("deaths_a", "int32", "deaths of actor_a"),
        Column("deaths_b", "int32", "deaths of actor_b"),
        Column("deaths_civilians", "int32", "deaths of civilians"),
        Column("community", "int32", "community that was hit (communities.parquet); -1 in battles"),
        Column("people", "string", "people of the perpetrators where the model has one; null else"),
        Column("victim_people", "string", "people of the community that was hit; null in battles"),
        Column("winner", "string", "actor that held the ground; null where nobody fought for it"),
        Column("chance", "float32", "probability of entering the record"),
        Column("fate", "string", "reported, no_deaths, same_side, two_governments, unattributed or missed"),
        *term_columns(VIOLENCE_TERMS, Harm),
    ),
)

DECISIONS = Table(
    "decisions",
    "Pledges and lapses of communities, defections of units, truces made and broken, with the terms of each.",
    ("replicate", "step", "order of the model"),
    (
        _REPLICATE,
        _STEP,
        _DATE,
        Column("month_id", "int32", "month of the first day of the step"),
        Column("kind", "string", "pledge, lapse, defection, truce_onset or truce_breakdown"),
        Column("cell", "int32", "cell of the scenario's grid; -1 for dyads"),
        Column("priogrid_gid", "int32", "PRIO-GRID cell; -1 for dyads"),
        Column("community", "int32", "community (communities.parquet) of a pledge or lapse, else -1"),
        Column("unit", "int32", "unit of a defection, else -1"),
        Column("actor_a", "string", "first actor of a truce; null else"),
        Column("actor_b", "string", "second actor of a truce; null else"),
        Column("before", "string", "camp, actor or truce state before"),
        Column("after", "string", "camp, actor or truce state after"),
        Column("size", "int32", "people of the community or fighters of the unit; 0 for dyads"),
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
        _CELL,
        Column("latitude", "float64", "degrees north"),
        Column("longitude", "float64", "degrees east"),
        _GID,
        _COUNTRY,
        Column("adm_1", "string", "first-level area; null where none"),
        Column("population", "int32", "people at the start"),
    ),
    switch="communities",
)

ALLEGIANCE = Table(
    "allegiance",
    "Camp and people of each community by month, changes only: a row for every community in the first month, "
    "then one in each month at whose end its camp or population is not what it was a month before.",
    ("replicate", "community", "month_id"),
    (
        _REPLICATE,
        Column("community", "int32", "communities.parquet"),
        _MONTH,
        Column("camp", "string", "camp at the end of the month's last step"),
        Column("population", "int32", "people present then"),
    ),
    switch="communities",
)

CAMPS = Table(
    "camps",
    "Who holds how much, by month.",
    ("replicate", "month_id", "order of the scenario"),
    (
        _REPLICATE,
        _MONTH,
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
        _REPLICATE,
        _STEP,
        _DATE,
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
        _REPLICATE,
        _STEP,
        _DATE,
        Column("actor", "string", "actor"),
        Column("fighters", "int64", "fighters in the region after the step"),
    ),
)

SUMMARY = Table(
    "summary",
    "Events and deaths by year and dyad, reported and true; a dyad without a row had none.",
    ("replicate", "year", "type_of_violence", "dyad_name"),
    (
        _REPLICATE,
        Column("year", "int32", "year of date_start (reported), of the day (true)"),
        Column("type_of_violence", "int32", "1 state-based, 2 non-state, 3 one-sided"),
        Column("dyad_name", "string", "dyad as recorded"),
        Column("events", "int64", "reported events"),
        Column("best", "int64", "reported deaths, best estimate"),
        Column("low", "int64", "reported deaths, lowest estimate"),
        Column("high", "int64", "reported deaths, highest estimate"),
        Column("events_true", "int64", "true events in which somebody died"),
        Column("deaths_true", "int64", "true deaths"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (EVENTS, TRUTH, DECISIONS, COMMUNITIES, ALLEGIANCE, CAMPS, DYADS, FIGHTERS, SUMMARY)
}
