"""``sahelsim calibrate``: from priors and the record to a posterior."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from sahelsim.cli.record_files import read_record
from sahelsim.cli.stopping import Stopped
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.sweep.engines.base import Tally

__all__ = ["calibrate_command"]


def calibrate_command(
    file: Path,
    *,
    ged: Sequence[Path],
    skip_bad_rows: bool,
    out: Path | None,
    resume: bool,
    as_is: bool,
    engine: str | None,
    workers: int | None,
    accept_new_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate what is lacking, make the posterior, and say what it can tell."""
    from sahelsim.calibration.calibrate import calibrate
    from sahelsim.calibration.diagnostics import diagnostics
    from sahelsim.calibration.load import load_calibration
    from sahelsim.calibration.methods import check_installed
    from sahelsim.calibration.outputs import prepare_folder, write_posterior
    from sahelsim.calibration.simulate import Cancelled
    from sahelsim.cli.sweep_command import CANCELLED
    from sahelsim.plot.posterior_figures import draw_posterior
    from sahelsim.sweep.engines.choose import choose_engine

    if skip_bad_rows and not ged:
        raise BadInput("is about the files of --ged; none is given", path="--skip-bad-rows")
    loaded = load_calibration(file)
    check_installed(loaded)
    folder = Path("runs") / loaded.calibration.name if out is None else out
    errors = Console(stderr=True, markup=False, highlight=False)
    record = read_record(ged, errors, skip_bad_rows=skip_bad_rows) if ged else None
    chosen = choose_engine(loaded.calibration.engine, engine, workers)
    prepare_folder(folder, resume=resume)
    with ExitStack() as bars:
        try:
            result = calibrate(
                loaded, folder, chosen, ged=record, accept_new_code=accept_new_code, as_is=as_is,
                watch=_bars(bars, errors, quiet=quiet), say=None if quiet else errors.print,
            )  # fmt: skip
        except (Stopped, Cancelled) as stopped:
            bars.close()
            if isinstance(stopped, Cancelled):
                errors.print(str(stopped), soft_wrap=True)
            errors.print(f"what was simulated is in {folder}; go on with: sahelsim calibrate {file} --resume"
                         + ("" if out is None else f" --out {out}"), soft_wrap=True)  # fmt: skip
            if isinstance(stopped, Cancelled):
                raise typer.Exit(CANCELLED) from None
            raise
        except BadInput as error:
            raise _placed(error, file, folder) from None
    found = diagnostics(result)
    figures = draw_posterior(result, folder / "figures")
    write_posterior(result, found, folder, ged, [f"figures/{path.name}" for path in figures])
    if as_json:
        print(json.dumps({"out": str(folder), "runs": result.runs, **found}, ensure_ascii=False))
    elif not quiet:
        _print(found, Console(markup=False, highlight=False))
        print(f"\n{result.runs:,} runs; posterior, tables and figures are in {folder}")


def _bars(stack: ExitStack, errors: Console, *, quiet: bool) -> Callable[[str], Callable[[Tally], None]]:
    """A bar for each sweep, which takes the place of the one before."""
    from sahelsim.cli.sweep_command import sweep_bar

    def watch(title: str) -> Callable[[Tally], None]:
        stack.close()
        bar = stack.enter_context(sweep_bar(errors, title, quiet=quiet))
        return lambda tally: bar(tally.done, tally.failed, tally.total)

    return watch


def _placed(error: BadInput, file: Path, folder: Path) -> BadInput:
    """Faults with their place: keys of the calibration in its file; stores of sweeps are resumed by this command."""
    message = error.message.replace("sahelsim sweep resume EXPERIMENT", f"sahelsim calibrate {file} --resume")
    message = message.replace("--store", "--out")
    where: Any = error.file
    if where is None and error.path is not None and not error.path.startswith("-"):
        where = file
    path = "--out" if error.path == "--store" else error.path
    return BadInput(message, file=where, line=error.line, column=error.column, path=path)


def _print(found: dict[str, Any], console: Console) -> None:
    prior, posterior, recovery = found["prior_predictive"], found["posterior"], found["recovery"]
    console.print(
        f"{prior['inside_90']} of {prior['measured']} targets lie in the central 90 % of the draws of the priors; "
        f"{prior['used']} are used. {_made(posterior)}\n", soft_wrap=True,
    )  # fmt: skip
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("parameter", no_wrap=True)
    for name in ("prior 5-95 %", "posterior 5-95 %", "R²", "in 90 %", ""):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for about in found["parameters"].values():
        table.add_row(
            about["name"], _range(about["prior"]), _range(about["posterior"]), f"{max(about['r_squared'], 0):.2f}",
            f"{about['coverage_90']:.0%}", _remark(about),
        )  # fmt: skip
    console.print(table)
    bars = "within" if recovery["within_bars"] else "OUTSIDE"
    console.print(
        f"\nRecovery of {recovery['runs']} known sets: 90 % intervals hold {recovery['coverage_90']:.1%} of the true "
        f"values (50 %: {recovery['coverage_50']:.1%}; least of a parameter {recovery['least_coverage_90']:.1%}), "
        f"{bars} the bars.", soft_wrap=True,
    )  # fmt: skip
    predictive = found["predictive"]
    if predictive["runs"]:
        shares = predictive["shares"]
        total = sum(1 for name in shares if name.startswith("p"))
        console.print(
            f"{predictive['patterns_that_hold']} of {total} patterns hold in at least {predictive['holds_from']:.0%} "
            f"of {predictive['runs']} draws of the posterior.", soft_wrap=True,
        )  # fmt: skip


def _made(posterior: dict[str, Any]) -> str:
    runs = posterior["runs_in_the_space_left"]
    if posterior["method"] == "npe":
        return f"{posterior['networks']} networks, trained on {runs} runs, give {posterior['draws']:,} draws."
    near, worth = posterior["runs_near_the_record"], posterior["effective_draws"]
    return f"{near} of {runs} runs make the posterior, worth {worth:.0f} draws."


def _remark(about: dict[str, Any]) -> str:
    if not about["identified"]:
        return "not seen"
    return "at its edge" if about["at_its_edge"] else ""


def _range(three: list[float]) -> str:
    return f"{three[0]:.2g} to {three[2]:.2g}"
