"""Circles on a map: their area is a number, their sectors are its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

__all__ = ["boxes_of", "draw_circles", "round_values"]

FloatArray = npt.NDArray[np.float64]

_SMALLEST_POINTS = 1.3  # diameter below which a circle would not be seen
_EDGED_POINTS = 5.0  # diameter from which circles have a white edge
_VERTICES = 48


def draw_circles(axes: Axes, grid: Grid, parts: FloatArray, scale: float, colours: Sequence[str]) -> None:
    """Circles at the centres of cells, cut clockwise from the top, the largest undermost.

    Parameters
    ----------
    axes : Axes
    grid : Grid
    parts : (C, K)
        Numbers to draw; cells whose sum is 0 have no circle.
    scale : float
        Squared diameter for a sum of 1 [square points]; it is what `Axes.scatter` calls ``s``.
    colours : sequence of str
        One for each of the K parts.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path
    from matplotlib.transforms import IdentityTransform

    total = parts.sum(axis=1)
    paths, sizes, faces, edges, centres = [], [], [], [], []
    for cell in sorted(np.flatnonzero(total > 0), key=lambda c: (-total[c], c)):
        ends = np.concatenate([[0.0], np.cumsum(parts[cell]) / total[cell]])
        size = max(scale * total[cell], _SMALLEST_POINTS**2)
        for part in np.flatnonzero(parts[cell] > 0):
            paths.append(_sector(Path, ends[part], ends[part + 1]))
            sizes.append(size)
            faces.append(colours[int(part)])
            edges.append(0.25 if size >= _EDGED_POINTS**2 else 0.0)
            centres.append((grid.longitude[cell], grid.latitude[cell]))
    if not paths:
        return
    circles = PathCollection(
        paths, sizes=sizes, facecolors=faces, edgecolors="white", linewidths=edges, zorder=4, offsets=centres,
        offset_transform=axes.transData, label="circles",
    )  # fmt: skip
    circles.set_transform(IdentityTransform())
    circles.set_in_layout(False)
    axes.add_collection(circles, autolim=False)


def _sector(path: Any, start: float, end: float) -> Any:
    """Sector of a circle of diameter 1 between two shares of the turn."""
    if end - start > 1.0 - 1e-9:
        circle = path.unit_circle()
        return path(circle.vertices * 0.5, circle.codes)
    angle = np.pi / 2.0 - 2.0 * np.pi * np.linspace(start, end, max(2, int(np.ceil(_VERTICES * (end - start))) + 1))
    arc = 0.5 * np.column_stack([np.cos(angle), np.sin(angle)])
    return path(np.vstack([[0.0, 0.0], arc, [0.0, 0.0]]), closed=True)


def boxes_of(axes: Axes, grid: Grid, total: FloatArray, scale: float) -> FloatArray:
    """Boxes of the circles that `draw_circles` makes of sums of shape (C,), shape (N, 4) [pixels]."""
    figure = axes.figure
    cells = np.flatnonzero(total > 0)
    centre = axes.transData.transform(np.column_stack([grid.longitude[cells], grid.latitude[cells]]))
    radius = 0.5 * np.sqrt(scale * total[cells])[:, None] * figure.dpi / 72.0
    return np.hstack([centre - radius, centre + radius])


def round_values(largest: float, most: int = 3) -> list[float]:
    """Round numbers for a key, about four times apart, the greatest not above `largest`."""
    steps = [m * 10.0**k for k in range(-2, 8) for m in (1, 2, 5)]
    values: list[float] = []
    bound = largest
    while len(values) < most:
        below = [step for step in steps if step <= bound * (1 + 1e-9)]
        if not below:
            break
        values.append(below[-1])
        bound = below[-1] / 4.0
    return values[::-1]
