"""What the record can be expected to show of a month of simulated war, in the units that forecasts are scored in.

For each true event the chance ``p`` of entering the record is known (see `observation.chance`), so the expected number
of recorded events of a unit is the sum of ``p`` over its events: what the record shows on average, without the noise of
drawing it. Events outside the six countries that forecasts are about (`ged.units`) count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.ged import units
from sahelsim.ged.units import COUNTRIES, LAKE_CHAD_EAST
from sahelsim.observation.chance import chance_named, counted_deaths
from sahelsim.observation.sides import recorded_sides
from sahelsim.record import ViolenceLog
from sahelsim.terms import ViolenceType
from sahelsim.world.log import VIOLENCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sahelsim.observation.sides import Sides
    from sahelsim.scenario.schema import Scenario
    from sahelsim.schedule import Play
    from sahelsim.world.build import Blueprint
    from sahelsim.world.ground import Ground

__all__ = ["ACTORS", "DYADS", "Expected", "Expecting"]

ACTORS = tuple(units.ACTORS)
"""Actors in the order of the arrays here; Gov is any government."""

DYADS = tuple(units.DYADS)
"""Dyads and one-sided violence by name, in the order of the arrays here."""

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
_NONE = len(DYADS)


@dataclass(frozen=True)
class Expected:
    """Expected records of P particles in one month."""

    dyads: F64  # (P, 5) events
    actors: F64  # (P, 3) events with the actor on a side
    countries: F64  # (P, N) events by country of the region
    cells: F64  # (P, C) events by cell of the grid


class Expecting:
    """Turns the logs of violence of several plays of one scenario into expected records."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._actors = [actor.record for actor in blueprint.scenario.actors.values()]
        self._counts = _cells_that_count(blueprint.ground)

    def month(self, plays: Sequence[Play], scenarios: Sequence[Scenario]) -> Expected:
        """Expected records of what the plays have logged.

        Parameters
        ----------
        plays : sequence of Play
            Of one blueprint up to parameters.
        scenarios : sequence of Scenario
            The scenario of each, for its parameters of observation.
        """
        ground = self._blueprint.ground
        sizes = [int(play.world.violence.count[0]) for play in plays]
        owner = np.repeat(np.arange(len(plays)), sizes)
        violence = _joined(plays, sizes)
        sides = recorded_sides(violence, self._actors, ground.names, ground.cells_country)
        chance = self._chances(violence, sides, scenarios, sizes)
        chance[sides.same_side | sides.two_governments | ~self._counts[violence.cell]] = 0.0
        dyad, on_a_side = _dyads(sides), _actors(sides)
        country = ground.cells_country[violence.cell].astype(np.int64)
        there = country >= 0
        p, countries = len(plays), len(ground.names.countries)
        return Expected(
            dyads=_sum(owner, dyad, chance, (p, _NONE + 1))[:, :_NONE],
            actors=np.stack([np.bincount(owner, chance * there, p) for there in on_a_side], axis=1),
            countries=_sum(owner[there], country[there], chance[there], (p, countries)),
            cells=_sum(owner, violence.cell.astype(np.int64), chance, (p, ground.cells)),
        )

    def _chances(self, violence: ViolenceLog, sides: Sides, scenarios: Sequence[Scenario], sizes: Sequence[int]) -> F64:
        """Chance of each event; particles may differ in what the record misses."""
        deaths, remote = counted_deaths(violence, sides), self._blueprint.ground.cells_remoteness[violence.cell]
        out: F64 = np.empty(sum(sizes))
        end = 0
        for scenario, size in zip(scenarios, sizes, strict=True):
            start, end = end, end + size
            p = scenario.mechanisms.observation
            mine = slice(start, end)
            chance = chance_named(
                deaths[mine], remote[mine], sides.kind[mine], violence.step[mine], p, scenario.calendar
            )
            out[mine] = chance * (1.0 - (p.unattributed if p.enabled else 0.0))
        return out


def _cells_that_count(ground: Ground) -> npt.NDArray[np.bool_]:
    """Cells of the war that is forecast, (C,): as `ged.units.of_this_war` has it for recorded events."""
    names = ground.names.country_names
    ours = np.array([name in COUNTRIES for name in names] + [False])  # the last one, reached by -1, is outside any
    niger = np.array([name == "Niger" for name in names] + [False])
    lake_chad = niger[ground.cells_country] & (ground.cells_longitude >= LAKE_CHAD_EAST)
    return np.asarray(ours[ground.cells_country] & ~lake_chad)


def _sum(owner: I64, column: I64, value: F64, shape: tuple[int, int]) -> F64:
    total = np.bincount(owner * shape[1] + column, weights=value, minlength=shape[0] * shape[1])
    return np.asarray(total, np.float64).reshape(shape)


def _joined(plays: Sequence[Play], sizes: Sequence[int]) -> ViolenceLog:
    rows = np.concatenate([play.world.violence.rows[:n] for play, n in zip(plays, sizes, strict=True)])
    columns = {name: np.ascontiguousarray(rows[:, i]) for i, name in enumerate(VIOLENCE_COLUMNS)}
    return ViolenceLog(**columns, terms=np.zeros((0, 4), np.float32))


def _dyads(sides: Sides) -> I64:
    """Index in `DYADS` of each event, `_NONE` for none of them."""
    jnim, islamic_state = (_label(sides, name) for name in ("JNIM", "IS"))
    with_jnim = (sides.side_a == jnim) | (sides.side_b == jnim)
    with_is = (sides.side_a == islamic_state) | (sides.side_b == islamic_state)
    state, others = sides.kind == int(ViolenceType.STATE_BASED), sides.kind == int(ViolenceType.NON_STATE)
    alone = sides.kind == int(ViolenceType.ONE_SIDED)
    return np.select(
        [
            others & with_jnim & with_is,
            state & with_jnim,
            state & with_is & ~with_jnim,
            alone & (sides.side_a == jnim),
            alone & (sides.side_a == islamic_state),
        ],
        list(range(_NONE)),
        _NONE,
    )


def _actors(sides: Sides) -> tuple[npt.NDArray[np.bool_], ...]:
    """Events with each of `ACTORS` on a side; a government is told by its name, as in `ged.units`."""
    jnim, islamic_state = (_label(sides, name) for name in ("JNIM", "IS"))
    governments = [i for i, label in enumerate(sides.labels) if label.startswith("Government of ")]
    return (
        (sides.side_a == jnim) | (sides.side_b == jnim),
        (sides.side_a == islamic_state) | (sides.side_b == islamic_state),
        np.isin(sides.side_a, governments) | np.isin(sides.side_b, governments),
    )


def _label(sides: Sides, name: str) -> int:
    return sides.labels.index(name) if name in sides.labels else -1
