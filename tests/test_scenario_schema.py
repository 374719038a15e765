"""The JSON Schema for editors: current, valid, and in agreement with the loader where it speaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scenario_texts import PLAIN

from sahelsim.parameters import MechanismParameters
from sahelsim.scenario.json_schema import json_schema, json_schema_text
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.schema import Mechanisms
from sahelsim.scenario.shipped import shipped_folder
from sahelsim.scenario.tree import plain

DOCUMENT = Path(__file__).parent.parent / "docs" / "scenario.schema.json"


def faults(data: Any) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return [str(error.json_path) for error in jsonschema.Draft202012Validator(json_schema()).iter_errors(data)]


def document() -> Any:
    return plain(read_file(PLAIN, []))


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == json_schema_text(), (
        "run: sahelsim schema --out docs/scenario.schema.json"
    )


@pytest.mark.parametrize("path", sorted([PLAIN, *shipped_folder().rglob("*.yaml")]), ids=lambda path: path.stem)
def test_it_accepts_the_shipped_files(path: Path) -> None:
    assert faults(plain(read_file(path, []))) == []


def test_it_accepts_a_file_that_only_extends() -> None:
    assert faults({"extends": "two_actors"}) == []
    assert faults({"extends": ["a.yaml", "b.yaml"], "seed": 3, "interventions": {"coup": None}}) == []
    assert faults({"mechanisms": {"battle": {"rate": 1}}}) == []  # a base without a name


def test_a_named_scenario_that_extends_nothing_must_be_whole() -> None:
    whole = document()
    del whole["extends"]
    assert faults(whole) == ["$", "$"]  # mechanisms and world are in the base


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("mechanism",), {}),
        (("seed",), "x"),
        (("seed",), -1),
        (("calendar", "step_days"), 40),
        (("calendar", "stpes"), 40),
        (("actors", "RED", "kind"), "rebel"),
        (("actors", "RED", "groups", "north", "homes"), []),
        (("interventions", "money_for_blue", "type"), "chnage"),
        (("interventions", "money_for_blue", "actr"), "RED"),
        (("region", "comunities"), 3),
        (("camps",), ["one"]),
        (("extends",), 3),
    ],
)
def test_it_refuses_what_the_loader_refuses(path: tuple[str, ...], value: object) -> None:
    data = document()
    here = data
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    assert faults(data)


def test_every_parameter_says_unit_source_and_meaning() -> None:
    definitions = json.loads(json_schema_text())["$defs"]
    for name, field in Mechanisms.model_fields.items():
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, MechanismParameters), name
        for key, entry in definitions[field.annotation.__name__]["properties"].items():
            if key != "enabled":
                assert entry["unit"], (name, key)
                assert entry["source"], (name, key)
                assert "Source: " in entry["description"], (name, key)
                number = entry.get("anyOf", [entry])[0]
                assert "minimum" in number, (name, key)
                assert "maximum" in number, (name, key)
