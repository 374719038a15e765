"""What ``sahelsim score`` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Formats, Json, Quiet

__all__ = ["score"]


def score(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Directory of a forecast.")],
    ged: Annotated[list[Path], typer.Option(metavar="FILE", help="File of UCDP GED, the record; may be repeated.")],
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave out rows of these files that are wrong.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Score the months that the record has, if it ends before the forecast.")
    ] = False,
    reference: Annotated[
        str, typer.Option(metavar="NAME", help="Baseline that skill is reported against.")
    ] = "empirical12",
    resamples: Annotated[int, typer.Option(metavar="N", min=50, max=100_000, help="For the intervals.")] = 1000,
    confidence: Annotated[float, typer.Option(metavar="SHARE", min=0.5, max=0.999, help="Of the intervals.")] = 0.9,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Directory for tables and figures.", show_default="DIR/scores"),
    ] = None,
    formats: Formats = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score a forecast against the record, beside the baselines that it has to beat."""
    from sahelsim.cli.score_command import score_command

    score_command(
        folder,
        ged,
        skip_bad_rows=skip_bad_rows,
        partial=partial,
        reference=reference,
        resamples=resamples,
        confidence=confidence,
        out=out,
        formats=formats or ["png"],
        as_json=json,
        quiet=quiet,
    )
