"""Where the events of a country are: its draws shared out over PRIO-GRID cells.

With ``s(g)`` the recorded events of cell ``g`` so far, each with the weight 2^(-age / place_memory) and a share
`place_spread` of it spread over the eight cells around, and ``m(g)`` what the particle expects there after the origin,

    π(g) = (1 - place_model) s(g) / Σ s + place_model m(g) / Σ m.

The cells of a draw have shares from a Dirichlet law of mean π and concentration `place_clumping`, the same through all
its months: a draw has its own hot spots. Its events fall on them one by one, and take their dead with them, so that
the cells of a country add up to the country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sahelsim.scenario.assimilation import AssimilationParameters

__all__ = ["Places", "recorded_places", "share_out"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_ROW = 720  # cells of PRIO-GRID in a row
_LEAST = 1e-12  # concentration of a cell that nothing speaks for: gamma draws need one above 0
_AROUND = tuple(dy * _ROW + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))


@dataclass(frozen=True)
class Places:
    """Cells of one country and how likely each is."""

    gids: I64  # (G,)
    recorded: F64  # (G,) sums to 1, or 0 where there is no record
    expected: F64  # (P, G) of each particle, in events


def recorded_places(gids: I64, events: I64, ages: F64, p: AssimilationParameters) -> F64:
    """Shares of cells by the record.

    Parameters
    ----------
    gids : (G,)
        Cells of the country, sorted.
    events : (E,)
        Cell of each recorded event there.
    ages : (E,)
        Months from each to the origin.
    """
    weight = 0.5 ** (ages / p.place_memory)
    out = np.zeros(gids.size)
    _add(out, gids, events, weight * (1.0 - p.place_spread))
    for offset in _AROUND:
        _add(out, gids, events + offset, weight * p.place_spread / len(_AROUND))
    return out / out.sum() if out.sum() > 0 else out


def _add(out: F64, gids: I64, cells: I64, weight: F64) -> None:
    at = np.searchsorted(gids, cells)
    inside = (at < gids.size) & (gids[np.minimum(at, gids.size - 1)] == cells)
    np.add.at(out, at[inside], weight[inside])


def share_out(
    events: I64, dead: I64, places: Places, chosen: I64, p: AssimilationParameters, chance: np.random.Generator,
    *, model: bool = True,
) -> tuple[I64, I64, I64, I64]:  # fmt: skip
    """The events of a country, each in a cell.

    Parameters
    ----------
    events : (N, H)
        Of each draw and month.
    dead : (events.sum(),)
        Of each event, in that order.
    chosen : (N,)
        The particle of each draw.

    Returns
    -------
    draw, horizon, gid, dead : (events.sum(),) each
        One row an event.
    """
    cell = np.empty(dead.size, np.int64)
    end = 0
    for n in range(events.shape[0]):
        start, end = end, end + int(events[n].sum())
        if start == end:
            continue
        shares = chance.gamma(np.maximum(_shares(places, int(chosen[n]), p, model=model) * p.place_clumping, _LEAST))
        total = np.cumsum(shares)
        cell[start:end] = np.searchsorted(total, chance.random(end - start) * total[-1], side="right")
    owner = np.repeat(np.arange(events.size), events.ravel())
    gids = places.gids[np.minimum(cell, places.gids.size - 1)]
    return owner // events.shape[1], owner % events.shape[1], gids, dead


def _shares(places: Places, particle: int, p: AssimilationParameters, *, model: bool) -> F64:
    """π of one particle; of record or model alone where the other has nothing; even where neither has."""
    expected = places.expected[particle]
    total = expected.sum()
    trust = 0.0 if not model or total <= 0 else p.place_model if places.recorded.any() else 1.0
    if trust == 0.0 and not places.recorded.any():
        return np.full(places.gids.size, 1.0 / places.gids.size)
    return (1.0 - trust) * places.recorded + (trust * expected / total if trust else 0.0)
