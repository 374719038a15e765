"""The loader of the seed tables: a good row becomes typed fields, and what is wrong is refused with its place."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest

from sahelsim.errors import BadInput
from sahelsim.seeds import (
    Added,
    Background,
    DatePrecision,
    Deaths,
    Document,
    check_coverage,
    load_coverage,
    load_seed_events,
)
from sahelsim.seeds.coverage import COVERAGE_COLUMNS
from sahelsim.seeds.events import EVENT_COLUMNS

GOOD = {
    "id": "WAR-001",
    "document": "WAR",
    "sentence": "7",
    "date_start": "2020-03-01",
    "date_end": "2020-03-31",
    "date_precision": "month",
    "kind": "battle",
    "side_a": "JNIM; Katiba Macina",
    "side_b": "ISGS",
    "place": "Mopti",
    "latitude": "14.484",
    "longitude": "-4.183",
    "place_precision": "region",
    "deaths_b_low": "24",
    "deaths_b_best": "49",
    "deaths_b_high": "99",
    "basis": "document",
    "background_source": "date: a reason | place: another",
    "certainty": "medium",
    "note": "A fight, and so on.",
}


def events_file(folder: Path, *rows: dict[str, str]) -> Path:
    """Write rows, each the good one with changes, to a table of events."""
    out = io.StringIO()
    writer = csv.DictWriter(out, EVENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for changes in rows:
        writer.writerow(GOOD | changes)
    path = folder / "events.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def coverage_file(folder: Path, *lines: str) -> Path:
    path = folder / "coverage.csv"
    path.write_text("\n".join([",".join(COVERAGE_COLUMNS), *lines, ""]), encoding="utf-8")
    return path


def test_a_good_row_becomes_typed_fields(tmp_path: Path) -> None:
    (event,) = load_seed_events(events_file(tmp_path, {}))
    assert event.document is Document.WAR
    assert (event.date_start, event.date_end) == (date(2020, 3, 1), date(2020, 3, 31))
    assert event.date_precision is DatePrecision.MONTH
    assert event.side_a == ("JNIM", "Katiba Macina")
    assert (event.latitude, event.longitude) == (14.484, -4.183)
    assert (event.deaths_a, event.deaths_b) == (None, Deaths(24, 49, 99))
    assert event.background == (Background(Added.DATE, "a reason"), Background(Added.PLACE, "another"))
    assert event.added == {Added.DATE, Added.PLACE}
    assert event.same_as is None
    with pytest.raises(AttributeError):
        event.place = "elsewhere"  # type: ignore[misc]


BAD_CELLS = [
    ({"id": "X-1"}, "id", "not of the form"),
    ({"id": "LWJ-001"}, "id", "document's name"),
    ({"document": "BBC"}, "document", "none of LWJ, WAR"),
    ({"sentence": "0"}, "sentence", "whole number"),
    ({"sentence": "1.5"}, "sentence", "whole number"),
    ({"date_start": "2020-02-30"}, "date_start", "not a date"),
    ({"date_start": "20200301"}, "date_start", "not written as"),
    ({"date_start": "2002-03-01"}, "date_start", "not between"),
    ({"date_end": ""}, "date_end", "not a date"),
    ({"date_end": "2020-02-29"}, "date_end", "before date_start"),
    ({"date_precision": "decade"}, "date_precision", "none of day, week"),
    ({"kind": "batle"}, "kind", "did you mean 'battle'"),
    ({"kind": "trend"}, "note", "'Up: ' or 'Down: '"),
    ({"side_a": ""}, "side_a", "at least one actor"),
    ({"side_a": "JMIM"}, "side_a", "did you mean 'JNIM'"),
    ({"side_b": "ISGS; ISGS"}, "side_b", "stands twice"),
    ({"side_b": "ISGS;JNIM"}, "side_b", "not a known actor"),
    ({"place": ""}, "place", "is empty"),
    ({"latitude": "90.5"}, "latitude", "between -90 and 90"),
    ({"latitude": "nan"}, "latitude", "between -90 and 90"),
    ({"longitude": "-181"}, "longitude", "between -180 and 180"),
    ({"longitude": "4 W"}, "longitude", "between -180 and 180"),
    ({"longitude": ""}, "longitude", "is needed"),
    ({"place_precision": "country", "latitude": ""}, "longitude", "must be empty"),
    ({"place_precision": "exact"}, "place_precision", "none of point"),
    ({"deaths_b_low": "50"}, "deaths_b_low", "above best"),
    ({"deaths_b_high": "48"}, "deaths_b_high", "below best"),
    ({"deaths_b_best": ""}, "deaths_b_best", "whole number"),
    ({"deaths_a_high": "-1", "deaths_a_low": "0", "deaths_a_best": "0"}, "deaths_a_high", "whole number"),
    ({"basis": "rumour"}, "basis", "none of document, background"),
    ({"basis": "background"}, "background_source", "'fact:'"),
    ({"background_source": "fact: us"}, "background_source", "'fact:'"),
    ({"background_source": "somebody said"}, "background_source", "'what: source'"),
    ({"background_source": "when: then"}, "background_source", "'what: source'"),
    ({"background_source": "date: a | date: b"}, "background_source", "twice"),
    (
        {"background_source": "deaths: x", "deaths_b_low": "", "deaths_b_best": "", "deaths_b_high": ""},
        "background_source",
        "has none",
    ),
    ({"certainty": "sure"}, "certainty", "none of high"),
    ({"same_as": "WAR-009"}, "same_as", "no row"),
    ({"same_as": "WAR-001"}, "same_as", "of its own"),
    ({"note": ""}, "note", "is empty"),
    ({"note": " padded"}, "note", "space"),
    ({"place": "Mop\tti"}, "place", "does not print"),
]


@pytest.mark.parametrize(("changes", "column", "words"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_line_and_column(
    tmp_path: Path, changes: dict[str, str], column: str, words: str
) -> None:
    file = events_file(tmp_path, {"id": "WAR-003"}, {"id": "WAR-002"}, changes)
    with pytest.raises(BadInput, match=re.escape(words)) as caught:
        load_seed_events(file)
    assert caught.value.file == str(file)
    assert (caught.value.line, caught.value.path) == (4, column)
    assert caught.value.column == EVENT_COLUMNS.index(column) + 1


def test_a_chain_of_same_as_is_refused(tmp_path: Path) -> None:
    file = events_file(tmp_path, {}, {"id": "WAR-002", "same_as": "WAR-001"}, {"id": "WAR-003", "same_as": "WAR-002"})
    with pytest.raises(BadInput, match="first row of the chain") as caught:
        load_seed_events(file)
    assert (caught.value.line, caught.value.path) == (4, "same_as")


def test_a_double_id_is_refused_at_its_second_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 2 already") as caught:
        load_seed_events(events_file(tmp_path, {}, {"id": "WAR-002"}, {}))
    assert (caught.value.line, caught.value.path) == (4, "id")


def test_every_fault_is_told_and_the_first_comes_first(tmp_path: Path) -> None:
    file = events_file(tmp_path, {"kind": "batle", "latitude": "99"}, {"id": "WAR-002", "side_b": "ISIS"})
    with pytest.raises(BadInput) as caught:
        load_seed_events(file)
    assert (caught.value.line, caught.value.path) == (2, "kind")
    told = str(caught.value)
    assert told.index(":2:7: kind") < told.index(":2:11: latitude") < told.index(":3:9: side_b")


def test_many_faults_are_cut_short(tmp_path: Path) -> None:
    file = events_file(tmp_path, *({"id": f"WAR-{i:03d}", "kind": "x"} for i in range(30)))
    with pytest.raises(BadInput, match="and 9 more"):
        load_seed_events(file)


@pytest.mark.parametrize(
    ("find", "put", "line", "words"),
    [
        ("sentence,", "", 1, "sentence: this column is missing"),
        ("note\n", "note,colour\n", 1, "colour: this column is not expected"),
        ("note\n", "note,note\n", 1, "stands twice"),
        ("document,sentence", "sentence,document", 1, "out of order"),
        ('"A fight, and so on."', "A fight, and so on.", 3, "should have 27"),
        (",medium,,", "", 3, "half-written"),
        ('so on."\n', "so on.", 3, "not a whole table"),
        ("Mopti", '"Mopti"x', 3, "not a whole table"),
        ("Mopti", "Mo\0pti", 3, "NUL"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, find: str, put: str, line: int, words: str) -> None:
    file = events_file(tmp_path, {"id": "WAR-002", "note": "Fine", "place": "Gao"}, {})
    text = file.read_text(encoding="utf-8")
    assert find in text
    head, _, tail = text.rpartition(find) if line > 1 else text.partition(find)
    file.write_text(head + put + tail, encoding="utf-8")
    with pytest.raises(BadInput, match=re.escape(words)) as caught:
        load_seed_events(file)
    assert caught.value.line == line


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = events_file(tmp_path, {"note": "Ménaka"})
    file.write_bytes(file.read_text(encoding="utf-8").encode("latin-1"))
    with pytest.raises(BadInput, match="UTF-8") as caught:
        load_seed_events(file)
    assert caught.value.line == 2


@pytest.mark.parametrize("make", ["missing", "folder", "empty"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, make: str) -> None:
    file = tmp_path / "events.csv"
    if make == "folder":
        file.mkdir()
    elif make == "empty":
        file.touch()
    with pytest.raises(BadInput, match="is empty" if make == "empty" else "cannot be read") as caught:
        load_seed_events(file)
    assert caught.value.file == str(file)


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    file = events_file(tmp_path, {}, {"id": "WAR-002"})
    text = file.read_text(encoding="utf-8").replace("\nWAR-002", "\n\nWAR-002")
    file.write_text("\ufeff" + text + "\n", encoding="utf-8")
    assert [event.id for event in load_seed_events(file)] == ["WAR-001", "WAR-002"]


D = "0" * 64


@pytest.mark.parametrize(
    ("lines", "line", "column"),
    [
        ([f"XYZ,1,{D},LWJ-001,"], 2, "document"),
        ([f"LWJ,one,{D},LWJ-001,"], 2, "sentence"),
        ([f"LWJ,1,{D},LWJ-001,", f"LWJ,3,{D},LWJ-002,"], 3, "sentence"),
        ([f"LWJ,1,{D},LWJ-001,", f"LWJ,1,{D},LWJ-002,"], 3, "sentence"),
        ([f"LWJ,1,{D[1:]},LWJ-001,"], 2, "sha256"),
        ([f"LWJ,1,{D},,"], 2, "reason"),
        ([f"LWJ,1,{D}"], 2, None),
    ],
)
def test_bad_coverage_is_refused(tmp_path: Path, lines: list[str], line: int, column: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        load_coverage(coverage_file(tmp_path, *lines))
    assert (caught.value.line, caught.value.path) == (line, column)


def test_coverage_that_disagrees_with_the_events_is_refused(tmp_path: Path) -> None:
    events = load_seed_events(events_file(tmp_path, {"sentence": "1"}))
    assert load_coverage(coverage_file(tmp_path, f"WAR,1,{D},WAR-001,"))[0].event_ids == ("WAR-001",)
    check_coverage(events, load_coverage(coverage_file(tmp_path, f"WAR,1,{D},WAR-001,")))
    with pytest.raises(BadInput, match=r"WAR-001 is coded .* does not list"):
        check_coverage(events, load_coverage(coverage_file(tmp_path, f"WAR,1,{D},,none")))
    with pytest.raises(BadInput, match="lists WAR-002 at WAR 1"):
        check_coverage(events, load_coverage(coverage_file(tmp_path, f"WAR,1,{D},WAR-001 WAR-002,")))
