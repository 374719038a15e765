"""The store of a sweep: a directory that holds what was asked, what is done, and nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.sweep.files import write_file
from sahelsim.sweep.layout import (
    DRAWS,
    LOCK,
    MANIFEST,
    PARENT,
    SCENARIOS,
    is_store,
    row_schema,
)
from sahelsim.sweep.manifest import PUT_BACK, experiment_of, misfit, read_manifest
from sahelsim.sweep.row_columns import Output
from sahelsim.sweep.runs import RunKey, draw_text, in_order, run_id
from sahelsim.sweep.schema import Experiment
from sahelsim.sweep.shards import read_shard

if TYPE_CHECKING:
    import pyarrow as pa

    from sahelsim.scenario.schema import Scenario

__all__ = ["Store", "open_store", "write_text"]

_PATIENCE = 0.5  # seconds; a look by `status` holds the lock for a moment


def open_store(path: str | Path) -> Store:
    """Open a store that a sweep has begun.

    Raises
    ------
    BadInput
        There is none, it is of another program or a newer version, or its manifest is damaged.
    """
    store = Store(Path(path))
    if not is_store(store.path):
        raise BadInput(
            "holds no sweep (no manifest.json); `sahelsim sweep run EXPERIMENT --store DIR` begins one",
            file=store.path, path="--store",
        )  # fmt: skip
    _ = store.manifest
    return store


class Store:
    """A sweep on disk. What is read is kept; what grows (rows) is read by `progress` and `opening`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """manifest.json, looked through."""
        return read_manifest(self.path / MANIFEST)

    @cached_property
    def experiment(self) -> Experiment:
        """What was asked."""
        return experiment_of(self.manifest, self.path / MANIFEST)

    @property
    def seed(self) -> int:
        """Of runs and design."""
        return int(self.manifest["seed"])

    @property
    def replicates(self) -> int:
        """Of each draw; more may be asked for later."""
        return int(self.manifest["replicates"])

    @property
    def variants(self) -> list[str]:
        """Names of the baseline and the what-ifs."""
        return list(self.manifest["variants"])

    @property
    def codes(self) -> list[str]:
        """Versions of the code whose rows count, the newest last."""
        return list(self.manifest["codes"])

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """The columns of results of a row."""
        return tuple(Output(*entry) for entry in self.manifest["outputs"])

    @cached_property
    def row_schema(self) -> pa.Schema:
        """Arrow schema of the summaries."""
        return row_schema(self.outputs)

    @cached_property
    def draws(self) -> pa.Table:
        """Column `draw`, then the factors."""
        path, expected = self.path / DRAWS, ["draw", *self.experiment.factors]
        try:
            table = read_shard(path)
        except BadInput as error:
            raise BadInput(f"{error.message}; {PUT_BACK}", file=path) from None
        if table.column_names != expected or table.num_rows != self.manifest["draws"]:
            raise BadInput(f"is not the {self.manifest['draws']:,} draws of this sweep; {PUT_BACK}", file=path)
        return table

    @cached_property
    def _columns(self) -> dict[str, pa.ChunkedArray]:
        return {name: self.draws.column(name) for name in self.draws.column_names if name != "draw"}

    def draw(self, number: int) -> dict[str, Any]:
        """Values of the factors of one draw."""
        return {name: column[number].as_py() for name, column in self._columns.items()}

    def scenario(self, variant: str) -> Scenario:
        """A variant before any draw is set."""
        from sahelsim.scenario.schema import Scenario

        file = self.path / SCENARIOS / f"{variant}.json"
        try:
            return Scenario.model_validate_json(file.read_text(encoding="utf-8"), strict=True)
        except FileNotFoundError:
            raise BadInput(f"is missing; {PUT_BACK}", file=file) from None
        except ValidationError as error:
            raise misfit(error, self.manifest, file) from None
        except (OSError, ValueError) as error:  # not a text, even
            raise BadInput(f"is damaged: {str(error).splitlines()[0]}; {PUT_BACK}", file=file) from None

    @property
    def total(self) -> int:
        """Number of runs."""
        return len(self.variants) * int(self.draws.num_rows) * self.replicates

    def keys(self) -> Iterator[RunKey]:
        """Every run in the order in which they are to be done."""
        return in_order(len(self.variants), self.draws.num_rows, self.replicates, self.seed)

    def chance_of(self, key: RunKey) -> int:
        """Number of the replicate whose random numbers a run has."""
        first = self.experiment.own_chance_from
        return key.replicate if first is None else first + key.draw + key.replicate * int(self.draws.num_rows)

    def name_of(self, key: RunKey, code: str) -> str:
        """Name of a run with a version of the code."""
        variant = self.manifest["variants"][self.variants[key.variant]]
        return run_id(variant, self._draw_text(key.draw), self.chance_of(key), code)

    def _draw_text(self, number: int) -> str:
        return draw_text(number, self.draw(number))

    def names(self, code: str) -> Iterator[tuple[RunKey, str]]:
        """Every run with its name, in the order of `keys`."""
        variants = list(self.manifest["variants"].values())
        texts = [draw_text(int(row.pop("draw")), row) for row in self._draw_rows()]
        for key in self.keys():
            yield key, run_id(variants[key.variant], texts[key.draw], self.chance_of(key), code)

    def _draw_rows(self) -> Iterator[dict[str, Any]]:
        for batch in self.draws.to_batches(max_chunksize=4096):
            yield from batch.to_pylist()

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        """Replace manifest.json in one step."""
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        write_text(self.path / MANIFEST, text)
        self.__dict__.pop("manifest", None)
        self.__dict__.pop("experiment", None)

    @contextmanager
    def held(self, about: dict[str, Any]) -> Iterator[None]:
        """Hold the store as its one parent; a second one is told who has it.

        Parameters
        ----------
        about : dict
            Who holds it, for `status` and `cancel`: pid, host, engine, workers.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout:
            raise BadInput(f"another sweep is running into this store{_who(self.parent())}. Watch it with "
                           "`sahelsim sweep status EXPERIMENT --watch`, or stop it with `sahelsim sweep cancel`",
                           file=self.path, path="--store") from None  # fmt: skip
        except OSError as error:
            raise BadInput(
                f"cannot be locked: {error.strerror or error}. A sweep needs a store that it can write: copy this one "
                "to such a place, or begin another there with --store", file=self.path, path="--store",
            ) from error  # fmt: skip
        try:
            write_text(self.path / PARENT, json.dumps(about))
            yield
        finally:
            (self.path / PARENT).unlink(missing_ok=True)
            lock.release()

    def is_held(self) -> bool:
        """Whether some parent is running into the store."""
        from filelock import FileLock, Timeout

        if not (self.path / LOCK).exists() or not (self.path / PARENT).exists():
            return False
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        lock.release()
        return False

    def parent(self) -> dict[str, Any] | None:
        """What the parent wrote about itself; also of one that was killed, see `is_held`."""
        try:
            about = json.loads((self.path / PARENT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return about if isinstance(about, dict) else None


def _who(parent: dict[str, Any] | None) -> str:
    return "" if parent is None else f" (process {parent.get('pid')} on {parent.get('host')})"


def write_text(path: Path, text: str) -> None:
    """Write a small file in one step."""
    write_file(path, lambda aside: _put(aside, text))


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
