"""Invented GED rows for the tests: no such event happened."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from sahelsim.ged.columns import OFFICIAL_ORDER
from sahelsim.grid import prio_gid

__all__ = ["event", "table", "write_table"]


def event(number: int, **changes: object) -> dict[str, object]:
    """An invented event in the columns of the official CSV; the cell follows the coordinates unless it is given."""
    row: dict[str, object] = dict.fromkeys(OFFICIAL_ORDER, "")
    row |= {
        "id": number, "relid": f"INV-{number}", "year": 2020, "active_year": "True", "code_status": "Clear",
        "type_of_violence": 1, "dyad_name": "Government of Mali - JNIM", "side_a_new_id": 72,
        "side_a": "Government of Mali", "side_b_new_id": 6716, "side_b": "JNIM", "where_prec": 1,
        "adm_1": "Région inventée", "latitude": 14.25, "longitude": -3.75, "country": "Mali", "country_id": 432,
        "date_prec": 1, "date_start": "2020-05-04 00:00:00.000", "date_end": "2020-05-05 00:00:00.000", "deaths_a": 1,
        "deaths_b": 2, "deaths_civilians": 0, "deaths_unknown": 1, "best": 4, "high": 6, "low": 3,
        "source_article": "Invented, \"quoted\" report",
    }  # fmt: skip
    row |= changes
    if "priogrid_gid" not in changes:
        row["priogrid_gid"] = int(prio_gid(float(str(row["latitude"])), float(str(row["longitude"]))))
    return row


def table(
    rows: Sequence[Mapping[str, object]],
    *,
    columns: Sequence[str] = OFFICIAL_ORDER,
    names: Mapping[str, str] | None = None,
    delimiter: str = ",",
    tags: bool = False,
    header: bool = True,
) -> str:
    """Rows as the text of a file; `names` are other names for columns, `tags` adds a row of HXL hashtags."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow([(names or {}).get(name, name) for name in columns])
    if tags:
        writer.writerow(
            ["#event+id" if name == "id" else f"#meta+{name}" if name != "relid" else "" for name in columns]
        )
    writer.writerows([[row[name] for name in columns] for row in rows])
    return out.getvalue()


def write_table(path: Path, rows: Sequence[Mapping[str, object]], **options: object) -> Path:
    """A UTF-8 file of these rows."""
    path.write_text(table(rows, **options), encoding="utf-8")  # type: ignore[arg-type]
    return path
