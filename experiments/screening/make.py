"""Writes experiments/screening.yaml: a factor for every free number of the mechanisms and of the actors' doctrines.

`make examples EXAMPLES=screening` runs it. Free is every number that need not be whole and is not zero, except the
shares that must add up to one. A number is multiplied, so that the file follows the scenario when that is tuned anew.
"""

from __future__ import annotations

import re
from pathlib import Path

from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.outline import bounds
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.targets import find_target

SCENARIO = "sahel_2017_2023"
FACTOR = 1.5  # each number from 1 / FACTOR of its value to FACTOR times it, within its bounds
TRAJECTORIES, REPLICATES, STEPS = 2, 2, 156
SHARES = re.compile(r"mechanisms\.observation\.(place|date)_\w+")  # of one whole
FILE = Path(__file__).parents[1] / "screening.yaml"

HEAD = f"""# yaml-language-server: $schema=../docs/experiment.schema.json
# Morris screening of every free number of the mechanisms and doctrines. Written by experiments/screening/make.py.
#   make examples EXAMPLES=screening
name: screening
title: Screening of the free parameters of the reference scenario
description: >-
  Few trajectories, the first {STEPS} weeks and a coarse grid, so that it takes minutes on one core; see
  experiments/screening/README.md for the full one. Doctrine is that of all actors, changed alike.
scenario: {SCENARIO}
overrides: [coarse]
changes: {{ calendar.steps: {STEPS} }}
seed: 2104
replicates: {REPLICATES}
design: {{ kind: morris, trajectories: {TRAJECTORIES}, levels: 4 }}
factors:
"""


def main() -> None:
    """Write the file."""
    scenario = load_scenario(SCENARIO)
    lines = [line for name, paths in free_numbers(scenario) if (line := factor_line(scenario, name, paths))]
    FILE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{FILE.name}: {len(lines)} factors")


def free_numbers(scenario: Scenario) -> list[tuple[str, list[str]]]:
    """Name and paths of each factor."""
    found = []
    for mechanism in type(scenario.mechanisms).model_fields:
        for name, value in getattr(scenario.mechanisms, mechanism):
            path = f"mechanisms.{mechanism}.{name}"
            if isinstance(value, float) and value and not SHARES.fullmatch(path):
                found.append((f"{mechanism}.{name}", [path]))
    traits = type(next(iter(scenario.actors.values())).doctrine).model_fields
    for trait in traits:
        paths = [f"actors.{name}.doctrine.{trait}" for name, a in scenario.actors.items() if getattr(a.doctrine, trait)]
        if paths:
            found.append((f"doctrine.{trait}", paths))
    return found


def factor_line(scenario: Scenario, name: str, paths: list[str]) -> str:
    """The factor as a line of the file; empty when its bounds leave no room."""
    low, high = 1 / FACTOR, FACTOR
    for path in paths:
        target = find_target(scenario, path)
        least, most = bounds(target.field) if target.field is not None else (None, None)
        ends = [end / target.value for end in (least, most) if end is not None]
        low = max([low, *(end for end in ends if end <= 1)])
        high = min([high, *(end for end in ends if end >= 1)])
    low, high = (round(low + 5e-5, 4), round(high - 5e-5, 4)) if low < high else (low, high)
    if not low < high:
        return ""
    where = f"path: {paths[0]}" if len(paths) == 1 else f"paths: [{', '.join(paths)}]"
    return f"  {name}: {{ {where}, apply: multiply, range: [{low:g}, {high:g}], transform: log }}"


if __name__ == "__main__":
    main()
