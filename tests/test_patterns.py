"""Patterns files, the scoring of runs, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evidence_by_hand import events, evidence, statistic

from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.patterns import (
    ConditionScore,
    Pattern,
    PatternScore,
    Scorecard,
    load_patterns,
    score_runs,
    shipped_patterns,
)
from sahelsim.patterns.schema import STATISTICS, Patterns
from sahelsim.patterns.score import measured
from sahelsim.patterns.sources import evidence_of_record
from sahelsim.patterns.words import band_words, ensemble, written
from sahelsim.plot.scorecard import scaled
from sahelsim.results import Run, open_run
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario

Capture = pytest.CaptureFixture[str]

SMALL = """\
version: 1
holds_from: 0.5
parties:
  army: { actors: [army], record: [Government of Westland], camp: state }
  rebels: { actors: [movement], record: [Movement], camp: movement }
  ghosts: { actors: [GHOST], record: [Ghosts] }
regions:
  west: { countries: [Westland] }
patterns:
  - id: p1_war
    kind: pattern
    label: war
    title: Army and movement fight
    source: made up
    conditions:
      - { name: fights, statistic: event_count, between: [army, rebels], window: [2020-01, 2020-06], inside: [1, null],
          record: 5, tolerance: any, source: made up }
      - { name: people, statistic: camp_share, party: army, window: [2020-01, 2020-06], region: [west],
          inside: [0, 1], record: null, no_record: made up, tolerance: any, source: made up }
      - { name: ground, statistic: presence_share, party: rebels, among: [army, rebels], window: [2020-01, 2020-06],
          inside: [0, 1], record: null, no_record: made up, tolerance: any, source: made up }
  - id: p2_peace
    kind: pattern
    label: peace
    title: Nobody fights
    source: made up
    conditions:
      - { name: fights, statistic: event_count, between: [army, rebels], window: [2020-01, 2020-06], factor: 3,
          record: 0, tolerance: factor of three, source: made up }
  - id: p3_ghosts
    kind: pattern
    label: ghosts
    title: Ghosts fight
    source: made up
    conditions:
      - { name: fights, statistic: event_count, between: [ghosts, rebels], window: [2020-01, 2020-06], factor: 3,
          record: 3, tolerance: factor of three, source: made up }
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small shipped world, half a year, two replicates."""
    changes = {"replicates": 2, "calendar.steps": 26}
    out = tmp_path_factory.mktemp("patterns") / "run"
    run_scenario(load_scenario("two_actors", changes=changes), out, workers=1, progress=None, force=False)
    return open_run(out)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A patterns file for that world."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------------------ the file


def test_the_shipped_file_has_the_twelve_rows() -> None:
    book = load_patterns()
    rows = [pattern.number for pattern in book.patterns if pattern.kind == "pattern"]
    assert rows == list(range(1, 13))
    for pattern in book.patterns:
        assert pattern.seeds or pattern.kind == "aggregate"
        for condition in pattern.conditions:
            low, high = condition.band(condition.record)
            assert condition.record is None or low <= condition.record <= high, condition.name


GED = Path(__file__).parents[2] / "shared" / "data" / "ucdp_ged_central_sahel_2012_2021.csv"


@pytest.mark.skipif(not GED.is_file(), reason="the UCDP GED extract is not here")
def test_the_shipped_records_are_those_of_ged() -> None:
    """Every record that GED has a value for is GED's, to the two or three digits that the file gives."""
    book = load_patterns()
    record = pd.read_csv(GED, parse_dates=["date_start"]).query("year >= 2017")
    record["month_id"] = (record["date_start"].dt.year - 1980) * 12 + record["date_start"].dt.month
    seen = evidence_of_record(record, book)
    checked = 0
    for pattern in book.patterns:
        for condition in pattern.conditions:
            value, reason = measured(condition, seen) if condition.countable else (np.nan, "not countable")
            if reason is None:
                assert condition.record == pytest.approx(value, rel=0.02), (pattern.id, condition.name)
                checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("statistic: event_count", "statistic: event_cout", 16, "unknown statistic 'event_cout'; expected one of"),
        ("statistic: event_count", "statistic: event_cout", 16, "did you mean 'event_count'?"),
        ("region: [west]", "region: [wst]", 18, "unknown region 'wst'; did you mean 'west'?"),
        ("party: army", "party: amry", 18, "unknown party 'amry'; did you mean 'army'?"),
        ("between: [army, rebels]", "between: [army, rebel]", 16, "unknown party 'rebel'; did you mean 'rebels'?"),
        ("[2020-01, 2020-06]", "[2020-06, 2020-01]", 16, "ends (2020-01) before it begins (2020-06)"),
        ("[2020-01, 2020-06]", "[2020-13, 2020-06]", 16, "'2020-13' is neither a month (2017-01) nor a date"),
        ("[2020-01, 2020-06]", "2020", 16, "expected two months or dates"),
        ("id: p2_peace", "id: p1_war", 22, "'p1_war' is already the id of pattern 1"),
        ("title: Nobody", "titel: Nobody", 22, "unknown key 'titel'; did you mean 'title'?"),
        ("record: 5", "record: null", 16, "give `record`, or `record: null` with the reason"),
        ("factor: 3", "factor: 3, inside: [0, 1]", 28, "give exactly one of `inside` and `factor`"),
        ("inside: [0, 1]", "inside: [2, 1]", 18, "nothing is inside: 2.0 is above 1.0"),
        ("factor: 3", "factor: 0.3", 28, "expected a number of at least 1"),
        ("party: army", "party: army, colour: red", 18, "unknown key 'colour'"),
        ("countries: [Westland]", "km: 3", 8, "unknown key 'km'"),
        ("{ countries: [Westland] }", "{}", 8, "give at least one of admin1, countries, box, circle"),
        (
            "    source: made up",
            "    seeds: [WAR-999]\n    source: made up",
            14,
            "'WAR-999' is no row of seeds/events.csv",
        ),
        ("version: 1", "version: 1\narea: nowhere", 2, "unknown region 'nowhere'; known: west"),
        ("version: 1", "version: 2", 1, "expected 1"),
    ],
)
def test_a_bad_file(old: str, new: str, line: int, said: str, tmp_path: Path, capsys: Capture) -> None:
    assert old in SMALL
    path = tmp_path / "bad.yaml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as fault:
        load_patterns(path)
    assert fault.value.line == line
    assert said in str(fault.value)
    assert main(["patterns", str(tmp_path), "--patterns", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{path}:{line}:")
    assert captured.out == ""


def test_names_of_a_shipped_region(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    text = SMALL.replace("version: 1", "version: 1\nnames_of: central_sahel").replace("[Westland]", "[Mli]")
    path.write_text(text.replace("west: {", "west: { admin1: [Menaka region],"), encoding="utf-8")
    with pytest.raises(BadInput) as fault:
        load_patterns(path)
    assert "unknown first-level area 'Menaka region'; did you mean 'Ménaka region'?" in str(fault.value)
    assert "unknown country 'Mli'; did you mean 'Mali'?" in str(fault.value)


# --------------------------------------------------------------------------------------------------- the scoring


def score(values: list[float], **more: object) -> ConditionScore:
    condition = statistic("event_count", **{"inside": (2.0, None), "record": 4.0, **more})
    return ConditionScore(condition, condition.record, np.array(values))


def test_inside_and_verdict() -> None:
    first, second = score([1, 2, 3, np.nan]), score([5, 1, 9, 9])
    assert first.inside.tolist() == [False, True, True, False]
    assert first.quantile(0.5) == 2
    parts = {"id": "p", "kind": "pattern", "label": "p", "title": "p", "source": "p"}
    conditions = (first.condition, second.condition)
    both = PatternScore(Pattern(**parts, conditions=conditions), (first, second), 0.5)
    assert both.inside.tolist() == [False, False, True, False]
    assert both.share_inside == 0.25
    assert not both.holds
    assert both.most_missed is first
    either = PatternScore(Pattern(**parts, needs=1, conditions=conditions), (first, second), 0.5)
    assert either.inside.tolist() == [True, True, True, True]
    blind = ConditionScore(second.condition, 4.0, second.values, reason="no such table")
    unmeasured = PatternScore(both.pattern, (first, blind), 0.0)
    assert not unmeasured.holds
    assert unmeasured.share_inside == 0
    assert unmeasured.reason == "cannot be measured: x: no such table"


@pytest.mark.parametrize(("record", "band"), [(9.0, (3.0, 27.0)), (0.0, (0.0, 1.0))])
def test_band_of_a_factor(record: float, band: tuple[float, float]) -> None:
    assert score([1], inside=None, factor=3.0, record=record).band == band


def test_a_record_counted_from_a_file_moves_the_band() -> None:
    condition = statistic("event_count", between=["red", "blue"], inside=None, factor=3.0, record=100.0)
    seen = evidence(events=events(*(("2020-02-01", "Blue", "Red"),) * 6))
    assert condition.band(measured(condition, seen)[0]) == (2, 18)


def test_words() -> None:
    assert written(2019.5, "date") == "Jul 2019"
    assert written(1234.4, "events") == "1,234"
    assert written(float("nan"), "share") == "–"
    assert band_words(score([1])) == "at least 2"
    assert ensemble(score([1, 2, 3])) == "2 (1.1–2.9)"


def test_axis_of_the_figure() -> None:
    values = np.array([0.0, 3.0, 9.0, 27.0])
    assert scaled(values, (3.0, 27.0), logarithmic=True).tolist() == pytest.approx([-np.inf, 0, 0.5, 1])
    assert scaled(values, (3.0, 27.0), logarithmic=False).tolist() == pytest.approx([-1 / 8, 0, 0.25, 1])
    assert scaled(values, (3.0, np.inf), logarithmic=True).tolist() == pytest.approx([-np.inf, 0, 0.5, 1])
    assert scaled(values, (-np.inf, 9.0), logarithmic=True).tolist() == pytest.approx([0, 1 / 3, 1, 3])


def test_scoring_a_run(run: Run, small: Path) -> None:
    card = score_runs([run], load_patterns(small))
    war, peace, ghosts = card.patterns
    fights = run.events()
    counts = fights[fights["side_b"] == "Movement"].groupby("replicate").size()
    assert war.main.values.tolist() == counts.tolist()
    assert war.holds
    assert not peace.holds
    assert "none of the actors of 'ghosts'" in str(ghosts.reason)
    assert card.holding() == (1, 3)
    people = run.allegiance(0, every_month=True).merge(run.communities()[["community", "country"]])
    people = people[(people["country"] == "Westland") & (people["month_id"] == people["month_id"].max())]
    share = people.loc[people["camp"] == "state", "population"].sum() / people["population"].sum()
    assert card["p1_war"].conditions[1].values[0] == pytest.approx(share)


def test_runs_are_pooled(run: Run, small: Path) -> None:
    card = score_runs([run, run], load_patterns(small))
    assert card.replicates == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert card.patterns[0].main.values.tolist() == [*score_runs([run], load_patterns(small))[
        "p1_war"
    ].main.values] * 2  # fmt: skip


def test_window_beyond_the_run(run: Run, small: Path) -> None:
    small.write_text(SMALL.replace("2020-06", "2021-06"), encoding="utf-8")
    reason = score_runs([run], load_patterns(small)).patterns[0].reason
    assert reason is not None
    assert "the window 2020-01 to 2021-06 is not within 2020-01 to 2020-06" in reason


def test_the_shipped_file_on_another_world(run: Run) -> None:
    """Nothing can be measured, and nothing is taken to hold."""
    card: Scorecard = score_runs([run], load_patterns())
    assert card.holding() == (0, 12)
    assert all(pattern.reason for pattern in card.patterns)


# -------------------------------------------------------------------------------------------------- the command


def test_command_writes_the_scorecard(run: Run, small: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "card"
    assert main(["patterns", str(run.path), "--patterns", str(small), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "1 of 3 patterns" in printed
    assert sorted(path.name for path in out.iterdir()) == [
        f"scorecard.{end}" for end in ("json", "md", "parquet", "png")
    ]
    written_down = json.loads((out / "scorecard.json").read_text(encoding="utf-8"))
    assert written_down["patterns"][0]["conditions"][0]["inside"] == [1.0, None]
    values = pd.read_parquet(out / "scorecard.parquet")
    assert len(values) == 5 * 2
    assert values.loc[values["pattern"] == "p3_ghosts", "value"].isna().all()


def test_json(run: Run, small: Path, capsys: Capture) -> None:
    assert main(["patterns", str(run.path), "--patterns", str(small), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["patterns"]
    keys = ["id", "title", "share_inside", "holds", "record", "median", "measured", "reason"]
    assert [list(pattern) for pattern in said["patterns"]] == [keys] * 3
    war, peace, ghosts = said["patterns"]
    assert (war["holds"], war["share_inside"], war["record"]) == (True, 1.0, 5.0)
    assert (peace["holds"], peace["record"]) == (False, 0.0)
    assert (ghosts["holds"], ghosts["median"], ghosts["measured"]) == (False, None, False)
    assert (run.path / "patterns" / "scorecard.png").is_file()
    run.verify()


def test_bad_use(run: Run, small: Path, tmp_path: Path, capsys: Capture) -> None:
    given = ["--patterns", str(small)]
    for arguments, said in (
        ([str(tmp_path / "none"), *given], "no such run"),
        ([str(tmp_path), *given], "holds no run"),
        ([str(run.path), "--patterns", str(tmp_path / "smal.yaml")], "no such file; did you mean 'small.yaml'?"),
        ([str(run.path), *given, "--ged", str(tmp_path / "no.csv")], "no.csv"),
        ([str(run.path), *given, "--out", str(small)], "cannot hold the figures"),
        ([str(run.path), str(run.path), *given], "given twice"),
        ([str(run.path), *given, "--skip-bad-rows"], "none is given"),
    ):
        assert main(["patterns", *arguments]) == 2
        captured = capsys.readouterr()
        assert said in captured.err
        assert captured.out == ""


def test_every_statistic_is_in_the_page_and_in_use() -> None:
    page = (Path(__file__).parents[1] / "docs" / "patterns.md").read_text(encoding="utf-8")
    used = {condition.statistic for pattern in load_patterns().patterns for condition in pattern.conditions}  # type: ignore[attr-defined]
    for name in STATISTICS:
        assert f"`{name}`" in page
    assert used <= set(STATISTICS)
    assert isinstance(load_patterns(shipped_patterns()), Patterns)
