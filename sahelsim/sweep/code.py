"""The version of the code that a run's row follows from: a hash of the sources that it can depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

__all__ = ["code_version"]

_NOT = (
    "acled",
    "analysis",
    "assimilation",
    "calibration",
    "cli",
    "flee_coupling",
    "plot",
    "explain",
    "forecast",
    "ged",
    "mesa_model.py",
    "api.py",
    "run.py",
    "run_several.py",
    "workers.py",
)
_OF_SWEEP = ("pattern_row.py", "row.py", "row_columns.py", "run_one.py", "setting.py")


@cache
def code_version() -> str:
    """Sixteen hexadecimal digits; those of the engines, the store and the commands are left out."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for file in sorted(path.relative_to(package) for path in package.rglob("*.py")):
        if file.parts[0] in _NOT or (file.parts[0] == "sweep" and file.name not in _OF_SWEEP):
            continue
        digest.update(f"{file.as_posix()} ".encode() + (package / file).read_bytes())
    return digest.hexdigest()[:16]
