"""Parties and regions: the names that a patterns file gives to sides and places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter

__all__ = ["Box", "Circle", "Party", "Region"]

_EARTH_RADIUS_KM = 6371.0


class Party(Strict):
    """A side, as the simulation and as the record name it."""

    actors: tuple[str, ...] = Field(min_length=1, description="actors of the scenario")
    record: tuple[str, ...] = Field(min_length=1, description="names of sides in the record")
    camp: str | None = Field(default=None, description="camp of the communities that side with it")


class Box(Strict):
    """A rectangle of longitude and latitude."""

    lon_min: float = parameter("degrees east", -180, 180, "western edge", "map")
    lon_max: float = parameter("degrees east", -180, 180, "eastern edge", "map")
    lat_min: float = parameter("degrees north", -90, 90, "southern edge", "map")
    lat_max: float = parameter("degrees north", -90, 90, "northern edge", "map")

    @model_validator(mode="after")
    def _in_order(self) -> Box:
        if self.lon_min >= self.lon_max or self.lat_min >= self.lat_max:
            raise ValueError("the box is empty: its minima must be below its maxima")
        return self


class Circle(Strict):
    """Everything within some distance of a place."""

    place: str = Field(description="name, for the reader")
    latitude: float = parameter("degrees north", -90, 90, "latitude of the place", "map")
    longitude: float = parameter("degrees east", -180, 180, "longitude of the place", "map")
    km: float = parameter("km", 0, 5000, "radius", "by hand")


class Region(Strict):
    """Where: what lies in one of the areas, in one of the countries, in the box and in the circle, as far as given."""

    admin1: tuple[str, ...] = Field(default=(), description="first-level areas")
    countries: tuple[str, ...] = Field(default=(), description="countries as the record writes them")
    box: Box | None = None
    circle: Circle | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Region:
        if not (self.admin1 or self.countries or self.box or self.circle):
            raise ValueError("give at least one of admin1, countries, box, circle")
        return self

    def holds(self, places: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows of a table with `latitude`, `longitude`, `country` and `adm_1` lie in it."""
        inside = np.ones(len(places), dtype=bool)
        if self.admin1:
            inside &= places["adm_1"].isin(self.admin1).to_numpy()
        if self.countries:
            inside &= places["country"].isin(self.countries).to_numpy()
        latitude, longitude = places["latitude"].to_numpy(), places["longitude"].to_numpy()
        if box := self.box:
            inside &= (longitude >= box.lon_min) & (longitude <= box.lon_max)
            inside &= (latitude >= box.lat_min) & (latitude <= box.lat_max)
        if circle := self.circle:
            inside &= _distance_km(circle.latitude, circle.longitude, latitude, longitude) <= circle.km
        return inside


def _distance_km(
    latitude: float, longitude: float, latitudes: npt.NDArray[np.float64], longitudes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Great-circle distance from a point (haversine formula)."""
    phi, others = np.radians(latitude), np.radians(latitudes)
    half = np.sin((others - phi) / 2) ** 2
    half += np.cos(phi) * np.cos(others) * np.sin(np.radians(longitudes - longitude) / 2) ** 2
    distance: npt.NDArray[np.float64] = 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return distance
