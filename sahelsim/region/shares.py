"""The shares of the peoples among the settled of each area, near rivers and away from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.region.camps import Camps
from sahelsim.region.mixture import area_of
from sahelsim.region.tables import Region

__all__ = ["RIVER_PREFERENCE", "Shares", "near_river", "people_shares"]

RIVER_PREFERENCE = 4.0
"""How much likelier than the area's share a people of the river is on the river (and one of the dry land away
from it), before shares are balanced so that the area keeps its totals [ratio]; by hand."""

_ROUNDS = 50  # of balancing; converges in about ten


@dataclass(frozen=True, eq=False)
class Shares:
    """``local[area, near, people]``: share among the settled of an area, off (0) or near (1) a river."""

    local: npt.NDArray[np.float64]


def near_river(
    region: Region, latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """1 where a point stands on a riverside pixel, else 0."""
    return region.raster.river[region.raster.pixel_of(latitude, longitude)].astype(np.int64)


def people_shares(region: Region, area: npt.NDArray[np.int16], camps: Camps) -> Shares:
    """Share of each people among the settled communities of each area.

    The mixture counts all people, so what the camps hold of a people is taken out of its share. Peoples
    of the river are then moved to the river and others away from it, by iterative proportional fitting on
    the 2 x peoples table of (away, near) and peoples: both the area's shares and the people living near
    and away keep their totals. Source of the method: Deming and Stephan (1940), Ann. Math. Statist.
    11:427-444.
    """
    places = region.settlements
    areas, peoples = len(region.mixture), len(region.peoples)
    near = near_river(region, places.latitude, places.longitude)
    settled = np.bincount(area * 2 + near, places.population, areas * 2).reshape(areas, 2)
    camp_area = area_of(region, camps.latitude, camps.longitude, camps.admin1)
    nomads = np.bincount(camp_area * peoples + camps.people, camps.population, areas * peoples)
    target = np.array([a.shares for a in region.mixture]) * settled.sum(axis=1, keepdims=True)
    left = np.maximum(target - nomads.reshape(areas, peoples), 0.0)
    # an area without settlements, or whose people all live in camps, keeps the shares of the file
    empty = left.sum(axis=1) <= 0
    left[empty] = np.array([a.shares for a in region.mixture])[empty]
    left /= left.sum(axis=1, keepdims=True)

    liking = np.array([[p.river == "far", p.river == "near"] for p in region.peoples]).T  # (2, peoples)
    local = left[:, None, :] * np.where(liking, RIVER_PREFERENCE, 1.0)[None]
    where = settled / np.maximum(settled.sum(axis=1, keepdims=True), 1.0)
    for _ in range(_ROUNDS):
        local *= _ratio(where[:, :, None], local.sum(axis=2, keepdims=True))
        local *= _ratio(left[:, None, :], local.sum(axis=1, keepdims=True))
    rows = local.sum(axis=2, keepdims=True)
    return Shares(np.where(rows > 0, local / np.maximum(rows, 1e-300), left[:, None, :]))


def _ratio(wanted: npt.NDArray[np.float64], found: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(found > 0, wanted / np.where(found > 0, found, 1.0), 0.0)
