"""Changing a loaded scenario: a checked copy with other values."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.scenario.changes import apply_changes
from sahelsim.scenario.check import check_scenario
from sahelsim.scenario.explain import explain, problem_at
from sahelsim.scenario.problems import Problem
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.tree import Mapping as Tree
from sahelsim.scenario.tree import Place, plain

__all__ = ["change_scenario"]


def change_scenario(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    """A copy of a scenario with some values changed.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    changes : mapping of str to object
        Dotted path to new value, such as ``{"mechanisms.truce.enabled": False}``; the rules are those of
        `load_scenario`: a mapping is laid over what is there, a list replaces it, a number in the path picks from a
        list, and None removes an entry.

    Raises
    ------
    BadInput
        If a path does not exist, or if the changed scenario is not sound; with the dotted path of the first fault.

    Examples
    --------
    >>> from sahelsim import change_scenario, load_scenario
    >>> change_scenario(load_scenario("two_actors"), {"replicates": 2}).replicates
    2
    """
    if not isinstance(scenario, Scenario):
        raise BadInput(f"expected a scenario from load_scenario, got a {type(scenario).__name__}")
    problems: list[Problem] = []
    tree = apply_changes(_tree_of(scenario), changes, problems)
    if not problems:
        try:
            changed = Scenario.model_validate_json(json.dumps(plain(tree)), strict=True)
        except ValidationError as error:
            problems.extend(explain(error, Scenario, tree))
        else:
            findings = check_scenario(changed)
            problems.extend(problem_at(tree, f.path, f.message, key=f.at_key) for f in findings)
            if not problems:
                return changed
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise BadInput(problems[0].message + more, path=problems[0].path or None)


def _tree_of(scenario: Scenario) -> Tree:
    """The scenario as the tree that changes are laid over."""
    problems: list[Problem] = []
    empty = Tree({}, {}, Place("scenario"))
    tree = apply_changes(empty, scenario.model_dump(mode="json"), problems)
    assert not problems  # a dumped scenario is plain data with plain keys
    return tree
