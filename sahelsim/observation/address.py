"""The address of an event among the random numbers: an event gets the same draws whatever else happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.record import ViolenceLog
from sahelsim.rng import Stream, uniforms
from sahelsim.terms import Harm

__all__ = ["SLOTS", "Address", "addresses", "draws"]

SLOTS = 8
"""Draws of four numbers set aside for each event and stream."""

_KINDS = 8

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Address:
    """Counter words of the random source by event. Shape (E,) each."""

    step: I64
    entity: I64
    slot: I64  # first of `SLOTS` slots

    def of(self, rows: npt.NDArray[np.int64]) -> Address:
        """Addresses of some of the events."""
        return Address(self.step[rows], self.entity[rows], self.slot[rows])


def addresses(violence: ViolenceLog, actors: int) -> Address:
    """Where each event's random numbers are.

    A battle is known by its cell and sides, harm to civilians by the community and the perpetrator (by the
    cell where no community is named). Events of one step that share all of that are told apart by their
    order in the log.

    Parameters
    ----------
    violence : ViolenceLog
        The truth, E events.
    actors : int
        Number of actors, A (at most 32, so that cell and sides fit into 32 bits on grids of up to 4 million
        cells).
    """
    step, cell = violence.step.astype(np.int64), violence.cell.astype(np.int64)
    side_a, side_b = violence.side_a.astype(np.int64), violence.side_b.astype(np.int64)
    battle = violence.kind == int(Harm.BATTLE)
    named = violence.community >= 0
    entity = np.where(
        battle,
        (cell * actors + side_a) * actors + side_b,
        np.where(named, violence.community, cell) * actors + side_a,
    )
    kind = violence.kind.astype(np.int64) + np.where(battle | named, 0, _KINDS // 2)
    occurrence = _occurrence((step * _KINDS + kind) << 32 | entity)
    return Address(step, entity, (occurrence * _KINDS + kind) * SLOTS)


def draws(key: tuple[int, int], stream: Stream, address: Address, slot: int) -> npt.NDArray[np.float64]:
    """Four uniform numbers per event from one of its `SLOTS` slots of a stream, (E, 4)."""
    return uniforms(key, stream, address.step, address.entity, address.slot + slot)


def _occurrence(key: I64) -> I64:
    """How many earlier elements are equal, for each element."""
    out = np.zeros(key.size, dtype=np.int64)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    again = ordered[1:] == ordered[:-1]
    if again.any():
        first = np.maximum.accumulate(np.where(np.append([False], again), 0, np.arange(key.size)))
        out[order] = np.arange(key.size) - first
    return out
