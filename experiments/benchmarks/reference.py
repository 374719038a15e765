"""Time and memory of the reference scenario, and how both grow with agents and steps.

    python experiments/benchmarks/reference.py          (make bench)

Each figure is measured in a process of its own with one thread; medians of repeated runs. Writes results.json,
results.md and scaling.png beside this file.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
STEPS = (50, 100, 200, 400, 800)
REPEATS = 5


def measure_reference() -> dict[str, Any]:
    """Seconds a replicate (warm), units, communities, peak memory."""
    from sahelsim.replicate import Recorder, simulate_replicate
    from sahelsim.scenario.load import load_scenario
    from sahelsim.schedule import SCHEDULE, begin
    from sahelsim.world.build import build_blueprint

    began = time.perf_counter()
    scenario = load_scenario("sahel_2017_2023")
    blueprint = build_blueprint(scenario)
    build = time.perf_counter() - began
    first = simulate_replicate(scenario, 0, None, blueprint)
    runs = [simulate_replicate(scenario, r, None, blueprint).seconds for r in range(REPEATS)]
    play = begin(blueprint, 0)
    units = int((play.world.units.strength > 0).sum())
    agents = units + blueprint.ground.communities
    spent = dict.fromkeys((s.name for s in SCHEDULE), 0.0)
    recorder, record = Recorder(play), 0.0
    for step in range(scenario.calendar.steps):
        for stage in SCHEDULE:
            start = time.perf_counter()
            if stage.switch is None or getattr(scenario.mechanisms, stage.switch).enabled:
                stage.run(play)
            spent[stage.name] += time.perf_counter() - start
        start = time.perf_counter()
        recorder.take(play.world, step)
        record += time.perf_counter() - start
        play.world.step += 1
    return {
        "seconds_per_replicate": statistics.median(runs), "seconds_min": min(runs), "seconds_max": max(runs),
        "seconds_load_and_build": build, "first_replicate_with_cache_load": first.seconds,
        "units_at_start": units, "communities": blueprint.ground.communities, "steps": scenario.calendar.steps,
        "agent_steps_per_second": agents * scenario.calendar.steps / statistics.median(runs),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "seconds_by_stage": {**{k: round(v, 4) for k, v in spent.items()}, "recorder": round(record, 4)},
    }  # fmt: skip


def measure_synthetic(agents: int, steps: int) -> dict[str, Any]:
    """The two-actor world with `agents` agents, half units and half communities."""
    from sahelsim.replicate import simulate_replicate
    from sahelsim.scenario.load import load_scenario
    from sahelsim.world.build import build_blueprint

    half = agents // 2
    scenario = load_scenario(
        "two_actors",
        changes={
            "calendar.steps": steps, "region.communities": half, "region.population": 2500 * half,
            "grid.resolution": 0.1, "world.spare_units": 0.5, "actors.army.establishment": 0,
            "actors.army.groups.main.fighters": 20 * (half // 2),
            "actors.movement.groups.hills.fighters": 10 * (half - half // 2),
        },
    )  # fmt: skip
    blueprint = build_blueprint(scenario)
    simulate_replicate(scenario, 0, None, blueprint)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    runs = [simulate_replicate(scenario, r, None, blueprint).seconds for r in range(3)]
    return {"agents": agents, "steps": steps, "seconds": statistics.median(runs), "peak_memory_mb": before}


def measure_cold_start() -> dict[str, float]:
    """Seconds of whole `sahelsim run` processes of the small scenario: kernel cache empty, then warm."""
    program = str(Path(sys.executable).parent / "sahelsim")
    out: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/cache"}
        for name in ("first_run_seconds", "second_run_seconds"):
            start = time.perf_counter()
            command = [program, "run", "two_actors", "--quiet", "--out", f"{folder}/{name}"]
            subprocess.run(command, check=True, env=env, capture_output=True)
            out[name] = time.perf_counter() - start
        start = time.perf_counter()
        subprocess.run([program, "--help"], check=True, capture_output=True)
        out["help_seconds"] = time.perf_counter() - start
    return out


def in_process(call: str) -> Any:
    """Run a measurement of this file in a fresh process with one thread."""
    env = {**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    code = f"import json, reference; print(json.dumps(reference.{call}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, env=env, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def machine() -> dict[str, str]:
    """Facts of the machine."""
    import numba
    import numpy as np

    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), cpu)
    return {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version(), "numpy": np.__version__,
            "numba": numba.__version__}  # fmt: skip


def plot(path: Path, by_agents: list[dict[str, Any]], by_steps: list[dict[str, Any]]) -> None:
    """Time and memory against agents and steps, each with its least-squares line a + b x."""
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    fig = Figure(figsize=(11, 3.6), layout="constrained")
    for ax, rows, x, y, label in zip(
        fig.subplots(1, 3),
        (by_agents, by_steps, by_agents),
        ("agents", "steps", "agents"),
        ("seconds", "seconds", "peak_memory_mb"),
        ("seconds a replicate, 100 steps", "seconds a replicate, 10,000 agents", "peak memory of the process [MB]"),
        strict=True,
    ):
        xs, ys = np.array([r[x] for r in rows], float), np.array([r[y] for r in rows], float)
        slope, start = np.polyfit(xs, ys, 1)
        ax.plot(xs, start + slope * xs, "--", color="0.5", label=f"{start:.3g} + {1000 * slope:.3g} per thousand")
        ax.plot(xs, ys, "o", color="#0072B2", label="measured")
        ax.set_xlabel("agents (units and communities)" if x == "agents" else "steps")
        ax.set_ylabel(label)
        ax.set_ylim(bottom=0)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9)
        ax.grid(alpha=0.3)
    fig.savefig(path, dpi=150, metadata={"Software": None})


def main() -> None:
    """Measure all and write the files."""
    results: dict[str, Any] = {"machine": machine(), "reference": in_process("measure_reference()")}
    results["start"] = measure_cold_start()
    results["by_agents"] = [in_process(f"measure_synthetic({n}, 100)") for n in SIZES]
    results["by_steps"] = [in_process(f"measure_synthetic(10_000, {n})") for n in STEPS]
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    r, s = results["reference"], results["start"]
    stages = ", ".join(
        f"{k} {v:.2f}" for k, v in sorted(r["seconds_by_stage"].items(), key=lambda x: -x[1]) if v >= 0.005
    )
    lines = [
        "# Measured by `make bench`", "", " · ".join(f"{k} {v}" for k, v in results["machine"].items()), "",
        "| figure | value |", "|---|---|",
        f"| reference scenario, one warm core: median of {REPEATS} replicates (min–max) | "
        f"{r['seconds_per_replicate']:.2f} s ({r['seconds_min']:.2f}–{r['seconds_max']:.2f}) |",
        f"| its size | {r['units_at_start']:,} units, {r['communities']:,} communities, {r['steps']} steps |",
        f"| agent-steps per second | {r['agent_steps_per_second'] / 1e6:.1f} million |",
        f"| seconds by stage | {stages} |",
        f"| loading the scenario and building its ground | {r['seconds_load_and_build']:.2f} s |",
        f"| peak memory of the process | {r['peak_memory_mb']:.0f} MB |",
        f"| `sahelsim run two_actors`, first ever (compiles) and second | "
        f"{s['first_run_seconds']:.1f} s, {s['second_run_seconds']:.2f} s |",
        f"| `sahelsim --help` | {s['help_seconds']:.2f} s |", "",
        "![Scaling](scaling.png)", "",
    ]  # fmt: skip
    (HERE / "results.md").write_text("\n".join(lines), encoding="utf-8")
    plot(HERE / "scaling.png", results["by_agents"], results["by_steps"])
    print("\n".join(lines))


if __name__ == "__main__":
    main()
