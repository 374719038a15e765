"""The tables of docs/odd.md, made from the program: schema, registry, schedule, reference scenario, patterns.

docs/odd_text.md is written by hand and says ``<!-- table: NAME -->`` where a table belongs; ``python docs/generate.py``
puts the two together, so that the description cannot drift from the program.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from pydantic.fields import FieldInfo

from sahelsim.record import DECISION_TERMS
from sahelsim.results.registry import VIOLENCE_TERMS
from sahelsim.rng import Stream
from sahelsim.scenario.actors import Actor, Doctrine
from sahelsim.scenario.interventions import interventions_by_type
from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.schema import Mechanisms, Scenario
from sahelsim.schedule import SCHEDULE
from sahelsim.terms import Decision, Harm, Trait
from sahelsim.world.build import build_blueprint, new_world
from sahelsim.world.state import World, registry

__all__ = ["TABLES", "odd_page", "table"]

FOLDER = Path(__file__).parent
REFERENCE = "sahel_2017_2023"
_NOTE = "<!-- written by `python docs/generate.py` from odd_text.md and the program; do not edit -->"
_ENTITIES = {
    "units": "units",
    "communities": "communities",
    "groups": "groups",
    "actors": "actors",
    "other": "dyads of actors",
    "cells": "cells",
    "outside": "what interventions hold in place",
}
"""Entities by the tables of the registry that describe them; arrays of actor by other actor describe dyads."""
_INDICES = {"start", "order", "edge"}
"""Arrays that only say where other entries stand."""
_MARK = re.compile(r"^<!-- table: ([a-z_]+)(?: ([a-z_]+))? -->$", re.MULTILINE)


@cache
def _reference() -> Scenario:
    return load_scenario(REFERENCE)


@cache
def _world() -> World:
    return new_world(build_blueprint(_reference()), 0)


def table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def entities() -> str:
    """How many of each entity the reference scenario has on its first day."""
    world, scenario = _world(), _reference()
    n = len(scenario.actors)
    raised = int((world.units.strength > 0).sum())
    counted = (
        ("cell", f"{world.ground.cells:,}", f"a square of {scenario.grid.resolution}°"),
        ("community", f"{world.ground.communities:,}", "a cluster of settlements, a town or a nomadic camp"),
        ("unit", f"{raised:,} and {world.units.strength.size - raised:,} empty places", "a band or company"),
        ("group", f"{world.groups.actor.size}", "a katiba, a movement's constituent, an army's garrisons"),
        ("actor", f"{n}", "a movement, army, foreign force or militia"),
        ("dyad", f"{n * (n - 1) // 2}", "two actors"),
    )
    return table(("entity", "number", "what one is"), counted)


def state() -> str:
    """State variables by entity: name, meaning and unit."""
    found: dict[str, list[str]] = {entity: [] for entity in _ENTITIES.values()}
    for name, variables in registry().items():
        for v in variables:
            if not _INDICES & {*v.dims, v.name}:
                entity = _ENTITIES["other" if "other" in v.dims else name]
                found[entity].append(f"`{v.name}` {v.meaning} [{v.unit}]")
    return "\n".join(f"- **{entity}**: {'; '.join(said)}." for entity, said in found.items())


def traits() -> str:
    """What characterises an actor."""
    fields = {**Actor.model_fields, **Doctrine.model_fields}
    rows = [(f"`{key}`", _unit(fields[key]), fields[key].description) for key in (t.name.lower() for t in Trait)]
    return table(("trait", "unit", "meaning"), rows)


def kinds() -> str:
    """Kinds of interventions."""
    return table(
        ("type", "what it is"), ((f"`{word}`", _said(model)) for word, model in interventions_by_type().items())
    )


def schedule() -> str:
    """The stages of a step, in order."""
    switches = {stage.name: f" ({stage.switch or 'always'})" for stage in SCHEDULE if stage.switch != stage.name}
    return "\n".join(
        f"{i}. **{stage.name}**: {stage.says}{switches.get(stage.name, '')}"
        for i, stage in enumerate(SCHEDULE, start=1)
    )


def streams() -> str:
    """The streams of random numbers."""
    return ", ".join(stream.name.lower() for stream in Stream)


def decisions() -> str:
    """What is logged with its terms."""
    rows = [(kind.name.lower(), ", ".join(t for t in DECISION_TERMS[kind] if t)) for kind in Decision]
    rows += [(kind.name.lower(), ", ".join(t for t in VIOLENCE_TERMS[kind] if t)) for kind in Harm]
    return table(("decision or event", "terms that go with it"), rows)


def inputs() -> str:
    """Dated interventions of the reference scenario."""
    dated = sorted(_reference().interventions.items(), key=lambda item: (item[1].date, item[0]))
    rows = [(w.date, w.until or "", w.type, name.replace("_", " "), w.source) for name, w in dated]
    return table(("from", "until", "type", "what", "source"), rows)


def parameters(mechanism: str) -> str:
    """Parameters of a mechanism with the values of the reference scenario."""
    values = getattr(_reference().mechanisms, mechanism)
    rows = []
    for key, field in type(values).model_fields.items():
        if key != "enabled":
            rows.append((f"`{key}`", f"{getattr(values, key):,.15g}", _unit(field), field.description))
    return table(("parameter", "value", "unit", "meaning"), rows)


def patterns() -> str:
    """The patterns that the model is scored against."""
    from sahelsim.patterns import load_patterns

    rows = [(p.id, p.title, ", ".join(p.seeds)) for p in load_patterns().patterns]
    return table(("id", "pattern", "seed events"), rows)


TABLES: dict[str, Callable[..., str]] = {
    f.__name__: f for f in (entities, state, traits, schedule, streams, decisions, kinds, inputs, parameters, patterns)
}


def odd_page() -> str:
    """docs/odd.md: the text with its tables."""
    text = (FOLDER / "odd_text.md").read_text(encoding="utf-8")
    missing = set(Mechanisms.model_fields) - {found[2] for found in _MARK.finditer(text) if found[1] == "parameters"}
    assert not missing, f"odd_text.md has no table of the parameters of {sorted(missing)}"
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{_NOTE}\n" + _MARK.sub(lambda found: TABLES[found[1]](*filter(None, [found[2]])), rest)


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _said(thing: type) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())
