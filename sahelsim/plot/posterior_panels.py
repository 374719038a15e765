"""What the figures of a calibration share: where it comes from, and a page of small panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sahelsim.plot.style import new_figure
from sahelsim.plot.sweep_panels import note_height

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.calibration.calibrate import Calibrated

__all__ = ["origin_of", "panel_grid"]

_HEAD = 0.75  # inches
_COLUMNS = 4


def origin_of(result: Calibrated) -> str:
    """``calibration · sahel_2017_2023 · 1,152 runs · seed 5 · sahelsim 0.1.0``."""
    from sahelsim.results.manifest import versions

    loaded = result.loaded
    version = versions()["sahelsim"] or "unknown version"
    until = loaded.calibration.until
    data = "patterns" if result.evidence.period is None else "patterns and UCDP GED"
    data += "" if until is None else f" to {until}"
    return f"{loaded.scenario.name} · {data} · {result.runs:,} runs · seed {loaded.seed} · sahelsim {version}"


def panel_grid(
    result: Calibrated,
    title: str,
    count: int,
    row: float,
    notes: Sequence[str],
    keys: Sequence[Artist],
    columns: int = _COLUMNS,
) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, each row so high [inches]."""
    columns = max(1, min(columns, count))
    rows = -(-count // columns)
    figure = new_figure(origin_of(result), title, _HEAD + row * rows + note_height(notes), notes=notes, keys=keys)
    return figure, [figure.add_subplot(rows, columns, number + 1) for number in range(count)]
