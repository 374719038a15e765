"""What a region holds: frozen records and structures of arrays, and how a place is found by its name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid

__all__ = [
    "LIVELIHOODS",
    "ROLES",
    "Admin1",
    "Box",
    "Clan",
    "Country",
    "MixtureArea",
    "People",
    "Place",
    "Raster",
    "Region",
    "Settlements",
    "plain",
]

LIVELIHOODS = ("farmer", "herder", "fisher", "mixed")
"""How a community lives; its code is the place in this tuple. Towns are mixed."""

ROLES = ("capital", "regional_capital", "town", "garrison", "village", "area")
"""What a place of the gazetteer is."""


@dataclass(frozen=True)
class Box:
    """Edges of a box [degrees]."""

    lon_min: float
    lon_max: float
    lat_min: float
    lat_max: float

    def holds(self, latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """True where a point lies in the box (its southern and western edge included)."""
        return (
            (longitude >= self.lon_min)
            & (longitude < self.lon_max)
            & (latitude >= self.lat_min)
            & (latitude < self.lat_max)
        )


@dataclass(frozen=True)
class Country:
    """A country: codes, the government as UCDP GED writes it (id -1 where unknown), and the capital."""

    iso2: str
    iso3: str
    name: str
    gw_code: int
    government_id: int
    government: str
    ged_name: str
    capital: str
    capital_latitude: float
    capital_longitude: float


@dataclass(frozen=True)
class Admin1:
    """A first-level unit: its country (index) and its name as UCDP GED writes it."""

    country: int
    name: str


@dataclass(frozen=True)
class Place:
    """A named place of the gazetteer; `country` is an index, `population` is 0 where nobody lives there."""

    name: str
    aliases: tuple[str, ...]
    country: int
    latitude: float
    longitude: float
    population: int
    role: str


@dataclass(frozen=True)
class People:
    """A people group, its usual livelihood (code), and whether it lives "near" or "far" from rivers, or "any"."""

    id: str
    name: str
    livelihood: int
    river: str


@dataclass(frozen=True)
class MixtureArea:
    """Shares of the peoples in one area: an admin-1 unit (-1: the whole country), perhaps cut to a box."""

    area: str
    country: int
    admin1: int
    box: Box | None
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Clan:
    """A nomadic clan: `camps` communities within `range_km` of the centre, in its countries (indices)."""

    id: str
    name: str
    people: int
    population: int
    camps: int
    latitude: float
    longitude: float
    range_km: float
    countries: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Raster:
    """Fine pixels in the order of a `Grid`, P of them.

    ``country`` and ``admin1`` are indices (-1 none), ``river`` and ``desert`` flags, ``border_km`` the
    distance to the nearest pixel of another country.
    """

    grid: Grid
    country: npt.NDArray[np.int16]
    admin1: npt.NDArray[np.int16]
    river: npt.NDArray[np.bool_]
    desert: npt.NDArray[np.bool_]
    border_km: npt.NDArray[np.float32]

    def pixel_of(self, latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Pixel that holds each point, -1 outside."""
        return self.grid.cell_of(latitude, longitude)


@dataclass(frozen=True, eq=False)
class Settlements:
    """Settled places, S of them, each with at least one inhabitant in the base year."""

    id: npt.NDArray[np.int64]
    name: npt.NDArray[np.str_]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    country: npt.NDArray[np.int16]
    admin1: npt.NDArray[np.int16]
    admin2: npt.NDArray[np.str_]
    population: npt.NDArray[np.int64]
    urban: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.id.size)


@dataclass(frozen=True, eq=False)
class Region:
    """A region as read from its folder; see `load_region`."""

    name: str
    title: str
    base_year: int
    folder: Path
    box: Box
    countries: tuple[Country, ...]
    admin1: tuple[Admin1, ...]
    raster: Raster
    settlements: Settlements
    places: tuple[Place, ...]
    peoples: tuple[People, ...]
    mixture: tuple[MixtureArea, ...]
    clans: tuple[Clan, ...]

    def grid(self, resolution: float = 0.25) -> Grid:
        """The grid over the whole box of the region at a resolution [degrees]."""
        return Grid(self.box.lon_min, self.box.lon_max, self.box.lat_min, self.box.lat_max, resolution)

    def place(self, name: str) -> Place:
        """Find a place by its name or an alias; case, accents, hyphens and apostrophes do not matter.

        Raises
        ------
        BadInput
            If the gazetteer has no such place; the message names the nearest ones.
        """
        found = self._gazetteer.get(plain(name))
        if found is None:
            near = get_close_matches(plain(name), list(self._gazetteer), n=3, cutoff=0.6)
            names = list(dict.fromkeys(self._gazetteer[key].name for key in near))
            hint = f"; nearest: {', '.join(names)}" if names else ""
            raise BadInput(f"no place named {name!r} in the region {self.name}{hint}", path="place")
        return found

    def country_index(self, name: str) -> int:
        """Index of a country by its iso2 or iso3 code or its name (case and accents do not matter)."""
        for index, country in enumerate(self.countries):
            if plain(name) in {plain(x) for x in (country.iso2, country.iso3, country.name, country.ged_name)}:
                return index
        known = ", ".join(country.iso3 for country in self.countries)
        raise BadInput(f"no country {name!r} in the region {self.name}; it has {known}", path="country")

    def people_index(self, people_id: str) -> int:
        """Index of a people by its id."""
        return _index([people.id for people in self.peoples], people_id, "people", self.name)

    def clan_index(self, clan_id: str) -> int:
        """Index of a clan by its id."""
        return _index([clan.id for clan in self.clans], clan_id, "clan", self.name)

    def outlines(self) -> dict[str, Any]:
        """Borders and rivers for figures as GeoJSON, an empty collection where the folder has none."""
        import json

        path = self.folder / "outlines.geojson"
        if not path.is_file():
            return {"type": "FeatureCollection", "features": []}
        outlines: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return outlines

    @cached_property
    def _gazetteer(self) -> dict[str, Place]:
        return {plain(key): place for place in self.places for key in (*place.aliases, place.name)}


def plain(text: str) -> str:
    """Fold a name for comparison: no case, no accents, and one space for anything but letters and digits."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def _index(known: list[str], wanted: str, kind: str, region: str) -> int:
    if wanted in known:
        return known.index(wanted)
    near = get_close_matches(wanted, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known)}"
    raise BadInput(f"no {kind} {wanted!r} in the region {region}{hint}", path=kind)
