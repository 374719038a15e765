"""People of the settlements in the base year: towns as counted, the rest of each total spread by rank."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.grid import prio_gid
from sahelsim.region.apportion import apportion
from sahelsim.region.rebuild.originals import Originals
from sahelsim.region.rebuild.units import Columns

__all__ = ["BASE_DATE", "VILLAGE_SIGMA", "census_totals", "spread"]

BASE_DATE = 2017.5
"""Date that all populations are moved to [year]."""

VILLAGE_SIGMA = 0.9
"""Standard deviation of the logarithm of village sizes [1]: the largest of a thousand is some 16 times
the median, as in village registers of the Sahel; by hand."""

RIVER_FACTOR = 1.5
"""A riverside village is so many times the size of another of its rank [ratio]; by hand."""

DESERT_FACTOR = 0.3
"""A village in the desert likewise [ratio]; by hand."""

LEAST_VILLAGE = 200
"""Mean size that the villages of a unit keep [people]: where its towns leave less, as in Bamako whose
quarters GeoNames lists beside it, the towns give way; by hand."""

SEAT_FACTOR = {"PPLA": 20.0, "PPLA2": 8.0, "PPLA3": 4.0, "PPLA4": 3.0, "PPLL": 0.3}
"""A seat of administration without a known population (and a hamlet, PPLL) likewise [ratio]; by hand."""

SEAT_SIZES = (1.0, 1.5)
"""Size of a seat before its factor, in medians of the villages: chance counts for little there [ratio];
by hand."""

ROLE_FACTOR = {"regional_capital": 20.0, "town": 8.0, "garrison": 4.0, "village": 2.0}
"""A place of the gazetteer likewise, by its role [ratio]; most are seats of a commune; by hand."""

QUANTILES = (0.005, 0.995)
"""The lognormal is cut at these quantiles [1], so that no village outgrows the towns."""

RASTER_CLIP = (0.4, 2.5)
"""The population raster may make the villages of a cell so many times smaller or larger than in the
median cell [ratio]: where GeoNames lists few villages they would become towns otherwise; by hand."""

LEAST_RURAL = 0.1
"""Share of a Burkinabe cell's raster population that its villages keep where its towns outnumber it [1];
by hand."""

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


def census_totals(originals: Originals) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Total of each admin-1 unit at `BASE_DATE`, -1 without a census, and its growth [1/year].

    Between two censuses by geometric interpolation, from one by the national growth rate, then times the
    share of the unit's people that lives in the box.
    """
    units, census = originals.admin1, originals.census
    total = np.full(len(units), -1, dtype=np.int64)
    growth = np.zeros(len(units))
    names = list(zip(units["country"], units["name"], strict=True))
    for i in range(len(census)):
        key = (census["country"][i], census["admin1"][i])
        if key not in names:
            raise census.fault(i, "admin1", f"{key[1]!r} is not in admin1.csv")
        first, date = census["population_1"][i], census["date_1"][i]
        if census["method"][i] == "interpolate":
            rate = (census["population_2"][i] / first) ** (1.0 / (census["date_2"][i] - date)) - 1.0
        elif census["method"][i] == "growth":
            rate = census["growth"][i]
        else:
            raise census.fault(i, "method", "expected interpolate or growth")
        people = first * (1.0 + rate) ** (BASE_DATE - date) * census["in_box_share"][i]
        total[names.index(key)], growth[names.index(key)] = round(people), rate
    return total, growth


def spread(
    originals: Originals,
    places: Columns,
    total: npt.NDArray[np.int64],
    growth: npt.NDArray[np.float64],
) -> npt.NDArray[np.int64]:
    """Population of each settlement, at least 1, summing to the total of each unit.

    Towns of towns.csv are moved from their census to `BASE_DATE` at the growth of their unit; other
    populations of GeoNames and Natural Earth are taken as they are. Other places get sizes from a
    lognormal rank-size rule: along the list ordered by PRIO-GRID cell and id, the golden-ratio sequence
    picks the quantile, so that each neighbourhood has large and small villages. Sizes are multiplied for
    rivers, deserts and seats, in Burkina Faso so that the PRIO-GRID cells have their share of the
    population raster, and brought to the unit's total.

    Parameters
    ----------
    originals : Originals
    places : dict of ndarray, shape (S,)
        id, latitude, longitude, country, admin1, known (population known or 0), river, desert, feature
        (code), role (in the gazetteer, or empty).
    total, growth : ndarray
        From `census_totals`.
    """
    fixed = _known_people(originals, places, growth)
    weight = _village_weights(originals, places, fixed)
    population = np.maximum(fixed, 1)
    for unit in np.flatnonzero(total >= 0):
        here = np.flatnonzero(places["admin1"] == unit)
        if not here.size:
            raise BadInput(f"{originals.admin1['name'][unit]} has a census total and no settlement")
        rest, towns = here[fixed[here] == 0], here[fixed[here] > 0]
        in_towns = int(fixed[here].sum())
        most = int(total[unit]) - LEAST_VILLAGE * rest.size
        if towns.size and (in_towns > most or not rest.size):
            in_towns = most
            population[towns] = apportion(most, fixed[towns].astype(np.float64), 1)
        if rest.size:
            population[rest] = apportion(int(total[unit]) - in_towns, weight[rest], 1)
    return population


def _known_people(originals: Originals, places: Columns, growth: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    people = np.array(places["known"], dtype=np.int64)
    ids = places["id"].tolist()
    towns = originals.towns
    for i in range(len(towns)):
        if towns["geonameid"][i] not in ids:
            raise towns.fault(i, "geonameid", "is not among the settlements")
        place = ids.index(towns["geonameid"][i])
        years = BASE_DATE - towns["date"][i]
        rate = growth[int(places["admin1"][place])]
        people[place] = round(towns["population"][i] * (1.0 + rate) ** years)
    return people


def _village_weights(originals: Originals, places: Columns, fixed: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    latitude, longitude = places["latitude"].astype(np.float64), places["longitude"].astype(np.float64)
    gid = prio_gid(latitude, longitude)
    order = np.lexsort((places["id"], gid))
    quantile = np.empty(order.size)
    quantile[order] = ((np.arange(order.size) + 1) * GOLDEN) % 1.0
    normal, (least, most) = NormalDist(), QUANTILES
    size = np.array([math.exp(VILLAGE_SIGMA * normal.inv_cdf(least + (most - least) * q)) for q in quantile.tolist()])
    factor = np.array([SEAT_FACTOR.get(str(code), 1.0) for code in places["feature"]])
    factor = np.maximum(factor, np.array([ROLE_FACTOR.get(str(role), 1.0) for role in places["role"]]))
    weight = factor * np.where(factor > 1.0, np.clip(size, *SEAT_SIZES), size)
    weight *= np.where(places["river"], RIVER_FACTOR, 1.0) * np.where(places["desert"], DESERT_FACTOR, 1.0)
    burkinabe = places["country"] == originals.countries["iso2"].index("BF")
    return _to_population_raster(originals, gid, burkinabe, weight, fixed)


def _to_population_raster(
    originals: Originals,
    gid: npt.NDArray[np.int32],
    burkinabe: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Scale the weights so that known people and villages of a Burkinabe cell share its raster population."""
    cells = originals.prio_cells
    ratio = np.full(weight.size, np.nan)
    for cell, people in zip(cells["priogrid_gid"], cells["bfa_pop_2017"], strict=True):
        inside = burkinabe & (gid == cell)
        villages = np.flatnonzero(inside & (fixed == 0))
        if villages.size and people > 0:  # NaN where the cell holds no part of Burkina Faso
            left = max(people - fixed[inside].sum(), LEAST_RURAL * people)
            ratio[villages] = left / weight[villages].sum()
    typical = np.nanmedian(ratio) if burkinabe.any() else 1.0
    return np.asarray(weight * np.clip(np.nan_to_num(ratio / typical, nan=1.0), *RASTER_CLIP))
