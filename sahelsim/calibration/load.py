"""Loading a calibration: YAML in, a checked calibration with its scenario and free parameters out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sahelsim.calibration.priors import PriorSpace, prior_space
from sahelsim.calibration.schema import Calibration
from sahelsim.errors import BadInput
from sahelsim.patterns import Patterns, load_patterns
from sahelsim.scenario.explain import explain, problem_at
from sahelsim.scenario.load import read_scenario
from sahelsim.scenario.problems import Problem, did_you_mean, in_order
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.shipped import find_scenario
from sahelsim.scenario.tree import Path as TreePath
from sahelsim.scenario.tree import plain
from sahelsim.sweep.load import scenarios_of
from sahelsim.sweep.schema import BASELINE, Experiment, Keep

__all__ = ["LoadedCalibration", "load_calibration"]


@dataclass(frozen=True)
class LoadedCalibration:
    """A calibration and what it stands for.

    Attributes
    ----------
    calibration : Calibration
    file : Path
    scenario : Scenario
        With the calibration's seed, overrides and changes, and with its priors.
    variant : Scenario
        The same without what does not change a run: what the runs start from.
    space : PriorSpace
        The free parameters.
    patterns : Patterns
        What the runs are held against.
    inputs : tuple of Path
        Files that were read.
    """

    calibration: Calibration
    file: Path
    scenario: Scenario
    variant: Scenario
    space: PriorSpace
    patterns: Patterns
    inputs: tuple[Path, ...]

    @property
    def seed(self) -> int:
        """Of draws and runs."""
        return self.variant.seed


def load_calibration(path: str | Path) -> LoadedCalibration:
    """Load and check a calibration.

    Raises
    ------
    BadInput
        The first problem with file, line and column, and how many more there are.
    """
    file = Path(path)
    problems: list[Problem] = []
    try:
        tree = read_file(file, problems)
    except BadInput as error:
        raise BadInput(
            error.message.replace("expected a scenario", "expected a calibration"),
            file=error.file, line=error.line, column=error.column, path=error.path,
        ) from None  # fmt: skip
    try:
        calibration = Calibration.model_validate_json(json.dumps(plain(tree)), strict=True)
    except ValidationError as error:
        raise _first([*problems, *explain(error, Calibration, tree)]) from None
    patterns = load_patterns()
    problems += [problem_at(tree, where, message) for where, message in _faults(calibration, patterns)]
    if problems:
        raise _first(problems)
    variants, inputs = scenarios_of(as_experiment(calibration), file, tree)
    scenario = read_scenario(
        find_scenario(calibration.scenario, beside=file.parent),
        overrides=calibration.overrides, changes=calibration.changes,
    ).scenario  # fmt: skip
    variant = variants[BASELINE]
    try:
        space = prior_space(scenario)
    except BadInput as error:
        raise problem_at(tree, ("scenario",), error.message).error() from None
    scenario = scenario.model_copy(update={"seed": variant.seed})
    return LoadedCalibration(calibration, file, scenario, variant, space, patterns, (file, *inputs))


def as_experiment(calibration: Calibration) -> Experiment:
    """A sweep of the same scenario, with nothing varied yet."""
    return Experiment(
        name=calibration.name,
        scenario=calibration.scenario,
        overrides=calibration.overrides,
        changes=calibration.changes,
        seed=calibration.seed,
        replicates=1,
        keep=Keep(patterns=True, events=True),
        engine=calibration.engine,
    )


def _faults(calibration: Calibration, patterns: Patterns) -> Iterator[tuple[TreePath, str]]:
    known = [pattern.id for pattern in patterns.patterns]
    numbers = {f"{pattern.id}.{i}" for pattern in patterns.patterns for i in range(len(pattern.conditions))}
    for i, name in enumerate(calibration.without):
        if name not in known and name not in numbers:
            yield ("without", i), f"no pattern '{name}'{did_you_mean(name, known)}"
    for i, size in enumerate(calibration.waves):
        if size < 1:
            yield ("waves", i), f"expected at least 1 draw, got {size}"
    if calibration.posterior.method == "npe" and "accept" in calibration.model_fields_set:
        yield ("accept",), "is of regression ABC; neural networks learn from all runs: leave it out with method npe"


def _first(problems: list[Problem]) -> BadInput:
    first, *more = in_order(problems)
    return first.error("".join(f"\n{problem}" for problem in more))
