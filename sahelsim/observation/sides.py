"""Who the record says took part: side names, their order, and the type of violence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    labels = sorted({*(r.name for r in actors), *names.governments, CIVILIANS}, key=lambda x: (x.casefold(), x))
    index = {label: i for i, label in enumerate(labels)}
    state = np.array([r.government or r.host_government for r in actors], dtype=bool)
    by_country = _label_by_country(actors, names, index)

    country = cells_country[violence.cell].astype(np.int64)
    civilians = violence.side_b < 0
    b = np.where(civilians, 0, violence.side_b)
    first = by_country[violence.side_a, country]
    second = np.where(civilians, index[CIVILIANS], by_country[b, country])
    state_a, state_b = state[violence.side_a], state[b] & ~civilians

    kind = np.where(
        civilians,
        int(ViolenceType.ONE_SIDED),
        np.where(state_a | state_b, int(ViolenceType.STATE_BASED), int(ViolenceType.NON_STATE)),
    ).astype(np.int64)
    by_alphabet = (state_a == state_b) & (first > second)  # labels are sorted
    swapped = ~civilians & ((state_b & ~state_a) | by_alphabet)
    same = ~civilians & (first == second)
    return Sides(
        labels=tuple(labels),
        ged_ids=_ged_ids(actors, labels),
        kind=kind,
        side_a=np.where(swapped, second, first),
        side_b=np.where(swapped, first, second),
        swapped=swapped,
        same_side=same,
        two_governments=~civilians & state_a & state_b & ~same,
    )


def _label_by_country(actors: Sequence[Record], names: Names, index: dict[str, int]) -> I64:
    """Label of each actor in each country, (A, N + 1); the last column, reached by -1, is outside any."""
    out = np.empty((len(actors), len(names.countries) + 1), dtype=np.int64)
    for a, record in enumerate(actors):
        out[a] = index[record.name]
        if record.host_government:
            out[a, :-1] = [index[g] for g in names.governments]
    return out


def _ged_ids(actors: Sequence[Record], labels: Sequence[str]) -> I64:
    """UCDP id of each label: that of the first actor that carries the name and has an id."""
    ids = {CIVILIANS: CIVILIANS_GED_ID}
    for record in actors:
        if record.ged_id:
            ids.setdefault(record.name, record.ged_id)
    return np.array([ids.get(label, 0) for label in labels], dtype=np.int64)
