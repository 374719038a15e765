"""Where interventions act: their words on the map, and the faults that only the map shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.scenario.actors import Home
from sahelsim.scenario.interventions import Border, Deploy, Enter, Intervention, Operation, Order, Protect, Services
from sahelsim.scenario.outside import closures
from sahelsim.scenario.schema import Scenario
from sahelsim.world.ground import Ground
from sahelsim.world.homes import HomeCells, Place, home_cells, home_pull

__all__ = ["area_of", "check_where", "where_of"]

B1 = npt.NDArray[np.bool_]


def where_of(scenario: Scenario, ground: Ground, place: Place) -> dict[str, HomeCells]:
    """Homes, targets and areas of the interventions that have any, by intervention."""
    out = {}
    for name, what in scenario.interventions.items():
        key, homes = _homes(what)
        if homes:
            out[name] = home_cells(homes, ground, place, f"interventions.{name}.{key}")
    return out


def area_of(homes: HomeCells, ground: Ground) -> B1:
    """Cells whose centre lies within the radius of a home, and the cells of the homes themselves, shape (C,)."""
    inside = home_pull(homes, ground) >= -1.0
    inside[_points(homes, ground)] = True
    return np.asarray(inside)


def check_where(
    scenario: Scenario, ground: Ground, allowed: B1, homes: Mapping[tuple[str, str], HomeCells],
    where: Mapping[str, HomeCells],
) -> None:  # fmt: skip
    """Refuse forces and orders to places where the actor may not be, and borders that do not exist.

    Parameters
    ----------
    allowed : (A, C)
        Cells that each actor may enter.
    homes : mapping
        Homes of each group, by (actor, group).
    where : mapping
        Homes, targets and areas of the interventions.

    Raises
    ------
    BadInput
    """
    for name, what in scenario.interventions.items():
        path = f"interventions.{name}"
        if isinstance(what, Border):
            _check_border(what, ground, f"{path}.countries")
        elif isinstance(what, Order | Operation):
            for actor in [what.actor] if isinstance(what, Order) else what.actors:
                _check_left(scenario, ground, where[name], actor, what.date, f"{path}.target")
        for key, actor, there in _arrivals(scenario, name, what, homes, where):
            may = allowed[list(scenario.actors).index(actor)]
            if not may[_points(there, ground)].any():
                operates = ", ".join(scenario.actors[actor].operates_in) or "every country that has land"
                raise BadInput(f"{actor} may not be there; it operates in {operates}", path=path + key)
            _check_left(scenario, ground, there, actor, what.date, path + key)


def _homes(what: Intervention) -> tuple[str, tuple[Home, ...]]:
    if isinstance(what, Deploy):
        return "homes", what.homes
    if isinstance(what, Order | Operation):
        return "target", (what.target,)
    if isinstance(what, Services | Protect):
        return "area", (what.area,)
    return "", ()


def _arrivals(
    scenario: Scenario, name: str, what: Intervention, homes: Mapping[tuple[str, str], HomeCells],
    where: Mapping[str, HomeCells],
) -> list[tuple[str, str, HomeCells]]:  # fmt: skip
    """Forces that an intervention brings: key that says where, actor, and where."""
    if isinstance(what, Deploy):
        key = ".homes" if name in where else ".group"
        return [(key, what.actor, where.get(name, homes[what.actor, what.group]))]
    if isinstance(what, Protect) and what.actor is not None:
        return [(".area", what.actor, where[name])]
    if isinstance(what, Enter):
        return [("", what.actor, homes[what.actor, group]) for group in scenario.actors[what.actor].groups]
    return []


def _check_left(scenario: Scenario, ground: Ground, homes: HomeCells, actor: str, day: date, path: str) -> None:
    """Refuse homes that all lie in countries which the actor has left by then."""
    left = {
        ground.names.countries.index(country): f"{country} by '{name}' of {first}"
        for name, who, country, first in closures(scenario)
        if who == actor and first <= day
    }
    there = ground.cells_country[_points(homes, ground)]
    if left and np.isin(there, list(left)).all():
        raise BadInput(f"{actor} has left {left[int(there[0])]}, for good", path=path)


def _check_border(what: Border, ground: Ground, path: str) -> None:
    codes = [ground.names.countries.index(code) for code in what.countries]
    across = ground.cells_country[ground.neighbours][ground.cells_country == codes[0]]
    across = across[ground.neighbours[ground.cells_country == codes[0]] >= 0]
    if len(codes) == 2 and codes[1] not in across:
        raise BadInput(f"{what.countries[0]} and {what.countries[1]} have no border on the grid", path=path)
    if len(codes) == 1 and (across == codes[0]).all():
        raise BadInput(f"{what.countries[0]} has no border on the grid", path=path)


def _points(homes: HomeCells, ground: Ground) -> npt.NDArray[np.int64]:
    """Cells of the home points that lie on the grid."""
    cell = np.asarray(ground.grid.cell_of(homes.latitude, homes.longitude), np.int64)
    return cell[cell >= 0]
