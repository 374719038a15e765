"""The state of a world as structures of arrays. What changes during a run is here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.world.fields import Variable, registry_of, variable
from sahelsim.world.ground import Ground
from sahelsim.world.log import DecisionBuffer, FlowBuffer, ViolenceBuffer

__all__ = ["Actors", "Cells", "Communities", "Freshness", "Groups", "Outside", "Units", "World", "registry"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass
class Actors:
    """Actors and their dyads."""

    camp: I16 = variable("actor", "i2", "index", "camp that communities join when they side with the actor")
    traits: F64 = variable("trait actor", "f8", "see scenario", "doctrine and standing in force at this step")
    hostility: F64 = variable("actor other", "f8", "0-1", "hostility of the dyad (symmetric)")
    resting: F64 = variable("actor other", "f8", "0-1", "hostility at no ideological distance, with claims")
    creed: F64 = variable("actor other", "f8", "0-1", "weight of ideological distance in the rivalry")
    rival: I8 = variable("actor other", "i1", "0/1", "1 where truces come and go by the model")
    truce: I8 = variable("actor other", "i1", "terms.TruceState", "truce that holds in the dyad")
    held: I8 = variable("actor other", "i1", "0/1", "1 while a what-if holds the truce against all hazards")
    enmity: F64 = variable(
        "actor other", "f8", "0-1", "hostility times the factor of the truce: what acts on the ground"
    )
    loss_memory: F64 = variable("actor other", "f8", "deaths", "remembered deaths in fights of the dyad")
    fight_memory: F64 = variable("actor other", "f8", "battles", "remembered battles of the dyad")
    victories: F64 = variable("actor", "f8", "battles", "remembered battles won")
    defeats: F64 = variable("actor", "f8", "battles", "remembered battles lost")
    local: I8 = variable("actor", "i1", "0/1", "1 for militias raised by communities: local pacts bind them")
    waiting: I8 = variable("actor", "i1", "0/1", "1 until an intervention brings the actor on stage")
    drive: F64 = variable(
        "actor", "f8", "0-1", "share of its initiative and mobility that strain and disarray leave it"
    )
    usual: F64 = variable("actor", "f8", "fighters", "strength that the actor used to have")
    rise: F64 = variable("actor", "f8", "-1 to 1", "its strength less the usual one, over their sum")
    momentum: F64 = variable("actor", "f8", "-1 to 1", "recent victories minus defeats, as a share of the battles")
    budget: I8 = variable("actor", "i1", "0/1", "1 where the actor lives within its means; 0: it is always paid")
    accounts: I64 = variable(
        "account actor", "i8", "money", "income and spending since the start; sums to the treasury"
    )
    treasury: I64 = variable("actor", "i8", "money", "what the actor has left")
    arrears: F64 = variable("actor", "f8", "0-1", "share of the pay of this step that was not paid")
    strain: F64 = variable("actor", "f8", "0-1", "remembered arrears: how hard up the actor is")
    disarray: F64 = variable("actor", "f8", "0-1", "disorder in the chain of command after a coup; fades")
    fame: F64 = variable("actor", "f8", "1", "what the actor's statements have won it among recruits; fades")
    voice: F64 = variable("actor other", "f8", "0-1", "hostility that the dyad's statements add; fades (symmetric)")


@dataclass
class Groups:
    """Groups of actors: katibas and constituents."""

    actor: I16 = variable("group", "i2", "index", "actor that the group belongs to")
    people: I16 = variable("group", "i2", "index", "people of most of its fighters; -1 mixed")
    cohesion: F64 = variable("group", "f8", "0-1", "how firmly its units hold together")
    full_cohesion: F64 = variable("group", "f8", "0-1", "cohesion that it recovers to")
    commander: I32 = variable("group", "i4", "count", "how many commanders it has lost")
    fighters: I32 = variable("group", "i4", "fighters", "strength before the battles of the step")
    command: F64 = variable("group", "f8", "0-1", "authority of the commander; a new one has to earn it")
    attraction: F32 = variable(
        "group cell", "f4", "1", "pull of home ground, orders and rules of entry on its mobile units"
    )


@dataclass
class Units:
    """Armed units. An empty place has strength 0."""

    cell: I32 = variable("unit", "i4", "index", "where the unit stands")
    home: I32 = variable("unit", "i4", "index", "where it was raised")
    group: I16 = variable("unit", "i2", "index", "its group")
    actor: I16 = variable("unit", "i2", "index", "its actor (that of its group)")
    role: I8 = variable("unit", "i1", "terms.Role", "garrison or mobile")
    strength: I32 = variable("unit", "i4", "fighters", "fighters alive in it")


@dataclass
class Communities:
    """Civilian communities, sorted by cell."""

    camp: I8 = variable("community", "i1", "index", "camp that it sides with")
    population: I32 = variable("community", "i4", "people", "people present who belong there")
    away: I32 = variable("community", "i4", "people", "people who have fled from there")
    hosted: I32 = variable("community", "i4", "people", "people from elsewhere who have taken refuge there")
    away_at: I32 = variable("community refuge", "i4", "people", "people who have fled from there, by their refuge")
    grievance: F32 = variable("community camp", "f4", "1", "grievance against each camp")
    fear: F32 = variable("community", "f4", "1", "fear left by violence")
    besieger: I8 = variable("community", "i1", "index", "actor that besieges it; -1 none")
    tightness: F32 = variable("community", "f4", "0-1", "how tight the siege is")
    hunger: F32 = variable("community", "f4", "0-1", "hunger under siege")
    siege_start: I32 = variable("community", "i4", "step", "when the siege began; -1 none")
    pact: I8 = variable("community", "i1", "index", "actor with which it has a pact; -1 none")
    pact_start: I32 = variable("community", "i4", "step", "when the pact was made; -1 none")
    pact_harm: I32 = variable(
        "community", "i4", "deaths", "people that the pact's actor has killed there since it was made"
    )


@dataclass
class Cells:
    """What changes in a cell."""

    start: I32 = variable("edge", "i4", "offset", "first entry of the cell in `order`")
    order: I32 = variable("unit", "i4", "index", "units sorted by (cell, unit)")
    side_start: I32 = variable("edge", "i4", "offset", "first entry of the cell in `side`")
    side: I16 = variable("unit", "i2", "index", "actors who have fighters in a cell, sorted by (cell, actor)")
    strength: I32 = variable("cell actor", "i4", "fighters", "fighters of each actor")
    pledged: I32 = variable("cell camp", "i4", "people", "people of communities in each camp")
    memory: F32 = variable("cell", "f4", "deaths", "remembered deaths of all kinds")
    losses: F32 = variable("cell actor", "f4", "deaths", "remembered own losses of each actor")
    harm: F32 = variable("feud cell", "f4", "deaths", "remembered deaths that one people blames on another")
    appeal: F32 = variable("cell actor", "f4", "1", "worth of the cell, where it lies near, to an actor's mobile units")
    trust: F32 = variable("cell actor", "f4", "-1 to 1", "what the actor's word is worth there; 0 unknown")
    bound: F32 = variable("cell actor", "f4", "0-1", "share of the people who have a pact with the actor")


@dataclass
class Outside:
    """What interventions from outside hold in place."""

    shelter: F32 = variable("cell", "f4", "0-1", "share of attacks on civilians and of sieges that protection prevents")
    aid: F32 = variable("cell camp", "f4", "1", "services funded from outside, on top of those of the camp's actors")
    border: F32 = variable("country across", "f4", "0-1", "how far the border between two countries is closed")


@dataclass
class Freshness:
    """What of the index of who stands where (`world.index`) still holds. Trusted only while `kept`, in a step.

    Whoever changes an array that the index is made from, and not the index with it, says so here. The lists of units
    and sides may hold some that have died since: as long as the strength of the cell follows, nothing is stale.
    """

    kept: bool = False
    living: bool = False  # the list of living units
    units: bool = False  # `start`, `order`, `side_start`, `side` and `strength` of the cells
    people: bool = False  # `pledged` of the cells
    counted: bool = False  # `fighters`
    fighters: I64 | None = None  # (A,) fighters of each actor
    alive: int = 0  # length of the list
    bounds: tuple[int, int] = (0, 0)  # what the last sorting of units returned

    def keep(self, kept: bool) -> None:
        """Begin or cease to trust the index; either way nothing holds yet."""
        self.kept, self.living, self.units, self.people, self.counted = kept, False, False, False, False

    def units_moved(self) -> None:
        """Units have gone elsewhere, or changed in strength or side while the strength of the cell did not follow."""
        self.units = self.counted = False

    def strengths_changed(self) -> None:
        """Units have changed in strength or side, and the strength of the cell with them."""
        self.counted = False

    def units_raised(self) -> None:
        """Units have been raised in empty places."""
        self.living = self.units = self.counted = False

    def people_changed(self) -> None:
        """Communities have won or lost people, or changed sides."""
        self.people = False


@dataclass
class World:
    """One replicate in being: the ground it stands on, its state, its key and its logs."""

    ground: Ground
    key: tuple[int, int]
    step: int
    actors: Actors
    groups: Groups
    units: Units
    communities: Communities
    cells: Cells
    outside: Outside
    violence: ViolenceBuffer
    decisions: DecisionBuffer
    flows: FlowBuffer
    ledger: dict[str, int] = field(default_factory=dict)
    fresh: Freshness = field(default_factory=Freshness)
    _scratch: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def scratch_like(self, name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Room of the shape and type of `array` for a large intermediate result, the same at each step."""
        if name not in self._scratch:
            self._scratch[name] = np.empty_like(array)
        return self._scratch[name]


def registry() -> dict[str, tuple[Variable, ...]]:
    """Every state variable, by the table that it belongs to."""
    tables = {
        "actors": Actors,
        "groups": Groups,
        "units": Units,
        "communities": Communities,
        "cells": Cells,
        "outside": Outside,
    }
    return {name: registry_of(table) for name, table in tables.items()}
