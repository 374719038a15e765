"""From rows of ACLED to events as GED counts them; what is left out is said, with the reason."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from sahelsim.acled.actors import EAST, ISWAP, LAKE_CHAD, Meaning, meaning_of
from sahelsim.ged.columns import SCHEMA
from sahelsim.ged.rows import LINE
from sahelsim.grid import prio_gid

__all__ = ["Dropped", "Mapped", "fold_ged", "to_events"]

_VIOLENT = ("Battles", "Violence against civilians", "Explosions/Remote violence")
_WHERE = {1: 1, 2: 3, 3: 4}
"""geo_precision: town, part of a district, region; as GED's where_prec."""
_WHEN = {1: 1, 2: 3, 3: 4}
"""time_precision: day, week, month; as GED's date_prec."""


class Mapped(NamedTuple):
    """An actor of the file, and what it became."""

    name: str
    actor: str  # empty if nobody can be named
    rows: int
    deaths: int
    known: bool
    note: str


class Dropped(NamedTuple):
    """Rows that are no events as GED counts them."""

    reason: str
    rows: int
    deaths: int
    line: int  # of the first


class _Sides(NamedTuple):
    type_of_violence: int
    side_a: tuple[str, int]
    side_b: tuple[str, int]


def to_events(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Mapped], list[Dropped]]:
    """Events with the columns of `ged.SCHEMA`, what each actor became, and what was left out.

    ACLED counts deaths once: they are all three estimates, civilians' in one-sided violence and nobody's in
    particular else.

    Parameters
    ----------
    rows : polars.DataFrame
        Sound rows of `values.convert`.
    """
    out: list[dict[str, object]] = []
    mapped: dict[tuple[str, str], list[object]] = {}
    dropped: dict[str, list[int]] = {}
    cache: dict[tuple[str, bool, str], Meaning] = {}
    for row in rows.iter_rows(named=True):
        found = _sides(row, cache, mapped)
        if isinstance(found, str):
            tally = dropped.setdefault(found, [0, 0, row[LINE]])
            tally[0] += 1
            tally[1] += row["fatalities"]
        else:
            out.append(_event(row, found))
    events = pl.DataFrame(out, schema=SCHEMA, orient="row") if out else pl.DataFrame(schema=SCHEMA)
    names = [Mapped(name, actor, *rest) for (name, actor), rest in mapped.items()]  # type: ignore[arg-type]
    return (
        events,
        sorted(names, key=lambda m: (-m.rows, m.name, m.actor)),
        sorted((Dropped(reason, *tally) for reason, tally in dropped.items()), key=lambda d: (-d.rows, d.reason)),
    )


def _sides(
    row: dict[str, object], cache: dict[tuple[str, bool, str], Meaning], mapped: dict[tuple[str, str], list[object]]
) -> _Sides | str:
    """The sides of a row, or why it is left out."""
    if row["event_type"] not in _VIOLENT:
        return f"{row['event_type']}: not violence as GED counts it"
    if row["fatalities"] == 0:
        return "no deaths: GED counts events with at least one"
    first, second = (_meaning(row, name, cache, mapped) for name in ("actor1", "actor2"))
    if second is None and row.get("civilian_targeting"):
        second = Meaning("Civilians", 1, "civilians", "", known=True)
    if first is None or second is None:
        return "the other side is not named"
    for side in (first, second):
        if side.kind == "either":
            return "one of two groups, and nobody knows which"
        if side.kind == "unnamed":
            return "a side is not named"
        if side.kind == "unorganised":
            return "a side is a crowd: not organised"
    return _pair(first, second)


def _pair(first: Meaning, second: Meaning) -> _Sides | str:
    """Type and order of two named sides as in GED, or why there are none."""
    a, b = (str(first.actor), first.ged_id), (str(second.actor), second.ged_id)
    kinds = (first.kind, second.kind)
    if kinds == ("civilians", "civilians"):
        return "civilians on both sides"
    if a[0] == b[0]:
        return f"both sides are {a[0]}"
    if kinds == ("state", "state"):
        return "two governments"
    if "civilians" in kinds:
        return _Sides(3, *((a, b) if kinds[1] == "civilians" else (b, a)))
    if "state" in kinds:
        return _Sides(1, *((a, b) if kinds[0] == "state" else (b, a)))
    return _Sides(2, *sorted((a, b)))


def _meaning(
    row: dict[str, object], column: str, cache: dict[tuple[str, bool, str], Meaning],
    mapped: dict[tuple[str, str], list[object]],
) -> Meaning | None:  # fmt: skip
    name, day, country = row[column], row["event_date"], str(row["country"])
    if name is None:
        return None
    assert isinstance(name, str)
    assert isinstance(day, date)
    key = (name, day.toordinal() < _FOUNDING.toordinal(), country)
    found = cache.get(key)
    if found is None:
        found = cache[key] = meaning_of("acled", name, day, country)
    found = _split(found, float(str(row["longitude"])))
    tally = mapped.setdefault((name, found.actor or ""), [0, 0, found.known, found.note])
    tally[0] += 1  # type: ignore[operator]
    tally[1] += row["fatalities"]  # type: ignore[operator]
    return found


_FOUNDING = date(2017, 3, 2)
"""Of JNIM: the only day on which names change their meaning."""


def _split(found: Meaning, longitude: float) -> Meaning:
    """IS from 10 degrees east on is ISWAP."""
    if found.actor == LAKE_CHAD and longitude >= EAST:
        return Meaning(ISWAP, found.ged_id, found.kind, "from 10° E on: Lake Chad", found.known)
    return found


def _event(row: dict[str, object], sides: _Sides) -> dict[str, object]:
    day, deaths = row["event_date"], row["fatalities"]
    assert isinstance(day, date)
    latitude, longitude = float(str(row["latitude"])), float(str(row["longitude"]))
    one_sided = sides.type_of_violence == 3
    return {
        "id": _number(str(row["event_id_cnty"])), "year": day.year, "month_id": (day.year - 1980) * 12 + day.month,
        "type_of_violence": sides.type_of_violence, "dyad_name": f"{sides.side_a[0]} - {sides.side_b[0]}",
        "side_a_new_id": sides.side_a[1], "side_a": sides.side_a[0], "side_b_new_id": sides.side_b[1],
        "side_b": sides.side_b[0], "where_prec": _WHERE[int(str(row["geo_precision"]))], "adm_1": row["admin1"],
        "latitude": latitude, "longitude": longitude, "priogrid_gid": int(prio_gid(latitude, longitude)),
        "country": row["country"], "date_prec": _WHEN[int(str(row.get("time_precision") or 1))], "date_start": day,
        "date_end": day, "deaths_a": 0, "deaths_b": 0, "deaths_civilians": deaths if one_sided else 0,
        "deaths_unknown": 0 if one_sided else deaths, "best": deaths, "high": deaths, "low": deaths,
    }  # fmt: skip


def _number(event_id: str) -> int:
    """An id of letters and digits as one whole number, the same for the same id: MLI1234."""
    letters, digits = event_id[:3].upper(), event_id[3:].lstrip("-")
    country = 0
    for letter in letters:
        country = country * 26 + ord(letter) - ord("A")
    return country * 10**9 + int(digits)


def fold_ged(events: pl.DataFrame) -> tuple[pl.DataFrame, list[Mapped]]:
    """GED events with the katibas in JNIM and IS split at 10 degrees east, and what changed."""
    mapped: dict[tuple[str, str], list[object]] = {}
    columns: dict[str, list[object]] = {"side_a": [], "side_b": [], "side_a_new_id": [], "side_b_new_id": []}
    for row in events.iter_rows(named=True):
        for side in ("side_a", "side_b"):
            name = str(row[side])
            found = meaning_of("ged", name, row["date_start"])
            found = _split(found, row["longitude"])
            actor, ged_id = (found.actor, found.ged_id) if found.known else (name, row[f"{side}_new_id"])
            columns[side].append(actor)
            columns[f"{side}_new_id"].append(ged_id)
            if found.known:
                tally = mapped.setdefault((name, str(actor)), [0, 0, True, found.note])
                tally[0] += 1  # type: ignore[operator]
                tally[1] += row["best"]
    renamed = events.with_columns(
        pl.Series(name, values, dtype=events.schema[name]) for name, values in columns.items()
    ).with_columns(dyad_name=pl.concat_str("side_a", pl.lit(" - "), "side_b"))
    names = [Mapped(name, actor, *rest) for (name, actor), rest in mapped.items()]  # type: ignore[arg-type]
    return renamed, sorted(names, key=lambda m: (-m.rows, m.name, m.actor))
