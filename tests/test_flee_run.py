"""The coupling with Flee itself: people are conserved, zones open and close, the same seed gives the same camps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("flee", reason="Flee is not installed: make flee")

from flee_cases import ROUTES, HandMadeRun, write_case

from sahelsim.cli.main import main
from sahelsim.errors import BadInput, SahelsimError
from sahelsim.flee_coupling import couple, load_case, open_coupled
from sahelsim.flee_coupling.runner import read_out, run_flee

FLOWS = [(2, 0, 400, 0), (2, 2, 333, 0), (3, 1, 301, 100)]
EVENTS = [("2020-02-05", 3.0, 13.4, 8), ("2020-03-01", 2.0, 10.5, 8)]
WHERE = ["in_camps", "waiting", "on_the_way", "in_conflict_zones", "in_towns"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("flee")
    couple(HandMadeRun(FLOWS, EVENTS), load_case(write_case(base / "case")), base / "out")
    return base


def test_nobody_is_lost_on_any_day(folder: Path) -> None:
    coupled = open_coupled(folder / "out")
    people, camps = coupled.people(), coupled.camps()
    assert len(people) == 60
    assert (people[WHERE].sum(axis=1) == people["left"]).all()
    assert (people[WHERE] >= 0).all().all()
    assert (camps.groupby("date")["refugees"].sum().to_numpy() == people["in_camps"].to_numpy()).all()
    given = pd.read_csv(folder / "out" / "replicate_000" / "input_csv" / "departures.csv", index_col=0)
    assert (people["left"].to_numpy() == given.sum(axis=1).cumsum().to_numpy()).all()
    ledger = coupled.manifest["replicates"]["0"]
    assert ledger["left"] + ledger["stayed_in_country"] == 400 + 333 + 201
    assert people["in_camps"].iloc[-1] > 0.7 * ledger["left"]  # the only camp is two days away


def test_flee_opens_and_closes_the_zones_on_our_days(folder: Path) -> None:
    log = (folder / "out" / "replicate_000" / "flee.log").read_text(encoding="utf-8")
    assert "Time = 4. Adding a new conflict zone [Hills]" in log
    assert "Time = 7. Removing conflict zone [Hills]" in log
    assert "Time = 29. Adding a new conflict zone [Plain]" in log


def test_the_folder_runs_by_itself_and_gives_the_same(folder: Path, tmp_path: Path) -> None:
    before = (folder / "out" / "replicate_000" / "out.csv").read_bytes()
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(folder / "out" / "replicate_000"), str(copy)], check=True)
    (copy / "out.csv").unlink()
    subprocess.run([sys.executable, "run.py"], cwd=copy, check=True, capture_output=True)
    assert (copy / "out.csv").read_bytes() == before
    (copy / "seed.txt").write_text("12345")
    run_flee(copy)
    assert (copy / "out.csv").read_bytes() != before


def test_people_that_are_nowhere_are_noticed(folder: Path, tmp_path: Path) -> None:
    found = pd.read_csv(folder / "out" / "replicate_000" / "out.csv")
    found.loc[7, "Shelter"] += 10
    found.to_csv(tmp_path / "out.csv", index=False)
    with pytest.raises(SahelsimError, match="on day 7 -10 people"):
        read_out(tmp_path)


def test_without_a_road_nobody_arrives(tmp_path: Path) -> None:
    routes = ROUTES.replace("Middle,Shelter", "Plain,Hills")
    coupled = couple(
        HandMadeRun(FLOWS, EVENTS), load_case(write_case(tmp_path / "case", routes=routes)), tmp_path / "out"
    )
    assert coupled.camps()["refugees"].sum() == 0
    assert coupled.people()["left"].iloc[-1] > 0


def test_nothing_is_left_when_flee_fails(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    (case / "simsetting.yml").write_text("move_rules: { max_move_speed: fast }\n", encoding="utf-8")
    with pytest.raises(SahelsimError, match=r"Flee failed in replicate_000.*fast"):
        couple(HandMadeRun(FLOWS, EVENTS), load_case(case), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_run_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text('{"format": "sahelsim-run"}', encoding="utf-8")
    with pytest.raises(BadInput, match="holds a run"):
        couple(HandMadeRun([], []), load_case(write_case(tmp_path / "case")), tmp_path / "out", force=True)


def test_the_command_from_a_run_to_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    countries = {"Home_Land": "Westland", "Away": "Eastland"}
    changes = {}
    for name in ("locations", "coupling"):
        text = (write_case(tmp_path / "case") / f"{name}.{'yaml' if name == 'coupling' else 'csv'}").read_text()
        for ours, theirs in countries.items():
            text = text.replace(ours, theirs)
        changes[name] = text
    case = write_case(tmp_path / "case", **changes)
    run = tmp_path / "run"
    assert main(["run", "two_actors", "--replicates", "2", "--set", "calendar.steps=20", "--out", str(run), "-q"]) == 0
    capsys.readouterr()
    assert main(["flee", str(run), "--case", str(case), "--to", "2020-04-30", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["start"], told["end"], set(told["replicates"])) == ("2020-02-01", "2020-04-30", {"0", "1"})
    with Path(told["figure"]).open("rb") as stream:
        assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    camps = pd.read_parquet(run / "flee" / "camps.parquet")
    assert camps.columns.tolist() == ["replicate", "date", "camp", "refugees"]
    assert len(camps) == 2 * 90
    first = np.array(camps["refugees"])
    assert main(["flee", str(run), "--case", str(case), "--to", "2020-04-30", "--force", "--workers", "1", "-q"]) == 0
    assert (pd.read_parquet(run / "flee" / "camps.parquet")["refugees"].to_numpy() == first).all()
    assert main(["flee", str(run), "--case", str(case)]) == 2
    assert "holds a run already" in capsys.readouterr().err
    assert main(["flee", str(run), "--case", str(case), "--replicate", "5", "--out", str(tmp_path / "x")]) == 2
    assert main(["flee", str(run), "--out", str(tmp_path / "x")]) == 2
    assert "no day of the 2022-09-01" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
