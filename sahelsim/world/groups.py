"""Which groups an actor has now: groups change sides, so it cannot be worked out once and for all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.world.groups_kernel import adopt
from sahelsim.world.state import World

__all__ = ["adopting_groups"]


def adopting_groups(world: World) -> npt.NDArray[np.int16]:
    """Group of actor a that takes in a band of people p, shape (A, P + 1); the last column is for mixed bands.

    The actor's first group of that people, else its first; -1 for an actor that has no group (left).
    """
    groups, peoples = world.groups, world.ground.kinship.shape[0]
    out = np.empty((world.actors.camp.size, peoples + 1), np.int16)
    adopt(groups.actor, groups.people, out)
    return out
