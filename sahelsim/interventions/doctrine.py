"""Doctrine: what changes, coups and operations make of the traits of actors, and the disarray that a coup leaves.

While interventions stand, in the order of their dates, a trait x becomes (new value, or x) times (factor, or 1). The
disarray of an actor after coups i at times t_i, with disruption d_i and half-life r_i, is

    1 - prod_i (1 - d_i 2**(-(t - t_i) / r_i))

and lowers its drive (mechanisms.means) and its services (mechanisms.allegiance). An actor that waits for its entrance
neither refills nor is paid for. Coups that succeed in a divided army leave it less able to fight: Thyne 2017.
"""

from __future__ import annotations

from sahelsim.interventions.context import Context
from sahelsim.scenario.interventions import Coup
from sahelsim.scenario.outside import shifts
from sahelsim.terms import Trait
from sahelsim.world.state import World

__all__ = ["set_disarray", "set_traits"]


def set_traits(world: World, context: Context) -> None:
    """Lay the standing shifts of doctrine over the traits of the scenario."""
    actors = world.actors
    actors.traits[:] = context.blueprint.base_traits
    for entry in context.timeline.entries:
        if entry.first <= world.step < entry.end:
            for shift in shifts(entry.what):
                own = actors.traits[:, context.actor(shift.actor)]
                for name in sorted({*shift.set, *shift.scale}):
                    trait = Trait[name.upper()]
                    own[trait] = shift.on(name, own[trait])
    actors.traits[[Trait.ESTABLISHMENT, Trait.SUPPORT]] *= actors.waiting == 0


def set_disarray(world: World, context: Context) -> None:
    """What is left of the disarray of all coups."""
    world.actors.disarray[:] = 0.0
    for entry, coup in context.timeline.of_kind(Coup):
        if entry.first <= world.step:
            a = context.actor(coup.actor)
            fresh = coup.disruption * context.faded(coup.recovery, world.step - entry.since)
            world.actors.disarray[a] = 1.0 - (1.0 - world.actors.disarray[a]) * (1.0 - fresh)
