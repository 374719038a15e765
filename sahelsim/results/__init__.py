"""Results that others can read: run directories of Parquet tables, a zarr panel and a manifest."""

from __future__ import annotations

from sahelsim.results.reading import Run, open_run

__all__ = ["Run", "open_run"]
