"""Small worlds made by hand, the shipped small scenario cut to size, and what the tests compare them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numba
import numpy as np
from hypothesis import HealthCheck, settings

from sahelsim.grid import Grid
from sahelsim.mechanisms.recruitment.step import Rolls
from sahelsim.record import Names, ReplicateRecord
from sahelsim.rng import key_of, uniform4
from sahelsim.scenario.load import load_scenario
from sahelsim.terms import Account, Role, Trait
from sahelsim.world.fields import allocate, registry_of
from sahelsim.world.ground import Ground
from sahelsim.world.log import DecisionBuffer, FlowBuffer, ViolenceBuffer
from sahelsim.world.state import Actors, Cells, Communities, Groups, Outside, Units, World

TWO_ACTORS = Path(__file__).parents[2] / "scenarios" / "two_actors.yaml"
LIVELY = Path(__file__).parents[1] / "data" / "lively.yaml"
SWITCHES = (
    "movement", "battle", "civilian_harm", "revenge", "allegiance", "defection", "recruitment", "truce", "displacement",
    "siege", "pact", "means", "information", "katiba", "self_defence",
)  # fmt: skip
UNLIKELY = 1e-4
"""p-value below which a sample (of a fixed seed) is held not to follow its law."""


def few(compiled: int, plain: int) -> int:
    """How many: `compiled` with the JIT, `plain` (fewer) when kernels run as plain Python."""
    return plain if numba.config.DISABLE_JIT else compiled


def tries(compiled: int, plain: int) -> Any:
    """Settings of Hypothesis: the same examples in every run, fewer without the JIT."""
    return settings(
        derandomize=True, database=None, deadline=None, max_examples=few(compiled, plain),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )  # fmt: skip


def least(model: type, **values: Any) -> Any:
    """Parameters of a mechanism with everything that is not named at its lower bound (at 0 if that is negative)."""
    known = set(model.model_fields)
    assert set(values) <= known, f"{model.__name__} has no {sorted(set(values) - known)}"
    numbers: dict[str, Any] = {"enabled": True}
    for name, field in model.model_fields.items():
        bounds = [b.ge for b in field.metadata if hasattr(b, "ge")]
        if name != "enabled":
            numbers[name] = field.annotation(max(0, *bounds)) if bounds else field.annotation(0)
    return model.model_construct(**{**numbers, **values})


@dataclass(frozen=True)
class Band:
    """A unit; its group is the first of its actor unless given."""

    actor: int
    cell: int
    strength: int
    group: int = -1
    garrison: bool = False


@dataclass(frozen=True)
class Village:
    """A community."""

    cell: int
    population: int
    people: int = 0
    camp: int = 0
    clan: int = -1
    grievance: tuple[float, ...] = ()
    fear: float = 0.0


def little_world(
    bands: Sequence[Band] = (),
    villages: Sequence[Village] = (),
    *,
    shape: tuple[int, int] = (1, 1),
    actor_camp: Sequence[int] = (1, 2),
    groups: Sequence[tuple[int, int]] = (),
    camps: int = 3,
    peoples: int = 1,
    clans: int = 0,
    kinship: Any = None,
    refuges: Any = None,
    refuge_pull: Any = None,
    extent: float = 1.0,
    spare: int = 0,
    seed: int = 1,
) -> World:
    """A world of `shape` (rows, columns) cells with these units and communities; communities in order of cell.

    Each actor has a pool of places: its bands in the order given, then `spare` empty ones. `groups` are (actor, people)
    by index, in the order of the actors; one mixed group an actor if none are given. Pay and skill are 1, other traits
    0.
    """
    groups = list(groups) or [(a, -1) for a in range(len(actor_camp))]
    assert [v.cell for v in villages] == sorted(v.cell for v in villages)
    ground = _ground(shape, villages, actor_camp, groups, camps, peoples, clans, kinship, refuges, refuge_pull, extent)
    places = sum(1 for _ in bands) + spare * len(actor_camp)
    sizes = {
        "cell": ground.cells, "edge": ground.cells + 1, "actor": len(actor_camp), "other": len(actor_camp),
        "camp": camps, "group": len(groups), "unit": places, "community": len(villages), "feud": 0, "trait": len(Trait),
        "account": len(Account), "country": 3, "across": 3, "refuge": ground.community_refuges.shape[1],
    }  # fmt: skip
    world = World(
        ground=ground, key=key_of(seed, 0), step=0,
        actors=Actors(**allocate(Actors, sizes)), groups=Groups(**allocate(Groups, sizes)),
        units=Units(**allocate(Units, sizes)), communities=Communities(**allocate(Communities, sizes)),
        cells=Cells(**allocate(Cells, sizes)), outside=Outside(**allocate(Outside, sizes)),
        violence=ViolenceBuffer(), decisions=DecisionBuffer(), flows=FlowBuffer(),
        ledger={"recruits": 0, "bands_refused": 0, "fighters_in": 0, "fighters_out": 0, "fighters_home": 0},
    )  # fmt: skip
    world.actors.camp[:] = actor_camp
    world.actors.traits[[Trait.PAY, Trait.SKILL]] = 1.0
    world.groups.actor[:] = [a for a, _ in groups]
    world.groups.people[:] = [p for _, p in groups]
    first = pool_of(world, bands, spare)
    for a in range(len(actor_camp)):
        world.units.actor[first[a] : first[a + 1]] = a
        world.units.group[first[a] : first[a + 1]] = next(g for g, (b, _) in enumerate(groups) if b == a)
    for band in bands:
        u = first[band.actor]
        first[band.actor] += 1
        world.units.cell[u] = world.units.home[u] = band.cell
        world.units.strength[u] = band.strength
        world.units.role[u] = int(Role.GARRISON if band.garrison else Role.MOBILE)
        if band.group >= 0:
            world.units.group[u] = band.group
    for m, village in enumerate(villages):
        world.communities.population[m] = village.population
        world.communities.camp[m] = village.camp
        world.communities.fear[m] = village.fear
        world.communities.grievance[m, : len(village.grievance)] = village.grievance
    world.actors.drive[:] = world.groups.command[:] = 1.0
    for nobody in ("besieger", "siege_start", "pact", "pact_start"):
        getattr(world.communities, nobody)[:] = -1
    return world


def pool_of(world: World, bands: Sequence[Band], spare: int) -> np.ndarray:
    """First unit place of each actor in a `little_world`, shape (A + 1,)."""
    sizes = [sum(b.actor == a for b in bands) + spare for a in range(world.actors.camp.size)]
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def rolls_of(
    world: World, bands: Sequence[Band], spare: int, unit_size: Sequence[int], depot: Sequence[int] = ()
) -> Rolls:
    """The rolls of recruitment for a `little_world`."""
    actors = world.actors.camp.size
    raised = np.array([sum(b.actor == a for b in bands) for a in range(actors)], np.int64)
    depots = np.array(list(depot) or [-1] * actors, np.int32)
    return Rolls(np.array(unit_size, np.int32), pool_of(world, bands, spare), raised, depots)


def _ground(
    shape: tuple[int, int], villages: Sequence[Village], actor_camp: Sequence[int], groups: Sequence[tuple[int, int]],
    camps: int, peoples: int, clans: int, kinship: Any, refuges: Any, refuge_pull: Any, extent: float,
) -> Ground:  # fmt: skip
    grid = Grid(0.0, shape[1] * 0.5, 0.0, shape[0] * 0.5, 0.5) if max(shape) < 100 else Grid(
        0.0, shape[1] * 0.1, 0.0, shape[0] * 0.1, 0.1
    )  # fmt: skip
    cells, m = grid.size, len(villages)
    cell = np.array([v.cell for v in villages], np.int32)

    def none(n: int, dtype: str = "f8") -> np.ndarray:
        return np.zeros(n, dtype)

    return Ground(
        grid=grid, names=Names(tuple(f"actor {a}" for a in range(len(actor_camp))), *[()] * 7), extent=extent,
        cells_latitude=grid.latitude, cells_longitude=grid.longitude, cells_country=none(cells, "i2"),
        cells_admin1=none(cells, "i2"), cells_land=np.ones(cells, bool), cells_desert=none(cells, "f4"),
        cells_river=none(cells, "f4"), cells_border_km=none(cells, "f4"), cells_capital_km=none(cells, "f4"),
        cells_garrison_km=none(cells, "f4"), cells_remoteness=none(cells, "f4"), cells_gid=grid.gid(),
        neighbours=grid.neighbours(), trade=none(cells), gold=none(cells),
        community_start=np.searchsorted(cell, np.arange(cells + 1)).astype(np.int32),
        community_cell=cell, community_latitude=none(m), community_longitude=none(m),
        community_name=tuple(f"village {i}" for i in range(m)), community_country=none(m, "i2"),
        community_admin1=none(m, "i2"), community_people=np.array([v.people for v in villages], np.int16),
        community_clan=np.array([v.clan for v in villages], np.int16),
        community_population=np.array([v.population for v in villages], np.int32),
        community_refuges=np.full((m, 2), -1, np.int32) if refuges is None else np.array(refuges, np.int32),
        community_refuge_pull=np.array(np.zeros((m, 2)) if refuge_pull is None else refuge_pull, np.float32),
        clan_names=tuple(f"clan {n}" for n in range(clans)), towns_latitude=none(0), towns_longitude=none(0),
        towns_admin1=none(0, "i2"), towns_country=none(0, "i2"), towns_cell=none(0, "i4"),
        towns_population=none(0, "i4"),
        kinship=np.zeros((peoples, camps)) if kinship is None else np.array(kinship, np.float64),
        feud_people=none(0, "i2"), feud_against=none(0, "i2"), feud_level=none(0), feud_avenger=none(0, "i2"),
        feud_sites=np.zeros((0, 2), np.int32), raisers=np.full((peoples, 1), -1, np.int16),
    )  # fmt: skip


def draws(world: World, stream: int, entities: int | np.ndarray, slot: int = 0) -> np.ndarray:
    """The four numbers that each entity draws from a stream at the world's step, shape (N, 4)."""
    each = [uniform4(*world.key, int(stream), world.step, int(e), slot) for e in np.atleast_1d(entities)]
    return np.array(each).reshape(-1, 4)


def decisions_of(world: World) -> list[tuple[int, ...]]:
    """Rows of the log of decisions: step, kind, cell, entity, before, after, size."""
    return [tuple(int(x) for x in row) for row in world.decisions.rows[: int(world.decisions.count[0])]]


def snapshot(world: World) -> dict[str, np.ndarray]:
    """Copies of all state arrays, by "table.variable"."""
    return {
        f"{table.__name__.lower()}.{v.name}": getattr(getattr(world, table.__name__.lower()), v.name).copy()
        for table in (Actors, Groups, Units, Communities, Cells, Outside)
        for v in registry_of(table)
    }


def changed(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> set[str]:
    """Names of the arrays that differ."""
    return {name for name in before if not np.array_equal(before[name], after[name])}


def army_and_movement(**changes: Any) -> Any:
    """The shipped scenario `two_actors` with changes by dotted path (dots written as two underscores)."""
    return load_scenario(TWO_ACTORS, changes=_dotted(changes))


def with_rivals(**changes: Any) -> Any:
    """The same with a splinter of the movement: a rivalry, so that truces and defections can happen; 6 by 6 cells."""
    plain = load_scenario(TWO_ACTORS)
    splinter = plain.actors["movement"].model_dump(mode="json", exclude_none=True)
    splinter |= {"name": "The Splinter", "camp": "splinter", "ideology": 0.85, "pay": 1.3}
    splinter["groups"] = {"bands": {**splinter["groups"]["hills"], "name": "Bands", "fighters": 300, "cohesion": 0.5}}
    rivalry = {"a": "movement", "b": "splinter", "base": 0.3, "ideology": 1.0, "source": "test"}
    made = {
        "camps": [*plain.camps, "splinter"],
        "actors.splinter": splinter,
        "relations.camp_hostility.state.splinter": 1.0,
        "relations.rivalries.schism": rivalry,
        "calendar.steps": 30,
    }
    return load_scenario(TWO_ACTORS, changes={**made, **_dotted(changes)})


def lively(**changes: Any) -> Any:
    """A small world in which everything can happen, and in a few steps does; changes as in `army_and_movement`."""
    return load_scenario(LIVELY, changes=_dotted(changes))


def _dotted(changes: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "."): value for key, value in changes.items()}


def all_off(**but: bool) -> dict[str, bool]:
    """Changes that switch every mechanism off, except those named."""
    return {f"mechanisms__{name}__enabled": but.get(name, False) for name in SWITCHES}


def bytes_of(record: ReplicateRecord) -> dict[str, bytes]:
    """Everything in a record but the time it took, as bytes."""
    out = {"ledger": repr(sorted((k, int(v)) for k, v in record.ledger.items())).encode()}
    for part in ("violence", "decisions", "panel", "flows"):
        for field in fields(getattr(record, part)):
            out[f"{part}.{field.name}"] = _raw(getattr(getattr(record, part), field.name))
    for name in ("hostility", "truce", "fighters"):
        out[name] = _raw(getattr(record, name))
    return out


def _raw(values: np.ndarray) -> bytes:
    return f"{values.dtype}{values.shape}".encode() + np.ascontiguousarray(values).tobytes()
