"""What the commands on sweeps take: ``sweep run``, ``resume``, ``status``, ``collect``, ``plan`` and ``cancel``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Json, Quiet

__all__ = ["sweep"]

sweep = typer.Typer(
    name="sweep",
    help="Run an experiment: many draws of a scenario, over processes or a cluster, into a store that can be resumed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class EngineName(StrEnum):
    """What runs the chunks."""

    LOCAL = "local"
    SLURM = "slurm"
    DASK = "dask"


ExperimentFile = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="A YAML file, as in experiments/.")]
StoreFolder = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="Directory of the store.", show_default="runs/NAME")
]
EngineOption = Annotated[
    EngineName | None, typer.Option("--engine", help="What runs the chunks.", show_default="the experiment's")
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Processes; the results are the same.", show_default="the experiment's"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything and say what would be run; write nothing.")]
AcceptNewCode = Annotated[
    bool, typer.Option("--accept-new-code", help="Go on although the code has changed since the store was begun.")
]


@sweep.command()
def run(
    experiment: ExperimentFile,
    store: StoreFolder = None,
    engine: EngineOption = None,
    workers: Workers = None,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Begin a sweep. Ctrl-C, or a killed machine, loses nothing that is written; go on with `resume`."""
    from sahelsim.cli.sweep_command import sweep_command

    sweep_command(experiment, store, engine, workers, dry_run=dry_run, as_json=json, quiet=quiet)


@sweep.command()
def resume(
    experiment: ExperimentFile,
    store: StoreFolder = None,
    engine: EngineOption = None,
    workers: Workers = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run the failed ones again too.")] = False,
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="Set damaged shards aside and do their runs again.")
    ] = False,
    accept_new_code: AcceptNewCode = False,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run what a sweep still lacks."""
    from sahelsim.cli.sweep_command import sweep_command

    sweep_command(
        experiment,
        store,
        engine,
        workers,
        resume=True,
        retry_failed=retry_failed,
        quarantine=quarantine,
        accept_new_code=accept_new_code,
        dry_run=dry_run,
        as_json=json,
        quiet=quiet,
    )


@sweep.command()
def status(
    experiment: ExperimentFile,
    store: StoreFolder = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show a bar until the sweep ends.")] = False,
    json: Json = False,
) -> None:
    """Say how far a sweep is, from its store; from any terminal, also after it has ended."""
    from sahelsim.cli.sweep_status import status_command

    status_command(experiment, store, watch=watch, as_json=json)


@sweep.command()
def collect(
    experiment: ExperimentFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Parquet file to write; an older one is replaced.")],
    store: StoreFolder = None,
    json: Json = False,
) -> None:
    """Write one table, a row a run in a fixed order, the same bytes on any engine."""
    from sahelsim.cli.sweep_status import collect_command

    collect_command(experiment, store, out, as_json=json)


@sweep.command()
def plan(
    experiment: ExperimentFile,
    nodes: Annotated[
        list[int] | None, typer.Option(metavar="N", min=1, help="Nodes; may be repeated.", show_default="1, 10, 100")
    ] = None,
    cores: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Cores of a node.", show_default="those here")
    ] = None,
    json: Json = False,
) -> None:
    """Run a pilot of some seconds and say what the sweep takes: runs, chunks, core-hours, memory, disk."""
    from sahelsim.cli.sweep_status import plan_command

    plan_command(experiment, nodes or [1, 10, 100], cores, as_json=json)


@sweep.command()
def cancel(experiment: ExperimentFile, store: StoreFolder = None) -> None:
    """Ask a running sweep to end as after Ctrl-C: it writes down what it has finished."""
    from sahelsim.cli.sweep_status import cancel_command

    cancel_command(experiment, store)
