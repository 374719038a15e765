"""The gazetteer of places: coordinates from GeoNames, UCDP GED or by hand, people from the settlements."""

from __future__ import annotations

from statistics import median

from sahelsim.grid import distance_km
from sahelsim.region.rebuild.originals import Originals
from sahelsim.region.rebuild.units import Columns

__all__ = ["AT_PLACE_KM", "Point", "gazetteer_rows", "place_points"]

AT_PLACE_KM = 3.0
"""A place of the gazetteer is the settlement that lies within this distance, if any [km]."""

Point = tuple[float, float, str]
"""Latitude, longitude [degrees] and where they come from."""


def place_points(originals: Originals) -> list[Point]:
    """Where each place of the source lies: at its GeoNames row, at its GED place, or at the given point."""
    wanted, rows = originals.places, originals.settlements
    ids = {identity: i for i, identity in enumerate(rows["geonameid"])}
    points: list[Point] = []
    for i in range(len(wanted)):
        identity = wanted["geonameid"][i]
        if identity >= 0:
            if identity not in ids or rows["country"][ids[identity]] != wanted["country"][i]:
                raise wanted.fault(i, "geonameid", f"{identity} is not a settlement of {wanted['country'][i]}")
            row = ids[identity]
            points.append((rows["latitude"][row], rows["longitude"][row], f"GeoNames {identity}"))
        elif wanted["ged"][i]:
            points.append((*_event_point(originals, i), f"UCDP GED: {wanted['ged'][i]}"))
        else:
            latitude, longitude = wanted["latitude"][i], wanted["longitude"][i]
            if latitude != latitude or longitude != longitude:
                raise wanted.fault(i, "latitude", "no geonameid, no GED place and no coordinates")
            points.append((latitude, longitude, wanted["note"][i]))
    return points


def _event_point(originals: Originals, row: int) -> tuple[float, float]:
    wanted, events, countries = originals.places, originals.events, originals.countries
    country = countries["ged_name"][countries["iso2"].index(wanted["country"][row])]
    found = [
        i
        for i in range(len(events))
        if events["where_coordinates"][i] == wanted["ged"][row] and events["country"][i] == country
    ]
    if not found:
        raise wanted.fault(row, "ged", f"no event at {wanted['ged'][row]!r} in {country}")
    return median(events["latitude"][i] for i in found), median(events["longitude"][i] for i in found)


def gazetteer_rows(originals: Originals, places: Columns) -> list[tuple[object, ...]]:
    """Rows of places.csv: name, aliases, country, latitude, longitude, population, role, source.

    The population is that of the largest settlement within `AT_PLACE_KM`; an area has none.
    """
    wanted = originals.places
    rows: list[tuple[object, ...]] = []
    for i, (latitude, longitude, source) in enumerate(place_points(originals)):
        near = distance_km(latitude, longitude, places["latitude"], places["longitude"]) <= AT_PLACE_KM
        people = 0 if wanted["role"][i] == "area" else int(places["population"][near].max(initial=0))
        head = (wanted["name"][i], wanted["aliases"][i], wanted["country"][i])
        rows.append((*head, round(latitude, 5), round(longitude, 5), people, wanted["role"][i], source))
    return rows
