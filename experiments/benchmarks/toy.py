"""One toy workload in several engines, side by side, and what the machine's memory could carry.

    python experiments/benchmarks/toy.py [--sizes 1000 1000000] [--frames PYTHON] [--probe FOLDER] [--json FILE]

The workload is in `toy_engines/workload.py`. Figures are agent-updates a second, medians over turns in which the
engines run one after the other in one process, one thread unless it says two, after warming up. Seconds are those of
the processor, so that other work on the machine counts as little as it can; with two threads those of the clock, which
need a quiet machine. mesa-frames needs an
environment of its own (NumPy 1.26): give its Python with `--frames`. `--probe` takes a folder with another version to
hold ours against: a `minimal_kernel.py` with the functions step1, step_sparse and BLK.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIZES = (1_000, 10_000, 100_000, 1_000_000)
TURNS = 9
UPDATES = 3_000_000
"""Updates that a fast engine makes in a turn."""
SLOW = {"Mesa": (100_000, 3), "NumPy": (10_000_000, 5)}
"""Most agents, and most turns, of the engines that would take long."""
BYTES_PER_UPDATE = 4 * 6 + 4 * 3 + 2
"""What a step of ours has to move for an agent: its number six times (three reads, a write, and a write that reads the
line first), slot and cell three times together, the group twice."""

Step = Callable[[], None]


def engines(agents: int, seed: int = 1, probe: Path | None = None) -> dict[str, Step]:
    """A step of each engine that can run so many agents, by its name."""
    from toy_engines import in_mesa, in_numpy, ours

    steps: dict[str, Step] = {
        "ours": ours.Toy(agents, seed).step,
        "ours, 2 threads": ours.Toy(agents, seed, threads=2).step,
        "NumPy": in_numpy.Toy(agents, seed).step,
    }
    if agents <= SLOW["Mesa"][0]:
        steps["Mesa"] = in_mesa.Toy(agents, seed).step
    if probe is not None:
        from toy_engines.probe import load_probe

        steps["probe"] = load_probe(probe, agents)
    return steps


def measure_size(agents: int, probe: Path | None = None) -> dict[str, float]:
    """Agent-updates a second of each engine at one size."""
    steps = engines(agents, probe=probe)
    rates: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
        step()
    for turn in range(TURNS):
        for name, step in steps.items():
            if turn >= SLOW.get(name, (0, TURNS))[1]:
                continue
            repeats = 1 if name in SLOW else max(1, UPDATES // agents)
            clock = time.perf_counter if "threads" in name else time.thread_time
            began = clock()
            for _ in range(repeats):
                step()
            rates[name].append(agents * repeats / (clock() - began))
    return {name: statistics.median(r) for name, r in rates.items()}


def measure_frames(python: Path, agents: int, steps: int = 5) -> float:
    """Agent-updates a second of mesa-frames, under the Python that has it."""
    command = [str(python), "-m", "toy_engines.in_mesa_frames", str(agents), str(steps)]
    env = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONPATH": str(HERE)}
    done = subprocess.run(command, cwd=HERE, env=env, check=True, capture_output=True, text=True)
    return float(agents / json.loads(done.stdout.splitlines()[-1])["seconds"])


def measure(sizes: tuple[int, ...] = SIZES, frames: Path | None = None, probe: Path | None = None) -> dict[str, Any]:
    """Every engine at every size, and the memory of the machine."""
    import mesa
    from toy_engines import bandwidth_kernel

    rows: dict[str, dict[str, float]] = {str(n): measure_size(n, probe) for n in sizes}
    if frames is not None:
        for n in sizes:
            rows[str(n)]["mesa-frames"] = measure_frames(frames, n)
    return {
        "mesa_version": mesa.__version__, "updates_per_second": rows, "bytes_per_update": BYTES_PER_UPDATE,
        "memory": {f"{threads} threads": bandwidth_kernel.measure(threads) for threads in (1, 2)},
    }  # fmt: skip


def table(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table, in million updates a second."""
    rows = figures["updates_per_second"]
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = ["| engine | " + " | ".join(f"{int(n):,}" for n in rows) + " |", "|---" * (1 + len(rows)) + "|"]
    for name in names:
        cells = [f"{row[name] / 1e6:.3g}" if name in row else "" for row in rows.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for threads, memory in figures["memory"].items():
        lines.append(
            f"\nMemory, {threads}: copy {memory['copy_gb_per_s']:.1f}, triad {memory['triad_gb_per_s']:.1f} GB/s"
        )
    largest = max(rows, key=int)
    moved = rows[largest]["ours"] * figures["bytes_per_update"] / 1e9
    share = moved / figures["memory"]["1 threads"]["copy_gb_per_s"]
    lines.append(f"\nOurs moves some {moved:.1f} GB/s at {int(largest):,} agents, {share:.0%} of a copy on one thread.")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="One toy workload in several engines, side by side.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of agents")
    parser.add_argument("--frames", type=Path, help="a Python that has mesa-frames")
    parser.add_argument("--probe", type=Path, help="folder with another version of the same algorithm")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    figures = measure(tuple(options.sizes), options.frames, options.probe)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
