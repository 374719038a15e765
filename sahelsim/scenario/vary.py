"""Changing a loaded scenario: a checked copy with other values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.scenario.check import check_scenario
from sahelsim.scenario.schema import Scenario

__all__ = ["change_scenario"]


def change_scenario(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    """A copy of a scenario with some values changed.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    changes : mapping of str to object
        Dotted path to new value, such as ``{"mechanisms.truce.enabled": False}``. None removes an entry of a mapping.

    Raises
    ------
    BadInput
        If a path does not exist, or if the changed scenario is not sound.

    Examples
    --------
    >>> from sahelsim import change_scenario, load_scenario
    >>> change_scenario(load_scenario("two_actors"), {"replicates": 2}).replicates
    2
    """
    data = scenario.model_dump(mode="json")
    for key, value in changes.items():
        _set(data, key, value)
    try:
        changed = Scenario.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(str(first["msg"]), path=".".join(map(str, first["loc"]))) from None
    for finding in check_scenario(changed):
        raise BadInput(finding.message, path=".".join(map(str, finding.path)))
    return changed


def _set(data: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.split(".")
    node: Any = data
    for name in parents:
        if not isinstance(node, dict) or name not in node:
            raise BadInput(f"no such key: {name}", path=path)
        node = node[name]
    if not isinstance(node, dict):
        raise BadInput("not a mapping that could hold this key", path=path)
    if value is None:
        node.pop(last, None)
    else:
        node[last] = value
