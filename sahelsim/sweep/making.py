"""Beginning a store, and going on with one: is it the same experiment, and the same code?"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.sweep.changed import Changed, refuse_changes
from sahelsim.sweep.code import code_version
from sahelsim.sweep.designs import draws_of, kind_of
from sahelsim.sweep.files import disk_errors
from sahelsim.sweep.layout import (
    DRAWS,
    EVENTS,
    EXPERIMENT,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    PANELS,
    SCENARIOS,
    SUMMARIES,
    is_store,
)
from sahelsim.sweep.row_columns import outputs_of
from sahelsim.sweep.runs import variant_hash
from sahelsim.sweep.schema import BASELINE, Experiment
from sahelsim.sweep.shards import write_parquet
from sahelsim.sweep.store import Store, open_store, write_text

if TYPE_CHECKING:
    from sahelsim.sweep.load import LoadedExperiment

__all__ = ["check_folder", "clear_store", "go_on", "make_store", "prepare_folder"]


def check_folder(path: Path) -> None:
    """See whether a folder can be that of a store, and write nothing.

    Raises
    ------
    BadInput
        It holds something else, or could not be made or written.
    """
    if path.exists() and not path.is_dir():
        raise BadInput("is a file; a store needs a directory of its own", file=path, path="--store")
    if path.is_dir() and not is_store(path):
        left = {SCENARIOS, DRAWS, EXPERIMENT, SUMMARIES, EVENTS, PANELS}  # of a sweep killed while it began
        if not {entry.name for entry in path.iterdir() if not entry.name.startswith(".")} <= left:
            raise BadInput("holds other files, which are not touched; choose a directory that is new or empty",
                           file=path, path="--store")  # fmt: skip
    place = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not place.is_dir():
        raise BadInput(f"cannot be written: {place} is a file", file=path, path="--store")
    if not os.access(place, os.W_OK | os.X_OK):
        read_only = hasattr(os, "statvfs") and os.statvfs(place).f_flag & os.ST_RDONLY
        reason = "Read-only file system" if read_only else "Permission denied"
        fix = "A sweep needs a store that it can write: "
        fix += "copy this one to such a place, or begin another there" if is_store(path) else "choose another place"
        raise BadInput(f"cannot be written: {reason}. {fix} with --store", file=place, path="--store")


def prepare_folder(path: Path) -> None:
    """Make the folder of a store; refuse one that holds something else.

    Raises
    ------
    BadInput
        It cannot be made or written, or holds other files.
    """
    check_folder(path)
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def clear_store(path: Path) -> None:
    """Make a store that holds no run a mere folder again; the manifest goes first, so that it is none at once."""
    with disk_errors(path):
        (path / MANIFEST).unlink()
        shutil.rmtree(path / SCENARIOS, ignore_errors=True)


def make_store(loaded: LoadedExperiment, path: Path) -> Store:
    """Write down what is to be run; the manifest comes last and makes it a store.

    Every variant's world is built once, so that a fault shows before anything runs.
    """
    from sahelsim.results.manifest import machine, versions
    from sahelsim.world.build import build_blueprint

    experiment, variants = loaded.experiment, loaded.variants
    seed = variants[BASELINE].seed
    draws = draws_of(experiment, seed)
    grounds = {name: build_blueprint(scenario).ground for name, scenario in variants.items()}
    patterns = _pattern_outputs() if experiment.keep.patterns else []
    outputs = outputs_of(variants, grounds, by_year=experiment.keep.by_year, patterns=patterns)
    del grounds
    for folder in (SCENARIOS, SUMMARIES, EVENTS, PANELS):
        with disk_errors(path):
            (path / folder).mkdir(exist_ok=True)
    with disk_errors(path):
        shutil.copyfile(loaded.file, path / EXPERIMENT)
    for name, scenario in variants.items():
        write_text(path / SCENARIOS / f"{name}.json", scenario.model_dump_json())
    write_parquet(path / DRAWS, _draw_table(experiment, draws))
    store = Store(path)
    store.write_manifest(
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "name": experiment.name,
            "seed": seed,
            "draws": len(draws),
            "replicates": experiment.replicates,
            "variants": {name: variant_hash(scenario) for name, scenario in variants.items()},
            "codes": [code_version()],
            "experiment": experiment.model_dump(mode="json"),
            "outputs": [[output.name, output.type, output.meaning] for output in outputs],
            "versions": versions(),
            "machine": machine(),
        }
    )
    return store


def go_on(loaded: LoadedExperiment, path: Path, *, accept_new_code: bool = False, look_only: bool = False) -> Store:
    """Open the store of the same experiment; more replicates than before are taken over.

    Raises
    ------
    Changed
        The experiment, its scenarios or the code have changed since.
    BadInput
        There is no store, or it is of another program or a newer version.
    """
    store = open_store(path)
    refuse_changes(store, loaded.experiment, loaded.variants, loaded.file)
    code, manifest = code_version(), dict(store.manifest)
    if code not in store.codes and not accept_new_code:
        raise Changed(
            f"was begun with another version of the code ({store.codes[-1]}, now {code}): rows of both would stand "
            "side by side. Begin a new store (--store), or add to this one all the same with --accept-new-code",
            file=path, path="--store",
        )  # fmt: skip
    grown = loaded.experiment.replicates != store.replicates
    if not look_only and (grown or store.codes[-1] != code):
        manifest["codes"] = [*(known for known in store.codes if known != code), code]
        manifest["replicates"] = loaded.experiment.replicates
        manifest["experiment"] = loaded.experiment.model_dump(mode="json")
        store.write_manifest(manifest)
    return store


def _draw_table(experiment: Experiment, draws: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    columns = {"draw": pa.array(range(len(draws)), pa.int32())}
    for name, factor in experiment.factors.items():
        columns[name] = pa.array([draw[name] for draw in draws], types[kind_of(factor)])
    return pa.table(columns)


def _pattern_outputs() -> list[Any]:
    from sahelsim.sweep.pattern_row import pattern_outputs

    return list(pattern_outputs())
