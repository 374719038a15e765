"""Give each settled community one people, so that the peoples of each area have their shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.region.settle import Settled
from sahelsim.region.shares import Shares, near_river
from sahelsim.region.tables import Region

__all__ = ["allot_peoples"]


def allot_peoples(region: Region, settled: Settled, shares: Shares) -> npt.NDArray[np.int16]:
    """One people for each settled community, shape (n,).

    Error diffusion, area by area: each community adds its population times its local shares to what every
    people is owed, goes to the people that is owed most, and is taken off its account. Towns come first,
    largest first, then the others along a Morton curve, so that every neighbourhood comes close to the
    area's mixture.
    """
    near = near_river(region, settled.latitude, settled.longitude)
    urban = region.settlements.urban[settled.chief]
    curve = _morton(settled.latitude, settled.longitude)
    order = np.lexsort((curve, np.where(urban, -settled.population, 0), ~urban, settled.area))
    areas = settled.area[order].tolist()
    nears, sizes = near[order].tolist(), settled.population[order].tolist()
    table = shares.local.tolist()
    chosen = []
    owed: list[float] = []
    current = -1
    for area, side, size in zip(areas, nears, sizes, strict=True):
        if area != current:
            current, owed = area, [0.0] * len(region.peoples)
        owed = [debt + size * share for debt, share in zip(owed, table[area][side], strict=True)]
        best = owed.index(max(owed))
        owed[best] -= size
        chosen.append(best)
    people = np.empty(len(chosen), dtype=np.int16)
    people[order] = chosen
    return people


def _morton(latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Place along a Morton (Z-order) curve of 16 bits a side over the globe's 360 x 180 degrees."""
    x = ((longitude + 180.0) / 360.0 * 65536).astype(np.uint64)
    y = ((latitude + 90.0) / 360.0 * 65536).astype(np.uint64)
    return _spread(x) | (_spread(y) << np.uint64(1))


def _spread(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
