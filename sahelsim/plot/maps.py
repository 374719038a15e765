"""Drawing a map: extent, borders, rivers, country names, degree ticks, scale bar, and cells as an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.grid import EARTH_RADIUS_KM, Grid
from sahelsim.plot.geography import Geography
from sahelsim.plot.style import INK, TINY, dress

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

__all__ = ["Extent", "draw_cells", "draw_ground", "extent_of", "ground_keys", "name_countries", "scale_bar"]

LAND, EMPTY = "#F6F4EE", "#DEDEDE"
_BORDER, _RIVER = "#5A5A5A", "#86B6D6"
_SCALES_KM = (10, 20, 50, 100, 200, 500, 1000)
_SCALE_POINTS = 5.5  # height of a scale bar above its map
_LETTER_SHARE = 0.0125  # width of a letter of a country's name, as a share of the map
_SMALLEST_SHARE = 0.025  # of the map that a country must cover to be named


@dataclass(frozen=True)
class Extent:
    """Edges of a map [degrees]."""

    west: float
    east: float
    south: float
    north: float

    @property
    def aspect(self) -> float:
        """Length of a degree of latitude over that of a degree of longitude, in the middle of the map."""
        return 1.0 / math.cos(math.radians((self.south + self.north) / 2.0))

    @property
    def height_to_width(self) -> float:
        """Shape of the map on paper."""
        return self.aspect * (self.north - self.south) / (self.east - self.west)

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies on the map."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def extent_of(grid: Grid) -> Extent:
    """The whole grid."""
    return Extent(grid.lon_min, grid.lon_max, grid.lat_min, grid.lat_max)


def draw_ground(
    axes: Axes,
    ground: Geography,
    extent: Extent,
    *,
    title: str = "",
    labels: tuple[bool, bool] = (True, True),
    small: bool = False,
    paper: str | None = None,
) -> None:
    """Limits, land, borders and rivers, ticks in degrees.

    Parameters
    ----------
    title : str
        Of the panel.
    labels : (bool, bool)
        Whether the longitude and the latitude axis are labelled.
    small : bool
        One of several maps side by side: fewer ticks, and a ground that stands back behind coloured cells.
    paper : str, optional
        Colour of the ground instead.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_facecolor(paper or (EMPTY if small else LAND))
    lines: Any = ground.rivers
    axes.add_collection(LineCollection(lines, colors=_RIVER, linewidths=0.9, zorder=2.0), autolim=False)
    lines = ground.borders
    axes.add_collection(LineCollection(lines, colors=_BORDER, linewidths=0.5, zorder=2.1), autolim=False)
    dress(axes, title=title, x="Longitude" if labels[0] else "", y="Latitude" if labels[1] else "", framed=True)
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_aspect(extent.aspect)
    axes.xaxis.set_major_locator(MaxNLocator(4 if small else 8, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(4 if small else 6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _degrees(x, "E", "W")))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _degrees(y, "N", "S")))
    axes.tick_params(labelbottom=labels[0], labelleft=labels[1])


def _degrees(value: float, positive: str, negative: str) -> str:
    side = "" if abs(value) < 1e-9 else f" {positive if value > 0 else negative}"
    return f"{abs(value):g}°{side}"


def name_countries(
    axes: Axes, ground: Geography, extent: Extent, avoid: npt.NDArray[np.float64] | None = None
) -> list[Text]:
    """Country names in pale capitals, each within the part of the country that the map shows; none for slivers.

    Parameters
    ----------
    avoid : (C,), optional
        How much a name would hide in each cell of the ground's grid; names go where it is least.
    """
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=1.6, foreground="white", alpha=0.8)]
    grid = ground.grid
    shown = (
        (grid.longitude > extent.west)
        & (grid.longitude < extent.east)
        & (grid.latitude > extent.south)
        & (grid.latitude < extent.north)
    )
    drawn = []
    hidden = np.zeros(grid.size) if avoid is None else avoid
    for index, name in enumerate(ground.country_names):
        own = shown & (ground.country == index)
        if own.sum() < max(1.0, _SMALLEST_SHARE * shown.sum()):
            continue
        point = _roomy_point(grid, own, hidden, len(name), extent)
        if point is None:
            continue
        x, y = point
        text = axes.text(
            x, y, name.upper(), ha="center", va="center", fontsize=TINY, color="#77736A", zorder=4.5, clip_on=True,
            path_effects=halo,
        )  # fmt: skip
        drawn.append(text)
    return drawn


def _roomy_point(
    grid: Grid, own: npt.NDArray[np.bool_], hidden: npt.NDArray[np.float64], letters: int, extent: Extent
) -> tuple[float, float] | None:
    """Centre of the box as wide as the name that leaves the country least, and hides least; None beyond the map."""
    from scipy.ndimage import uniform_filter

    degrees = (extent.east - extent.west) * _LETTER_SHARE
    high, wide = 1.6 * degrees, letters * degrees
    size = max(1, round(high / grid.resolution)), max(1, round(wide / grid.resolution))
    fits = (grid.longitude > extent.west + wide / 2) & (grid.longitude < extent.east - wide / 2)
    fits &= (grid.latitude > extent.south + high / 2) & (grid.latitude < extent.north - high / 2)
    inside = uniform_filter(own.reshape(grid.shape).astype(np.float64), size, mode="constant").ravel()
    crowd = uniform_filter(hidden.reshape(grid.shape).astype(np.float64), size, mode="constant").ravel()
    if not (own & fits).any():
        return None
    whole = own & fits & (inside >= inside[own & fits].max() - 0.02)
    best = np.flatnonzero(whole)[np.lexsort((-_depth(grid, own)[whole], crowd[whole]))[0]]
    return float(grid.longitude[best]), float(grid.latitude[best])


def _depth(grid: Grid, own: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Distance of each cell from the edge of the country, in cells."""
    from scipy.ndimage import distance_transform_edt

    depth: npt.NDArray[np.float64] = distance_transform_edt(np.pad(own.reshape(grid.shape), 1))[1:-1, 1:-1].ravel()
    return depth


def scale_bar(axes: Axes, extent: Extent, *, share: float = 0.25) -> None:
    """A bar of a round number of kilometres, above the map at its right end so that it hides nothing.

    `share` is the greatest part of the map's width that it takes.
    """
    from matplotlib.transforms import offset_copy

    middle = math.radians((extent.south + extent.north) / 2.0)
    km_per_degree = math.radians(1.0) * EARTH_RADIUS_KM * math.cos(middle)
    width = (extent.east - extent.west) * km_per_degree
    length = max((km for km in _SCALES_KM if km <= width * share), default=_SCALES_KM[0])
    start = extent.east - length / km_per_degree
    place = axes.get_xaxis_transform()  # longitude, and the height of the map from 0 to 1
    lifted = offset_copy(place, axes.get_figure(root=True), y=_SCALE_POINTS, units="points")
    axes.plot(
        (start, extent.east), (1.0, 1.0), color=INK, linewidth=0.8, marker="|", markersize=4.0, markeredgewidth=0.8,
        transform=lifted, clip_on=False, solid_capstyle="butt", label="scale",
    )  # fmt: skip
    axes.annotate(
        f"{length} km", (start, 1.0), (-3.0, _SCALE_POINTS), xycoords=place, textcoords="offset points", ha="right",
        va="center", fontsize=TINY, color=INK, annotation_clip=False,
    )  # fmt: skip


def draw_cells(axes: Axes, grid: Grid, values: npt.NDArray[Any], **options: Any) -> AxesImage:
    """Cells as an image under the borders: values of shape (C,), or colours of shape (C, 4)."""
    image = values.reshape(*grid.shape, *values.shape[1:])
    aspect = axes.get_aspect()
    drawn = axes.imshow(
        image, origin="lower", interpolation="nearest", zorder=1.0,
        extent=(grid.lon_min, grid.lon_max, grid.lat_min, grid.lat_max), **options,
    )  # fmt: skip
    axes.set_aspect(aspect)
    return drawn


def ground_keys(ground: Geography) -> list[Line2D]:
    """Handles for a legend of the lines and dots that a map of this ground has."""
    from matplotlib.lines import Line2D

    keys = []
    if ground.borders:
        keys.append(Line2D([], [], color=_BORDER, linewidth=0.7, label="Border"))
    if ground.rivers:
        keys.append(Line2D([], [], color=_RIVER, linewidth=1.2, label="River"))
    if any(town.rank == 0 for town in ground.towns):
        keys.append(Line2D([], [], color=INK, linestyle="none", marker="s", markersize=3, label="Capital"))
    if any(town.rank > 0 for town in ground.towns):
        keys.append(Line2D([], [], color=INK, linestyle="none", marker="o", markersize=2.4, label="Town"))
    return keys
