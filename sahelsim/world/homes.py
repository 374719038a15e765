"""Homes: from the words of a scenario to points, to cells, to distances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.elementary_arrays import cos, exp
from sahelsim.errors import BadInput
from sahelsim.grid import EARTH_RADIUS_KM
from sahelsim.scenario.actors import Home
from sahelsim.world.ground import Ground

__all__ = ["HomeCells", "home_cells", "home_pull", "reaches_grid"]

FloatArray = npt.NDArray[np.float64]
Place = Callable[[str], tuple[float, float]]


@dataclass(frozen=True)
class HomeCells:
    """Where a group's homes are: points with weights, and the scale of each."""

    latitude: FloatArray  # (H,)
    longitude: FloatArray  # (H,)
    weight: FloatArray  # (H,), sums to 1
    radius_km: FloatArray  # (H,)

    def point_weights(self, ground: Ground, allowed: npt.NDArray[np.bool_]) -> FloatArray:
        """Share of garrison units by cell, shape (C,): the cells of the points themselves."""
        cell = ground.grid.cell_of(self.latitude, self.longitude)
        inside = cell >= 0
        out = np.bincount(cell[inside], weights=self.weight[inside], minlength=ground.cells).astype(np.float64)
        return _normalised(np.where(allowed, out, 0.0), self.area_weights(ground, allowed))

    def area_weights(self, ground: Ground, allowed: npt.NDArray[np.bool_]) -> FloatArray:
        """Share of mobile units by cell, shape (C,): falls off as exp(-distance / radius) around each point."""
        out = np.zeros(ground.cells)
        for lat, lon, weight, radius in _merged(ground, self):
            near = exp(-_km(ground, lat, lon) / radius) * allowed
            total = near.sum()
            if total > 0:
                out += weight * near / total
        return _normalised(out, allowed.astype(np.float64))


def home_cells(homes: Sequence[Home], ground: Ground, place: Place, path: str) -> HomeCells:
    """The points of a list of homes; those outside the grid are left out, and their units stand at the others.

    Raises
    ------
    BadInput
        If a home fits no community in the region, if no home lies on the grid, or if the weights add up to nothing.
    """
    parts = [_points(home, ground, place, path) for home in homes]
    inside = [_on_grid(ground, p) for p in parts]
    if not any(inside):
        where = ", ".join(str(h.place or (h.latitude, h.longitude)) for h in homes)
        raise BadInput(f"none of the homes lies on the grid: {where}", path=path)
    homes = [h for h, ok in zip(homes, inside, strict=True) if ok]
    parts = [p for p, ok in zip(parts, inside, strict=True) if ok]
    total = sum(home.weight for home in homes)
    if total <= 0:
        raise BadInput("the weights of the homes add up to nothing; at least one must be above 0", path=path)
    return HomeCells(
        latitude=np.concatenate([p[0] for p in parts]),
        longitude=np.concatenate([p[1] for p in parts]),
        weight=np.concatenate([h.weight / total * p[2] for h, p in zip(homes, parts, strict=True)]),
        radius_km=np.concatenate([np.full(p[0].size, h.radius_km) for h, p in zip(homes, parts, strict=True)]),
    )


def reaches_grid(home: Home, ground: Ground, place: Place, path: str) -> bool:
    """Whether a home lies on the grid, or any of its points does."""
    return _on_grid(ground, _points(home, ground, place, path))


def home_pull(homes: HomeCells, ground: Ground) -> npt.NDArray[np.float32]:
    """Minus the distance to the nearest home in units of its radius, shape (C,)."""
    best = np.full(ground.cells, np.inf)
    for lat, lon, _, radius in _merged(ground, homes):
        best = np.minimum(best, _km(ground, lat, lon) / radius)
    return (-best).astype(np.float32)


def _points(home: Home, ground: Ground, place: Place, path: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    if home.place is not None:
        lat, lon = place(home.place)
        return np.array([lat]), np.array([lon]), np.ones(1)
    if home.latitude is not None and home.longitude is not None:
        return np.array([home.latitude]), np.array([home.longitude]), np.ones(1)
    areas = [ground.names.admin1.index(a) for a in home.admin1]
    if home.towns_of is not None:
        keep = ground.towns_country == ground.names.countries.index(home.towns_of)
        keep &= ground.towns_population >= home.min_population
        if areas:
            keep &= np.isin(ground.towns_admin1, areas)
        lat_, lon_, people = ground.towns_latitude, ground.towns_longitude, ground.towns_population
        weight = np.sqrt(people[keep].astype(np.float64))  # small towns have garrisons too
    else:
        keep = ground.community_people == ground.names.peoples.index(str(home.people))
        if home.country is not None:
            keep &= ground.community_country == ground.names.countries.index(home.country)
        if areas:
            keep &= np.isin(ground.community_admin1, areas)
        if home.max_population is not None:
            keep &= ground.community_population <= home.max_population
        lat_, lon_ = ground.community_latitude, ground.community_longitude
        weight = ground.community_population[keep].astype(np.float64)
    if not keep.any():
        wanted = ", ".join(f"{k} {v}" for k, v in home.model_dump(exclude_defaults=True).items())
        raise BadInput(f"no community on the grid fits the home ({wanted})", path=path)
    return lat_[keep], lon_[keep], weight / weight.sum()


def _on_grid(ground: Ground, points: tuple[FloatArray, FloatArray, FloatArray]) -> bool:
    return bool((ground.grid.cell_of(points[0], points[1]) >= 0).any())


def _merged(ground: Ground, homes: HomeCells) -> list[tuple[float, float, float, float]]:
    """Home points of one cell and radius taken together at their weighted centre."""
    cell = ground.grid.cell_of(homes.latitude, homes.longitude)
    keys, group = np.unique(np.column_stack((cell, homes.radius_km)), axis=0, return_inverse=True)
    group = group.ravel()
    weight = np.bincount(group, weights=homes.weight)
    share = np.where(weight[group] > 0, homes.weight / np.where(weight[group] > 0, weight[group], 1.0), 0.0)
    empty = weight == 0
    lat = np.bincount(group, weights=share * homes.latitude)
    lon = np.bincount(group, weights=share * homes.longitude)
    return [
        (float(lat[i]), float(lon[i]), float(weight[i]), float(keys[i, 1])) for i in range(len(keys)) if not empty[i]
    ]


def _km(ground: Ground, lat: float, lon: float) -> FloatArray:
    """Flat-earth distance in km, good to a percent over a region and cheap: used for pulls, not for results."""
    km = np.pi / 180.0 * EARTH_RADIUS_KM
    scale = cos(np.radians(0.5 * (ground.cells_latitude + lat)))
    north = (ground.cells_latitude - lat) * km
    east = (ground.cells_longitude - lon) * km * scale
    return np.asarray(np.sqrt(north * north + east * east))


def _normalised(weights: FloatArray, fallback: FloatArray) -> FloatArray:
    total = weights.sum()
    if total <= 0:
        weights, total = fallback, fallback.sum()
    return weights / total if total > 0 else weights
