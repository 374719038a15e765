"""Settlements: GeoNames, foreign towns and populations from Natural Earth, and places that both miss."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid, distance_km
from sahelsim.region.csvfile import CsvRows
from sahelsim.region.rebuild.gazetteer import AT_PLACE_KM, Point, place_points
from sahelsim.region.rebuild.originals import Originals
from sahelsim.region.rebuild.units import Columns
from sahelsim.region.tables import plain

__all__ = ["GAZETTEER_IDS", "NATURAL_EARTH_IDS", "settlements"]

TWIN_KM = 2.0
"""Two rows of one name and country within this distance are one place [km]."""

SAME_CITY_KM = 15.0
"""A Natural Earth city and a GeoNames place of one name within this distance are the same [km]."""

ASTRAY_KM = 25.0
"""A row so far outside its country is a slip of the gazetteer and is left out [km]."""

VILLAGE_ABROAD = 2_000
"""Population of a place of the gazetteer in a country without a census total here [people]; by hand."""

LEFT_OUT = ("PPLQ", "PPLW", "PPLX", "PPLH")
"""GeoNames feature codes left out: abandoned, destroyed, a part of a town, no longer there."""

GAZETTEER_IDS = 2_000_000_000
"""Added to the row number of a place of the gazetteer that neither gazetteer holds."""

NATURAL_EARTH_IDS = 1_000_000_000
"""Added to the row number of a Natural Earth city to make its id; GeoNames ids are far below."""


def settlements(originals: Originals, grid: Grid, country: npt.NDArray[np.int16]) -> Columns:
    """Settlements inside the box, each once, ordered by id.

    GeoNames rows without the feature codes `LEFT_OUT`, without twins, and without rows astray; the cities
    of Natural Earth in countries that the GeoNames file does not cover; and the inhabited places of the
    gazetteer that are farther than `AT_PLACE_KM` from every GeoNames row.

    Returns
    -------
    dict of ndarray, shape (S,)
        id, name, latitude, longitude, country, admin1_code, admin2, known (population or 0), feature, role.
    """
    rows = originals.settlements
    iso2 = originals.countries["iso2"]
    keep = [
        i
        for i in range(len(rows))
        if rows["feature_code"][i] not in LEFT_OUT
        and rows["country"][i] in iso2
        and grid.cell_of(rows["latitude"][i], rows["longitude"][i]) >= 0
    ]
    records = [
        (
            *(rows[name][i] for name in ("geonameid", "name", "latitude", "longitude")),
            iso2.index(rows["country"][i]),
            *(rows[name][i] for name in ("admin1_code", "admin2_code", "population", "feature_code")),
        )
        for i in _without_twins(rows, keep)
    ]
    covered = {record[4] for record in records}
    records += _foreign_cities(originals, grid, covered)
    records.sort(key=lambda record: record[0])
    places = _columns(records)
    at_home = _distance_to_own(grid, country, places) <= ASTRAY_KM
    records = [record for record, home in zip(records, at_home.tolist(), strict=True) if home]
    points = place_points(originals)
    records += _missing_places(originals, points, _columns(records))
    places = _columns(records)
    _add_city_populations(originals, places)
    places["role"] = _roles(originals, points, places)
    return places


def _columns(records: list[tuple[object, ...]]) -> Columns:
    names = ("id", "name", "latitude", "longitude", "country", "admin1_code", "admin2", "known", "feature")
    places = {name: np.array(values) for name, values in zip(names, zip(*records, strict=True), strict=True)}
    places["country"] = places["country"].astype(np.int16)
    return places


def _missing_places(originals: Originals, points: list[Point], places: Columns) -> list[tuple[object, ...]]:
    wanted, iso2 = originals.places, originals.countries["iso2"]
    records: list[tuple[object, ...]] = []
    for i, (latitude, longitude, _) in enumerate(points):
        if wanted["role"][i] == "area":
            continue
        if distance_km(latitude, longitude, places["latitude"], places["longitude"]).min() > AT_PLACE_KM:
            head = (
                GAZETTEER_IDS + i,
                wanted["name"][i],
                latitude,
                longitude,
                iso2.index(wanted["country"][i]),
            )
            counted = iso2.index(wanted["country"][i]) in places["country"][places["id"] < NATURAL_EARTH_IDS]
            records.append((*head, "", "", 0 if counted else VILLAGE_ABROAD, "PPL"))
    return records


def _roles(originals: Originals, points: list[Point], places: Columns) -> npt.NDArray[np.str_]:
    """Role in the gazetteer of the settlement nearest to each of its inhabited places."""
    role = np.full(places["id"].size, "", dtype="U16")
    for i, (latitude, longitude, _) in enumerate(points):
        distance = distance_km(latitude, longitude, places["latitude"], places["longitude"])
        nearest = int(distance.argmin())
        if originals.places["role"][i] != "area" and distance[nearest] <= AT_PLACE_KM:
            role[nearest] = originals.places["role"][i]
    return role


def _without_twins(rows: CsvRows, keep: list[int]) -> list[int]:
    groups = defaultdict(list)
    for i in keep:
        groups[rows["country"][i], plain(rows["asciiname"][i])].append(i)
    best = []
    for group in groups.values():
        group.sort(key=lambda i: (-rows["population"][i], rows["feature_code"][i] == "PPL", rows["geonameid"][i]))
        taken: list[int] = []
        for i in group:
            apart = (
                float(distance_km(rows["latitude"][i], rows["longitude"][i], rows["latitude"][j], rows["longitude"][j]))
                for j in taken
            )
            if all(distance > TWIN_KM for distance in apart):
                taken.append(i)
        best += taken
    return best


def _foreign_cities(originals: Originals, grid: Grid, covered: set[int]) -> list[tuple[object, ...]]:
    cities = originals.cities
    names = originals.countries["ged_name"]
    records: list[tuple[object, ...]] = []
    for i in range(len(cities)):
        country = names.index(cities["adm0"][i]) if cities["adm0"][i] in names else -1
        inside = grid.cell_of(cities["latitude"][i], cities["longitude"][i]) >= 0
        if inside and country >= 0 and country not in covered:
            point = (round(cities["latitude"][i], 5), round(cities["longitude"][i], 5))
            head = (NATURAL_EARTH_IDS + i, cities["name"][i], *point, country)
            records.append((*head, "", "", cities["pop_max"][i], "PPLA"))
    return records


def _add_city_populations(originals: Originals, places: Columns) -> None:
    """Give places without a population the one that Natural Earth has under the same name nearby."""
    cities = originals.cities
    folded = defaultdict(list)
    for index, name in enumerate(places["name"].tolist()):
        if places["known"][index] == 0:
            folded[plain(name)].append(index)
    for i in range(len(cities)):
        for index in folded.get(plain(cities["name"][i]), ()):
            here = (places["latitude"][index], places["longitude"][index])
            if distance_km(*here, cities["latitude"][i], cities["longitude"][i]) <= SAME_CITY_KM:
                places["known"][index] = cities["pop_max"][i]
                break


def _distance_to_own(grid: Grid, country: npt.NDArray[np.int16], places: Columns) -> npt.NDArray[np.float64]:
    """Distance from each place to the nearest pixel of its country [km]; 0 inside it."""
    pixel = grid.cell_of(places["latitude"], places["longitude"])
    distance = np.zeros(pixel.size)
    for i in np.flatnonzero(country[pixel] != places["country"]):
        own = np.flatnonzero(country == places["country"][i])
        point = (places["latitude"][i], places["longitude"][i])
        distance[i] = distance_km(*point, grid.latitude[own], grid.longitude[own]).min()
    return distance
