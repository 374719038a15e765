"""What was measured, under plain names, as a table with the bars beside it, and as figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BARS: tuple[tuple[str, str, str, float | None, str], ...] = (
    ("reference_seconds_per_replicate", "reference scenario, one warm core [s a replicate]", "at most", 0.4, ".2f"),
    (
        "coarse_seconds_per_replicate",
        "the same at 0.5°, communities by cell and people [s a replicate]",
        "at most",
        0.05,
        ".2f",
    ),
    (
        "ensemble_100_seconds",
        "100 replicates of it on all cores, with everything around them [s]",
        "at most",
        25,
        ".0f",
    ),
    ("ensemble_efficiency_2_workers", "efficiency of two workers against one", "at least", 0.95, ".2f"),
    (
        "core_ratio_to_mesa_1e5_one_thread",
        "core of the model, engine over Mesa, 100,000 agents, one thread",
        "at least",
        500,
        ",.0f",
    ),
    (
        "toy_updates_per_second_1e6_one_thread",
        "toy workload, 1,000,000 agents, one thread [updates/s]",
        "at least",
        70e6,
        ",.0f",
    ),
    (
        "whole_model_agent_steps_per_second_1e7",
        "whole model, 10,000,000 agents, one thread [agent-steps/s]",
        "",
        None,
        ",.0f",
    ),
    ("whole_model_bytes_per_agent_1e7", "its memory [bytes an agent]", "at most", 120, ".0f"),
    ("help_seconds", "sahelsim --help [s]", "at most", 0.2, ".2f"),
    ("later_run_seconds", "sahelsim run two_actors, warm cache [s]", "at most", 2, ".2f"),
    ("first_run_seconds", "the same, first run ever [s]", "at most", 15, ".1f"),
    (
        "sweep_overhead_local",
        "machinery of sweeps over bare runs, 0.2 s chunks [share of processor time]",
        "at most",
        0.05,
        ".3f",
    ),
    (
        "sweep_overhead_over_observed_runs",
        "the same over runs with their record [share of processor time]",
        "at most",
        0.05,
        ".3f",
    ),
    ("sweep_overhead_dask", "the same through Dask [share of processor time]", "at most", 0.1, ".3f"),
    (
        "sweep_runs_per_second",
        "a sweep of 4,000 runs of smoke.yaml, two processes, start to end [runs/s]",
        "",
        None,
        ".1f",
    ),
    ("sweep_memory_growth", "its largest process against that of 400 runs [ratio]", "at most", 1.05, ".2f"),
    ("sweep_bytes_per_run", "rows of a store of 100,000 runs [bytes a run]", "", None, ".0f"),
    ("sweep_open_and_group_seconds", "opening a store of 100,000 runs and grouping by factor [s]", "at most", 2, ".2f"),
)
"""Name, what it is, which way the bar lies, the bar (None where there is none on one thread), format."""

BLUE, ORANGE, GREEN, PURPLE, SKY, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "0.5"


def plain(parts: dict[str, Any]) -> dict[str, float]:
    """The figures with a bar, and a few more, by plain names; those whose part was never measured are left out."""
    found: dict[str, float] = {}
    if "reference" in parts:
        for name, key in (("reference", "full"), ("coarse", "coarse")):
            row = parts["reference"][key]
            found[f"{name}_seconds_per_replicate"] = row["seconds_per_replicate"]
            found[f"{name}_agent_steps_per_second"] = row["agent_steps_per_second"]
            found[f"{name}_peak_memory_mb"] = row["peak_memory_mb"]
    if "starting" in parts:
        found |= {k: parts["starting"][k] for k in ("help_seconds", "later_run_seconds", "first_run_seconds")}
    if "ensembles" in parts:
        found["ensemble_100_seconds"] = parts["ensembles"]["seconds"]
        found["ensemble_efficiency_2_workers"] = parts["ensembles"]["efficiency_2"]
    if "core" in parts:
        for row in parts["core"]["sizes"]:
            if 9e4 < row["agents"] < 1.1e5:
                found["core_ratio_to_mesa_1e5_one_thread"] = row["ratio"]
    if "toy" in parts:
        row = parts["toy"]["updates_per_second"].get("1000000", {})
        names = {"ours": "toy_updates_per_second_1e6_one_thread", "probe": "toy_updates_per_second_1e6_probe"}
        found |= {name: row[engine] for engine, name in names.items() if engine in row}
    if "sweeps" in parts:
        found |= _of_sweeps(parts["sweeps"])
    if "scaling" in parts:
        for row in parts["scaling"]["by_agents"]:
            if row["agents"] > 9e6:
                found["whole_model_agent_steps_per_second_1e7"] = row["agent_steps_per_second"]
                found["whole_model_bytes_per_agent_1e7"] = row["bytes_per_agent"]
    return found


def _of_sweeps(part: dict[str, Any]) -> dict[str, float]:
    bare, through, opened = part["overhead"], part["throughput"], part["opening"]
    return {
        "sweep_overhead_local": bare["overhead"],
        "sweep_overhead_over_observed_runs": bare["overhead_over_observed_runs"],
        "sweep_overhead_dask": part["dask"]["overhead"],
        "sweep_runs_per_second": through["runs_per_second_of_4000"],
        "sweep_memory_growth": through["peak_memory_mb_of_4000"] / through["peak_memory_mb_of_400"],
        "sweep_bytes_per_run": opened["bytes_per_run"],
        "sweep_open_and_group_seconds": opened["open_and_group_seconds"],
    }


def table(parts: dict[str, Any]) -> str:
    """The figures beside their bars, in Markdown."""
    found = plain(parts)
    lines = ["| figure | measured | bar | met |", "|---|---|---|---|"]
    for name, what, way, bar, form in BARS:
        if name not in found:
            continue
        value = found[name]
        met = "" if bar is None else "yes" if (value <= bar if way == "at most" else value >= bar) else "**no**"
        lines.append(f"| {what} | {value:{form}} | {'' if bar is None else f'{way} {bar:,.12g}'} | {met} |")
    return "\n".join(lines)


def page(parts: dict[str, Any]) -> str:
    """The page of results."""
    lines = ["# Measured by `make bench`", ""]
    for name, part in parts.items():
        facts = " · ".join(f"{k} {v}" for k, v in part["machine"].items())
        lines.append(f"- {name}: {part['measured_on']}, {facts}")
    lines += ["", table(parts), ""]
    if "reference" in parts:
        lines += _reference(parts["reference"])
    if "core" in parts:
        import core

        lines += [
            "## The core of the model, here and in Mesa",
            "",
            core.table(parts["core"]),
            "",
            "![Core](core.png)",
            "",
        ]
    if "toy" in parts:
        import toy

        lines += [
            "## The toy workload [million updates a second]",
            "",
            toy.table(parts["toy"]),
            "",
            "![Toy](toy.png)",
            "",
        ]
    if "scaling" in parts:
        lines += [
            "## How time and memory grow",
            "",
            "Whole model, synthetic world, one thread.",
            "",
            "![Scaling](scaling.png)",
            "",
        ]
    return "\n".join(lines)


def _reference(part: dict[str, Any]) -> list[str]:
    lines = ["## The reference scenario", "", "| | its own resolution | coarse |", "|---|---|---|"]
    full, coarse = part["full"], part["coarse"]
    for key, what, form in (
        ("units_at_start", "units at the start", ",.0f"), ("communities", "communities", ",.0f"),
        ("cells", "cells", ",.0f"),
        ("seconds_per_replicate", "seconds a replicate, median", ".3f"), ("seconds_min", "least", ".3f"),
        ("seconds_max", "most", ".3f"), ("agent_steps_per_second", "agent-steps a second", ",.0f"),
        ("seconds_load_and_build", "seconds to load and build", ".2f"), ("peak_memory_mb", "peak memory [MB]", ".0f"),
    ):  # fmt: skip
        lines.append(f"| {what} | {full[key]:{form}} | {coarse[key]:{form}} |")
    lines += ["", "| stage | seconds a replicate | coarse |", "|---|---|---|"]
    for stage, seconds in full["seconds_by_stage"].items():
        lines.append(f"| {stage} | {seconds:.3f} | {coarse['seconds_by_stage'].get(stage, 0.0):.3f} |")
    return [*lines, ""]


def draw(parts: dict[str, Any], folder: Path) -> None:
    """The figures for which there are measurements."""
    if "core" in parts:
        _core(parts["core"], folder / "core.png")
    if "toy" in parts:
        _toy(parts["toy"], folder / "toy.png")
    if "scaling" in parts:
        _scaling(parts["scaling"], folder / "scaling.png")


def _core(part: dict[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    fig = Figure(figsize=(5.2, 3.6), layout="constrained")
    ax = fig.subplots()
    agents = [row["agents"] for row in part["sizes"]]
    for key, label, colour, mark in (
        ("engine_agent_steps_per_second", "sahelsim", BLUE, "o"),
        ("mesa_agent_steps_per_second", f"Mesa {part['mesa_version']}", ORANGE, "s"),
    ):
        ax.loglog(agents, [row[key] for row in part["sizes"]], mark + "-", color=colour, label=label)
    for row in part["sizes"]:
        ax.annotate(
            f"×{row['ratio']:,.0f}", (row["agents"], row["engine_agent_steps_per_second"]), xytext=(0, 6),
            textcoords="offset points", ha="center", fontsize=8,
        )  # fmt: skip
    ax.set_xlabel("agents (units and communities)")
    ax.set_ylabel("agent-steps a second")
    ax.margins(y=0.15)
    ax.grid(alpha=0.3)
    ax.legend(frameon=False, loc="center right")
    fig.savefig(path, dpi=150, metadata={"Software": None})


def _toy(part: dict[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    fig = Figure(figsize=(5.2, 3.6), layout="constrained")
    ax = fig.subplots()
    rows = {int(n): row for n, row in part["updates_per_second"].items()}
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    for name, colour, mark in zip(names, (BLUE, SKY, GREEN, ORANGE, PURPLE, GREY), "ovs^Dx", strict=False):
        points = [(n, row[name] / 1e6) for n, row in rows.items() if name in row]
        ax.loglog(*zip(*points, strict=True), mark + "-", color=colour, label=name, markersize=4)
    ax.set_xlabel("agents")
    ax.set_ylabel("million updates a second")
    ax.grid(alpha=0.3)
    ax.legend(frameon=False, fontsize=8)
    fig.savefig(path, dpi=150, metadata={"Software": None})


def _scaling(part: dict[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    fig = Figure(figsize=(8.6, 5.6), layout="constrained")
    (speed, memory), (cells, steps) = fig.subplots(2, 2)
    rows = part["by_agents"]
    speed.semilogx([r["agents"] for r in rows], [r["agent_steps_per_second"] / 1e6 for r in rows], "o-", color=BLUE)
    speed.set(xlabel="agents (units and communities)", ylabel="million agent-steps a second")
    memory.loglog([r["agents"] for r in rows], [r["bytes_per_agent"] for r in rows], "o-", color=BLUE)
    memory.set(xlabel="agents (units and communities)", ylabel="memory [bytes an agent]")
    rows = part["by_cells"]
    cells.semilogx([r["cells"] for r in rows], [1e3 * r["seconds_per_step"] for r in rows], "o-", color=BLUE)
    cells.set(xlabel="cells (100,000 agents)", ylabel="milliseconds a step")
    rows = part["by_steps"]
    steps.plot([r["steps"] for r in rows], [r["seconds"] for r in rows], "o-", color=BLUE)
    steps.set(xlabel="steps (10,000 agents)", ylabel="seconds a replicate")
    for ax in (speed, memory, cells, steps):
        ax.grid(alpha=0.3)
        if ax is not memory:
            ax.set_ylim(bottom=0)
    fig.savefig(path, dpi=150, metadata={"Software": None})
