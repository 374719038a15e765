"""What the commands that make a run and look at it take: ``run``, ``show``, ``plot``, ``explain`` and ``warmup``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Formats, Json, Overrides, Quiet, RunFolder, ScenarioName, Seed, Settings

__all__ = ["explain", "plot", "run", "show", "warmup"]


def run(
    scenario: ScenarioName,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the results.", show_default="runs/NAME-SEED")
    ] = None,
    seed: Seed = None,
    replicates: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Replicates, instead of the scenario's.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Processes; the results are the same.", show_default="as many as are worth it"
        ),
    ] = None,
    settings: Settings = None,
    override: Overrides = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier run in the same directory.")] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Print where the time went, by stage; the results are the same.")
    ] = False,
    posterior: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Give each replicate a draw of what `sahelsim calibrate` found; `default`: of what comes with it.",
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario and write its tables."""
    from sahelsim.cli.run_command import run_command

    changes = {"seed": seed, "replicates": replicates}
    run_command(
        scenario,
        out=out,
        changes={key: value for key, value in changes.items() if value is not None},
        settings=settings or [],
        overrides=override or [],
        workers=workers,
        force=force,
        profile=profile,
        posterior=posterior,
        as_json=json,
        quiet=quiet,
    )


def show(
    what: Annotated[str, typer.Argument(metavar="RUN|SCENARIO", help="Directory of a run, or a scenario.")],
) -> None:
    """Summarise a run or a scenario in words and tables."""
    from sahelsim.cli.show_command import show_command

    show_command(what)


def plot(
    run: RunFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the figures.", show_default="RUN/figures")
    ] = None,
    formats: Formats = None,
) -> None:
    """Draw the figures of a run."""
    from sahelsim.cli.show_command import plot_command

    plot_command(run, out, formats or ["png"])


def explain(
    run: RunFolder,
    event: Annotated[
        str | None,
        typer.Argument(metavar="EVENT", help="d and the id of a decision, or e and that of an event: d12, e12."),
    ] = None,
    kind: Annotated[str, typer.Option(metavar="KIND", help="List those of a kind: pledge, massacre, …")] = "",
    place: Annotated[str, typer.Option(metavar="NAME", help="List those of a settlement, area or country.")] = "",
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="List those of a month.")] = "",
    actor: Annotated[str, typer.Option(metavar="ACTOR", help="List those of an actor of the scenario.")] = "",
    replicate: Annotated[int | None, typer.Option(metavar="N", min=0, help="List those of a replicate.")] = None,
    largest: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many to list.", show_default="10")
    ] = None,
    json: Json = False,
) -> None:
    """Say in words why a decision, battle or massacre of a run happened."""
    from sahelsim.cli.explain_command import explain_command
    from sahelsim.explain.candidates import Filter

    wanted = Filter(kind, place, month, actor, replicate, **({} if largest is None else {"largest": largest}))
    explain_command(run, event, wanted, filtered=wanted != Filter() or largest is not None, as_json=json)


def warmup() -> None:
    """Compile the kernels into the cache, so that the first run starts at once."""
    from sahelsim.cli.run_command import warmup_command

    warmup_command()
