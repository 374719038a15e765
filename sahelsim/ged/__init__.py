"""Reading files of the UCDP Georeferenced Event Dataset (GED), in any of the layouts in which it is handed out."""

from __future__ import annotations

from sahelsim.ged.columns import COLUMNS, SCHEMA
from sahelsim.ged.read import GedFile, GedRecord, Remark, Skipped, read_ged

__all__ = [
    "COLUMNS",
    "SCHEMA",
    "GedFile",
    "GedRecord",
    "Remark",
    "Skipped",
    "read_ged",
]
