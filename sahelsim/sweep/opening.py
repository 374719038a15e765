"""Reading a store: lazy tables of polars, panels of xarray."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.sweep.layout import EVENTS, PANELS, event_schema
from sahelsim.sweep.schema import BASELINE, Experiment
from sahelsim.sweep.shards import check_end, list_shards, read_shard
from sahelsim.sweep.store import Store, open_store

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr

    from sahelsim.scenario.schema import Scenario

__all__ = ["Sweep", "open_sweep"]

_COMMON = ("month", "actor", "cell", "latitude", "longitude", "priogrid_gid", "country")  # of panels side by side


def open_sweep(path: str | Path) -> Sweep:
    """Open the store of a sweep, finished or still running.

    Raises
    ------
    BadInput
        There is none, or a newer sahelsim wrote it.

    Examples
    --------
    >>> import polars as pl, sahelsim
    >>> sweep = sahelsim.open_sweep("runs/smoke")                                                 # doctest: +SKIP
    >>> sweep.summaries().group_by("what_if").agg(pl.col("events").mean()).collect()             # doctest: +SKIP
    """
    return Sweep(open_store(path))


class Sweep:
    """A sweep in its store. Tables are read when they are collected, and show what is done by then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.path = store.path

    @property
    def experiment(self) -> Experiment:
        """What was asked."""
        return self._store.experiment

    @property
    def factors(self) -> list[str]:
        """Columns of the draws."""
        return list(self.experiment.factors)

    @property
    def outputs(self) -> dict[str, str]:
        """Columns of results in the summaries, with their meaning."""
        return {output.name: output.meaning for output in self._store.outputs}

    @property
    def variants(self) -> list[str]:
        """The baseline and the what-ifs."""
        return self._store.variants

    @property
    def seed(self) -> int:
        """Of the runs and of the design."""
        return self._store.seed

    @property
    def versions(self) -> dict[str, Any]:
        """Of the package and its libraries when the store was begun."""
        return dict(self._store.manifest.get("versions", {}))

    @property
    def codes(self) -> list[str]:
        """Versions of the code whose rows count."""
        return self._store.codes

    @property
    def replicates(self) -> int:
        """Of each draw."""
        return self._store.replicates

    @property
    def total(self) -> int:
        """Number of runs that were asked for."""
        return self._store.total

    def scenario(self, what_if: str = BASELINE) -> Scenario:
        """A variant before any draw is set."""
        self._known(what_if)
        return self._store.scenario(what_if)

    @cached_property
    def draws(self) -> pl.LazyFrame:
        """A row for each draw: `draw`, then the factors."""
        import polars as pl

        return pl.from_arrow(self._store.draws).lazy()  # type: ignore[union-attr]

    def rows(self) -> pl.LazyFrame:
        """A row for each run that was executed, failed ones with their error, each run once; with its shard.

        Raises
        ------
        BadInput
            A shard is damaged.
        """
        import polars as pl

        shards = list_shards(self.path)
        if not shards:
            return pl.LazyFrame(schema=self._empty_rows())
        rows = pl.scan_parquet(shards, include_file_paths="shard").with_columns(
            pl.col("shard").str.extract(r"([^/\\]+)\.parquet$")
        )
        rows = rows.filter(pl.col("code").is_in(self._store.codes))
        place = ["what_if", "draw", "replicate"]
        try:
            every = rows.select(*place, "run", "ok", "shard").collect()
        except pl.exceptions.PolarsError:
            _require_sound(shards, read_shard)
            raise
        chosen = every.sort("ok", "shard", descending=[True, False]).unique(place, keep="first", maintain_order=True)
        if chosen.height < every.height:  # a chunk that was run twice, or a failed run retried
            rows = rows.join(chosen.lazy(), on=[*place, "run", "ok", "shard"], how="semi", maintain_order="left")
            rows = rows.unique(place, keep="first", maintain_order=True)  # a worker that had it twice has one shard
        return rows

    def summaries(self) -> pl.LazyFrame:
        """A row for each run that is done: its names, the factors, the results. See `outputs` for the columns."""
        import polars as pl

        names = ["run", "what_if", "draw", "replicate", "code"]
        results = [output.name for output in self._store.outputs]
        rows = self.rows().filter(pl.col("ok")).join(self.draws, on="draw", how="left")
        return rows.select(*names, *self.factors, *results)

    def failures(self) -> pl.LazyFrame:
        """A row for each run that failed, with its error."""
        import polars as pl

        names = ["run", "what_if", "draw", "replicate", "code", "error_type", "error"]
        return self.rows().filter(~pl.col("ok")).join(self.draws, on="draw", how="left").select(*names, *self.factors)

    def events(self) -> pl.LazyFrame:
        """The record of every run that is done: the columns of docs/results.md after run, what_if and draw.

        Raises
        ------
        BadInput
            It was not kept, or a file of it is missing or cut short.
        """
        import polars as pl

        if not self.experiment.keep.events:
            raise self._not_kept("events")
        good = self.rows().filter(pl.col("ok")).select("run", "shard")
        shards = good.select(pl.col("shard").unique()).collect()["shard"].sort()
        files = [self.path / EVENTS / f"{shard}.parquet" for shard in shards]
        if not files:
            return pl.from_arrow(event_schema().empty_table()).lazy()  # type: ignore[union-attr]
        _require_sound(files, check_end)
        events = pl.scan_parquet(files, include_file_paths="shard").with_columns(
            pl.col("shard").str.extract(r"([^/\\]+)\.parquet$")
        )
        return events.join(good, on=["run", "shard"], how="semi", maintain_order="left").drop("shard")

    def panels(self, what_if: str = BASELINE, *, draws: Collection[int] | None = None) -> xr.Dataset:
        """The cell panels of the runs of one variant, along `run`; choose draws, since they are loaded.

        Raises
        ------
        BadInput
            They were not kept, there is none of that choice, a file is damaged, or cells differ from run to run.
        """
        import xarray as xr

        from sahelsim.sweep.panels import panels_readable

        parts = []
        for path, part in self._panel_parts(what_if, draws):
            with panels_readable(path):
                parts.append(part.load())
            if not all(part[name].equals(parts[0][name]) for name in _COMMON):
                raise BadInput(
                    "these runs do not have cells, months and actors in common, so that their panels do not make one "
                    "array; choose draws, or read them one after the other with panel_files()", file=self.path,
                )  # fmt: skip
        if not parts:
            raise BadInput(f"there is no panel of what-if '{what_if}' with these draws", file=self.path)
        panels = xr.concat(parts, "run", data_vars="minimal", coords="minimal", compat="override", join="exact")
        return panels.sortby(["draw", "replicate"])

    def panel_files(self, what_if: str = BASELINE, *, draws: Collection[int] | None = None) -> Iterator[xr.Dataset]:
        """As `panels`, file by file, each read when it is used: for sweeps that do not fit into memory.

        Runs of a file whose cells, months or actors differ come one after the other.
        """
        for _path, part in self._panel_parts(what_if, draws):
            yield part

    def _panel_parts(self, what_if: str, draws: Collection[int] | None) -> Iterator[tuple[Path, xr.Dataset]]:
        import polars as pl

        from sahelsim.sweep.panels import read_panels

        if not self.experiment.keep.panels:
            raise self._not_kept("panels")
        self._known(what_if)
        rows = self.rows().filter(pl.col("ok") & (pl.col("what_if") == what_if)).select("run", "draw", "panel")
        if draws is not None:
            rows = rows.filter(pl.col("draw").is_in(list(draws)))
        for (name,), runs in rows.collect().partition_by("panel", as_dict=True, maintain_order=True).items():
            path = self.path / PANELS / str(name)
            for part in read_panels(path, runs["run"].to_list()):
                yield path, part

    def _known(self, what_if: str) -> None:
        from sahelsim.scenario.problems import did_you_mean

        if what_if not in self.variants:
            raise BadInput(f"no what-if '{what_if}'{did_you_mean(what_if, self.variants)}", file=self.path)

    def _not_kept(self, what: str) -> BadInput:
        return BadInput(f"the experiment says `keep: {{{what}: false}}`, so there is nothing to read", file=self.path)

    def _empty_rows(self) -> dict[str, pl.DataType]:
        import polars as pl

        frame = pl.from_arrow(self._store.row_schema.empty_table())
        return {**frame.schema, "shard": pl.String()}  # type: ignore[union-attr]


def _require_sound(files: Iterable[Path], check: Callable[[Path], object]) -> None:
    for path in files:
        try:
            check(path)
        except BadInput as error:
            raise BadInput(
                f"{error.message}; `sahelsim sweep resume EXPERIMENT --quarantine` sets it aside and does its runs "
                "again", file=path,
            ) from None  # fmt: skip
