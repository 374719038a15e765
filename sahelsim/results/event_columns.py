"""Columns of the record, the truth behind it, and their summary."""

from __future__ import annotations

from sahelsim.results.registry import (
    COUNTRY,
    GID,
    REPLICATE,
    STEP,
    VIOLENCE_TERMS,
    Column,
    Table,
    term_columns,
)
from sahelsim.terms import Harm

__all__ = ["EVENTS", "SUMMARY", "TRUTH"]

EVENTS = Table(
    "events",
    "The record: what a GED-like data set would show of each replicate. Names and codes are UCDP GED's.",
    ("replicate", "date_start", "date_end", "id"),
    (
        Column("id", "int64", "replicate * 100,000,000 + row of the event in truth.parquet's replicate"),
        REPLICATE,
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
        REPLICATE,
        STEP,
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
        GID,
        COUNTRY,
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

SUMMARY = Table(
    "summary",
    "Events and deaths by year and dyad, reported and true; a dyad without a row had none.",
    ("replicate", "year", "type_of_violence", "dyad_name"),
    (
        REPLICATE,
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
