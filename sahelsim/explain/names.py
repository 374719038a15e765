"""Names for people to read: actors, camps, communities, and where a cell is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sahelsim.errors import BadInput
from sahelsim.grid import Grid, distance_km

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.results import Run

__all__ = ["Naming", "Place"]


@dataclass(frozen=True)
class Place:
    """Where something happened; what is not known is ""."""

    words: str
    settlement: str = ""
    km: float = 0.0
    adm_1: str = ""
    country: str = ""


class Naming:
    """The names of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def communities(self) -> pd.DataFrame | None:
        """communities.parquet by community; None where the run did not keep it."""
        try:
            return self._run.communities().set_index("community")
        except BadInput:
            return None

    def actor(self, name: str | None) -> str:
        """An actor by the short name of the scenario, or by its full name where the short one is no abbreviation."""
        if not name:
            return "nobody"
        actors = self._run.scenario.actors
        return name if any(letter.isupper() for letter in name) or name not in actors else actors[name].name

    def camp(self, name: str | None) -> str:
        """A camp in words."""
        if not name:
            return "no side"
        scenario = self._run.scenario
        return "neutral" if name == scenario.camps[0] else f"the {name.replace('_', ' ')} camp"

    def group(self, name: str) -> str:
        """``ACTOR/group`` as the group's name to show."""
        actor, _, group = name.partition("/")
        known = self._run.scenario.actors
        return known[actor].groups[group].name if actor in known and group in known[actor].groups else name

    def community(self, number: int) -> str:
        """Name and people of a community."""
        if number < 0:
            return "nobody in particular"
        if self.communities is None:
            return f"community {number}"
        row = self.communities.loc[number]
        return f"{row['name']} ({self._people(str(row['people']))})"

    def _people(self, name: str) -> str:
        peoples = self._run.scenario.peoples
        return peoples[name].name if name in peoples else name

    def people(self, name: str | None) -> str:
        """A people by its name to show."""
        return self._people(name) if name else "unknown"

    def place_of(self, cell: int, latitude: float | None = None, longitude: float | None = None) -> Place:
        """The settlement next to a point, or to the middle of a cell, with its area and country."""
        if cell < 0:
            return Place("no single place")
        if latitude is None or longitude is None:
            g = self._run.scenario.grid
            grid = Grid(g.lon_min, g.lon_max, g.lat_min, g.lat_max, g.resolution)
            latitude, longitude = float(grid.latitude[cell]), float(grid.longitude[cell])
        north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
        point = f"{abs(latitude):.2f}° {north}, {abs(longitude):.2f}° {east}"
        if self.communities is None or not self.communities["clan"].isna().any():
            return Place(point)
        settled = self.communities[self.communities["clan"].isna()]
        km = distance_km(latitude, longitude, settled["latitude"].to_numpy(), settled["longitude"].to_numpy())
        nearest = settled.iloc[int(np.argmin(km))]
        away = float(km.min())
        near = f"{away:.0f} km from {nearest['name']}" if away >= 1.0 else str(nearest["name"])
        area, country = (nearest[name] if isinstance(nearest[name], str) else "" for name in ("adm_1", "country"))
        return Place(", ".join(part for part in (near, area, country) if part), nearest["name"], away, area, country)
