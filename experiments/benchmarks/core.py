"""The engine and its Mesa version side by side, at a hundred to a hundred thousand agents.

    python experiments/benchmarks/core.py [--sizes 100 1000] [--json FILE]

Both run the six mechanisms of `core_in_mesa` on the same scenario, from the same blueprint, half of the agents units
and half communities, in about the same density at each size. Each has a process of its own with one thread; the two
take turns, a few steps each, and the medians of the turns are compared. Setting up is timed apart. Seconds are those
of the processor, so that other work on the machine counts as little as it can.
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
PLAN = {100: (0.5, 40), 1_000: (0.5, 10), 10_000: (0.25, 3), 100_000: (0.1, 1)}
"""Agents: size of a cell in degrees, steps a turn. A turn of Mesa takes seconds at most."""
TURNS = 5
REVIEWS = 3
"""Choices of the communities before the first step; thirty in the scenarios would make setting up Mesa very long."""


def scenario_of(agents: int, resolution: float) -> Any:
    """`three_actors` with `agents` agents: half communities, half units, of which half are the army's."""
    from core_in_mesa.compare import SCENARIO

    from sahelsim.scenario.load import load_scenario

    half = agents // 2
    first = load_scenario(SCENARIO)
    units = {"army.groups.main": half // 2, "movement.groups.hills": half // 4, "zealots.groups.east": half // 4}
    fighters = {
        f"actors.{group}.fighters": first.actors[group.split(".")[0]].unit_size * n for group, n in units.items()
    }
    return load_scenario(
        SCENARIO,
        changes={
            "region.communities": half, "region.population": 2500 * half, "grid.resolution": resolution,
            "world.spare_units": 0.5, "mechanisms.allegiance.initial_reviews": REVIEWS, **fighters,
        },
    )  # fmt: skip


def start_engine(blueprint: Any) -> tuple[Callable[[], None], int]:
    """A step of the engine, and the number of its agents."""
    from sahelsim.schedule import begin, run_step

    play = begin(blueprint, 0)
    agents = int((play.world.units.strength > 0).sum()) + blueprint.ground.communities
    return lambda: run_step(play), agents


def start_mesa(blueprint: Any) -> tuple[Callable[[], None], int]:
    """A step of the Mesa version, and the number of its agents."""
    from core_in_mesa.model import CoreModel

    model = CoreModel(blueprint, 1)
    return model.step, len(model.units) + len(model.communities)


def work(which: str, agents: int, resolution: float) -> None:
    """The process of one engine: set up, then run as many steps as each line of input asks for and say how long."""
    from sahelsim.world.build import build_blueprint

    start = {"engine": start_engine, "mesa": start_mesa}[which]
    blueprint = build_blueprint(scenario_of(agents, resolution))
    if which == "engine":
        start(blueprint)[0]()  # loads the kernels
    began = time.process_time()
    step, number = start(blueprint)
    print(json.dumps({"seconds": time.process_time() - began, "agents": number}), flush=True)
    step()  # a first one to warm up
    for line in sys.stdin:
        began = time.process_time()
        for _ in range(int(line)):
            step()
        print(json.dumps({"seconds": time.process_time() - began}), flush=True)


class Worker:
    """One engine in its own process."""

    def __init__(self, which: str, agents: int, resolution: float) -> None:
        threads = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        path = os.pathsep.join([str(HERE), str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "core.py"), "--worker", which, str(agents), str(resolution)],
            env={**os.environ, **threads, "PYTHONPATH": path},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def answer(self) -> dict[str, Any]:
        """The next line that the process writes."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker of {HERE / 'core.py'} ended early with code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def run(self, steps: int) -> float:
        """Seconds of the processor that so many steps take."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return float(self.answer()["seconds"])

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


def measure_size(agents: int, resolution: float, steps: int, turns: int = TURNS) -> dict[str, Any]:
    """Both engines in turns at one size."""
    workers = {which: Worker(which, agents, resolution) for which in ("engine", "mesa")}
    ready = {which: worker.answer() for which, worker in workers.items()}
    seconds: dict[str, list[float]] = {which: [] for which in workers}
    for _ in range(turns):
        for which, worker in workers.items():
            seconds[which].append(worker.run(steps))
    for worker in workers.values():
        worker.close()
    number = ready["engine"]["agents"]
    rate = {which: number * steps / statistics.median(s) for which, s in seconds.items()}
    return {
        "agents": number, "resolution": resolution, "steps_a_turn": steps, "turns": turns,
        "engine_agent_steps_per_second": rate["engine"], "mesa_agent_steps_per_second": rate["mesa"],
        "ratio": rate["engine"] / rate["mesa"],
        "ratio_min": min(m / e for e, m in zip(seconds["engine"], seconds["mesa"], strict=True)),
        "ratio_max": max(m / e for e, m in zip(seconds["engine"], seconds["mesa"], strict=True)),
        "engine_setup_seconds": ready["engine"]["seconds"], "mesa_setup_seconds": ready["mesa"]["seconds"],
    }  # fmt: skip


def measure(sizes: tuple[int, ...] = tuple(PLAN)) -> dict[str, Any]:
    """Every size: agent-steps a second of each engine, and their ratio."""
    import mesa

    return {"mesa_version": mesa.__version__, "sizes": [measure_size(n, *PLAN[n]) for n in sizes]}


def table(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = [
        f"| agents | engine [agent-steps/s] | Mesa {figures['mesa_version']} [agent-steps/s] | ratio (min–max) | "
        "setting up, engine and Mesa [s] |",
        "|---|---|---|---|---|",
    ]
    for row in figures["sizes"]:
        lines.append(
            f"| {row['agents']:,} | {row['engine_agent_steps_per_second']:,.0f} | "
            f"{row['mesa_agent_steps_per_second']:,.0f} | {row['ratio']:,.0f} ({row['ratio_min']:,.0f}–"
            f"{row['ratio_max']:,.0f}) | {row['engine_setup_seconds']:.2f}, {row['mesa_setup_seconds']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The engine and its Mesa version side by side.")
    parser.add_argument(
        "--sizes", type=int, nargs="+", choices=list(PLAN), default=list(PLAN), help="numbers of agents"
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--worker", nargs=3, metavar=("ENGINE", "AGENTS", "CELL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        which, agents, resolution = options.worker
        work(which, int(agents), float(resolution))
        return
    figures = measure(tuple(options.sizes))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
