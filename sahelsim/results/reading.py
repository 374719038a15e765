"""Reading a run directory."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput
from sahelsim.results.columns import TABLES
from sahelsim.results.manifest import FORMAT, FORMAT_VERSION, describe_file
from sahelsim.results.storage import MANIFEST, unfinished_name

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sahelsim.scenario.schema import Scenario

__all__ = ["Run", "open_run"]

_SCENARIO, _SUMMARY, _PANEL = "scenario.yaml", "summary.json", "panel.zarr"


def open_run(path: str | Path) -> Run:
    """Open a finished run.

    Raises
    ------
    BadInput
        There is no run, it is unfinished, of a newer format, or a file is missing or has another size.
    """
    run = Run(Path(path))
    run.check()
    return run


class Run:
    """A finished run. Tables are read anew at each call; columns are described in docs/results.md."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """manifest.json: versions, seed, hashes of inputs and outputs, timings, machine."""
        content = self._json(MANIFEST)
        if content.get("format") != FORMAT or not isinstance(content.get("outputs"), dict):
            raise BadInput(f"is not the manifest of a run (no format {FORMAT!r})", file=self.path / MANIFEST)
        if content.get("format_version", 0) > FORMAT_VERSION:
            raise BadInput("was written by a newer sahelsim; update to read it", file=self.path / MANIFEST)
        return content

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        from sahelsim.scenario.load import load_scenario

        return load_scenario(self.path / _SCENARIO)

    @property
    def seed(self) -> int:
        """The seed that was used."""
        return int(self.manifest["seed"])

    @property
    def format_version(self) -> int:
        """Version of the format that the run is written in."""
        return int(self.manifest["format_version"])

    @property
    def replicates(self) -> int:
        """Number of replicates."""
        return int(self.manifest["replicates"])

    @cached_property
    def totals(self) -> dict[str, Any]:
        """summary.json: totals, fates of events and ledger of each replicate."""
        return self._json(_SUMMARY)

    def events(self, replicate: int | None = None) -> pd.DataFrame:
        """The record, one row per reported event; of one replicate or all."""
        return self._table("events", replicate)

    def truth(self, replicate: int | None = None) -> pd.DataFrame:
        """All violent events of the simulation, reported or not."""
        return self._table("truth", replicate)

    def decisions(self, replicate: int | None = None) -> pd.DataFrame:
        """Pledges, defections, truces, sieges, pacts and the rest, with the terms of each decision."""
        return self._table("decisions", replicate)

    def communities(self) -> pd.DataFrame:
        """The communities, fixed."""
        return self._table("communities", None)

    def allegiance(self, replicate: int | None = None, *, every_month: bool = False) -> pd.DataFrame:
        """Camp, people, pact and siege of communities by month.

        Parameters
        ----------
        replicate : int, optional
            One replicate; all when not given.
        every_month : bool
            False gives the table as it is kept, changes only; True a row for each community and month.
        """
        changes = self._table("allegiance", replicate)
        if not every_month:
            return changes
        from sahelsim.results.filling import fill_months

        return fill_months(changes, self.camps(replicate))

    def camps(self, replicate: int | None = None) -> pd.DataFrame:
        """Communities, people and cells of each camp by month."""
        return self._table("camps", replicate)

    def dyads(self, replicate: int | None = None) -> pd.DataFrame:
        """Hostility and truce of pairs of actors by step."""
        return self._table("dyads", replicate)

    def fighters(self, replicate: int | None = None) -> pd.DataFrame:
        """Strength of actors by step."""
        return self._table("fighters", replicate)

    def flows(self, replicate: int | None = None) -> pd.DataFrame:
        """People who fled, returned, moved on and settled, by month, home (origin) and refuge (destination)."""
        return self._table("flows", replicate)

    def accounts(self, replicate: int | None = None) -> pd.DataFrame:
        """Income and spending of actors by month and account."""
        return self._table("accounts", replicate)

    def budgets(self, replicate: int | None = None) -> pd.DataFrame:
        """Treasury and strain of actors by month."""
        return self._table("budgets", replicate)

    def katibas(self, replicate: int | None = None) -> pd.DataFrame:
        """Actor, fighters, cohesion and commander of groups by month."""
        return self._table("katibas", replicate)

    def summary(self, replicate: int | None = None) -> pd.DataFrame:
        """Events and deaths by year and dyad, reported and true."""
        return self._table("summary", replicate)

    def overview(self) -> pd.DataFrame:
        """Events and deaths of each dyad over the whole run: mean and 5-95 % range over the replicates."""
        from sahelsim.results.filling import overview_of

        return overview_of(self.summary(), self.replicates)

    def panel(self) -> xr.Dataset:
        """The monthly cell panel, read when it is used; actors, countries and camps by name."""
        import xarray as xr

        from sahelsim.results.filling import named_panel

        if _PANEL not in self.manifest["outputs"]:
            raise self._absent("panel")
        try:
            dataset: xr.Dataset = xr.open_zarr(self.path / _PANEL, chunks=None, consolidated=True)
        except (OSError, ValueError, KeyError) as error:
            raise BadInput(f"cannot be read: {error}", file=self.path / _PANEL) from error
        return named_panel(dataset)

    def check(self) -> None:
        """Every file of the manifest is there with its size; raises BadInput otherwise."""
        if not self.path.is_dir():
            hint = "" if not unfinished_name(self.path).is_dir() else " (a run is being written or was cut off)"
            raise BadInput(f"there is no run here{hint}", file=self.path)
        if not (self.path / MANIFEST).is_file():
            unfinished = self.path.name.endswith(".unfinished")
            raise BadInput(
                "is an unfinished run" if unfinished else "holds no run: manifest.json is missing",
                file=self.path,
            )
        for name, expected in self.manifest["outputs"].items():
            self._check_file(name, expected)

    def verify(self) -> None:
        """As `check`, and every hash; raises BadInput for the first file that differs."""
        self.check()
        for name, expected in self.manifest["outputs"].items():
            if describe_file(self.path / name)["sha256"] != expected["sha256"]:
                raise BadInput("has changed since the run wrote it (its hash differs)", file=self.path / name)

    def _check_file(self, name: str, expected: dict[str, Any]) -> None:
        path = self.path / name
        if not path.exists():
            raise BadInput("is missing from the run", file=path)
        files = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
        size = sum(p.stat().st_size for p in files)
        if size != expected["bytes"] or len(files) != expected.get("files", 1):
            raise BadInput(f"is damaged: {size} bytes where the manifest says {expected['bytes']}", file=path)

    def _table(self, name: str, replicate: int | None) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = TABLES[name]
        path = self.path / table.file
        if table.file not in self.manifest["outputs"]:
            raise self._absent(table.switch or name)
        if replicate is not None and not 0 <= replicate < self.replicates:
            raise BadInput(f"there is no replicate {replicate}; the run has 0 to {self.replicates - 1}", file=self.path)
        try:
            content = pq.read_table(path, filters=None if replicate is None else [("replicate", "=", replicate)])
        except (pa.ArrowException, OSError) as error:
            raise BadInput(f"is damaged: {error}", file=path) from error
        frame: pd.DataFrame = content.to_pandas(date_as_object=False)
        return frame

    def _absent(self, output: str) -> BadInput:
        if self.format_version < FORMAT_VERSION:
            return BadInput("does not hold this; it was written by an older sahelsim, run it again", file=self.path)
        return BadInput(f"was run with `outputs.{output}: false`, so there is nothing to read", file=self.path)

    def _json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"cannot be read: {error}", file=path) from error
        if not isinstance(content, dict):
            raise BadInput("is not a JSON object", file=path)
        return content
