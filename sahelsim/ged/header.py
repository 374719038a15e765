"""The first lines of a GED file: which column is where, and which layout it is."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.ged.columns import COLUMNS, OFFICIAL_ORDER, STATUS

__all__ = ["Header", "Variant", "find_delimiter", "is_tag_row", "read_header"]

_DELIMITERS = ",;\t"
_NEAR = 0.6
_RELEASE = re.compile(r"v\d\d_0[\d_]*_\d+", re.IGNORECASE)  # as in GEDEvent_v24_0_5.csv: a monthly candidate release
_OTHERS = (
    ({"event_id_cnty", "event_date"}, "an ACLED export, which `sahelsim record` reads"),
    ({"intensity_level"}, "the UCDP/PRIO conflict-years, which hold no events"),
    ({"bd_best"}, "UCDP's battle-related deaths by year, which hold no events"),
    ({"replicate", "cell"}, "an event table of sahelsim's own"),
)


class Variant(StrEnum):
    """Layouts in which GED is handed out."""

    OFFICIAL = "official CSV"
    CANDIDATE = "candidate release"
    API = "API export"
    COUNTRY = "country export"
    TAGGED = "country export with HXL tags"
    OLDER = "older naming (best_est)"
    SHORT = "short naming (side_a_id)"
    ACLED = "ACLED export"  # not GED: read by sahelsim.acled


@dataclass(frozen=True)
class Header:
    """Where the columns are."""

    names: tuple[str, ...]  # as they stand in the file
    positions: dict[str, int]  # of our columns, and of the status where there is one
    variant: Variant
    absent: bool  # the file begins with an event: the names are those of the official CSV

    @property
    def written(self) -> dict[str, str]:
        """What each of our columns is called in the file."""
        return {name: self.names[position] for name, position in self.positions.items()}


def find_delimiter(line: str) -> str:
    """Comma, semicolon or tab: the one that makes most fields of the first line."""
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def is_tag_row(row: Sequence[str]) -> bool:
    """Whether a row holds HXL hashtags rather than an event."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and all(cell.startswith("#") for cell in cells)


def read_header(path: Path, first: Sequence[str]) -> Header:
    """Find our columns in the first row of a file.

    Raises
    ------
    BadInput
        It is no table, columns are missing (all are named) or stand twice.
    """
    names = [name.strip() for name in first]
    absent = len(names) == len(OFFICIAL_ORDER) and names[0].isdigit()
    if absent:
        names = list(OFFICIAL_ORDER)
    while names and not names[-1]:
        names.pop()  # columns that a spreadsheet left behind
    if len(names) < 2:
        shown = "".join(first)[:60]
        raise BadInput(f"is not a CSV file: its first line is {shown!r}", file=path, line=1)
    lowered = [name.lower() for name in names]
    positions: dict[str, int] = {}
    for column in COLUMNS:
        found = next((name for name in (column.name, *column.also) if name in lowered), None)
        if found is None:
            continue
        if lowered.count(found) > 1:
            raise BadInput("column stands twice", file=path, line=1, path=found)
        positions[column.name] = lowered.index(found)
    missing = [column.name for column in COLUMNS if column.name not in positions]
    if missing:
        raise _incomplete(path, missing, lowered)
    if STATUS in lowered:
        positions[STATUS] = lowered.index(STATUS)
    return Header(tuple(names), positions, _variant(path, set(lowered), absent=absent), absent)


def _incomplete(path: Path, missing: list[str], names: list[str]) -> BadInput:
    here = set(names)
    other = next((what for marks, what in _OTHERS if marks <= here), None)
    if other is not None:
        looks = f"it looks like {other}"
    elif len(missing) > len(COLUMNS) // 2:
        looks = f"it does not look like GED: its first line has {', '.join(names[:8])}"
    else:
        missing = [_with_near(name, names) for name in missing]
        looks = f"else it looks like the {_variant(path, here, absent=False)}"
    many = "columns are" if len(missing) > 1 else "column is"
    return BadInput(f"{len(missing)} {many} missing: {', '.join(missing)}; {looks}", file=path, line=1)


def _with_near(name: str, names: list[str]) -> str:
    """A missing column with the nearest of the names that are there and mean nothing to us."""
    known = {known for column in COLUMNS for known in (column.name, *column.also)}
    free = [other for other in names if other and other not in known]
    inside = [other for other in free if len(other) > 2 and (other in name or name in other)]
    near = get_close_matches(name, free, n=1, cutoff=_NEAR) or inside
    return f"{name} (there is {near[0]})" if near else name


def _variant(path: Path, names: set[str], *, absent: bool) -> Variant:
    """What the names say; tags, times and status in the rows may say more."""
    if absent or _RELEASE.search(path.name):
        return Variant.CANDIDATE
    if "best_est" in names:
        return Variant.OLDER
    if "side_a_id" in names and "side_a_new_id" not in names:
        return Variant.SHORT
    return Variant.OFFICIAL if "dyad_dset_id" in names else Variant.COUNTRY
