"""What the commands that read results take: ``sensitivity``, ``compare`` and ``sweep plot``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Formats, Json, Quiet

__all__ = ["compare", "sensitivity", "sweep_plot"]

SweepPlace = Annotated[
    Path, typer.Argument(metavar="STORE|EXPERIMENT", help="Directory of a sweep, or the experiment with one in runs/.")
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="NAME", help="Column of results, or id of a pattern; may be repeated.",
        show_default="deaths",
    ),
]  # fmt: skip
WhatIf = Annotated[str, typer.Option("--what-if", metavar="NAME", help="The variant to read.")]


def sensitivity(
    store: SweepPlace,
    output: Output = None,
    method: Annotated[
        str | None,
        typer.Option(metavar="METHOD", help="morris, sobol or pawn.", show_default="what the design allows"),
    ] = None,
    what_if: WhatIf = "baseline",
    slides: Annotated[
        int | None, typer.Option(metavar="N", min=2, max=100, help="Slides of PAWN.", show_default="up to 10")
    ] = None,
    resamples: Annotated[int, typer.Option(metavar="N", min=50, max=100_000, help="For the intervals.")] = 500,
    confidence: Annotated[float, typer.Option(metavar="SHARE", min=0.5, max=0.999, help="Of the intervals.")] = 0.95,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Directory for tables and figures.", show_default="STORE/sensitivity"),
    ] = None,
    formats: Formats = None,
    listing: Annotated[bool, typer.Option("--list", help="List the outputs with their meaning and leave.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rank the factors of a sweep by what they do to an output: Morris, Sobol or PAWN, with intervals."""
    from sahelsim.cli.sensitivity_command import list_outputs, sensitivity_command

    if listing:
        list_outputs(store, as_json=json)
        return
    sensitivity_command(
        store,
        output or [],
        method=method,
        what_if=what_if,
        slides=slides,
        resamples=resamples,
        confidence=confidence,
        out=out,
        formats=formats or ["png"],
        as_json=json,
        quiet=quiet,
    )


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Directory of a run or of a sweep.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another of the same kind.")],
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="NAME", help="Only this; may be repeated.", show_default="all"),
    ] = None,
    confidence: Annotated[float, typer.Option(metavar="SHARE", min=0.5, max=0.999, help="Of the intervals.")] = 0.95,
    json: Json = False,
) -> None:
    """Say what differs between two runs or two sweeps: what went in, and what came out (B less A)."""
    from sahelsim.cli.compare_command import compare_command

    compare_command(first, second, output or [], confidence=confidence, as_json=json)


def sweep_plot(
    store: SweepPlace,
    output: Output = None,
    what_if: WhatIf = "baseline",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="FACTOR", help="Two factors for the heat maps; given twice.",
                     show_default="those of a grid of two"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the figures.", show_default="STORE/figures")
    ] = None,
    formats: Formats = None,
) -> None:  # fmt: skip
    """Draw a sweep: responses to each factor, heat maps of two, paired differences of what-ifs."""
    from sahelsim.cli.sweep_plot_command import sweep_plot_command

    sweep_plot_command(store, output or [], what_if=what_if, by=by or [], out=out, formats=formats or ["png"])
