"""Writes docs/parameters.md from the schema of scenarios, docs/state.md from the registry of state, and docs/odd.md.

``python docs/generate.py`` brings them up to date; a test fails when they are not.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any, get_args

from odd_tables import TABLES, odd_page, table
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sahelsim.scenario.actors import Actor, Doctrine, Group, Home, Record
from sahelsim.scenario.interventions import Deploy, Participant, interventions_by_type
from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.outline import bounds, expected
from sahelsim.scenario.priors import priors_by_distribution
from sahelsim.scenario.region_spec import GridSpec, SyntheticCountry, SyntheticPlace, SyntheticRegion, TablesRegion
from sahelsim.scenario.schema import (
    Calendar,
    DyadTruce,
    Feud,
    Mechanisms,
    Outputs,
    People,
    Relations,
    Resource,
    Rivalry,
    Scenario,
    Siege,
    World,
)
from sahelsim.terms import Account, Decision, Harm, Role, SiegeEnd, Trait, TruceState, ViolenceType
from sahelsim.world.fields import DIMENSIONS
from sahelsim.world.state import registry

__all__ = ["FOLDER", "PAGES", "TABLES", "odd_page", "parameters_page", "state_page"]

FOLDER = Path(__file__).parent
REFERENCE = "sahel_2017_2023"
_NOTE = "<!-- written by `python docs/generate.py` from the program; do not edit -->"

_PARAMETERS = f"""\
# Parameters: every key of a scenario

{_NOTE}

Keys are dotted paths as `-S` takes them (`-S mechanisms.battle.rate=0.3`). Rates are per week; the engine converts them
to the step. What the numbers do is in [the ODD description](odd.md). "By hand" means that nobody has measured it: an
order of magnitude chosen so that the whole behaves sensibly, waiting for calibration.

## Mechanisms

`value` is that of the reference scenario ({REFERENCE}). Each mechanism also has `enabled`, its switch.
"""

_STATE = f"""\
# State: every variable of a world

{_NOTE}

What changes during a run is in these arrays and nowhere else (`sahelsim/world/state.py`); what does not is the ground
(`sahelsim/world/ground.py`): cells, communities' places, peoples and clans, distances, ties. An index counts from 0 in
the order of the scenario; -1 means none.
"""

_DATED: type[BaseModel] = Deploy.__mro__[1]
"""What all kinds of interventions have in common."""

_SECTIONS: tuple[tuple[str, tuple[tuple[str, type[BaseModel]], ...]], ...] = (
    ("Scenario", (("", Scenario), ("calendar", Calendar), ("grid", GridSpec), ("world", World), ("outputs", Outputs))),
    (
        "Region",
        (
            ("region (kind: tables)", TablesRegion),
            ("region (kind: synthetic)", SyntheticRegion),
            ("region.countries.CODE", SyntheticCountry),
            ("region.places.NAME", SyntheticPlace),
        ),
    ),
    (
        "Actors and peoples",
        (
            ("peoples.PEOPLE", People),
            ("actors.ACTOR", Actor),
            ("actors.ACTOR.record", Record),
            ("actors.ACTOR.doctrine", Doctrine),
            ("actors.ACTOR.groups.GROUP", Group),
            ("actors.ACTOR.groups.GROUP.homes", Home),
        ),
    ),
    (
        "Relations",
        (
            ("relations", Relations),
            ("relations.rivalries.NAME", Rivalry),
            ("relations.truces.NAME", DyadTruce),
            ("relations.feuds.NAME", Feud),
            ("relations.sieges.NAME", Siege),
        ),
    ),
    ("Resources", (("resources.NAME", Resource), ("resources.NAME.at", Home))),
    (
        "Priors",
        tuple((f"priors.NAME (distribution: {word})", model) for word, model in priors_by_distribution().items()),
    ),
    (
        "Interventions",
        (
            ("interventions.NAME", _DATED),
            *((f"interventions.NAME (type: {word})", model) for word, model in interventions_by_type().items()),
            ("interventions.NAME.actors.ACTOR (type: operation)", Participant),
        ),
    ),
)

_FALLBACK = {
    "a": "one actor",
    "b": "the other actor",
    "actor": "an actor of the scenario",
    "group": "a group of the actor",
    "interventions": "what comes from outside, by name; see below",
    "name": "name to show",
    "region": "tables of a real region, or a synthetic world; see below",
    "title": "heading of tables and figures",
    "description": "a few sentences",
    "source": "where it comes from",
}
"""Meanings of keys that the schema leaves to their names."""

_CODES: tuple[type[IntEnum], ...] = (TruceState, Role, Harm, Decision, SiegeEnd, ViolenceType, Trait, Account)


def parameters_page() -> str:
    """docs/parameters.md."""
    reference = load_scenario(REFERENCE)
    parts = [_PARAMETERS]
    parts += [
        _values(f"mechanisms.{name}", getattr(reference.mechanisms, name), hidden="enabled")
        for name in Mechanisms.model_fields
    ]
    if reference.assimilation is not None:
        parts.append("## Forecasts\n")
        parts.append(_values("assimilation", reference.assimilation))
    for title, models in _SECTIONS:
        parts.append(f"## {title}\n")
        for path, model in models:
            heading = f"### {path}\n\n" if path else ""
            said = "Every intervention has these keys, and those of its `type`." if model is _DATED else _said(model)
            parts.append(f"{heading}{said}\n\n{_table(('key', 'value', 'unit', 'meaning'), _keys(model))}")
    return "\n".join(parts)


def state_page() -> str:
    """docs/state.md."""
    tables = registry()
    used = {name for variables in tables.values() for variable in variables for name in variable.dims}
    dimensions = [(f"`{name}`", meaning) for name, meaning in DIMENSIONS.items() if name in used]
    parts = [_STATE, "## Dimensions\n", _table(("name", "what it counts"), dimensions)]
    for name, variables in tables.items():
        rows = [(f"`{v.name}`", ", ".join(v.dims), v.dtype, v.unit, v.meaning) for v in variables]
        parts.append(f"## {name}\n\n{_table(('variable', 'dimensions', 'type', 'unit', 'meaning'), rows)}")
    parts.append("## Codes\n")
    for codes in _CODES:
        listed = ", ".join(f"{code.value} {code.name.lower()}" for code in codes)
        parts.append(f"**terms.{codes.__name__}**: {listed}. {_said(codes)}\n")
    return "\n".join(parts)


PAGES = {"parameters.md": parameters_page, "state.md": state_page, "odd.md": odd_page}


def _values(path: str, values: BaseModel, hidden: str = "") -> str:
    """What a section of the reference scenario holds, with bounds and source."""
    header = ("key", "value", "unit", "bounds", "meaning", "source")
    rows = [
        (f"`{key}`", _number(getattr(values, key)), _unit(field), _bounds(field), field.description, _source(field))
        for key, field in type(values).model_fields.items()
        if key != hidden
    ]
    return f"### {path}\n\n{_said(type(values))}\n\n{_table(header, rows)}"


def _keys(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for key, field in model.model_fields.items():
        if key == "type" or (model is not _DATED and key in _DATED.model_fields and issubclass(model, _DATED)):
            continue
        kind = expected(field.annotation).removeprefix("a ").removeprefix("an ")
        limits = _bounds(field)
        value = f"{kind} {limits}" if limits else kind
        if not field.is_required():
            empty = field.default_factory is not None or field.default in (None, ())
            value += "; optional" if empty else f"; {str(field.default).lower()} if not given"
        inner = _model_in(field.annotation)
        meaning = field.description or (_said(inner) if inner else _FALLBACK.get(key, ""))
        yield f"`{key}`", value, _unit(field), meaning


def _model_in(kind: Any) -> type[BaseModel] | None:
    """The one model that a key holds, by itself or in a list or mapping."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    found = [model for part in get_args(kind) if (model := _model_in(part)) is not None]
    return found[0] if len(found) == 1 else None


def _said(thing: type) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra.get(key, "")) if isinstance(extra, dict) else ""


def _unit(field: FieldInfo) -> str:
    return _extra(field, "unit")


def _source(field: FieldInfo) -> str:
    return _extra(field, "source")


def _bounds(field: FieldInfo) -> str:
    low, high = bounds(field)
    if low is None and high is None:
        return ""
    return f"{'…' if low is None else _number(low)} to {'…' if high is None else _number(high)}"


def _number(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.15g}" if isinstance(value, float) else str(value)


def _table(header: tuple[str, ...], rows: Any) -> str:
    return table(header, rows) + "\n"


if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
