"""What a reader needs to make a figure of a sweep again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelsim.plot.style import replicates_of

if TYPE_CHECKING:
    from sahelsim.sweep.opening import Sweep

__all__ = ["sweep_origin"]


def sweep_origin(sweep: Sweep) -> str:
    """``abuse_and_memory · 25 draws × 6 replicates · seed 2102 · sahelsim 0.1.0``."""
    version = sweep.versions.get("sahelsim") or "unknown version"
    draws = sweep.total // (sweep.replicates * len(sweep.variants))
    times = f"{draws:,} draw{'s' if draws != 1 else ''} × {replicates_of(sweep.replicates)}"
    variants = f" × {len(sweep.variants)} variants" if len(sweep.variants) > 1 else ""
    return f"{sweep.experiment.name} · {times}{variants} · seed {sweep.seed} · sahelsim {version}"
