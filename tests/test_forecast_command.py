"""``sahelsim forecast`` and ``sahelsim backtest``: no look ahead, the same bytes, and what they say to bad input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from forecast_worlds import record_rows, scenario_file, write_record
from ged_rows import write_table

from sahelsim.assimilation import assimilate
from sahelsim.cli import backtest_command
from sahelsim.cli.main import main
from sahelsim.forecast.read import open_forecast

ORIGIN = "2020-05"
FORCE = {"type": "deploy", "actor": "army", "group": "main", "fighters": 150}
SWEEP = {"type": "operation", "actors": {"army": {"weight": 5.0}}, "target": {"place": "Hills", "radius_km": 100}}
INTERVENTIONS: Mapping[str, Mapping[str, Any]] = {
    "force": FORCE | {"date": "2020-02-03", "until": "2020-06-20"},
    "sweep": SWEEP | {"date": "2020-04-20", "until": "2020-06-30"},
    "doctrine": {"type": "change", "actor": "movement", "scale": {"initiative": 3.0}, "date": "2020-06-08"},
    "comes": {"type": "enter", "actor": "rival", "date": "2020-06-10"},
}
LATER: Mapping[str, Mapping[str, Any]] = INTERVENTIONS | {
    "force": FORCE | {"date": "2020-02-03", "until": "2020-07-31"},
    "sweep": SWEEP | {"date": "2020-04-20"},
    "doctrine": {"type": "change", "actor": "army", "set": {"initiative": 0.1}, "date": "2020-06-01"},
    "comes": {"type": "enter", "actor": "rival", "date": "2020-07-01"},
    "added": {"type": "strike", "actor": "movement", "group": "hills", "cohesion_loss": 0.5, "date": "2020-06-02"},
    "brought": FORCE | {"fighters": 5000, "date": "2020-06-01"},
}
"""Everything after the origin is otherwise: dates, ends, contents, and two more."""

SPANS = ["--origin", ORIGIN, "--from", "2020-06", "--to", "2020-07"]
SIZES = ["--draws", "20", "--particles", "4"]


@pytest.fixture(autouse=True)
def _small_islands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assimilate, "ISLAND", 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forecasts")


@pytest.fixture(scope="module")
def world(folder: Path) -> Path:
    return scenario_file(folder / "world.yaml", **INTERVENTIONS)


@pytest.fixture(scope="module")
def record(folder: Path) -> Path:
    write_record(folder / "record.csv", record_rows((2020, 12)))
    return folder / "record.csv"


def _forecast(scenario: Path, record: Path, out: Path, *options: str) -> bytes:
    arguments = ["forecast", str(scenario), "--ged", str(record), "--out", str(out), *SPANS, *SIZES, "--quiet"]
    assert main([*arguments, "--workers", "1", *options]) == 0
    return (out / "forecast.parquet").read_bytes()


@pytest.fixture(scope="module")
def plain(folder: Path, world: Path, record: Path) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assimilate, "ISLAND", 2)
        return _forecast(world, record, folder / "plain")


def test_nothing_after_the_origin_is_looked_at(plain: bytes, folder: Path, tmp_path: Path) -> None:
    """Rows of GED and interventions dated later are changed, dropped and added: not a byte changes."""
    rows = record_rows((2020, 5))
    more = [
        row | {"best": 500, "high": 500, "side_b": "IS"} for row in record_rows((2020, 9), first=(2020, 6), busy=30)
    ]
    scenario = scenario_file(tmp_path / "world.yaml", **LATER)
    assert _forecast(scenario, write_table(tmp_path / "record.csv", [*more, *rows]), tmp_path / "out") == plain
    ours, theirs = (json.loads((f / "manifest.json").read_text()) for f in (folder / "plain", tmp_path / "out"))
    for key in ("scenario_as_known", "record", "assimilation"):
        assert ours[key] == theirs[key]
    assert (tmp_path / "out" / "state.parquet").read_bytes() == (folder / "plain" / "state.parquet").read_bytes()


def test_what_came_before_is_looked_at(plain: bytes, world: Path, record: Path, tmp_path: Path) -> None:
    rows = record_rows((2020, 12))
    rows[3] |= {"best": 77, "high": 77}
    assert _forecast(world, write_table(tmp_path / "record.csv", rows), tmp_path / "a") != plain
    earlier = INTERVENTIONS | {"force": FORCE | {"date": "2020-02-03", "until": "2020-04-20"}}
    assert _forecast(scenario_file(tmp_path / "world.yaml", **earlier), record, tmp_path / "b") != plain


def test_explicit_what_if_is_kept(plain: bytes, world: Path, record: Path, tmp_path: Path) -> None:
    """And only the one that is named."""
    asked = _forecast(world, record, tmp_path / "asked", "--what-if", "doctrine")
    assert asked != plain
    other = LATER | {"doctrine": INTERVENTIONS["doctrine"]}
    scenario = scenario_file(tmp_path / "world.yaml", **other)
    assert _forecast(scenario, record, tmp_path / "other", "--what-if", "doctrine") == asked
    assert json.loads((tmp_path / "asked" / "manifest.json").read_text())["what_if"] == ["doctrine"]


def test_same_seed_same_bytes_on_any_number_of_workers(plain: bytes, world: Path, record: Path, tmp_path: Path) -> None:
    assert _forecast(world, record, tmp_path / "two", "--workers", "2") == plain


@pytest.mark.jit_only
def test_seed_and_forced_resampling(
    plain: bytes, world: Path, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _forecast(world, record, tmp_path / "seed", "--seed", "8") != plain
    monkeypatch.setattr(assimilate, "ISLAND", 4)
    often = ["-S", "assimilation.resample_below=1", "-S", "assimilation.trust=1", "--particles", "8"]
    drawn = _forecast(world, record, tmp_path / "often", *often)
    assert drawn != plain
    found = json.loads((tmp_path / "often" / "manifest.json").read_text())["assimilation"]
    assert found["islands"] == 2
    assert found["surviving_lines"] < 8
    assert _forecast(world, record, tmp_path / "often", *often) == drawn, "an older forecast is replaced by the same"


def test_table_and_json(world: Path, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["forecast", str(world), "--ged", str(record), "--out", str(tmp_path / "f"), *SPANS, *SIZES]
    assert main([*arguments, "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "2020-06 to 2020-07, as of 2020-05" in said
    assert "JNIM-Gov" in said
    assert main([*arguments, "--workers", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["particles"] == 4
    assert found["mean"]["country"]["439"] > 0
    assert open_forecast(tmp_path / "f").months[-1] == open_forecast(tmp_path / "f").origin + 2


def _named(tree: dict[str, Any]) -> None:
    tree["assimilation"] = None


BAD: dict[str, tuple[list[str], str]] = {
    "origin after the record": (
        ["--origin", "2021-06", "--from", "2021-07", "--to", "2021-08"],
        "record ends in 2020-12",
    ),
    "origin before the record": (["--origin", "2019-06"], "no event of this war up to the origin 2019-06"),
    "from is not after the origin": (["--from", "2020-05"], "2020-05, is not after the origin 2020-05"),
    "to before from": (["--to", "2020-05"], "is 2020-05, before the first month 2020-06"),
    "no month": (["--to", "2020-13"], "'2020-13'; expected a month as YYYY-MM"),
    "no such year": (["--to", "9999-12"], "expected a month as YYYY-MM, such as 2020-10, from 1946 to 2200"),
    "no such intervention": (["--what-if", "peace"], "no intervention 'peace'"),
    "too few draws": (["--draws", "1"], "draws"),
    "too many particles": (["--particles", "9000"], "particles"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options(case: str, world: Path, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options, message = BAD[case]
    _refused(
        ["forecast", str(world), "--ged", str(record), *SPANS, *SIZES, *options], message, tmp_path / "out", capsys
    )


def _refused(arguments: list[str], message: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message, exit code 2, and nothing on disk."""
    before = sorted(out.parent.rglob("*"))
    assert main([*arguments, "--out", str(out), "--workers", "1"]) == 2
    said = capsys.readouterr().err
    assert message in " ".join(said.split())
    assert "Traceback" not in said
    assert sorted(out.parent.rglob("*")) == before


def test_bad_scenario_and_record(world: Path, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = scenario_file(tmp_path / "bare.yaml", _named)
    late = write_table(tmp_path / "late.csv", record_rows((2020, 12), first=(2020, 5)))
    empty = write_table(tmp_path / "empty.csv", [])
    for scenario, ged, message in (
        (bare, record, "section `assimilation`"),
        (world, late, "record begins in 2020-05, and the scenario follows it from 2020-01 on"),
        (world, empty, "no event"),
    ):
        _refused(["forecast", str(scenario), "--ged", str(ged), *SPANS, *SIZES], message, tmp_path / "out", capsys)


def test_directory_of_something_else(
    world: Path, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["forecast", str(world), "--ged", str(record), *SPANS, *SIZES]
    run = tmp_path / "run"
    run.mkdir()
    (run / "manifest.json").write_text('{"format": "sahelsim-run"}', encoding="utf-8")
    _refused(arguments, "stands there and is no forecast", run, capsys)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    _refused(arguments, "stands there and is no forecast", tmp_path / "file", capsys)
    monkeypatch.chdir(run)
    assert main([*arguments, "--out", ".", "--workers", "1"]) == 2
    assert "stands there and is no forecast" in " ".join(capsys.readouterr().err.split())
    assert main([*arguments, "--out", "/", "--workers", "1"]) == 2
    assert "is no directory of its own" in " ".join(capsys.readouterr().err.split())


# Backtest


def _backtest(world: Path, record: Path, out: Path, *options: str) -> int:
    origins = ["--origin", "2020-11", "--origin", "2020-12"]
    arguments = ["backtest", str(world), "--ged", str(record), "--out", str(out), "--draws", "20", "--particles", "2"]
    return main([*arguments, *origins, "--workers", "1", *options])


@pytest.fixture(scope="module")
def two_years(folder: Path) -> Path:
    return write_table(folder / "two_years.csv", record_rows((2021, 12), busy=5))


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """Folders that would have been scored."""
    calls: list[list[Path]] = []

    def score(folders: list[Path], *_: object) -> tuple[dict[str, Any], list[Path]]:
        calls.append(list(folders))
        return {}, []

    monkeypatch.setattr(backtest_command, "_score", score)
    return calls


def _stamps(out: Path) -> dict[str, int]:
    return {folder.name: (folder / "forecast.parquet").stat().st_ino for folder in out.iterdir()}


@pytest.mark.jit_only
def test_finished_origins_are_taken_as_they_are(
    world: Path, two_years: Path, tmp_path: Path, scored: list[list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Those whose inputs changed are made anew: a row of December 2020 is known to one origin of the two."""
    out = tmp_path / "back"
    assert _backtest(world, two_years, out) == 0
    first = _stamps(out)
    assert set(first) == {"2020-11", "2020-12"}
    assert scored == [[out / "2020-11", out / "2020-12"]]
    capsys.readouterr()
    rows = record_rows((2021, 12), busy=5)
    changed = next(row for row in rows if str(row["date_start"]) >= "2020-12")
    changed |= {"best": 33, "high": 33}
    assert _backtest(world, write_table(tmp_path / "record.csv", rows), out) == 0
    second = _stamps(out)
    assert second["2020-11"] == first["2020-11"]
    assert second["2020-12"] != first["2020-12"]
    assert "2020-11 was forecast before and is taken as it is" in " ".join(capsys.readouterr().err.split())


def test_backtest_refuses(
    world: Path, record: Path, two_years: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    scored: list[list[Path]],
) -> None:  # fmt: skip
    arguments = ["backtest", str(world), *SIZES]
    late = [*arguments, "--ged", str(two_years), "--origin", "2021-03"]
    _refused(late, "record ends with 2021-12, and the year after 2021-03 goes on to 2022-12", tmp_path / "a", capsys)
    _refused([*arguments, "--ged", str(record)], "no whole year after an October", tmp_path / "b", capsys)
    out = tmp_path / "out"
    (out / "2020-12").mkdir(parents=True)
    (out / "2020-12" / "mine.txt").write_text("mine", encoding="utf-8")
    theirs = [*arguments, "--ged", str(two_years), "--origin", "2020-11", "--origin", "2020-12"]
    _refused(theirs, "stands there and is no forecast", out, capsys)
    assert scored == []


def test_default_origins_have_a_year_of_record_on_either_side(
    world: Path, tmp_path: Path, scored: list[list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def forecast(_scenario: object, _events: object, plan: Any, folder: Path, *_: object, **__: object) -> bool:
        made.append(folder.name)
        return True

    monkeypatch.setattr(backtest_command, "_forecast", forecast)
    record = write_table(tmp_path / "record.csv", record_rows((2022, 9), first=(2019, 6), busy=1))
    arguments = ["backtest", str(world), "--ged", str(record), "--out", str(tmp_path / "out"), "--quiet"]
    assert main(arguments) == 0
    assert made == ["2020-10"]  # of 2021 there is no whole year after it


@pytest.mark.jit_only
def test_backtest_scores(world: Path, two_years: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["backtest", str(world), "--ged", str(two_years), "--out", str(tmp_path / "back"), *SIZES]
    assert main([*arguments, "--origin", "2020-12", "--workers", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (tmp_path / "back" / "scores" / "scores.parquet").is_file()
    assert any(file.endswith("crps.png") for file in found["files"])
