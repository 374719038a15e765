"""``sahelsim validate``: every problem, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sahelsim.scenario.load import find_problems
from sahelsim.scenario.problems import Problem, in_order

__all__ = ["validate_command"]


def validate_command(
    scenarios: Sequence[str], *, settings: Sequence[str], overrides: Sequence[str], as_json: bool
) -> bool:
    """Check scenarios; problems go to stderr, or all into one JSON object on stdout. True if there are none."""
    every: list[Problem] = []
    for name in scenarios:
        problems = find_problems(name, overrides=overrides, settings=settings)
        every += problems
        if not problems and not as_json:
            print(f"{name}: ok")
    every = in_order(every)
    if as_json:
        print(json.dumps({"ok": not every, "errors": [problem.as_dict() for problem in every]}))
    for problem in every:
        print(problem, *_excerpt(problem), sep="\n", file=sys.stderr)
    return not every


def _excerpt(problem: Problem) -> list[str]:
    """The line of the file with a caret under the fault, where there is such a line."""
    try:
        line = Path(problem.file).read_text(encoding="utf-8").splitlines()[problem.line - 1]
    except (OSError, ValueError, IndexError):
        return []
    if not line.strip() or len(line) > 200 or not line.isprintable():
        return []
    return [f"    {line}", "    " + " " * (problem.column - 1) + "^"]
