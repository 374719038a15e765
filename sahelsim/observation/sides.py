"""Who the record says took part: side names, their order, and the type of violence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sahelsim.record import Names, ViolenceLog
from sahelsim.scenario.actors import Record
from sahelsim.terms import ViolenceType

__all__ = ["CIVILIANS", "CIVILIANS_GED_ID", "Sides", "recorded_sides"]

CIVILIANS = "Civilians"
CIVILIANS_GED_ID = 1
"""UCDP actor id of "Civilians"."""

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sides:
    """Recorded sides of E events; `side_a` and `side_b` index `labels`."""

    labels: tuple[str, ...]
    ged_ids: I64  # (L,) 0 where UCDP has none
    kind: I64  # (E,) terms.ViolenceType
    side_a: I64
    side_b: I64
    swapped: npt.NDArray[np.bool_]  # side a of the record is side b of the truth
    same_side: npt.NDArray[np.bool_]  # both sides go under one name
    two_governments: npt.NDArray[np.bool_]

    def dyad(self, row: int) -> str:
        """Name of the dyad of one event, "side a - side b"."""
        return f"{self.labels[self.side_a[row]]} - {self.labels[self.side_b[row]]}"


def recorded_sides(
    violence: ViolenceLog,
    actors: Sequence[Record],
    names: Names,
    cells_country: npt.NDArray[np.integer],
) -> Sides:
    """Sides of each event as the record writes them.

    An actor goes under its record name; one with `host_government` under the government of the country
    where the event is (outside any country under its own name). Type 1 when a government takes part, 2
    between non-state sides, 3 against civilians. Order as in UCDP GED: the government first; two non-state
    sides by the alphabet (upper and lower case alike); the perpetrator before "Civilians".

    Parameters
    ----------
    violence : ViolenceLog
        The truth, E events.
    actors : sequence of Record
        How each actor appears, by actor index.
    names : Names
        For the governments by country index.
    cells_country : (C,)
        Country of each cell, -1 outside any.
    """
    book = _register(tuple((r.name, r.government, r.host_government, r.ged_id) for r in actors), names.governments)
    at = violence.side_a, violence.side_b, cells_country[violence.cell]
    kind, side_a, side_b, swapped, same_side, two_governments = (table[at] for table in book.tables)
    return Sides(
        labels=book.labels,
        ged_ids=book.ged_ids,
        kind=kind,
        side_a=side_a,
        side_b=side_b,
        swapped=swapped,
        same_side=same_side,
        two_governments=two_governments,
    )


class _Register(NamedTuple):
    """The names under which actors are recorded; L labels, A actors, N countries."""

    labels: tuple[str, ...]  # sorted
    ged_ids: I64  # (L,)
    tables: tuple[npt.NDArray[Any], ...]  # of `Sides` from kind on, (A, A + 1, N + 1) by side a, side b and country


@lru_cache(maxsize=8)
def _register(actors: tuple[tuple[str, bool, bool, int], ...], governments: tuple[str, ...]) -> _Register:
    """The names of actors that are each given by name, government, host_government and UCDP id."""
    every = {*(name for name, *_ in actors), *governments, CIVILIANS}
    labels = tuple(sorted(every, key=lambda x: (x.casefold(), x)))
    ids = {CIVILIANS: CIVILIANS_GED_ID}
    by_country = np.empty((len(actors), len(governments) + 1), dtype=np.int64)
    for a, (name, _, host_government, ged_id) in enumerate(actors):
        by_country[a] = labels.index(name)
        if host_government:
            by_country[a, :-1] = [labels.index(g) for g in governments]
        if ged_id:
            ids.setdefault(name, ged_id)  # that of the first who carries the name and has one
    ged_ids = np.array([ids.get(label, 0) for label in labels], dtype=np.int64)
    state = np.array([government or host for _, government, host, _ in actors], dtype=bool)
    tables = _tables(state, by_country, labels.index(CIVILIANS))
    for array in (ged_ids, *tables):
        array.flags.writeable = False  # all records share them
    return _Register(labels, ged_ids, tables)


def _tables(state: npt.NDArray[np.bool_], by_country: I64, civilians: int) -> tuple[npt.NDArray[Any], ...]:
    """What is recorded of each side a, side b (the last, reached by -1, civilians) and country; see `recorded_sides`.

    Parameters
    ----------
    state : (A,)
        Whether an actor is a government, or goes under one.
    by_country : (A, N + 1)
        Label of an actor in each country; the last column, reached by -1, is outside any.
    civilians : int
        Label of civilians.
    """
    n, countries = by_country.shape
    harmed = np.zeros((1, n + 1, 1), bool)
    harmed[:, n] = True
    state_a, state_b = state[:, None, None], np.append(state, [False])[None, :, None]
    first, second = by_country[:, None], np.vstack([by_country, np.full(countries, civilians)])[None]
    kind = np.where(state_a | state_b, int(ViolenceType.STATE_BASED), int(ViolenceType.NON_STATE))
    kind = np.where(harmed, int(ViolenceType.ONE_SIDED), kind)
    by_alphabet = (state_a == state_b) & (first > second)  # labels are sorted
    swapped = ~harmed & ((state_b & ~state_a) | by_alphabet)
    same = ~harmed & (first == second)
    two = ~harmed & state_a & state_b & ~same
    tables = kind, np.where(swapped, second, first), np.where(swapped, first, second), swapped, same, two
    return tuple(np.ascontiguousarray(np.broadcast_to(table, (n, n + 1, countries))) for table in tables)
