"""Entry point of ``sahelsim``: what each command takes. The work is imported when a command runs, so help is quick."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sahelsim.cli.stopping import Stopped, stop_signals
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


def _known_scenarios(incomplete: str) -> list[str]:
    """For shell completion: the shipped scenarios, and YAML files here."""
    from sahelsim.scenario.shipped import shipped_scenarios

    here = sorted(str(path) for path in Path().glob("*.yaml"))
    return [name for name in [*shipped_scenarios(), *here] if name.startswith(incomplete)]


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A YAML file, or the name of a shipped scenario.", autocompletion=_known_scenarios
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", "-S", metavar="PATH=VALUE", help="Change one value, e.g. mechanisms.truce.enabled=false."),
]
Overrides = Annotated[
    list[str] | None, typer.Option("--override", metavar="NAME", help="Apply a named override of the scenario.")
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]


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


@app.command()
def run(
    scenario: ScenarioName,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the results.", show_default="runs/NAME-SEED")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=2**63 - 1, help="Seed, instead of the scenario's.")
    ] = None,
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
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
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
        as_json=json,
        quiet=quiet,
    )


@app.command()
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


@app.command()
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


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; stdout if not given.")] = None,
) -> None:
    """Print the JSON Schema of scenarios, for editors."""
    from sahelsim.cli.init_command import schema_command

    schema_command(out)


@app.command()
def plot(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Directory of a run.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for the figures.", show_default="RUN/figures")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="FORMAT", help="png, pdf or svg; may be repeated.", show_default="png"),
    ] = None,
) -> None:
    """Draw the figures of a run."""
    from sahelsim.cli.show_command import plot_command

    plot_command(run, out, formats or ["png"])


@app.command()
def show(
    what: Annotated[str, typer.Argument(metavar="RUN|SCENARIO", help="Directory of a run, or a scenario.")],
) -> None:
    """Summarise a run or a scenario in words and tables."""
    from sahelsim.cli.show_command import show_command

    show_command(what)


@app.command()
def warmup() -> None:
    """Compile the kernels into the cache, so that the first run starts at once."""
    from sahelsim.cli.run_command import warmup_command

    warmup_command()


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
