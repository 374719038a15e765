"""Ensembles of the reference scenario over processes: seconds for many replicates, and how well two cores are used.

Seconds are those of the clock, of `sahelsim run` as a whole: starting Python and the workers, loading the kernels,
reading the region, simulating, observing and writing the run directory. They need a quiet machine. Efficiency is the
time of one worker over that of two and two, for the same replicates in the same minutes, in turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from apart import ONE_THREAD

MANY = 100
FEW = 40
TURNS = 2


def seconds_of(replicates: int, workers: int) -> float:
    """Seconds of an ensemble, from the command line."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sahelsim.cli.main", "run", "sahel_2017_2023", "--out", f"{folder}/run", "-q"]
        began = time.perf_counter()
        subprocess.run(
            [*command, "--replicates", str(replicates), "--workers", str(workers)],
            env=os.environ | ONE_THREAD, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        return time.perf_counter() - began


def measure() -> dict[str, Any]:
    """A large ensemble on all cores, and smaller ones on one and on two in turns."""
    seconds_of(2, 2)  # kernels are in the cache, and files in memory
    pairs = [(seconds_of(FEW, 1), seconds_of(FEW, 2)) for _ in range(TURNS)]
    workers = os.cpu_count() or 1
    return {
        "workers": workers, "replicates": MANY, "seconds": seconds_of(MANY, workers),
        "efficiency_2": statistics.median(one / (2 * two) for one, two in pairs),
        "one_and_two_workers_seconds": pairs, "replicates_a_turn": FEW,
    }  # fmt: skip
