"""The parts of the region by themselves: sharing out people, and a small region of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelsim.errors import BadInput
from sahelsim.region import Region, cells_on, communities_on, load_region
from sahelsim.region.apportion import apportion, apportion_rows
from sahelsim.region.camps import pitch_camps
from sahelsim.region.mixture import area_of
from sahelsim.region.shares import people_shares

COUNTRY_COLUMNS = (
    "index,iso2,iso3,name,gw_code,government_id,government,ged_name,capital,capital_latitude,capital_longitude"
)
TABLES = {
    "region.toml": """name = "isle"
title = "Two small countries"
base_year = 2000
pixel = 0.25
[box]
lon_min = 0.0
lon_max = 2.0
lat_min = 0
lat_max = 1.0
""",
    "countries.csv": COUNTRY_COLUMNS
    + """
0,AA,AAA,Aland,901,,Government of Aland,Aland,A,0.6,0.1
1,BB,BBB,Beland,902,7,Government of Beland,Beland,B,0.6,1.9
""",
    "admin1.csv": "index,country,name\n0,AA,West\n1,BB,East\n",
    "peoples.csv": "id,name,livelihood,river\nreds,Reds,farmer,any\nblues,Blues,herder,far\n",
    "people_mixture.csv": """area,country,admin1,lon_min,lon_max,lat_min,lat_max,people,share
coast,AA,West,0.0,0.5,0.0,1.0,reds,1
west,AA,,,,,,reds,0.25
west,AA,,,,,,blues,0.75
east,BB,East,,,,,blues,1
""",
    "clans.csv": """id,name,people,population,camps,latitude,longitude,range_km,countries
rovers,Rovers,blues,100,4,0.5,1.0,40,BB
""",
    "places.csv": """name,aliases,country,latitude,longitude,population,role
A,Alpha;Alfa,AA,0.6,0.1,1000,capital
B,,BB,0.6,1.9,,garrison
""",
    "settlements.csv": """id,name,latitude,longitude,country,admin1,admin2,population,urban
1,A,0.6,0.1,0,0,,1000,true
2,a-ville,0.3,0.7,0,0,,90,false
3,b-ville,0.35,0.71,0,0,,10,false
4,B,0.6,1.9,1,1,x,500,false
""",
}


def write_region(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    rows = ["country,admin1,river,desert,border_km"]
    for pixel in range(4 * 8):
        column = pixel % 8
        sea, east = column == 0 and pixel < 8, column >= 4
        unit = 255 if sea else int(east)
        rows.append(f"{unit},{unit},{str(column == 2).lower()},false,{abs(column - 3.5) * 27.8:.1f}")
    (folder / "raster.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def isle(tmp_path: Path) -> Region:
    return load_region(write_region(tmp_path / "isle"))


@given(
    total=st.integers(0, 10**7),
    weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda w: sum(w) > 1e-6),
    minimum=st.integers(0, 3),
)
@settings(max_examples=150, deadline=None)
def test_nobody_is_lost_in_sharing_out(total: int, weights: list[float], minimum: int) -> None:
    total += minimum * len(weights)
    parts = apportion(total, np.array(weights), minimum)
    assert parts.sum() == total
    assert parts.min() >= minimum
    share = (total - minimum * len(weights)) * np.array(weights) / sum(weights) + minimum
    assert np.abs(parts - share).max() < 1 + 1e-6 * total
    assert np.array_equal(parts, apportion(total, np.array(weights), minimum))


def test_sharing_out_by_hand() -> None:
    assert apportion(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert apportion(10, np.array([5.0, 3.0, 2.0]), 2).tolist() == [4, 3, 3]
    assert apportion_rows(np.array([3, 5]), np.array([[1.0, 0.0], [0.55, 0.45]])).tolist() == [[3, 0], [3, 2]]
    with pytest.raises(ValueError, match="cannot be split"):
        apportion(2, np.ones(3), 1)


def test_a_region_of_ones_own(isle: Region) -> None:
    assert (isle.name, isle.base_year, len(isle.settlements)) == ("isle", 2000, 4)
    assert isle.place("alfa").name == "A"
    assert isle.place("B").population == 0
    assert isle.outlines()["features"] == []
    cells = cells_on(isle, isle.grid(0.5))
    assert cells.land.all()
    assert cells.country.tolist() == [0, 0, 1, 1] * 2
    assert cells.river.tolist() == [False, True, False, False] * 2
    assert cells.garrison_km[3] == pytest.approx(cells.garrison_km[7] * 2.5, rel=0.5)
    sea = cells_on(isle, isle.grid(0.25))
    assert sea.land.sum() == 31
    assert sea.country[0] == sea.admin1[0] == -1
    assert np.isinf(sea.capital_km[0])


def test_its_communities(isle: Region) -> None:
    each = communities_on(isle, isle.grid(0.5), "settlement")
    assert each.name.tolist() == ["A", "a-ville", "b-ville", "B", *(f"Rovers camp {i}" for i in range(1, 5))]
    assert each.population.tolist() == [1000, 90, 10, 400, 25, 25, 25, 25]
    assert [isle.peoples[p].id for p in each.people] == ["reds", "blues", "reds"] + 5 * ["blues"]
    assert each.clan.tolist() == [-1] * 4 + [0] * 4
    assert (each.longitude[4:] >= 1.0).all()
    merged = communities_on(isle, isle.grid(0.5), "cluster", cluster_count=7)
    assert merged.name.tolist()[:3] == ["A", "a-ville", "B"]
    assert merged.population.tolist()[:3] == [1000, 100, 400]
    cell = communities_on(isle, isle.grid(0.5), "cell")
    settled = cell.clan < 0
    assert cell.population[settled].tolist() == [25, 75, 1000, 400]
    assert cell.latitude[0] == pytest.approx((90 * 0.3 + 10 * 0.35) / 100)
    assert cell.urban[settled].tolist() == [False, False, True, False]


def test_the_narrowest_area_counts(isle: Region) -> None:
    areas = [a.area for a in isle.mixture]
    lat, lon, unit = np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.6, 1.5]), np.array([0, 0, 1], dtype=np.int16)
    assert [areas[i] for i in area_of(isle, lat, lon, unit)] == ["coast", "west", "east"]
    shares = people_shares(isle, area_of(isle, lat, lon, unit)[[0, 1, 1, 2]], pitch_camps(isle))
    assert shares.local.sum(axis=2) == pytest.approx(1.0)


def test_parquet_and_csv_give_the_same(tmp_path: Path, isle: Region) -> None:
    folder = write_region(tmp_path / "parquet")
    places = isle.settlements
    columns = {name: getattr(places, name).tolist() for name in places.__dataclass_fields__}
    columns["name"] = pa.array(columns["name"]).dictionary_encode()
    columns["admin2"] = pa.array(columns["admin2"], type=pa.large_string())
    pq.write_table(pa.table(columns), folder / "settlements.parquet")
    (folder / "settlements.csv").unlink()
    again = load_region(folder).settlements
    for name in places.__dataclass_fields__:
        assert np.array_equal(getattr(places, name), getattr(again, name))


FAULTS = [
    ("region.toml", "pixel = 0.25", "pixel = 0.3", r"region\.toml: box\.resolution: .*does not divide"),
    ("region.toml", "lat_max = 1.0", "lat_max = 1.1", r"box\.lat_max: 1\.1 is not a whole multiple"),
    ("region.toml", 'name = "isle"', "name = 3", r"region\.toml: name: expected a value of type str"),
    ("region.toml", "[box]", "[box", r"region\.toml: is not TOML"),
    ("countries.csv", "1,BB", "2,BB", r"countries\.csv:3: index: expected 1"),
    ("countries.csv", "1,BB", "1,AA", r"countries\.csv:3: iso2: 'AA' stands twice"),
    ("countries.csv", "901", "nine", r"countries\.csv:2: gw_code: expected a whole number, found 'nine'"),
    ("admin1.csv", "1,BB", "1,ZZ", r"admin1\.csv:3: country: 'ZZ' is not an iso2"),
    ("admin1.csv", "name", "nmae", r"admin1\.csv:1: name: column missing"),
    ("peoples.csv", "river", "river,colour", r"peoples\.csv:1: colour: unknown column"),
    (
        "peoples.csv",
        "herder",
        "herdr",
        r"peoples\.csv:3: livelihood: 'herdr' is unknown; did you mean 'herder'",
    ),
    ("peoples.csv", "blues,Blues", "reds,Blues", r"peoples\.csv:3: id: 'reds' is empty or stands twice"),
    ("people_mixture.csv", "reds,0.25", "reds,0.35", r"people_mixture\.csv:3: share: .*'west' sum to 1\.1"),
    ("people_mixture.csv", "reds,0.25", "reds,nan", r"people_mixture\.csv:3: share: expected a number"),
    ("people_mixture.csv", "AA,West,0.0,0.5", "AA,West,0.0,", r"people_mixture\.csv:2: lon_min: a box needs"),
    ("people_mixture.csv", "blues,1", "greens,1", r"people_mixture\.csv:5: people: 'greens' is unknown"),
    ("clans.csv", "40,BB", "40,BB;CC", r"clans\.csv:2: countries: 'CC' is not an iso2"),
    ("clans.csv", "100,4", "3,4", r"clans\.csv:2: population: expected 4"),
    ("places.csv", "Alpha;Alfa", "Alpha;b", r"places\.csv:3: name: 'b' is empty or already names A"),
    ("places.csv", "garrison", "fort", r"places\.csv:3: role: 'fort' is unknown"),
    ("places.csv", "0.6,1.9", "96,1.9", r"places\.csv:3: latitude: expected -90 to 90"),
    ("places.csv", "B,,BB", "B,BB", r"places\.csv:3: 6 fields where the header has 7"),
    ("settlements.csv", "1000", "0", r"settlements\.csv:2: population: expected at least 1"),
    (
        "settlements.csv",
        "0.6,1.9,1,1",
        "0.6,2.9,1,1",
        r"settlements\.csv:5: latitude: expected a point inside",
    ),
    (
        "settlements.csv",
        "0.6,1.9,1,1",
        "0.6,1.9,1,0",
        r"settlements\.csv:5: admin1: expected an admin-1 unit of",
    ),
    ("settlements.csv", "4,B,", "3,B,", r"settlements\.csv:5: id: expected an id"),
    ("settlements.csv", "4,B,", "99999999999999999999,B,", r"settlements\.csv: id: holds a number too large"),
    ("settlements.csv", "true", "yes", r"settlements\.csv:2: urban: expected true or false"),
    ("raster.csv", "255,255", "9,9", r"raster\.csv:2: country: expected 0 to 1, or 255 for none, found 9"),
    ("raster.csv", "255,255,false,false,97.3\n", "", r"raster\.csv: has 31 pixels"),
]


@pytest.mark.parametrize(("table", "good", "bad", "words"), FAULTS)
def test_faults_are_told_by_file_and_line(tmp_path: Path, table: str, good: str, bad: str, words: str) -> None:
    path = write_region(tmp_path / "isle") / table
    text = path.read_text(encoding="utf-8")
    assert good in text
    path.write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        load_region(path.parent)


def test_faults_of_whole_files(tmp_path: Path) -> None:
    folder = write_region(tmp_path / "isle")
    for name in ("countries.csv", "region.toml"):
        (folder / name).rename(folder / "aside")
        with pytest.raises(BadInput, match=f"{name}: cannot be read"):
            load_region(folder)
        (folder / "aside").rename(folder / name)
    (folder / "clans.csv").write_bytes(b"id,name\xff\n")
    with pytest.raises(BadInput, match="not a UTF-8 CSV file"):
        load_region(folder)
    (folder / "clans.csv").write_text("")
    with pytest.raises(BadInput, match="is empty; expected the columns id"):
        load_region(folder)
    (folder / "settlements.parquet").write_bytes(b"PAR1 this is not one")
    with pytest.raises(BadInput, match="not a Parquet file"):
        load_region(folder)
    shutil.move(folder / "raster.csv", folder / "raster.txt")
    with pytest.raises(BadInput, match="no such table"):
        load_region(folder)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("population", pa.array([1.5, 2, 3, 4]), "expected int64, found double"),
        ("name", pa.array([1, 2, 3, 4]), "expected str, found int64"),
        ("urban", pa.array([True, None, True, True]), "has empty values"),
        ("name", pa.array([[1], [2], [3], [4]]), "expected str, found list"),
        ("population", pa.array([1, 2, 0, 4]), "row 3: expected at least 1 inhabitant, found 0"),
        ("urban", None, "column missing"),
    ],
)
def test_faults_of_parquet_tables(tmp_path: Path, isle: Region, column: str, values: Any, words: str) -> None:
    folder = write_region(tmp_path / "isle")
    places = isle.settlements
    columns = {name: getattr(places, name).tolist() for name in places.__dataclass_fields__}
    columns[column] = values
    pq.write_table(pa.table({k: v for k, v in columns.items() if v is not None}), folder / "settlements.parquet")
    with pytest.raises(BadInput, match=words):
        load_region(folder)


def test_clans_must_fit(tmp_path: Path) -> None:
    folder = write_region(tmp_path / "isle")
    clans = folder / "clans.csv"
    text = clans.read_text(encoding="utf-8")
    clans.write_text(text.replace("100,4", "460,4"), encoding="utf-8")
    region = load_region(folder)
    with pytest.raises(BadInput, match=r"clans\.csv: population: 460 people in camps of 'East', which has 500"):
        communities_on(region, region.grid(0.5))
    clans.write_text(text.replace("1.0,40", "0.3,1"), encoding="utf-8")
    with pytest.raises(BadInput, match="hardly any point"):
        communities_on(load_region(folder), region.grid(0.5))
    mixture = folder / "people_mixture.csv"
    lines = mixture.read_text(encoding="utf-8").splitlines()
    mixture.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    clans.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"people_mixture\.csv: admin1: no area for 'East'"):
        communities_on(load_region(folder), region.grid(0.5))
