"""Bad keys, values and settings are refused with file, line, column, key and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_scenarios import Fault, check_fault
from scenario_texts import PLAIN, marked, plain_text

from sahelsim.errors import BadInput
from sahelsim.scenario.load import find_problems, load_scenario

FAULTS: dict[str, Fault] = {
    "unknown key": ("camps: [", "@@camp: [a]\ncamps: [", "camp", "unknown key 'camp'; did you mean 'camps'?"),
    "unknown nested key": (
        "    unit_size: 100\n",
        "    @@unitsize: 100\n    unit_size: 100\n",
        "actors.ARMY.unitsize",
        "unknown key 'unitsize'; did you mean 'unit_size'?",
    ),
    "unknown key of an intervention": (
        "    weight: 2.0\n",
        "    weight: 2.0\n    @@wieght: 1\n",
        "interventions.drive_to_midway.wieght",
        "unknown key 'wieght'; did you mean 'weight'?",
    ),
    "unknown key of a region": (
        "  kind: synthetic",
        "  @@tabels: x\n  kind: synthetic",
        "region.tabels",
        "unknown key 'tabels'",
    ),
    "missing key": (
        "    unit_size: 100\n",
        "@@",
        "actors.ARMY.unit_size",
        "missing key 'unit_size': fighters in a full unit",
    ),
    "unknown kind of a region": (
        "kind: synthetic",
        "kind: @@synthetik",
        "region.kind",
        "unknown kind 'synthetik'; expected one of tables, synthetic",
    ),
    "unknown type of an intervention": (
        "type: order",
        "type: @@odrer",
        "interventions.drive_to_midway.type",
        "did you mean 'order'?",
    ),
    "type of an intervention missing": (
        "    type: order\n",
        "",
        "interventions.drive_to_midway.type",
        "missing key 'type'",
    ),
    "text for a number": (
        "seed: 20170301",
        "seed: @@many",
        "seed",
        "expected a whole number from 0 to 9223372036854775807, got text 'many'",
    ),
    "number for text": ("title: Two movements on a plain", "title: @@7", "title", "expected text, got 7"),
    "fraction for a whole number": ("replicates: 4 ", "replicates: @@4.0 ", "replicates", "expected a whole number"),
    "truth value for a number": (
        "skill: 1.1",
        "skill: @@true",
        "actors.BLUE.skill",
        "expected a number from 0.01 to 100, got true",
    ),
    "yes is text": (
        "  panel: true",
        "  panel: @@yes",
        "outputs.panel",
        "expected true or false, got text 'yes'; write true",
    ),
    "underscored number is text": (
        "  population: 1500000",
        "  population: @@1_500_000",
        "region.population",
        "write it without '_'",
    ),
    "list for a mapping": (
        "outputs:\n  panel: true",
        "outputs: @@[1]\nx:\n  panel: true",
        "outputs",
        "expected a mapping, got a list",
    ),
    "mapping for a list": (
        "camps: [neutral, state, red, blue]",
        "@@camps: {a: 1}",
        "camps",
        "expected a list, got a mapping",
    ),
    "nothing for a number": ("  steps: 104", "  @@steps:", "calendar.steps", "got nothing (null)"),
    "not a number": ("skill: 1.1", "skill: @@.nan", "actors.BLUE.skill", "expected a number from 0.01 to 100, got nan"),
    "infinity": ("skill: 1.1", "skill: @@.inf", "actors.BLUE.skill", "got inf"),
    "overflow": ("skill: 1.1", "skill: @@1e999", "actors.BLUE.skill", "got inf"),
    "too many digits": ("seed: 20170301", "seed: @@" + "9" * 5000, "seed", "a number of 5000 digits is too long"),
    "below its bounds": (
        "  steps: 104",
        "  steps: @@0",
        "calendar.steps",
        "expected a whole number from 1 to 100000 (steps), got 0",
    ),
    "above its bounds": (
        "garrison_share: 0.7",
        "garrison_share: @@1.7",
        "actors.ARMY.groups.garrisons.garrison_share",
        "expected a number from 0 to 1, got 1.7: share of its units",
    ),
    "bad pattern": ("name: plain ", "name: @@'my plain' ", "name", "expected text of the form"),
    "too few": (
        "camps: [neutral, state, red, blue]",
        "camps: @@[neutral]",
        "camps",
        "expected at least 2 entries, got 1",
    ),
    "not a date": (
        "start: 2017-01-01",
        "start: @@2017-02-30",
        "calendar.start",
        "expected a date (YYYY-MM-DD), got text '2017-02-30'",
    ),
    "number for a date": (
        "start: 2017-01-01",
        "start: @@20170101",
        "calendar.start",
        "expected a date (YYYY-MM-DD), got 20170101",
    ),
    "dates reversed": (
        "until: 2018-06-30",
        "until: @@2018-02-28",
        "interventions.drive_to_midway.until",
        "ends on 2018-02-28, before it begins on 2018-03-01",
    ),
    "beyond the calendar": (
        "start: 2017-01-01\n  steps: 104",
        "start: 9999-01-01\n  steps: @@104",
        "calendar.steps",
        "run beyond the year 9999",
    ),
    "edges reversed": ("lon_min: 0\n", "lon_min: @@5\n", "grid.lon_min", "lon_min < lon_max"),
    "resolution": ("resolution: 0.5", "resolution: @@0.3", "grid.resolution", "does not divide 0.5"),
    "grid not aligned": (
        "lat_max: 14\n",
        "lat_max: @@14.1\n",
        "grid.lat_max",
        "not a whole multiple of the resolution",
    ),
    "tie out of bounds": ("{state: 0.3}", "{state: @@1.3}", "peoples.farmers.kinship.state", "from -1 to 1, got 1.3"),
    "share out of bounds": (
        "{herders: 0.4, farmers: 0.6}",
        "{herders: @@1.4, farmers: -0.4}",
        "region.people_share.herders",
        "expected a share from 0 to 1, got 1.4",
    ),
    "hostility out of bounds": (
        "state: {red: 0.8,",
        "state: {red: @@1.8,",
        "relations.camp_hostility.state.red",
        "expected a hostility from 0 to 1, got 1.8",
    ),
    "change out of bounds": (
        "scale: {pay: 1.5,",
        "set: {ideology: @@3}\n    scale: {pay: 1.5,",
        "interventions.money_for_blue.set.ideology",
        "expected a number from 0 to 1, got 3",
    ),
    "change of an unknown field": (
        "scale: {pay: 1.5,",
        "scale: {@@payment: 1.5,",
        "interventions.money_for_blue.scale.payment",
        "unknown key 'payment'",
    ),
    "change of nothing": (
        "    scale: {pay: 1.5, initiative: 1.3}\n",
        "",
        "interventions.money_for_blue",
        "changes nothing; give set or scale",
    ),
    "null without a base": (
        "  drive_to_midway:\n",
        "  nothing_here: @@null\n  drive_to_midway:\n",
        "interventions.nothing_here",
        "null removes an entry of the base",
    ),
    "unknown key in an override": (
        "    mechanisms.truce.enabled: false",
        "    @@mechanisms.truce.enabld: false",
        "mechanisms.truce.enabld",
        "unknown key 'enabld'; did you mean 'enabled'?",
    ),
    "wrong value in an override": (
        "    calendar.steps: 26",
        "    calendar.steps: @@-26",
        "calendar.steps",
        "expected a whole number from 1 to 100000 (steps), got -26",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_with_its_place(name: str, tmp_path: Path) -> None:
    check_fault(name, FAULTS[name], tmp_path)


def test_load_raises_the_first_problem_and_counts_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(plain_text(("skill: 1.1", "skill: x"), ("  panel: true", "  panel: 1")), encoding="utf-8")
    problems = find_problems(file)
    assert len(problems) == 2
    with pytest.raises(BadInput) as caught:
        load_scenario(file)
    assert str(caught.value).startswith(str(problems[0]))
    assert "(and 1 more problem; see `sahelsim validate`)" in str(caught.value)
    assert (caught.value.line, caught.value.column) == (problems[0].line, problems[0].column)


def test_a_missing_key_is_shown_at_its_mapping(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    text, line, column = marked(plain_text(("    unit_size: 100\n", ""), ("\n  ARMY:\n", "\n  @@ARMY:\n")))
    file.write_text(text, encoding="utf-8")
    (problem,) = find_problems(file)
    assert (problem.line, problem.column, problem.path) == (line, column, "actors.ARMY.unit_size")


@pytest.mark.parametrize(
    ("setting", "column", "path", "message"),
    [
        ("mechanisms.batle.rate=1", 1, "mechanisms.batle", "did you mean 'battle'?"),
        ("mechanisms.battle.rate=abc", 24, "mechanisms.battle.rate", "expected a number from 0 to 50 (1/week)"),
        ("seed", 1, "seed", "expected path=value"),
        ("seed=", 6, "seed", "no value after '='"),
        ("=3", 1, "", "expected a dotted path"),
        ("a..b=3", 1, "a..b", "expected a dotted path"),
        ("camps=[a", 9, "camps", "not valid YAML"),
        ("actors.BLUE.groups.main.homes.4.place=Midway", 1, "actors.BLUE.groups.main.homes.4.place", "items 0 to 0"),
        ("actors.BLUE.groups.main.homes.0=null", 1, "actors.BLUE.groups.main.homes.0", "cannot be removed"),
        ("extends=x", 1, "extends", "unknown key 'extends'"),
        ("seed=!!int 3", 6, "seed", "tags (!…) are not allowed"),
        ("interventions.drive=null", 21, "interventions.drive", "the base, which has no 'drive'"),
        ("region.kind=tables", 1, "region.tables", "missing key 'tables'"),
    ],
)
def test_settings(setting: str, column: int, path: str, message: str) -> None:
    problems = find_problems(PLAIN, settings=["seed=1", setting])
    fitting = [p for p in problems if message in p.message]
    assert fitting, [str(p) for p in problems]
    assert (fitting[0].file, fitting[0].line, fitting[0].column, fitting[0].path) == ("-S", 2, column, path)


def test_unknown_override() -> None:
    (problem,) = find_problems(PLAIN, overrides=["truce_hold"])
    assert problem.message == "unknown override 'truce_hold'; did you mean 'truce_holds'?"


def test_changes_that_are_no_data() -> None:
    (problem,) = find_problems(PLAIN, changes={"seed": object()})
    assert "cannot put a object into a scenario" in problem.message
    (problem,) = find_problems(PLAIN, changes={"calendar.steps": -1})
    assert (problem.file, problem.path) == ("changes", "calendar.steps")
