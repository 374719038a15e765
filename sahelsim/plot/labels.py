"""Names of towns on a map, placed so that they cover neither each other nor, if there is another place, the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.plot.geography import Town
from sahelsim.plot.maps import Extent
from sahelsim.plot.style import INK, TINY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

__all__ = ["label_towns"]

Boxes = npt.NDArray[np.float64]  # (N, 4): left, bottom, right, top [pixels]

# offset [points], horizontal and vertical alignment of the eight places around a dot, the better ones first
_PLACES = (
    (3, 0, "left", "center"),
    (-3, 0, "right", "center"),
    (0, 3, "center", "bottom"),
    (0, -3, "center", "top"),
    (2, 2, "left", "bottom"),
    (-2, 2, "right", "bottom"),
    (2, -2, "left", "top"),
    (-2, -2, "right", "top"),
)
_PAD = 1.5  # pixels kept free around a name


def label_towns(
    axes: Axes, towns: Sequence[Town], extent: Extent, *, most: int, obstacles: Boxes, taken: Sequence[Text] = ()
) -> list[str]:
    """Draw up to `most` towns, in their order, each where its name covers least; towns without room are left out.

    Parameters
    ----------
    axes : Axes
        A map whose figure is otherwise complete: names are placed by what they measure on it.
    towns : sequence of Town
        Most important first.
    extent : Extent
        Of the map.
    most : int
        Number of towns to name.
    obstacles : (N, 4)
        Boxes of drawn data [pixels] that names should rather not cover.
    taken : sequence of Text
        What is written on the map already, which names do not cover.

    Returns
    -------
    list of str
        The names that were drawn.
    """
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=1.4, foreground="white", alpha=0.85)]
    frame = axes.get_window_extent()
    inside = np.array([frame.x0, frame.y0, frame.x1, frame.y1])
    candidates = [town for town in towns if extent.holds(town.longitude, town.latitude)]
    occupied = np.array([text.get_window_extent().extents for text in taken]).reshape(-1, 4)
    named: list[str] = []
    for town in candidates:
        if len(named) == most:
            break
        x, y = axes.transData.transform((town.longitude, town.latitude))
        dot = np.array([[x - 3, y - 3, x + 3, y + 3]])
        if _overlap(dot[0], occupied) > 0:
            continue
        best: tuple[float, int, Boxes] | None = None
        label = axes.annotate(
            town.name, (town.longitude, town.latitude), (0, 0), textcoords="offset points", fontsize=TINY, color=INK,
            fontweight="bold" if town.rank == 0 else "normal", path_effects=halo, annotation_clip=True, zorder=6,
        )  # fmt: skip
        for number, (dx, dy, ha, va) in enumerate(_PLACES):
            label.set(position=(dx, dy), ha=ha, va=va)
            box = np.array(label.get_window_extent().padded(_PAD).extents)
            within = (box[:2] >= inside[:2]).all() and (box[2:] <= inside[2:]).all()
            if not within or _overlap(box, occupied) > 0:
                continue
            cost = _overlap(box, obstacles) + number * 1e-3
            if best is None or cost < best[0]:
                best = (cost, number, box)
        if best is None:
            label.remove()
            continue
        dx, dy, ha, va = _PLACES[best[1]]
        label.set(position=(dx, dy), ha=ha, va=va)
        axes.plot(
            town.longitude, town.latitude, "s" if town.rank == 0 else "o", markersize=3 if town.rank == 0 else 2.2,
            color=INK, markeredgecolor="white", markeredgewidth=0.4, zorder=5.5,
        )  # fmt: skip
        occupied = np.vstack([occupied, best[2], dot])
        named.append(town.name)
    return named


def _overlap(box: npt.NDArray[np.float64], others: Boxes) -> float:
    """Area that a box shares with others [pixels squared]."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    return float((np.maximum(width, 0.0) * np.maximum(height, 0.0)).sum())
