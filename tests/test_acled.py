"""ACLED exports, with invented rows: who becomes whom, what is left out and why, and bad input."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from ged_rows import event, write_table

from sahelsim.acled import fold_ged, looks_like_acled, read_acled
from sahelsim.acled.actors import meaning_of, read_rules
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.ged import SCHEMA, read_ged
from sahelsim.ged.units import monthly_counts
from sahelsim.grid import prio_gid
from sahelsim.terms import month_id as month_id_of

COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso",
    "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
JNIM = "JNIM: Group for Support of Islam and Muslims"
ISSP = "Islamic State Sahel Province (ISSP)"
ARMY = "Military Forces of Mali (2021-)"


def _row(number: int, **changes: object) -> dict[str, object]:
    """An invented battle of the army and JNIM with four dead."""
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    row |= {
        "event_id_cnty": f"MLI{number}", "event_date": "2021-05-04", "year": 2021, "time_precision": 1,
        "event_type": "Battles", "sub_event_type": "Armed clash", "actor1": ARMY, "inter1": "State Forces",
        "actor2": JNIM, "inter2": "Rebel Group", "country": "Mali", "admin1": "Région inventée", "latitude": 14.25,
        "longitude": -3.75, "geo_precision": 1, "notes": "Invented, \"quoted\"", "fatalities": 4,
    }  # fmt: skip
    return row | changes


def _table(rows: Sequence[Mapping[str, object]], *, delimiter: str = ",", columns: Sequence[str] = COLUMNS) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[row[name] for name in columns] for row in rows])
    return out.getvalue()


def _write(path: Path, rows: Sequence[Mapping[str, object]], **options: object) -> Path:
    path.write_text(_table(rows, **options), encoding="utf-8")  # type: ignore[arg-type]
    return path


def test_a_battle_by_hand(tmp_path: Path) -> None:
    record = read_acled(_write(tmp_path / "a.csv", [_row(12, geo_precision=2, time_precision=3)]))
    assert record.events.schema == SCHEMA
    assert record.events.to_dicts()[0] == {
        "id": ((12 * 26 + 11) * 26 + 8) * 10**9 + 12, "year": 2021, "month_id": month_id_of(2021, 5),
        "type_of_violence": 1, "dyad_name": "Government of Mali - JNIM", "side_a_new_id": 72,
        "side_a": "Government of Mali", "side_b_new_id": 6716, "side_b": "JNIM", "where_prec": 3,
        "adm_1": "Région inventée", "latitude": 14.25, "longitude": -3.75, "priogrid_gid": int(prio_gid(14.25, -3.75)),
        "country": "Mali", "date_prec": 4, "date_start": date(2021, 5, 4), "date_end": date(2021, 5, 4), "deaths_a": 0,
        "deaths_b": 0, "deaths_civilians": 0, "deaths_unknown": 4, "best": 4, "high": 4, "low": 4,
    }  # fmt: skip
    counts = monthly_counts(record.events, month_id_of(2021, 5), month_id_of(2021, 5))
    assert counts.filter(pl.col("unit") == "JNIM-Gov")["value"].to_list() == [1, 4]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"actor1": JNIM, "actor2": ISSP}, (2, "IS", "JNIM")),
        ({"actor1": ISSP, "actor2": "Civilians (Mali)"}, (3, "IS", "Civilians")),
        ({"actor1": "Civilians (Mali)", "actor2": ISSP}, (3, "IS", "Civilians")),
        ({"actor1": ISSP, "actor2": "", "civilian_targeting": "Civilian targeting"}, (3, "IS", "Civilians")),
        ({"actor1": ISSP, "longitude": 13.25, "country": "Niger"}, (1, "Government of Niger", "ISWAP")),
        ({"actor1": "Islamic State (Greater Sahara)", "longitude": 9.9}, (1, "Government of Mali", "IS")),
        ({"actor1": "Katiba Macina", "actor2": ARMY}, (1, "Government of Mali", "JNIM")),
        ({"actor1": "VDP: Volunteer for Defense of Homeland"}, (1, "Government of Burkina Faso", "JNIM")),
        ({"actor1": "Military Forces of France (2017-)"}, (1, "Government of Mali", "JNIM")),
        ({"actor1": "Military Forces of Nigeria (2015-)"}, (1, "Government of Nigeria", "JNIM")),
        ({"actor1": "GATIA: Imghad Tuareg Self-Defense Group and Allies"}, (2, "GATIA", "JNIM")),
        ({"actor1": "Bwa Ethnic Militia (Mali)"}, (2, "Bwa Ethnic Militia (Mali)", "JNIM")),
    ],
)
def test_sides(tmp_path: Path, changes: dict[str, object], expected: tuple[int, str, str]) -> None:
    actor2 = {} if changes["actor1"] not in (ISSP, "Islamic State (Greater Sahara)") else {"actor2": ARMY}
    if changes.get("country") == "Niger":
        actor2 = {"actor2": "Military Forces of Niger (2021-2023)"}
    row = read_acled(_write(tmp_path / "a.csv", [_row(1, **(actor2 | changes))])).events.to_dicts()[0]
    assert (row["type_of_violence"], row["side_a"], row["side_b"]) == expected
    one_sided = expected[0] == 3
    assert (row["deaths_civilians"], row["deaths_unknown"]) == ((4, 0) if one_sided else (0, 4))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event_type": "Protests"}, "Protests: not violence as GED counts it"),
        ({"fatalities": 0}, "no deaths: GED counts events with at least one"),
        ({"actor2": ""}, "the other side is not named"),
        ({"actor1": "Unidentified Armed Group (Mali)"}, "a side is not named"),
        ({"actor1": "Rioters (Mali)"}, "a side is a crowd: not organised"),
        ({"actor1": f"{JNIM} and/or Islamic State (Greater Sahara)"}, "one of two groups, and nobody knows which"),
        ({"actor2": "Police Forces of Niger (2011-)"}, "two governments"),
        ({"actor1": "Ansar Dine"}, "both sides are JNIM"),
    ],
)
def test_what_is_left_out_is_said(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    record = read_acled(_write(tmp_path / "a.csv", [_row(1), _row(2, **changes), _row(3, **changes)]))
    assert record.events.height == 1
    assert record.dropped == ((reason, 2, 2 * int(str(_row(2, **changes)["fatalities"])), 3),)


def test_every_actor_is_accounted_for(tmp_path: Path) -> None:
    rows = [
        _row(1),
        _row(2, actor1="Katiba Macina", actor2="Bwa Ethnic Militia (Mali)"),
        _row(3, actor1=JNIM, actor2=ISSP),
    ]
    mapped = {row.name: row for row in read_acled(_write(tmp_path / "a.csv", rows)).mapped}
    assert {name: row.actor for name, row in mapped.items()} == {
        JNIM: "JNIM", ARMY: "Government of Mali", "Katiba Macina": "JNIM", ISSP: "IS",
        "Bwa Ethnic Militia (Mali)": "Bwa Ethnic Militia (Mali)",
    }  # fmt: skip
    assert (mapped[JNIM].rows, mapped[JNIM].deaths, mapped[JNIM].known) == (2, 8, True)
    assert not mapped["Bwa Ethnic Militia (Mali)"].known
    assert "katiba" in mapped["Katiba Macina"].note


def test_parts_of_jnim_are_actors_of_their_own_before_it_was_founded() -> None:
    assert [meaning_of("acled", "Ansar Dine", day).actor for day in (date(2017, 3, 1), date(2017, 3, 2))] == [
        "Ansar Dine",
        "JNIM",
    ]
    assert meaning_of("ged", "FLM", date(2018, 1, 1)).actor == "JNIM"
    assert not meaning_of("ged", "FLM", date(2016, 1, 1)).known
    assert {rule.match for rule in read_rules()} == {"is", "starts"}
    assert {rule.kind for rule in read_rules()} == {"armed", "state", "civilians", "unnamed", "unorganised"}


def test_ged_is_folded_alike(tmp_path: Path) -> None:
    rows = [
        event(1, side_b="AQIM", side_b_new_id=539), event(2, side_b="IS", side_b_new_id=234),
        event(3, side_b="IS", side_b_new_id=234, longitude=13.25), event(4, side_b="MSA", side_b_new_id=6836),
        event(5, side_b="AQIM", side_b_new_id=539, year=2016, date_start="2016-05-04", date_end="2016-05-04"),
    ]  # fmt: skip
    folded, mapped = fold_ged(read_ged(write_table(tmp_path / "g.csv", rows)).events)
    assert folded["side_b"].to_list() == ["JNIM", "IS", "ISWAP", "MSA", "AQIM"]
    assert folded["side_b_new_id"].to_list() == [6716, 234, 234, 6836, 539]
    assert folded["dyad_name"][0] == "Government of Mali - JNIM"
    assert folded.schema == SCHEMA
    assert {(row.name, row.actor, row.rows) for row in mapped} == {
        ("AQIM", "JNIM", 1), ("IS", "IS", 1), ("IS", "ISWAP", 1),
    }  # fmt: skip


@pytest.mark.parametrize("written", ["2021-05-04", "04 May 2021", "4 May 2021", "04-May-2021"])
def test_dates_as_acled_has_written_them(tmp_path: Path, written: str) -> None:
    assert read_acled(_write(tmp_path / "a.csv", [_row(1, event_date=written)])).events["date_start"][0] == date(
        2021, 5, 4
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (_table([_row(1), _row(2)], delimiter=";"), None),
        (_table([_row(1), _row(2)], delimiter="\t"), None),
        (_table([_row(1), _row(2)], columns=tuple(reversed(COLUMNS))), None),
        ("\n".join(f"{line};;;;;;" for line in _table([_row(1), _row(2)]).splitlines()), None),
        (_table([_row(1), _row(2)]), "cp1252"),
        (_table([_row(1), _row(2)]), "utf-16"),
    ],
)
def test_layouts(tmp_path: Path, text: str, encoding: str | None) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding or "utf-8"))
    record = read_acled(path, encoding=encoding)
    assert record.events["adm_1"].to_list() == ["Région inventée"] * 2
    padded = text.endswith(";;;;;;")
    assert [remark.rows for remark in record.remarks] == ([3] if padded else [])
    assert looks_like_acled(path, encoding)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"event_date": "05/04/2021"},
            "a.csv:3: event_date: expected a date as 2020-05-04 or 04 May 2020, found '05/04/2",
        ),
        ({"event_date": ""}, "event_date: is empty"),
        ({"year": 2019}, "year: 2019 is not the year of 2021-05-04"),
        ({"fatalities": "many"}, "fatalities: expected a whole number of at least 0, found 'many'"),
        ({"fatalities": ""}, "fatalities: is empty"),
        (
            {"latitude": "14,25"},
            "latitude: expected a number with a decimal point from -90 to 90, found '14,25'; write",
        ),
        ({"event_id_cnty": "12"}, "event_id_cnty: expected three letters and a number as MLI1234, found '12'"),
        ({"event_id_cnty": "MLI1"}, "event_id_cnty: MLI1 stands already on line 2; an event has one id"),
        ({"actor1": ""}, "actor1: is empty; expected a name"),
        ({"geo_precision": 7}, "geo_precision: expected a whole number from 1 to 3, found '7'"),
    ],
)
def test_bad_rows(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = _write(tmp_path / "a.csv", [_row(1), _row(2, **changes), _row(3)])
    with pytest.raises(BadInput) as error:
        read_acled(path)
    assert message in str(error.value)
    record = read_acled(path, skip_bad_rows=True)
    assert (record.events.height, [row.line for row in record.skipped]) == (2, [3])


def test_files_that_are_not_acled(tmp_path: Path) -> None:
    ged = write_table(tmp_path / "g.csv", [event(1)])
    with pytest.raises(BadInput, match=r"g\.csv:1: is no ACLED export: its first line has id, relid"):
        read_acled(ged)
    fewer = _write(tmp_path / "f.csv", [_row(1)], columns=[c for c in COLUMNS if c not in ("actor2", "fatalities")])
    with pytest.raises(BadInput, match="2 columns are missing: actor2, fatalities; export all columns"):
        read_acled(fewer)
    with pytest.raises(BadInput, match="column stands twice"):
        read_acled(_write(tmp_path / "t.csv", [_row(1)], columns=[*COLUMNS, "actor1"]))
    with pytest.raises(BadInput, match="has column names but no events"):
        read_acled(_write(tmp_path / "e.csv", []))
    wrong = tmp_path / "w.csv"
    wrong.write_bytes(_table([_row(1)]).encode("cp1252"))
    with pytest.raises(BadInput, match="is not UTF-8 text; as cp1252 it would read"):
        read_acled(wrong)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path / "a.csv", [_row(1), _row(2, fatalities=0), _row(3, actor1="Bwa Ethnic Militia (Mali)")])
    assert main(["record", str(path), "--out", str(tmp_path / "out" / "events.parquet")]) == 0
    printed = capsys.readouterr().out
    assert all(
        text in printed for text in ("3 rows of ACLED", "2 events", "no deaths", "Government of Mali", "written")
    )
    assert pl.read_parquet(tmp_path / "out" / "events.parquet").columns == list(SCHEMA)
    assert main(["record", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["data"], found["events"], found["best"], found["dropped"][0]["rows"]) == ("ACLED", 2, 8, 1)
    ged = write_table(tmp_path / "g.csv", [event(1)])
    assert main(["record", str(ged), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["this_war"][0]["dyad"] == "JNIM-governments"
    assert main(["record", str(ged), str(path)]) == 2
    assert "g.csv: is not of ACLED as others are" in capsys.readouterr().err
