"""``sahelsim sweep run`` and ``resume``."""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer
from rich.console import Console

from sahelsim.cli.stopping import Stopped
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.sweep.engines.base import Tally
    from sahelsim.sweep.load import LoadedExperiment

__all__ = ["CANCELLED", "Update", "default_store", "sweep_bar", "sweep_command"]


class Update(Protocol):
    """Called with what is done, failed and asked for, and the runs a second where they are known otherwise."""

    def __call__(self, done: int, failed: int, total: int, rate: float | None = None) -> None: ...


CANCELLED = 128 + signal.SIGINT  # as after Ctrl-C


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
    from sahelsim.sweep.drive import rehearse_sweep, run_sweep
    from sahelsim.sweep.engines.choose import choose_engine
    from sahelsim.sweep.layout import is_store
    from sahelsim.sweep.load import at_key, load_experiment

    loaded = load_experiment(file)
    folder = store or default_store(loaded.experiment.name)
    chosen = choose_engine(loaded.experiment.engine, engine, workers)
    errors = Console(stderr=True, markup=False, highlight=False)
    new = resume and not is_store(folder)
    how = {
        "resume": resume, "retry_failed": retry_failed, "quarantine": quarantine, "accept_new_code": accept_new_code,
    }  # fmt: skip
    if dry_run:
        try:
            tally = rehearse_sweep(loaded, folder, chosen, **how)
        except BadInput as error:
            raise at_key(error, file) from None
        if new:
            errors.print(_begins(folder), soft_wrap=True)
        _say_what_would_be(loaded, folder, chosen.name, tally, as_json=as_json)
        return
    begun = False
    try:
        with sweep_bar(errors, loaded.experiment.name, quiet=quiet) as bar:

            def watch(tally: Tally) -> None:
                nonlocal begun
                if new and not begun:
                    errors.print(_begins(folder), soft_wrap=True)
                begun = True
                bar(tally.done, tally.failed, tally.total)

            def say(line: str) -> None:
                errors.print(line, soft_wrap=True)

            tally = run_sweep(loaded, folder, chosen, watch=watch, say=None if quiet else say, **how)
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
        raise typer.Exit(CANCELLED)


def _begins(folder: Path) -> str:
    """A word for `resume`, whose store may be mistyped; it begins one, as a parent may be killed before it has."""
    return f"{folder}: no sweep was begun there; this begins one"


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


def _say_what_would_be(loaded: LoadedExperiment, folder: Path, engine: str, tally: Tally, *, as_json: bool) -> None:
    experiment, variants, left = loaded.experiment, len(loaded.variants), _left(tally)
    if as_json:
        print(json.dumps({"store": str(folder), "engine": engine, "total": tally.total, "left": left}))
        return
    draws = tally.total // (variants * experiment.replicates)
    print(f"{experiment.name}: {draws:,} draws × {experiment.replicates:,} replicates × {variants} variants")
    print(f"{left:,} of {tally.total:,} runs are left to do; engine {engine}, store {folder}. Nothing was written.")


@contextmanager
def sweep_bar(console: Console, title: str, *, quiet: bool) -> Iterator[Update]:
    """A bar with what is done and failed, the rate and the time left; nothing when quiet or not a terminal."""
    if quiet or not console.is_terminal:
        yield lambda done, failed, total, rate=None: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"),
        TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[left]}", style="progress.remaining"),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None, failed=0, rate="", left="")

        def update(done: int, failed: int, total: int, rate: float | None = None) -> None:
            if progress.tasks[0].total is None:  # what was there before is no speed
                progress.reset(task, total=total, completed=done + failed)
            progress.update(task, completed=done + failed, total=total, failed=failed)
            speed = rate or progress.tasks[0].speed
            if speed:
                left = timedelta(seconds=math.ceil((total - done - failed) / speed))
                progress.update(task, rate=f"{speed:.1f} runs/s", left=str(left))

        yield update
