"""Loading a scenario: files, named overrides and settings in, a checked `Scenario` or all its problems out."""

from __future__ import annotations

import json
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.scenario.chain import read_chain
from sahelsim.scenario.changes import apply_changes, apply_override, apply_settings, override_names
from sahelsim.scenario.check import check_scenario
from sahelsim.scenario.explain import explain, problem_at
from sahelsim.scenario.problems import Problem, in_order
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.shipped import find_scenario
from sahelsim.scenario.tree import Mapping, Place, Scalar, plain, where

__all__ = ["Loaded", "find_problems", "load_scenario", "read_scenario"]


@dataclass(frozen=True)
class Loaded:
    """A scenario and where it came from.

    Attributes
    ----------
    scenario : Scenario
    files : tuple of Path
        Every file that was read, bases first.
    """

    scenario: Scenario
    files: tuple[Path, ...]
    tree: Mapping

    def written_at(self, path: str) -> Place:
        """File, line and column where the value at a dotted path was written."""
        return where(self.tree, path.split("."))


def load_scenario(
    path: str | Path,
    *,
    overrides: AbstractSequence[str] = (),
    settings: AbstractSequence[str] = (),
    changes: AbstractMapping[str, object] | None = None,
) -> Scenario:
    """Load a scenario from YAML.

    Parameters
    ----------
    path : str or Path
        A file, or the name of a shipped scenario such as ``two_actors``.
    overrides : sequence of str
        Named overrides of the scenario, applied in this order.
    settings : sequence of str
        ``"dotted.path=value"`` with the value in YAML, as ``-S`` takes them; applied after the overrides.
    changes : mapping of str to object, optional
        The same with Python values: ``{"mechanisms.truce.enabled": False}``; applied last. None removes a key.

    Returns
    -------
    Scenario
        Frozen and checked.

    Raises
    ------
    BadInput
        The first problem with file, line and column, and how many more there are.

    Examples
    --------
    >>> load_scenario("two_actors", settings=["seed=3"]).seed
    3
    """
    return read_scenario(path, overrides=overrides, settings=settings, changes=changes).scenario


def read_scenario(
    path: str | Path,
    *,
    overrides: AbstractSequence[str] = (),
    settings: AbstractSequence[str] = (),
    changes: AbstractMapping[str, object] | None = None,
) -> Loaded:
    """As `load_scenario`, and also say which files were read and where each value was written."""
    attempt = _attempt(find_scenario(path), overrides, settings, changes or {})
    if attempt.problems:
        raise _first(attempt.problems)
    assert attempt.scenario is not None
    assert attempt.tree is not None
    return Loaded(attempt.scenario, tuple(attempt.files), attempt.tree)


def find_problems(
    path: str | Path,
    *,
    overrides: AbstractSequence[str] = (),
    settings: AbstractSequence[str] = (),
    changes: AbstractMapping[str, object] | None = None,
) -> list[Problem]:
    """All problems of a scenario, those of its named overrides included; empty when it is sound.

    Parameters are those of `load_scenario`. Problems come file by file and from top to bottom.
    """
    file = find_scenario(path)
    attempt = _attempt(file, overrides, settings, changes or {})
    problems = attempt.problems
    if not problems and attempt.tree is not None:
        for name in override_names(attempt.tree):
            problems += _attempt(file, [*overrides, name], settings, changes or {}).problems
    return in_order(problems)


@dataclass
class _Attempt:
    problems: list[Problem]
    files: list[Path]
    tree: Mapping | None = None
    scenario: Scenario | None = None


def _attempt(
    path: Path,
    overrides: AbstractSequence[str],
    settings: AbstractSequence[str],
    changes: AbstractMapping[str, object],
) -> _Attempt:
    """Go as far as one can, collecting problems."""
    attempt = _Attempt([], [])
    problems = attempt.problems
    try:
        tree, attempt.files = read_chain(path, problems)
        for name in overrides:
            tree = apply_override(tree, name, problems)
        tree = apply_settings(tree, settings, problems)
        attempt.tree = tree = _anchored(apply_changes(tree, changes, problems))
    except BadInput as error:
        problems.append(_problem(error, path))
        return attempt
    try:
        attempt.scenario = Scenario.model_validate_json(json.dumps(plain(tree)), strict=True)
    except ValidationError as error:
        problems.extend(explain(error, Scenario, tree))
        return attempt
    for finding in check_scenario(attempt.scenario):
        problems.append(problem_at(tree, finding.path, finding.message, key=finding.at_key))
    return attempt


def _anchored(tree: Mapping) -> Mapping:
    """The folder of a region's tables is meant relative to the file that names it."""
    region = tree.entries.get("region")
    tables = region.entries.get("tables") if isinstance(region, Mapping) else None
    if not (isinstance(region, Mapping) and isinstance(tables, Scalar) and isinstance(tables.value, str)):
        return tree
    if "/" not in tables.value and "\\" not in tables.value:
        return tree
    folder = (Path(tables.place.file).parent / tables.value).absolute()
    moved = Mapping(
        {**region.entries, "tables": Scalar(str(folder), tables.place)},
        region.keys,
        region.place,
        region.removed,
    )
    return Mapping({**tree.entries, "region": moved}, tree.keys, tree.place, tree.removed)


def _first(problems: list[Problem]) -> BadInput:
    problems = in_order(problems)
    more = len(problems) - 1
    return problems[0].error(
        f"\n(and {more} more problem{'s' if more > 1 else ''}; see `sahelsim validate`)" if more else ""
    )


def _problem(error: BadInput, path: Path) -> Problem:
    return Problem(error.file or str(path), error.line or 1, error.column or 1, error.path or "", error.message)
