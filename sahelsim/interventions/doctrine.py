"""Doctrine: what changes, coups and operations make of the traits of actors, and the disarray that a coup leaves.

While interventions stand, in the order of their dates, a trait x becomes (new value, or x) times (factor, or 1). The
disarray of an actor after coups i at times t_i, with disruption d_i and half-life r_i, is

    1 - prod_i (1 - d_i 2**(-(t - t_i) / r_i))

and lowers its drive (mechanisms.means) and its services (mechanisms.allegiance). An actor that waits for its entrance
neither refills nor is paid for. Coups that succeed in a divided army leave it less able to fight: Thyne 2017.
"""

from __future__ import annotations

from sahelsim.interventions.context import Context
from sahelsim.interventions.doctrine_kernel import leave_disarray
from sahelsim.terms import Trait
from sahelsim.world.state import World

__all__ = ["set_disarray", "set_traits"]


def set_traits(world: World, context: Context) -> None:
    """Lay the standing shifts of doctrine over the traits of the scenario."""
    actors = world.actors
    actors.traits[:] = context.blueprint.base_traits
    for entry, a, names, shift in context.shifts:
        if entry.first <= world.step < entry.end:
            for trait, name in names:
                actors.traits[trait, a] = shift.on(name, actors.traits[trait, a])
    for trait in (Trait.ESTABLISHMENT, Trait.SUPPORT):
        actors.traits[trait] *= actors.waiting == 0


def set_disarray(world: World, context: Context) -> None:
    """What is left of the disarray of all coups."""
    leave_disarray(world.step, context.step_days, *context.coups, world.actors.disarray)
