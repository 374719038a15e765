"""What ``calibrate`` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Json, Quiet
from sahelsim.cli.sweep_options import AcceptNewCode, EngineOption, Workers

__all__ = ["calibrate"]


def calibrate(
    file: Annotated[Path, typer.Argument(metavar="CALIBRATION", help="A YAML file, as experiments/calibration.yaml.")],
    ged: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="File of UCDP GED to hold the runs against too; may be repeated."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave out rows of these files that are wrong.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for runs and posterior.", show_default="runs/NAME")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the runs that are there; only what is lacking is simulated.")
    ] = False,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Make do with the draws of the priors that were simulated so far.")
    ] = False,
    engine: EngineOption = None,
    workers: Workers = None,
    accept_new_code: AcceptNewCode = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a posterior of the free parameters of a scenario, and say what the data can tell of them."""
    from sahelsim.cli.calibrate_command import calibrate_command

    calibrate_command(
        file, ged=ged or [], skip_bad_rows=skip_bad_rows, out=out, resume=resume or as_is, as_is=as_is,
        engine=engine, workers=workers, accept_new_code=accept_new_code, as_json=json, quiet=quiet,
    )  # fmt: skip
