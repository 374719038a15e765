"""JSON Schema for editors: completion, hover texts, and typos underlined while one types."""

from __future__ import annotations

import json
from typing import Any

from sahelsim.scenario.schema import Scenario

__all__ = ["json_schema", "json_schema_text"]

_INTRODUCTION = (
    "A scenario of sahelsim. Keys, types and bounds are checked here; that nothing is missing, and that every name "
    "exists, is checked by `sahelsim validate`, because a file may extend another one and say only what differs."
)


def json_schema() -> dict[str, Any]:
    """The schema of a scenario file.

    A file with ``extends``, and a base without a ``name``, may leave out whatever it likes; null removes an entry
    of the base.
    """
    schema = Scenario.model_json_schema()
    required = schema["required"]
    loose: dict[str, Any] = _loosened(schema)
    path = {"type": "string", "description": "path of another scenario, relative to this file"}
    loose["properties"] = {
        "extends": {
            "anyOf": [
                path,
                {"type": "array", "items": path, "description": "later ones lie over earlier ones"},
            ],
            "description": "what this scenario is laid over: a path relative to this file, or a list of paths. "
            "Mappings merge key by key, lists and single values replace, null removes an entry of the base",
        },
        **loose["properties"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **loose,
        "title": "sahelsim scenario",
        "description": _INTRODUCTION,
        "if": {"required": ["name"], "not": {"required": ["extends"]}},
        "then": {"required": required},
    }


def json_schema_text() -> str:
    """The schema as indented JSON, the same for the same version."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _loosened(node: Any) -> Any:
    """Nothing required, so that a part of a scenario can stand alone, and null allowed where entries can be removed."""
    if isinstance(node, list):
        return [_loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("required", "discriminator", "title") and not _is_property_table(node):
            continue
        out["anyOf" if key == "oneOf" else key] = _loosened(value)
    if isinstance(out.get("unit"), str):  # editors show descriptions only
        out["description"] = f"{out.get('description', '')} [{out['unit']}]. Source: {out.get('source', '?')}"
    if isinstance(out.get("additionalProperties"), dict):
        out["additionalProperties"] = {"anyOf": [out["additionalProperties"], {"type": "null"}]}
        out.pop("minProperties", None)
    return out


def _is_property_table(node: dict[str, Any]) -> bool:
    """True for the value of ``properties``, whose keys are the scenario's own words."""
    return bool(node) and all(isinstance(value, dict) for value in node.values())
