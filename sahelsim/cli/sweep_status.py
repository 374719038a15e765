"""``sahelsim sweep status``, ``collect``, ``plan`` and ``cancel``."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sahelsim.cli.sweep_command import default_store, sweep_bar
from sahelsim.cli.waiting import cores
from sahelsim.errors import BadInput

__all__ = ["cancel_command", "collect_command", "plan_command", "status_command"]

_LOOK_EVERY = 1.0  # seconds
_FAILURES_SHOWN = 5


def status_command(file: Path, store: Path | None, *, watch: bool, as_json: bool) -> None:
    """Say how far a sweep is."""
    from sahelsim.sweep.status import Watcher

    folder = _store_of(file, store, say_changes=True)
    watcher = Watcher(folder)
    status = watcher.look()
    if watch and not as_json:
        with sweep_bar(Console(stderr=True, markup=False, highlight=False), status.name, quiet=False) as bar:
            bar(status.done, status.failed, status.total, status.rate)
            while status.running and status.left:
                time.sleep(_LOOK_EVERY)
                status = watcher.look()
                bar(status.done, status.failed, status.total, status.rate)
    if as_json:
        print(json.dumps(status.as_dict()))
        return
    panels = f", {status.panel_files:,} panel files" if status.panel_files else ""
    print(f"{status.name} in {status.store}: {status.done:,} of {status.total:,} runs done, {status.failed:,} failed, "
          f"{status.left:,} left; {status.shards:,} shards{panels}, {status.megabytes:,.1f} MB")  # fmt: skip
    if status.running:
        parent = status.parent
        who = [f"process {parent['pid']} on {parent['host']}, {parent['engine']}"] if parent else []
        speed = f", {status.rate:.1f} runs/s, {_span(status.seconds_left)} left" if status.rate else ""
        print(f"running: {'; '.join([*who, *status.jobs])}{speed}")
    elif status.left and not status.slurm_silent:
        print("nothing is running; `sahelsim sweep resume` goes on")
    if status.slurm_silent:
        print("Slurm was given work on this store and does not answer, so that nobody knows whether it is at it still",
              file=sys.stderr)  # fmt: skip
    for damaged in status.damaged:
        print(f"{damaged}: is missing or damaged; `sahelsim sweep resume EXPERIMENT --quarantine` does its runs again",
              file=sys.stderr)  # fmt: skip
    if status.failed:
        _print_failures(folder)


def _print_failures(folder: Path) -> None:
    from sahelsim.sweep.opening import open_sweep

    failures = open_sweep(folder).failures().collect()
    kinds = failures.group_by("error_type", "error").len().sort("len", "error", descending=[True, False])
    for kind, error, count in kinds.head(_FAILURES_SHOWN).iter_rows():
        print(f"  {count:,} × {kind}: {error}")


def collect_command(file: Path, store: Path | None, out: Path, *, as_json: bool) -> None:
    """Write the table of a sweep."""
    from sahelsim.sweep.collect import collect

    written = collect(_store_of(file, store, say_changes=True), out)
    if as_json:
        print(json.dumps({"out": str(out), **written._asdict()}))
    else:
        print(f"{out}: {written.rows:,} of {written.total:,} runs, {written.failed:,} of them failed")


def plan_command(file: Path, nodes: list[int], node_cores: int | None, *, as_json: bool) -> None:
    """Measure a pilot and say what the sweep takes."""
    from sahelsim.sweep.engines.slurm_submit import runs_of_a_task
    from sahelsim.sweep.load import load_experiment
    from sahelsim.sweep.plan import measure_plan

    loaded = load_experiment(file)
    plan = measure_plan(loaded)
    of_a_node = node_cores or cores()
    on = {n: plan.hours_on(n, of_a_node) for n in sorted(set(nodes))}
    if as_json:
        on_nodes = {str(n): round(hours, 5) for n, hours in on.items()}
        print(json.dumps({**plan.as_dict(), "cores_of_a_node": of_a_node, "hours_on_nodes": on_nodes}))
        return
    console = Console(markup=False, highlight=False)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made = f"{plan.draws:,} draws × {plan.replicates:,} replicates × {plan.variants} variants"
    rows = {
        "runs": f"{plan.runs:,} ({made})",
        "chunks": f"{plan.chunks:,} of {plan.runs_per_chunk:,} runs",
        "a run": f"{plan.seconds_per_run:.3f} s ({plan.pilot} measured); starts in {plan.start_seconds:.1f} s",
        "core-hours": f"{plan.core_hours:.3g}",
        "memory": f"{plan.memory_mb:,.0f} MB a worker",
        "disk": f"{plan.megabytes:,.1f} MB",
    }
    if loaded.experiment.engine.kind == "slurm":
        settings = loaded.experiment.engine.slurm
        each = runs_of_a_task(settings, plan.runs, plan.variants, plan.seconds_per_run)
        rows["array"] = f"{math.ceil(plan.runs / each):,} tasks of {each:,} runs, {settings.tasks:,} at once"
    for n, hours in on.items():
        rows[f"on {n:,} node{'s' if n > 1 else ''}"] = f"{_span(hours * 3600)} ({of_a_node} cores each)"
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
    if plan.pilot_failed:
        print(f"{plan.pilot_failed} of the {plan.pilot} pilot runs failed", file=sys.stderr)


def cancel_command(file: Path, store: Path | None) -> None:
    """Ask the parent of a sweep to end, and wait until it has."""
    from sahelsim.sweep.drive import ask_to_stop
    from sahelsim.sweep.status import Watcher

    folder = _store_of(file, store)
    ask_to_stop(folder)
    watcher = Watcher(folder, ask_every=_LOOK_EVERY)
    deadline = time.monotonic() + 60.0
    while (status := watcher.look()).running and time.monotonic() < deadline:
        time.sleep(0.2)
    if status.running:
        print("asked to stop; it is finishing its runs")
    else:
        print(f"stopped with {status.done:,} of {status.total:,} runs done; `sahelsim sweep resume` goes on")


def _store_of(file: Path, store: Path | None, *, say_changes: bool = False) -> Path:
    """The store that is meant; it must be one of this experiment, by its name. Other changes since are only told."""
    from sahelsim.scenario.explain import problem_at
    from sahelsim.sweep.changed import experiment_changes
    from sahelsim.sweep.load import read_experiment
    from sahelsim.sweep.store import open_store

    experiment, tree = read_experiment(file)
    folder = store or default_store(experiment.name)
    opened = open_store(folder)
    name = opened.manifest["name"]
    if name != experiment.name:
        raise BadInput(f"holds the sweep '{name}', not '{experiment.name}'", file=folder, path="--store")
    if say_changes:
        changes = list(experiment_changes(opened, experiment))
        if experiment.replicates != opened.replicates:
            changes.append((("replicates",), f"the sweep in {folder} has {opened.replicates:,} so far"))
        for path, what in changes:
            print(problem_at(tree, path, what), file=sys.stderr)
        if changes:
            print("what follows is of the sweep as it is in the store", file=sys.stderr)
    return folder


def _span(seconds: float | None) -> str:
    """A time in the unit that suits it."""
    if seconds is None:
        return "?"
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"
