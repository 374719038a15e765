"""Loading a patterns file: YAML in, checked `Patterns` or the first problem with its place out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.patterns.condition import PARTY_FIELDS, Condition
from sahelsim.patterns.schema import Pattern, Patterns
from sahelsim.scenario.explain import explain, problem_at
from sahelsim.scenario.problems import Problem, did_you_mean, in_order
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.tree import Path as TreePath
from sahelsim.scenario.tree import plain
from sahelsim.seeds import load_seed_events, seeds_folder

__all__ = ["load_patterns", "shipped_patterns"]

_SHOWN = 20

Fault = tuple[TreePath, str]


def shipped_patterns() -> Path:
    """The project's own file, ``seeds/patterns.yaml``."""
    return seeds_folder() / "patterns.yaml"


def load_patterns(path: str | Path | None = None) -> Patterns:
    """Load a patterns file.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file; the project's own by default.

    Raises
    ------
    BadInput
        The first problem with file, line and column, and how many more there are.
    """
    problems: list[Problem] = []
    tree = read_file(shipped_patterns() if path is None else Path(path), problems)
    patterns: Patterns | None = None
    try:
        patterns = Patterns.model_validate_json(json.dumps(plain(tree)), strict=True)
    except ValidationError as error:
        problems.extend(explain(error, Patterns, tree))
    if patterns is not None:
        problems.extend(problem_at(tree, where, message) for where, message in _faults(patterns))
    if problems:
        first, *rest = in_order(problems)
        more = [f"\nand {len(rest) - _SHOWN} more"] if len(rest) > _SHOWN else []
        raise first.error("".join([*(f"\n{problem}" for problem in rest[:_SHOWN]), *more]))
    assert patterns is not None
    return patterns


def _faults(patterns: Patterns) -> Iterator[Fault]:
    """What the schema cannot see: names that nothing bears."""
    first: dict[str, int] = {}
    seeds = [event.id for event in load_seed_events()] if any(p.seeds for p in patterns.patterns) else []
    for i, pattern in enumerate(patterns.patterns):
        if pattern.id in first:
            yield ("patterns", i, "id"), f"'{pattern.id}' is already the id of pattern {first[pattern.id] + 1}"
        first.setdefault(pattern.id, i)
        yield from _pattern_faults(patterns, pattern, i, seeds)
    if patterns.area is not None and patterns.area not in patterns.regions:
        yield ("area",), f"unknown region '{patterns.area}'{did_you_mean(patterns.area, patterns.regions)}"
    yield from _region_faults(patterns)


def _pattern_faults(patterns: Patterns, pattern: Pattern, number: int, seeds: list[str]) -> Iterator[Fault]:
    for j, name in enumerate(pattern.seeds):
        if name not in seeds:
            yield ("patterns", number, "seeds", j), f"'{name}' is no row of seeds/events.csv{did_you_mean(name, seeds)}"
    for k, condition in enumerate(pattern.conditions):
        at = ("patterns", number, "conditions", k)
        yield from _unknown(condition.region, (*at, "region"), "region", patterns.regions)
        for field, names in _party_fields(condition):
            yield from _unknown(names, (*at, field), "party", patterns.parties)


def _party_fields(condition: Condition) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in PARTY_FIELDS:
        value = getattr(condition, field, None)
        if value is not None:
            yield field, (value,) if isinstance(value, str) else value


def _unknown(names: tuple[str, ...], at: TreePath, what: str, known: Mapping[str, object]) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            yield at, f"unknown {what} '{name}'{did_you_mean(name, known)}"


def _region_faults(patterns: Patterns) -> Iterator[Fault]:
    """Areas and countries that the shipped region does not have."""
    if patterns.names_of is None:
        return
    from sahelsim.region import load_region

    try:
        region = load_region(patterns.names_of)
    except BadInput as error:
        yield ("names_of",), str(error)
        return
    known = {
        "admin1": [unit.name for unit in region.admin1],
        "countries": [country.ged_name for country in region.countries],
    }
    for name, area in patterns.regions.items():
        for key, names in known.items():
            for i, word in enumerate(getattr(area, key)):
                if word not in names:
                    what = "first-level area" if key == "admin1" else "country"
                    yield ("regions", name, key, i), f"unknown {what} '{word}'{did_you_mean(word, names)}"
