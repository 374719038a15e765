"""Moments: what happens on a day to a commander or in the news, and is carried on by the mechanisms."""

from __future__ import annotations

from sahelsim.interventions.context import Context
from sahelsim.mechanisms.information.step import issue
from sahelsim.mechanisms.katiba.step import kill_commander
from sahelsim.scenario.interventions import Statement, Strike
from sahelsim.world.state import World

__all__ = ["state", "strike"]


def strike(world: World, context: Context, what: Strike) -> None:
    """A commander is killed; where katibas are switched off, the group only loses cohesion."""
    g = context.group(what.actor, what.group)
    katiba = context.blueprint.scenario.mechanisms.katiba
    if katiba.enabled:
        kill_commander(world, katiba, g, what.cohesion_loss)
    else:
        world.groups.cohesion[g] = max(0.0, world.groups.cohesion[g] - what.cohesion_loss)


def state(world: World, context: Context, what: Statement) -> None:
    """An actor says something; where information is switched off, nobody hears it."""
    information = context.blueprint.scenario.mechanisms.information
    if information.enabled:
        addressee = None if what.addressee is None else context.actor(what.addressee)
        issue(world, information, context.actor(what.author), addressee, what.weight)
