"""Faults of factors and designs that the schema alone cannot see: paths that must exist, values that must fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.scenario.explain import shown
from sahelsim.scenario.outline import bounds, expected
from sahelsim.scenario.problems import did_you_mean
from sahelsim.scenario.targets import Target, find_target, with_values
from sahelsim.scenario.tree import Path, dotted
from sahelsim.sweep.factors import paths_of
from sahelsim.sweep.row_columns import plain_columns
from sahelsim.sweep.schema import BASELINE, Experiment, Factor, GridDesign, ListDesign
from sahelsim.sweep.sound import faults_of

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["RESERVED", "factor_faults"]

RESERVED = (
    "draw", "what_if", "replicate", "run", "code", "ok", "error", "error_type", "seconds", "finished", "worker",
    "panel", "shard",
)  # fmt: skip
"""Columns of the store that no factor may be called, besides those of results."""

Fault = tuple[Path, str, bool]  # where in the experiment, what, and whether the key is at fault


def factor_faults(experiment: Experiment, variants: Mapping[str, Scenario]) -> Iterator[Fault]:
    """All faults; values are tried one factor at a time in every variant."""
    taken: dict[str, str] = {}
    results = {column for scenario in variants.values() for column in plain_columns(scenario)}
    sound = True
    for name, factor in experiment.factors.items():
        for fault in (*_name_faults(name, factor, taken, results), *_one_factor(name, factor, variants)):
            sound = False
            yield fault
    if sound:
        yield from _design_faults(experiment)


def _name_faults(name: str, factor: Factor, taken: dict[str, str], results: Collection[str]) -> Iterator[Fault]:
    if name in RESERVED:
        yield ("factors", name), f"'{name}' is a column of every store; give the factor another name", True
    if name in results:
        yield ("factors", name), f"'{name}' is a column of results; give the factor another name", True
    for path in paths_of(name, factor):
        if path in taken:
            yield ("factors", name), f"'{path}' is varied by '{taken[path]}' already", True
        taken[path] = name


def _one_factor(name: str, factor: Factor, variants: Mapping[str, Scenario]) -> Iterator[Fault]:
    """The first fault of a factor: a path that leads nowhere, or a value that cannot stand where it leads."""
    for variant, scenario in variants.items():
        of = "" if variant == BASELINE else f" (in what-if '{variant}')"
        targets = []
        for path, at in _paths_with_places(name, factor):
            try:
                targets.append(find_target(scenario, path))
            except BadInput as error:
                yield at, error.message + of, at[-1] == name
                return
        fault = next(_value_faults(name, factor, targets, scenario), None)
        if fault is not None:
            yield fault[0], fault[1] + of, False
            return


def _paths_with_places(name: str, factor: Factor) -> Iterator[tuple[str, Path]]:
    at: Path = ("factors", name)
    if factor.paths:
        yield from ((path, (*at, "paths", i)) for i, path in enumerate(factor.paths))
    else:
        yield (name, at) if factor.path is None else (factor.path, (*at, "path"))


def _value_faults(
    name: str, factor: Factor, targets: Sequence[Target], scenario: Scenario
) -> Iterator[tuple[Path, str]]:
    """What is wrong with the values that a factor would set."""
    at: Path = ("factors", name)
    for target in targets:
        yield from (((*at, *below), message) for below, message in _unsuited(factor, target))
    if factor.range is not None:
        ends = [int(end) if factor.scale == "integer" else end for end in factor.range]
        tried: list[tuple[Path, Any]] = [((*at, "range", i), end) for i, end in enumerate(ends)]
    else:
        tried = [((*at, "values", i), value) for i, value in enumerate(factor.values or ())]
    for where, value in tried:
        yield from ((where, message) for message in _faults(factor, targets, value, scenario))


def _unsuited(factor: Factor, target: Target) -> Iterator[tuple[Path, str]]:
    """A factor that is not made for such a value at all."""
    if target.path.split(".")[0] in ("seed", "replicates", "outputs", "name"):
        yield (), f"'{target.path}' is the experiment's to decide, not a factor"
    elif factor.apply == "multiply" and target.kind is not float:
        only = "only a number that need not be whole can be multiplied"
        yield ("apply",), f"{only}, and '{target.path}' is {_a(target)}"
    elif factor.range is not None and target.kind is int and factor.scale != "integer":
        yield ("range",), f"'{target.path}' is a whole number; write transform: integer"
    elif factor.range is not None and target.kind not in (int, float):
        yield ("range",), f"'{target.path}' is {_a(target)}, which has no range; give values"


def _faults(factor: Factor, targets: Sequence[Target], value: Any, scenario: Scenario) -> Iterator[str]:
    """Why a value cannot stand where the targets are, all set together."""
    wanted: dict[str, Any] = {}
    for target in targets:
        if not _of_kind(value, target.kind):
            yield f"{target.path}: expected {expected(target.kind, target.field)}, got {shown(value)}"
            return
        new = wanted[target.path] = value * target.value if factor.apply == "multiply" else value
        low, high = (None, None) if target.field is None or not _number(new) else bounds(target.field)
        if (low is not None and new < low) or (high is not None and new > high):
            yield f"{target.path}: expected {expected(target.kind, target.field)}, got {new:g}"
            return
    try:
        changed = with_values(scenario, wanted)
    except BadInput as error:
        yield f"{error.path}: {error.message}"
        return
    yield from (f"{dotted(finding.path)}: {finding.message}" for finding in faults_of(changed))


def _design_faults(experiment: Experiment) -> Iterator[Fault]:
    design, factors = experiment.design, experiment.factors
    if isinstance(design, GridDesign):
        for name, factor in factors.items():
            if factor.values is None and factor.levels is None:
                yield ("factors", name), "a grid needs `values`, or a range with `levels`", False
    if isinstance(design, ListDesign):
        for i, draw in enumerate(design.draws):
            for name in draw:
                if name not in factors:
                    yield ("design", "draws", i, name), f"unknown factor '{name}'{did_you_mean(name, factors)}", True
            for name, factor in factors.items():
                at: Path = ("design", "draws", i)
                if name not in draw:
                    yield at, f"draw {i} has no value for '{name}'", False
                else:
                    yield from (((*at, name), message, False) for message in _draw_faults(factor, draw[name]))


def _draw_faults(factor: Factor, value: Any) -> Iterator[str]:
    if factor.range is not None and not (_number(value) and factor.range[0] <= value <= factor.range[1]):
        yield f"expected a number in the factor's range, {factor.range[0]:g} to {factor.range[1]:g}, got {shown(value)}"
    elif factor.range is not None and factor.scale == "integer" and value != int(value):
        yield f"expected a whole number, got {shown(value)}"
    elif factor.values is not None and value not in factor.values:
        yield f"expected one of the factor's values, got {shown(value)}"


def _of_kind(value: Any, kind: type) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float)
    if kind is int:
        return isinstance(value, int)
    if kind is date:
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, kind)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _a(target: Target) -> str:
    return expected(target.kind, None)
