"""How time and memory grow: with agents, steps, cells and replicates, in the small synthetic world.

Half of the agents are communities of some 200 people and half are fighters, one a unit: the whole model at the scale
of households and single men. Seconds are of the processor.
"""

from __future__ import annotations

import resource
import statistics
import time
from typing import Any

from apart import apart

AGENTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
STEPS = (50, 100, 200, 400)
CELLS = (0.5, 0.25, 0.1, 0.05)  # degrees
SETTLE = 2  # steps before the clock starts: kernels are loaded, logs have their size


def scenario_of(agents: int, resolution: float, steps: int) -> Any:
    """The two-actor world with so many agents."""
    from sahelsim.scenario.load import load_scenario

    half = agents // 2
    return load_scenario(
        "two_actors",
        changes={
            "calendar.steps": steps, "region.communities": half, "region.population": min(200 * half, 2 * 10**9),
            "grid.resolution": resolution, "world.spare_units": 0.1, "actors.army.establishment": 0,
            "actors.army.unit_size": 1, "actors.movement.unit_size": 1,
            "actors.army.groups.main.fighters": half // 2, "actors.movement.groups.hills.fighters": half - half // 2,
        },
    )  # fmt: skip


def resident_mb() -> float:
    """Memory that the process holds now [MB]; 0 where /proc does not tell."""
    try:
        with open("/proc/self/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    except OSError:
        return 0.0


def measure_steps(agents: int, resolution: float, turns: int, per_turn: int) -> dict[str, Any]:
    """Agent-steps a second over turns of steps, and memory."""
    from sahelsim.schedule import begin, run_step
    from sahelsim.world.build import build_blueprint

    run_step(begin(build_blueprint(scenario_of(1000, 0.5, 10)), 0))  # code and kernels are in memory
    before = resident_mb()
    began = time.process_time()
    blueprint = build_blueprint(scenario_of(agents, resolution, SETTLE + turns * per_turn))
    built = time.process_time() - began
    play = begin(blueprint, 0)
    number = int((play.world.units.strength > 0).sum()) + blueprint.ground.communities
    for _ in range(SETTLE):
        run_step(play)
    seconds = []
    for _ in range(turns):
        began = time.process_time()
        for _ in range(per_turn):
            run_step(play)
        seconds.append((time.process_time() - began) / per_turn)
    return {
        "agents": number, "cells": blueprint.ground.cells, "seconds_per_step": statistics.median(seconds),
        "agent_steps_per_second": number / statistics.median(seconds), "build_seconds": built,
        "bytes_per_agent": 1024 * 1024 * (resident_mb() - before) / number,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def measure_replicate(agents: int, steps: int) -> dict[str, Any]:
    """Seconds of whole replicates with so many steps."""
    from sahelsim.replicate import simulate_replicate
    from sahelsim.world.build import build_blueprint

    scenario = scenario_of(agents, 0.25, steps)
    blueprint = build_blueprint(scenario)
    simulate_replicate(scenario, 0, None, blueprint)
    seconds = []
    for replicate in range(3):
        began = time.process_time()
        simulate_replicate(scenario, replicate, None, blueprint)
        seconds.append(time.process_time() - began)
    return {"agents": agents, "steps": steps, "seconds": statistics.median(seconds)}


def measure() -> dict[str, Any]:
    """Each size in a process of its own."""
    steps = {n: (3, 20 if n <= 10_000 else 3 if n <= 100_000 else 1) for n in AGENTS}
    side = {n: 0.5 if n <= 1_000 else 0.25 if n <= 10_000 else 0.1 if n <= 100_000 else 0.05 for n in AGENTS}
    return {
        "by_agents": [apart("scaling", f"measure_steps({n}, {side[n]}, {steps[n][0]}, {steps[n][1]})") for n in AGENTS],
        "by_cells": [apart("scaling", f"measure_steps(100_000, {degrees}, 3, 5)") for degrees in CELLS],
        "by_steps": [apart("scaling", f"measure_replicate(10_000, {n})") for n in STEPS],
    }
