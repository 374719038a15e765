"""Displacement: people flee violence to a near town and go home when it is calm.

While the fear f of a community is above `fear_threshold`, a share flight_rate (1 - exp(-f)) of its people leaves in a
week. They go to one of the nearest places of at least `town_size` people, drawn with probability proportional to

    exp(-d / distance_km - danger ln(1 + memory of violence there))

(gravity with danger; Schmeidl 1997), and those who follow join them. Below the threshold a share `return_rate` of
those away goes home in a week. People are conserved: `away` of the origins equals `hosted` of the refuges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import exp, log1p
from sahelsim.rng import uniform2

__all__ = ["flee_and_return"]

I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]


@kernel
def flee_and_return(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    population: I32, away: I32, hosted: I32, refuge: I32, fear: F32, refuges: I32, refuge_km: F32,
    community_cell: I32, memory: F32,
    flight_rate: float, fear_threshold: float, return_rate: float, distance_km: float, danger: float,
) -> None:  # fmt: skip
    """Flight and return of every community; see the module for the equations."""
    weight = np.empty(refuges.shape[1])
    for m in range(population.size):
        frightened = fear[m] > fear_threshold
        if not frightened and away[m] == 0:
            continue
        pick, rest = uniform2(k0, k1, stream, step, m, 0)
        if frightened:
            share = min(1.0, flight_rate * (1.0 - exp(-fear[m])) * weeks)
            leaving = min(int(share * population[m] + rest), population[m])
            if leaving > 0 and away[m] == 0:
                refuge[m] = -1
                total = 0.0
                for i in range(weight.size):
                    weight[i] = 0.0
                    if refuges[m, i] >= 0:
                        violence = log1p(float(memory[community_cell[refuges[m, i]]]))
                        weight[i] = exp(-refuge_km[m, i] / distance_km - danger * violence)
                    total += weight[i]
                target = pick * total
                for i in range(weight.size):
                    target -= weight[i]
                    if target < 0.0:
                        refuge[m] = refuges[m, i]
                        break
            if leaving > 0 and refuge[m] >= 0:
                population[m] -= leaving
                away[m] += leaving
                hosted[refuge[m]] += leaving
        else:
            back = min(int(min(1.0, return_rate * weeks) * away[m] + rest), away[m])
            population[m] += back
            away[m] -= back
            hosted[refuge[m]] -= back
