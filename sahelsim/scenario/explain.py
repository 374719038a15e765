"""Pydantic's errors in the user's words, each at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sahelsim.scenario.outline import Spot, expected, follow, known_keys, literals
from sahelsim.scenario.problems import Problem, did_you_mean
from sahelsim.scenario.tree import Mapping, Node, Path, Scalar, dotted, where

__all__ = ["explain", "problem_at", "shown"]

_LONG = 60


def explain(error: ValidationError, model: type[BaseModel], root: Node) -> Iterator[Problem]:
    """All faults that a model found in a tree."""
    for detail in error.errors(include_url=False):
        if _is_echo(detail):
            continue
        spot = follow(model, detail["loc"])
        message = _MESSAGES.get(detail["type"], _wrong_value)(detail, spot, root)
        path = spot.path
        if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
            path = (*path, _discriminator(detail))
        at_key = spot.at_key or detail["type"] == "extra_forbidden"
        yield problem_at(root, path, message, key=at_key)


def problem_at(root: Node, path: Path, message: str, *, key: bool = False) -> Problem:
    """A problem at the place where a path was written."""
    place = where(root, path, key=key)
    return Problem(place.file, place.line, place.column, dotted(path), message)


def shown(value: Any) -> str:
    """A value as a message shows it, with its kind."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"text '{value if len(value) <= _LONG else value[:_LONG] + '…'}'"
    if isinstance(value, (int, float)):
        return f"{value!r}"
    return "a list" if isinstance(value, list) else "a mapping"


Explain = Callable[[ErrorDetails, Spot, Node], str]


def _wrong_value(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    value = detail["input"]
    if spot.kind is None:
        return detail["msg"]
    message = f"expected {expected(spot.kind, spot.field)}, got {shown(value)}"
    if value is None:
        return message + _nothing_to_remove(spot, root)
    if isinstance(value, str):
        message += _text_for(value, spot)
    if spot.field is not None and spot.field.description and detail["type"] in _OUT_OF_BOUNDS:
        message += f": {spot.field.description}"
    return message


def _text_for(value: str, spot: Spot) -> str:
    """A hint when a text was surely meant as something else."""
    if words := literals(spot.kind):
        return did_you_mean(value, words) if len(words) > 1 else ""
    if spot.kind is bool and value.casefold() in ("yes", "no", "on", "off"):
        return f"; write {'true' if value.casefold() in ('yes', 'on') else 'false'}"
    if spot.kind in (int, float):
        for mark, hint in (("_", "; write it without '_'"), (",", "; write it with a point, without commas")):
            if value.replace(mark, "").replace(".", "").lstrip("+-").isdigit() and mark in value:
                return hint
    return ""


def _nothing_to_remove(spot: Spot, root: Node) -> str:
    """Null removes an entry of the base: say so when the base has no such entry."""
    if not spot.path or known_keys(spot.holder):
        return ""
    parent: Node | None = root
    for step in spot.path[:-1]:
        parent = parent.entries.get(str(step)) if isinstance(parent, Mapping) else None
    if not isinstance(parent, Mapping):
        return ""
    last = str(spot.path[-1])
    others = [k for k, v in parent.entries.items() if k != last and not (isinstance(v, Scalar) and v.value is None)]
    return f"; null removes an entry of the base, which has no '{last}'{did_you_mean(last, others)}"


def _unknown_key(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    return f"unknown key '{spot.path[-1]}'{did_you_mean(str(spot.path[-1]), known_keys(spot.holder))}"


def _missing(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    meaning = spot.field.description if spot.field is not None else None
    removed = " (removed here)" if _is_removed(root, spot.path) else ""
    return f"missing key '{spot.path[-1]}'{removed}" + (f": {meaning}" if meaning else "")


def _is_removed(root: Node, path: Path) -> bool:
    node: Node | None = root
    for step in path:
        if isinstance(node, Mapping) and str(step) in node.removed:
            return True
        node = node.entries.get(str(step)) if isinstance(node, Mapping) else None
    return False


def _literal(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    if spot.at_key:
        key = str(spot.path[-1])
        return f"unknown key '{key}'{did_you_mean(key, known_keys(spot.holder))}"
    return _wrong_value(detail, spot, root)


def _discriminator(detail: ErrorDetails) -> str:
    return str(detail.get("ctx", {}).get("discriminator", "type")).strip("'")


def _tag(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    key = _discriminator(detail)
    context = detail.get("ctx", {})
    if "tag" not in context:
        return f"missing key '{key}': it says which keys belong here"
    tags = [tag.strip(" '") for tag in str(context["expected_tags"]).split(",")]
    return f"unknown {key} '{context['tag']}'; expected one of {', '.join(tags)}" + (
        guess if (guess := did_you_mean(str(context["tag"]), tags)).startswith("; did") else ""
    )


def _length(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    context = detail.get("ctx", {})
    side, limit = ("at least", "min_length") if "min_length" in context else ("at most", "max_length")
    entries = "entry" if context[limit] == 1 else "entries"
    return f"expected {side} {context[limit]} {entries}, got {context.get('actual_length', 'another number')}"


def _is_echo(detail: ErrorDetails) -> bool:
    """A list counts as too short when its items are at fault; those are reported by themselves."""
    value = detail["input"]
    least = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(value, list) and len(value) >= least


def _pattern(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    pattern = detail.get("ctx", {}).get("pattern")
    return f"expected text of the form {pattern}, got {shown(detail['input'])}"


def _own_words(detail: ErrorDetails, spot: Spot, root: Node) -> str:
    return detail["msg"].removeprefix("Value error, ")


_OUT_OF_BOUNDS = ("greater_than_equal", "less_than_equal")
_MESSAGES: dict[str, Explain] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _literal,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _tag,
    "too_short": _length,
    "too_long": _length,
    "string_pattern_mismatch": _pattern,
    "value_error": _own_words,
    "assertion_error": _own_words,
}
