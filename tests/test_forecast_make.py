"""Draws of the months ahead: places and deaths that add up, marks, and comparisons without the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from forecast_worlds import parameters, record_rows, small_scenario, write_record

from sahelsim.errors import BadInput
from sahelsim.forecast.make import CellDraws, Forecast, Plan, make_forecast
from sahelsim.forecast.marks import mark, marks_of, sum_marks
from sahelsim.forecast.places import Places, recorded_places, share_out
from sahelsim.forecast.read import FILE
from sahelsim.forecast.state import state_table
from sahelsim.forecast.write import require_room, write_forecast
from sahelsim.ged.units import COUNTRIES
from sahelsim.scenario.schema import Scenario
from sahelsim.terms import month_id as month_id_of

ORIGIN = month_id_of(2020, 6)
PLAN = Plan(ORIGIN, ORIGIN + 2, ORIGIN + 4, draws=40, particles=6)


def _chance(key: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key))


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return write_record(tmp_path_factory.mktemp("ged") / "record.csv", record_rows((2020, 12)))


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return small_scenario(tmp_path_factory.mktemp("world") / "small.yaml")


@pytest.fixture(scope="module")
def forecast(scenario: Scenario, events: pl.DataFrame) -> Forecast:
    return make_forecast(scenario, events, PLAN)


# The whole


def test_shapes(forecast: Forecast) -> None:
    for level, units in forecast.units.items():
        assert forecast.events[level].shape == forecast.deaths[level].shape == (40, 3, len(units))
        assert forecast.events[level].min() >= 0
        assert (forecast.deaths[level][forecast.events[level] == 0] == 0).all()
    assert forecast.assimilation.dyads.shape == (6, 10, 5)


def test_cells_add_up_to_the_countries(forecast: Forecast) -> None:
    """In every draw and month, of all countries that have a cell: events and deaths."""
    there = [list(COUNTRIES).index(name) for name in ("Mali", "Burkina Faso")]
    cells = forecast.cells
    at = (cells.draw, cells.horizon)
    for weights, whole in ((np.ones(cells.draw.size, np.int64), forecast.events), (cells.dead, forecast.deaths)):
        total = np.zeros((40, 3), np.int64)
        np.add.at(total, at, weights)
        assert (total == whole["country"][:, :, there].sum(axis=2)).all()
    assert set(cells.gid.tolist()) <= set(cells.gids.tolist())
    assert (np.diff(cells.gids) > 0).all()


def test_file_says_the_same(forecast: Forecast, tmp_path: Path) -> None:
    write_forecast(forecast, tmp_path / "f", {})
    table = pl.read_parquet(tmp_path / "f" / FILE)
    assert table.columns == ["level", "unit", "outcome", "month_id", "draw", "value"]
    assert table["month_id"].unique().sort().to_list() == [PLAN.first, PLAN.first + 1, PLAN.last]
    key = ["level", "unit", "outcome", "month_id", "draw"]
    assert table.select(key).is_duplicated().sum() == 0
    units = table.select("level", "unit").unique().height
    assert table.height == units * 2 * 3 * 40
    one = table.filter(level="dyad", unit="IS-Gov", outcome="deaths_best", month_id=PLAN.last).sort("draw")
    assert one["value"].to_list() == forecast.deaths["dyad"][:, 2, 2].tolist()
    cell = int(forecast.cells.gid[0])
    rows = table.filter(level="cell", unit=str(cell)).group_by("outcome").agg(pl.col("value").sum())
    mine = forecast.cells.gid == cell
    assert dict(rows.iter_rows()) == {"events": mine.sum(), "deaths_best": forecast.cells.dead[mine].sum()}


@pytest.mark.jit_only
def test_months_before_the_first_change_nothing_after(
    scenario: Scenario, events: pl.DataFrame, forecast: Forecast
) -> None:
    """The first month asked for only cuts: the same draws as without the gap."""
    whole = make_forecast(scenario, events, Plan(ORIGIN, ORIGIN + 1, PLAN.last, 40, 6))
    assert (whole.events["dyad"][:, 1:] == forecast.events["dyad"]).all()


def test_record_moves_the_forecast(
    scenario: Scenario, events: pl.DataFrame, forecast: Forecast, tmp_path: Path
) -> None:
    """With twice the events of the known months the draws are higher."""
    busy = write_record(tmp_path / "busy.csv", record_rows((2020, 6), busy=26))
    assert make_forecast(scenario, busy, PLAN).events["dyad"].sum() > 1.4 * forecast.events["dyad"].sum()


@pytest.mark.jit_only
def test_without_model_and_without_following(scenario: Scenario, events: pl.DataFrame, forecast: Forecast) -> None:
    alone = make_forecast(scenario, events, Plan(ORIGIN, PLAN.first, PLAN.last, 40, 6, model=False))
    assert alone.assimilation.weights.size == 2
    recorded = {(14.25, -3.75), (15.1, -0.6), (13.9, -1.2), (14.1, -1.2)}
    assert 0 < len(set(alone.cells.gid.tolist())) <= 9 * len(recorded)
    still = make_forecast(scenario, events, Plan(ORIGIN, PLAN.first, PLAN.last, 40, 6, filtered=False))
    assert still.assimilation.weights == pytest.approx(np.full(6, 1 / 6))
    assert (still.assimilation.dyads != forecast.assimilation.dyads).any() or (
        forecast.assimilation.weights != still.assimilation.weights
    ).any()


def test_settings_of_particles_are_used(scenario: Scenario, events: pl.DataFrame) -> None:
    settings = [{"mechanisms.observation.base": value} for value in (-4.0, 3.0, 3.0)]
    found = make_forecast(
        scenario, events, Plan(ORIGIN, PLAN.first, PLAN.last, 40, 3, filtered=False), settings=settings
    )
    expected = found.assimilation.dyads.sum(axis=(1, 2))
    assert expected[0] < 0.5 * expected[1:].min()


def test_hidden_state(forecast: Forecast) -> None:
    table = state_table(forecast)
    assert table.columns == ["quantity", "of", "unit", "mean", "q05", "q50", "q95"]
    assert (table["q05"] <= table["q50"]).all()
    people = table.filter(quantity="people")
    assert people["mean"].sum() == pytest.approx(1.0)
    assert table.filter(quantity="fighters")["of"].to_list() == ["army", "movement", "rival"]


def test_scenario_without_assimilation(scenario: Scenario, events: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="section `assimilation`"):
        make_forecast(scenario.model_copy(update={"assimilation": None}), events, PLAN)


def test_steps_longer_than_a_month(tmp_path: Path, events: pl.DataFrame) -> None:
    def slow(tree: dict[str, Any]) -> None:
        tree["calendar"]["step_days"] = 31

    late = Plan(ORIGIN, ORIGIN + 2, ORIGIN + 40, 10, 2)
    with pytest.raises(BadInput, match="leave months without any"):
        make_forecast(small_scenario(tmp_path / "slow.yaml", slow), events, late)


# Marks


def test_marks_are_of_the_unit_or_of_all() -> None:
    own, shared = np.full(20, 7), np.array([1, 2, 3])
    p = parameters(marks_shared=5)
    drawn = mark(own, shared, 20_000, p, _chance())
    assert set(drawn.tolist()) == {1, 2, 3, 7}
    assert (drawn == 7).mean() == pytest.approx(0.8, abs=0.01)  # 20 / (20 + 5)


@pytest.mark.parametrize("weight", [0.0, 5.0])
def test_marks_where_little_is_recorded(weight: float) -> None:
    p, none = parameters(marks_shared=weight), np.zeros(0, np.int64)
    assert mark(none, np.array([4]), 3, p, _chance()).tolist() == [4, 4, 4]
    assert mark(none, none, 3, p, _chance()).tolist() == [0, 0, 0]
    assert mark(np.array([4]), np.array([4]), 0, p, _chance()).size == 0
    assert mark(np.array([2]), none, 2, p, _chance()).tolist() == [2, 2]


def test_marks_go_to_their_events() -> None:
    events = np.array([[[2, 0], [1, 3]], [[0, 1], [0, 0]]])
    dead = marks_of(events, [np.array([5]), np.array([1])], parameters(marks_shared=0), _chance())
    assert sum_marks(events, dead).tolist() == [[[10, 0], [5, 3]], [[0, 1], [0, 0]]]
    assert sum_marks(events, [np.array([1, 2, 4]), np.array([1, 2, 4, 8])])[:, :, 0].tolist() == [[3, 4], [0, 0]]


# Places


GIDS = np.array([10_000, 10_001, 10_720, 10_721])


def test_recorded_places_fade_and_spread() -> None:
    p = parameters(place_memory=12, place_spread=0.0)
    assert recorded_places(GIDS, np.array([10_000, 10_721]), np.array([0.0, 12.0]), p).tolist() == pytest.approx(
        [2 / 3, 0, 0, 1 / 3]
    )
    spread = recorded_places(GIDS, np.array([10_000]), np.zeros(1), parameters(place_spread=0.4))
    assert spread == pytest.approx(np.array([0.6, 0.05, 0.05, 0.05]) / 0.75)  # what falls abroad is left out
    assert recorded_places(GIDS, np.zeros(0, np.int64), np.zeros(0), p).sum() == 0


def test_shares_of_record_and_model() -> None:
    p = parameters(place_model=0.25, place_clumping=1e6)
    places = Places(GIDS, np.array([0.0, 1.0, 0.0, 0.0]), np.array([[0.0, 0, 0, 9], [3.0, 0, 0, 0]]))
    events = np.full((2, 1), 8000)
    draw, _, gid, _ = share_out(events, np.zeros(16_000, np.int64), places, np.array([0, 1]), p, _chance())
    for n, there in ((0, 10_721), (1, 10_000)):
        mine = gid[draw == n]
        assert (mine == there).mean() == pytest.approx(0.25, abs=0.02)
        assert (mine == 10_001).mean() == pytest.approx(0.75, abs=0.02)
    draw, _, gid, _ = share_out(events, np.zeros(16_000, np.int64), places, np.array([0, 1]), p, _chance(), model=False)
    assert set(gid.tolist()) == {10_001}


def test_places_clump_within_a_draw() -> None:
    even = Places(GIDS, np.full(4, 0.25), np.zeros((1, 4)))
    events, chosen, dead = np.full((200, 2), 20), np.zeros(200, np.int64), np.arange(8000)
    spread = {}
    for clumping in (1.0, 1e6):
        out = share_out(events, dead, even, chosen, parameters(place_clumping=clumping), _chance())
        assert (out[3] == dead).all(), "each event keeps its dead"
        assert (np.bincount(out[0] * 2 + out[1]) == 20).all()
        spread[clumping] = np.bincount(out[0] * 4 + np.searchsorted(GIDS, out[2]), minlength=800).var()
        assert np.bincount(np.searchsorted(GIDS, out[2])) == pytest.approx(np.full(4, 2000), rel=0.2)
    assert spread[1.0] > 5 * spread[1e6]


def test_country_without_record_and_model_is_even() -> None:
    nothing = Places(GIDS, np.zeros(4), np.zeros((1, 4)))
    _, _, gid, _ = share_out(np.array([[4000]]), np.zeros(4000, np.int64), nothing, np.zeros(1, np.int64),
                             parameters(place_clumping=1e6), _chance())  # fmt: skip
    assert np.bincount(np.searchsorted(GIDS, gid)) == pytest.approx(np.full(4, 1000), rel=0.15)


# On disk


def test_nothing_but_a_forecast_is_replaced(forecast: Forecast, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_forecast(forecast, out, {})
    (out / "scores").mkdir()
    write_forecast(forecast, out, {})
    assert sorted(file.name for file in out.iterdir()) == [FILE, "manifest.json", "state.parquet"]
    run = tmp_path / "run"
    run.mkdir()
    require_room(run)
    (run / "manifest.json").write_text('{"format": "sahelsim-run"}', encoding="utf-8")
    with pytest.raises(BadInput, match="no forecast"):
        write_forecast(forecast, run, {})
    (run / "manifest.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(BadInput, match="no forecast"):
        require_room(run)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]


def test_disk_that_fails_leaves_nothing(forecast: Forecast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sahelsim.forecast.write._write_draws", full)
    with pytest.raises(Exception, match="No space left"):
        write_forecast(forecast, tmp_path / "out", {})
    assert list(tmp_path.iterdir()) == []


def test_cells_are_counted_in_blocks(forecast: Forecast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """More cells than fit in a block: the same table."""
    write_forecast(forecast, tmp_path / "one", {})
    monkeypatch.setattr("sahelsim.forecast.write._CELLS_AT_ONCE", 7)
    write_forecast(forecast, tmp_path / "many", {})
    one, many = (pl.read_parquet(tmp_path / name / FILE) for name in ("one", "many"))
    assert one.equals(many)
    assert isinstance(forecast.cells, CellDraws)
    assert forecast.cells.gids.size > 7
