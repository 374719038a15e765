"""Reading ``seeds/events.csv``: the coded facts."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path

from sahelsim.seeds.records import Background, Deaths, SeedEvent
from sahelsim.seeds.table import Problems, Row, nearest, read_rows, seeds_folder
from sahelsim.seeds.vocabulary import (
    ACTORS,
    EARLIEST,
    LATEST,
    Added,
    Basis,
    Certainty,
    DatePrecision,
    Document,
    Kind,
    PlacePrecision,
)

__all__ = ["EVENT_COLUMNS", "load_seed_events"]

EVENT_COLUMNS = (
    "id",
    "document",
    "sentence",
    "date_start",
    "date_end",
    "date_precision",
    "kind",
    "side_a",
    "side_b",
    "place",
    "latitude",
    "longitude",
    "place_precision",
    *(f"deaths_{side}_{bound}" for side in ("a", "b", "civilians") for bound in ("low", "best", "high")),
    "basis",
    "background_source",
    "certainty",
    "same_as",
    "note",
)
_ID = re.compile(r"(LWJ|WAR)-\d{3}")
_LOCATED = (PlacePrecision.POINT, PlacePrecision.DISTRICT, PlacePrecision.REGION)
_ADDED = ", ".join(Added)


def load_seed_events(path: Path | None = None) -> tuple[SeedEvent, ...]:
    """Read the coded facts, in file order.

    Parameters
    ----------
    path : Path, optional
        The table; the project's own ``seeds/events.csv`` by default.

    Raises
    ------
    BadInput
        Any fault of the table. All faults of the rows are collected: the exception points at the first and
        its message lists the others. ``column`` counts the table's columns from 1; ``path`` names them.
    """
    file = seeds_folder() / "events.csv" if path is None else Path(path)
    problems = Problems(file)
    events: list[SeedEvent] = []
    lines: dict[str, int] = {}
    references: list[Row] = []
    for row in read_rows(file, EVENT_COLUMNS, problems):
        name = row.cells["id"]
        if name in lines:
            row.complain("id", f"{name!r} stands in line {lines[name]} already")
        lines.setdefault(name, row.line)
        if row.cells["same_as"]:
            references.append(row)
        event = _event(row)
        if event is not None:
            events.append(event)
    _check_references(references, lines)
    problems.raise_if_any()
    return tuple(events)


def _check_references(references: list[Row], lines: dict[str, int]) -> None:
    """``same_as`` must name another row that itself stands for nothing else."""
    pointing = {row.cells["id"] for row in references}
    for row in references:
        target = row.cells["same_as"]
        if target not in lines:
            row.complain("same_as", f"there is no row {target!r}")
        elif target in pointing:
            row.complain("same_as", f"{target!r} has a same_as of its own; name the first row of the chain")


def _event(row: Row) -> SeedEvent | None:
    """Turn a row into a fact; None if it is so faulty that it cannot be (the faults are noted either way)."""
    document = row.choice("document", Document)
    sentence = row.whole("sentence", least=1)
    start, end = _dates(row)
    date_precision = row.choice("date_precision", DatePrecision)
    kind = row.choice("kind", Kind)
    place_precision = row.choice("place_precision", PlacePrecision)
    basis = row.choice("basis", Basis)
    certainty = row.choice("certainty", Certainty)
    identity = row.text("id")
    if not _ID.fullmatch(identity):
        row.complain("id", f"{identity!r} is not of the form LWJ-001 or WAR-001")
    elif document is not None and not identity.startswith(document):
        row.complain("id", f"{identity!r} does not begin with the document's name {document.value}")
    side_a, side_b = _side(row, "side_a"), _side(row, "side_b")
    if not side_a:
        row.complain("side_a", "is empty; a fact has at least one actor")
    latitude, longitude = _coordinates(row, place_precision)
    deaths = tuple(_deaths(row, side) for side in ("a", "b", "civilians"))
    background = _background(row, basis)
    if kind is Kind.TREND and not row.cells["note"].startswith(("Up: ", "Down: ")):
        row.complain("note", "must begin with 'Up: ' or 'Down: ' where kind is trend")
    if (
        document is None
        or sentence is None
        or start is None
        or end is None
        or date_precision is None
        or kind is None
        or place_precision is None
        or basis is None
        or certainty is None
    ):
        return None
    return SeedEvent(
        id=identity,
        document=document,
        sentence=sentence,
        date_start=start,
        date_end=end,
        date_precision=date_precision,
        kind=kind,
        side_a=side_a,
        side_b=side_b,
        place=row.text("place", required=place_precision is not PlacePrecision.NONE),
        latitude=latitude,
        longitude=longitude,
        place_precision=place_precision,
        deaths_a=deaths[0],
        deaths_b=deaths[1],
        deaths_civilians=deaths[2],
        basis=basis,
        background=background,
        certainty=certainty,
        same_as=row.cells["same_as"] or None,
        note=row.text("note"),
    )


def _dates(row: Row) -> tuple[date | None, date | None]:
    start, end = _date(row, "date_start"), _date(row, "date_end")
    if start is not None and end is not None and end < start:
        row.complain("date_end", f"{end} is before date_start {start}")
    return start, end


def _date(row: Row, name: str) -> date | None:
    cell = row.cells[name]
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        row.complain(name, f"{cell!r} is not a date; write it as 2022-03-08")
        return None
    if day.isoformat() != cell or not EARLIEST <= day <= LATEST:
        row.complain(name, f"{cell!r} is not written as 2022-03-08 or not between {EARLIEST} and {LATEST}")
        return None
    return day


def _side(row: Row, name: str) -> tuple[str, ...]:
    cell = row.cells[name]
    actors = tuple(cell.split("; ")) if cell else ()
    for actor in actors:
        if actor not in ACTORS:
            row.complain(name, f"{actor!r} is not a known actor{nearest(actor, list(ACTORS))}")
    if len(set(actors)) != len(actors):
        row.complain(name, "an actor stands twice")
    return actors


def _coordinates(row: Row, precision: PlacePrecision | None) -> tuple[float | None, float | None]:
    latitude, longitude = _degrees(row, "latitude", 90.0), _degrees(row, "longitude", 180.0)
    for name in ("latitude", "longitude"):
        if precision is not None and (precision in _LOCATED) != bool(row.cells[name]):
            verb = "is needed" if precision in _LOCATED else "must be empty"
            row.complain(name, f"{verb} where place_precision is {precision.value}")
    return latitude, longitude


def _degrees(row: Row, name: str, most: float) -> float | None:
    cell = row.cells[name]
    if not cell:
        return None
    try:
        degrees = float(cell)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= most:
        row.complain(name, f"{cell!r} is not a number of degrees between -{most:g} and {most:g}")
        return None
    return degrees


def _deaths(row: Row, side: str) -> Deaths | None:
    names = [f"deaths_{side}_{bound}" for bound in ("low", "best", "high")]
    if not any(row.cells[name] for name in names):
        return None
    numbers = [row.whole(name, least=0) for name in names]
    low, best, high = numbers
    if low is None or best is None or high is None:
        return None
    if not low <= best:
        row.complain(names[0], f"low {low} is above best {best}")
    if not best <= high:
        row.complain(names[2], f"high {high} is below best {best}")
    return Deaths(low, best, high)


def _background(row: Row, basis: Basis | None) -> tuple[Background, ...]:
    """Read ``what: source`` entries separated by `` | `` and hold them against the rest of the row."""
    name = "background_source"
    entries: list[Background] = []
    for entry in row.cells[name].split(" | ") if row.cells[name] else []:
        what, colon, source = entry.partition(": ")
        if not colon or what not in list(Added) or not source.strip():
            row.complain(name, f"{entry!r} is not of the form 'what: source' with what one of {_ADDED}")
        else:
            entries.append(Background(Added(what), source))
    added = {entry.what for entry in entries}
    if basis is not None and (basis is Basis.BACKGROUND) != (Added.FACT in added):
        row.complain(name, "basis 'background' needs a 'fact:' entry, and 'document' must not have one")
    if len(added) < len(entries):
        row.complain(name, "says the same thing twice; join the two entries")
    if Added.DEATHS in added and not any(v for k, v in row.cells.items() if k.startswith("deaths_")):
        row.complain(name, "adds deaths, but the row has none")
    return tuple(entries)
