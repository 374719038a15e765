"""From a dotted path to a value of a checked scenario: what may stand there, and a copy with something else there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

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
    out: Any = scenario
    for path, value in values.items():
        try:
            out = _placed(out, path.split("."), value)
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            raise BadInput(detail["msg"].removeprefix("Value error, "), path=path) from None
    return out  # type: ignore[no-any-return]


def _placed(holder: Any, steps: Sequence[str], value: Any) -> Any:
    if not steps:
        return date.fromisoformat(value) if isinstance(holder, date) and isinstance(value, str) else value
    step, rest = steps[0], steps[1:]
    new = _placed(_item(holder, step), rest, value)
    if isinstance(holder, BaseModel):
        if rest and not _has_rules(type(holder)):
            return holder.model_copy(update={step: new})
        fields = {name: getattr(holder, name) for name in holder.model_fields_set | {step}}
        return type(holder).model_validate({**fields, step: new}, strict=True)
    if isinstance(holder, Mapping):
        return {**holder, step: new}
    return (*holder[: int(step)], new, *holder[int(step) + 1 :])


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
