"""The table of ``sahelsim run --profile``."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from sahelsim.profile import SAMPLE, ReplicateProfile, StageProfile

__all__ = ["print_profile"]

_KIB = 1024.0
_MIB = _KIB * 1024.0


def print_profile(profile: ReplicateProfile, console: Console) -> None:
    """Print what each stage of the schedule took, the slowest first, and what was not measured."""
    number = profile.replicates
    table = Table(title=f"Time by stage, {number} replicate{'s' if number > 1 else ''}", title_justify="left", box=None)
    table.add_column("stage")
    for name in ("ms/replicate", "share", "µs/step", "log KiB/replicate", "state KiB"):
        table.add_column(name, justify="right")
    total = sum(_milliseconds(stage, profile) for stage in profile.stages)
    for stage in sorted(profile.stages, key=lambda s: -s.seconds):
        own = _milliseconds(stage, profile)
        table.add_row(
            stage.name,
            f"{own:,.2f}",
            f"{own / total:.1%}" if total else "",
            f"{1e3 * own * number / profile.steps:,.1f}",
            f"{stage.log_bytes / number / _KIB:,.1f}",
            f"{sum(stage.changes.values()) / _KIB:,.1f}",
        )
    table.add_row(
        "all stages", f"{total:,.2f}", "100.0%" if total else "", f"{1e3 * total * number / profile.steps:,.1f}",
        f"{sum(s.log_bytes for s in profile.stages) / number / _KIB:,.1f}",
        f"{sum(profile.state_bytes.values()) / _KIB:,.1f}",
    )  # fmt: skip
    console.print(table)
    rest = profile.seconds - profile.stage_seconds - profile.first_seconds
    console.print(
        f"Beside the stages: {1e3 * rest / number:,.2f} ms/replicate to place units and take the state down; "
        f"{1e3 * profile.first_seconds:,.0f} ms in all for the first step of each process, which loads kernels "
        "(left out above)."
    )
    tables = ", ".join(f"{name} {size / _KIB:,.0f}" for name, size in profile.state_bytes.items())
    peak = f"{profile.peak_bytes / _MIB:,.0f} MiB" if profile.peak_bytes else "not told by the system"
    console.print(
        f"State of a world [KiB]: {tables}. Logs of a replicate: {profile.log_bytes / _KIB:,.0f} KiB. "
        f"Peak memory of a process: {peak}."
    )
    console.print(
        f"state KiB: arrays that the stage was seen to change on each {SAMPLE}th step; several stages may change one. "
        "Not measured: single kernels and their calls, memory that a stage takes and gives back, reading the region, "
        "observation and writing."
    )


def _milliseconds(stage: StageProfile, profile: ReplicateProfile) -> float:
    """Time per replicate, as if each of its steps had taken what those measured took."""
    return 1e3 * stage.seconds / max(stage.calls, 1) * profile.steps / profile.replicates
