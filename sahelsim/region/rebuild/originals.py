"""Read the originals (GeoNames, Natural Earth, PRIO-GRID, UCDP GED) and the hand-written sources."""

from __future__ import annotations

import json
from dataclasses import dataclass
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

__all__ = ["SOURCES", "Originals", "read_originals"]

SOURCES = Path(__file__).parent / "sources"


@dataclass(frozen=True)
class Originals:
    """The originals as columns, and the borders and rivers as GeoJSON features."""

    settlements: CsvRows
    cities: CsvRows
    prio_cells: CsvRows
    events: CsvRows
    borders: list[dict[str, Any]]
    rivers: list[dict[str, Any]]
    countries: CsvRows
    admin1: CsvRows
    census: CsvRows
    towns: CsvRows
    places: CsvRows


def read_originals(data: Path) -> Originals:
    """Read everything that the rebuild needs.

    Parameters
    ----------
    data : Path
        Folder with geonames_settlements.csv, populated_places.csv, countries.geojson,
        rivers_niger_bani.geojson, priogrid_cells.csv and a ucdp_ged_*.csv.

    Raises
    ------
    BadInput
        A file missing or not as expected.
    """
    events = sorted(data.glob("ucdp_ged_*.csv"))
    if not events:
        raise BadInput("holds no ucdp_ged_*.csv", file=data)
    return Originals(
        settlements=_read(
            data / "geonames_settlements.csv",
            {"geonameid": integer, "name": text, "asciiname": text, "latitude": real, "longitude": real}
            | {"feature_code": text, "country": text, "admin1_code": text, "admin2_code": text}
            | {"population": integer},
        ),
        cities=_read(
            data / "populated_places.csv",
            {
                "name": text,
                "adm0": text,
                "adm1": text,
                "latitude": real,
                "longitude": real,
                "pop_max": integer,
            },
        ),
        prio_cells=_read(
            data / "priogrid_cells.csv",
            {"priogrid_gid": integer, "xcoord": real, "ycoord": real, "iso3": text, "admin1_ne": text}
            | {"bfa_pop_2017": optional_real},
        ),
        events=_read(
            events[0],
            {"where_prec": integer, "where_coordinates": text, "adm_1": text, "adm_2": text, "country": text}
            | {"latitude": real, "longitude": real},
        ),
        borders=_features(data / "countries.geojson"),
        rivers=_features(data / "rivers_niger_bani.geojson"),
        countries=_read(SOURCES / "countries.csv", {"iso2": text, "iso3": text, "name": text, "ged_name": text}),
        admin1=_read(
            SOURCES / "admin1.csv",
            {"country": text, "name": text, "geonames_codes": text, "natural_earth_names": text},
        ),
        census=_read(
            SOURCES / "census.csv",
            {"country": text, "admin1": text, "method": text, "census_1": text, "date_1": real}
            | {"population_1": integer, "census_2": text, "date_2": optional_real}
            | {"population_2": optional_integer, "growth": optional_real, "in_box_share": real}
            | {"source": text, "note": text},
        ),
        towns=_read(
            SOURCES / "towns.csv",
            {"geonameid": integer, "name": text, "population": integer, "date": real, "source": text},
        ),
        places=_read(
            SOURCES / "places.csv",
            {"name": text, "aliases": text, "country": text, "geonameid": optional_integer, "ged": text}
            | {"latitude": optional_real, "longitude": optional_real, "role": text, "note": text},
        ),
    )


def _read(path: Path, converters: dict[str, Any]) -> CsvRows:
    """Read the wanted columns of an original and let its other columns be."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            header = stream.readline()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=path) from None
    others = tuple(name.strip() for name in header.split(",") if name.strip() not in converters)
    return read_csv(path, converters, optional=others)


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=path) from None
    except (ValueError, KeyError) as error:
        raise BadInput(f"is not a GeoJSON feature collection: {error}", file=path) from None
    return features
