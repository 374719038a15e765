"""Admin-1 units without polygons: seeds with a known unit, and the nearest seeds for all other points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import EARTH_RADIUS_KM
from sahelsim.region.rebuild.originals import Originals

__all__ = ["MENAKA_BORDER", "Columns", "Seeds", "admin1_of", "nearest_unit", "plant_seeds"]

Columns = dict[str, npt.NDArray[Any]]

MENAKA_BORDER = (
    (14.5, 1.40),
    (15.45, 1.40),
    (15.65, 1.48),
    (16.2, 1.50),
    (16.42, 1.60),
    (16.55, 1.85),
    (17.0, 1.9),
    (18.0, 1.7),
)
"""Latitude and longitude of the line between the Gao and Ménaka regions [degrees], by hand: GeoNames
files most of Ménaka under Gao. It runs between the places that UCDP GED files under the one and the
other."""

SEED_NEIGHBOURS = 5
"""A pixel takes the commonest unit of so many nearest seeds of its country, to smooth slips in single
seeds ..."""

MANY_SEEDS = 1000
"""... where the country has at least so many seeds; elsewhere the nearest one decides."""

WITNESSES = 8
"""A settlement's unit stands if one of so many nearest settlements of its country shares it."""

AT_EVENT_KM = 2.0
"""An event of UCDP GED placed to a village is at the settlement within this distance [km]."""

LONELY_KM = 40.0
"""The centre of a PRIO-GRID cell (and a Natural Earth city) is a seed where no settlement and no event of its
country is within this distance [km]."""


@dataclass(frozen=True, eq=False)
class Seeds:
    """Points whose country and admin-1 unit (indices) are known, shape (n,)."""

    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    country: npt.NDArray[np.int16]
    admin1: npt.NDArray[np.int16]


def admin1_of(originals: Originals, places: Columns) -> npt.NDArray[np.int16]:
    """Unit of each settlement: by its code, or by its neighbours where the code is unknown or stands alone.

    Gao is split by `MENAKA_BORDER`. A unit that none of the `WITNESSES` nearest settlements of the
    country shares is a slip of the gazetteer and gives way to theirs.

    Parameters
    ----------
    originals : Originals
    places : dict of ndarray, shape (S,)
        latitude, longitude, country and admin1_code of the settlements.
    """
    units = originals.admin1
    iso2 = originals.countries["iso2"]
    by_code = {
        (iso2.index(units["country"][i]), code): i
        for i in range(len(units))
        for code in units["geonames_codes"][i].split(";")
        if code
    }
    keys = zip(places["country"].tolist(), places["admin1_code"].tolist(), strict=True)
    unit = np.array([by_code.get(key, -1) for key in keys], dtype=np.int16)
    unit = _split_gao(originals, places["latitude"], places["longitude"], unit)
    unit = _as_in_events(originals, places, unit)
    seeds = plant_seeds(originals, places, unit)
    guess = nearest_unit(places["latitude"], places["longitude"], places["country"], seeds)
    return np.where((unit < 0) | _lonely(places, unit), guess, unit).astype(np.int16)


def _as_in_events(originals: Originals, places: Columns, unit: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Where GED places an event at a settlement, its unit counts: the product writes GED's names."""
    events = _event_seeds(originals)
    points = np.stack([places["latitude"], places["longitude"]], axis=1)
    distance, nearest = (column[:, 0] for column in _nearest(events[:, :2], points, 1))
    agrees = (distance <= AT_EVENT_KM) & (events[nearest, 2] == places["country"])
    renamed = np.where(agrees, events[nearest, 3], unit).astype(np.int16)
    return _split_gao(originals, places["latitude"], places["longitude"], renamed)


def _lonely(places: Columns, unit: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    lonely = np.zeros(unit.size, dtype=bool)
    for index in np.unique(places["country"]):
        own = np.flatnonzero(places["country"] == index)
        if own.size <= WITNESSES:
            continue
        points = np.stack([places["latitude"][own], places["longitude"][own]], axis=1)
        near = _nearest(points, points, WITNESSES + 1)[1]
        lonely[own] = (unit[own][near] == unit[own][:, None]).sum(axis=1) < 2  # itself alone
    return lonely


def _split_gao(
    originals: Originals,
    latitude: npt.NDArray[np.float64],
    longitude: npt.NDArray[np.float64],
    unit: npt.NDArray[np.int16],
) -> npt.NDArray[np.int16]:
    names = originals.admin1["name"]
    gao, menaka = names.index("Gao region"), names.index("Ménaka region")
    border_latitude, border_longitude = np.array(MENAKA_BORDER).T
    east = longitude > np.interp(latitude, border_latitude, border_longitude)
    either = (unit == gao) | (unit == menaka)
    return np.where(either, np.where(east, menaka, gao), unit).astype(np.int16)


def plant_seeds(originals: Originals, places: Columns, admin1: npt.NDArray[np.int16]) -> Seeds:
    """Seeds: settlements with a known unit, GED events at villages, and PRIO-GRID cells far from both.

    Parameters
    ----------
    originals : Originals
    places : dict of ndarray, shape (S,)
        latitude, longitude and country of the settlements.
    admin1 : ndarray of int16, shape (S,)
        Their units, -1 unknown.
    """
    columns = [places["latitude"], places["longitude"], places["country"], admin1]
    placed = np.concatenate([np.stack(columns, axis=1)[admin1 >= 0], _event_seeds(originals)])
    cells = _cell_seeds(originals)
    lonely = np.ones(len(cells), dtype=bool)
    for index in np.unique(placed[:, 2]):
        own = cells[:, 2] == index
        lonely[own] = _nearest(placed[placed[:, 2] == index, :2], cells[own, :2], 1)[0][:, 0] > LONELY_KM
    seeds = np.concatenate([placed, cells[lonely]])
    unit = _split_gao(originals, seeds[:, 0], seeds[:, 1], seeds[:, 3].astype(np.int16))
    return Seeds(seeds[:, 0], seeds[:, 1], seeds[:, 2].astype(np.int16), unit)


def _event_seeds(originals: Originals) -> npt.NDArray[np.float64]:
    codes = originals.countries["ged_name"]
    units = originals.admin1
    known = {
        (codes[originals.countries["iso2"].index(units["country"][i])], units["name"][i]): i for i in range(len(units))
    }
    events = originals.events
    seeds = set()
    for i in range(len(events)):
        name = "Ménaka region" if events["adm_2"][i].startswith("Menaka") else events["adm_1"][i]
        unit = known.get((events["country"][i], name))
        if unit is not None and events["where_prec"][i] <= 2:
            country = codes.index(events["country"][i])
            seeds.add((events["latitude"][i], events["longitude"][i], float(country), float(unit)))
    return np.array(sorted(seeds)).reshape(-1, 4)


def _cell_seeds(originals: Originals) -> npt.NDArray[np.float64]:
    iso2, iso3 = originals.countries["iso2"], originals.countries["iso3"]
    units = originals.admin1
    known = {
        (units["country"][i], name): i
        for i in range(len(units))
        for name in units["natural_earth_names"][i].split(";")
        if name
    }
    cells = originals.prio_cells
    points = list(zip(cells["ycoord"], cells["xcoord"], cells["iso3"], cells["admin1_ne"], strict=True))
    full_names = dict(zip(originals.countries["ged_name"], iso3, strict=True))
    cities = originals.cities
    points += [
        (latitude, longitude, full_names.get(country, ""), name)
        for latitude, longitude, country, name in zip(
            cities["latitude"], cities["longitude"], cities["adm0"], cities["adm1"], strict=True
        )
    ]
    seeds = []
    for latitude, longitude, code, name in points:
        country = iso3.index(code) if code in iso3 else -1
        unit = known.get((iso2[country], name)) if country >= 0 else None
        if unit is not None:
            seeds.append((latitude, longitude, float(country), float(unit)))
    return np.array(sorted(seeds))


def nearest_unit(
    latitude: npt.NDArray[np.float64],
    longitude: npt.NDArray[np.float64],
    country: npt.NDArray[np.int16],
    seeds: Seeds,
) -> npt.NDArray[np.int16]:
    """Unit of points by the majority of their nearest seeds in their country; nearer seeds win a tie."""
    unit = np.full(latitude.shape, -1, dtype=np.int16)
    for index in np.unique(country[country >= 0]):
        own, theirs = np.flatnonzero(country == index), np.flatnonzero(seeds.country == index)
        if not theirs.size:
            continue
        sown = np.stack([seeds.latitude[theirs], seeds.longitude[theirs]], axis=1)
        asked = np.stack([latitude[own], longitude[own]], axis=1)
        count = SEED_NEIGHBOURS if theirs.size >= MANY_SEEDS else 1
        votes = seeds.admin1[theirs][_nearest(sown, asked, count)[1]]
        agree = (votes[:, :, None] == votes[:, None, :]).sum(axis=2)
        unit[own] = votes[np.arange(own.size), agree.argmax(axis=1)]
    return unit


def _nearest(
    sown: npt.NDArray[np.float64], asked: npt.NDArray[np.float64], count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Chord distance [km] and number of the nearest sown points, each of shape (asked, count)."""
    from scipy.spatial import cKDTree

    def on_sphere(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        phi, lam = np.radians(points[:, 0]), np.radians(points[:, 1])
        xyz = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
        return np.asarray(EARTH_RADIUS_KM * xyz)

    distance, index = cKDTree(on_sphere(sown)).query(on_sphere(asked), k=[*range(1, count + 1)])
    return np.asarray(distance), np.asarray(index)
