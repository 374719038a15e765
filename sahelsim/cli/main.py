"""Entry point of ``sahelsim``: its commands and exit codes. Work is imported when a command runs, so help is quick."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from sahelsim.cli.analysis_options import compare, sensitivity, sweep_plot
from sahelsim.cli.calibrate_options import calibrate
from sahelsim.cli.forecast_options import backtest, forecast
from sahelsim.cli.record_options import ablate, flee, ged, patterns, record
from sahelsim.cli.run_options import explain, plot, run, show, warmup
from sahelsim.cli.scenario_options import init, schema, validate
from sahelsim.cli.score_options import score
from sahelsim.cli.stopping import Stopped, stop_signals
from sahelsim.cli.sweep_options import sweep
from sahelsim.errors import SahelsimError

__all__ = ["app", "main"]

_TERMINATED = 128 + signal.SIGTERM  # how a run that was ended by SIGTERM leaves

app = typer.Typer(
    name="sahelsim",
    help="Agent-based simulation of armed conflict: scenarios, ensembles and what-ifs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: half the time of the framed one
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"sahelsim {version('sahelsim')}")
        except PackageNotFoundError:
            print("sahelsim (not installed)")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


for _command in (
    init,
    validate,
    run,
    show,
    plot,
    explain,
    patterns,
    ablate,
    sensitivity,
    compare,
    calibrate,
    forecast,
    score,
    backtest,
    flee,
    ged,
    record,
    schema,
    warmup,
):
    app.command()(_command)  # in the order of the work, which is that of the help
sweep.command("plot")(sweep_plot)
app.add_typer(sweep)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 if all went well, 2 for bad input, 130 after Ctrl-C, 143 after SIGTERM.
    """
    with stop_signals():
        try:
            app(args=None if argv is None else list(argv), prog_name="sahelsim")
        except SystemExit as done:
            code = done.code if isinstance(done.code, int) else int(done.code is not None)
            return code if code != _TERMINATED else _complain(str(Stopped(signal.SIGTERM)), code)
        except SahelsimError as error:
            return _complain(str(error), 2)
        except OSError as error:
            return _complain(f"{error.filename or 'the system'}: {error.strerror or error}", 2)
        except Stopped as stop:
            return _complain(str(stop), stop.exit_code)
    return 0


def _complain(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
