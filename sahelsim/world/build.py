"""A world at its first step: actors, groups, units on the ground, communities with a side."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.rng import Stream, key_of, uniforms
from sahelsim.scenario.actors import Actor, Group
from sahelsim.scenario.outside import entrances
from sahelsim.scenario.schema import Scenario
from sahelsim.terms import Account, Role, Trait, TruceState
from sahelsim.world.fields import allocate
from sahelsim.world.first_sieges import besieged_communities
from sahelsim.world.ground import Ground
from sahelsim.world.ground_build import build_ground
from sahelsim.world.homes import HomeCells, home_cells, home_pull
from sahelsim.world.intervention_places import check_where, where_of
from sahelsim.world.log import DecisionBuffer, FlowBuffer, ViolenceBuffer
from sahelsim.world.places import places_of_actors, reserved_places, room_of_actors, unit_count
from sahelsim.world.region_source import load_source
from sahelsim.world.state import Actors, Cells, Communities, Groups, Outside, Units, World

__all__ = ["Blueprint", "build_blueprint", "new_world", "unit_count"]

Edges = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Blueprint:
    """What all replicates of a scenario share."""

    scenario: Scenario
    ground: Ground
    homes: tuple[HomeCells, ...]  # by group
    home_pull: npt.NDArray[np.float32]  # (G, C)
    allowed: npt.NDArray[np.bool_]  # (A, C) cells that an actor may enter
    base_traits: npt.NDArray[np.float64]  # (trait, A)
    pool: npt.NDArray[np.int64]  # (A + 1,) first unit place of each actor
    room: npt.NDArray[np.int64]  # (A, 2) first place of each actor's new units, and the one behind its last
    reserve: dict[str, npt.NDArray[np.int64]]  # unit places that interventions fill, behind all pools
    interventions: dict[str, HomeCells]  # homes, targets and areas of interventions, by intervention id
    depot: npt.NDArray[np.int32]  # (A,) community whose people refill an army; -1 none
    groups: tuple[tuple[str, str], ...]  # (actor, group) by index
    besieged: dict[str, int]  # community of each siege that is in place on the first day
    spread: dict[bytes, tuple[Edges, Edges]] = field(default_factory=dict)  # from `edges_of`, found once
    pulls: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)  # from `pull_of`, found once

    def edges_of(self, homes: HomeCells, allowed: npt.NDArray[np.bool_]) -> tuple[Edges, Edges]:
        """Running shares by cell of garrison and of mobile units, shape (C,) each, on the cells that are allowed."""
        key = b"".join(a.tobytes() for a in (homes.latitude, homes.longitude, homes.weight, homes.radius_km, allowed))
        if key not in self.spread:
            self.spread[key] = (
                np.cumsum(homes.point_weights(self.ground, allowed)),
                np.cumsum(homes.area_weights(self.ground, allowed)),
            )
        return self.spread[key]

    def pull_of(self, intervention: str) -> npt.NDArray[np.float32]:
        """Pull of the target of an order or operation, shape (C,)."""
        if intervention not in self.pulls:
            self.pulls[intervention] = home_pull(self.interventions[intervention], self.ground)
        return self.pulls[intervention]


def build_blueprint(scenario: Scenario) -> Blueprint:
    """Read the region and work out everything that does not depend on the replicate."""
    source = load_source(scenario)
    ground = build_ground(scenario, source)
    actors = list(scenario.actors.values())
    groups = [(a, g) for a, actor in scenario.actors.items() for g in actor.groups]
    homes = tuple(
        home_cells(scenario.actors[a].groups[g].homes, ground, source.place, f"actors.{a}.groups.{g}.homes")
        for a, g in groups
    )
    pool = places_of_actors(scenario, set(ground.raisers.ravel().tolist()))
    reserve = reserved_places(scenario, int(pool[-1]))
    blueprint = Blueprint(
        scenario=scenario,
        ground=ground,
        homes=homes,
        home_pull=np.stack([home_pull(h, ground) for h in homes]),
        allowed=np.stack([_allowed(a, ground, f"actors.{name}.operates_in") for name, a in scenario.actors.items()]),
        base_traits=np.array([[trait_of(actor, t) for actor in actors] for t in Trait]),
        pool=pool,
        room=room_of_actors(scenario, pool, reserve),
        reserve=reserve,
        interventions=where_of(scenario, ground, source.place),
        depot=_depots(actors, ground),
        groups=tuple(groups),
        besieged=besieged_communities(scenario, ground, source.place),
    )
    check_where(scenario, ground, blueprint.allowed, dict(zip(groups, homes, strict=True)), blueprint.interventions)
    return blueprint


def trait_of(actor: Actor, trait: Trait) -> float:
    """Value of a trait as the scenario gives it."""
    name = trait.name.lower()
    return float(getattr(actor if name in type(actor).model_fields else actor.doctrine, name))


def _allowed(actor: Actor, ground: Ground, path: str) -> npt.NDArray[np.bool_]:
    if not actor.operates_in:
        return ground.cells_land
    index = [ground.names.countries.index(c) for c in actor.operates_in]
    allowed = ground.cells_land & np.isin(ground.cells_country, index)
    if not allowed.any():
        raise BadInput(f"none of these countries has land on the grid: {', '.join(actor.operates_in)}", path=path)
    return np.asarray(allowed)


def _depots(actors: list[Actor], ground: Ground) -> npt.NDArray[np.int32]:
    """For actors that refill: the most populous community of the countries where they operate."""
    out = np.full(len(actors), -1, np.int32)
    for a, actor in enumerate(actors):
        if actor.record.government and not actor.record.host_government:
            index = [ground.names.countries.index(c) for c in actor.operates_in]
            inside = np.isin(ground.community_country, index) if index else np.ones(ground.communities, bool)
            if inside.any():
                out[a] = int(np.argmax(np.where(inside, ground.community_population, -1)))
    return out


def new_world(blueprint: Blueprint, replicate: int) -> World:
    """The world of one replicate at step 0: units placed, communities still neutral."""
    scenario, ground = blueprint.scenario, blueprint.ground
    places = int(blueprint.pool[-1]) + sum(p.size for p in blueprint.reserve.values())
    sizes = {
        "cell": ground.cells, "edge": ground.cells + 1, "actor": len(scenario.actors), "other": len(scenario.actors),
        "camp": len(scenario.camps), "group": len(blueprint.groups), "unit": places,
        "community": ground.communities, "feud": len(scenario.relations.feuds), "trait": len(Trait),
        "refuge": ground.community_refuges.shape[1],
        "account": len(Account), "country": len(ground.names.countries) + 1, "across": len(ground.names.countries) + 1,
    }  # fmt: skip
    world = World(
        ground=ground,
        key=key_of(scenario.seed, replicate),
        step=0,
        actors=Actors(**allocate(Actors, sizes)),
        groups=Groups(**allocate(Groups, sizes)),
        units=Units(**allocate(Units, sizes)),
        communities=Communities(**allocate(Communities, sizes)),
        cells=Cells(**allocate(Cells, sizes)),
        outside=Outside(**allocate(Outside, sizes)),
        violence=ViolenceBuffer(),
        decisions=DecisionBuffer(),
        flows=FlowBuffer(),
    )
    _set_actors(world, blueprint)
    _set_groups(world, blueprint)
    _place_units(world, blueprint)
    world.communities.population[:] = ground.community_population
    for nobody in ("besieger", "siege_start", "pact", "pact_start"):
        getattr(world.communities, nobody)[:] = -1
    world.ledger = {
        "fighters_start": int(world.units.strength.sum(dtype=np.int64)),
        "people_start": int(ground.community_population.sum(dtype=np.int64)),
        "fighters_in": 0, "fighters_out": 0, "fighters_home": 0, "recruits": 0,
        "bands_refused": 0,
    }  # fmt: skip
    return world


def _set_actors(world: World, blueprint: Blueprint) -> None:
    scenario, state = blueprint.scenario, world.actors
    names = list(scenario.actors)
    camps = list(scenario.camps)
    relations = scenario.relations
    state.camp[:] = [camps.index(a.camp) for a in scenario.actors.values()]
    state.traits[:] = blueprint.base_traits
    state.drive[:] = 1.0
    state.waiting[:] = [name in entrances(scenario) for name in names]
    state.local[:] = [a.local for a in scenario.actors.values()]
    state.budget[:] = [scenario.mechanisms.means.enabled and a.treasury is not None for a in scenario.actors.values()]
    state.treasury[:] = state.accounts[Account.OPENING] = [a.treasury or 0 for a in scenario.actors.values()]
    for x, row in relations.camp_hostility.items():
        for y, level in row.items():
            pairs = np.logical_and.outer(state.camp == camps.index(x), state.camp == camps.index(y))
            state.hostility[pairs | pairs.T] = level
    for x, row in relations.hostility.items():
        for y, level in row.items():
            _set_pair(state.hostility, names.index(x), names.index(y), level)
    np.fill_diagonal(state.hostility, 0.0)
    for rivalry in relations.rivalries.values():
        a, b = names.index(rivalry.a), names.index(rivalry.b)
        _set_pair(state.rival, a, b, 1)
        _set_pair(state.resting, a, b, rivalry.base)
        _set_pair(state.creed, a, b, rivalry.ideology)
    gap = np.abs(np.subtract.outer(state.traits[Trait.IDEOLOGY], state.traits[Trait.IDEOLOGY]))
    rest = np.clip(state.resting + scenario.mechanisms.truce.ideology * state.creed * gap, 0.0, 1.0)
    state.hostility[:] = np.where(state.rival == 1, rest, state.hostility)
    for truce in relations.truces.values():
        _set_pair(state.truce, names.index(truce.a), names.index(truce.b), int(TruceState[truce.state.upper()]))


def _set_pair(matrix: npt.NDArray[np.float64] | npt.NDArray[np.int8], a: int, b: int, value: float) -> None:
    matrix[a, b] = value
    matrix[b, a] = value


def _set_groups(world: World, blueprint: Blueprint) -> None:
    actors = list(blueprint.scenario.actors)
    peoples = list(blueprint.scenario.peoples)
    for g, (actor, name) in enumerate(blueprint.groups):
        group: Group = blueprint.scenario.actors[actor].groups[name]
        world.groups.actor[g] = actors.index(actor)
        world.groups.people[g] = -1 if group.people is None else peoples.index(group.people)
        world.groups.cohesion[g] = world.groups.full_cohesion[g] = group.cohesion
        world.groups.command[g] = 1.0


def _place_units(world: World, blueprint: Blueprint) -> None:
    next_place = blueprint.pool[:-1].copy()
    world.units.actor[: blueprint.pool[-1]] = np.repeat(np.arange(len(next_place)), np.diff(blueprint.pool))
    late = entrances(blueprint.scenario)
    for g, (actor, name) in enumerate(blueprint.groups):
        if actor in late:
            continue
        group = blueprint.scenario.actors[actor].groups[name]
        a = int(world.groups.actor[g])
        n = unit_count(group.fighters, blueprint.scenario.actors[actor].unit_size)
        places = np.arange(next_place[a], next_place[a] + n)
        next_place[a] += n
        fill_units(world, blueprint, places, g, group.fighters, group.garrison_share, blueprint.homes[g])


def fill_units(
    world: World,
    blueprint: Blueprint,
    places: npt.NDArray[np.int64],
    group: int,
    fighters: int,
    garrison_share: float,
    homes: HomeCells,
    closed: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Raise units in empty places: strength spread evenly, garrisons on the home points, mobile units around them.

    Nobody is put where the actor may not operate, nor into cells that are `closed` to it.
    """
    n = places.size
    if n == 0:
        return
    units, actor = world.units, int(world.groups.actor[group])
    allowed = blueprint.allowed[actor] if closed is None else blueprint.allowed[actor] & ~closed
    garrison = np.floor((np.arange(n) + 1) * garrison_share) > np.floor(np.arange(n) * garrison_share)
    draws = uniforms(world.key, Stream.PLACEMENT, world.step, places)
    for mask, edges in zip((garrison, ~garrison), blueprint.edges_of(homes, allowed), strict=True):
        cell = np.minimum(np.searchsorted(edges, draws[mask, 0] * edges[-1], side="right"), edges.size - 1)
        units.cell[places[mask]] = cell
        units.home[places[mask]] = cell
    units.group[places] = group
    units.actor[places] = actor
    units.role[places] = np.where(garrison, int(Role.GARRISON), int(Role.MOBILE))
    units.strength[places] = fighters // n + (np.arange(n) < fighters % n)
    world.fresh.units_raised()
