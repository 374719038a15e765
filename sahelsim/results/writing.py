"""Writing a run directory, replicate by replicate, in the order of the replicates."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.results.arrow import schema_of
from sahelsim.results.columns import TABLES
from sahelsim.results.manifest import FORMAT, FORMAT_VERSION, describe_file, machine, versions
from sahelsim.results.panel import PanelStore
from sahelsim.results.part import Part
from sahelsim.results.state_tables import communities_table
from sahelsim.results.storage import MANIFEST
from sahelsim.scenario.dump import dump_scenario, scenario_hash
from sahelsim.scenario.schema import Scenario
from sahelsim.world.ground import Ground

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["PANEL_NAME", "SCENARIO_NAME", "SUMMARY_NAME", "RunWriter"]

SCENARIO_NAME = "scenario.yaml"
SUMMARY_NAME = "summary.json"
PANEL_NAME = "panel.zarr"

_ZSTD_LEVEL = 1  # 5 takes a quarter more time and saves a twentieth of the bytes


class RunWriter:
    """Open tables of a run directory. Memory does not grow with the number of replicates.

    Parameters
    ----------
    directory : Path
        An existing directory (see `storage.aside`).
    scenario : Scenario
        What is run; kept as scenario.yaml.
    ground : Ground
        Its fixed world.
    """

    def __init__(self, directory: Path, scenario: Scenario, ground: Ground) -> None:
        self._directory = directory
        self._scenario = scenario
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._totals: list[dict[str, Any]] = []
        self._seconds: list[float] = []
        self._warm: list[float] = []
        self._rows: dict[str, int] = {}
        (directory / SCENARIO_NAME).write_text(dump_scenario(scenario), encoding="utf-8")
        if scenario.outputs.communities:
            self._write("communities", communities_table(ground))
        self._panel: PanelStore | None = None
        if scenario.outputs.panel:
            path = directory / PANEL_NAME
            self._panel = PanelStore(path, scenario.replicates, ground, scenario.calendar)

    @property
    def events(self) -> int:
        """Events in the record so far, over all replicates."""
        return self._rows.get("events", 0)

    @property
    def seconds_per_replicate(self) -> float:
        """Median time of a simulation, without those that were the first of their process unless all were."""
        return round(statistics.median(self._warm or self._seconds), 4)

    def add(self, part: Part) -> None:
        """Write the next replicate."""
        if part.replicate != len(self._totals):
            raise ValueError(f"replicate {part.replicate} came where {len(self._totals)} was due")
        for name, table in part.tables.items():
            self._write(name, table)
        if self._panel is not None:
            self._panel.add(part.replicate, part.panel)
        self._totals.append(part.totals)
        self._seconds.append(part.seconds)
        if not part.cold:
            self._warm.append(part.seconds)

    def _write(self, name: str, table: pa.Table) -> None:
        """Append a row group to a table, opening its file when it is the first."""
        import pyarrow.parquet as pq

        if name not in self._writers:
            path = self._directory / TABLES[name].file
            self._writers[name] = pq.ParquetWriter(
                path, schema_of(TABLES[name]), compression="zstd", compression_level=_ZSTD_LEVEL
            )
        self._writers[name].write_table(table)
        self._rows[name] = self._rows.get(name, 0) + table.num_rows

    def close_files(self) -> None:
        """Close all tables, finished or not."""
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def finish(
        self, inputs: dict[str, dict[str, Any]], timings: dict[str, Any], more: Mapping[str, Any] | None = None
    ) -> None:
        """Write the summary and, last, the manifest, with what there is more to say in it."""
        self.close_files()
        if self._panel is not None:
            self._panel.close()
        self._write_json(SUMMARY_NAME, self._summary())
        outputs: dict[str, dict[str, Any]] = {}
        for path in sorted(self._directory.iterdir()):
            if not path.name.startswith("."):
                outputs[path.name] = describe_file(path)
                if path.stem in self._rows and path.suffix == ".parquet":
                    outputs[path.name]["rows"] = self._rows[path.stem]
        scenario = self._scenario
        self._write_json(
            MANIFEST,
            {
                "format": FORMAT,
                "format_version": FORMAT_VERSION,
                "scenario": scenario.name,
                "scenario_sha256": scenario_hash(scenario),
                "seed": scenario.seed,
                "replicates": scenario.replicates,
                **(more or {}),
                "events": self.events,
                "versions": versions(),
                "machine": machine(),
                "timings": timings | {"replicate_seconds": [round(s, 4) for s in self._seconds]},
                "inputs": inputs,
                "outputs": outputs,
            },
        )

    def _summary(self) -> dict[str, Any]:
        scenario = self._scenario
        return {
            "scenario": scenario.name,
            "title": scenario.title,
            "seed": scenario.seed,
            "replicates": self._totals,
        }

    def _write_json(self, name: str, content: dict[str, Any]) -> None:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        (self._directory / name).write_text(text + "\n", encoding="utf-8")
