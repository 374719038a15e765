"""The row of a run: what its record and its last state amount to, straight from the arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.results.arrow import calendar_days, years
from sahelsim.results.event_tables import true_deaths
from sahelsim.sweep.row_columns import TYPES, dyads_of, years_of
from sahelsim.terms import Decision, TruceState

if TYPE_CHECKING:
    from sahelsim.observation.report import Observation
    from sahelsim.record import ReplicateRecord
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.ground import Ground

__all__ = ["RowMaker"]

I64 = npt.NDArray[np.int64]
Values = dict[str, int | float]

_DECISIONS = [f"decisions[{kind.name.lower()}]" for kind in Decision]


class RowMaker:
    """Makes the rows of the runs of one variant.

    Parameters
    ----------
    scenario : Scenario
        The variant; a draw changes numbers, not names.
    ground : Ground
        Of a run of it.
    by_year : bool
        Events and deaths by year too.
    """

    def __init__(self, scenario: Scenario, ground: Ground, *, by_year: bool) -> None:
        self._scenario, self._ground, self._by_year = scenario, ground, by_year

    @cached_property
    def _nothing(self) -> Values:
        """Zero for every count, so that what did not happen is not missing."""
        names = [*TYPES.values(), *dyads_of(self._scenario, self._ground)]
        out: Values = {f"{what}[{name}]": 0 for name in names for what in ("events", "deaths")}
        if self._by_year:
            spans = years_of(self._scenario)
            out |= {f"{what}[{y}]": 0 for y in spans for what in ("events", "deaths")}
            out |= {f"{what}[{name}, {y}]": 0 for y in spans for name in names for what in ("events", "deaths")}
        return out

    def row(self, record: ReplicateRecord, seen: Observation) -> Values:
        """Values by column, see `row_columns`."""
        violence, counts, deaths = record.violence, seen.counts, true_deaths(record.violence)
        out = dict(self._nothing)
        out["events"] = int(seen.row.size)
        out["deaths"], out["deaths_low"], out["deaths_high"] = (int(counts[:, i].sum()) for i in (4, 5, 6))
        out["events_true"], out["deaths_true"] = int((deaths > 0).sum()), int(deaths.sum())
        out["civilians_killed"] = int(violence.deaths_civilians.sum(dtype=np.int64))
        self._count(out, seen)
        self._state(out, record)
        for pair in self._scenario.relations.rivalries.values():
            a, b = (list(self._scenario.actors).index(side) for side in (pair.a, pair.b))
            truce = record.truce[:, a, b] != int(TruceState.NONE)
            out[f"truce_share[{pair.a} - {pair.b}]"] = float(truce.mean())
            out[f"hostility[{pair.a} - {pair.b}]"] = float(record.hostility[:, a, b].mean(dtype=np.float64))
        kinds = np.bincount(record.decisions.kind, minlength=max(Decision) + 1)
        out |= zip(_DECISIONS, kinds[list(Decision)].tolist(), strict=True)
        return out

    def _count(self, out: Values, seen: Observation) -> None:
        """Events and deaths by type, dyad and year."""
        sides, rows, best = seen.sides, seen.row, seen.counts[:, 4]
        n = len(sides.labels)
        kind, pair = sides.kind[rows], sides.side_a[rows] * n + sides.side_b[rows]
        _add(out, TYPES, kind, best)
        dyads = {int(c): f"{sides.labels[c // n]} - {sides.labels[c % n]}" for c in np.flatnonzero(np.bincount(pair))}
        _add(out, dyads, pair, best)
        if self._by_year:
            days = calendar_days(self._scenario.calendar.start, seen.window[:, 0])
            year = years(days).astype(np.int64)
            _add(out, {int(y): str(y) for y in np.unique(year)}, year, best)
            for y in np.unique(year):
                now = year == y
                for names, code in ((TYPES, kind), (dyads, pair)):
                    _add(out, {c: f"{name}, {y}" for c, name in names.items()}, code[now], best[now])

    def _state(self, out: Values, record: ReplicateRecord) -> None:
        """Strengths, allegiance, ground, refuge and sieges at the end."""
        panel, scenario = record.panel, self._scenario
        out |= {f"fighters[{name}]": int(n) for name, n in zip(scenario.actors, record.fighters[-1], strict=True)}
        people = panel.population[-1].astype(np.int64)
        total, camps = max(int(people.sum()), 1), len(scenario.camps)
        loyal = np.bincount(panel.allegiance[-1], people, camps)
        held = np.bincount(panel.control[-1] + 1, minlength=1 + camps)  # after what nobody holds
        for camp, name in enumerate(scenario.camps):
            out[f"people_share[{name}]"] = int(loyal[camp]) / total
            if camp:
                out[f"cells[{name}]"] = int(held[1 + camp])
        refuge = panel.displaced.sum(axis=1, dtype=np.int64)
        out["displaced"], out["displaced_most"] = int(refuge[-1]), int(refuge.max())
        out["besieged"] = int(people[panel.besieger[-1] >= 0].sum())


def _add(out: Values, names: Mapping[int, str], code: I64, best: I64) -> None:
    """Events and deaths of each code that has a name; none of a dyad that only a draw's own labels could make."""
    most = max(names, default=0) + 1
    events, deaths = np.bincount(code, minlength=most).tolist(), np.bincount(code, best, most).tolist()
    for number, name in names.items():
        if f"events[{name}]" in out:
            out[f"events[{name}]"], out[f"deaths[{name}]"] = events[number], int(deaths[number])
