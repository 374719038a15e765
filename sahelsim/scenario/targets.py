"""From a dotted path to a value of a checked scenario: what may stand there, and a copy with something else there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sahelsim.errors import BadInput
from sahelsim.scenario.problems import did_you_mean

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["Target", "find_target", "with_values"]


@dataclass(frozen=True)
class Target:
    """A single value of a scenario.

    Attributes
    ----------
    value : object
        What stands there now.
    kind : type
        bool, int, float, str, date, or NoneType where nothing stands there.
    field : FieldInfo or None
        Its declaration; None for an entry of a mapping or list.
    """

    path: str
    value: Any
    kind: type
    field: FieldInfo | None


def find_target(scenario: Scenario, path: str) -> Target:
    """Look a dotted path up in a scenario.

    Raises
    ------
    BadInput
        The path leads nowhere, or not to a single value; without a place.
    """
    holder: Any = scenario
    field: FieldInfo | None = None
    done: list[str] = []
    for step in path.split("."):
        known = _keys(holder)
        if step not in known:
            where = f"'{'.'.join(done)}'" if done else "the scenario"
            single = not known and not isinstance(holder, (Mapping, tuple))
            has = "is a single value" if single else f"has no '{step}'{did_you_mean(step, known)}"
            raise BadInput(f"no such value: {where} {has}")
        field = type(holder).model_fields[step] if isinstance(holder, BaseModel) else None
        holder = _item(holder, step)
        done.append(step)
    if _keys(holder) or isinstance(holder, (BaseModel, Mapping, tuple)):
        keys = _keys(holder)
        raise BadInput(f"'{path}' is not a single value{'; it has ' + ', '.join(keys[:8]) if keys else ''}")
    kind = _declared(field) if holder is None and field is not None else type(holder)
    if field is not None and _declared(field) is float and kind is int:
        kind = float
    return Target(path, holder, kind, field)


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """A copy of a scenario with single values replaced.

    Each model that holds one is checked anew, and so is each on the way that has rules of its own; the rest is shared.

    Much cheaper than `change_scenario`, which lays whole mappings and checks everything. Dates may be text.

    Raises
    ------
    BadInput
        A value does not fit its field.
    """
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *way, last = path.split(".")
        branch = tree
        for step in way:
            branch = branch.setdefault(step, {})
        branch[last] = _Value(path, value)
    try:
        return _placed(scenario, tree)  # type: ignore[no-any-return]
    except _Refused as refused:
        raise BadInput(str(refused), path=refused.path) from None


class _Value(NamedTuple):
    """What is to be placed, and the path that it has."""

    path: str
    value: Any


class _Refused(Exception):
    """A model does not take the values."""

    def __init__(self, path: str, error: ValidationError) -> None:
        detail = error.errors(include_url=False)[0]
        super().__init__(detail["msg"].removeprefix("Value error, "))
        self.path = path


def _placed(holder: Any, tree: Mapping[str, Any]) -> Any:
    """A copy of a model, mapping or sequence with the values of a tree of steps; each on the way is copied once."""
    new = {step: _laid(_item(holder, step), branch) for step, branch in tree.items()}
    if isinstance(holder, Mapping):
        return {**holder, **new}
    if not isinstance(holder, BaseModel):
        return tuple(new.get(str(i), item) for i, item in enumerate(holder))
    values = [branch for branch in tree.values() if isinstance(branch, _Value)]
    if not values and not _has_rules(type(holder)):
        return holder.model_copy(update=new)
    fields = {name: getattr(holder, name) for name in holder.model_fields_set | set(new)}
    try:
        return type(holder).model_validate({**fields, **new}, strict=True)
    except ValidationError as error:
        raise _Refused(_path_to_blame(error, tree), error) from None


def _laid(old: Any, branch: Any) -> Any:
    if not isinstance(branch, _Value):
        return _placed(old, branch)
    return date.fromisoformat(branch.value) if isinstance(old, date) and isinstance(branch.value, str) else branch.value


def _path_to_blame(error: ValidationError, tree: Mapping[str, Any]) -> str:
    """Path of the value that a model refuses, or else of the first that is placed in it."""
    place = error.errors(include_url=False)[0]["loc"]
    branch: Any = tree.get(str(place[0])) if place else None
    while not isinstance(branch, _Value):
        branch = next(iter((branch or tree).values()))
    return branch.path


@cache
def _has_rules(model: type[BaseModel]) -> bool:
    """Whether a model checks more than each field by itself."""
    rules = model.__pydantic_decorators__
    return bool(rules.model_validators or rules.field_validators or rules.validators or rules.root_validators)


def _keys(holder: Any) -> list[str]:
    if isinstance(holder, BaseModel):
        return list(type(holder).model_fields)
    if isinstance(holder, Mapping):
        return [str(key) for key in holder]
    return [str(i) for i in range(len(holder))] if isinstance(holder, tuple) else []


def _item(holder: Any, step: str) -> Any:
    if isinstance(holder, BaseModel):
        return getattr(holder, step)
    return holder[step] if isinstance(holder, Mapping) else holder[int(step)]


def _declared(field: FieldInfo) -> type:
    """Type of a field, without the None of an optional value."""
    kinds = [kind for kind in get_args(field.annotation) or (field.annotation,) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 and isinstance(kinds[0], type) else type(None)
