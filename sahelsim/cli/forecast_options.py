"""What ``forecast`` and ``backtest`` take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.options import Cores, Json, Overrides, Quiet, ScenarioName, Seed, Settings

__all__ = ["backtest", "forecast"]

_Ged = Annotated[list[Path], typer.Option(metavar="FILE", help="File of UCDP GED that is the record; may be repeated.")]
_SkipBad = Annotated[bool, typer.Option("--skip-bad-rows", help="Leave out rows of these files that are wrong.")]
_Draws = Annotated[int, typer.Option(metavar="N", min=2, max=100_000, help="Draws to write.")]
_Particles = Annotated[
    int, typer.Option(metavar="N", min=2, max=8192, help="Worlds of the ensemble that follows the record.")
]
_WhatIf = Annotated[
    list[str] | None,
    typer.Option("--what-if", metavar="NAME", help="Keep this intervention though it is dated after the origin."),
]
_Model = Annotated[bool, typer.Option("--model/--no-model", help="Leave the model out: a time series alone.")]
_Follow = Annotated[bool, typer.Option("--follow/--no-follow", help="Let no particle be chosen by the record.")]
_Posterior = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Start from a posterior of `sahelsim calibrate` instead of the priors."),
]


def forecast(
    scenario: ScenarioName,
    ged: _Ged,
    origin: Annotated[str, typer.Option(metavar="YYYY-MM", help="Last month that is known.")],
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month to forecast.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month to forecast.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Directory for the forecast.")],
    draws: _Draws = 1000,
    particles: _Particles = 128,
    what_if: _WhatIf = None,
    posterior: _Posterior = None,
    skip_bad_rows: _SkipBad = False,
    model: _Model = True,
    follow: _Follow = True,
    settings: Settings = None,
    override: Overrides = None,
    seed: Seed = None,
    workers: Cores = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Forecast the record of the months ahead from the war as it stood at an origin."""
    from sahelsim.cli.forecast_command import forecast_command

    forecast_command(
        scenario, ged=ged, origin=origin, first=first, last=last, out=out, draws=draws, particles=particles,
        what_if=what_if or [], posterior=posterior, skip_bad_rows=skip_bad_rows, model=model, follow=follow,
        settings=settings or [], overrides=override or [], seed=seed, workers=workers, as_json=json, quiet=quiet,
    )  # fmt: skip


def backtest(
    scenario: ScenarioName,
    ged: _Ged,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Directory; a forecast in each of its folders.")],
    origins: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            metavar="YYYY-MM",
            help="Last known month; may be repeated.",
            show_default="every October with the next year in the record",
        ),
    ] = None,
    draws: _Draws = 1000,
    particles: _Particles = 128,
    skip_bad_rows: _SkipBad = False,
    model: _Model = True,
    follow: _Follow = True,
    settings: Settings = None,
    override: Overrides = None,
    seed: Seed = None,
    workers: Cores = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Forecast the twelve months of the year after each origin, and score all of it against the baselines."""
    from sahelsim.cli.backtest_command import backtest_command

    backtest_command(
        scenario, ged=ged, out=out, origins=origins or [], draws=draws, particles=particles,
        skip_bad_rows=skip_bad_rows, model=model, follow=follow, settings=settings or [], overrides=override or [],
        seed=seed, workers=workers, as_json=json, quiet=quiet,
    )  # fmt: skip
