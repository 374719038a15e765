"""Faults put into the plain scenario, and the check that each is told with its place."""

from __future__ import annotations

from pathlib import Path

from scenario_texts import altered, plain_text

from sahelsim.scenario.load import find_problems

Fault = tuple[str, str, str, str]
"""A piece of the plain scenario, what replaces it with @@ at the fault, the dotted path, what the message says."""


def check_fault(name: str, fault: Fault, folder: Path) -> None:
    """The fault is found in a file with its path, line, column and message."""
    old, new, path, message = fault
    text, line, column = altered(old, new) if "@@" in new else (plain_text((old, new)), 0, 0)
    file = folder / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    problems = find_problems(file)
    fitting = [p for p in problems if message in p.message]
    assert fitting, [str(p) for p in problems]
    problem = fitting[0]
    assert problem.file == str(file), str(problem)
    assert problem.path == path, str(problem)
    if line and name not in ("missing key",):  # a missing key is shown at the mapping that should have it
        assert (problem.line, problem.column) == (line, column), str(problem)
    else:
        assert problem.line > 1, str(problem)
