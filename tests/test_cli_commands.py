"""The commands from inside: what they print and write."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scenario_texts import PLAIN, altered, plain_text

from sahelsim.cli.files import write_text
from sahelsim.cli.main import main
from sahelsim.cli.run_command import default_out, default_workers
from sahelsim.cli.run_table import band, counts, dyad_table, year_table
from sahelsim.errors import BadInput
from sahelsim.scenario.json_schema import json_schema_text
from sahelsim.scenario.load import find_problems, load_scenario

Capture = pytest.CaptureFixture[str]


def test_validate_sound(capsys: Capture) -> None:
    assert main(["validate", str(PLAIN), "two_actors"]) == 0
    assert capsys.readouterr().out == f"{PLAIN}: ok\ntwo_actors: ok\n"
    assert main(["validate", str(PLAIN), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "errors": []}


def test_validate_lists_all_problems(tmp_path: Path, capsys: Capture) -> None:
    text, line, column = altered("    skill: 1.1\n", "    skill: @@much\n    wrong: 1\n")
    bad, worse = tmp_path / "bad.yaml", tmp_path / "worse.yaml"
    bad.write_text(text, encoding="utf-8")
    worse.write_text("a: [", encoding="utf-8")
    assert main(["validate", str(bad), str(PLAIN), str(worse), "--json"]) == 2
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert said["ok"] is False
    assert [Path(error["file"]).name for error in said["errors"]] == ["bad.yaml", "bad.yaml", "worse.yaml"]
    assert said["errors"][0] == {
        "file": str(bad),
        "line": line,
        "column": column,
        "path": "actors.BLUE.skill",
        "message": "expected a number from 0.01 to 100, got text 'much'",
    }
    assert main(["validate", str(bad)]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors[0].startswith(f"{bad}:{line}:{column}: actors.BLUE.skill: expected a number")
    assert errors[1] == "        skill: much"
    assert errors[2] == "    " + " " * (column - 1) + "^"


def test_validate_takes_settings_and_overrides(capsys: Capture) -> None:
    assert main(["validate", str(PLAIN), "-S", "seed=-1", "--json"]) == 2
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["file"], error["line"], error["column"], error["path"]) == ("-S", 1, 6, "seed")
    assert main(["validate", str(PLAIN), "--override", "short"]) == 0


def test_init_into_a_folder(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "My War"]) == 0
    written = capsys.readouterr().out.splitlines()
    assert written == ["My War/scenario.yaml", "My War/scenario.schema.json"]
    text = Path(written[0]).read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=scenario.schema.json\n")
    assert text.count("#") > 5  # with its comments
    assert find_problems(written[0]) == []
    assert load_scenario(written[0]).name == "my_war"
    assert Path(written[1]).read_text(encoding="utf-8") == json_schema_text()
    assert main(["init", "My War"]) == 2
    assert "exists already; it is not overwritten" in capsys.readouterr().err
    assert Path(written[0]).read_text(encoding="utf-8") == text


def test_init_a_file(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "sub" / "north.yaml"
    assert main(["init", str(file), "--from", "sahel_2017_2023"]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    assert list(file.parent.iterdir()) == [file]
    assert "yaml-language-server" not in file.read_text(encoding="utf-8")
    assert load_scenario(file).name == "north"


def test_schema(tmp_path: Path, capsys: Capture) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == json_schema_text()
    out = tmp_path / "s.json"
    for _ in range(2):  # a schema may be replaced
        assert main(["schema", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == json_schema_text()
    assert list(tmp_path.iterdir()) == [out]


def test_show_a_scenario(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(plain_text(("title: Two movements on a plain", "title: Brackets [red] stay")), encoding="utf-8")
    assert main(["show", str(file)]) == 0
    shown = capsys.readouterr().out
    for word in (
        "Brackets [red] stay",
        "mechanisms.yaml",
        "2017-01-01 to 2018-12-29",
        "RED: The Reds",
        "RED–BLUE (tacit)",
        "drive_to_midway",
    ):
        assert word in shown


def test_show_a_run(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    assert main(["run", str(PLAIN), "--override", "short", "--out", str(out), "--workers", "1"]) == 0
    first = capsys.readouterr().out
    assert main(["show", str(out)]) == 0
    shown = capsys.readouterr().out
    assert shown in first
    assert "2 replicates" in shown
    assert (
        main(
            [
                "run",
                str(PLAIN),
                "--out",
                str(tmp_path / "calm"),
                "-S",
                "calendar.steps=1",
                "-S",
                "mechanisms.battle.enabled=false",
                "-S",
                "mechanisms.civilian_harm.enabled=false",
                "-S",
                "mechanisms.revenge.enabled=false",
            ]
        )
        == 0
    )
    assert "Nothing happened" in capsys.readouterr().out


def summary() -> pd.DataFrame:
    """Two of three replicates saw something; dyad B only the true world, not the record."""
    rows = [
        (0, 2020, 1, "A", 4, 10),
        (0, 2021, 1, "A", 2, 5),
        (1, 2020, 1, "A", 6, 30),
        (1, 2021, 3, "C", 1, 2),
        (1, 2021, 1, "B", 0, 0),
    ]
    return pd.DataFrame(rows, columns=["replicate", "year", "type_of_violence", "dyad_name", "events", "best"])


def test_counts_fill_with_zeros() -> None:
    table = summary()
    expected = np.array([[4.0, 2.0], [6.0, 1.0], [0.0, 0.0]])
    np.testing.assert_array_equal(counts(table, "events", [2020, 2021], 3), expected)
    assert counts(table, "best", [2020, 2021], 3).sum() == table["best"].sum()


def test_band() -> None:
    assert band(np.array([7.0])) == "7"
    assert band(np.arange(101.0)) == "50 (5-95)"


def shown(table: object) -> str:
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(table)
    console.file.close()
    return console.export_text()


def test_tables_of_an_ensemble() -> None:
    years = [2020, 2021]
    by_year = shown(year_table(summary(), years, 3))
    lines = [line.split() for line in by_year.splitlines()]
    assert lines[2][:3] == ["2020", "4", "(0-6)"]
    assert lines[-1][0] == "all"
    by_dyad = shown(dyad_table(summary(), years, 3))
    assert " A" in by_dyad
    assert " B" not in by_dyad  # nothing reported
    assert "non-state" not in by_dyad
    alone = shown(year_table(summary(), years, 2)) + shown(dyad_table(summary(), list(range(2010, 2022)), 2))
    assert "2015" not in alone  # too many years for columns


def test_default_out() -> None:
    scenario = load_scenario(PLAIN)
    assert default_out(scenario, []) == Path("runs/plain-20170301")
    assert default_out(scenario, ["a", "b"]) == Path("runs/plain-a-b-20170301")


def test_workers_are_used_where_they_are_worth_it() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    assert default_workers(load_scenario(PLAIN)) == 1
    assert default_workers(load_scenario("sahel_2017_2023", settings=["replicates=20"])) == min(cores, 20)
    assert default_workers(load_scenario("sahel_2017_2023", settings=["replicates=1"])) == 1


def test_write_text_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a" / "f.txt"
    write_text(file, "one\n")
    assert file.read_bytes() == b"one\n"
    with pytest.raises(BadInput, match="exists already"):
        write_text(file, "two\n")
    write_text(file, "two\n", replace=True)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadInput, match="No space left on device"):
        write_text(file, "three\n", replace=True)
    assert file.read_bytes() == b"two\n"
    assert list(file.parent.iterdir()) == [file]
