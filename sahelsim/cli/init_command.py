"""``sahelsim init`` and ``sahelsim schema``: what one needs to write a scenario of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from sahelsim.cli.files import write_text
from sahelsim.errors import BadInput
from sahelsim.scenario.json_schema import json_schema_text
from sahelsim.scenario.problems import did_you_mean
from sahelsim.scenario.shipped import shipped_file, shipped_scenarios

__all__ = ["init_command", "schema_command"]

_SCHEMA = "scenario.schema.json"
_EDITOR_LINE = re.compile(r"^# yaml-language-server:.*\n", re.MULTILINE)


def init_command(target: Path, source: str) -> None:
    """Write a copy of a shipped scenario, with its comments, to a file or as ``scenario.yaml`` into a folder.

    A folder also gets the JSON Schema, which editors use to complete keys and to show what they mean.
    """
    original = shipped_file(source)
    if original is None:
        raise BadInput(f"no shipped scenario '{source}'{did_you_mean(source, shipped_scenarios())}", path="--from")
    text = original.read_text(encoding="utf-8")
    if target.suffix in (".yaml", ".yml"):
        write_text(target, _named(_EDITOR_LINE.sub("", text, count=1), target.stem))
        written = [target]
    else:
        if target.exists() and not target.is_dir():
            raise BadInput("is neither a folder nor a name ending in .yaml", file=target)
        written = [target / "scenario.yaml", target / _SCHEMA]
        for file in written:
            if file.exists():
                raise BadInput("exists already; it is not overwritten", file=file)
        editor_line = f"# yaml-language-server: $schema={_SCHEMA}\n"
        text = editor_line + _EDITOR_LINE.sub("", text, count=1)
        write_text(written[0], _named(text, target.resolve().name))
        write_text(written[1], json_schema_text())
    for file in written:
        print(file)


def schema_command(out: Path | None, *, of: Literal["scenario", "experiment", "calibration"] = "scenario") -> None:
    """Print the JSON Schema of a kind of file, or write it to a file (an older one is replaced)."""
    text = {"scenario": json_schema_text, "experiment": _experiment_schema, "calibration": _calibration_schema}[of]()
    if out is None:
        print(text, end="")
        return
    write_text(out, text, replace=True)
    print(out)


def _experiment_schema() -> str:
    from sahelsim.sweep.json_schema import experiment_schema_text

    return experiment_schema_text()


def _calibration_schema() -> str:
    from sahelsim.calibration.json_schema import calibration_schema_text

    return calibration_schema_text()


def _named(text: str, stem: str) -> str:
    """The text with the scenario's name taken from the file's, when that makes a name."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.casefold()).strip("_")
    return re.sub(r"^name: *[a-z0-9_]+", f"name: {name}", text, count=1, flags=re.MULTILINE) if name else text
