"""The compiled loop of the self-exciting process."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.rng import Stream, uniform4

__all__ = ["simulate"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_STREAM = int(Stream.BASELINE)
_MOST_EVENTS = 20_000  # of one draw; a branching below one stays far from it


@kernel
def simulate(
    k0: int, k1: int, base: float, branching: float, memory: float, left: float, edges: F64, own: float, mine: I64,
    every: I64, counts: I64, deaths: I64,
) -> None:  # fmt: skip
    """Simulate one unit forward by thinning; fills `counts` and `deaths`.

    The rate falls between events, so that at any moment it bounds what follows: the next candidate comes after an
    exponential time of that rate and is an event with probability ``rate then / rate now``.

    Parameters
    ----------
    k0, k1 : int
        Key of the unit.
    base, branching, memory : float
        Rate by itself [1/day], events called forth by one, for how long [days].
    left : float
        Rate at the origin that past events call forth [1/day].
    edges : ndarray of float64, shape (H + 1,)
        Beginnings of the months to forecast, and the end of the last [days after the origin].
    own : float
        Probability that the deaths of an event are one of `mine`, else one of `every`.
    mine, every : ndarray of int64
        Deaths of past events of the unit, and of all units.
    counts, deaths : ndarray of int64, shape (H, N)
        Events and deaths a month of each draw.
    """
    months, draws = counts.shape
    end = edges[months]
    for draw in range(draws):
        time, raised, month = 0.0, left, 0
        for step in range(_MOST_EVENTS):
            wait, chance, whose, which = uniform4(k0, k1, _STREAM, step, draw, 0)
            bound = base + raised
            if bound <= 0.0:
                break
            gap = -math.log(wait) / bound
            time += gap
            if time >= end:
                break
            raised *= math.exp(-gap / memory)
            if chance * bound > base + raised:
                continue
            raised += branching / memory
            while time >= edges[month + 1]:
                month += 1
            if time >= edges[0]:
                counts[month, draw] += 1
                pool = mine if whose < own else every
                deaths[month, draw] += pool[int(which * pool.size)]
