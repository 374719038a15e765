"""GED files in every layout become one table; the dyads are counted as the figures of the record are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from ged_rows import event, table, write_table
from ruamel.yaml import YAML

from sahelsim.cli.main import main
from sahelsim.ged import SCHEMA, read_ged
from sahelsim.ged.columns import OFFICIAL_ORDER
from sahelsim.results.columns import TABLES
from sahelsim.seeds.ged import DYADS, by_dyad, of_this_war

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT.parent / "shared" / "data" / "ucdp_ged_central_sahel_2012_2021.csv"
FEWER = tuple(name for name in OFFICIAL_ORDER if not name.endswith("_dset_id"))
SHORT = {"side_a_new_id": "side_a_id", "side_b_new_id": "side_b_id"}
OLDER = {"best": "best_est", "high": "high_est", "low": "low_est"}
ROWS = [event(7), event(9, adm_1="", latitude=-0.5, longitude=179.9, best="5.0", high=5)]


def test_columns_are_those_of_our_own_events() -> None:
    ours = {column.name: column.type for column in TABLES["events"].columns}
    words = {pl.Int64: "int64", pl.Int32: "int32", pl.Float64: "float64", pl.String: "string", pl.Date: "date"}
    assert {name: words[type(dtype)] for name, dtype in SCHEMA.items()} == {name: ours[name] for name in SCHEMA}
    assert [name for name in ours if name in SCHEMA] == list(SCHEMA)
    assert set(ours) - set(SCHEMA) == {"replicate", "cell"}


def test_official_file_by_hand(tmp_path: Path) -> None:
    record = read_ged(write_table(tmp_path / "GEDEvent_v24_1.csv", ROWS))
    first, second = record.events.to_dicts()
    assert first == {
        "id": 7, "year": 2020, "month_id": 40 * 12 + 5, "type_of_violence": 1, "dyad_name": "Government of Mali - JNIM",
        "side_a_new_id": 72, "side_a": "Government of Mali", "side_b_new_id": 6716, "side_b": "JNIM", "where_prec": 1,
        "adm_1": "Région inventée", "latitude": 14.25, "longitude": -3.75, "priogrid_gid": 208 * 720 + 352 + 1,
        "country": "Mali", "date_prec": 1, "date_start": date(2020, 5, 4), "date_end": date(2020, 5, 5), "deaths_a": 1,
        "deaths_b": 2, "deaths_civilians": 0, "deaths_unknown": 1, "best": 4, "high": 6, "low": 3,
    }  # fmt: skip
    assert (second["adm_1"], second["best"]) == (None, 5)
    assert record.events.schema == SCHEMA
    pandas = record.to_pandas()
    assert (pandas["date_start"].dt.year[0], list(pandas.columns)) == (2020, list(SCHEMA))
    assert (record.variant, record.skipped, record.remarks) == ("official CSV", (), ())


@pytest.mark.parametrize(
    ("name", "options", "variant"),
    [
        ("ged.csv", {}, "official CSV"),
        ("ged.csv", {"delimiter": ";"}, "official CSV"),
        ("ged.csv", {"delimiter": "\t"}, "official CSV"),
        ("ged.csv", {"columns": FEWER}, "country export"),
        ("ged.csv", {"columns": FEWER, "tags": True}, "country export with HXL tags"),
        ("ged.csv", {"columns": tuple(reversed(FEWER))}, "country export"),
        ("ged.csv", {"names": OLDER}, "older naming (best_est)"),
        ("ged.csv", {"columns": FEWER, "names": SHORT}, "short naming (side_a_id)"),
        ("GEDEvent_v24_0_5.csv", {}, "candidate release"),
        ("ged.csv", {"header": False}, "candidate release"),
        ("ged.csv", {"names": {name: name.upper() for name in OFFICIAL_ORDER}}, "official CSV"),
    ],
)
def test_layouts_say_the_same(tmp_path: Path, name: str, options: dict[str, object], variant: str) -> None:
    plain = read_ged(write_table(tmp_path / "plain.csv", ROWS)).events
    record = read_ged(write_table(tmp_path / name, ROWS, **options))
    assert record.events.equals(plain)
    assert record.variant == variant


def test_rows_tell_api_exports_and_candidates(tmp_path: Path) -> None:
    stamped = write_table(tmp_path / "api.csv", [event(1, date_start="2020-05-04T00:00:00")])
    assert read_ged(stamped).variant == "API export"
    record = read_ged(write_table(tmp_path / "new.csv", [event(2), event(3, code_status="Check dyad")]))
    assert record.variant == "candidate release"
    assert [(remark.rows, remark.message) for remark in record.remarks] == [
        (1, "candidate events that UCDP has not cleared yet")
    ]
    both = read_ged([stamped, tmp_path / "new.csv"])
    assert both.variant == "API export, candidate release"
    assert [file.rows for file in both.files] == [1, 2]
    assert both.events["id"].to_list() == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_encodings_need_no_telling(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(table(ROWS).encode(encoding))
    assert read_ged(path).events["adm_1"][0] == "Région inventée"


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16-le", "cp850"])
def test_other_encodings_are_read_when_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(table(ROWS).encode(encoding))
    assert read_ged(path, encoding=encoding).events["adm_1"][0] == "Région inventée"


def test_spreadsheet_padding_and_windows_lines(tmp_path: Path) -> None:
    lines = table(ROWS, delimiter=";").splitlines()
    padded = [f"{line};;;" for line in lines] + [";" * 51, ""]
    path = tmp_path / "excel.csv"
    path.write_bytes("\r\n".join(padded).encode())
    assert read_ged(path).events["id"].to_list() == [7, 9]


def test_line_breaks_within_a_text_keep_the_line_numbers(tmp_path: Path) -> None:
    rows = [event(1, source_article="one\ntwo\nthree"), event(2, best="many")]
    record = read_ged(write_table(tmp_path / "ged.csv", rows), skip_bad_rows=True)
    assert [(row.line, row.reason) for row in record.skipped] == [
        (5, "best: expected a whole number of at least 0, found 'many'")
    ]


def test_cell_is_computed_where_it_is_not_given(tmp_path: Path) -> None:
    record = read_ged(write_table(tmp_path / "ged.csv", [event(1, priogrid_gid=""), event(2)]))
    assert record.events["priogrid_gid"].n_unique() == 1


def test_oddities_of_the_record_are_kept_and_told(tmp_path: Path) -> None:
    rows = [event(1), event(2, best=4, low=5), event(3, adm_1="RÃ©gion inventÃ©e"), event(4, best=4, high=3)]
    path = tmp_path / "ged.csv"
    path.write_text(table(rows).removesuffix("\n"), encoding="utf-8")
    record = read_ged(path)
    assert record.events.height == 4
    told = {remark.message.split(",")[0].split(":")[0]: (remark.line, remark.rows) for remark in record.remarks}
    assert told == {
        "best estimate outside low to high": (3, 2),
        "adm_1 was garbled by a wrong encoding before": (4, 1),
        "the last line does not end": (5, 1),
    }


def test_rows_of_this_war_and_dyads_by_hand() -> None:
    sides = {"dyad_name": "", "year": 2020}
    rows = [
        {"type_of_violence": 2, "side_a": "IS", "side_b": "JNIM", "country": "Mali"},
        {"type_of_violence": 1, "side_a": "Government of Togo", "side_b": "JNIM", "country": "Togo"},
        {"type_of_violence": 1, "side_a": "Government of Niger", "side_b": "IS", "country": "Niger"},
        {"type_of_violence": 1, "side_a": "Government of Niger", "side_b": "IS", "country": "Niger", "longitude": 13.0},
        {"type_of_violence": 3, "side_a": "JNIM", "side_b": "Civilians", "country": "Benin"},
        {"type_of_violence": 3, "side_a": "IS", "side_b": "Civilians", "country": "Nigeria"},
        {"type_of_violence": 2, "side_a": "GATIA, MSA", "side_b": "IS", "country": "Mali"},
        {"type_of_violence": 2, "side_a": "CMA", "side_b": "GATIA", "country": "Mali"},
    ]
    base = {"longitude": 1.0, "best": 3, "date_start": date(2020, 1, 1)}
    events = pl.DataFrame([base | sides | row for row in rows])
    inside = of_this_war(events)
    assert inside.height == 6
    found = by_dyad(inside)
    assert {row["dyad"]: (row["events"], row["best"]) for row in found.to_dicts()} == {
        "JNIM-IS": (1, 3), "JNIM-governments": (1, 3), "IS-governments": (1, 3), "one-sided by JNIM": (1, 3),
        "GATIA/MSA-IS": (1, 3),
    }  # fmt: skip
    assert int(np.max(events.select(sum(mask.cast(int) for mask in DYADS.values())).to_numpy())) == 1


@pytest.mark.skipif(not RECORD.is_file(), reason="needs ../shared/data")
def test_figures_of_the_record() -> None:
    record = read_ged(RECORD)
    assert (record.events.height, record.variant, record.skipped) == (2293, "country export", ())
    figures = YAML(typ="safe").load((ROOT / "experiments" / "reference" / "ged.yaml").read_text(encoding="utf-8"))
    ours = of_this_war(record.events).filter(pl.col("year").is_between(2017, 2021))
    counts = {(row["dyad"], row["year"]): row["events"] for row in by_dyad(ours).to_dicts()}
    yearly = {name: [counts.get((name, year), 0) for year in range(2017, 2022)] for name in DYADS}
    assert yearly == figures["yearly_events"]
    deaths = dict(ours.group_by("country").agg(pl.col("best").sum()).iter_rows())
    assert {name: deaths[name] for name in figures["deaths_2017_2021"]} == figures["deaths_2017_2021"]
    cells = ours.group_by("priogrid_gid").len()["len"].to_numpy()
    assert cells.size == figures["space"]["cells_ever"]
    yearly_cells = [ours.filter(pl.col("year") == year)["priogrid_gid"].n_unique() for year in range(2017, 2022)]
    assert yearly_cells == figures["space"]["cells_a_year"]


def test_command_prints_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_table(tmp_path / "ged.csv", [*ROWS, event(10, date_end="2020-05-01")])
    assert main(["ged", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"{path}:4: date_end: 2020-05-01 is before the start, 2020-05-04")
    assert main(["ged", str(path), "--skip-bad-rows"]) == 0
    said = capsys.readouterr().out
    assert f"{path}: 2 events, official CSV, utf-8, comma" in said
    assert f"{path}:4: date_end: 2020-05-01 is before the start" in said
    assert main(["ged", str(path), "--skip-bad-rows", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["events"], content["best"], content["types"]) == (
        2, 9, [{"type_of_violence": 1, "events": 2, "best": 9}],
    )  # fmt: skip
    assert content["dyads"] == [{"dyad_name": "Government of Mali - JNIM", "events": 2, "best": 9}]
    assert [row["line"] for row in content["skipped"]] == [4]
