"""``sahelsim show`` and ``sahelsim plot``: looking at a run or a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sahelsim.errors import BadInput

__all__ = ["plot_command", "show_command"]


def show_command(what: str) -> None:
    """Print what a run found, or what a scenario says."""
    console = Console(markup=False, highlight=False)  # names may hold brackets
    if Path(what).is_dir():
        from sahelsim.cli.run_table import print_run
        from sahelsim.results import open_run

        print_run(open_run(Path(what)), console)
        return
    from sahelsim.cli.scenario_table import print_scenario
    from sahelsim.scenario.load import read_scenario

    print_scenario(read_scenario(what), console)


def plot_command(run: Path, out: Path | None, formats: Sequence[str] = ("png",)) -> None:
    """Draw the figures of a run and print their paths."""
    if not run.is_dir():
        raise BadInput("no such run; expected the directory that `sahelsim run` wrote", file=run)
    from sahelsim.results import open_run

    opened = open_run(run)
    from sahelsim.plot import plot_run

    for path in plot_run(opened, run / "figures" if out is None else out, tuple(formats)):
        print(path)
