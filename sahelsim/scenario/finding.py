"""A fault at a path of the scenario, before anybody knows the file and line."""

from __future__ import annotations

from dataclasses import dataclass

from sahelsim.scenario.tree import Path

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """A fault; `at_key` says that the last key of the path is at fault rather than its value."""

    path: Path
    message: str
    at_key: bool = False
