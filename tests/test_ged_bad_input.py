"""Damaged and foreign files are refused with one message that says where, what, and what would be right."""

from __future__ import annotations

import gzip
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from ged_rows import event, table, write_table
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelsim.errors import BadInput
from sahelsim.ged import read_ged
from sahelsim.ged.columns import COLUMNS, OFFICIAL_ORDER


def complaint(path: Path, **options: object) -> str:
    """The message, without the path."""
    with pytest.raises(BadInput) as caught:
        read_ged(path, **options)  # type: ignore[arg-type]
    return str(caught.value).replace(str(path), "FILE")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "seven"}, "FILE:3: id: expected a whole number of at least 0, found 'seven'"),
        ({"best": "4.5"}, "FILE:3: best: expected a whole number of at least 0, found '4.5'"),
        ({"best": ""}, "FILE:3: best: is empty; expected a whole number of at least 0"),
        ({"deaths_a": -1}, "FILE:3: deaths_a: expected a whole number of at least 0, found '-1'"),
        ({"type_of_violence": 4}, "FILE:3: type_of_violence: expected a whole number from 1 to 3, found '4'"),
        ({"where_prec": 0}, "FILE:3: where_prec: expected a whole number from 1 to 7, found '0'"),
        ({"side_a": " "}, "FILE:3: side_a: is empty; expected a name"),
        (
            {"latitude": 91.0, "priogrid_gid": 1},
            "FILE:3: latitude: expected a number with a decimal point from -90 to 90, found '91.0'",
        ),
        (
            {"longitude": "nan", "priogrid_gid": 1},
            "FILE:3: longitude: expected a number with a decimal point from -180",
        ),
        ({"latitude": "14,25", "priogrid_gid": 1}, "found '14,25'; write a decimal point for the comma"),
        ({"latitude": -3.75, "longitude": 14.25, "priogrid_gid": 150113}, "are the coordinates swapped or mangled?"),
        ({"date_start": "04/05/2020"}, "FILE:3: date_start: expected a date as YYYY-MM-DD, found '04/05/2020'"),
        ({"date_start": "2020-02-30"}, "FILE:3: date_start: expected a date as YYYY-MM-DD, found '2020-02-30'"),
        ({"date_end": "2020-05-03"}, "FILE:3: date_end: 2020-05-03 is before the start, 2020-05-04"),
        ({"year": 2019}, "FILE:3: year: 2019 is not the year of 2020-05-04 to 2020-05-05"),
        ({"id": 1}, "FILE:3: id: 1 stands already on line 2; an event has one id"),
    ],
)
def test_one_bad_row(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = write_table(tmp_path / "ged.csv", [event(1), event(2, **changes), event(3)])
    said = complaint(path)
    assert message in said
    assert "--skip-bad-rows" in said
    record = read_ged(path, skip_bad_rows=True)
    assert record.events["id"].to_list() == [1, 3]
    assert [row.line for row in record.skipped] == [3]
    assert f"FILE:3: {record.skipped[0].reason}" in said


def test_all_faults_are_listed_and_a_row_is_skipped_once(tmp_path: Path) -> None:
    path = write_table(tmp_path / "ged.csv", [event(1, best="x", year="y"), event(2), event(3, low="z")])
    said = complaint(path).splitlines()
    assert said[0] == "FILE:2: year: expected a whole number from 1946 to 2200, found 'y'"
    assert [line.split(":")[1:3] for line in said[2:4]] == [["2", " best"], ["4", " low"]]
    assert [row.line for row in read_ged(path, skip_bad_rows=True).skipped] == [2, 4]


def test_messages_use_the_names_of_the_file(tmp_path: Path) -> None:
    path = write_table(tmp_path / "ged.csv", [event(1, best="x")], names={"best": "best_est"})
    assert "FILE:2: best_est: " in complaint(path)


def test_same_event_in_two_files(tmp_path: Path) -> None:
    one = write_table(tmp_path / "one.csv", [event(1), event(2)])
    two = write_table(tmp_path / "two.csv", [event(3), event(2)])
    with pytest.raises(BadInput, match=re.escape(f"{two}:3: id: 2 stands already on line 3 of {one}")):
        read_ged([one, two])
    record = read_ged([one, two], skip_bad_rows=True)
    assert record.events["id"].to_list() == [1, 2, 3]
    assert [file.rows for file in record.files] == [2, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{head}\n{row}\n{half}",
            "FILE:3: 10 fields where the header has 49: the last row is cut off in conflict_dset_id",
        ),
        ("{head}\n{row}\n{half}\n{other}\n", "FILE:3: 10 fields where the header has 49; a line break within"),
        (
            "{head}\n{row}\n{other},one,more\n",
            "FILE:3: 51 fields where the header has 49; does a text hold the delimiter",
        ),
        ('{head}\n{row}\n{half},"open {other}', "FILE:3: the quotation marks of this row do not match"),
        ('{head}\n{row}\n{half},"open', "FILE:3: a quotation mark opens here and is never closed"),
    ],
)
def test_broken_rows(tmp_path: Path, text: str, message: str) -> None:
    head, row, other = table([event(1), event(2)]).splitlines()
    half = "2,INV-2,2020,True,Clear,1,,,,"
    path = tmp_path / "ged.csv"
    path.write_text(text.format(head=head, row=row, other=other, half=half), encoding="utf-8")
    said = complaint(path)
    if "conflict_dset_id" in message:
        message = message.replace("conflict_dset_id", OFFICIAL_ORDER[9])
    assert message in said
    record = read_ged(path, skip_bad_rows=True)
    assert record.events["id"][0] == 1
    assert record.skipped[0].line == 3


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("cp1252", "FILE:2: is not UTF-8 text; as cp1252 it would read"),
        ("latin-1", "give --encoding cp1252, or save it as UTF-8"),
        ("cp850", "as cp850 it would read"),
        ("mac_roman", "as mac_roman it would read"),
        ("utf-16-le", "FILE:1: is UTF-16 text without a mark that says so; give --encoding utf-16-le"),
        ("utf-16-be", "give --encoding utf-16-be"),
    ],
)
def test_wrong_encoding_names_the_right_one(tmp_path: Path, encoding: str, message: str) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(table([event(1)]).encode(encoding))
    for skip in (False, True):
        said = complaint(path, skip_bad_rows=skip)
        assert message in said
    if not encoding.startswith("utf-16"):
        assert "Région" in said


def test_utf8_is_not_read_as_something_else(tmp_path: Path) -> None:
    path = write_table(tmp_path / "ged.csv", [event(1)])
    assert "is UTF-8 text; read as cp1252 its names would be garbled" in complaint(path, encoding="cp1252")
    assert "no encoding 'utf-9' is known" in complaint(path, encoding="utf-9")
    path.write_bytes(table([event(1)]).encode("utf-16")[:-1])
    assert "UTF-16 text is broken or cut off" in complaint(path)


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    here = [name for name in OFFICIAL_ORDER if name not in ("best", "low", "latitude")]
    path = write_table(tmp_path / "ged.csv", [event(1)], columns=here, names={"high": "high", "relid": "lat"})
    assert complaint(path) == (
        "FILE:1: 3 columns are missing: latitude (there is lat), best, low; else it looks like the official CSV"
    )


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        ("event_id_cnty,event_date,year,latitude,longitude", "it looks like an ACLED export"),
        ("conflict_id,location,side_a,side_b,intensity_level,year", "UCDP/PRIO conflict-years"),
        ("name,population", "it does not look like GED: its first line has name, population"),
    ],
)
def test_other_tables(tmp_path: Path, head: str, looks: str) -> None:
    path = tmp_path / "ged.csv"
    path.write_text(f"{head}\n", encoding="utf-8")
    said = complaint(path)
    assert looks in said
    absent = [column.name for column in COLUMNS if column.name not in head.split(",")]
    assert f"{len(absent)} columns are missing: {', '.join(absent)};" in said


def test_what_is_no_table_at_all(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    assert complaint(path) == "FILE: cannot be read: No such file or directory"
    assert complaint(tmp_path) == "FILE: is a directory; give the CSV file in it"
    for data, message in [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"<html>", "a web page"),
        (b'{"Result": []}', "JSON"),
        (gzip.compress(b"x"), "gzip"),
        (b"PAR1", "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"\x00\x01\x02\x03binary", "NUL bytes"),
        (b"nothing but a sentence\n", "is not a CSV file: its first line is 'nothing but a sentence'"),
        (b"PK\x03\x04rest", "broken ZIP"),
        (table([]).encode(), "has column names but no events"),
    ]:
        path.write_bytes(data)
        assert message in complaint(path)
    path.write_text(table([event(1)], names={"relid": "best"}), encoding="utf-8")
    assert complaint(path) == "FILE:1: best: column stands twice"
    with pytest.raises(BadInput, match="no GED file is given"):
        read_ged([])


def test_archives_say_what_to_unpack(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    for member, message in [("GEDEvent.csv", "unpack it first and give GEDEvent.csv"), ("xl/book.xml", "(.xlsx)")]:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        assert message in complaint(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    """Bytes changed, lost or added anywhere: sound rows or BadInput, nothing else; skipped rows have a reason."""
    whole = table([event(number) for number in range(3)]).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    junk = data.draw(st.binary(max_size=8))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ged.csv"
        path.write_bytes(whole[:start] + junk + whole[end:])
        try:
            record = read_ged(path, skip_bad_rows=True)
        except BadInput:
            return
        assert record.events["type_of_violence"].is_between(1, 3).all()
        assert record.events["date_start"].null_count() == 0
        assert all(row.reason and row.line > 0 for row in record.skipped)
