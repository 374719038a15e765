"""What a statistic looks at: the tables of one replicate, or a record of events alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelsim.patterns.names import Party, Region
from sahelsim.patterns.window import Window
from sahelsim.terms import month_of

__all__ = ["CannotMeasure", "Evidence"]

Found = TypeVar("Found")
ONE_SIDED = 3


class CannotMeasure(Exception):
    """The evidence does not hold what a statistic needs."""


class Evidence:
    """One replicate, or the record.

    Parameters
    ----------
    table : callable
        Table by name, as in `sahelsim.results.columns`, of this replicate; raises CannotMeasure.
    months : (int, int)
        First and last month_id that the evidence covers.
    parties, regions : mapping
        Of the patterns file.
    actors : set of str, optional
        Actors of the scenario; None for a record, which knows only recorded names.
    presence, control : callable, optional
        Arrays of the panel: fighters by (month, cell) of some actors; camp's mark by (month, cell).
    """

    def __init__(
        self,
        table: Callable[[str], pd.DataFrame],
        months: tuple[int, int],
        parties: Mapping[str, Party],
        regions: Mapping[str, Region],
        *,
        actors: frozenset[str] | None = None,
        presence: Callable[[Sequence[str]], npt.NDArray[np.int64]] | None = None,
        control: Callable[[str], npt.NDArray[np.bool_]] | None = None,
    ) -> None:
        self.first_month, self.last_month = months
        self._table, self._parties, self._regions, self._actors = table, parties, regions, actors
        self._presence, self._control = presence, control
        self._known: dict[Hashable, Any] = {}

    # ------------------------------------------------------------------------------------------------ names

    def actors(self, party: str) -> tuple[str, ...]:
        """The actors of a party that the scenario has."""
        wanted = self._parties[party].actors
        found = tuple(name for name in wanted if self._actors is not None and name in self._actors)
        if not found:
            raise CannotMeasure(f"the scenario has none of the actors of {party!r} ({', '.join(wanted)})")
        return found

    def recorded(self, party: str) -> tuple[str, ...]:
        """The names of a party in the record."""
        if self._actors is not None:
            self.actors(party)
        return self._parties[party].record

    def camp(self, party: str) -> str:
        """The camp of those who side with a party."""
        camp = self._parties[party].camp
        if camp is None:
            raise CannotMeasure(f"the party {party!r} has no camp")
        return camp

    def check_window(self, *windows: Window) -> None:
        """Raise CannotMeasure unless the evidence covers these windows, to the month."""
        for window in windows:
            months = window.months
            if months[0] < self.first_month or months[-1] > self.last_month:
                ends = ("{}-{:02}".format(*month_of(month)) for month in (self.first_month, self.last_month))
                raise CannotMeasure(f"the window {window} is not within {' to '.join(ends)}")

    # ----------------------------------------------------------------------------------------------- tables

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """A table that has these columns."""
        frame = self._table(name)
        for column in columns:
            if column not in frame.columns:
                raise CannotMeasure(f"the run's table {name!r} has no column {column!r} (an older run?)")
        return frame

    def events(self, between: tuple[str, str] | None = None, by: str | None = None) -> pd.DataFrame:
        """Recorded events: between two parties, by one against civilians, or all."""
        return self._once(("events", between, by), lambda: self._events(between, by))

    def _events(self, between: tuple[str, str] | None, by: str | None) -> pd.DataFrame:
        events = self.table("events")
        if by is not None:
            one_sided = events["type_of_violence"] == ONE_SIDED
            return events[one_sided & events["side_a"].isin(self.recorded(by))]
        if between is None:
            return events
        one, other = (self.recorded(party) for party in between)
        a, b = events["side_a"], events["side_b"]
        return events[(a.isin(one) & b.isin(other)) | (a.isin(other) & b.isin(one))]

    def harm(self, by: Sequence[str], victims: Sequence[str] = ()) -> pd.DataFrame:
        """True killings of civilians by parties, of any people or of some; reported or not."""
        return self._once(("harm", tuple(by), tuple(victims)), lambda: self._harm(by, victims))

    def _harm(self, by: Sequence[str], victims: Sequence[str]) -> pd.DataFrame:
        truth = self.table("truth")
        truth = truth[truth["deaths_civilians"] > 0]
        actors = [actor for party in by for actor in self.actors(party)]
        chosen = truth["actor_a"].isin(actors)
        if victims:
            chosen &= truth["victim_people"].isin(victims)
        return truth[chosen]

    def within(self, places: pd.DataFrame, regions: Sequence[str]) -> pd.DataFrame:
        """The rows that lie in any of the regions; all where none is named."""
        return places[self._anywhere(places, regions)] if regions else places

    # ----------------------------------------------------------------------------- communities and cells

    def communities_in(self, regions: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which communities lie in any of the regions."""
        return self._once(("communities", tuple(regions)), lambda: self._somewhere(self.table("communities"), regions))

    def camp_by_month(self) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
        """Camp and people of each community at the end of each covered month: (months, communities)."""
        return self._once("camp_by_month", lambda: (self.by_month("camp"), self.by_month("population")))

    def by_month(self, column: str) -> Any:
        """A column of the table of allegiance, which keeps changes only, for each month and community."""
        changes = self.table("allegiance", column)
        count = len(self.table("communities"))
        shape = (self.last_month - self.first_month + 1, count)
        row = np.full(shape, -1, dtype=np.int64)
        month = changes["month_id"].to_numpy() - self.first_month
        row[month, changes["community"].to_numpy()] = np.arange(len(changes))
        latest = np.maximum.accumulate(np.where(row >= 0, np.arange(shape[0])[:, None], -1), axis=0)
        if (latest < 0).any():
            raise CannotMeasure("the table of allegiance does not have every community in the first month")
        return changes[column].to_numpy()[np.take_along_axis(row, latest, axis=0)]

    def rows_of(self, window: Window) -> npt.NDArray[np.int64]:
        """Rows of the monthly arrays that belong to a window."""
        return window.months - self.first_month

    def cells(self) -> pd.DataFrame:
        """The cells of the panel: centre, country, and the first-level area of most of their communities' people."""
        return self._once("cells", lambda: self.table("cells"))

    def cells_in(self, regions: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which cells lie in any of the regions."""
        return self._once(("cells", tuple(regions)), lambda: self._somewhere(self.cells(), regions))

    def presence(self, party: str) -> npt.NDArray[np.int64]:
        """Fighters of a party by month and cell."""
        if self._presence is None:
            raise CannotMeasure("a record of events does not say where fighters are")
        load, actors = self._presence, self.actors(party)
        return self._once(("presence", party), lambda: load(actors))

    def control(self, party: str) -> npt.NDArray[np.bool_]:
        """Whether the camp of a party holds the cell, by month and cell."""
        if self._control is None:
            raise CannotMeasure("a record of events does not say who holds a cell")
        load, camp = self._control, self.camp(party)
        return self._once(("control", camp), lambda: load(camp))

    # ---------------------------------------------------------------------------------------------------------

    def _somewhere(self, places: pd.DataFrame, regions: Sequence[str]) -> npt.NDArray[np.bool_]:
        if not regions:
            return np.ones(len(places), dtype=bool)
        inside = self._anywhere(places, regions)
        if not inside.any():
            raise CannotMeasure(f"the run has no ground in {', '.join(regions)}")
        return inside

    def _anywhere(self, places: pd.DataFrame, regions: Sequence[str]) -> npt.NDArray[np.bool_]:
        masks = [self._regions[name].holds(places) for name in regions]
        inside: npt.NDArray[np.bool_] = np.logical_or.reduce(masks)
        return inside

    def _once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        if key not in self._known:
            self._known[key] = make()
        found: Found = self._known[key]
        return found
