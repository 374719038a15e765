"""Seconds until something is there: whole processes of the command line, with an empty and with a warm kernel cache."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 5


def seconds_of(command: list[str], env: dict[str, str]) -> float:
    """Seconds of the clock that a process takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, env=env, capture_output=True)
    return time.perf_counter() - began


def measure() -> dict[str, float]:
    """`--help`, the first `run` ever of the small scenario, and further ones (medians)."""
    program = str(Path(sys.executable).parent / "sahelsim")
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/cache"}
        run = [program, "run", "two_actors", "--quiet", "--force", "--out", f"{folder}/run"]
        first = seconds_of(run, env)
        later = [seconds_of(run, env) for _ in range(REPEATS)]
        helps = [seconds_of([program, "--help"], env) for _ in range(REPEATS)]
    return {
        "first_run_seconds": first,
        "later_run_seconds": statistics.median(later),
        "help_seconds": statistics.median(helps),
    }
