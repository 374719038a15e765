"""Building the ground of a scenario: distances, remoteness, refuges and feud sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sahelsim.elementary_arrays import cos
from sahelsim.grid import EARTH_RADIUS_KM, distance_km
from sahelsim.record import Names
from sahelsim.scenario.schema import Scenario
from sahelsim.world.ground import Ground
from sahelsim.world.refuges import refuges_of
from sahelsim.world.region_source import Source, load_source
from sahelsim.world.resources import yield_of

__all__ = ["build_ground"]

FloatArray = npt.NDArray[np.float64]


def build_ground(scenario: Scenario, source: Source | None = None) -> Ground:
    """Everything fixed about a scenario, in arrays.

    Parameters
    ----------
    scenario : Scenario
        A checked scenario.
    source : Source, optional
        Its region, when it has been loaded already.

    Raises
    ------
    BadInput
        If the region's tables are unreadable or name peoples that the scenario does not know.
    """
    src = source if source is not None else load_source(scenario)
    order = np.lexsort((np.arange(src.cell.size), src.cell))
    cell = src.cell[order]
    start = np.searchsorted(cell, np.arange(src.grid.size + 1)).astype(np.int32)
    people = src.people[order]
    population = src.population[order].astype(np.int32)
    latitude, longitude = src.latitude[order], src.longitude[order]
    towns = np.flatnonzero(src.towns[order])
    capital_km = _capital_distance(src)
    garrison_km = _nearest(src.grid.latitude, src.grid.longitude, src.garrisons)
    country = src.community_country[order].astype(np.int16)
    refuges, refuge_pull = refuges_of(
        latitude, longitude, population, people, cell, country, scenario.mechanisms.displacement
    )
    actors = list(scenario.actors)
    feuds = list(scenario.relations.feuds.values())
    peoples = list(scenario.peoples)
    feud_people = np.array([peoples.index(f.people) for f in feuds], np.int16)
    feud_against = np.array([peoples.index(f.against) for f in feuds], np.int16)
    ground = Ground(
        grid=src.grid,
        names=_names(scenario, src),
        extent=_extent(src, scenario.world.reference_area_km2),
        cells_latitude=src.grid.latitude, cells_longitude=src.grid.longitude,
        cells_country=src.country, cells_admin1=src.cell_admin1, cells_land=src.land,
        cells_desert=src.desert, cells_river=src.river, cells_border_km=src.border_km,
        cells_capital_km=capital_km.astype(np.float32), cells_garrison_km=garrison_km.astype(np.float32),
        cells_remoteness=_remoteness(capital_km, garrison_km, scenario.world.remote_scale_km),
        cells_gid=src.grid.gid().astype(np.int32), neighbours=src.grid.neighbours(),
        community_start=start, community_cell=cell.astype(np.int32), community_latitude=latitude,
        community_longitude=longitude, community_name=tuple(src.names[i] for i in order),
        community_country=country,
        community_admin1=src.community_admin1[order].astype(np.int16), community_people=people.astype(np.int16),
        community_clan=src.clan[order].astype(np.int16), community_population=population,
        community_refuges=refuges, community_refuge_pull=refuge_pull, clan_names=src.clans,
        towns_latitude=latitude[towns], towns_longitude=longitude[towns],
        towns_admin1=src.community_admin1[order][towns].astype(np.int16),
        towns_country=src.community_country[order][towns].astype(np.int16),
        towns_cell=cell[towns].astype(np.int32), towns_population=population[towns],
        kinship=np.array([[scenario.peoples[p].kinship.get(k, 0.0) for k in scenario.camps] for p in peoples]),
        feud_people=feud_people, feud_against=feud_against, feud_level=np.array([f.level for f in feuds], np.float64),
        feud_avenger=np.array([actors.index(f.avenger) for f in feuds], np.int16),
        feud_sites=_feud_sites(feud_people, feud_against, cell, people, src.grid.neighbours()),
        raisers=_raisers(scenario, peoples), trade=np.zeros(src.grid.size), gold=np.zeros(src.grid.size),
    )  # fmt: skip
    trade, gold = (yield_of(scenario.resources, kind, ground, src.place) for kind in ("trade", "gold"))
    return replace(ground, trade=trade, gold=gold)


def _extent(src: Source, reference_km2: float) -> float:
    """Area of a mean cell over the reference area: what rates and strengths per cell are scaled by."""
    height = EARTH_RADIUS_KM * np.pi / 180.0 * src.grid.resolution
    return float(np.mean(height * height * cos(np.radians(src.grid.latitude)))) / reference_km2


def _names(scenario: Scenario, src: Source) -> Names:
    return Names(
        actors=tuple(scenario.actors),
        camps=scenario.camps,
        peoples=tuple(scenario.peoples),
        groups=tuple(f"{a}/{g}" for a, actor in scenario.actors.items() for g in actor.groups),
        countries=src.iso3,
        country_names=src.country_names,
        governments=src.governments,
        admin1=src.admin1,
    )


def _capital_distance(src: Source) -> FloatArray:
    """Kilometres from each cell to the capital of its country; infinite where there is none."""
    out = np.full(src.grid.size, np.inf)
    for i, (lat, lon) in enumerate(src.capitals):
        own = src.country == i
        if own.any() and np.isfinite(lat):
            out[own] = distance_km(src.grid.latitude[own], src.grid.longitude[own], lat, lon)
    return out


def _nearest(lat: FloatArray, lon: FloatArray, points: FloatArray) -> FloatArray:
    out = np.full(lat.size, np.inf)
    for a, b in points:
        out = np.minimum(out, distance_km(lat, lon, a, b))
    return out


def _remoteness(capital_km: FloatArray, garrison_km: FloatArray, scale: float) -> npt.NDArray[np.float32]:
    """Mean of d / (d + scale) over capital and garrison: 0 in the capital, towards 1 far from both."""

    def far(d: FloatArray) -> FloatArray:
        return np.where(np.isfinite(d), d / (np.where(np.isfinite(d), d, 0.0) + scale), 1.0)

    return (0.5 * (far(capital_km) + far(garrison_km))).astype(np.float32)


def _feud_sites(
    people: npt.NDArray[np.int16],
    against: npt.NDArray[np.int16],
    cell: npt.NDArray[np.int32],
    community_people: npt.NDArray[np.int16],
    neighbours: npt.NDArray[np.int32],
) -> npt.NDArray[np.int32]:
    """(feud, cell) pairs where the blamed people has a community, and the other has one there or in a cell around."""
    cells = len(neighbours)
    rows = []
    for f, (p, q) in enumerate(zip(people, against, strict=True)):
        lives_p = np.zeros(cells, bool)
        lives_q = np.zeros(cells, bool)
        lives_p[cell[community_people == p]] = True
        lives_q[cell[community_people == q]] = True
        around = ((neighbours >= 0) & lives_p[neighbours]).any(axis=1)
        both = np.flatnonzero(lives_q & (lives_p | around))
        rows.append(np.column_stack((np.full(both.size, f), both)))
    return np.concatenate(rows).astype(np.int32) if rows else np.zeros((0, 2), np.int32)


def _raisers(scenario: Scenario, peoples: list[str]) -> npt.NDArray[np.int16]:
    """Militias that a people may raise: its avengers in feuds, then local ones with a group of it; no government."""
    names, actors = list(scenario.actors), list(scenario.actors.values())
    rows = []
    for people in peoples:
        feuds = [names.index(f.avenger) for f in scenario.relations.feuds.values() if f.people == people]
        local = [a for a, x in enumerate(actors) if x.local and people in {g.people for g in x.groups.values()}]
        rows.append([a for a in dict.fromkeys(feuds + local) if not actors[a].record.government])
    out = np.full((len(peoples), max(1, *map(len, rows))), -1, np.int16)
    for row, found in zip(out, rows, strict=True):
        row[: len(found)] = found
    return out
