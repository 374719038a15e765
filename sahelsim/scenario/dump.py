"""A scenario as text: the resolved YAML that is kept with every run, and its hash."""

from __future__ import annotations

import hashlib
import io
import json

from ruamel.yaml import YAML

from sahelsim.scenario.schema import Scenario

__all__ = ["dump_scenario", "scenario_hash"]


def dump_scenario(scenario: Scenario) -> str:
    """The whole scenario as YAML with nothing left to extend; `load_scenario` reads it back equal."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 110
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = io.StringIO()
    yaml.dump(_lists(scenario.model_dump(mode="python")), out)
    return out.getvalue()


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of all that the scenario says, as 64 hexadecimal digits; the order of actors counts."""
    text = json.dumps(scenario.model_dump(mode="json"), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _lists(value: object) -> object:
    """Tuples as lists, all the way down."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, tuple | list) else value
