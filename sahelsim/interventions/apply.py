"""Interventions at work: each changes what comes from outside, never an outcome of the model."""

from __future__ import annotations

from sahelsim.interventions.area import Areas
from sahelsim.interventions.context import Context
from sahelsim.interventions.direction import Direction
from sahelsim.interventions.doctrine import set_disarray, set_traits
from sahelsim.interventions.dyads import hold_truces, set_resting, set_truce
from sahelsim.interventions.forces import Forces
from sahelsim.interventions.moments import state, strike
from sahelsim.interventions.splits import split
from sahelsim.interventions.timeline import Entry, Timeline, step_of
from sahelsim.scenario.interventions import Deploy, Enter, Protect, Split, Statement, Strike, Truce, Withdraw
from sahelsim.scenario.outside import entrances
from sahelsim.world.build import Blueprint
from sahelsim.world.state import World

__all__ = ["Interventions"]


class Interventions:
    """The interventions of one replicate: what stands, what has come and what is leaving."""

    def __init__(self, blueprint: Blueprint) -> None:
        scenario = blueprint.scenario
        self._timeline = Timeline.of(scenario)
        self._boundaries = self._timeline.boundaries()
        self._entrance = {
            list(scenario.actors).index(name): step_of(scenario.calendar, day)
            for name, day in entrances(scenario).items()
        }
        self._context = Context(blueprint, self._timeline)
        self._direction = Direction(self._context)
        self._forces = Forces(self._context, self._direction)
        self._areas = Areas(self._context, self._forces)

    @property
    def context(self) -> Context:
        """What does not change while the replicate runs."""
        return self._context

    def apply(self, world: World) -> None:
        """What interventions do at the world's step."""
        context = self._context
        bounds = world.step in self._boundaries
        if bounds:
            for a, step in self._entrance.items():
                world.actors.waiting[a] = step > world.step
            set_traits(world, context)
            set_resting(world, context)
            hold_truces(world, context)
            self._areas.set_aid(world)
            self._areas.set_borders(world)
            for entry in self._timeline.entries:
                if entry.first == world.step:
                    self._begin(world, entry)
                if entry.end == world.step and isinstance(entry.what, Deploy | Protect) and entry.what.actor:
                    self._forces.recall(world, entry, entry.what.actor)
        if bounds or self._direction.is_stale(world):
            self._direction.set_attraction(world)
        if bounds or self._areas.is_guarded:
            self._areas.set_shelter(world)
        set_disarray(world, context)
        self._forces.withdraw(world)

    def _begin(self, world: World, entry: Entry) -> None:
        what = entry.what
        match what:
            case Deploy():
                self._forces.deploy(world, entry, what)
            case Protect():
                self._forces.guard(world, entry, what)
            case Enter():
                self._forces.enter(world, entry, what)
            case Withdraw() if not entry.past:
                self._forces.order_out(world, entry, what)
            case Split():
                split(world, self._context, what, 0.0 if entry.past else what.cohesion_loss)
            case Strike():
                strike(world, self._context, what)
            case Statement():
                state(world, self._context, what)
            case Truce():
                set_truce(world, self._context, what)
