"""The same statistics of one replicate from either version of the model: `observe_engine`, `observe_mesa`."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from core_in_mesa.model import CoreModel
from sahelsim.schedule import Play, begin, run_step
from sahelsim.terms import Decision, Harm, TruceState
from sahelsim.world.build import Blueprint

__all__ = ["Statistics", "observe_engine", "observe_mesa"]

Statistics = dict[str, float]


def observe_engine(blueprint: Blueprint, replicate: int, steps: int) -> Statistics:
    """Run the engine for some steps and say what happened."""
    scenario, ground = blueprint.scenario, blueprint.ground
    play = begin(blueprint, replicate)
    world, names = play.world, list(scenario.actors)
    out = {f"first day: {k}": v for k, v in _engine_camps(play).items()}
    truce_weeks = np.zeros(len(TruceState))
    distance = hostility = 0.0
    pairs = list(combinations(range(len(names)), 2))
    for _ in range(steps):
        before = world.units.cell.copy()
        run_step(play)
        alive = world.units.strength > 0
        distance += float(ground.grid.distance_km(before[alive], world.units.cell[alive]).sum())
        states = np.array([world.actors.truce[i, j] for i, j in pairs])
        truce_weeks += np.bincount(states, minlength=len(TruceState)) * play.weeks
        hostility += sum(float(world.actors.hostility[i, j]) for i, j in pairs)
    units, rows = world.units, world.violence.rows[: int(world.violence.count[0])]
    battles, attacks = rows[rows[:, 1] == Harm.BATTLE], rows[rows[:, 1] == Harm.VIOLENCE_AGAINST_CIVILIANS]
    for i, j in pairs:
        of_two = (np.sort(battles[:, 3:5], axis=1) == (i, j)).all(axis=1)
        out[f"battles: {names[i]} and {names[j]}"] = float(of_two.sum())
    out["battles"], out["battle deaths"] = float(len(battles)), float(battles[:, 5:7].sum())
    out["battles won by the attacker"] = float((battles[:, 11] == battles[:, 3]).sum())
    out["attacks on civilians"], out["civilian deaths"] = float(len(attacks)), float(attacks[:, 7].sum())
    for a, name in enumerate(names):
        out[f"fighters: {name}"] = float(units.strength[units.actor == a].sum())
        out[f"attacks: {name}"] = float((attacks[:, 3] == a).sum())
        out[f"cells held: {name}"] = _spread(np.bincount(units.cell, units.strength * (units.actor == a)))
    out |= {f"last day: {k}": v for k, v in _engine_camps(play).items()}
    decisions = world.decisions.rows[: int(world.decisions.count[0]), 1]
    out["defections"] = float((decisions == Decision.DEFECTION).sum())
    out["changes of camp"] = float(((decisions == Decision.PLEDGE) | (decisions == Decision.LAPSE)).sum())
    out["fear"] = float(world.communities.fear.sum())
    out["grievance"] = float(world.communities.grievance.sum())
    return out | _common(distance, hostility, truce_weeks)


def observe_mesa(blueprint: Blueprint, seed: int, steps: int) -> Statistics:
    """Run the Mesa version for some steps and say what happened."""
    model = CoreModel(blueprint, seed)
    grid = blueprint.ground.grid
    out = {f"first day: {k}": v for k, v in _mesa_camps(model).items()}
    truce_weeks = np.zeros(len(TruceState))
    distance = hostility = 0.0
    for _ in range(steps):
        model.step()
        moves = np.array([(u.before.index, u.cell.index) for u in model.units], np.int64).reshape(-1, 2)
        distance += float(grid.distance_km(moves[:, 0], moves[:, 1]).sum())
        for dyad in model.dyads.values():
            truce_weeks[dyad.truce] += model.weeks
            hostility += dyad.hostility
    tallies = model.tallies
    for a, b in combinations(model.actors, 2):
        out[f"battles: {a.name} and {b.name}"] = float(tallies[f"battles of {a.name} and {b.name}"])
    for name in ("battles", "battle deaths", "battles won by the attacker", "civilian deaths", "defections"):
        out[name] = float(tallies[name])
    out["attacks on civilians"], out["changes of camp"] = float(tallies["attacks"]), float(tallies["changes of camp"])
    for actor in model.actors:
        out[f"fighters: {actor.name}"] = float(actor.fighters)
        out[f"attacks: {actor.name}"] = float(tallies[f"attacks of {actor.name}"])
        out[f"cells held: {actor.name}"] = _spread(np.array([p.strength[actor] for p in model.places], float))
    out |= {f"last day: {k}": v for k, v in _mesa_camps(model).items()}
    out["fear"] = sum(m.fear for m in model.communities)
    out["grievance"] = sum(sum(m.grievance.values()) for m in model.communities)
    return out | _common(distance, hostility, truce_weeks)


def _common(distance: float, hostility: float, truce_weeks: npt.NDArray[np.float64]) -> Statistics:
    return {
        "distance moved [km]": distance,
        "hostility of all dyads and steps": hostility,
        "days of tacit truce": 7.0 * float(truce_weeks[TruceState.TACIT]),
        "days of negotiated truce": 7.0 * float(truce_weeks[TruceState.NEGOTIATED]),
    }


def _spread(fighters: npt.NDArray[np.float64]) -> float:
    """Effective number of cells that a force stands in: 1 / sum of squared shares; 0 if there is nobody."""
    total = fighters.sum()
    return float(1.0 / np.square(fighters / total).sum()) if total > 0 else 0.0


def _engine_camps(play: Play) -> Statistics:
    c = play.world.communities
    people = np.bincount(c.camp, c.population, len(play.blueprint.scenario.camps))
    return {
        f"share of {k}": float(n / people.sum()) for k, n in zip(play.blueprint.scenario.camps, people, strict=True)
    }


def _mesa_camps(model: CoreModel) -> Statistics:
    people = {k: sum(m.population for m in model.communities if m.camp == k) for k in model.camps}
    return {f"share of {k}": n / sum(people.values()) for k, n in people.items()}
