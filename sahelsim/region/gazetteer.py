"""Read the small tables that people write by hand: places, peoples, the mixture of peoples, and clans."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sahelsim.errors import BadInput
from sahelsim.region.csvfile import (
    CsvRows,
    integer,
    optional_integer,
    optional_real,
    read_csv,
    real,
    text,
)
from sahelsim.region.tables import LIVELIHOODS, ROLES, Box, Clan, MixtureArea, People, Place, plain

__all__ = ["read_clans", "read_mixture", "read_peoples", "read_places"]


def read_places(path: Path, codes: dict[str, int]) -> tuple[Place, ...]:
    """Read the gazetteer; names and aliases are unique after folding case and accents."""
    rows = read_csv(
        path,
        {"name": text, "aliases": text, "country": text, "latitude": real, "longitude": real}
        | {"population": optional_integer, "role": text},
        optional=("admin1", "source"),
    )
    seen: dict[str, str] = {}
    places = []
    for i in range(len(rows)):
        aliases = tuple(alias.strip() for alias in rows["aliases"][i].split(";") if alias.strip())
        for key in {plain(name) for name in (rows["name"][i], *aliases)}:
            if not key or key in seen:
                raise rows.fault(i, "name", f"{key!r} is empty or already names {seen.get(key, 'nothing')}")
            seen[key] = rows["name"][i]
        _known(rows, i, "role", ROLES)
        _in_range(rows, i, "latitude", -90, 90)
        _in_range(rows, i, "longitude", -180, 180)
        country = codes[_known(rows, i, "country", codes)]
        point = (rows["latitude"][i], rows["longitude"][i])
        places.append(Place(rows["name"][i], aliases, country, *point, max(rows["population"][i], 0), rows["role"][i]))
    return tuple(places)


def read_peoples(path: Path) -> tuple[People, ...]:
    """Read the people groups with their usual livelihood."""
    rows = read_csv(path, {"id": text, "name": text, "livelihood": text, "river": text}, optional=("note",))
    if not len(rows):
        raise BadInput("has no people; expected at least one", file=path)
    for i in range(len(rows)):
        _unique(rows, i, "id")
        _known(rows, i, "livelihood", LIVELIHOODS)
        _known(rows, i, "river", ("near", "far", "any"))
    return tuple(
        People(rows["id"][i], rows["name"][i], LIVELIHOODS.index(rows["livelihood"][i]), rows["river"][i])
        for i in range(len(rows))
    )


def read_mixture(
    path: Path, codes: dict[str, int], units: dict[tuple[int, str], int], peoples: dict[str, int]
) -> tuple[MixtureArea, ...]:
    """Read the shares of peoples by area; they sum to 1 in each area, within 0.001."""
    edges = ("lon_min", "lon_max", "lat_min", "lat_max")
    rows = read_csv(
        path,
        {"area": text, "country": text, "admin1": text, "people": text, "share": real}
        | dict.fromkeys(edges, optional_real),
        optional=("source", "note"),
    )
    frames: dict[str, tuple[int, tuple[int, int, Box | None]]] = {}
    shares: dict[str, list[float]] = {}
    for i in range(len(rows)):
        country = codes[_known(rows, i, "country", codes)]
        unit = -1
        if rows["admin1"][i]:
            if (country, rows["admin1"][i]) not in units:
                raise rows.fault(i, "admin1", f"{rows['admin1'][i]!r} is not in admin1.csv for that country")
            unit = units[(country, rows["admin1"][i])]
        frame = (country, unit, _box(rows, i, edges))
        area = rows["area"][i]
        if frames.setdefault(area, (i, frame))[1] != frame:
            raise rows.fault(i, "area", f"{area!r} has another country, admin-1 unit or box in its first row")
        _in_range(rows, i, "share", 0, 1)
        row = shares.setdefault(area, [0.0] * len(peoples))
        row[peoples[_known(rows, i, "people", peoples)]] += rows["share"][i]
    for area, (i, _) in frames.items():
        if abs(sum(shares[area]) - 1.0) > 1e-3:
            raise rows.fault(i, "share", f"the shares of {area!r} sum to {sum(shares[area]):.4g}, expected 1")
    return tuple(MixtureArea(area, *frame, tuple(shares[area])) for area, (_, frame) in frames.items())


def read_clans(path: Path, codes: dict[str, int], peoples: dict[str, int]) -> tuple[Clan, ...]:
    """Read the nomadic clans."""
    rows = read_csv(
        path,
        {"id": text, "name": text, "people": text, "population": integer, "camps": integer, "latitude": real}
        | {"longitude": real, "range_km": real, "countries": text},
        optional=("source", "note"),
    )
    clans = []
    for i in range(len(rows)):
        _unique(rows, i, "id")
        _in_range(rows, i, "camps", 1, 100_000)
        _in_range(rows, i, "population", rows["camps"][i], 10**9)
        _in_range(rows, i, "range_km", 0, 5_000)
        names = [code.strip() for code in rows["countries"][i].split(";")]
        unknown = [code for code in names if code not in codes]
        if unknown:
            raise rows.fault(i, "countries", f"{unknown[0]!r} is not an iso2 code of countries.csv")
        values: dict[str, Any] = {
            name: rows[name][i] for name in ("id", "name", "population", "camps", "latitude", "longitude", "range_km")
        }
        people = peoples[_known(rows, i, "people", peoples)]
        clans.append(Clan(people=people, countries=tuple(codes[code] for code in names), **values))
    return tuple(clans)


def _known(rows: CsvRows, row: int, column: str, known: Any) -> str:
    value: str = rows[column][row]
    if value not in known:
        near = get_close_matches(value, list(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"
        raise rows.fault(row, column, f"{value!r} is unknown; {hint}")
    return value


def _unique(rows: CsvRows, row: int, column: str) -> None:
    if not rows[column][row] or rows[column][row] in rows[column][:row]:
        raise rows.fault(row, column, f"{rows[column][row]!r} is empty or stands twice")


def _in_range(rows: CsvRows, row: int, column: str, low: float, high: float) -> None:
    if not low <= rows[column][row] <= high:
        raise rows.fault(row, column, f"expected {low} to {high}, found {rows[column][row]}")


def _box(rows: CsvRows, row: int, edges: tuple[str, ...]) -> Box | None:
    values = [rows[edge][row] for edge in edges]
    filled = [value == value for value in values]
    if not any(filled):
        return None
    if not all(filled) or values[0] >= values[1] or values[2] >= values[3]:
        raise rows.fault(row, "lon_min", "a box needs lon_min < lon_max and lat_min < lat_max, or none of the four")
    return Box(*values)
