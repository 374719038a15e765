"""``sahelsim ablate``: which mechanisms the patterns need."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from sahelsim.cli.files import write_parquet, write_text
from sahelsim.cli.waiting import cores, progress_bar
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.patterns.ablation import Ablation

__all__ = ["ablation_command", "default_ablation_out"]


def ablation_command(
    name: str,
    *,
    without: Sequence[str],
    out: Path | None,
    changes: Mapping[str, object],
    settings: Sequence[str],
    overrides: Sequence[str],
    patterns: Path | None,
    drop: float,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a scenario as it is and with one thing switched off in each variant, score them, write matrix and figure."""
    from sahelsim.patterns import load_patterns
    from sahelsim.patterns.ablation import score_variants
    from sahelsim.patterns.ablation_report import as_json as report
    from sahelsim.patterns.variants import plan_variants, run_folder
    from sahelsim.run_several import PlannedRun, run_several

    load_patterns(patterns)
    names = [word.strip() for item in without for word in item.split(",") if word.strip()]
    loaded, variants = plan_variants(name, without=names, settings=settings, overrides=overrides, changes=changes)
    if len(variants) == 1:
        raise BadInput("nothing is on that could be switched off", path="--without")
    folder = out if out is not None else default_ablation_out(loaded.scenario.name)
    if folder.exists() and not folder.is_dir():
        raise BadInput("is a file; an ablation needs a directory", file=folder, path="--out")
    planned = [PlannedRun(v.scenario, run_folder(folder, v), loaded.files) for v in variants]
    processes = workers or cores()
    errors = Console(stderr=True, markup=False, highlight=False)
    with progress_bar(errors, f"{len(planned)} variants × {loaded.scenario.replicates}", quiet=quiet) as progress:
        done = run_several(planned, workers=processes, progress=progress)
    if any(done) and not quiet:
        errors.print(f"{sum(done)} of {len(done)} variants were finished before and are taken as they are")
    ablation = score_variants(variants, [run.out for run in planned], patterns=patterns, workers=processes, drop=drop)
    command = _command(name, names, loaded.scenario.replicates, settings, overrides, drop)
    files = _write(ablation, folder, command)
    if as_json:
        print(json.dumps(report(ablation, command), ensure_ascii=False))
    elif not quiet:
        _print(ablation, Console(markup=False, highlight=False))
        print("\nwritten:")
        for file in files:
            print(f"  {file}")


def default_ablation_out(scenario: str) -> Path:
    """``runs/NAME-ablation``."""
    return Path("runs") / f"{scenario}-ablation"


def _command(
    name: str, without: Sequence[str], replicates: int, settings: Sequence[str], overrides: Sequence[str], drop: float
) -> str:
    """What makes the page again."""
    from sahelsim.patterns.ablation import DROP

    words = ["sahelsim ablate", name, f"--replicates {replicates}"]
    words += [f"--without {','.join(without)}"] if without else []
    words += [f"-S {setting}" for setting in settings] + [f"--override {override}" for override in overrides]
    words += [f"--drop {drop:g}"] if drop != DROP else []
    return " ".join(words)


def _write(ablation: Ablation, folder: Path, command: str) -> list[Path]:
    from sahelsim.patterns.ablation_report import as_frame, as_json, as_markdown
    from sahelsim.plot.ablation import draw_ablation

    files = [folder / f"ablation.{ending}" for ending in ("md", "json", "parquet", "png")]
    write_text(files[0], as_markdown(ablation, command), replace=True)
    write_text(files[1], json.dumps(as_json(ablation, command), ensure_ascii=False, indent=1) + "\n", replace=True)
    write_parquet(files[2], as_frame(ablation))
    draw_ablation(ablation, files[3])
    return files


def _print(ablation: Ablation, console: Console) -> None:
    """Each pattern with what it is lost without."""
    from sahelsim.patterns.ablation import Effect

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("pattern", overflow="fold", min_width=16)
    table.add_column("as it is", justify="right", no_wrap=True)
    for title in ("lost without", "perhaps lost without"):
        table.add_column(title, overflow="fold")
    for row, pattern in enumerate(ablation.patterns):
        score = ablation.cell(row, 0).score
        share = "–" if score.reason else f"{score.share_inside:.0%}"
        lost, perhaps = (", ".join(v.name for v in ablation.without(row, e)) for e in (Effect.LOST, Effect.PERHAPS))
        label = f"{pattern.id.split('_')[0]} {pattern.label}"
        table.add_row(label, share, lost, perhaps, style="bold" if score.holds else "")
    console.print(table)
    console.print(f"\n{ablation.replicates} replicates of {len(ablation.variants)} variants; bold: holds as it is.")
