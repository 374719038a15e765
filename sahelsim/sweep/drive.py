"""The parent of a sweep: begins or goes on with a store, has an engine run what is left, and can be told to stop."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput, SahelsimError
from sahelsim.sweep.changed import Changed
from sahelsim.sweep.code import code_version
from sahelsim.sweep.designs import draws_of
from sahelsim.sweep.engines.base import Engine, Tally, Work
from sahelsim.sweep.engines.slurm import SlurmEngine
from sahelsim.sweep.engines.slurm_jobs import arrays_in_queue, cancel_arrays, refuse_beside_arrays
from sahelsim.sweep.files import disk_errors, sync_folder
from sahelsim.sweep.layout import CANCEL, EVENTS, PANELS, PARENT, QUARANTINE, SUMMARIES, is_store
from sahelsim.sweep.making import check_folder, clear_store, go_on, make_store, prepare_folder
from sahelsim.sweep.progress import Done, left_to_do, scan
from sahelsim.sweep.schema import BASELINE
from sahelsim.sweep.shards import list_shards
from sahelsim.sweep.store import Store

if TYPE_CHECKING:
    from sahelsim.sweep.load import LoadedExperiment

__all__ = ["ask_to_stop", "rehearse_sweep", "run_sweep"]

_PANEL_RUNS = 8  # least runs that are put into a file of panels at a time: it is written anew for them
_STALE_SECONDS = 600  # after which a half-written file belongs to a process that is gone


def run_sweep(
    loaded: LoadedExperiment,
    path: Path,
    engine: Engine,
    *,
    resume: bool = False,
    accept_new_code: bool = False,
    retry_failed: bool = False,
    quarantine: bool = False,
    watch: Callable[[Tally], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Tally:
    """Run what an experiment still lacks in its store.

    Interrupted (Ctrl-C, SIGTERM), every chunk under way writes down what it has finished. Killed, it leaves whole
    shards.

    Parameters
    ----------
    loaded : LoadedExperiment
    path : Path
        Directory of the store; made if it is not there.
    engine : Engine
    resume : bool
        Go on with a store that holds runs; without it such a store is refused.
    accept_new_code : bool
        Go on although the code has changed.
    retry_failed : bool
        Run the failed ones again too.
    quarantine : bool
        Set damaged shards aside and do their runs again.
    watch : callable, optional
        Called with a `Tally` at the start and after each chunk.
    say : callable, optional
        Called with a line that the user should see.

    Returns
    -------
    Tally
        What the store holds at the end.

    Raises
    ------
    BadInput
        The store is another experiment's, in use, damaged, or cannot be written.
    SahelsimError
        The engine could not go on.
    """
    check_folder(path)
    engine.ready(path)
    prepare_folder(path)
    killed = (path / PARENT).exists()
    with Store(path).held(_about(engine)):
        (path / CANCEL).unlink(missing_ok=True)
        if engine.name != SlurmEngine.name:
            refuse_beside_arrays(path)
        store = _opened(loaded, path, resume=resume, accept_new_code=accept_new_code, killed=killed)
        if store is None:
            if is_store(path):
                clear_store(path)
                if say is not None:
                    say(f"{path}: holds no run yet, and the experiment has changed since it was begun; it begins anew")
            store = make_store(loaded, path)
        done = _sound(store, quarantine=quarantine)
        _sweep_up(path)
        good = sum(done.runs.values())
        before = Tally(good, 0 if retry_failed else len(done.runs) - good, store.total)
        if watch is not None:
            watch(before)
        settings = loaded.experiment.engine
        work = Work(
            path, code_version(), list(left_to_do(store, done, retry_failed=retry_failed)),
            chunk_seconds=settings.chunk_seconds, least_runs=_PANEL_RUNS if store.experiment.keep.panels else 1,
            before=before, watch=watch, say=say,
        )  # fmt: skip
        del done
        if work.left:
            engine.run(work)
        return work.tally


def rehearse_sweep(
    loaded: LoadedExperiment,
    path: Path,
    engine: Engine,
    *,
    resume: bool = False,
    accept_new_code: bool = False,
    retry_failed: bool = False,
    quarantine: bool = False,
) -> Tally:
    """See what `run_sweep` would meet, in the same order, and write nothing.

    Returns
    -------
    Tally
        What the store holds; failed runs only as far as they would not be tried again.

    Raises
    ------
    BadInput, SahelsimError
        As `run_sweep`, before its first run.
    """
    from sahelsim.world.build import build_blueprint

    check_folder(path)
    engine.ready(path)
    if is_store(path) and Store(path).is_held():
        raise BadInput("another sweep is running into this store; watch it with `sahelsim sweep status EXPERIMENT "
                       "--watch`", file=path, path="--store")  # fmt: skip
    if engine.name != SlurmEngine.name:
        refuse_beside_arrays(path)
    killed = (path / PARENT).exists()
    store = _opened(loaded, path, resume=resume, accept_new_code=accept_new_code, killed=killed, look_only=True)
    if store is None:
        for scenario in loaded.variants.values():
            build_blueprint(scenario)
        draws = len(draws_of(loaded.experiment, loaded.variants[BASELINE].seed))
        return Tally(0, 0, draws * len(loaded.variants) * loaded.experiment.replicates)
    done = scan(store)
    _require_sound(store, done, quarantine=quarantine)
    good = sum(done.runs.values())
    total = len(store.variants) * int(store.draws.num_rows) * loaded.experiment.replicates
    return Tally(good, 0 if retry_failed else len(done.runs) - good, total)


def _opened(
    loaded: LoadedExperiment, path: Path, *, resume: bool, accept_new_code: bool, killed: bool, look_only: bool = False
) -> Store | None:
    """The store that is gone on with; None where one is to be made: there is none, or it holds another plan and no run.

    A store whose parent was killed, or with jobs in the queue, is left as it is: somebody may be writing a row yet.
    """
    if not is_store(path):
        return None
    fresh = not list_shards(path) and not (path / QUARANTINE).exists() and not killed
    try:
        store = go_on(loaded, path, accept_new_code=accept_new_code, look_only=look_only)
    except Changed:
        if fresh and not _may_be_queued(path):
            return None
        raise
    if not resume and list_shards(path):
        raise BadInput(
            "holds runs of this experiment already; go on with `sahelsim sweep resume`, or choose another store",
            file=path, path="--store",
        )  # fmt: skip
    return store


def _may_be_queued(path: Path) -> bool:
    """Whether Slurm has jobs for the store; so it is taken to be where it cannot be asked."""
    try:
        return bool(arrays_in_queue(path))
    except SahelsimError:
        return True


def _about(engine: Engine) -> dict[str, Any]:
    return {"pid": os.getpid(), "host": platform.node(), "engine": engine.name, "started": time.time()}


def _sound(store: Store, *, quarantine: bool) -> Done:
    """What is done; damaged shards are named, or set aside."""
    done = scan(store)
    _require_sound(store, done, quarantine=quarantine)
    if done.damaged:
        with disk_errors(store.path):
            for path in done.damaged_shards:
                _set_aside(store.path, path.stem)
    return done


def _require_sound(store: Store, done: Done, *, quarantine: bool) -> None:
    if done.damaged and not quarantine:
        names = "".join(f"\n{error}" for error in done.damaged)
        raise BadInput(
            f"{len(done.damaged)} of its shards cannot be read. `sahelsim sweep resume EXPERIMENT --quarantine` sets "
            f"them aside (into {QUARANTINE}/) and does their runs again:{names}",
            file=store.path, path="--store",
        )  # fmt: skip


def _set_aside(store: Path, shard: str) -> None:
    """Move a shard with its events and panels; the rows go first, so that nothing counts any more."""
    for folder in (SUMMARIES, EVENTS, PANELS):
        for file in sorted((store / folder).glob(f"{shard}[.-]*")):
            away = store / QUARANTINE / folder
            away.mkdir(parents=True, exist_ok=True)
            file.replace(away / file.name)
        sync_folder(store / folder)


def _sweep_up(store: Path) -> None:
    """Remove half-written files of processes that were killed."""
    for folder in (SUMMARIES, EVENTS, PANELS):
        for file in (store / folder).glob(".*.unfinished"):
            with suppress(OSError):
                if time.time() - file.stat().st_mtime > _STALE_SECONDS:
                    file.unlink()


def ask_to_stop(path: Path) -> None:
    """Ask whoever runs into a store to end: the parent stops as after Ctrl-C, array jobs of Slurm are cancelled.

    Raises
    ------
    BadInput
        Nobody is running into it.
    """
    store = Store(path)
    if not is_store(path):
        raise BadInput("holds no sweep", file=path, path="--store")
    held = store.is_held()
    if held:
        with disk_errors(path):
            (path / CANCEL).touch()
    arrays = arrays_in_queue(path)
    if not held and not arrays:
        raise BadInput("no sweep is running into this store", file=path, path="--store")
    cancel_arrays(arrays)
