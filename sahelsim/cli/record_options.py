"""What the commands take that hold runs against the world: ``patterns``, ``ablate``, ``flee``, ``ged``, ``record``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Cores, Json, Overrides, Patterns, Quiet, RunFolder, ScenarioName, Seed, Settings
from sahelsim.errors import BadInput

__all__ = ["ablate", "flee", "ged", "patterns", "record"]


def patterns(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Directories of runs, scored together.")],
    file: Patterns = None,
    ged: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="File of UCDP GED to count the record anew; may be repeated."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave out rows of these files that are wrong.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the scorecard.", show_default="RUN/patterns")
    ] = None,
    json: Json = False,
) -> None:
    """Score runs against what the record of the war shows."""
    from sahelsim.cli.patterns_command import patterns_command

    patterns_command(runs, patterns=file, ged=ged or [], skip_bad_rows=skip_bad_rows, out=out, as_json=json)


def ablate(
    scenario: ScenarioName,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,…",
            help="Mechanisms, overrides or settings to switch off, one at a time.",
            show_default="every mechanism, and overrides called without_…",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the matrix.", show_default="runs/NAME-ablation")
    ] = None,
    seed: Seed = None,
    replicates: Annotated[int, typer.Option(metavar="N", min=1, help="Replicates of each variant.")] = 20,
    workers: Cores = None,
    settings: Settings = None,
    override: Overrides = None,
    file: Patterns = None,
    drop: Annotated[
        float, typer.Option(metavar="SHARE", min=0.0, max=1.0, help="Fall of the share that counts as lost.")
    ] = 0.3,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the mechanisms that the patterns need: run without each, and score. Finished variants are kept."""
    from sahelsim.cli.ablation_command import ablation_command

    changes = {"seed": seed, "replicates": replicates}
    ablation_command(
        scenario,
        without=without or [],
        out=out,
        changes={key: value for key, value in changes.items() if value is not None},
        settings=settings or [],
        overrides=override or [],
        patterns=file,
        drop=drop,
        workers=workers,
        as_json=json,
        quiet=quiet,
    )


def flee(
    run: RunFolder,
    replicate: Annotated[
        list[int] | None,
        typer.Option(metavar="N", min=0, help="A replicate; may be repeated.", show_default="all of the run"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All replicates, as when none is named.")] = False,
    case: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A case in Flee's layout.", show_default="the packaged one"),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day.", show_default="the case's")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day.", show_default="the case's")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for input and results.", show_default="RUN/flee")
    ] = None,
    workers: Cores = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a case with doubtful distances.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier coupling in the same directory.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the displacement model Flee on the conflict of a run and read its camps back."""
    from sahelsim.cli.flee_command import flee_command

    if every and replicate:
        raise BadInput("give either --all or --replicate", path="--all")
    flee_command(
        run,
        replicates=replicate,
        case=case,
        period=(first, last),
        out=out,
        workers=workers,
        strict=strict,
        force=force,
        as_json=json,
        quiet=quiet,
    )


def ged(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV files of UCDP GED, of any release.")],
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave out rows that are wrong, and list them.")
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Encoding of files that are not UTF-8, e.g. cp1252.", show_default="utf-8"),
    ] = None,
    json: Json = False,
) -> None:
    """Read GED files and say what they hold."""
    from sahelsim.cli.ged_command import ged_command

    ged_command(files, skip_bad_rows=skip_bad_rows, encoding=encoding, as_json=json)


def record(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV files of UCDP GED, or of ACLED.")],
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave out rows that are wrong, and list them.")
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Encoding of files that are not UTF-8, e.g. cp1252.", show_default="utf-8"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the events as Parquet, with the columns of GED.")
    ] = None,
    json: Json = False,
) -> None:
    """Read GED or ACLED as the record of this war: who is who, what is left out and why."""
    from sahelsim.cli.record_command import record_command

    record_command(files, skip_bad_rows=skip_bad_rows, encoding=encoding, out=out, as_json=json)
