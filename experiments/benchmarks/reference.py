"""Time and memory of the reference scenario on one warm core, at its own and at the coarse resolution."""

from __future__ import annotations

import resource
import statistics
import time
from typing import Any

from apart import apart

REPEATS = 7


def measure_reference(override: str | None = None) -> dict[str, Any]:
    """Seconds a replicate (warm), its size, time by stage, peak memory."""
    from sahelsim.profile import Profiler
    from sahelsim.replicate import simulate_replicate
    from sahelsim.scenario.load import load_scenario
    from sahelsim.schedule import begin
    from sahelsim.world.build import build_blueprint

    began = time.perf_counter()
    scenario = load_scenario("sahel_2017_2023", overrides=[override] if override else [])
    blueprint = build_blueprint(scenario)
    build = time.perf_counter() - began
    first = simulate_replicate(scenario, 0, None, blueprint)
    runs = [simulate_replicate(scenario, r, None, blueprint).seconds for r in range(REPEATS)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    units = int((begin(blueprint, 0).world.units.strength > 0).sum())
    profiler = Profiler(first=False)
    simulate_replicate(scenario, 0, None, blueprint, profiler)
    agents, seconds = units + blueprint.ground.communities, statistics.median(runs)
    return {
        "seconds_per_replicate": seconds, "seconds_min": min(runs), "seconds_max": max(runs),
        "seconds_load_and_build": build, "first_replicate_with_cache_load": first.seconds,
        "units_at_start": units, "communities": blueprint.ground.communities, "cells": blueprint.ground.cells,
        "steps": scenario.calendar.steps, "agent_steps_per_second": agents * scenario.calendar.steps / seconds,
        "peak_memory_mb": memory, "seconds_by_stage": stage_seconds(profiler),
    }  # fmt: skip


def stage_seconds(profiler: Any) -> dict[str, float]:
    """Seconds of each stage of the schedule, most first."""
    stages = sorted(profiler.finish(0.0).stages, key=lambda stage: -stage.seconds)
    return {stage.name: round(stage.seconds, 4) for stage in stages}


def measure() -> dict[str, Any]:
    """Both resolutions."""
    return {
        "full": apart("reference", "measure_reference()"),
        "coarse": apart("reference", "measure_reference('coarse')"),
    }
