"""Dyads: claims that sharpen or soothe a rivalry, and what-ifs about its truce."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.context import Context
from sahelsim.scenario.interventions import Claim, Truce
from sahelsim.terms import TruceState
from sahelsim.world.state import World

__all__ = ["hold_truces", "set_resting", "set_truce"]


def set_resting(world: World, context: Context) -> None:
    """Resting hostility of the rivalries, with the claims that stand."""
    resting = world.actors.resting
    resting[:] = 0.0
    for rivalry in context.blueprint.scenario.relations.rivalries.values():
        _add(resting, context, rivalry.a, rivalry.b, rivalry.base)
    for _, claim in context.timeline.standing(Claim, world.step):
        _add(resting, context, claim.a, claim.b, claim.shift)


def hold_truces(world: World, context: Context) -> None:
    """Mark the truces that are held against all hazards."""
    world.actors.held[:] = 0
    for _, truce in context.timeline.standing(Truce, world.step):
        if truce.action == "hold":
            a, b = context.actor(truce.a), context.actor(truce.b)
            world.actors.held[a, b] = world.actors.held[b, a] = 1


def set_truce(world: World, context: Context, what: Truce) -> None:
    """Broker a truce, break one, or see that there is one to hold."""
    a, b = context.actor(what.a), context.actor(what.b)
    held = max(TruceState(int(world.actors.truce[a, b])), TruceState.TACIT)
    state = {"broker": TruceState.NEGOTIATED, "break": TruceState.NONE, "hold": held}[what.action]
    world.actors.truce[a, b] = world.actors.truce[b, a] = int(state)


def _add(matrix: npt.NDArray[np.float64], context: Context, x: str, y: str, value: float) -> None:
    a, b = context.actor(x), context.actor(y)
    matrix[a, b] += value
    matrix[b, a] += value
