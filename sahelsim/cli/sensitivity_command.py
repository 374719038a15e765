"""``sahelsim sensitivity``: tables, figures and a ranking on the screen."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from sahelsim.cli.files import write_parquet, write_text
from sahelsim.cli.numbers import short
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.analysis.indices import Sensitivity
    from sahelsim.analysis.sensitivity import Analysis
    from sahelsim.sweep.opening import Sweep

__all__ = ["find_sweep", "list_outputs", "sensitivity_command"]

_SHOWN = 15  # factors on the screen; the table has all


def sensitivity_command(
    place: Path,
    asked: Sequence[str],
    *,
    method: str | None,
    what_if: str,
    slides: int | None,
    resamples: int,
    confidence: float,
    out: Path | None,
    formats: Sequence[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Analyse a store, write its tables and figures, print the ranking."""
    from sahelsim.analysis.indices import as_json as report
    from sahelsim.analysis.names import choose_outputs
    from sahelsim.analysis.sensitivity import analyse

    sweep = find_sweep(place)
    done = analyse(
        sweep, choose_outputs(sweep, asked), method=method, what_if=what_if, slides=slides, resamples=resamples,
        confidence=confidence,
    )  # fmt: skip
    files = _write(sweep, done, sweep.path / "sensitivity" if out is None else out, formats)
    if as_json:
        found = {"store": str(sweep.path), "outputs": [report(s) for s in done.found], "refused": done.refused}
        print(json.dumps(found | {"files": [str(file) for file in files]}, ensure_ascii=False))
        return
    if quiet:
        return
    console = Console(markup=False, highlight=False)
    for found_one in done.found:
        _print(found_one, console)
    for name, reason in done.refused.items():
        console.print(f"{name}: {reason}", soft_wrap=True)
    print("\nwritten:", *(f"  {file}" for file in files), sep="\n")


def find_sweep(place: Path) -> Sweep:
    """The store at a path, or that of an experiment file in ``runs/NAME``.

    Raises
    ------
    BadInput
        There is none.
    """
    from sahelsim.sweep.opening import open_sweep

    if place.is_file() and place.suffix in (".yaml", ".yml"):
        from sahelsim.cli.sweep_command import default_store
        from sahelsim.sweep.load import read_experiment

        return open_sweep(default_store(read_experiment(place)[0].name))
    if not place.exists():
        raise BadInput("no such file or directory; expected the store of a sweep, or an experiment", file=place)
    return open_sweep(place)


def list_outputs(place: Path, *, as_json: bool) -> None:
    """Print every output of a store with its meaning."""
    outputs = find_sweep(place).outputs
    if as_json:
        print(json.dumps(outputs, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("output", no_wrap=True)
    table.add_column("meaning", overflow="fold")
    for name, meaning in outputs.items():
        table.add_row(name, meaning)
    Console(markup=False, highlight=False).print(table)


def _write(sweep: Sweep, done: Analysis, folder: Path, formats: Sequence[str]) -> list[Path]:
    from sahelsim.analysis.indices import as_frame
    from sahelsim.plot.save import make_folder, save_figure
    from sahelsim.plot.sensitivity import ranking
    from sahelsim.plot.sweep_figures import file_stem

    make_folder(folder)
    method = done.found[0].method
    frame = as_frame(done.found)
    files = [folder / f"{method}.csv", folder / f"{method}.parquet"]
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    write_text(files[0], text.getvalue(), replace=True)
    write_parquet(files[1], frame)
    for found in done.found:
        figure = ranking(sweep, found)
        for ending in dict.fromkeys(formats):
            path = folder / f"{method}_{file_stem(found.output)}.{ending}"
            files.append(save_figure(figure, path, f"{found.output}: {found.measure}"))
    return files


def _print(found: Sensitivity, console: Console) -> None:
    table = Table(title=f"{found.output}: {found.measure}", title_justify="left", box=None, pad_edge=False,
                  padding=(0, 2, 0, 0))  # fmt: skip
    table.add_column("")
    table.add_column("factor", overflow="fold")
    extra = list(found.indices[0].more)
    for title in ("index", f"{found.confidence:.0%} interval", "chance", *(name.replace("_", " ") for name in extra)):
        table.add_column(title, justify="right", no_wrap=True)
    for rank, index in enumerate(found.indices[:_SHOWN], start=1):
        numbers = (short(index.floor), *(short(index.more[name]) for name in extra))
        interval = f"{short(index.low)} to {short(index.high)}"
        style = "bold" if index.stands_out else ""
        table.add_row(str(rank), index.factor, short(index.value), interval, *numbers, style=style)
    console.print(table)
    if len(found.indices) > _SHOWN:
        console.print(f"and {len(found.indices) - _SHOWN} more factors, in the table")
    for pair in found.interactions[:3]:
        console.print(
            f"{' × '.join(pair.factors)}: second-order index {pair.value:.2f} ({pair.low:.2f} to {pair.high:.2f})"
        )
    console.print(f"{found.used:,} of {found.draws:,} draws used. " + " ".join(found.remarks), soft_wrap=True)
    if math.isfinite(found.indices[0].floor):
        console.print("Bold: above what chance alone gives 95 of 100 factors that do nothing.")
    console.print()
