"""What the commands on scenarios take: ``init``, ``validate`` and ``schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Json, Overrides, Settings
from sahelsim.errors import BadInput

__all__ = ["init", "schema", "validate"]


def init(
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="A folder, or a file ending in .yaml.")] = Path(
        "."
    ),
    source: Annotated[
        str, typer.Option("--from", metavar="NAME", help="Shipped scenario to start from.")
    ] = "two_actors",
) -> None:
    """Write a commented scenario to start from."""
    from sahelsim.cli.init_command import init_command

    init_command(target, source)


def validate(
    scenario: Annotated[
        list[str], typer.Argument(metavar="SCENARIO", help="YAML files, or names of shipped scenarios.")
    ],
    settings: Settings = None,
    override: Overrides = None,
    json: Json = False,
) -> None:
    """Check scenarios and list every problem with its file, line and column."""
    from sahelsim.cli.validate_command import validate_command

    if not validate_command(scenario, settings=settings or [], overrides=override or [], as_json=json):
        raise typer.Exit(2)


def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; stdout if not given.")] = None,
    experiment: Annotated[bool, typer.Option("--experiment", help="That of experiments (sweeps) instead.")] = False,
    calibration: Annotated[bool, typer.Option("--calibration", help="That of calibrations instead.")] = False,
) -> None:
    """Print the JSON Schema of scenarios, for editors."""
    from sahelsim.cli.init_command import schema_command

    if experiment and calibration:
        raise BadInput("give --experiment or --calibration, not both", path="--calibration")
    schema_command(out, of="experiment" if experiment else "calibration" if calibration else "scenario")
