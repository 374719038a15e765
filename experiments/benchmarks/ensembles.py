"""Ensembles of the reference scenario over processes: seconds for many replicates, and how well two cores are used.

Seconds are those of the clock, of `sahelsim.simulate` as a whole: reading the scenario's region, starting the
processes, simulating, observing and writing the run directory. They need a quiet machine. Efficiency is the time of
one worker over that of W workers and W, for the same replicates in the same minutes, in turns.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from typing import Any

from apart import apart

MANY = 100
FEW = 16
TURNS = 3


def seconds_of(replicates: int, workers: int) -> float:
    """Seconds of an ensemble."""
    import sahelsim

    scenario = sahelsim.load_scenario("sahel_2017_2023", settings=[f"replicates={replicates}"])
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        sahelsim.simulate(scenario, f"{folder}/run", workers=workers)
        return time.perf_counter() - began


def measure_ensembles() -> dict[str, Any]:
    """A large ensemble on all cores, and smaller ones on one and on two in turns."""
    seconds_of(2, 2)  # kernels are in the cache, and files in memory
    pairs = [(seconds_of(FEW, 1), seconds_of(FEW, 2)) for _ in range(TURNS)]
    workers = os.cpu_count() or 1
    return {
        "workers": workers, "replicates": MANY, "seconds": seconds_of(MANY, workers),
        "efficiency_2": statistics.median(one / (2 * two) for one, two in pairs),
        "one_and_two_workers_seconds": pairs, "replicates_a_turn": FEW,
    }  # fmt: skip


def measure() -> dict[str, Any]:
    """As above, in a process of its own."""
    found: dict[str, Any] = apart("ensembles", "measure_ensembles()")
    return found
