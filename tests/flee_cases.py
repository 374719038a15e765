"""A small Flee case and a run that was made by hand, for the tests of the coupling."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from sahelsim.terms import month_id

LOCATIONS = """#name,region,country,latitude,longitude,location_type,conflict_date,population
Hills,East,Home_Land,3.0,13.4,conflict_zone,1,9000
Plain,West,Home_Land,2.0,10.5,conflict_zone,,9000
Middle,West,Home_Land,2.5,12.0,town,,500
Shelter,North,Away,4.0,12.0,camp,,8000
"""
ROUTES = """#name1,name2,distance,forced_redirection
Hills,Middle,200,0
Plain,Middle,200,0
Middle,Shelter,190,0
"""
PERIOD = "StartDate,2020-02-01\nLength,60\n"
COUPLING = """catchment_km: 150
window_days: 3
deaths_threshold: 5
deaths: reported
abroad_share: 0.5
people_per_agent: 10
shortest_detour: 0.99
longest_detour: 4.0
"""


def write_case(folder: Path, **changes: str) -> Path:
    """A case of two origins, a town and a camp; `changes` replace whole files by their name without ending."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"locations": LOCATIONS, "routes": ROUTES, "sim_period": PERIOD, "coupling": COUPLING} | changes
    for name, text in files.items():
        (folder / f"{name}.{'yaml' if name == 'coupling' else 'csv'}").write_text(text, encoding="utf-8")
    return folder


class HandMadeRun:
    """What the coupling asks of a run: two months, two communities in the hills and one on the plain."""

    path = Path("hand-made")
    seed = 7
    replicates = 1

    def __init__(self, flows: list[tuple[int, int, int, int]], events: list[tuple[str, float, float, int]]) -> None:
        calendar = SimpleNamespace(start=date(2020, 1, 1), steps=14, step_days=7)  # to 7 April
        self.scenario = SimpleNamespace(calendar=calendar)
        self.manifest = {"outputs": {"flows.parquet": {}}, "scenario": "hand-made"}
        self._flows, self._events = flows, events

    def communities(self) -> pd.DataFrame:
        """Communities 0 and 1 in the hills, 2 on the plain, 3 far from all locations, 4 abroad."""
        return pd.DataFrame(
            {
                "community": np.arange(5),
                "latitude": [3.0, 3.1, 2.0, 0.1, 4.0],
                "longitude": [13.4, 13.3, 10.6, 12.0, 12.0],
                "country": ["Home Land"] * 4 + ["Away"],
            }
        )

    def flows(self, replicate: int) -> pd.DataFrame:
        """The flows given, as (month of 2020, origin, fled, returned), and moves that are no second departure."""
        rows = [(replicate, month_id(2020, month), *rest) for month, *rest in self._flows]
        found = pd.DataFrame(rows, columns=["replicate", "month_id", "origin", "fled", "returned"])
        return found.assign(moved_on=777, settled=55)

    def events(self, replicate: int) -> pd.DataFrame:
        """The events given, as (day, latitude, longitude, deaths), all in the home country."""
        rows = pd.DataFrame(self._events, columns=["date_start", "latitude", "longitude", "best"])
        return rows.assign(date_start=pd.to_datetime(rows["date_start"]), country="Home Land", replicate=replicate)
