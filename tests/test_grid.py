"""The grid: numbering, PRIO-GRID gids, neighbours and distances."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelsim.errors import BadInput
from sahelsim.grid import EARTH_RADIUS_KM, NEIGHBOUR_STEPS, Grid, distance_km, prio_gid

DATA = Path(__file__).parents[2] / "shared" / "data"
SAHEL = (-8.5, 7.5, 9.5, 20.5)


def test_numbering_starts_in_the_south_west_and_runs_east() -> None:
    grid = Grid(0.0, 1.0, 10.0, 11.5, 0.5)
    assert (grid.nx, grid.ny, grid.size, grid.shape) == (2, 3, 6, (3, 2))
    assert grid.latitude.tolist() == [10.25, 10.25, 10.75, 10.75, 11.25, 11.25]
    assert grid.longitude.tolist() == [0.25, 0.75] * 3
    assert grid.cell_of(10.6, 0.9) == 3


@pytest.mark.parametrize(
    ("resolution", "cells"), [(0.5, 32 * 22), (0.25, 64 * 44), (0.125, 128 * 88), (0.1, 160 * 110)]
)
def test_divisors_of_half_a_degree(resolution: float, cells: int) -> None:
    grid = Grid(*SAHEL, resolution)
    assert grid.size == cells
    # every cell lies within one PRIO-GRID cell: its corners, pulled in a little, have its gid
    inner = 0.49 * resolution
    for north in (-inner, inner):
        for east in (-inner, inner):
            assert np.array_equal(prio_gid(grid.latitude + north, grid.longitude + east), grid.gid())


@given(
    divisor=st.integers(1, 12),
    west=st.integers(-300, 300),
    south=st.integers(-150, 120),
    columns=st.integers(1, 8),
    rows=st.integers(1, 8),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_centres_and_inner_points_return_their_cell(
    divisor: int, west: int, south: int, columns: int, rows: int, data: st.DataObject
) -> None:
    per_degree = 2 * divisor
    grid = Grid(
        west / per_degree,
        (west + columns) / per_degree,
        south / per_degree,
        (south + rows) / per_degree,
        0.5 / divisor,
    )
    cells = np.arange(grid.size)
    assert np.array_equal(grid.cell_of(grid.latitude, grid.longitude), cells)
    shift = data.draw(st.floats(-0.499, 0.499)) / per_degree
    assert np.array_equal(grid.cell_of(grid.latitude + shift, grid.longitude - shift), cells)
    # the south-western corner belongs to the cell, whatever rounding does to it
    corner_lat = grid.lat_min + np.arange(grid.size) // grid.nx / per_degree
    corner_lon = grid.lon_min + np.arange(grid.size) % grid.nx / per_degree
    assert np.array_equal(grid.cell_of(corner_lat, corner_lon), cells)


def test_points_outside_have_no_cell() -> None:
    grid = Grid(*SAHEL, 0.25)
    outside = [(9.4, 0.0), (20.5, 0.0), (15.0, 7.5), (15.0, -8.6), (math.nan, 0.0), (15.0, math.inf)]
    assert all(grid.cell_of(*point) == -1 for point in outside)
    assert grid.cell_of([15.0, 50.0], [0.0, 0.0]).tolist()[1] == -1
    assert grid.cell_of(15.0, [0.0, 0.3]).shape == (2,)


def test_neighbours_are_symmetric_and_in_order() -> None:
    grid = Grid(0.0, 2.0, 0.0, 1.5, 0.5)
    neighbours = grid.neighbours()
    assert neighbours.shape == (12, 8)
    assert neighbours.dtype == np.int32
    for cell in range(grid.size):
        for k, (north, east) in enumerate(NEIGHBOUR_STEPS):
            row, column = cell // grid.nx + north, cell % grid.nx + east
            inside = 0 <= row < grid.ny and 0 <= column < grid.nx
            assert neighbours[cell, k] == (row * grid.nx + column if inside else -1)
            if inside:
                assert neighbours[neighbours[cell, k], (k + 4) % 8] == cell
    assert (neighbours >= 0).sum() == 2 * (3 * 3 + 4 * 2) + 2 * 2 * (3 * 2)  # edges both ways


def test_gids_known_to_the_record() -> None:
    # UCDP GED: Tessit, Djibo, Niono and Ménaka
    points = [(15.2238, 0.2925), (14.0994, -1.62554), (14.2526, -5.993), (15.9182, 2.4022)]
    assert prio_gid(*zip(*points, strict=True)).tolist() == [151561, 150117, 150109, 152285]
    assert prio_gid(-89.9, -179.9) == 1
    assert prio_gid(89.9, 179.9) == 360 * 720


@pytest.mark.skipif(not DATA.is_dir(), reason="the originals are not here")
def test_gids_against_the_prio_grid_table() -> None:
    with (DATA / "priogrid_cells.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    latitude = np.array([float(row["ycoord"]) for row in rows])
    longitude = np.array([float(row["xcoord"]) for row in rows])
    wanted = [int(row["priogrid_gid"]) for row in rows]
    assert prio_gid(latitude, longitude).tolist() == wanted
    grid = Grid(*SAHEL, 0.5)
    cell = grid.cell_of(latitude, longitude)
    assert np.array_equal(grid.gid()[cell[cell >= 0]], np.array(wanted)[cell >= 0])
    with (DATA / "ucdp_ged_central_sahel_2012_2021.csv").open(encoding="utf-8") as stream:
        events = list(csv.DictReader(stream))
    gids = prio_gid([float(e["latitude"]) for e in events], [float(e["longitude"]) for e in events])
    assert gids.tolist() == [int(e["priogrid_gid"]) for e in events]


def test_distances() -> None:
    degree = math.pi / 180 * EARTH_RADIUS_KM
    assert distance_km(0, 0, 1, 0) == pytest.approx(degree)
    assert distance_km(60, 0, 60, 0.001) == pytest.approx(degree * 0.001 / 2, rel=1e-6)
    assert distance_km(90, 0, -90, 77) == pytest.approx(math.pi * EARTH_RADIUS_KM)
    # Ménaka to Kidal: 299 km on the ellipsoid (and not the 2,640 km of the Flee case)
    assert distance_km(15.918, 2.402, 18.441, 1.408) == pytest.approx(299, rel=0.006)
    grid = Grid(*SAHEL, 0.25)
    assert grid.distance_km(0, [0, 1, grid.nx]).round(2).tolist() == pytest.approx([0.0, 27.41, 27.8], abs=0.02)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_distance_is_a_metric(points: list[tuple[float, float]]) -> None:
    a, b, c = points
    assert distance_km(*a, *b) == pytest.approx(float(distance_km(*b, *a)), abs=1e-6)
    assert distance_km(*a, *c) <= distance_km(*a, *b) + distance_km(*b, *c) + 1e-6


def test_cell_sizes_shrink_to_the_north() -> None:
    size = Grid(*SAHEL, 0.5).cell_size_km()
    assert size[:, 0] == pytest.approx(55.6, abs=0.01)
    assert size[0, 1] == pytest.approx(55.6 * math.cos(math.radians(9.75)), abs=0.02)
    assert size[-1, 1] < size[0, 1]


@pytest.mark.parametrize(
    ("box", "resolution", "words"),
    [
        (SAHEL, 0.3, "does not divide 0.5"),
        (SAHEL, 1.0, "does not divide 0.5"),
        (SAHEL, 0.0, "does not divide 0.5"),
        (SAHEL, math.nan, "does not divide 0.5"),
        ((-8.4, 7.5, 9.5, 20.5), 0.25, "the nearest is -8.5"),
        ((7.5, -8.5, 9.5, 20.5), 0.25, "not a box"),
        ((-8.5, 7.5, 9.5, 95.0), 0.25, "not a box"),
        ((-180.0, 180.0, -90.0, 90.0), 0.05, "at most"),
    ],
)
def test_bad_grids_are_refused(box: tuple[float, float, float, float], resolution: float, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Grid(*box, resolution)
