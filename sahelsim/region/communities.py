"""The communities of a region: who lives where, at the resolution that a scenario asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import Grid
from sahelsim.region.allot import allot_peoples
from sahelsim.region.camps import Camps, pitch_camps, settled_population
from sahelsim.region.mixture import area_of
from sahelsim.region.settle import Settled, by_cell, by_cluster, by_settlement
from sahelsim.region.shares import people_shares
from sahelsim.region.tables import LIVELIHOODS, Region

__all__ = ["CommunityTable", "Resolution", "communities_on"]

Resolution = Literal["settlement", "cluster", "cell"]


@dataclass(frozen=True, eq=False)
class CommunityTable:
    """Communities as a structure of arrays, all of shape (N,): the settled ones first, then the clans' camps.

    Attributes
    ----------
    name : str
        Name of the largest settlement, or of the clan and the number of the camp. Names are not unique.
    latitude, longitude : float64
        Where it is [degrees].
    cell : int32
        Cell of the grid.
    country, admin1 : int16
        Indices into the region's tables.
    population : int64
        People in the base year.
    people : int16
        Index of its people.
    clan : int16
        Index of its clan, -1 for settled communities.
    livelihood : int8
        Place in `LIVELIHOODS`.
    urban : bool
        Is a town, or in the "cell" resolution holds one.
    settlement : int64
        GeoNames id of the settlement that names it, -1 for camps.
    """

    name: npt.NDArray[np.str_]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    cell: npt.NDArray[np.int32]
    country: npt.NDArray[np.int16]
    admin1: npt.NDArray[np.int16]
    population: npt.NDArray[np.int64]
    people: npt.NDArray[np.int16]
    clan: npt.NDArray[np.int16]
    livelihood: npt.NDArray[np.int8]
    urban: npt.NDArray[np.bool_]
    settlement: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.cell.size)


def communities_on(
    region: Region, grid: Grid, resolution: Resolution = "cluster", cluster_count: int = 5500
) -> CommunityTable:
    """Make the communities of a region and place them on a grid.

    No random numbers are drawn: the same region gives the same communities in the same order. Which
    communities there are depends on the grid in the "cell" resolution only; those outside the grid's box
    are left out.

    Parameters
    ----------
    region : Region
    grid : Grid
    resolution : {"settlement", "cluster", "cell"}
        Every settlement; neighbouring villages of one admin-1 unit merged, towns on their own; or one
        community for each people in each (cell, admin-1 unit).
    cluster_count : int
        For "cluster": at least so many communities in the whole region, camps included, or every settlement
        where there are fewer.

    Returns
    -------
    CommunityTable
        Populations sum to those of the settlements in each admin-1 unit: camps are taken out of the
        settled people.

    Raises
    ------
    BadInput
        Unknown resolution, clans larger than the population that they are part of, or nobody inside the grid.
    """
    if resolution not in get_args(Resolution):
        raise BadInput(
            f"{resolution!r} is unknown; expected one of {', '.join(get_args(Resolution))}", path="resolution"
        )
    if cluster_count < 1:
        raise BadInput(f"expected at least 1, found {cluster_count}", path="cluster_count")
    places = region.settlements
    camps = pitch_camps(region)
    area = area_of(region, places.latitude, places.longitude, places.admin1)
    shares = people_shares(region, area, camps)
    people_now = settled_population(region, camps)
    if resolution == "cell":
        settled, people = by_cell(region, grid, people_now, area, shares)
    else:
        target = max(1, cluster_count - camps.clan.size)
        settled = (
            by_settlement(places, people_now, area)
            if resolution == "settlement"
            else by_cluster(places, people_now, area, target)
        )
        people = allot_peoples(region, settled, shares)
    return _table(region, grid, settled, people, camps)


def _table(region: Region, grid: Grid, settled: Settled, people: npt.NDArray[np.int16], camps: Camps) -> CommunityTable:
    places = region.settlements
    usual = np.array([p.livelihood for p in region.peoples], dtype=np.int8)
    urban = places.urban[settled.chief] if settled.urban is None else settled.urban
    nobody = np.full(camps.clan.size, -1)
    all_people = np.concatenate([people, camps.people]).astype(np.int16)
    all_urban = np.concatenate([urban, np.zeros(camps.clan.size, dtype=bool)])
    latitude = np.concatenate([settled.latitude, camps.latitude])
    longitude = np.concatenate([settled.longitude, camps.longitude])
    cell = grid.cell_of(latitude, longitude)
    keep = np.flatnonzero(cell >= 0)
    if not keep.size:
        raise BadInput("nobody lives inside this grid", path="grid")
    return CommunityTable(
        name=np.concatenate([places.name[settled.chief], camps.name])[keep],
        latitude=latitude[keep],
        longitude=longitude[keep],
        cell=cell[keep],
        country=np.concatenate([places.country[settled.chief], camps.country])[keep].astype(np.int16),
        admin1=np.concatenate([places.admin1[settled.chief], camps.admin1])[keep].astype(np.int16),
        population=np.concatenate([settled.population, camps.population])[keep].astype(np.int64),
        people=all_people[keep],
        clan=np.concatenate([np.full(people.size, -1), camps.clan])[keep].astype(np.int16),
        livelihood=np.where(all_urban, LIVELIHOODS.index("mixed"), usual[all_people])[keep].astype(np.int8),
        urban=all_urban[keep],
        settlement=np.concatenate([places.id[settled.chief], nobody])[keep].astype(np.int64),
    )
