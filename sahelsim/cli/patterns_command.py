"""``sahelsim patterns``: an ensemble scored against what the record shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from sahelsim.cli.files import write_parquet, write_text
from sahelsim.cli.record_files import read_record
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.patterns import Scorecard
    from sahelsim.results import Run

__all__ = ["patterns_command", "print_scorecard"]


def patterns_command(
    runs: Sequence[Path],
    *,
    patterns: Path | None,
    ged: Sequence[Path],
    skip_bad_rows: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Score the replicates of some runs, print the scorecard and write it with its figure."""
    from sahelsim.patterns import load_patterns, score_runs
    from sahelsim.patterns.report import summary

    errors = Console(stderr=True, markup=False, highlight=False)
    book = load_patterns(patterns)
    opened = _open(runs, errors)
    record = _record(ged, errors, skip_bad_rows=skip_bad_rows) if ged else None
    if skip_bad_rows and not ged:
        raise BadInput("is about the files of --ged; none is given", path="--skip-bad-rows")
    card = score_runs(opened, book, record=record)
    files = _write(card, _folder(runs) if out is None else out)
    if as_json:
        print(json.dumps(summary(card), ensure_ascii=False))
        return
    print_scorecard(card, Console(markup=False, highlight=False))
    print("\nwritten:")
    for file in files:
        print(f"  {file}")


def _open(paths: Sequence[Path], errors: Console) -> list[Run]:
    from sahelsim.results import open_run

    twice = [path for i, path in enumerate(paths) if path.resolve() in {other.resolve() for other in paths[:i]}]
    if twice:
        raise BadInput("is given twice; its replicates would count double", file=twice[0], path="RUN")
    runs = []
    for path in paths:
        if not path.is_dir():
            raise BadInput("no such run; expected the directory that `sahelsim run` wrote", file=path)
        runs.append(open_run(path))
    names = dict.fromkeys(str(run.manifest["scenario"]) for run in runs)
    if len(names) > 1:
        errors.print(f"warning: the runs are of different scenarios, scored together: {', '.join(names)}")
    return runs


def _record(files: Sequence[Path], errors: Console, *, skip_bad_rows: bool) -> pd.DataFrame:
    """Events of the files of UCDP GED, with a word on rows that were left out."""
    frame: pd.DataFrame = read_record(files, errors, skip_bad_rows=skip_bad_rows).to_pandas()
    return frame


def _folder(runs: Sequence[Path]) -> Path:
    """``RUN/patterns``; of several runs ``patterns`` beside the first."""
    return runs[0] / "patterns" if len(runs) == 1 else runs[0].resolve().parent / "patterns"


def _write(card: Scorecard, folder: Path) -> list[Path]:
    from sahelsim.patterns.report import as_frame, as_json, as_markdown
    from sahelsim.plot.save import make_folder
    from sahelsim.plot.scorecard import draw_scorecard

    make_folder(folder)
    files = [folder / f"scorecard.{ending}" for ending in ("json", "md", "parquet", "png")]
    write_text(files[0], json.dumps(as_json(card), ensure_ascii=False, indent=1) + "\n", replace=True)
    write_text(files[1], as_markdown(card), replace=True)
    write_parquet(files[2], as_frame(card))
    draw_scorecard(card, files[3])
    return files


def print_scorecard(card: Scorecard, console: Console) -> None:
    """Print a row for each pattern."""
    from sahelsim.patterns.words import ensemble, missed, verdict, written

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("pattern", overflow="fold", min_width=16)
    for name in ("record", "median (5–95 %)", "inside"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("most often missed", overflow="fold")
    kind = "pattern"
    for score in card.patterns:
        if score.pattern.kind != kind:
            kind = score.pattern.kind
            table.add_section()
        main = score.main
        share = "–" if score.reason else f"{score.share_inside:.0%}"
        table.add_row(
            f"{score.pattern.id.split('_')[0]} {score.pattern.label}", written(main.record, main.condition.unit),
            ensemble(main), share, "no data" if score.reason else verdict(score), "" if score.reason else missed(score),
            style="bold" if score.holds else "",
        )  # fmt: skip
    console.print(table)
    for score in card.patterns:
        if score.reason:
            console.print(f"\n{score.pattern.id} {score.reason}", soft_wrap=True)
    holds, total = card.holding("pattern")
    figures, all_figures = card.holding("aggregate")
    console.print(
        f"\n{holds} of {total} patterns and {figures} of {all_figures} aggregates hold over {len(card.replicates)} "
        "replicates. Record and ensemble (median, 5-95 %) are those of the first condition; "
        "a replicate is inside when it meets all conditions that the pattern needs.",
    )
