"""Names in a store, and the columns that every row of it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from sahelsim.sweep.row_columns import Output

__all__ = [
    "CANCEL", "DRAWS", "EVENTS", "EXPERIMENT", "FORMAT", "FORMAT_VERSION", "LOCK", "MANIFEST", "PANELS", "PANEL_FILE",
    "PARENT", "QUARANTINE", "SCENARIOS", "SHARD", "SLURM", "SUMMARIES", "TIMINGS", "event_schema", "is_store",
    "row_schema",
]  # fmt: skip

FORMAT = "sahelsim-sweep"
FORMAT_VERSION = 1

MANIFEST = "manifest.json"
EXPERIMENT = "experiment.yaml"
SCENARIOS = "scenarios"
DRAWS = "draws.parquet"
SUMMARIES = "summaries"
EVENTS = "events"
PANELS = "panels"
QUARANTINE = "quarantine"
SLURM = "slurm"
LOCK = ".lock"
PARENT = ".parent.json"
CANCEL = ".cancel"

SHARD = "w-*.parquet"
"""Finished shards; what is being written has another name."""

PANEL_FILE = "w-*.zarr.zip"
"""The same of panels."""

TIMINGS = ("seconds", "finished", "worker", "panel")
"""Columns of a row that say how it was made rather than what came out."""


def is_store(path: Path) -> bool:
    """Whether a sweep was begun there."""
    return (path / MANIFEST).is_file()


def row_schema(outputs: Sequence[Output]) -> pa.Schema:
    """Arrow schema of the summaries."""
    import pyarrow as pa

    types: dict[str, pa.DataType] = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
    return pa.schema(
        [
            ("run", pa.string()), ("what_if", pa.string()), ("draw", pa.int32()), ("replicate", pa.int32()),
            ("code", pa.string()), ("ok", pa.bool_()), ("error_type", pa.string()), ("error", pa.string()),
            ("seconds", pa.float64()), ("finished", pa.float64()), ("worker", pa.string()), ("panel", pa.string()),
            *((output.name, types[output.type]) for output in outputs),
        ]
    )  # fmt: skip


def event_schema() -> pa.Schema:
    """Arrow schema of the events: the run, then the columns of docs/results.md."""
    import pyarrow as pa

    from sahelsim.results.arrow import schema_of
    from sahelsim.results.columns import TABLES

    run = [pa.field("run", pa.string()), pa.field("what_if", pa.string()), pa.field("draw", pa.int32())]
    return pa.schema([*run, *schema_of(TABLES["events"])])
