"""Loading an experiment: YAML in, a checked experiment with its resolved scenarios out, or the first fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.scenario.explain import explain, problem_at
from sahelsim.scenario.load import Loaded, read_scenario
from sahelsim.scenario.problems import Problem, did_you_mean, in_order
from sahelsim.scenario.reader import neighbours, read_file
from sahelsim.scenario.schema import Outputs, Scenario
from sahelsim.scenario.shipped import find_scenario, shipped_scenarios
from sahelsim.scenario.tree import Mapping, plain
from sahelsim.scenario.tree import Path as TreePath
from sahelsim.sweep.check_factors import factor_faults
from sahelsim.sweep.schema import BASELINE, Experiment, WhatIf

__all__ = ["LoadedExperiment", "at_key", "load_experiment", "read_experiment", "scenarios_of"]

_NOT_TO_CHANGE = ("seed", "replicates", "name", "outputs")
_NO_OUTPUTS = Outputs(panel=False, communities=False, dyads=False, decisions=False)


@dataclass(frozen=True)
class LoadedExperiment:
    """An experiment and the scenarios that it stands for.

    Attributes
    ----------
    experiment : Experiment
    file : Path
    variants : dict of str to Scenario
        The baseline, then each what-if, with the experiment's seed, before any factor is set.
    inputs : tuple of Path
        Files that were read.
    """

    experiment: Experiment
    file: Path
    variants: dict[str, Scenario]
    inputs: tuple[Path, ...]


def load_experiment(path: str | Path) -> LoadedExperiment:
    """Load and check an experiment; every factor is tried on every variant at both ends of its range.

    Raises
    ------
    BadInput
        The first problem with file, line and column, and how many more there are.
    """
    file = Path(path)
    experiment, tree = read_experiment(file)
    variants, inputs = scenarios_of(experiment, file, tree)
    faults = [
        problem_at(tree, where, message, key=at_key) for where, message, at_key in factor_faults(experiment, variants)
    ]
    if faults:
        raise _first(faults)
    return LoadedExperiment(experiment, file, variants, (file, *inputs))


def read_experiment(file: Path) -> tuple[Experiment, Mapping]:
    """An experiment as its file says it, and with places; its scenarios and factors are not looked at."""
    problems: list[Problem] = []
    tree = _read(file, problems)
    try:
        experiment = Experiment.model_validate_json(json.dumps(plain(tree)), strict=True)
    except ValidationError as error:
        found = [_at_factors(problem, tree) for problem in explain(error, Experiment, tree)]
        raise _first([*problems, *found]) from None
    if problems:
        raise _first(problems)
    return experiment, tree


def _at_factors(problem: Problem, tree: Mapping) -> Problem:
    """A design that is missing has no place; the factors that need one have."""
    if problem.path == "design" and "design" not in tree.entries:
        return problem_at(tree, ("factors",), problem.message, key=True)
    return problem


def at_key(error: BadInput, file: Path) -> BadInput:
    """A fault that showed later in what the experiment says of its engine, with its place in the file."""
    if error.file is not None or not (error.path or "").startswith("engine."):
        return error
    _, tree = read_experiment(file)
    return problem_at(tree, tuple(str(error.path).split(".")), error.message).error()


def _read(file: Path, problems: list[Problem]) -> Mapping:
    try:
        return read_file(file, problems)
    except BadInput as error:
        raise BadInput(
            error.message.replace("expected a scenario", "expected an experiment"),
            file=error.file, line=error.line, column=error.column, path=error.path,
        ) from None  # fmt: skip


def _first(problems: list[Problem]) -> BadInput:
    first, *more = in_order(problems)
    return first.error("".join(f"\n{problem}" for problem in more))


def scenarios_of(experiment: Experiment, file: Path, tree: Mapping) -> tuple[dict[str, Scenario], tuple[Path, ...]]:
    """The scenarios that an experiment stands for, and the files that were read; faults get their place in `tree`."""
    scenario = find_scenario(experiment.scenario, beside=file.parent)
    if not scenario.is_file():
        hint = did_you_mean(experiment.scenario, [*shipped_scenarios(), *neighbours(scenario)])
        raise problem_at(tree, ("scenario",), f"no such scenario '{experiment.scenario}'{hint}").error()
    faults = [problem_at(tree, where, message, key=True) for where, message in _settled(experiment)]
    if faults:
        raise _first(faults)
    base = _resolve(scenario, tree, [(("overrides",), experiment.overrides)], [(("changes",), experiment.changes)])
    seed = base.scenario.seed if experiment.seed is None else experiment.seed
    found = {BASELINE: _settle(base.scenario, seed)}
    for name, what_if in experiment.what_ifs.items():
        found[name] = _settle(_with(what_if, name, experiment, scenario, tree).scenario, seed)
    return found, base.files


def _with(what_if: WhatIf, name: str, experiment: Experiment, scenario: Path, tree: Mapping) -> Loaded:
    at: TreePath = ("what_ifs", name)
    added = {f"interventions.{key}": value for key, value in what_if.interventions.items()}
    return _resolve(
        scenario,
        tree,
        [(("overrides",), experiment.overrides), ((*at, "overrides"), what_if.overrides)],
        [(("changes",), experiment.changes), ((*at, "changes"), what_if.changes), ((*at, "interventions"), added)],
    )


def _settled(experiment: Experiment) -> Iterator[tuple[TreePath, str]]:
    """Changes of what the experiment itself decides."""
    for where, changes in (
        (("changes",), experiment.changes),
        *((("what_ifs", name, "changes"), what_if.changes) for name, what_if in experiment.what_ifs.items()),
    ):
        for path in changes:
            if path.split(".")[0] in _NOT_TO_CHANGE:
                instead = {"outputs": "keep", "name": "what_ifs"}.get(path.split(".")[0], path)
                yield (*where, path), f"the experiment decides on that; see its key '{instead}'"


def _settle(scenario: Scenario, seed: int) -> Scenario:
    """Without what does not change a run, so that it does not change the name of a run either."""
    plain = {"seed": seed, "replicates": 1, "outputs": _NO_OUTPUTS, "overrides": {}, "priors": {}}
    return scenario.model_copy(update=plain)


def _resolve(
    scenario: Path,
    tree: Mapping,
    overrides: list[tuple[TreePath, tuple[str, ...]]],
    changes: list[tuple[TreePath, dict[str, Any]]],
) -> Loaded:
    """Read a scenario; a fault in what the experiment says gets its place in the experiment."""
    known = list(read_scenario(scenario).scenario.overrides)
    for where, names in overrides:
        for i, name in enumerate(names):
            if name not in known:
                hint = did_you_mean(name, known) if known else "; the scenario defines none"
                raise problem_at(tree, (*where, i), f"unknown override '{name}'{hint}").error()
    wanted = {path: value for _, part in changes for path, value in part.items()}
    try:
        return read_scenario(scenario, overrides=[n for _, names in overrides for n in names], changes=wanted)
    except BadInput as error:
        if error.file != "changes" or error.line is None:
            raise
        path = list(wanted)[error.line - 1]
        where = next(where for where, part in reversed(changes) if path in part)
        last = path.removeprefix("interventions.") if where[-1] == "interventions" else path
        message, _, _ = error.message.partition("\n")
        said = message if error.path == path else f"{error.path}: {message}"
        raise problem_at(tree, (*where, last), said, key=message.startswith("unknown key")).error() from None
