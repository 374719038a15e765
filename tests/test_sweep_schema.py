"""Experiment files: what is refused, with its place, before anything runs; factors and designs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from scenario_texts import marked
from sweep_experiments import FAILING, TINY, load, write_experiment

from sahelsim import change_scenario, load_scenario
from sahelsim.errors import BadInput
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.targets import find_target, with_values
from sahelsim.scenario.tree import plain
from sahelsim.sweep.designs import draws_of, unit_design
from sahelsim.sweep.factors import levels_of, settings_of, value_at
from sahelsim.sweep.json_schema import experiment_schema_text
from sahelsim.sweep.layout import row_schema
from sahelsim.sweep.load import load_experiment
from sahelsim.sweep.row_columns import outputs_of
from sahelsim.sweep.schema import Factor, LatinHypercube, MorrisDesign, SaltelliDesign, SobolDesign
from sahelsim.world.build import build_blueprint

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(p for p in (ROOT / "experiments").glob("*.yaml") if not p.name.startswith("calibration"))

FAULTS = {
    "unknown key": ("seed: 3\n", "@@sed: 3\n", "unknown key 'sed'; did you mean 'seed'?"),
    "no scenario": ("scenario: two_actors", "scenario: @@two_actor", "'two_actor'; did you mean 'two_actors'?"),
    "path": ("actors.army.skill, ", "@@actors.army.skil, ", "'actors.army' has no 'skil'; did you mean 'skill'?"),
    "no value": ("actors.army.skill, ", "@@actors.army, ", "'actors.army' is not a single value"),
    "bounds": ("range: [0.5, 1.5]", "range: [0.5, @@150]", "expected a number from 0.01 to 100, got 150"),
    "empty range": (
        "skill: { path: actors.army.skill, range: [0.5, 1.5]",
        "@@skill: { range: [2, 1]",
        "2 is not below 1",
    ),
    "log of nothing": ("range: [0.5, 2.0]", "range: [0, 2.0]", "begins above 0"),
    "whole number": ("actors.army.skill, range: [0.5", "actors.army.unit_size, range: @@[1", "transform: integer"),
    "truth value": (
        "actors.army.skill, range: [0.5, 1.5]",
        "mechanisms.truce.enabled, values: [@@1, 0]",
        "expected true or false, got 1",
    ),
    "twice": ("actors.army.skill, ", "actors.movement.doctrine.initiative, ", "is varied by 'initiative' already"),
    "reserved": ("  skill:", "  @@draw:", "is a column of every store"),
    "a result": ("  skill:", "  @@deaths:", "'deaths' is a column of results; give the factor another name"),
    "of a table": ("  skill:", "  @@shard:", "is a column of every store"),
    "no design": ("factors:\n", "@@factors:\n", "factors need a design"),
    "no factors": ("design: {", "@@design: {", "a design needs factors"),
    "summaries": ("what_ifs:", "keep: { summaries: @@false }\nwhat_ifs:", "summaries are always kept"),
    "kind of design": ("kind: lhs", "kind: @@lhc", "unknown kind 'lhc'"),
    "power of two": ("kind: lhs, size: 5", "kind: sobol, size: 5", "must be a power of two, 4 or 8, got 5"),
    "grid without levels": ("kind: lhs, size: 5", "kind: grid", "a grid needs `values`, or a range with `levels`"),
    "list": (
        "kind: lhs, size: 5",
        "kind: list, draws: [{ initiative: 1, @@skil: 1, skill: 1 }]",
        "unknown factor 'skil'",
    ),
    "what-if path": (
        "actors.army.doctrine.harshness: 0.0",
        "@@actors.army.doctrine.harsh: 0.0",
        "unknown key 'harsh'; did you mean 'harshness'?",
    ),
    "what-if seed": ("actors.army.doctrine.harshness: 0.0", "@@seed: 4", "the experiment decides on that"),
    "override": ("meek: {", "meek: { overrides: [@@quite], ", "unknown override 'quite'; did you mean 'quiet'?"),
    "nothing changed": ("{ changes: { actors.army.doctrine.harshness: 0.0 } }", "{ title: x }", "changes nothing"),
    "baseline": ("  meek:", "  @@baseline:", "'baseline' is the scenario itself"),
    "multiply": (
        "actors.army.skill, range: [0.5, 1.5]",
        "actors.army.unit_size, range: [1, 2], apply: @@multiply",
        "only a number that need not be whole can be multiplied",
    ),
}

WITHOUT = {
    "no design": lambda text: text.replace("design: { kind: lhs, size: 5 }\n", ""),
    "no factors": lambda text: text[: text.index("factors:")] + text[text.index("design:") :],
}
"""What is not in the file at all."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_its_place(tmp_path, fault):
    old, new, said = FAULTS[fault]
    assert TINY.count(old) == 1
    tiny = WITHOUT[fault](TINY) if fault in WITHOUT else TINY
    text, line, column = marked(tiny.replace(old, new)) if "@@" in new else (tiny.replace(old, new), 0, 0)
    file = write_experiment(tmp_path, text)
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        load_experiment(file)
    assert caught.value.file == str(file)
    if line:
        assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)


def test_no_column_of_a_row_can_be_a_factor(tmp_path):
    variants = load(tmp_path).variants
    grounds = {name: build_blueprint(scenario).ground for name, scenario in variants.items()}
    columns = row_schema(outputs_of(variants, grounds, by_year=True)).names
    assert {"run", "panel", "deaths", "besieged", "deaths[state_based]"} <= set(columns)
    for column in columns:
        said = "expected text of the form" if "[" in column else f"'{column}' is a column of "
        with pytest.raises(BadInput, match=said):
            load(tmp_path, TINY, ("  skill:", f'  "{column}":'))


def test_a_fault_of_the_scenario_keeps_its_own_place(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: two_actors\nname: mine\nreplicate: 3\n", encoding="utf-8")
    with pytest.raises(BadInput, match="unknown key 'replicate'") as caught:
        load(tmp_path, TINY, ("scenario: two_actors", "scenario: mine.yaml"))
    assert Path(caught.value.file).name == "mine.yaml"
    assert caught.value.line == 3


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_shipped_experiments_are_sound_and_fit_the_json_schema(file):
    assert load_experiment(file).experiment.name == file.stem
    jsonschema.validate(plain(read_file(file, [])), json.loads(experiment_schema_text()))
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")


def test_the_json_schema_in_docs_is_current():
    assert (ROOT / "docs" / "experiment.schema.json").read_text(encoding="utf-8") == experiment_schema_text()


def test_variants_share_the_seed_and_differ_in_what_was_said(tmp_path):
    variants = load(tmp_path).variants
    assert list(variants) == ["baseline", "meek"]
    assert variants["baseline"].seed == variants["meek"].seed == 3
    assert variants["meek"].actors["army"].doctrine.harshness == 0.0
    back = change_scenario(variants["meek"], {"actors.army.doctrine.harshness": 0.8})
    assert back == variants["baseline"]


def test_a_what_if_can_bring_an_intervention(tmp_path):
    added = (
        "what_ifs:\n  more: { interventions: { surge: { type: deploy, date: 2020-02-01, actor: army, group: main,"
        " fighters: 200, homes: [{ place: Crossing }], source: invented } } }\n  meek:"
    )
    variants = load(tmp_path, TINY, ("what_ifs:\n  meek:", added)).variants
    assert list(variants["more"].interventions) == ["surge"]
    assert variants["baseline"].interventions == {}


@pytest.mark.parametrize(
    ("factor", "at"),
    [
        ({"range": (2.0, 4.0)}, {0.0: 2.0, 0.5: 3.0, 1.0: 4.0}),
        ({"range": (1.0, 100.0), "transform": "log"}, {0.0: 1.0, 0.5: 10.0, 1.0: 100.0}),
        ({"range": (0.1, 0.9), "transform": "logit"}, {0.0: 0.1, 0.5: 0.5, 1.0: 0.9}),
        ({"range": (3.0, 5.0), "transform": "integer"}, {0.0: 3, 0.34: 4, 0.99: 5, 1.0: 5}),
        ({"values": ("a", "b", "c")}, {0.0: "a", 0.5: "b", 1.0: "c"}),
    ],
    ids=["linear", "log", "logit", "integer", "choice"],
)
def test_scales(factor, at):
    for u, value in at.items():
        assert value_at(Factor(**factor), u) == pytest.approx(value) if isinstance(value, float) else value


def test_levels_of_a_grid_and_its_order(tmp_path):
    assert levels_of(Factor(range=(0.0, 1.0), levels=3)) == [0.0, 0.5, 1.0]
    assert levels_of(Factor(range=(1.0, 2.0), levels=9, transform="integer")) == [1, 2]
    draws = draws_of(load(tmp_path, FAILING).experiment, 0)
    assert draws == [{"border": b, "edge": e} for b in (12.5, 13.8) for e in (14.0, 13.5)]


def test_a_latin_hypercube_meets_every_stratum_once():
    cube = unit_design(LatinHypercube(kind="lhs", size=20), ["a", "b", "c"], 5)
    assert np.array_equal(np.sort((cube * 20).astype(int), axis=0), np.repeat(np.arange(20)[:, None], 3, axis=1))


@pytest.mark.parametrize(
    ("design", "draws"),
    [
        (SobolDesign(kind="sobol", size=16), 16),
        (MorrisDesign(kind="morris", trajectories=5), 5 * 4),
        (SaltelliDesign(kind="saltelli", size=8), 8 * 5),
        (SaltelliDesign(kind="saltelli", size=8, second_order=True), 8 * 8),
    ],
    ids=["sobol", "morris", "saltelli", "saltelli2"],
)
def test_designs_follow_from_the_seed_and_stay_in_the_cube(design, draws):
    first, again, other = (unit_design(design, ["a", "b", "c"], seed) for seed in (5, 5, 6))
    assert first.shape == (draws, 3)
    assert ((first >= 0) & (first <= 1)).all()
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_trajectory_of_morris_changes_one_factor_at_a_time():
    cube = unit_design(MorrisDesign(kind="morris", trajectories=5), ["a", "b", "c"], 5).reshape(5, 4, 3)
    assert ((np.diff(cube, axis=1) != 0).sum(axis=2) == 1).all()


def test_setting_values_is_changing_the_scenario():
    scenario = load_scenario("two_actors")
    values = {
        "mechanisms.battle.rate": 0.7,
        "actors.movement.groups.hills.homes.0.radius_km": 55,
        "relations.camp_hostility.state.movement": 0.5,
        "mechanisms.truce.enabled": False,
        "calendar.start": "2021-03-01",
    }
    assert with_values(scenario, values) == change_scenario(scenario, values)
    with pytest.raises(BadInput, match=r"mechanisms\.battle\.rate"):
        with_values(scenario, {"mechanisms.battle.rate": -1.0})


def test_one_factor_can_multiply_several_values():
    scenario = load_scenario("two_actors")
    factor = Factor(paths=("actors.army.skill", "actors.movement.skill"), range=(0.5, 2.0), apply="multiply")
    assert settings_of({"skill": factor}, {"skill": 0.5}, scenario) == {
        "actors.army.skill": 0.6,
        "actors.movement.skill": 0.5,
    }


def test_every_number_of_the_scenario_can_be_found():
    scenario = load_scenario("two_actors")
    assert find_target(scenario, "mechanisms.battle.rate").kind is float
    assert find_target(scenario, "actors.army.unit_size").kind is int
    assert find_target(scenario, "actors.army.treasury").kind is int  # nothing there now
