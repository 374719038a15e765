"""Changes to a scenario by dotted path: named overrides, ``-S path=value``, and a mapping from Python."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import replace
from datetime import date

from sahelsim.errors import BadInput
from sahelsim.scenario.merge import assign
from sahelsim.scenario.problems import Problem, did_you_mean
from sahelsim.scenario.reader import read_text
from sahelsim.scenario.tree import Mapping, Node, Path, Place, Scalar, Sequence, where

__all__ = ["apply_changes", "apply_override", "apply_settings", "override_names"]


def override_names(tree: Mapping) -> list[str]:
    """Names of the overrides that a scenario defines."""
    overrides = tree.entries.get("overrides")
    return list(overrides.entries) if isinstance(overrides, Mapping) else []


def apply_override(tree: Mapping, name: str, problems: list[Problem]) -> Mapping:
    """Lay a named override over the scenario; its values keep their places in the file."""
    overrides = tree.entries.get("overrides")
    named = overrides.entries.get(name) if isinstance(overrides, Mapping) else None
    if named is None:
        known = override_names(tree)
        hint = did_you_mean(name, known) if known else "; the scenario defines none"
        place = where(tree, ("overrides",))
        problems.append(Problem(place.file, place.line, place.column, "overrides", f"unknown override '{name}'{hint}"))
        return tree
    if isinstance(named, Mapping):  # if not, the schema says so
        for dotted_path, value in named.entries.items():
            tree = _set(tree, dotted_path, value, named.keys[dotted_path], problems)
    return tree


def apply_settings(tree: Mapping, settings: AbstractSequence[str], problems: list[Problem]) -> Mapping:
    """Apply ``path=value`` texts; line and column of a problem are its number and its place in the text."""
    for number, setting in enumerate(settings, start=1):
        dotted_path, _, _ = setting.partition("=")
        dotted_path = dotted_path.strip()
        found: list[Problem] = []
        try:
            value = _value(setting, number, found)
        except BadInput as error:
            problems.append(Problem("-S", number, error.column or 1, dotted_path, error.message))
            continue
        problems += [replace(p, path=f"{dotted_path}.{p.path}" if p.path else dotted_path) for p in found]
        tree = _set(tree, dotted_path, value, Place("-S", number, 1), problems)
    return tree


def _value(setting: str, number: int, problems: list[Problem]) -> Node:
    """The YAML after the equals sign."""
    dotted_path, equals, text = setting.partition("=")
    offset = len(dotted_path) + 1
    if not equals:
        raise BadInput(f"expected path=value, got '{setting}'", column=1)
    value = read_text(text, lambda _line, column: Place("-S", number, offset + column), problems)
    if value is None:
        raise BadInput("no value after '='; write null to remove a key", column=offset + 1)
    return value


def apply_changes(tree: Mapping, changes: AbstractMapping[str, object], problems: list[Problem]) -> Mapping:
    """Apply Python values by dotted path."""
    for number, (dotted_path, value) in enumerate(changes.items(), start=1):
        at = Place("changes", number, 1)
        try:
            node = _node(value, at)
        except TypeError as error:
            problems.append(Problem(at.file, at.line, at.column, str(dotted_path), str(error)))
            continue
        tree = _set(tree, str(dotted_path), node, at, problems)
    return tree


def _set(tree: Mapping, dotted_path: str, value: Node, at: Place, problems: list[Problem]) -> Mapping:
    path: Path = tuple(dotted_path.split("."))
    if "" in path:
        problems.append(
            Problem(
                at.file,
                at.line,
                at.column,
                dotted_path,
                "expected a dotted path such as mechanisms.battle.rate",
            )
        )
        return tree
    return assign(tree, path, value, at, problems)


def _node(value: object, at: Place) -> Node:
    """Plain Python data as a tree; NumPy's scalars and arrays, tuples and dates are understood."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, str | bool | int | float):
        return Scalar(value, at)
    if isinstance(value, date):
        return Scalar(value.isoformat(), at)
    if isinstance(value, AbstractMapping):
        entries = {str(key): _node(item, at) for key, item in value.items()}
        return Mapping(entries, dict.fromkeys(entries, at), at)
    if isinstance(value, AbstractSequence) and not isinstance(value, bytes):
        return Sequence(tuple(_node(item, at) for item in value), at)
    raise TypeError(
        f"cannot put a {type(value).__name__} into a scenario; expected plain numbers, text, lists or mappings"
    )
