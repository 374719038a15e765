"""Camps towards camps: enmity of actors, taken together by their fighters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.world.camps_kernel import enmity_of_actors, enmity_of_camps
from sahelsim.world.index import fighters_of_actors
from sahelsim.world.state import World

__all__ = ["camp_enmity", "enmity_between_camps"]

F64 = npt.NDArray[np.float64]


def camp_enmity(world: World) -> F64:
    """Enmity of each actor towards each camp: the mean over the camp's fighters, shape (A, K).

    Nothing towards the own camp and towards the neutral.
    """
    actors = world.actors
    return enmity_of_actors(fighters_of_actors(world), actors.enmity, actors.camp, world.cells.pledged.shape[1])


def enmity_between_camps(world: World) -> F64:
    """Enmity between camps, shape (K, K): the mean over their fighters; 0 within a camp and towards the neutral."""
    actors = world.actors
    return enmity_of_camps(fighters_of_actors(world), actors.enmity, actors.camp, world.cells.pledged.shape[1])
