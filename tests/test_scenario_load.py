"""Loading: extends, overrides, settings, changes, and the text that loads back equal."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_texts import PLAIN, plain_text

from sahelsim.errors import BadInput
from sahelsim.scenario.dump import dump_scenario, scenario_hash
from sahelsim.scenario.load import find_problems, load_scenario, read_scenario
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.shipped import find_scenario, shipped_folder, shipped_scenarios

SHIPPED = sorted(shipped_folder().glob("*.yaml"))


def test_the_plain_scenario() -> None:
    scenario = load_scenario(PLAIN)
    assert scenario.calendar.start == date(2017, 1, 1)
    assert scenario.actors["BLUE"].doctrine == scenario.actors["RED"].doctrine  # by anchor and alias
    assert scenario.mechanisms.battle.rate > 0  # from the base
    assert isinstance(scenario.grid.lon_min, float)  # a whole number is a number


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_sound(path: Path) -> None:
    assert [str(problem) for problem in find_problems(path)] == []
    assert load_scenario(path).name == path.stem


def test_shipped_scenarios_are_found_by_name() -> None:
    assert "two_actors" in shipped_scenarios()
    assert load_scenario("two_actors") == load_scenario(shipped_folder() / "two_actors.yaml")
    assert find_scenario("base/mechanisms.yaml").samefile(shipped_folder() / "base" / "mechanisms.yaml")
    assert find_scenario("../secret") == Path("../secret")


def test_extends_lays_one_file_over_another(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "base.yaml").write_text(plain_text(), encoding="utf-8")
    (tmp_path / "middle.yaml").write_text(
        "extends: deep/base.yaml\nseed: 5\nactors: {BLUE: {skill: 2, groups: {main: {fighters: 50}}}}\n",
        encoding="utf-8",
    )
    top = tmp_path / "top.yaml"
    top.write_text(
        "extends: middle.yaml\nname: top\ninterventions: {drive_to_midway: null}\ncalendar: {steps: 9}\n",
        encoding="utf-8",
    )
    loaded = read_scenario(top)
    base, scenario = load_scenario(PLAIN), loaded.scenario
    assert (scenario.name, scenario.seed, scenario.calendar.steps) == ("top", 5, 9)
    assert scenario.calendar.start == base.calendar.start
    assert scenario.actors["BLUE"].skill == 2
    assert scenario.actors["BLUE"].groups["main"].fighters == 50
    assert scenario.actors["BLUE"].groups["main"].homes == base.actors["BLUE"].groups["main"].homes
    assert list(scenario.interventions) == ["money_for_blue"]
    assert [file.name for file in loaded.files] == ["mechanisms.yaml", "base.yaml", "middle.yaml", "top.yaml"]
    assert loaded.written_at("seed").file == str(tmp_path / "middle.yaml")
    assert loaded.written_at("calendar.start").file == str(tmp_path / "deep" / "base.yaml")
    assert loaded.written_at("actors.BLUE.groups.main.homes.0.place").file == str(tmp_path / "deep" / "base.yaml")
    assert (loaded.written_at("calendar.steps").line, loaded.written_at("calendar.steps").column) == (4, 19)


def test_extends_takes_a_list_and_later_ones_lie_on_top(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("seed: 1\nreplicates: 1\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("seed: 2\n", encoding="utf-8")
    (tmp_path / "top.yaml").write_text(f"extends: [{PLAIN}, a.yaml, b.yaml]\n", encoding="utf-8")
    scenario = load_scenario(tmp_path / "top.yaml")
    assert (scenario.seed, scenario.replicates) == (2, 1)


def test_a_file_may_be_extended_twice_without_a_circle(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {PLAIN}\n", encoding="utf-8")
    (tmp_path / "top.yaml").write_text("extends: [a.yaml, b.yaml]\n", encoding="utf-8")
    assert load_scenario(tmp_path / "top.yaml") == load_scenario(PLAIN)


def test_overrides_then_settings_then_changes() -> None:
    base = load_scenario(PLAIN)
    assert not load_scenario(PLAIN, overrides=["no_truce"]).mechanisms.truce.enabled
    assert "truce_holds" in load_scenario(PLAIN, overrides=["truce_holds"]).interventions
    short = load_scenario(PLAIN, overrides=["short"], settings=["replicates=3"])
    assert (short.calendar.steps, short.replicates) == (26, 3)
    last = load_scenario(PLAIN, overrides=["short"], settings=["replicates=3"], changes={"replicates": 7})
    assert last.replicates == 7
    assert load_scenario(PLAIN, settings=["interventions={}"]).interventions == base.interventions  # mappings merge
    assert load_scenario(PLAIN, settings=["interventions.drive_to_midway=null"]).interventions.keys() == {
        "money_for_blue"
    }
    assert load_scenario(PLAIN, settings=["seed=1", "seed=2"]).seed == 2


def test_settings_may_hold_equals_signs_and_lists() -> None:
    scenario = load_scenario(
        PLAIN, settings=["title=a=b", "actors.ARMY.operates_in=[WST, EST]", "grid={lat_max: 13.5}"]
    )
    assert scenario.title == "a=b"
    assert scenario.actors["ARMY"].operates_in == ("WST", "EST")
    assert scenario.grid.lat_max == 13.5
    assert scenario.grid.lat_min == 10


def test_changes_take_python_values() -> None:
    scenario = load_scenario(
        PLAIN,
        changes={
            "mechanisms.battle.rate": np.float32(0.25),
            "seed": np.int64(11),
            "calendar.start": date(2018, 1, 1),
            "camps": ("neutral", "state", "red", "blue", "green"),
            "mechanisms.truce.enabled": False,
            "interventions.drive_to_midway": None,
            "actors.ARMY.doctrine": {"hunts": 1},
        },
    )
    assert scenario.mechanisms.battle.rate == 0.25
    assert scenario.seed == 11
    assert scenario.calendar.start == date(2018, 1, 1)
    assert scenario.camps[-1] == "green"
    assert not scenario.mechanisms.truce.enabled
    assert "drive_to_midway" not in scenario.interventions
    assert scenario.actors["ARMY"].doctrine.hunts == 1


def test_interventions_outside_the_calendar_are_allowed() -> None:
    assert load_scenario(PLAIN, settings=["calendar.steps=2"]).interventions
    assert load_scenario(PLAIN, settings=["calendar.start=2030-01-01"]).interventions


def test_a_table_folder_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    text = "extends: top.yaml\nregion: {kind: tables, tables: ./my_tables, communities: cell}\n"
    (tmp_path / "top.yaml").write_text(plain_text(), encoding="utf-8")
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    problems = find_problems(tmp_path / "x.yaml")
    assert str(tmp_path / "my_tables") in problems[0].message
    assert problems[0].path == "region.tables"
    assert (problems[0].line, problems[0].column) == (2, 32)


def test_faults_of_unused_overrides_are_found_by_validate_only(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(plain_text(("calendar.steps: 26", "calendar.steps: -26")), encoding="utf-8")
    assert load_scenario(file)
    assert find_problems(file)
    with pytest.raises(BadInput, match=r"calendar\.steps"):
        load_scenario(file, overrides=["short"])


@pytest.mark.parametrize("path", [PLAIN, *SHIPPED], ids=lambda path: path.stem)
def test_the_resolved_text_loads_back_equal(path: Path, tmp_path: Path) -> None:
    scenario = load_scenario(path)
    text = dump_scenario(scenario)
    assert "extends" not in text.splitlines()
    copy = tmp_path / "resolved.yaml"
    copy.write_text(text, encoding="utf-8")
    again = load_scenario(copy)
    assert again == scenario
    assert list(again.actors) == list(scenario.actors)  # their order counts
    assert dump_scenario(again) == text
    assert scenario_hash(again) == scenario_hash(scenario)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30), st.floats(0, 50), st.integers(0, 2**63 - 1), st.text(min_size=1, max_size=8))
def test_odd_values_survive_the_resolved_text(
    tmp_path_factory: pytest.TempPathFactory, title: str, rate: float, seed: int, source: str
) -> None:
    try:
        scenario = load_scenario(
            PLAIN, changes={"title": title, "mechanisms.battle.rate": rate, "seed": seed, "actors.RED.source": source}
        )
    except BadInput as error:
        assert "surrogate" in str(error) or "character" in str(error)  # noqa: PT017
        return
    copy = tmp_path_factory.mktemp("odd") / "resolved.yaml"
    copy.write_text(dump_scenario(scenario), encoding="utf-8", newline="\n")
    assert load_scenario(copy) == scenario


def test_hash_tells_scenarios_apart() -> None:
    base = load_scenario(PLAIN)
    assert scenario_hash(base) == scenario_hash(load_scenario(PLAIN))
    assert len(scenario_hash(base)) == 64
    assert scenario_hash(base) != scenario_hash(load_scenario(PLAIN, settings=["seed=1"]))
    swapped = base.model_copy(update={"actors": dict(reversed(base.actors.items()))})
    assert swapped == base
    assert scenario_hash(swapped) != scenario_hash(base)


def test_a_scenario_is_frozen_and_pickles() -> None:
    import pickle

    scenario = load_scenario(PLAIN)
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 3  # type: ignore[misc]
    assert isinstance(pickle.loads(pickle.dumps(scenario)), Scenario)
    error = BadInput("x", file="f", line=1, column=2, path="p")
    assert str(pickle.loads(pickle.dumps(error))) == "f:1:2: p: x"


def test_loading_is_quick() -> None:
    for path in [PLAIN, *SHIPPED]:
        load_scenario(path)  # once to warm the imports
        began = time.perf_counter()
        load_scenario(path)
        assert time.perf_counter() - began < 2.0, path.name  # 0.1 to 0.4 s on an idle machine
