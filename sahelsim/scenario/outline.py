"""Finding one's way in the schema: from a path in a scenario to the model, the field and its bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sahelsim.scenario.tree import Key, Path

__all__ = ["Spot", "bounds", "expected", "follow", "known_keys", "literals"]

_WORDS: dict[type, str] = {
    bool: "true or false", int: "a whole number", float: "a number", str: "text", date: "a date (YYYY-MM-DD)"
}  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """Where a path leads: the type there, its field where it has one, and the type that holds it."""

    path: Path
    kind: Any
    field: FieldInfo | None
    holder: Any
    at_key: bool = False


def follow(model: type[BaseModel], loc: Sequence[Key]) -> Spot:
    """Walk down from a model along an error's location; the tags that stand for members of a union are left out."""
    kind: Any = model
    holder: Any = None
    field: FieldInfo | None = None
    path: list[Key] = []
    for step in loc:
        kind = _bare(kind)
        if step == "[key]":
            return Spot(tuple(path), kind, None, holder, at_key=True)
        members = [m for m in get_args(kind) if _is_model(m)] if _is_union(kind) else []
        if members:
            kind = next((m for m in members if str(step) in _tags(m)), None)
            continue
        path.append(step)
        holder, (kind, field) = kind, _down(kind, step)
    return Spot(tuple(path), _bare(kind), field, _bare(holder))


def known_keys(kind: Any) -> list[str]:
    """Keys that a mapping of this type may have; empty when it takes any."""
    if _is_model(kind):
        return list(kind.model_fields)
    if get_origin(kind) is dict:
        return literals(get_args(kind)[0])
    return []


def literals(kind: Any) -> list[str]:
    """The words that a Literal type allows."""
    kind = _bare(kind)
    return [str(word) for word in get_args(kind)] if get_origin(kind) is Literal else []


def expected(kind: Any, field: FieldInfo | None = None) -> str:
    """What may stand there, in words: ``a number from 0 to 50 (1/week)``."""
    kind = _bare(kind)
    if words := literals(kind):
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    if get_origin(kind) is tuple:
        return "a list"
    if get_origin(kind) is dict or _is_model(kind) or _is_union(kind):
        return "a mapping"
    said = _WORDS.get(kind, "another kind of value")
    return said + (_range(field) if field is not None and kind in (int, float) else "")


def bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest value that a field takes, None where it is open."""
    found: dict[str, float | None] = {"ge": None, "le": None}
    for item in field.metadata:
        for name in found:
            found[name] = getattr(item, name, found[name])
    return found["ge"], found["le"]


def _range(field: FieldInfo) -> str:
    low, high = bounds(field)
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "1")) if isinstance(extra, dict) else "1"
    said = ""
    if low is not None and high is not None:
        said = f" from {_number(low)} to {_number(high)}"
    elif low is not None:
        said = f" of at least {_number(low)}"
    elif high is not None:
        said = f" of at most {_number(high)}"
    return said if unit == "1" else f"{said} ({unit})"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _down(kind: Any, step: Key) -> tuple[Any, FieldInfo | None]:
    if _is_model(kind):
        field = kind.model_fields.get(step)
        return (field.annotation, field) if field is not None else (None, None)
    if get_origin(kind) is dict:
        return get_args(kind)[1], None
    if get_origin(kind) is tuple:
        return get_args(kind)[0], None
    return None, None


def _bare(kind: Any) -> Any:
    """Without Annotated and without the None of an optional value."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if _is_union(kind):
        members = [m for m in get_args(kind) if m is not type(None)]
        return _bare(members[0]) if len(members) == 1 else kind
    return kind


def _tags(model: type[BaseModel]) -> Iterator[str]:
    for name in ("kind", "type", "statistic", "distribution", "method"):
        if name in model.model_fields:
            yield from literals(model.model_fields[name].annotation)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
