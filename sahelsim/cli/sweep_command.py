"""``sahelsim sweep run`` and ``resume``."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from sahelsim.cli.stopping import Stopped
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.sweep.engines.base import Tally
    from sahelsim.sweep.load import LoadedExperiment

__all__ = ["default_store", "sweep_bar", "sweep_command"]

_CANCELLED = 128 + signal.SIGINT  # as after Ctrl-C


def sweep_command(
    file: Path,
    store: Path | None,
    engine: str | None,
    workers: int | None,
    *,
    resume: bool = False,
    retry_failed: bool = False,
    quarantine: bool = False,
    accept_new_code: bool = False,
    dry_run: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Run what an experiment lacks in its store and say what there is.

    Raises
    ------
    typer.Exit
        With 130, as after Ctrl-C: runs are left, because somebody has cancelled the sweep.
    """
    from sahelsim.sweep.drive import run_sweep
    from sahelsim.sweep.engines.choose import choose_engine
    from sahelsim.sweep.load import at_key, load_experiment

    loaded = load_experiment(file)
    folder = store or default_store(loaded.experiment.name)
    chosen = choose_engine(loaded.experiment.engine, engine, workers)
    if dry_run:
        _say_what_would_be(loaded, folder, chosen.name, as_json=as_json)
        return
    begun = False
    errors = Console(stderr=True, markup=False, highlight=False)
    try:
        with sweep_bar(errors, loaded.experiment.name, quiet=quiet) as bar:

            def watch(tally: Tally) -> None:
                nonlocal begun
                begun = True
                bar(tally.done, tally.failed, tally.total)

            def say(line: str) -> None:
                errors.print(line, soft_wrap=True)

            tally = run_sweep(
                loaded, folder, chosen, resume=resume, retry_failed=retry_failed, quarantine=quarantine,
                accept_new_code=accept_new_code, watch=watch, say=None if quiet else say,
            )  # fmt: skip
    except Stopped:
        if begun:
            behind = chosen.left_behind()
            print(_how_to_go_on(_tally_of(folder), file, store, folder, behind), file=sys.stderr)
        raise
    except BadInput as error:
        raise at_key(error, file) from None
    if _left(tally):
        tally = _tally_of(folder)
    _report(tally, file, store, folder, as_json=as_json, quiet=quiet)
    if _left(tally):  # an engine that cannot go on raises an error
        raise typer.Exit(_CANCELLED)


def default_store(name: str) -> Path:
    """``runs/NAME``."""
    return Path("runs") / name


def _tally_of(folder: Path) -> Tally:
    """What the store holds: as it is stopped, a worker may have written what its parent never heard of."""
    from sahelsim.sweep.engines.base import Tally
    from sahelsim.sweep.status import Watcher

    now = Watcher(folder).look()
    return Tally(now.done, now.failed, now.total)


def _report(tally: Tally, file: Path, store: Path | None, folder: Path, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print(json.dumps({"store": str(folder), "total": tally.total, "done": tally.done, "failed": tally.failed}))
    elif not quiet and not _left(tally):
        print(f"{tally.done:,} of {tally.total:,} runs are in {folder}")
    if tally.failed:
        hint = _command("status", file, store)
        print(f"{tally.failed:,} runs failed; see `{hint}`, and retry with `resume --retry-failed`", file=sys.stderr)
    if _left(tally):
        print(f"cancelled: {_how_to_go_on(tally, file, store, folder)}", file=sys.stderr)


def _left(tally: Tally) -> int:
    return tally.total - tally.done - tally.failed


def _how_to_go_on(tally: Tally, file: Path, store: Path | None, folder: Path, behind: str | None = None) -> str:
    if behind:
        return (
            f"{tally.done:,} of {tally.total:,} runs are in {folder}; {behind}. Watch it with: "
            f"{_command('status', file, store)} --watch; end it with: {_command('cancel', file, store)}"
        )
    return f"{tally.done:,} of {tally.total:,} runs are in {folder}; go on with: {_command('resume', file, store)}"


def _command(name: str, file: Path, store: Path | None) -> str:
    return f"sahelsim sweep {name} {file}" + ("" if store is None else f" --store {store}")


def _say_what_would_be(loaded: LoadedExperiment, folder: Path, engine: str, *, as_json: bool) -> None:
    from sahelsim.sweep.designs import draws_of
    from sahelsim.sweep.layout import is_store
    from sahelsim.sweep.making import go_on
    from sahelsim.sweep.progress import left_to_do, scan
    from sahelsim.sweep.schema import BASELINE

    experiment = loaded.experiment
    draws = len(draws_of(experiment, loaded.variants[BASELINE].seed))
    total = left = draws * len(loaded.variants) * experiment.replicates
    if is_store(folder):
        store = go_on(loaded, folder, look_only=True)
        left = sum(1 for _ in left_to_do(store, scan(store), retry_failed=False))
    if as_json:
        print(json.dumps({"store": str(folder), "engine": engine, "total": total, "left": left}))
        return
    print(
        f"{experiment.name}: {draws:,} draws × {experiment.replicates:,} replicates × {len(loaded.variants)} variants"
    )
    print(f"{left:,} of {total:,} runs are left to do; engine {engine}, store {folder}. Nothing was written.")


@contextmanager
def sweep_bar(console: Console, title: str, *, quiet: bool) -> Iterator[Callable[[int, int, int], None]]:
    """A bar with what is done and failed, the rate and the time left; nothing when quiet or not a terminal."""
    if quiet or not console.is_terminal:
        yield lambda done, failed, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None, failed=0, rate="")

        def update(done: int, failed: int, total: int) -> None:
            speed = progress.tasks[0].speed
            rate = f"{speed:.1f} runs/s" if speed else ""
            if progress.tasks[0].total is None:  # what was there before is no speed
                progress.reset(task, total=total, completed=done + failed, failed=failed, rate=rate)
            progress.update(task, completed=done + failed, total=total, failed=failed, rate=rate)

        yield update
