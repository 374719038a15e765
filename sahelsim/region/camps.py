"""Nomadic clans: their camps on a sunflower spiral, and what is left of the settled population."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.elementary_arrays import cos, sin
from sahelsim.errors import BadInput
from sahelsim.grid import EARTH_RADIUS_KM
from sahelsim.region.apportion import apportion
from sahelsim.region.tables import Clan, Region

__all__ = ["MOST_NOMADIC", "Camps", "pitch_camps", "settled_population"]

GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))
"""Turn from one point of a sunflower spiral to the next [rad]: Vogel (1979), Math. Biosciences 44:179-189."""

MOST_NOMADIC = 0.9
"""Largest share of an admin-1 unit's people that clans may make up."""

_MOST_POINTS = 100_000


@dataclass(frozen=True, eq=False)
class Camps:
    """Camps of all clans, clan by clan, as arrays of shape (K,)."""

    name: npt.NDArray[np.str_]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    country: npt.NDArray[np.int16]
    admin1: npt.NDArray[np.int16]
    population: npt.NDArray[np.int64]
    people: npt.NDArray[np.int16]
    clan: npt.NDArray[np.int16]


def pitch_camps(region: Region) -> Camps:
    """Spread the camps of each clan evenly over its range, on land of the clan's countries.

    Point i of n lies at ``range * sqrt((i + 0.5) / n)`` from the centre, turned by i golden angles. Where
    some points fall outside, a denser spiral is drawn and every n-th of its good points is taken.

    Raises
    ------
    BadInput
        If no point of a clan's range lies in its countries.
    """
    points = [_points_of(region, clan) for clan in region.clans]
    counts = [clan.camps for clan in region.clans]
    latitude = np.concatenate([p[0] for p in points]) if points else np.zeros(0)
    longitude = np.concatenate([p[1] for p in points]) if points else np.zeros(0)
    pixel = region.raster.pixel_of(latitude, longitude)
    names = [f"{clan.name} camp {i + 1}" for clan in region.clans for i in range(clan.camps)]
    people = [apportion(clan.population, np.ones(clan.camps)) for clan in region.clans]
    return Camps(
        name=np.array(names, dtype=np.str_),
        latitude=latitude,
        longitude=longitude,
        country=region.raster.country[pixel],
        admin1=region.raster.admin1[pixel],
        population=np.concatenate(people) if people else np.zeros(0, dtype=np.int64),
        people=np.repeat(np.array([clan.people for clan in region.clans], dtype=np.int16), counts),
        clan=np.repeat(np.arange(len(counts), dtype=np.int16), counts),
    )


def _points_of(region: Region, clan: Clan) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    drawn = clan.camps
    while drawn <= max(_MOST_POINTS, clan.camps):
        latitude, longitude = _spiral(clan, drawn)
        pixel = region.raster.pixel_of(latitude, longitude)
        allowed = np.isin(region.raster.country[pixel], clan.countries) & (region.raster.admin1[pixel] >= 0)
        good = np.flatnonzero((pixel >= 0) & allowed)
        if good.size >= clan.camps:
            chosen = good[(np.arange(clan.camps) * good.size) // clan.camps]
            return latitude[chosen], longitude[chosen]
        drawn = drawn + max(1, drawn // 4)
    centre = f"{clan.latitude:g}, {clan.longitude:g}"
    message = f"hardly any point within {clan.range_km:g} km of {centre} is in its countries"
    raise BadInput(f"{clan.id}: {message}", file=region.folder / "clans.csv", path="range_km")


def _spiral(clan: Clan, points: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    number = np.arange(points)
    radius = clan.range_km * np.sqrt((number + 0.5) / points)
    angle = number * GOLDEN_ANGLE
    degrees = np.degrees(radius / EARTH_RADIUS_KM)
    latitude = clan.latitude + degrees * sin(angle)
    longitude = clan.longitude + degrees * cos(angle) / cos(np.radians(clan.latitude))
    return latitude, longitude


def settled_population(region: Region, camps: Camps) -> npt.NDArray[np.int64]:
    """Population of each settlement once the camps of its admin-1 unit are taken out, shape (S,).

    Every settlement keeps at least one inhabitant; settled and nomadic people together are the unit's total.

    Raises
    ------
    BadInput
        If camps would make up more than `MOST_NOMADIC` of a unit.
    """
    places = region.settlements
    units = len(region.admin1)
    total = np.bincount(places.admin1, places.population, units).astype(np.int64)
    nomads = np.bincount(camps.admin1, camps.population, units).astype(np.int64)
    population = places.population.copy()
    for unit in np.flatnonzero(nomads):
        if nomads[unit] > MOST_NOMADIC * total[unit]:
            name = region.admin1[unit].name
            message = f"{nomads[unit]:,} people in camps of {name!r}, which has {total[unit]:,} in all"
            raise BadInput(message, file=region.folder / "clans.csv", path="population")
        here = np.flatnonzero(places.admin1 == unit)
        population[here] = apportion(int(total[unit] - nomads[unit]), population[here].astype(np.float64), 1)
    return population
