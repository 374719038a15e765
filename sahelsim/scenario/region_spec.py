"""Where the scenario takes place: tables of a real region, or a small synthetic world."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sahelsim.parameters import Strict, parameter

__all__ = ["GridSpec", "RegionSpec", "SyntheticRegion", "TablesRegion"]


class GridSpec(Strict):
    """The regular grid, nested in PRIO-GRID."""

    lon_min: float = parameter("degrees east", -180, 180, "western edge", "scenario")
    lon_max: float = parameter("degrees east", -180, 180, "eastern edge", "scenario")
    lat_min: float = parameter("degrees north", -90, 90, "southern edge", "scenario")
    lat_max: float = parameter("degrees north", -90, 90, "northern edge", "scenario")
    resolution: float = parameter("degrees", 0.05, 0.5, "side of a cell; must divide 0.5", "PRIO-GRID nesting")


class TablesRegion(Strict):
    """Settlements, countries, peoples and clans from packaged tables or from the user's own."""

    kind: Literal["tables"]
    tables: str = Field(description="name of a packaged region, or a directory with the same tables")
    communities: Literal["settlement", "cluster", "cell"] = Field(description="what one community agent stands for")


class SyntheticPlace(Strict):
    """A named place of a synthetic world."""

    latitude: float = parameter("degrees north", -90, 90, "latitude", "scenario")
    longitude: float = parameter("degrees east", -180, 180, "longitude", "scenario")


class SyntheticCountry(Strict):
    """A country of a synthetic world: a band of longitudes."""

    name: str
    lon_max: float = parameter("degrees east", -180, 180, "eastern edge of the country", "scenario")
    government: str = Field(description="side name of its government in the record")
    capital: str = Field(description="name of a place")


class SyntheticRegion(Strict):
    """Communities of rank-size population scattered at random (by the seed) over a plain."""

    kind: Literal["synthetic"]
    communities: int = parameter("1", 1, 20_000_000, "number of communities", "scenario")
    population: int = parameter("people", 1, 2 * 10**9, "people in all", "scenario")
    people_share: dict[str, float] = Field(min_length=1, description="share of the communities by people; sums to 1")
    countries: dict[str, SyntheticCountry] = Field(min_length=1, description="from west to east, by ISO3-like code")
    places: dict[str, SyntheticPlace] = Field(min_length=1)


RegionSpec = Annotated[TablesRegion | SyntheticRegion, Field(discriminator="kind")]
