"""The shipped scenarios are sound, run, and rest on what they say they rest on; the program itself knows no Sahel."""

from __future__ import annotations

import ast
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import sahelsim as package
from sahelsim.replicate import simulate_replicate
from sahelsim.scenario.load import find_problems, load_scenario
from sahelsim.scenario.shipped import shipped_folder, shipped_scenarios
from sahelsim.seeds import load_seed_events
from sahelsim.world.build import build_blueprint, new_world

REFERENCE = "sahel_2017_2023"
SHIPPED = ("farabougou_2020", "liptako_gourma_2020", "menaka_2022", "sahel_2017_2023", "truce_holds", "two_actors")
PACKAGE = Path(package.__file__).parent
FOLDER = shipped_folder()
SEED_ID = re.compile(r"\b(?:LWJ|WAR)-\d{3}\b")
SEED_RANGE = re.compile(r"\b(LWJ|WAR)-(\d{3}) to (?:\1-)?(\d{3})\b")


@pytest.fixture(scope="module")
def reference():
    return load_scenario(REFERENCE)


def test_these_are_shipped():
    assert tuple(shipped_scenarios()) == SHIPPED


@pytest.mark.jit_only
@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_sound_with_each_of_its_overrides(name):
    assert find_problems(name) == []
    scenario = load_scenario(name)
    for override in scenario.overrides:
        assert load_scenario(name, overrides=[override]) != scenario


@pytest.mark.parametrize("name", SHIPPED)
def test_it_teaches_and_points_editors_to_the_schema(name):
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    first, second = text.splitlines()[:2]
    assert re.fullmatch(r"# yaml-language-server: \$schema=\S+\.json", first)
    assert second.startswith("# ")


@pytest.mark.jit_only
@pytest.mark.parametrize("name", SHIPPED)
def test_it_runs_and_nobody_is_made_or_lost(name):
    scenario = load_scenario(name, settings=["calendar.steps=6", "replicates=1"])
    record = simulate_replicate(scenario, 0)
    assert record.ledger["people_error"] == record.ledger["fighters_error"] == 0
    assert record.violence.step.size > 0
    assert record.fighters.shape == (6, len(scenario.actors))
    assert record.fighters.sum(axis=1).min() > 0


def test_the_reference_has_the_size_and_the_span_that_it_promises(reference):
    calendar = reference.calendar
    assert (calendar.start, calendar.steps, calendar.step_days) == (date(2017, 1, 1), 365, 7)
    last = calendar.start + timedelta(days=364 * 7)
    assert (last.year, last.month) == (2023, 12)
    world = new_world(build_blueprint(reference), replicate=0)
    assert world.ground.communities >= 5000
    assert (world.units.strength > 0).sum() >= 6000
    assert (world.communities.population > 0).sum() >= 5000


def test_everybody_of_the_brief_is_in_the_reference(reference):
    assert {"JNIM", "ISGS", "GATIA", "MSA", "CMA", "mali", "burkina_faso", "niger", "france", "VDP", "wagner"} <= set(
        reference.actors
    )
    assert {"fulani", "tuareg", "dawsahak", "songhai", "zarma", "dogon", "mossi"} <= set(reference.peoples)
    assert sum(actor.kind == "militia" for actor in reference.actors.values()) >= 4


def test_every_seed_that_they_name_is_in_the_seeds():
    known = {event.id for event in load_seed_events()}
    assert {seed[:3] for seed in known} == {"LWJ", "WAR"}
    cited = set()
    for path in FOLDER.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        here = set(SEED_ID.findall(text))
        for document, first, last in SEED_RANGE.findall(text):
            assert int(first) < int(last), f"{path.name}: {document}-{first} to {last}"
            here |= {f"{document}-{number:03d}" for number in range(int(first), int(last) + 1)}
        assert here <= known, f"{path.name}: {sorted(here - known)}"
        cited |= here
    assert len(cited) > 40


@pytest.mark.parametrize("name", SHIPPED)
def test_interventions_write_no_outcomes(name):
    for key, intervention in load_scenario(name).interventions.items():
        assert intervention.type not in {"enter", "split", "protect", "services", "border"}, key  # questions so far
        assert intervention.what_if == (name == "truce_holds" and key == "truce_holds"), key
        assert intervention.what_if or intervention.type != "truce", key
        assert intervention.source.strip(), key


def test_truce_holds_is_the_reference_with_one_thing_changed(reference):
    what_if = load_scenario("truce_holds")
    new = {"name", "title", "description", "interventions"}
    assert what_if.model_dump(exclude=new) == reference.model_dump(exclude=new)
    added = {key: item for key, item in what_if.interventions.items() if reference.interventions.get(key) != item}
    assert [item.action for item in added.values()] == ["hold"]
    assert set(what_if.interventions) == set(reference.interventions) | set(added)


# -------------------------------------------------------------------------------------- nothing Sahelian in the program


def sahelian_words(scenario):
    """Proper names of the reference scenario and of its region, as one pattern."""
    names = {"Sahel", "Sahelian", "central_sahel", "MLI", "BFA", "NER", "Mali", "Niger", "Burkina", "Bamako", "Niamey",
             "Gao", "Ménaka", "Menaka", "Liptako", "Macina", "ISWAP", "IS", "AQIM", "Azawad"}  # fmt: skip
    for key, actor in scenario.actors.items():
        names |= {key, actor.name, actor.record.name, *(group.name for group in actor.groups.values())}
    for key, people in scenario.peoples.items():
        names |= {key, people.name}
    names -= {"other", "Others", "Contingent"}  # words of everyday
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


EVIDENCE = {"parameter": {"source", "meaning"}, "Field": {"description"}}
"""Calls whose texts are documentation of a number, with the keywords that carry them."""


def said(tree):
    """Strings of a module that the program uses: not docstrings, and not the documentation of parameters."""
    doc = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EVIDENCE:
            doc |= {id(part.value) for part in node.keywords if part.arg in EVIDENCE[node.func.id]}
            if node.func.id == "parameter":  # unit, low, high, meaning, source
                doc |= {id(argument) for argument in node.args[3:5]}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in doc:
            yield node.lineno, node.value


def named(tree):
    """Identifiers of a module."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                yield getattr(node, "lineno", 0), word


def program_files():
    left_out = {"region/central_sahel", "region/rebuild", "seeds"}
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).as_posix()
        if not any(inside.startswith(f"{folder}/") for folder in left_out) and "_shipped" not in inside:
            yield inside, ast.parse(path.read_text(encoding="utf-8"))


OF_THE_RECORD = ("acled/", "ged/units.py", "assimilation/expected.py")
"""Rooms about the record of this war and the units that its forecasts are scored in, not about the model."""


def test_the_program_names_nobody(reference):
    pattern = sahelian_words(reference)
    files = dict(program_files())
    assert {"replicate.py", "cli/main.py", "mechanisms/truce/kernel.py", "world/build.py"} <= set(files)
    found = [
        f"{file}:{line}: {text!r}"
        for file, tree in files.items()
        for line, text in (*said(tree), *named(tree))
        if pattern.search(text) and not text.startswith("Agent-based") and not file.startswith(OF_THE_RECORD)
    ]
    assert found == []


def test_the_check_above_sees_what_it_should(reference):
    pattern = sahelian_words(reference)
    text = '''
"""About JNIM."""
A = parameter("1", 0, 1, "share held by ISGS", "seed WAR on Mali")
B = Field(description="as Wagner")
C = Field(default="Gao")
D = {"france": f"{A} and JNIM"}
def JNIM(GATIA): return x.wagner
'''
    tree = ast.parse(text)
    assert sorted(word for _, word in said(tree) if pattern.search(word)) == [" and JNIM", "Gao", "france"]
    assert sorted(word for _, word in named(tree) if pattern.search(word)) == ["GATIA", "JNIM", "wagner"]


def test_the_synthetic_world_has_no_sahel_in_it(reference):
    text = (FOLDER / "two_actors.yaml").read_text(encoding="utf-8")
    below_the_introduction = text.split("extends:", 1)[1]
    assert sahelian_words(reference).search(below_the_introduction) is None
    scenario = load_scenario("two_actors")
    assert scenario.region.kind == "synthetic"
    assert not (set(scenario.actors) | set(scenario.peoples)) & (set(reference.actors) | set(reference.peoples))
    grid, home = scenario.grid, reference.grid
    assert grid.lon_min >= home.lon_max or grid.lat_max <= home.lat_min
