"""``sahelsim flee``: the displacement model Flee on the conflict of a run."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sahelsim.cli.waiting import cores, progress_bar
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.flee_coupling import Coupled

__all__ = ["flee_command"]


def flee_command(
    path: Path,
    *,
    replicates: list[int] | None,
    case: Path | None,
    period: tuple[str | None, str | None],
    out: Path | None,
    workers: int | None,
    strict: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write Flee's input, run it, write its camps, and say what came out."""
    start, end = (_day(text, option) for text, option in zip(period, ("--from", "--to"), strict=True))
    if not path.is_dir():
        raise BadInput("no such run; expected the directory that `sahelsim run` wrote", file=path)
    from sahelsim.flee_coupling import couple, load_case
    from sahelsim.flee_coupling.check import doubts, refuse
    from sahelsim.results import open_run

    loaded = load_case(case)
    found = doubts(loaded)
    if strict:
        refuse(found)
    for doubt in found:
        print(f"doubtful: {doubt}", file=sys.stderr)
    run = open_run(path)
    console = Console(stderr=True, markup=False, highlight=False)
    with progress_bar(console, "Flee, days", quiet=quiet) as progress:
        coupled = couple(
            run,
            loaded,
            path / "flee" if out is None else out,
            replicates=replicates,
            start=start,
            end=end,
            workers=workers or cores(),
            progress=progress,
            force=force,
        )
    from sahelsim.plot.flee import plot_camps

    figure = plot_camps(run, coupled, coupled.path / "camps.png")
    if as_json:
        print(json.dumps(coupled.manifest | {"out": str(coupled.path), "figure": str(figure)}))
    elif not quiet:
        _print(coupled, figure)


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"expected a day as 2022-09-01, got '{text}'", path=option) from None


def _print(coupled: Coupled, figure: Path) -> None:
    from rich.table import Table

    manifest = coupled.manifest
    print(f"Flee {manifest['versions']['flee']}, {manifest['case']}: {manifest['start']} to {manifest['end']}")
    if manifest["note"]:
        print(f"Cut: {manifest['note']}.")
    table = Table("camp", "country", "median", "5 %", "95 %", "capacity", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    camps = coupled.camps()
    last = camps[camps["date"] == camps["date"].max()]
    for name, about in manifest["camps"].items():
        low, middle, high = last.loc[last["camp"] == name, "refugees"].quantile([0.05, 0.5, 0.95])
        country = about["country"].replace("_", " ")
        table.add_row(name, country, f"{middle:,.0f}", f"{low:,.0f}", f"{high:,.0f}", f"{about['capacity']:,}")
    replicates = len(manifest["replicates"])
    print(f"\nRefugees on {manifest['end']}, {replicates} replicate{'s' if replicates > 1 else ''}:")
    Console(markup=False, highlight=False).print(table)
    people = coupled.people()
    end = people[people["date"] == people["date"].max()].drop(columns=["replicate", "date"]).median()
    print("\nPeople who set out, and where they are (medians):")
    for name, number in end.items():
        print(f"  {str(name).replace('_', ' '):18}{number:>10,.0f}")
    print("\nwritten:")
    for file in ("camps.parquet", "camps.csv", "people.parquet", "people.csv", "manifest.json"):
        print(f"  {coupled.path / file}")
    print(f"  {figure}")
    print(f"  {coupled.path / 'replicate_*'}: input of Flee; `python run.py` there runs it again")
