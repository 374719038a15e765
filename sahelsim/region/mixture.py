"""Which area of the mixture of peoples a point belongs to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.region.tables import Region

__all__ = ["area_of"]


def area_of(
    region: Region,
    latitude: npt.NDArray[np.float64],
    longitude: npt.NDArray[np.float64],
    admin1: npt.NDArray[np.int16],
) -> npt.NDArray[np.int16]:
    """Index into ``region.mixture`` of the area that holds each point.

    The narrowest area counts: one with an admin-1 unit and a box before one with the unit alone, before
    one for the whole country; among equals the first in the file.

    Parameters
    ----------
    region : Region
    latitude, longitude : ndarray, shape (n,)
        Points [degrees].
    admin1 : ndarray of int16, shape (n,)
        Their admin-1 unit.

    Returns
    -------
    ndarray of int16, shape (n,)

    Raises
    ------
    BadInput
        If a point is in no area.
    """
    country = np.array([unit.country for unit in region.admin1], dtype=np.int16)[admin1]
    area = np.full(latitude.shape, -1, dtype=np.int16)
    order = sorted(
        range(len(region.mixture)),
        key=lambda i: (region.mixture[i].box is None, region.mixture[i].admin1 < 0, i),
    )
    for index in order:
        candidate = region.mixture[index]
        holds = (area < 0) & (country == candidate.country)
        if candidate.admin1 >= 0:
            holds &= admin1 == candidate.admin1
        if candidate.box is not None:
            holds &= candidate.box.holds(latitude, longitude)
        area[holds] = index
    lost = np.flatnonzero(area < 0)
    if lost.size:
        unit = region.admin1[admin1[lost[0]]].name
        message = f"no area for {unit!r} at {latitude[lost[0]]:.3f}, {longitude[lost[0]]:.3f}"
        raise BadInput(message, file=region.folder / "people_mixture.csv", path="admin1")
    return area
