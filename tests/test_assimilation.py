"""The ensemble that follows a record: copies, keys, weights, expected records, and what was known at an origin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from forecast_worlds import parameters, record_rows, small_scenario, write_record

from sahelsim.assimilation import assimilate as whole
from sahelsim.assimilation import discrepancy, island
from sahelsim.assimilation.assimilate import assimilate
from sahelsim.assimilation.branch import branch, clear_logs
from sahelsim.assimilation.expected import ACTORS, DYADS, Expecting
from sahelsim.assimilation.island import ISLANDS, Survey, run_island
from sahelsim.assimilation.known import known_at
from sahelsim.assimilation.months import steps_by_month
from sahelsim.assimilation.smoothing import smoothed_so_far
from sahelsim.errors import BadInput
from sahelsim.forecast.known_record import known_record
from sahelsim.ged.units import COUNTRIES, members, monthly_counts
from sahelsim.grid import prio_gid
from sahelsim.observation.report import Observation, observe_scenario
from sahelsim.record import ReplicateRecord
from sahelsim.replicate import simulate_replicate
from sahelsim.rng import key_of
from sahelsim.scenario.outside import entrances
from sahelsim.scenario.schema import Calendar, Scenario
from sahelsim.scenario.targets import with_values
from sahelsim.schedule import Play, begin, run_step
from sahelsim.terms import month_id as month_id_of
from sahelsim.world.build import Blueprint, build_blueprint
from sahelsim.world.ground import Ground

ORIGIN, LAST = month_id_of(2020, 6), month_id_of(2020, 8)
GOES = {"type": "deploy", "actor": "army", "group": "main", "fighters": 200, "date": "2020-02-10"}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("world")
    return small_scenario(
        folder / "small.yaml",
        goes=GOES | {"until": "2020-05-20"},
        leaves={"type": "withdraw", "actor": "army", "share": 0.5, "date": "2020-02-20", "until": "2020-06-30"},
    )


@pytest.fixture(scope="module")
def blueprint(scenario: Scenario) -> Blueprint:
    return build_blueprint(known_at(scenario, ORIGIN, LAST))


def _arrays(play: Play) -> Iterator[tuple[str, np.ndarray]]:
    """Everything of a world that changes."""
    world = play.world
    for table in (world.actors, world.groups, world.units, world.communities, world.cells, world.outside):
        for name in vars(table):
            yield f"{type(table).__name__}.{name}", getattr(table, name)
    for name in ("violence", "decisions", "flows"):
        log = getattr(world, name)
        yield name, log.rows[: int(log.count[0])]


def _differs(one: Play, other: Play) -> list[str]:
    return [name for (name, a), (_, b) in zip(_arrays(one), _arrays(other), strict=True) if not np.array_equal(a, b)]


def _run(play: Play, steps: int) -> None:
    for _ in range(steps):
        run_step(play)


def test_copy_with_the_same_chances_is_the_same_world(blueprint: Blueprint) -> None:
    original = begin(blueprint, 3)
    _run(original, 8)  # forces have come, and some are leaving
    before = {name: array.copy() for name, array in _arrays(original)}
    twin, stranger = branch(original, blueprint.scenario.seed, 3), branch(original, blueprint.scenario.seed, 4)
    _run(stranger, 6)
    assert all(np.array_equal(before[name], array) for name, array in _arrays(original)), "a copy runs alone"
    _run(original, 14)
    _run(twin, 14)
    assert _differs(original, twin) == []
    assert twin.world.ledger == original.world.ledger
    _run(stranger, 8)
    assert {"Units.strength", "violence"} <= set(_differs(original, stranger))


def test_copies_share_ground_and_blueprint_only(blueprint: Blueprint) -> None:
    original = begin(blueprint, 0)
    _run(original, 3)
    twin = branch(original, 1, 1)
    assert twin.blueprint is original.blueprint
    assert twin.world.ground is original.world.ground
    assert twin.interventions.context is original.interventions.context
    assert twin.interventions is not original.interventions
    assert twin.rolls is not original.rolls
    for (name, a), (_, b) in zip(_arrays(original), _arrays(twin), strict=True):
        assert not np.shares_memory(a, b), name


def test_logs_can_be_forgotten(blueprint: Blueprint) -> None:
    kept, cleared = begin(blueprint, 5), begin(blueprint, 5)
    for _ in range(12):
        clear_logs(cleared)
        _run(kept, 1)
        _run(cleared, 1)
    different = set(_differs(kept, cleared))
    assert different <= {"violence", "decisions", "flows"}
    assert "decisions" in different


def _logged(blueprint: Blueprint, number: int, steps: int) -> Play:
    play = begin(blueprint, number)
    _run(play, steps)
    return play


def _chances_by_unit(seen: Observation, record: ReplicateRecord, ground: Ground) -> dict[tuple[str, str], float]:
    """Sum of the chances of the true events of each unit, membership as for recorded events."""
    cell, labels = record.violence.cell, np.array(seen.sides.labels)
    table = pl.DataFrame(
        {
            "type_of_violence": seen.sides.kind, "side_a": labels[seen.sides.side_a], "best": 1,
            "side_b": labels[seen.sides.side_b], "latitude": ground.cells_latitude[cell],
            "longitude": ground.cells_longitude[cell], "chance": seen.probability,
            "country": np.array(ground.names.country_names)[ground.cells_country[cell]], "date_start": date(2020, 1, 1),
        }
    )  # fmt: skip
    gids = prio_gid(ground.cells_latitude, ground.cells_longitude)
    sums = members(table, cells=gids.tolist(), keep=["chance"]).group_by("level", "unit").agg(pl.col("chance").sum())
    return {(level, unit): chance for level, unit, chance in sums.iter_rows()}


def test_expected_record_is_the_sum_of_the_chances(scenario: Scenario) -> None:
    """By dyad, actor, country and cell, each as the record is counted, of two worlds with other parameters."""
    calendar = scenario.calendar.model_copy(update={"steps": 20})
    one = scenario.model_copy(update={"calendar": calendar})
    two = with_values(one, {"mechanisms.observation.base": -1.5})
    worlds = [(number, s, build_blueprint(s)) for number, s in enumerate((one, two))]
    plays = [begin(blueprint, number) for number, _, blueprint in worlds]
    for play in plays:
        _run(play, 20)
    expected = Expecting(worlds[0][2]).month(plays, [one, two])
    for i, s, blueprint in worlds:
        record, ground = simulate_replicate(s, i, blueprint=blueprint), blueprint.ground
        by_unit = _chances_by_unit(observe_scenario(record, ground, s), record, ground)
        assert expected.dyads[i] == pytest.approx([by_unit[("dyad", name)] for name in DYADS])
        assert expected.actors[i] == pytest.approx([by_unit[("actor", name)] for name in ACTORS])
        codes = [str(COUNTRIES[name]) for name in ground.names.country_names]
        assert expected.countries[i] == pytest.approx([by_unit.get(("country", code), 0.0) for code in codes])
        gids = prio_gid(ground.cells_latitude, ground.cells_longitude)
        assert expected.cells[i] == pytest.approx([by_unit.get(("cell", str(gid)), 0.0) for gid in gids])
    assert expected.dyads.min() > 0
    assert expected.actors[0, 2] > expected.dyads[0, 1:3].sum()


def test_events_of_other_countries_are_not_expected(tmp_path: Path) -> None:
    def elsewhere(tree: dict[str, Any]) -> None:
        tree["region"]["countries"]["WST"]["name"] = "Mauritania"

    scenario = small_scenario(tmp_path / "small.yaml", elsewhere)
    play = begin(build_blueprint(scenario), 0)
    _run(play, 30)
    expected = Expecting(play.blueprint).month([play], [scenario])
    west = play.blueprint.ground.cells_country == 0
    assert west[play.world.violence.finish().cell].any(), "the test needs an event there"
    assert expected.cells[0, west].sum() == expected.countries[0, 0] == 0
    assert expected.countries[0, 1] > expected.dyads[0].sum() > 0


# An island and the ensemble


def _survey(scenario: Scenario, counts: np.ndarray, **changes: float) -> Survey:
    months = steps_by_month(known_at(scenario, ORIGIN, LAST).calendar, LAST)
    return Survey(months, counts, parameters(**changes), scenario.seed)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Keys of all plays, in the order in which they are begun or copied."""
    seen: list[tuple[int, int]] = []

    def begun(blueprint: Blueprint, replicate: int) -> Play:
        play = begin(blueprint, replicate)
        seen.append(play.world.key)
        return play

    def copied(play: Play, seed: int, number: int) -> Play:
        twin = branch(play, seed, number)
        seen.append(twin.world.key)
        return twin

    monkeypatch.setattr(island, "begin", begun)
    monkeypatch.setattr(island, "branch", copied)
    return seen


COUNTS = np.random.default_rng(4).poisson(2.0, (6, 5))


@pytest.mark.jit_only
def test_resampled_island_has_no_key_twice(
    scenario: Scenario, blueprint: Blueprint, keys: list[tuple[int, int]]
) -> None:
    """Drawn anew every month: copies of copies go their own ways, and all lines have all months."""
    survey = _survey(scenario, COUNTS, resample_below=1.0, trust=1.0)
    found = run_island(survey, [(i, blueprint) for i in range(6)], 1)
    assert len(keys) > 8
    assert len(set(keys)) == len(keys)
    assert found.dyads.shape == (6, 8, 5)
    assert found.hidden["fighters"].shape[0] == 6
    assert len(np.unique(found.dyads[:, -2:].reshape(6, -1), axis=0)) == 6, "copies differ after the last drawing"
    assert found.ancestors == len(set(found.draws.tolist())) < 6
    assert found.weights == pytest.approx(np.full(6, 1 / 6))
    copies = [np.flatnonzero(found.draws == draw) for draw in set(found.draws.tolist())]
    assert all((found.dyads[group, 0] == found.dyads[group[0], 0]).all() for group in copies), "one past each"


def test_islands_have_different_keys(scenario: Scenario, blueprint: Blueprint, keys: list[tuple[int, int]]) -> None:
    short = Survey({ORIGIN: 1}, COUNTS[:1], parameters(), scenario.seed)
    for number in (0, 1, 2, ISLANDS - 1):
        run_island(short, [(0, blueprint), (1, blueprint)], number)
    assert len(set(keys)) == len(keys) == 8


def test_more_islands_than_keys_are_refused(scenario: Scenario) -> None:
    with pytest.raises(BadInput, match="8,192 particles"):
        assimilate(scenario, _survey(scenario, COUNTS), [{}] * (ISLANDS * whole.ISLAND + 1))
    with pytest.raises(BadInput, match="two particles"):
        assimilate(scenario, _survey(scenario, COUNTS), [{}])


@pytest.mark.jit_only
def test_weights_are_the_likelihood_of_the_record(scenario: Scenario, blueprint: Blueprint) -> None:
    """Without drawing anew: the tempered product over the months, and the evidence its mean."""
    survey = _survey(scenario, COUNTS, resample_below=0.0, trust=0.4)
    found = run_island(survey, [(i, blueprint) for i in range(4)], 0)
    p, total = survey.parameters, np.zeros(4)
    state = discrepancy.prior(p, 4, 5)
    for t, month in enumerate(list(survey.months)[:6]):
        apart = np.exp(-0.5 * (np.arange(t, -1, -1) / p.smoothing) ** 2)
        so_far = np.einsum("m,pmk->pk", apart / apart.sum(), found.dyads[:, : t + 1])
        state = discrepancy.step(state, p) if t else state
        state, likely = discrepancy.update(state, COUNTS[t], np.log(so_far + p.floor), month, p)
        total += 0.4 * likely
    weights = np.exp(total - total.max())
    assert found.weights == pytest.approx(weights / weights.sum())
    assert found.evidence == pytest.approx(total.max() + np.log(weights.mean()))
    assert found.effective[-1] == pytest.approx(1 / (found.weights**2).sum() / 4)


@pytest.mark.jit_only
def test_islands_count_by_evidence_and_size(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ensemble without drawing anew weighs particles as one big island would; of unequal islands too."""
    monkeypatch.setattr(whole, "ISLAND", 4)
    survey = _survey(scenario, COUNTS, resample_below=0.0)
    found = assimilate(known_at(scenario, ORIGIN, LAST), survey, [{}] * 6)
    assert found.island_weights.size == 2
    assert found.weights.sum() == pytest.approx(1)
    assert found.draws.tolist() == list(range(6))
    p = survey.parameters
    state, total = discrepancy.prior(p, 6, 5), np.zeros(6)
    for t, month in enumerate(list(survey.months)[:6]):
        so_far = np.log(np.maximum(smoothed_so_far(found.dyads[:, : t + 1], p.smoothing), 0) + p.floor)
        state = discrepancy.step(state, p) if t else state
        state, likely = discrepancy.update(state, COUNTS[t], so_far, month, p)
        total += p.trust * likely
    weights = np.exp(total - total.max())
    assert found.weights == pytest.approx(weights / weights.sum())


def test_systematic_resampling_keeps_the_expected_numbers() -> None:
    weights = np.array([0.05, 0.4, 0.0, 0.3, 0.25])
    for u in np.linspace(0.001, 0.999, 37):
        times = np.bincount(island._systematic(weights, u), minlength=5)
        assert (times >= np.floor(5 * weights)).all()
        assert (times <= np.ceil(5 * weights)).all()


# What was known


def test_what_is_dated_later_is_not_there(tmp_path: Path) -> None:
    past = GOES | {"until": "2020-09-30"}
    scenario = small_scenario(
        tmp_path / "small.yaml",
        came=past,
        gone=GOES | {"until": "2020-05-31"},
        leaves={"type": "withdraw", "actor": "army", "share": 0.1, "date": "2020-06-30", "until": "2020-12-31"},
        later=GOES | {"date": "2020-07-01", "until": "2020-09-30"},
        asked=GOES | {"date": "2020-07-01", "until": "2020-09-30", "what_if": True},
    )
    known = known_at(scenario, ORIGIN, LAST, ["asked"])
    assert {name: what.until for name, what in known.interventions.items()} == {
        "came": None, "gone": date(2020, 5, 31), "leaves": date(2020, 12, 31), "asked": date(2020, 9, 30),
    }  # fmt: skip
    last = known.calendar.start.toordinal() + known.calendar.steps * known.calendar.step_days
    assert date(2020, 9, 1).toordinal() <= last <= date(2020, 9, 7).toordinal()
    with pytest.raises(BadInput, match="no intervention 'nothing'"):
        known_at(scenario, ORIGIN, LAST, ["nothing"])


def test_actor_that_comes_later_waits(tmp_path: Path) -> None:
    """Its entrance is dropped, and it must not stand there from the first day for that."""
    came = small_scenario(tmp_path / "a.yaml", comes={"type": "enter", "actor": "rival", "date": "2020-07-15"})
    known = known_at(came, ORIGIN, LAST)
    play = begin(build_blueprint(known), 0)
    _run(play, known.calendar.steps)
    rival = list(known.actors).index("rival")
    assert play.world.units.strength[play.world.units.actor == rival].sum() == 0
    assert play.world.actors.waiting[rival] == 1
    other = small_scenario(tmp_path / "b.yaml", elsewhen={"type": "enter", "actor": "rival", "date": "2021-03-01"})
    assert known_at(other, ORIGIN, LAST) == known
    early = known_at(came, month_id_of(2020, 7), LAST)
    assert entrances(early) == {"rival": date(2020, 7, 15)}


def test_actor_that_splits_off_later_waits(tmp_path: Path) -> None:
    def nobody(tree: dict[str, Any]) -> None:
        tree["actors"]["rival"]["groups"]["bands"]["fighters"] = 0

    split = {"type": "split", "actor": "movement", "groups": ["hills"], "into": "rival", "date": "2020-07-15"}
    known = known_at(small_scenario(tmp_path / "small.yaml", nobody, leaves=split), ORIGIN, LAST)
    play = begin(build_blueprint(known), 0)
    _run(play, known.calendar.steps)
    rival = list(known.actors).index("rival")
    assert play.world.actors.waiting[rival] == 1
    assert rival not in play.world.groups.actor[[1]]


def test_priors_of_dropped_interventions_go(tmp_path: Path) -> None:
    def free(tree: dict[str, Any]) -> None:
        tree["priors"]["late"] = {
            "path": "interventions.later.share", "distribution": "uniform", "low": 0.1, "high": 0.9,
            "source": "invented",
        }  # fmt: skip

    later = {"type": "withdraw", "actor": "army", "share": 0.5, "date": "2020-07-15"}
    scenario = small_scenario(tmp_path / "small.yaml", free, later=later)
    assert "late" not in known_at(scenario, ORIGIN, LAST).priors
    assert "late" in known_at(scenario, ORIGIN, LAST, ["later"]).priors


@pytest.mark.parametrize(
    ("start", "step_days"), [(date(2020, 1, 1), 7), (date(2019, 12, 30), 7), (date(2020, 1, 17), 3)]
)
def test_every_step_has_a_month(start: date, step_days: int) -> None:
    calendar = Calendar(start=start, steps=400, step_days=step_days)
    steps = steps_by_month(calendar, LAST)
    assert list(steps) == list(range(min(steps), LAST + 1))
    assert all(abs(n * step_days - 30.5) < step_days + 1.5 for n in list(steps.values())[1:])
    days = sum(steps.values()) * step_days
    assert abs((date(2020, 9, 1) - start).days - days) <= step_days / 2


def test_record_that_is_known(tmp_path: Path) -> None:
    rows = record_rows((2020, 9))
    events = write_record(tmp_path / "record.csv", rows)
    record = known_record(events, ORIGIN)
    table = monthly_counts(events, ORIGIN - 5, ORIGIN).filter(level="dyad", unit="JNIM-Gov", outcome="events")
    assert record.counts("dyad", DYADS, ORIGIN - 5)[:, 1].tolist() == table["value"].to_list()
    assert record.cells()["age"].min() == 0
    assert record.cells()["age"].max() == 5
    three = record.dead("country", ["432"], 3)[0]
    assert 0 < three.size < record.dead("country", ["432"], 99)[0].size
    later = [row for row in rows if str(row["date_start"]) > "2020-06-30"]
    changed = [row | {"best": 900, "high": 900, "side_b": "IS"} if row in later else row
               for row in rows]  # fmt: skip
    assert known_record(write_record(tmp_path / "changed.csv", changed), ORIGIN).fingerprint == record.fingerprint
    earlier = [rows[0] | {"best": 900, "high": 900}, *rows[1:]]
    assert known_record(write_record(tmp_path / "earlier.csv", earlier), ORIGIN).fingerprint != record.fingerprint


def test_keys_of_replicates_are_told_apart_by_32_bits() -> None:
    assert key_of(1, ISLANDS << 24) == key_of(1, 0), "or there could be more islands"
