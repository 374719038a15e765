"""``sahelsim compare``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from sahelsim.cli.numbers import short

if TYPE_CHECKING:
    from sahelsim.analysis.compare import Comparison, OutputChange

__all__ = ["compare_command"]

_INPUTS_SHOWN, _OUTPUTS_SHOWN = 30, 25
_LONGEST = 48  # letters of a value on the screen


def compare_command(first: Path, second: Path, outputs: Sequence[str], *, confidence: float, as_json: bool) -> None:
    """Print what differs between two runs or sweeps."""
    from sahelsim.analysis.compare import as_json as report
    from sahelsim.analysis.compare import compare

    found = compare(first, second, outputs, confidence)
    if as_json:
        print(json.dumps(report(found), ensure_ascii=False))
        return
    console = Console(markup=False, highlight=False)
    console.print(f"A: {found.first}\nB: {found.second}\n", soft_wrap=True)
    _print_inputs(found, console)
    _print_outputs(found, console, everything=bool(outputs))
    for remark in found.remarks:
        console.print(remark, soft_wrap=True)


def _print_inputs(found: Comparison, console: Console) -> None:
    if not found.inputs:
        console.print("Nothing that went in differs.\n")
        return
    table = _table("What went in")
    for title in ("", "key", "A", "B"):
        table.add_column(title, overflow="fold")
    for change in found.inputs[:_INPUTS_SHOWN]:
        table.add_row(change.what, change.path, _said(change.first), _said(change.second))
    console.print(table)
    if len(found.inputs) > _INPUTS_SHOWN:
        console.print(f"and {len(found.inputs) - _INPUTS_SHOWN} more; --json has all")
    console.print()


def _print_outputs(found: Comparison, console: Console, *, everything: bool) -> None:
    changed = sorted((c for c in found.outputs if not c.same), key=lambda c: -c.strength)
    same, clear = len(found.outputs) - len(changed), sum(c.clear for c in changed)
    shown = found.outputs if everything else changed[:_OUTPUTS_SHOWN]
    if shown:
        table = _table("What came out, the clearest differences first")
        several = len({c.what_if for c in shown}) > 1
        if several:
            table.add_column("what-if", overflow="fold")
        table.add_column("output", overflow="fold", min_width=16)
        for title in ("A", "B", "B − A", f"{found.confidence:.0%} interval"):
            table.add_column(title, justify="right", no_wrap=True)
        for change in shown:
            _add(table, change, several=several)
        console.print(table)
    if not everything:
        hidden = len(changed) - len(shown)
        console.print(
            f"{same} of {len(found.outputs)} outputs are the same"
            + (f"; {hidden} more, see --json" if hidden else "")
            + "."
        )
    console.print(found.how, soft_wrap=True)
    chance = (1 - found.confidence) * len(changed)
    if clear:
        console.print(
            f"Bold: the interval leaves out zero ({clear}; by chance alone some {chance:.0f} of {len(changed)})."
        )


def _add(table: Table, change: OutputChange, *, several: bool) -> None:
    d = change.difference
    interval = f"{short(d.low)} to {short(d.high)}" if math.isfinite(d.low) else "–"
    cells = [change.output, short(change.first), short(change.second), short(d.value), interval]
    table.add_row(*([change.what_if] if several else []), *cells, style="bold" if change.clear else "")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _said(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
