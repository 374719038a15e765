"""Load a region from its folder: the packaged ones by name, a user's own by path; every table is checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid
from sahelsim.region.bigtable import read_big_table
from sahelsim.region.csvfile import integer, optional_integer, read_csv, real, text
from sahelsim.region.gazetteer import read_clans, read_mixture, read_peoples, read_places
from sahelsim.region.tables import Admin1, Box, Country, Raster, Region, Settlements

__all__ = ["load_region"]

_NONE = 255  # how the raster writes "no country" and "no admin-1 unit"


def load_region(name_or_path: str | Path) -> Region:
    """Load a region.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a packaged region ("central_sahel"), or a folder with the same tables (docs/region.md
        lists them).

    Returns
    -------
    Region

    Raises
    ------
    BadInput
        No such region, a table missing, or a value that does not fit; with file and line.
    """
    folder = _folder_of(name_or_path)
    head = _read_head(folder / "region.toml")
    countries = _read_countries(folder / "countries.csv")
    codes = {country.iso2: index for index, country in enumerate(countries)}
    admin1 = _read_admin1(folder / "admin1.csv", codes)
    units = {(unit.country, unit.name): index for index, unit in enumerate(admin1)}
    peoples = read_peoples(folder / "peoples.csv")
    people_ids = {people.id: index for index, people in enumerate(peoples)}
    return Region(
        name=head.name,
        title=head.title,
        base_year=head.base_year,
        folder=folder,
        box=head.box,
        countries=countries,
        admin1=admin1,
        raster=_read_raster(folder, head, len(countries), len(admin1)),
        settlements=_read_settlements(folder, head, countries, admin1),
        places=read_places(folder / "places.csv", codes),
        peoples=peoples,
        mixture=read_mixture(folder / "people_mixture.csv", codes, units, people_ids),
        clans=read_clans(folder / "clans.csv", codes, people_ids),
    )


@dataclass(frozen=True)
class _Head:
    name: str
    title: str
    base_year: int
    box: Box
    pixel: float


def _folder_of(name_or_path: str | Path) -> Path:
    shelf = Path(__file__).parent
    packaged = sorted(path.parent.name for path in shelf.glob("*/region.toml"))
    if str(name_or_path) in packaged:
        return shelf / str(name_or_path)
    folder = Path(name_or_path)
    if folder.is_dir():
        return folder
    raise BadInput(
        f"{str(name_or_path)!r} is neither a packaged region ({', '.join(packaged)}) nor a folder",
        path="region",
    )


def _read_head(path: Path) -> _Head:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}; a region's folder needs it", file=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is not TOML: {error}", file=path) from None

    def value(table: dict[str, Any], key: str, kind: type) -> Any:
        found = table.get(key)
        if kind is float and isinstance(found, int):
            found = float(found)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise BadInput(f"expected a value of type {kind.__name__}, found {found!r}", file=path, path=key)
        return found

    box = value(raw, "box", dict)
    west, east, south, north = (value(box, key, float) for key in ("lon_min", "lon_max", "lat_min", "lat_max"))
    pixel = value(raw, "pixel", float)
    try:
        Grid(west, east, south, north, pixel)
    except BadInput as error:
        raise BadInput(error.message, file=path, path=f"box.{error.path}") from None
    return _Head(
        value(raw, "name", str),
        value(raw, "title", str),
        value(raw, "base_year", int),
        Box(west, east, south, north),
        pixel,
    )


def _read_countries(path: Path) -> tuple[Country, ...]:
    rows = read_csv(
        path,
        {"index": integer, "iso2": text, "iso3": text, "name": text, "gw_code": optional_integer}
        | {"government_id": optional_integer, "government": text, "ged_name": text}
        | {"capital": text, "capital_latitude": real, "capital_longitude": real},
    )
    countries = []
    for i in range(len(rows)):
        if rows["index"][i] != i:
            raise rows.fault(i, "index", f"expected {i}: rows stand in the order of their index")
        if rows["iso2"][i] in rows["iso2"][:i]:
            raise rows.fault(i, "iso2", f"{rows['iso2'][i]!r} stands twice")
        names = (c for c in Country.__dataclass_fields__)
        countries.append(Country(**{name: rows[name][i] for name in names}))
    if not 0 < len(countries) < _NONE:
        raise BadInput(f"has {len(countries)} countries; expected 1 to {_NONE - 1}", file=path)
    return tuple(countries)


def _read_admin1(path: Path, codes: dict[str, int]) -> tuple[Admin1, ...]:
    rows = read_csv(path, {"index": integer, "country": text, "name": text})
    units: list[Admin1] = []
    for i in range(len(rows)):
        if rows["index"][i] != i:
            raise rows.fault(i, "index", f"expected {i}: rows stand in the order of their index")
        if rows["country"][i] not in codes:
            raise rows.fault(i, "country", f"{rows['country'][i]!r} is not an iso2 code of countries.csv")
        unit = Admin1(codes[rows["country"][i]], rows["name"][i])
        if unit in units:
            raise rows.fault(i, "name", f"{unit.name!r} stands twice in that country")
        units.append(unit)
    if not 0 < len(units) < _NONE:
        raise BadInput(f"has {len(units)} units; expected 1 to {_NONE - 1}", file=path)
    return tuple(units)


def _read_raster(folder: Path, head: _Head, countries: int, units: int) -> Raster:
    box = head.box
    grid = Grid(box.lon_min, box.lon_max, box.lat_min, box.lat_max, head.pixel)
    table = read_big_table(
        folder,
        "raster",
        {"country": "int16", "admin1": "int16", "river": "bool", "desert": "bool", "border_km": "float32"},
    )
    if table["country"].size != grid.size:
        message = f"has {table['country'].size} pixels; region.toml asks for {grid.ny} rows of {grid.nx}"
        raise BadInput(message, file=table.path)
    for name, count in (("country", countries), ("admin1", units)):
        values = table[name]
        table.check(
            name,
            ((values >= 0) & (values < count)) | (values == _NONE),
            f"0 to {count - 1}, or {_NONE} for none",
        )
        values[values == _NONE] = -1
    table.check("border_km", table["border_km"] >= 0, "a distance in km")
    return Raster(grid, table["country"], table["admin1"], table["river"], table["desert"], table["border_km"])


def _read_settlements(
    folder: Path, head: _Head, countries: tuple[Country, ...], admin1: tuple[Admin1, ...]
) -> Settlements:
    kinds = {"id": "int64", "name": "str", "latitude": "float64", "longitude": "float64", "country": "int16"}
    kinds |= {"admin1": "int16", "admin2": "str", "population": "int64", "urban": "bool"}
    table = read_big_table(folder, "settlements", kinds)
    latitude, longitude = table["latitude"], table["longitude"]
    table.check("latitude", head.box.holds(latitude, longitude), "a point inside the box of region.toml")
    table.check("country", _between(table["country"], len(countries)), f"0 to {len(countries) - 1}")
    table.check("admin1", _between(table["admin1"], len(admin1)), f"0 to {len(admin1) - 1}")
    owner = np.array([unit.country for unit in admin1])[table["admin1"]]
    table.check("admin1", owner == table["country"], "an admin-1 unit of the settlement's country")
    table.check("population", table["population"] >= 1, "at least 1 inhabitant")
    first = np.zeros(table["id"].size, dtype=bool)
    first[np.unique(table["id"], return_index=True)[1]] = True
    table.check("id", first, "an id that no row above has")
    return Settlements(**{name: table[name] for name in kinds})


def _between(values: npt.NDArray[np.int16], count: int) -> npt.NDArray[np.bool_]:
    return np.asarray((values >= 0) & (values < count))
