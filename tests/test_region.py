"""The packaged region: census totals, cells, communities at every resolution, and places by name."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sahelsim.errors import BadInput
from sahelsim.grid import Grid, distance_km
from sahelsim.region import LIVELIHOODS, CommunityTable, Region, cells_on, communities_on, load_region
from sahelsim.region.mixture import area_of

RESOLUTIONS = (0.5, 0.25, 0.125, 0.1)


@pytest.fixture(scope="module")
def sahel() -> Region:
    return load_region("central_sahel")


@pytest.fixture(scope="module")
def clusters(sahel: Region) -> CommunityTable:
    return communities_on(sahel, sahel.grid())


def by_unit(region: Region, units: npt.NDArray[np.int16], people: npt.NDArray[np.int64]) -> list[int]:
    return [round(total) for total in np.bincount(units, people, len(region.admin1)).tolist()]


def test_settlements_sum_to_the_census(sahel: Region) -> None:
    with (sahel.folder / "census.csv").open(encoding="utf-8") as stream:
        census = {(row["country"], row["admin1"]): int(row["population_2017"]) for row in csv.DictReader(stream)}
    found = by_unit(sahel, sahel.settlements.admin1, sahel.settlements.population)
    names = [(sahel.countries[unit.country].iso2, unit.name) for unit in sahel.admin1]
    assert {name: found[names.index(name)] for name in census} == census
    # the counts of 2022, brought back five years at 3.3 %
    assert census["ML", "Gao region"] == round(679_911 / 1.033**5)
    assert census["ML", "Ménaka region"] == round(225_223 / 1.033**5)
    # between the two censuses of Burkina Faso
    assert 968_442 < census["BF", "Sahel region"] < 1_098_177
    assert sum(n for (country, _), n in census.items() if country == "BF") == pytest.approx(19.1e6, rel=0.02)


def test_settlements_lie_in_their_country(sahel: Region) -> None:
    places, raster = sahel.settlements, sahel.raster
    assert len(places) > 28_000
    pixel = raster.pixel_of(places.latitude, places.longitude)
    assert pixel.min() >= 0
    abroad = np.flatnonzero(raster.country[pixel] != places.country)
    assert abroad.size < 0.02 * len(places)
    for i in abroad:  # borders are drawn to some kilometres
        own = np.flatnonzero(raster.country == places.country[i])
        lat, lon = raster.grid.latitude[own], raster.grid.longitude[own]
        assert distance_km(places.latitude[i], places.longitude[i], lat, lon).min() <= 25


def test_twins_are_merged(sahel: Region) -> None:
    places = sahel.settlements
    key = np.char.add(np.char.lower(places.name), places.country.astype(str))
    order = np.lexsort((places.latitude, key))
    same = key[order][1:] == key[order][:-1]
    a, b = order[1:][same], order[:-1][same]
    apart = distance_km(places.latitude[a], places.longitude[a], places.latitude[b], places.longitude[b])
    assert apart.min() > 2.0


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_cells(sahel: Region, resolution: float) -> None:
    grid = sahel.grid(resolution)
    cells = cells_on(sahel, grid)
    assert cells.land.all()  # there is no sea in the box
    assert np.isin(cells.country, range(len(sahel.countries))).all()
    owner = np.array([unit.country for unit in sahel.admin1])
    assert np.array_equal(owner[cells.admin1], cells.country)

    def at(name: str) -> int:
        place = sahel.place(name)
        return int(grid.cell_of(place.latitude, place.longitude))

    assert sahel.countries[cells.country[at("Djibo")]].iso3 == "BFA"
    assert sahel.admin1[cells.admin1[at("Ménaka")]].name == "Ménaka region"
    assert sahel.admin1[cells.admin1[at("Talataye")]].name == "Gao region"
    assert cells.river[at("Mopti")]
    assert cells.river[at("Gao")] or resolution == 0.5  # the town stands in the corner of its PRIO-GRID cell
    assert not cells.river[at("Djibo")]
    assert cells.desert[at("Tessalit")]
    assert not cells.desert[at("Timbuktu")]  # on the river
    assert not cells.desert[at("Kaya")]
    assert cells.border_km[at("Labbezanga")] < 30 < cells.border_km[at("Bourem")]
    assert cells.garrison_km[at("Ansongo")] < 40 * max(1.0, resolution / 0.5)
    assert cells.capital_km[at("Kidal")] == pytest.approx(1_180, rel=0.05)
    assert (cells.garrison_km <= cells.capital_km).all()
    shares = np.bincount(cells.country, grid.cell_size_km().prod(axis=1), len(sahel.countries)) / 1e3
    assert shares[1] == pytest.approx(274, rel=0.05)  # Burkina Faso, thousand km2


def test_cells_of_a_part_and_of_too_much(sahel: Region) -> None:
    whole, part = sahel.grid(0.25), Grid(0.0, 3.0, 14.0, 17.0, 0.25)
    cell = whole.cell_of(part.latitude, part.longitude)
    for name in ("country", "admin1", "river", "desert", "border_km", "garrison_km"):
        large, small = getattr(cells_on(sahel, whole), name), getattr(cells_on(sahel, part), name)
        assert np.array_equal(large[cell], small)
    with pytest.raises(BadInput, match="sticks out of the region"):
        cells_on(sahel, Grid(-9.0, 3.0, 14.0, 17.0, 0.25))
    with pytest.raises(BadInput, match="finer than the region's raster"):
        cells_on(sahel, Grid(0.0, 1.0, 14.0, 15.0, 0.5 / 40))


def test_at_least_five_thousand_clusters(sahel: Region, clusters: CommunityTable) -> None:
    assert 5_500 <= len(clusters) < 5_800
    camps = clusters.clan >= 0
    assert camps.sum() == sum(clan.camps for clan in sahel.clans)
    towns = sahel.settlements.urban
    assert set(sahel.settlements.id[towns]) <= set(clusters.settlement[clusters.urban])
    for count in (1_500, 9_000, 10**9):
        other = communities_on(sahel, sahel.grid(), cluster_count=count)
        settled = (other.clan < 0).sum()
        assert len(other) >= count or settled == len(sahel.settlements)
        assert other.population.sum() == clusters.population.sum()


@pytest.mark.parametrize("kind", ["settlement", "cluster", "cell"])
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_communities_keep_the_census(sahel: Region, kind: str, resolution: float) -> None:
    grid = sahel.grid(resolution)
    communities = communities_on(sahel, grid, kind)  # type: ignore[arg-type]
    settled = by_unit(sahel, sahel.settlements.admin1, sahel.settlements.population)
    assert by_unit(sahel, communities.admin1, communities.population) == settled
    assert communities.population.min() >= 1
    assert cells_on(sahel, grid).land[communities.cell].all()
    assert np.array_equal(grid.cell_of(communities.latitude, communities.longitude), communities.cell)
    owner = np.array([unit.country for unit in sahel.admin1])
    assert np.array_equal(owner[communities.admin1], communities.country)
    sizes = {getattr(communities, name).size for name in CommunityTable.__dataclass_fields__}
    assert sizes == {len(communities)}
    for i, clan in enumerate(sahel.clans):
        camps = communities.clan == i
        assert communities.population[camps].sum() == clan.population
        assert set(communities.people[camps]) == {clan.people}
        assert set(communities.country[camps]) <= set(clan.countries)
        away = distance_km(clan.latitude, clan.longitude, communities.latitude[camps], communities.longitude[camps])
        assert away.max() <= clan.range_km
        assert clan.camps < 12 or away.max() > 0.8 * clan.range_km


def test_one_community_for_each_people_of_a_cell(sahel: Region) -> None:
    communities = communities_on(sahel, sahel.grid(), "cell")
    settled = communities.clan < 0
    key = np.stack([communities.cell, communities.admin1, communities.people], axis=1)[settled]
    assert np.array_equal(key, np.unique(key, axis=0))  # each once, in order


def test_communities_are_the_same_every_time(sahel: Region, clusters: CommunityTable) -> None:
    again = communities_on(load_region("central_sahel"), sahel.grid())
    finer = communities_on(sahel, sahel.grid(0.1))
    for name in CommunityTable.__dataclass_fields__:
        assert np.array_equal(getattr(clusters, name), getattr(again, name))
        assert name == "cell" or np.array_equal(getattr(clusters, name), getattr(finer, name))
    part = Grid(0.0, 3.0, 14.0, 17.0, 0.25)
    inside = part.cell_of(clusters.latitude, clusters.longitude) >= 0
    local = communities_on(sahel, part)
    assert np.array_equal(local.people, clusters.people[inside])
    assert np.array_equal(local.population, clusters.population[inside])
    with pytest.raises(BadInput, match="nobody lives"):
        communities_on(sahel, Grid(-7.0, -6.0, 19.5, 20.5, 0.25))


@pytest.mark.parametrize("kind", ["settlement", "cluster", "cell"])
def test_peoples_have_their_shares(sahel: Region, kind: str) -> None:
    """Off by less than the area's largest community (3 % in "cell"), where clans leave room for it."""
    communities = communities_on(sahel, sahel.grid(), kind)  # type: ignore[arg-type]
    area = area_of(sahel, communities.latitude, communities.longitude, communities.admin1)
    areas, peoples = len(sahel.mixture), len(sahel.peoples)

    def count(who: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        key = area[who] * peoples + communities.people[who]
        counts = np.bincount(key, communities.population[who].astype(float), areas * peoples)
        return counts.astype(np.float64).reshape(areas, peoples)

    found = count(communities.clan >= -1)
    total = found.sum(axis=1)
    wanted = np.array([a.shares for a in sahel.mixture]) * total[:, None]
    fair = (total > 100_000) & (count(communities.clan >= 0) <= wanted).all(axis=1)
    assert fair.sum() > 35
    largest = np.zeros(areas)
    np.maximum.at(largest, area, communities.population)
    allowed = 0.03 * total if kind == "cell" else largest
    assert (np.abs(found - wanted).max(axis=1)[fair] < allowed[fair]).all()


def test_peoples_of_the_river_live_by_it(sahel: Region) -> None:
    everyone = communities_on(sahel, sahel.grid(), "settlement")
    near = sahel.raster.river[sahel.raster.pixel_of(everyone.latitude, everyone.longitude)]
    areas = area_of(sahel, everyone.latitude, everyone.longitude, everyone.admin1)
    here = (areas == [a.area for a in sahel.mixture].index("mopti_delta")) & (everyone.clan < 0)

    def share(people: str) -> float:
        return float(near[here & (everyone.people == sahel.people_index(people))].mean())

    assert share("bozo") > share("fulani") + 0.1 > share("dogon") + 0.2


def test_livelihoods(sahel: Region, clusters: CommunityTable) -> None:
    bozo = clusters.people == sahel.people_index("bozo")
    assert set(clusters.livelihood[bozo & ~clusters.urban]) == {LIVELIHOODS.index("fisher")}
    assert set(clusters.livelihood[clusters.urban]) == {LIVELIHOODS.index("mixed")}
    assert set(clusters.livelihood[clusters.clan >= 0]) == {LIVELIHOODS.index("herder")}


def test_named_places_are_where_they_should_be(sahel: Region) -> None:
    wanted = {
        "Ménaka": (15.918, 2.402),
        "Gao": (16.272, -0.045),
        "Ansongo": (15.660, 0.502),
        "Tessit": (15.224, 0.293),
        "Talataye": (16.532, 1.515),
        "In-Delimane": (15.871, 1.520),
        "Inates": (15.228, 1.314),
        "Tchoma Bangou": (14.830, 1.812),
        "Zaroumdareye": (14.906, 1.777),
        "Tillabéri": (14.207, 1.454),
        "Djibo": (14.099, -1.626),
        "Niono": (14.251, -5.987),
        "Farabougou": (14.892, -6.141),
        "Timbuktu": (16.774, -3.007),
        "Kidal": (18.441, 1.408),
        "Fassala": (15.557, -5.516),
        "Mopti": (14.484, -4.183),
        "Douentza": (15.002, -2.950),
        "Tongo Tongo": (14.95, 1.75),
    }
    for name, point in wanted.items():
        place = sahel.place(name)
        assert distance_km(place.latitude, place.longitude, *point) < (8 if name == "Tongo Tongo" else 1.5), name
        assert place.population > 0
    for place in sahel.places:
        pixel = int(sahel.raster.pixel_of(place.latitude, place.longitude))
        assert pixel >= 0
        near = sahel.raster.country[pixel] == place.country or sahel.raster.border_km[pixel] < 10
        assert near, place.name


def test_places_by_any_spelling(sahel: Region) -> None:
    assert sahel.place("MENAKA") is sahel.place("Ménaka")
    assert sahel.place("fada n'gourma") is sahel.place("Fada N’Gourma") is sahel.place("Fada-N-Gourma")
    assert sahel.place("tombouctou").name == "Timbuktu"
    with pytest.raises(BadInput, match=r"no place named 'Tesit'.*Tessit"):
        sahel.place("Tesit")


def test_names_and_codes(sahel: Region) -> None:
    assert sahel.countries[sahel.country_index("burkina faso")].government == "Government of Burkina Faso"
    assert [sahel.countries[sahel.country_index(c)].government_id for c in ("ML", "BFA", "Niger")] == [
        72,
        78,
        75,
    ]
    assert sahel.clans[sahel.clan_index("dawsahak")].people == sahel.people_index("dawsahak")
    for find, name in (
        (sahel.country_index, "MLX"),
        (sahel.people_index, "fulbe"),
        (sahel.clan_index, "imgad"),
    ):
        with pytest.raises(BadInput, match=re.escape(repr(name))):
            find(name)
    with pytest.raises(BadInput, match="did you mean 'imghad'"):
        sahel.clan_index("imgad")
    kinds = {feature["properties"]["kind"] for feature in sahel.outlines()["features"]}
    assert kinds == {"country", "river"}


def test_unknown_options(sahel: Region) -> None:
    with pytest.raises(BadInput, match="'village' is unknown"):
        communities_on(sahel, sahel.grid(), "village")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="at least 1"):
        communities_on(sahel, sahel.grid(), cluster_count=0)
    with pytest.raises(BadInput, match=r"neither a packaged region \(central_sahel\) nor a folder"):
        load_region("mars")


def test_the_tables_are_small(sahel: Region) -> None:
    assert sum(path.stat().st_size for path in sahel.folder.iterdir()) < 2_000_000
    assert sahel.folder == Path(load_region(sahel.folder).folder)
