"""Camps towards camps: enmity of actors, taken together by their fighters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.world.state import World

__all__ = ["camp_enmity", "enmity_between_camps"]

F64 = npt.NDArray[np.float64]


def camp_enmity(world: World) -> F64:
    """Enmity of each actor towards each camp: the mean over the camp's fighters, shape (A, K).

    Nothing towards the own camp and towards the neutral.
    """
    actors = world.actors
    own, weight, total = _fighters_by_camp(world)
    mean = (actors.enmity[:, :, None] * weight).sum(axis=1) / np.where(total > 0.0, total, 1.0)
    return np.where(own, 0.0, mean)


def enmity_between_camps(world: World) -> F64:
    """Enmity between camps, shape (K, K): the mean over their fighters; 0 within a camp and towards the neutral."""
    _, weight, total = _fighters_by_camp(world)
    towards = (world.actors.enmity[:, :, None] * weight).sum(axis=1)  # (A, K), summed in the order of the actors
    mean = (weight[:, :, None] * towards[:, None, :]).sum(axis=0) / np.maximum(np.outer(total, total), 1.0)
    np.fill_diagonal(mean, 0.0)
    return np.asarray(mean)


def _fighters_by_camp(world: World) -> tuple[npt.NDArray[np.bool_], F64, F64]:
    """Which camp is whose and the fighters in it, shape (A, K), and those of each camp, shape (K,)."""
    actors = world.actors
    fighters = np.bincount(world.units.actor, world.units.strength, actors.camp.size)
    own = actors.camp[:, None] == np.arange(world.cells.pledged.shape[1])
    weight = np.where(own, fighters[:, None], 0.0)
    return own, weight, weight.sum(axis=0)
