"""Interventions at work: each changes what comes from outside, never an outcome of the model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.interventions.timeline import Entry, Timeline, step_of
from sahelsim.mechanisms.movement.kernel import FORBIDDEN
from sahelsim.rng import Stream, uniform
from sahelsim.scenario.interventions import Change, Claim, Deploy, Order, Strike, Truce, Withdraw
from sahelsim.terms import Trait, TruceState
from sahelsim.world.build import Blueprint, fill_units
from sahelsim.world.homes import home_pull
from sahelsim.world.state import World

__all__ = ["Interventions"]

I64 = npt.NDArray[np.int64]


class Interventions:
    """The interventions of one replicate: what stands, what has come and what is leaving."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._calendar = blueprint.scenario.calendar
        self._timeline = Timeline.of(blueprint.scenario)
        self._boundaries = self._timeline.boundaries()
        self._actors = list(blueprint.scenario.actors)
        self._order_pull = {name: home_pull(homes, blueprint.ground) for name, homes in blueprint.interventions.items()}
        self._brought: dict[str, I64] = {}  # unit places raised by a deployment
        self._leaving: dict[str, tuple[I64, int, int]] = {}  # unit places, fighters and steps of a withdrawal

    def apply(self, world: World) -> None:
        """What interventions do at the world's step."""
        step = world.step
        if step in self._boundaries:
            standing = [e for e in self._timeline.entries if e.first <= step < e.end]
            self._set_traits(world, standing)
            self._set_resting(world, standing)
            self._set_attraction(world, standing)
            self._hold_truces(world, standing)
            for entry in self._timeline.entries:
                if entry.first == step:
                    self._begin(world, entry)
                if entry.end == step and isinstance(entry.what, Deploy):
                    places = self._brought.pop(entry.name, np.zeros(0, np.int64))
                    a = self._actors.index(entry.what.actor)
                    _remove(world, places, a, int(world.units.strength[places].sum(dtype=np.int64)))
        for entry in self._timeline.entries:
            if entry.name in self._leaving and isinstance(entry.what, Withdraw):
                places, leaving, steps = self._leaving[entry.name]
                done = step - entry.first
                if done < (entry.end - entry.first if entry.what.until is not None else 1):
                    a = self._actors.index(entry.what.actor)
                    _remove(world, places, a, leaving * (done + 1) // steps - leaving * done // steps)

    def _set_traits(self, world: World, standing: list[Entry]) -> None:
        traits = world.actors.traits
        traits[:] = self._blueprint.base_traits
        for entry in standing:
            if isinstance(entry.what, Change):
                a = self._actors.index(entry.what.actor)
                for name, value in entry.what.set.items():
                    traits[Trait[name.upper()], a] = value
                for name, factor in entry.what.scale.items():
                    traits[Trait[name.upper()], a] *= factor

    def _set_resting(self, world: World, standing: list[Entry]) -> None:
        resting = world.actors.resting
        resting[:] = 0.0
        for rivalry in self._blueprint.scenario.relations.rivalries.values():
            self._add_pair(resting, rivalry.a, rivalry.b, rivalry.base)
        for entry in standing:
            if isinstance(entry.what, Claim):
                self._add_pair(resting, entry.what.a, entry.what.b, entry.what.shift)

    def _add_pair(self, matrix: npt.NDArray[np.float64], x: str, y: str, value: float) -> None:
        a, b = self._actors.index(x), self._actors.index(y)
        matrix[a, b] += value
        matrix[b, a] += value

    def _set_attraction(self, world: World, standing: list[Entry]) -> None:
        groups = world.groups
        homing = world.actors.traits[Trait.HOMING][groups.actor]
        pull = homing[:, None].astype(np.float32) * self._blueprint.home_pull
        for entry in standing:
            order = entry.what
            if isinstance(order, Order):
                for g, (actor, group) in enumerate(self._blueprint.groups):
                    if actor == order.actor and (not order.groups or group in order.groups):
                        pull[g] += np.float32(order.weight) * self._order_pull[entry.name]
        pull[~self._blueprint.allowed[groups.actor]] = FORBIDDEN
        for entry in self._timeline.entries:
            if isinstance(entry.what, Withdraw) and entry.what.country is not None and entry.first <= world.step:
                left = self._blueprint.ground.names.countries.index(entry.what.country)
                mine = groups.actor == self._actors.index(entry.what.actor)
                pull[np.ix_(mine, self._blueprint.ground.cells_country == left)] = FORBIDDEN
        groups.attraction[:] = pull

    def _hold_truces(self, world: World, standing: list[Entry]) -> None:
        world.actors.held[:] = 0
        for entry in standing:
            if isinstance(entry.what, Truce) and entry.what.action == "hold":
                a, b = self._actors.index(entry.what.a), self._actors.index(entry.what.b)
                world.actors.held[a, b] = world.actors.held[b, a] = 1

    def _begin(self, world: World, entry: Entry) -> None:
        what = entry.what
        if isinstance(what, Deploy):
            self._deploy(world, entry.name, what)
        elif isinstance(what, Withdraw) and not entry.past:
            places = self._places_of(world, what.actor, what.group)
            if what.country is not None:
                there = world.ground.names.countries.index(what.country)
                places = places[world.ground.cells_country[world.units.cell[places]] == there]
            leaving = round(what.share * float(world.units.strength[places].sum(dtype=np.int64)))
            steps = max(1, entry.end - step_of(self._calendar, what.date)) if what.until is not None else 1
            self._leaving[entry.name] = (places, leaving, steps)
        elif isinstance(what, Strike):
            g = self._blueprint.groups.index((what.actor, what.group))
            world.groups.cohesion[g] = max(0.0, world.groups.cohesion[g] - what.cohesion_loss)
        elif isinstance(what, Truce):
            a, b = self._actors.index(what.a), self._actors.index(what.b)
            now = TruceState(int(world.actors.truce[a, b]))
            held = max(now, TruceState.TACIT)
            state = {"broker": TruceState.NEGOTIATED, "break": TruceState.NONE, "hold": held}[what.action]
            world.actors.truce[a, b] = world.actors.truce[b, a] = int(state)

    def _deploy(self, world: World, name: str, what: Deploy) -> None:
        blueprint = self._blueprint
        spec = blueprint.scenario.actors[what.actor]
        places = blueprint.reserve[name]
        g = blueprint.groups.index((what.actor, what.group))
        homes = blueprint.interventions.get(name, blueprint.homes[g])
        share = spec.groups[what.group].garrison_share
        fill_units(world, blueprint, places, g, what.fighters, share, homes)
        self._brought[name] = places
        world.ledger["fighters_in"] += int(world.units.strength[places].sum(dtype=np.int64))

    def _places_of(self, world: World, actor: str, group: str | None) -> I64:
        mine = (world.units.actor == self._actors.index(actor)) & (world.units.strength > 0)
        if group is not None:
            mine &= world.units.group == self._blueprint.groups.index((actor, group))
        return np.flatnonzero(mine)


def _remove(world: World, places: I64, actor: int, fighters: int) -> None:
    """Fighters of the actor leave the region, whole units first, beginning at a random one; who went over stays."""
    if places.size == 0 or fighters <= 0:
        return
    begin = int(uniform(*world.key, int(Stream.WITHDRAWAL), world.step, int(places[0]), 0) * places.size)
    turn = np.roll(places, -begin)
    strength = np.where(world.units.actor[turn] == actor, world.units.strength[turn], 0).astype(np.int64)
    before = np.concatenate(([0], np.cumsum(strength)[:-1]))
    taken = np.clip(fighters - before, 0, strength)
    world.units.strength[turn] -= taken.astype(np.int32)
    world.ledger["fighters_out"] += int(taken.sum())
