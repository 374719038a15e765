"""The reference of columns in docs/results.md, written from the registry.

``python -m sahelsim.results.describe docs/results.md`` brings the marked part of that file up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sahelsim.results.columns import TABLES
from sahelsim.results.registry import PanelVariable, Table
from sahelsim.results.variables import PANEL, PANEL_COORDINATES

__all__ = ["BEGIN", "END", "described", "reference"]

BEGIN = "<!-- columns: written by `python -m sahelsim.results.describe`, do not edit -->"
END = "<!-- end of columns -->"


def reference() -> str:
    """All tables and the panel as Markdown."""
    parts = [_of_table(table) for table in TABLES.values()]
    parts.append("### panel.zarr\n\nMonthly cell panel; kept unless `outputs.panel` is false.\n\n" + _of_panel(PANEL))
    parts.append("Coordinates:\n\n" + _of_panel(PANEL_COORDINATES))
    return "\n".join(parts)


def described(text: str) -> str:
    """A page with its marked part replaced by `reference`."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no part between {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _of_table(table: Table) -> str:
    kept = "Always kept." if table.switch is None else f"Kept unless `outputs.{table.switch}` is false."
    lines = [f"### {table.file}", "", f"{table.meaning} {kept}", "", f"Sorted by: {', '.join(table.order)}.", ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    lines += [f"| `{column.name}` | {column.type} | {column.meaning} |" for column in table.columns]
    return "\n".join(lines) + "\n"


def _of_panel(variables: Sequence[PanelVariable]) -> str:
    lines = ["| name | dimensions | type | unit | meaning |", "|---|---|---|---|---|"]
    for v in variables:
        lines.append(f"| `{v.name}` | {', '.join(v.dims)} | {v.dtype} | {v.unit} | {v.meaning} |")
    return "\n".join(lines) + "\n"


def _main(arguments: Sequence[str]) -> None:
    for name in arguments:
        path = Path(name)
        path.write_text(described(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
