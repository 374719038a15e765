"""Reading the files of ``--ged``, with a word on rows that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    import polars as pl

__all__ = ["read_record"]


def read_record(files: Sequence[Path], errors: Console, *, skip_bad_rows: bool, quiet: bool = False) -> pl.DataFrame:
    """Events of the files of UCDP GED; says how many rows were left out unless quiet."""
    from sahelsim.ged import read_ged

    record = read_ged(files, skip_bad_rows=skip_bad_rows)
    if record.skipped and not quiet:
        errors.print(f"{len(record.skipped):,} bad rows skipped; `sahelsim ged --skip-bad-rows` lists them")
    return record.events
