"""``sahelsim score`` on a small made-up forecast and record: what it writes, and what it says to bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from ged_rows import event, write_table

from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.forecast.read import COLUMNS, open_forecast
from sahelsim.ged.units import DYADS, OUTCOMES
from sahelsim.grid import prio_gid
from sahelsim.terms import month_id as month_id_of

ORIGIN = month_id_of(2020, 6)
MONTHS = (ORIGIN + 1, ORIGIN + 2, ORIGIN + 3)
CELL = int(prio_gid(14.25, -3.75))
DRAWS = 20


def _draws(**changes: object) -> pl.DataFrame:
    """Draws 0, 1, … 19 of every target in every month."""
    targets = [("dyad", unit) for unit in DYADS] + [("country", "432"), ("cell", str(CELL)), ("cell", str(CELL + 1))]
    rows = [
        (level, unit, outcome, month, draw, draw)
        for level, unit in targets
        for outcome in OUTCOMES
        for month in MONTHS
        for draw in range(DRAWS)
    ]
    frame = pl.DataFrame(rows, schema=list(COLUMNS), orient="row").with_columns(
        pl.col("month_id", "draw").cast(pl.Int32)
    )
    return frame.with_columns(**{name: pl.lit(value) for name, value in changes.items()})


def _write(folder: Path, frame: pl.DataFrame | None = None, manifest: str = '{"origin": "2020-06"}') -> Path:
    folder.mkdir(parents=True)
    (_draws() if frame is None else frame).write_parquet(folder / "forecast.parquet")
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    return folder


def _record(path: Path, first: int, last: int) -> Path:
    """Two events of JNIM and a government a month, four deaths each."""
    rows = []
    for month_id in range(first, last + 1):
        year, month = divmod(month_id - 1, 12)
        day = date(year + 1980, month + 1, 9)
        rows += [event(10 * month_id + i, year=day.year, date_start=day, date_end=day) for i in range(2)]
    return write_table(path, rows)


@pytest.fixture(scope="module", autouse=True)
def _coarse_figures() -> Iterator[None]:
    """Nobody looks at them here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sahelsim.plot.save.DOTS_PER_INCH", 30)
        yield


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _record(tmp_path_factory.mktemp("ged") / "record.csv", ORIGIN - 30, MONTHS[-1])


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, record: Path) -> Path:
    folder = _write(tmp_path_factory.mktemp("scored") / "forecast")
    assert main(["score", str(folder), "--ged", str(record), "--quiet", "--resamples", "60"]) == 0
    return folder


def test_writes_scores_of_every_model(scored: Path) -> None:
    names = {file.name for file in (scored / "scores").iterdir()}
    assert names == {"scores.parquet", "scores.json", "crps.png", "pit.png", "coverage.png", "fan.png"}
    table = pl.read_parquet(scored / "scores" / "scores.parquet")
    assert table.height == (5 + 1) * 2 * 3 * 9 + 2 * 2 * 3 * 10  # the climatology is for cells only
    ours = table.filter(pl.col("unit") == "JNIM-Gov", pl.col("outcome") == "events", pl.col("model") == "sahelsim")
    draws = np.arange(20)
    by_pairs = np.abs(draws - 2).mean() - np.abs(draws[:, None] - draws).mean() / 2
    assert ours["observed"].to_list() == [2, 2, 2]
    assert ours["crps"].to_list() == pytest.approx([by_pairs] * 3)
    assert (ours["q05"][0], ours["q50"][0], ours["q95"][0]) == (0, 9, 18)
    assert (ours["pit_low"][0], ours["pit_high"][0]) == (0.1, pytest.approx(0.15))
    assert ours["pit"].is_between(0.1, 0.15).all()


def test_baselines_know_the_record_up_to_the_origin(scored: Path) -> None:
    found = json.loads((scored / "scores" / "scores.json").read_text(encoding="utf-8"))
    rows = {(r["level"], r["unit"], r["outcome"], r["model"]): r for r in found["scores"]}
    assert rows["dyad", "JNIM-Gov", "deaths_best", "last"]["crps"] == 0.0
    assert rows["cell", str(CELL), "events", "empirical12"]["crps"] == 0.0
    assert rows["dyad", "JNIM-Gov", "deaths_best", "zero"]["crps"] == 8.0
    assert rows["dyad", "JNIM-Gov", "deaths_best", "zero"]["skill"] is None  # the reference made no error
    assert (found["origins"], found["first"], found["last"]) == (["2020-06"], "2020-07", "2020-09")
    assert sum(found["pit"]["dyad"]) == pytest.approx(1.0)


def test_json_is_one_object(scored: Path, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["score", str(scored), "--ged", str(record), "--resamples", "60", "--reference", "zero", "--json"]
    assert main([*command, "--out", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["reference"], len(found["files"])) == ("zero", 6)
    assert all(Path(file).is_file() for file in found["files"])
    once, again = ((folder / "scores.parquet").read_bytes() for folder in (scored / "scores", tmp_path))
    assert once == again


def test_partial_scores_the_months_that_the_record_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = _record(tmp_path / "short.csv", ORIGIN - 30, ORIGIN + 1)
    folder = _write(tmp_path / "f")
    assert main(["score", str(folder), "--ged", str(short)]) == 2
    message = capsys.readouterr().err
    assert "the record ends with 2020-07, and the forecast goes on: 2020-08 to 2020-09 cannot be scored" in message
    assert not (folder / "scores").exists()
    assert main(["score", str(folder), "--ged", str(short), "--partial", "--resamples", "60"]) == 0
    printed = capsys.readouterr().out
    assert "origin 2020-06, scored 2020-07 to 2020-07" in printed
    assert "2 months of the forecast are after the end of the record" in printed
    assert all(name in printed for name in ("JNIM-Gov", "Mali", "climatology", "skill to empirical12"))


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (ORIGIN - 30, ORIGIN, "none of the forecast's months, 2020-07 to 2020-09"),
        (ORIGIN - 10, MONTHS[-1], "the baselines need 12 months of it up to the origin, 2020-06"),
    ],
)
def test_records_that_do_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], first: int, last: int, message: str
) -> None:
    record = _record(tmp_path / "r.csv", first, last)
    assert main(["score", str(_write(tmp_path / "f")), "--ged", str(record)]) == 2
    assert message in capsys.readouterr().err


def test_record_of_another_war(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = write_table(tmp_path / "r.csv", [event(1, country="Nigeria")])
    assert main(["score", str(_write(tmp_path / "f")), "--ged", str(record)]) == 2
    assert "the record has no event in the six countries" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (_draws().drop("draw", "value"), "columns missing: draw, value; a forecast has level, unit, outcome"),
        (_draws().head(0), "holds no draws"),
        (_draws(level="village"), "level: there is no level 'village'; known are dyad, actor, country, cell"),
        (_draws(outcome="deaths"), "outcome: there is no outcome 'deaths'; known are events, deaths_best"),
        (_draws(unit="JNIM-Dozo"), "unit: the record has no "),
        (_draws(month_id=ORIGIN), "month_id: 2020-06 is not after the origin, 2020-06; it was known"),
        (_draws(month_id=1.5), "month_id: expected whole numbers"),
        (_draws().filter(pl.col("month_id") != MONTHS[1]), "month_id: 2020-08 is missing between the months"),
    ],
)
def test_forecasts_that_cannot_be_opened(tmp_path: Path, frame: pl.DataFrame, message: str) -> None:
    folder = _write(tmp_path / "f", frame)
    with pytest.raises(BadInput) as error:
        open_forecast(folder)
    assert str(error.value).startswith(str(folder / "forecast.parquet"))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (_draws(value=-1), r"value: expected a count, found -1 \(dyad JNIM-IS, events, 2020-07, draw 0\)"),
        (_draws(value=0.5), r"value: expected a count, found 0\.5"),
        (_draws().slice(1), "draw: dyad JNIM-IS, events, 2020-07 has 19 rows for 20 draws; expected one each"),
        (pl.concat([_draws(), _draws().head(1)]), "2020-07 has 21 rows for 20 draws"),
        (_draws().slice(20), "not every unit has every month"),
    ],
)
def test_draws_that_are_wrong(tmp_path: Path, frame: pl.DataFrame, message: str) -> None:
    forecast = open_forecast(_write(tmp_path / "f", frame))
    with pytest.raises(BadInput, match=message):
        forecast.draws("dyad", "events")


def test_draws_in_any_order_and_in_codes(tmp_path: Path) -> None:
    shuffled = (
        _draws().with_columns(value=pl.col("draw") * 1000 + pl.col("month_id")).sample(fraction=1, shuffle=True, seed=3)
    )
    coded = shuffled.with_columns(pl.col("level", "unit", "outcome").cast(pl.Categorical))
    forecasts = [open_forecast(_write(tmp_path / name, frame)) for name, frame in (("a", shuffled), ("b", coded))]
    values = [forecast.draws("dyad", "deaths_best") for forecast in forecasts]
    expected = np.arange(DRAWS) * 1000 + np.array(MONTHS)[:, None]
    assert all((value == expected).all() and value.shape == (5, 3, DRAWS) for value in values)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("{}", "origin: the origin is not named"),
        ('{"origin": "October 2020"}', "origin: expected a month as 2020-10, found 'October 2020'"),
        ('{"origin": "2020-13"}', "expected a month as 2020-10"),
        ("{", "cannot be read"),
    ],
)
def test_manifests_without_an_origin(tmp_path: Path, manifest: str, message: str) -> None:
    with pytest.raises(BadInput, match=r"manifest\.json: ") as error:
        open_forecast(_write(tmp_path / "f", manifest=manifest))
    assert message in str(error.value)


def test_no_forecast_here(tmp_path: Path, record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(tmp_path), "--ged", str(record)]) == 2
    assert "has no forecast.parquet" in capsys.readouterr().err
    (tmp_path / "forecast.parquet").write_text("no parquet")
    with pytest.raises(BadInput, match="is not there; it has to name the origin"):
        open_forecast(tmp_path)
    (tmp_path / "manifest.json").write_text('{"origin": "2020-06"}')
    with pytest.raises(BadInput, match="is no readable Parquet file"):
        open_forecast(tmp_path)
    assert main(["score", str(tmp_path), "--ged", str(record), "--reference", "oracle"]) == 2
    assert "--reference: there is no baseline 'oracle'; known are zero" in capsys.readouterr().err
