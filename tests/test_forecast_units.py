"""Monthly counts of the units of forecasts: a made-up record by hand, and the figures of the real one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from ged_rows import event, write_table

from sahelsim.errors import BadInput
from sahelsim.ged import read_ged
from sahelsim.ged.units import LEVELS, SCHEMA, month_name, monthly_counts
from sahelsim.grid import prio_gid
from sahelsim.results.columns import TABLES
from sahelsim.terms import month_id as month_id_of

RECORD = Path(__file__).resolve().parents[2] / "shared" / "data" / "ucdp_ged_central_sahel_2012_2021.csv"
MAY = month_id_of(2020, 5)
HERE = int(prio_gid(14.25, -3.75))


def _ours(number: int, **changes: object) -> dict[str, object]:
    return event(number, **changes)


ROWS = [
    _ours(1, best=4),  # government of Mali and JNIM
    _ours(2, best=0, high=1, low=0, date_start="2020-05-31", date_end="2020-06-02"),  # the month it begins in
    _ours(3, type_of_violence=2, side_a="JNIM", side_b="IS", best=7, high=9),
    _ours(4, type_of_violence=2, side_a="IS", side_b="JNIM", best=1, country="Burkina Faso"),
    _ours(5, side_a="Government of Niger", side_b="IS", country="Niger", latitude=14.25, longitude=1.75),
    _ours(6, side_a="Government of Niger", side_b="IS", country="Niger", latitude=13.25, longitude=10.0),  # Lake Chad
    _ours(7, type_of_violence=3, side_a="IS", side_b="Civilians", best=30, high=30),
    _ours(8, type_of_violence=3, side_a="Ansaroul Islam", side_b="Civilians", best=2, country="Ivory Coast"),
    _ours(9, type_of_violence=3, side_a="JNIM", side_b="Civilians", best=5, country="Nigeria"),  # not of this war
    _ours(10, type_of_violence=3, side_a="Government of Mali", side_b="Civilians", best=3),
    _ours(11, year=2021, date_start="2021-05-04", date_end="2021-05-04"),  # after the last month
]


def _values(counts: pl.DataFrame, level: str, outcome: str) -> dict[str, list[int]]:
    rows = counts.filter(pl.col("level") == level, pl.col("outcome") == outcome)
    return {str(unit): part["value"].to_list() for (unit,), part in rows.group_by("unit", maintain_order=True)}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return read_ged(write_table(tmp_path_factory.mktemp("ged") / "made_up.csv", ROWS)).events


def test_by_hand(events: pl.DataFrame) -> None:
    counts = monthly_counts(events, MAY, MAY + 1, cells=[HERE, HERE + 1])
    assert dict(counts.schema) == dict(SCHEMA)
    assert _values(counts, "dyad", "events") == {
        "JNIM-IS": [2, 0], "JNIM-Gov": [2, 0], "IS-Gov": [1, 0], "OSV_JNIM": [0, 0], "OSV_IS": [1, 0],
    }  # fmt: skip
    assert _values(counts, "dyad", "deaths_best") == {
        "JNIM-IS": [8, 0], "JNIM-Gov": [4, 0], "IS-Gov": [4, 0], "OSV_JNIM": [0, 0], "OSV_IS": [30, 0],
    }  # fmt: skip
    assert _values(counts, "actor", "events") == {"JNIM": [4, 0], "IS": [4, 0], "Gov": [4, 0]}
    assert _values(counts, "country", "deaths_best") == {
        "432": [44, 0], "439": [1, 0], "436": [4, 0], "434": [0, 0], "461": [0, 0], "437": [2, 0],
    }  # fmt: skip
    assert _values(counts, "cell", "events") == {str(HERE): [7, 0], str(HERE + 1): [0, 0]}
    assert counts["level"].unique(maintain_order=True).to_list() == list(LEVELS)


def test_apart_by_replicate_with_those_that_have_no_event(events: pl.DataFrame) -> None:
    twice = pl.concat(
        [events.with_columns(replicate=pl.lit(0, pl.Int32)), events.head(1).with_columns(replicate=pl.lit(2, pl.Int32))]
    )
    counts = monthly_counts(twice, MAY, MAY, by="replicate", values=range(3))
    assert counts.columns == ["level", "unit", "outcome", "month_id", "replicate", "value"]
    wanted = counts.filter(pl.col("unit") == "JNIM-Gov", pl.col("outcome") == "deaths_best")
    assert wanted["value"].to_list() == [4, 0, 4]
    alone = monthly_counts(events, MAY, MAY)
    assert counts.filter(pl.col("replicate") == 0).drop("replicate").equals(alone)


def test_other_spelling_and_own_events_count_alike(events: pl.DataFrame) -> None:
    renamed = events.with_columns(pl.col("country").replace({"Ivory Coast": "Côte d'Ivoire"}))
    assert monthly_counts(renamed, MAY, MAY).equals(monthly_counts(events, MAY, MAY))
    own = {column.name for column in TABLES["events"].columns}
    assert set(events.columns) <= own
    assert monthly_counts(pl.from_pandas(events.to_pandas()), MAY, MAY).equals(monthly_counts(events, MAY, MAY))
    coded = events.with_columns(pl.col("side_a", "side_b", "country").cast(pl.Categorical))  # as Parquet may give them
    assert monthly_counts(coded, MAY, MAY).equals(monthly_counts(events, MAY, MAY))


def test_months() -> None:
    assert [month_name(month_id) for month_id in (1, 12, 13, 490)] == ["1980-01", "1980-12", "1981-01", "2020-10"]
    assert month_id_of(2020, 10) == 490


def test_what_cannot_be_counted(events: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="the events have no column side_b, best"):
        monthly_counts(events.drop("side_b", "best"), MAY, MAY)
    with pytest.raises(BadInput, match="the first month, 2020-05, is after the last, 2020-04"):
        monthly_counts(events, MAY, MAY - 1)


@pytest.mark.skipif(not RECORD.is_file(), reason="the original events are not here")
def test_yearly_figures_of_the_record() -> None:
    events = read_ged(RECORD).events
    counts = monthly_counts(events, month_id_of(2017, 1), month_id_of(2021, 12))
    yearly = (
        counts.with_columns(year=(pl.col("month_id") - 1) // 12)
        .group_by("level", "unit", "outcome", "year", maintain_order=True)
        .agg(pl.col("value").sum())
    )
    assert _values(yearly, "dyad", "events") == {
        "JNIM-IS": [0, 0, 1, 32, 15],
        "JNIM-Gov": [75, 107, 166, 149, 216],
        "IS-Gov": [15, 35, 51, 89, 70],
        "OSV_JNIM": [7, 31, 83, 27, 31],
        "OSV_IS": [3, 23, 37, 44, 71],
    }
    deaths = {unit: sum(values) for unit, values in _values(yearly, "country", "deaths_best").items()}
    assert {code: deaths[code] for code in ("432", "439", "436")} == {"432": 5909, "439": 4120, "436": 1982}
