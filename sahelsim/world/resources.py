"""Sources of money on the ground: what gold fields and trade routes yield, by cell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sahelsim.scenario.schema import Resource
from sahelsim.world.ground import Ground
from sahelsim.world.homes import Place, home_cells, reaches_grid

__all__ = ["yield_of"]


def yield_of(resources: Mapping[str, Resource], kind: str, ground: Ground, place: Place) -> npt.NDArray[np.float64]:
    """Money a week by cell from the resources of a kind, shape (C,); those that lie off the grid are left out.

    Raises
    ------
    BadInput
        If the words for a resource's place fit nothing in the region.
    """
    out = np.zeros(ground.cells)
    for name, resource in resources.items():
        path = f"resources.{name}.at"
        if resource.kind == kind and reaches_grid(resource.at, ground, place, path):
            spread = home_cells([resource.at], ground, place, path).area_weights(ground, ground.cells_land)
            out += resource.money_per_week * spread
    return out
