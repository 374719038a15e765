"""Every kind of bad input is refused with file, line, column, key and what would be right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from scenario_texts import PLAIN, altered, marked, plain_text

from sahelsim.errors import BadInput
from sahelsim.scenario.load import find_problems, load_scenario

# name: (piece of the plain scenario, what replaces it with @@ at the fault, dotted path, what the message says)
FAULTS: dict[str, tuple[str, str, str, str]] = {
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
    "unknown actor": (
        "    actor: BLUE\n",
        "    actor: @@BLEU\n",
        "interventions.money_for_blue.actor",
        "unknown actor 'BLEU'; did you mean 'BLUE'?",
    ),
    "unknown actor in a rivalry": (
        "a: RED, b: BLUE, base",
        "a: @@RAD, b: BLUE, base",
        "relations.rivalries.red_blue.a",
        "unknown actor 'RAD'; did you mean 'RED'?",
    ),
    "unknown avenger": (
        "avenger: ARMY",
        "avenger: @@ARMYS",
        "relations.feuds.farmers_herders.avenger",
        "did you mean 'ARMY'?",
    ),
    "unknown camp": (
        "    camp: state\n",
        "    camp: @@stat\n",
        "actors.ARMY.camp",
        "unknown camp 'stat'; did you mean 'state'?",
    ),
    "unknown camp of a tie": ("{state: 0.3}", "{@@stat: 0.3}", "peoples.farmers.kinship.stat", "unknown camp 'stat'"),
    "tie out of bounds": ("{state: 0.3}", "{state: @@1.3}", "peoples.farmers.kinship.state", "from -1 to 1, got 1.3"),
    "unknown people": (
        "- {people: herders, country",
        "- {people: @@herder, country",
        "actors.RED.groups.west.homes.0.people",
        "unknown people 'herder'; did you mean 'herders'?",
    ),
    "unknown people of a group": (
        "        name: Main body\n        people: herders",
        "        name: Main body\n        people: @@hunters",
        "actors.BLUE.groups.main.people",
        "unknown people 'hunters'",
    ),
    "unknown place": (
        "homes: [{place: Midway,",
        "homes: [{place: @@Midwy,",
        "actors.BLUE.groups.main.homes.0.place",
        "unknown place 'Midwy'; did you mean 'Midway'?",
    ),
    "unknown place of an order": (
        "target: {place: Midway,",
        "target: {place: @@Middle,",
        "interventions.drive_to_midway.target.place",
        "unknown place 'Middle'",
    ),
    "unknown capital": (
        "capital: Easton}",
        "capital: @@Eston}",
        "region.countries.EST.capital",
        "did you mean 'Easton'?",
    ),
    "unknown country": (
        "towns_of: WST",
        "towns_of: @@WSTT",
        "actors.ARMY.groups.garrisons.homes.0.towns_of",
        "unknown country 'WSTT'; did you mean 'WST'?",
    ),
    "unknown country to operate in": (
        "operates_in: [WST]",
        "operates_in: [WST, @@EAST]",
        "actors.ARMY.operates_in.1",
        "unknown country 'EAST'; did you mean 'EST'?",
    ),
    "unknown area": (
        "{towns_of: WST, min",
        "{towns_of: WST, admin1: [@@Hills], min",
        "actors.ARMY.groups.garrisons.homes.0.admin1.0",
        "unknown first-level area 'Hills'",
    ),
    "unknown group": (
        "    actor: ARMY\n    target",
        "    actor: ARMY\n    groups: [@@garrison]\n    target",
        "interventions.drive_to_midway.groups.0",
        "unknown group of ARMY 'garrison'; did you mean 'garrisons'?",
    ),
    "two kinds of home": (
        "homes: [{place: Midway,",
        "homes: [@@{place: Midway, people: herders,",
        "actors.BLUE.groups.main.homes.0",
        "give exactly one of",
    ),
    "shares": (
        "farmers: 0.6}\n  countries",
        "farmers: 0.7}\n  countries",
        "region.people_share",
        "the shares must sum to 1; they sum to 1.1",
    ),
    "share out of bounds": (
        "{herders: 0.4, farmers: 0.6}",
        "{herders: @@1.4, farmers: -0.4}",
        "region.people_share.herders",
        "expected a share from 0 to 1, got 1.4",
    ),
    "camp twice": (
        "camps: [neutral, state, red, blue]",
        "camps: [neutral, state, red, blue, @@red]",
        "camps.4",
        "the camp 'red' stands twice",
    ),
    "hostility out of bounds": (
        "state: {red: 0.8,",
        "state: {red: @@1.8,",
        "relations.camp_hostility.state.red",
        "expected a hostility from 0 to 1, got 1.8",
    ),
    "hostility in conflict": (
        "blue: 0.8}\n",
        "blue: 0.8}\n    red: {state: @@0.4}\n",
        "relations.camp_hostility.red.state",
        "hostility is symmetric, but red to state is 0.4 and state to red is 0.8",
    ),
    "hostile to itself": (
        "  rivalries:",
        "  hostility: {RED: {@@RED: 1}}\n  rivalries:",
        "relations.hostility.RED.RED",
        "cannot be hostile to itself",
    ),
    "rival of itself": (
        "b: BLUE, base",
        "b: @@RED, base",
        "relations.rivalries.red_blue.b",
        "expected two different actors, got RED twice",
    ),
    "pair twice": (
        "  truces:",
        "    @@again: {a: BLUE, b: RED, base: 0.1, ideology: 0, source: x}\n  truces:",
        "relations.rivalries.again",
        "BLUE and RED are already given in 'red_blue'",
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
    "countries not from west to east": (
        "lon_max: 5, gov",
        "lon_max: @@3, gov",
        "region.countries.EST.lon_max",
        "from west to east",
    ),
    "place outside the grid": (
        "    Old Well: {latitude: 13.3",
        "    @@Old Well: {latitude: 23.3",
        "region.places.Old Well",
        "lies outside the grid",
    ),
    "null without a base": (
        "  drive_to_midway:\n",
        "  nothing_here: @@null\n  drive_to_midway:\n",
        "interventions.nothing_here",
        "null removes an entry of the base",
    ),
    "duplicate key": (
        "seed: 20170301",
        "seed: 1\n@@seed: 20170301",
        "seed",
        "duplicate key 'seed'; it is already in line",
    ),
    "duplicate nested key": (
        "    skill: 1.1\n",
        "    skill: 1.1\n    @@skill: 1.2\n",
        "actors.BLUE.skill",
        "duplicate key 'skill'",
    ),
    "cyclic alias": (
        "camps: [neutral,",
        "camps: &c [@@*c, neutral,",
        "",
        "alias *c stands inside the thing it repeats",
    ),
    "alias without anchor": ("doctrine: *movement", "doctrine: @@*movment", "", "did you mean 'movement'?"),
    "tag": ("seed: 20170301", "seed: @@!!python/object/apply:os.system [ls]", "seed", "tags (!…) are not allowed"),
    "merge key": (
        "    skill: 1.1\n",
        "    skill: 1.1\n    @@<<: {a: 1}\n",
        "actors.BLUE.<<",
        "merge keys (<<) are not part of YAML 1.2",
    ),
    "tab": ("  steps: 104", "@@\tsteps: 104", "", "a tab cannot indent"),
    "unclosed": ("camps: [neutral, state, red, blue]", "camps: [neutral, state, red, blue", "", "not valid YAML"),
    "control character": ("seed: 20170301", "seed: @@\x07", "", "not valid YAML"),
    "second document": ("outputs:\n", "@@---\noutputs:\n", "", "a second document begins here"),
    "complex key": ("seed: 20170301", "@@[a, b]: 1\nseed: 20170301", "", "a key must be a single word"),
    "half a character": ("title: Two movements on a plain", 'title: @@"\\uD800"', "", "half of a surrogate pair"),
    "YAML 1.1": ("# yaml-language-server:", "%YAML 1.1\n@@---\n#", "", "only YAML 1.2"),
    "wrong extends": (
        "extends: base/mechanisms.yaml ",
        "extends: @@7 ",
        "extends",
        "expected the path of a scenario file",
    ),
    "extends nothing": (
        "extends: base/mechanisms.yaml ",
        "extends: @@base/mechanism.yaml ",
        "extends",
        "no such file 'base/mechanism.yaml'",
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
    old, new, path, message = FAULTS[name]
    text, line, column = altered(old, new) if "@@" in new else (plain_text((old, new)), 0, 0)
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    problems = find_problems(file)
    fitting = [p for p in problems if message in p.message]
    assert fitting, [str(p) for p in problems]
    problem = fitting[0]
    assert problem.file == str(file)
    assert problem.path == path
    if line and name not in ("missing key",):  # a missing key is shown at the mapping that should have it
        assert (problem.line, problem.column) == (line, column), str(problem)
    else:
        assert problem.line > 1


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


def test_yaml_bomb(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(rows), encoding="utf-8")
    (problem,) = find_problems(file)
    assert "once aliases are expanded" in problem.message
    assert problem.line == 5  # 11, 111, 1111, 11111, and then more than 100,000


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting(opening: str, tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text("a: " + opening * 20_000 if opening != "- " else opening * 20_000, encoding="utf-8")
    (problem,) = find_problems(file)
    assert "nested more than 40 levels deep" in problem.message
    assert problem.line == 1


def test_deep_nesting_through_aliases(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x]", *(f"a{i}: &a{i} {'[' * 10}*a{i - 1}{']' * 10}" for i in range(1, 200))]
    file = tmp_path / "deep.yaml"
    file.write_text("\n".join(rows), encoding="utf-8")
    (problem,) = find_problems(file)
    assert "once aliases are expanded" in problem.message
    assert problem.line == 5


def test_too_large(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("# x\n" * 300_000, encoding="utf-8")
    (problem,) = find_problems(file)
    assert "larger than 1,000,000 bytes" in problem.message


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"", 1, 1, "the file is empty"),
        (b"# only a comment\n", 1, 1, "the file is empty"),
        (b"---\n...\n", 1, 1, "the file is empty"),
        (b"- a\n- b\n", 1, 1, "expected a mapping (key: value) at the top level, got a list"),
        (b"hello", 1, 1, "expected a mapping (key: value) at the top level, got a single value"),
        (b"name: x\ntitle: caf\xe9\n", 2, 11, "byte 0xe9 is not UTF-8 text"),
        (b"\xff\xfen\x00a\x00", 1, 1, "is not UTF-8 text"),
        (b"name: \x00\n", 1, 7, "not valid YAML"),
        (b"\x89PNG\r\n\x1a\n", 1, 1, "is not UTF-8 text"),
    ],
)
def test_no_scenario_at_all(content: bytes, line: int, column: int, message: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    (problem,) = find_problems(file)
    assert message in problem.message
    assert (problem.file, problem.line, problem.column) == (str(file), line, column)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + PLAIN.read_bytes())
    assert find_problems(file) == []


def test_directory_missing_and_special_files(tmp_path: Path) -> None:
    (tmp_path / "reference.yaml").touch()
    assert "is a directory" in find_problems(tmp_path)[0].message
    missing = find_problems(tmp_path / "refrence.yaml")[0]
    assert missing.message == "no such file; did you mean 'reference.yaml'?"
    assert "not a regular file" in find_problems("/dev/zero")[0].message
    assert "no such file" in find_problems(tmp_path / "no" / "such.yaml")[0].message
    assert find_problems("\0")
    assert find_problems("x" * 5000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "locked.yaml"
    file.write_bytes(PLAIN.read_bytes())
    file.chmod(0)
    assert "cannot read the file: Permission denied" in find_problems(file)[0].message


def test_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("name: b\nextends: sub/../a.yaml\n", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (problem,) = find_problems(tmp_path / "a.yaml")
    assert problem.message == "extends runs in a circle: a.yaml -> b.yaml -> a.yaml"
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "b.yaml"), 2, 10)
    (tmp_path / "self.yaml").write_text("extends: self.yaml\n", encoding="utf-8")
    assert "self.yaml -> self.yaml" in find_problems(tmp_path / "self.yaml")[0].message


def test_too_long_a_chain_and_too_many_files(tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / f"{i}.yaml").write_text(f"extends: {i + 1}.yaml\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "0.yaml")
    assert problem.message == "extends is more than 16 files deep"
    for i in range(12):
        names = f"[w{i + 1}.yaml, w{i + 1}.yaml]"
        (tmp_path / f"w{i}.yaml").write_text(f"extends: {names}\n", encoding="utf-8")
    (tmp_path / "w12.yaml").write_text("name: x\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "w0.yaml")
    assert problem.message == "extends reads more than 64 files"


def test_a_fault_in_a_base_is_shown_in_the_base(tmp_path: Path) -> None:
    text, line, column = altered("    skill: 1.1\n", "    skill: @@much\n")
    (tmp_path / "base.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "top.yaml").write_text("extends: base.yaml\nseed: 3\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "top.yaml")
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "base.yaml"), line, column)


def test_a_key_removed_by_null_is_shown_at_the_null(tmp_path: Path) -> None:
    (tmp_path / "top.yaml").write_text(f"extends: {PLAIN}\nactors:\n  BLUE:\n    skill: null\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "top.yaml")
    assert problem.message.startswith("missing key 'skill' (removed here)")
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "top.yaml"), 4, 5)


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


def test_names_of_a_real_region() -> None:
    path = "interventions.x"
    order = "{type: order, date: 2020-01-01, actor: JNIM, weight: 1, source: x, target: "
    for target, message in (
        ("{place: Menakka}", "nearest: Ménaka"),
        ("{towns_of: MLX}", "unknown country 'MLX'; did you mean 'MLI'?"),
        ("{towns_of: MLI, admin1: [Gaoo]}", "unknown first-level area 'Gaoo'"),
    ):
        problems = find_problems("sahel_2017_2023", settings=[f"{path}={order}{target}}}"])
        fitting = [p for p in problems if p.file == "-S"]
        assert fitting, [str(p) for p in problems]
        assert message in fitting[0].message
        assert fitting[0].path.startswith("interventions.x.target.")
        assert fitting[0].column > len(path) + len(order)
