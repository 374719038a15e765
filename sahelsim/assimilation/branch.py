"""A second copy of a replicate in progress, that goes its own way from here on."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from sahelsim.rng import key_of

if TYPE_CHECKING:
    from sahelsim.schedule import Play

__all__ = ["branch", "clear_logs"]


def branch(play: Play, seed: int, number: int) -> Play:
    """A copy of a play whose draws from now on are those of replicate `number` of `seed`.

    Nothing that changes is shared; the blueprint, the ground and the timeline are.
    """
    context = play.interventions.context
    shared = (play.blueprint, play.world.ground, context, context.timeline)
    memo = {id(thing): thing for thing in shared}
    scratch, play.world._scratch = play.world._scratch, {}
    try:
        twin = copy.deepcopy(play, memo)
    finally:
        play.world._scratch = scratch
    twin.world.key = key_of(seed, number)
    return twin


def clear_logs(play: Play) -> None:
    """Forget what has been logged so far; the model itself reads only the rows of the step."""
    for log in (play.world.violence, play.world.decisions, play.world.flows):
        log.count[0] = 0
