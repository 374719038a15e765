"""The scenarios that come with the program."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["find_scenario", "shipped_file", "shipped_folder", "shipped_scenarios"]


def shipped_folder() -> Path:
    """Folder of the shipped scenarios: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_shipped" / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def shipped_scenarios() -> list[str]:
    """Names of the shipped scenarios, without the folder and the ending."""
    return sorted(path.stem for path in shipped_folder().glob("*.yaml"))


def shipped_file(name: str) -> Path | None:
    """A file of the shipped folder by its name, with or without ``.yaml``; None when there is none."""
    if not name or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        return None
    for candidate in (name, f"{name}.yaml"):
        path = shipped_folder() / candidate
        if path.is_file():
            return _from_here(path)
    return None


def find_scenario(name: str | Path, *, beside: Path | None = None) -> Path:
    """The file that a name means: a path (relative to a folder, if given), else a shipped scenario.

    A path that leads nowhere comes back as it is, for the reader to complain about.
    """
    path = Path(name) if beside is None else _tidy(beside / name)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):  # too long, or a NUL: no path, then
        return path
    return shipped_file(str(name)) or path


def _tidy(path: Path) -> Path:
    """Without ``x/..`` where that leads to the same file."""
    short = Path(os.path.normpath(path))
    try:
        return short if short.resolve() == path.resolve() else path
    except (OSError, ValueError):
        return path


def _from_here(path: Path) -> Path:
    """Relative to the working directory where it lies below it: shorter in messages, and the same on any machine."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):
        return path
