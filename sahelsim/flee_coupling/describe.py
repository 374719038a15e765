"""The tables of docs/flee.md: parameters, and every value of the packaged case that differs from the original.

``python -m sahelsim.flee_coupling.describe docs/flee.md`` brings the marked part of that page up to date.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from sahelsim.flee_coupling.case import load_case, packaged_case
from sahelsim.flee_coupling.parameters import CouplingParameters
from sahelsim.scenario.outline import bounds

__all__ = ["BEGIN", "END", "described", "reference"]

BEGIN = "<!-- tables: written by `python -m sahelsim.flee_coupling.describe`, do not edit -->"
END = "<!-- end of tables -->"


def reference() -> str:
    """Parameters and corrections as Markdown."""
    return f"### Parameters (coupling.yaml)\n\n{_parameters()}\n### Corrections (corrections.csv)\n\n{_corrections()}"


def described(text: str) -> str:
    """A page with its marked part replaced by `reference`."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no part between {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _parameters() -> str:
    values = load_case().parameters.model_dump()
    lines = ["| key | value | unit | bounds | meaning | source |", "|---|---|---|---|---|---|"]
    for name, field in CouplingParameters.model_fields.items():
        about = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        unit, source = about.get("unit", "–"), about.get("source", "–")
        limits = "reported, true" if name == "deaths" else "{:g} to {:,.10g}".format(*bounds(field))
        lines.append(f"| `{name}` | {values[name]} | {unit} | {limits} | {field.description} | {source} |")
    return "\n".join(lines) + "\n"


def _corrections() -> str:
    lines = [
        "| file | what | field | old | new | straight line [km] | reason | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with (packaged_case() / "corrections.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            lines.append("| " + " | ".join(value or "–" for value in row.values()) + " |")
    return "\n".join(lines) + "\n"


def _main(arguments: Sequence[str]) -> None:
    for name in arguments:
        path = Path(name)
        path.write_text(described(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
