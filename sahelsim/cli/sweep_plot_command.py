"""``sahelsim sweep plot``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sahelsim.cli.sensitivity_command import find_sweep

__all__ = ["sweep_plot_command"]


def sweep_plot_command(
    place: Path, asked: Sequence[str], *, what_if: str, by: Sequence[str], out: Path | None, formats: Sequence[str]
) -> None:
    """Draw the figures of a sweep and print their paths."""
    from sahelsim.analysis.names import choose_outputs
    from sahelsim.plot.sweep_figures import plot_sweep

    sweep = find_sweep(place)
    folder = sweep.path / "figures" if out is None else out
    for path in plot_sweep(sweep, folder, choose_outputs(sweep, asked), what_if=what_if, by=by, formats=formats):
        print(path)
