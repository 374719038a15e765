"""Homes: points, the shares of cells around them, and the pull that they have on units."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mechanisms.worlds import Community, plain_world

from sahelsim.errors import BadInput
from sahelsim.grid import distance_km
from sahelsim.scenario.actors import Home
from sahelsim.world.ground import Ground
from sahelsim.world.homes import HomeCells, home_cells, home_pull

TOWNS = {
    "towns_latitude": np.array([10.1, 10.3, 10.6]), "towns_longitude": np.array([0.1, 0.4, 0.9]),
    "towns_admin1": np.array([0, 1, 1], np.int16), "towns_country": np.array([0, 0, 1], np.int16),
    "towns_cell": np.array([0, 5, 11], np.int32), "towns_population": np.array([90_000, 40_000, 10_000], np.int32),
}  # fmt: skip


def ground() -> Ground:
    """Three by four cells from 10 N, 0 E; people 0 in cells 0 and 5, people 1 in cells 5 and 11; three towns."""
    world = plain_world(
        3, 4,
        communities=[Community(0, 0, 300), Community(5, 0, 100), Community(5, 1, 700), Community(11, 1, 200)],
    )  # fmt: skip
    world.ground.community_country[:] = [0, 0, 0, 1]
    world.ground.community_admin1[:] = [0, 1, 1, 1]
    return replace(world.ground, **TOWNS)


GROUND = ground()
EVERYWHERE = np.ones(GROUND.cells, bool)


def nowhere(name: str) -> tuple[float, float]:
    raise AssertionError(f"no place should be looked up, but {name} was")


def place(name: str) -> tuple[float, float]:
    return {"Fort": (10.1, 0.1), "Well": (10.6, 0.9)}[name]


def point(latitude: float, longitude: float, radius_km: float = 50.0, weight: float = 1.0) -> Home:
    return Home(latitude=latitude, longitude=longitude, radius_km=radius_km, weight=weight)


def cells(*homes: Home) -> HomeCells:
    return home_cells(homes, GROUND, place, "actors.test.groups.main")


# --- points


def test_points_and_places() -> None:
    found = cells(Home(place="Well", weight=3.0, radius_km=20.0), point(10.1, 0.1))
    assert found.latitude.tolist() == [10.6, 10.1]
    assert found.longitude.tolist() == [0.9, 0.1]
    assert found.weight.tolist() == [0.75, 0.25]
    assert found.radius_km.tolist() == [20.0, 50.0]


def test_towns_weigh_by_the_root_of_their_people() -> None:
    found = home_cells([Home(towns_of="AAA")], GROUND, nowhere, "homes")
    assert found.longitude.tolist() == [0.1, 0.4]
    assert found.weight.tolist() == pytest.approx([300 / 500, 200 / 500])  # roots of 90,000 and 40,000
    large = home_cells([Home(towns_of="AAA", min_population=50_000)], GROUND, nowhere, "homes")
    assert large.longitude.tolist() == [0.1]
    north = home_cells([Home(towns_of="AAA", admin1=("North",))], GROUND, nowhere, "homes")
    assert north.longitude.tolist() == [0.4]


def test_a_people_weighs_by_its_numbers() -> None:
    found = home_cells([Home(people="P0")], GROUND, nowhere, "homes")
    assert found.weight.tolist() == pytest.approx([0.75, 0.25])
    assert found.latitude.tolist() == GROUND.cells_latitude[[0, 5]].tolist()
    abroad = home_cells([Home(people="P1", country="BBB")], GROUND, nowhere, "homes")
    assert abroad.longitude.tolist() == GROUND.cells_longitude[[11]].tolist()
    south = home_cells([Home(people="P0", admin1=("South",))], GROUND, nowhere, "homes")
    assert south.longitude.tolist() == GROUND.cells_longitude[[0]].tolist()


@pytest.mark.parametrize(
    "home",
    [
        Home(people="P0", country="BBB"),
        Home(people="P1", admin1=("South",)),
        Home(towns_of="BBB", min_population=50_000),
    ],
)
def test_a_home_of_nobody_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match=r"homes: no community .* fits the home") as fault:
        home_cells([home], GROUND, nowhere, "homes")
    assert fault.value.path == "homes"


def test_only_small_places_of_a_people_by_hand() -> None:
    # Communities of people 1 have 700 (cell 5) and 200 (cell 11); of people 0 300 (cell 0) and 100 (cell 5).
    both = [5, 11], [7 / 9, 2 / 9]
    for largest, (cells_, weight) in ((None, both), (700, both), (699, ([11], [1.0]))):
        found = home_cells([Home(people="P1", max_population=largest)], GROUND, nowhere, "homes")
        assert found.longitude.tolist() == GROUND.cells_longitude[cells_].tolist()
        assert found.weight.tolist() == pytest.approx(weight)
    north = home_cells([Home(people="P0", admin1=("North",), max_population=100)], GROUND, nowhere, "homes")
    assert north.longitude.tolist() == GROUND.cells_longitude[[5]].tolist()
    with pytest.raises(BadInput, match=r"no community on the grid fits the home .*max_population 99"):
        home_cells([Home(people="P0", max_population=99)], GROUND, nowhere, "homes")


@pytest.mark.parametrize(
    "homes",
    [
        [point(10.1, 0.1, weight=0.0)],
        [point(10.1, 0.1, weight=0.0), Home(people="P0", weight=0.0)],
        [point(10.1, 0.1, weight=0.0), point(10.1, 5.0, weight=2.0)],  # the one that weighs is off the grid
    ],
)
def test_homes_without_weight_are_refused(homes: list[Home]) -> None:
    with pytest.raises(BadInput, match="weights of the homes add up to nothing; at least one must be above 0") as fault:
        cells(*homes)
    assert fault.value.path == "actors.test.groups.main"


def test_a_home_of_no_weight_draws_nobody() -> None:
    found = cells(point(10.1, 0.1, weight=0.0), point(10.6, 0.9, weight=0.5))
    assert found.weight.tolist() == [0.0, 1.0]
    assert found.point_weights(GROUND, EVERYWHERE).tolist() == [0.0] * 11 + [1.0]
    alone = cells(point(10.6, 0.9))
    assert np.allclose(found.area_weights(GROUND, EVERYWHERE), alone.area_weights(GROUND, EVERYWHERE))
    assert np.array_equal(home_pull(found, GROUND), home_pull(alone, GROUND))


# --- garrisons


def test_garrisons_stand_on_the_points() -> None:
    share = cells(point(10.1, 0.1, weight=3.0), point(10.6, 0.9)).point_weights(GROUND, EVERYWHERE)
    # 10.1 N, 0.1 E is in cell 0; 10.6 N, 0.9 E in row 2, column 3: cell 11.
    assert share.tolist() == [0.75] + [0.0] * 10 + [0.25]


def test_garrisons_stand_where_they_may() -> None:
    homes = cells(point(10.1, 0.1, weight=3.0), point(10.6, 0.9))
    allowed = EVERYWHERE.copy()
    allowed[0] = False
    assert homes.point_weights(GROUND, allowed).tolist() == [0.0] * 11 + [1.0]
    allowed[11] = False  # then around the points, as mobile units do
    share = homes.point_weights(GROUND, allowed)
    assert share.tolist() == pytest.approx(homes.area_weights(GROUND, allowed).tolist())
    assert share[[0, 11]].tolist() == [0.0, 0.0]


# --- mobile units


def test_shares_fall_off_with_distance_by_hand() -> None:
    # One home on the centre of cell 0, radius 30 km. Cell 1 lies 0.25 degrees east: 0.25 * 111.195 km
    # * cos(10.125) = 27.366 km, cell 4 as far north: 27.799 km; weights exp(-0.91219) and exp(-0.92663) of cell 0.
    share = cells(point(10.125, 0.125, radius_km=30.0)).area_weights(GROUND, EVERYWHERE)
    assert share[1] / share[0] == pytest.approx(math.exp(-27.366 / 30), rel=1e-4)
    assert share[4] / share[0] == pytest.approx(math.exp(-27.799 / 30), rel=1e-4)
    assert share.argmax() == 0


def test_each_home_has_its_share_of_the_units() -> None:
    # The share of a home does not depend on how much allowed ground it has.
    near, far = point(10.125, 0.125, radius_km=5.0, weight=3.0), point(10.625, 0.875, radius_km=5.0)
    allowed = EVERYWHERE.copy()
    allowed[[1, 4, 5]] = False
    share = cells(near, far).area_weights(GROUND, allowed)
    west = np.arange(12) % 4 < 2
    assert share[west].sum() == pytest.approx(0.75, abs=1e-3)


POINTS = st.lists(
    st.tuples(st.floats(10.0, 10.74), st.floats(0.0, 0.99), st.floats(1.0, 500.0), st.floats(0.01, 5.0)),
    min_size=1, max_size=6,
)  # fmt: skip
MASKS = st.lists(st.booleans(), min_size=12, max_size=12).map(lambda m: np.array(m, bool))


@given(POINTS, MASKS)
def test_shares_are_shares(points: list[tuple[float, float, float, float]], allowed: np.ndarray) -> None:
    homes = cells(*(point(*p) for p in points))
    assert homes.weight.sum() == pytest.approx(1.0)
    for share in (homes.point_weights(GROUND, allowed), homes.area_weights(GROUND, allowed)):
        assert share.shape == (12,)
        assert (share >= 0).all()
        assert not share[~allowed].any()
        assert share.sum() == pytest.approx(1.0 if allowed.any() else 0.0)


@given(POINTS)
def test_area_is_the_reference(points: list[tuple[float, float, float, float]]) -> None:
    chosen = {int(GROUND.grid.cell_of(p[0], p[1])): p for p in points}  # one point a cell: nothing to merge
    homes = [point(*p) for p in chosen.values()]
    total = sum(h.weight for h in homes)
    right = np.zeros(12)
    for h in homes:
        km = distance_km(h.latitude, h.longitude, GROUND.cells_latitude, GROUND.cells_longitude)
        near = np.exp(-km / h.radius_km)
        if near.sum() > 0:
            right += h.weight / total * near / near.sum()
    # flat-earth distances are good to a percent
    assert np.allclose(cells(*homes).area_weights(GROUND, EVERYWHERE), right / right.sum(), rtol=0.02, atol=0.01)


def test_points_of_one_cell_count_as_one_at_their_centre() -> None:
    two = cells(point(10.10, 0.10, weight=3.0), point(10.20, 0.20, weight=1.0))
    one = cells(point(10.125, 0.125))
    assert np.allclose(two.area_weights(GROUND, EVERYWHERE), one.area_weights(GROUND, EVERYWHERE), rtol=1e-12)
    assert np.allclose(home_pull(two, GROUND), home_pull(one, GROUND), rtol=1e-6, atol=1e-6)


def test_radii_are_not_mixed() -> None:
    mixed = cells(point(10.125, 0.125, radius_km=10.0), point(10.125, 0.125, radius_km=100.0))
    parts = [cells(point(10.125, 0.125, radius_km=r)).area_weights(GROUND, EVERYWHERE) for r in (10.0, 100.0)]
    assert np.allclose(mixed.area_weights(GROUND, EVERYWHERE), 0.5 * parts[0] + 0.5 * parts[1])


# --- pull


def test_pull_by_hand() -> None:
    # A home of radius 30 km on cell 0 and one of 10 km on cell 3, 0.75 degrees (82.098 km) to the east. Cell 1 is
    # 27.366 km from the first (0.9122 radii) and 54.732 km from the second (5.4732): the first counts.
    pull = home_pull(cells(point(10.125, 0.125, 30.0), point(10.125, 0.875, 10.0)), GROUND)
    assert pull.dtype == np.float32
    assert pull[:4].tolist() == pytest.approx([0.0, -0.91220, -54.732 / 30, 0.0], abs=1e-4)


@given(POINTS)
def test_pull_is_the_nearest_home_in_radii(points: list[tuple[float, float, float, float]]) -> None:
    chosen = {int(GROUND.grid.cell_of(p[0], p[1])): p for p in points}
    homes = [point(*p) for p in chosen.values()]
    km = [distance_km(h.latitude, h.longitude, GROUND.cells_latitude, GROUND.cells_longitude) for h in homes]
    right = -np.min([d / h.radius_km for d, h in zip(km, homes, strict=True)], axis=0)
    pull = home_pull(cells(*homes), GROUND)
    assert (pull <= 0).all()
    assert np.allclose(pull, right, rtol=0.01, atol=1e-3)


def test_homes_outside_the_grid_are_left_out() -> None:
    inside, west, east = point(10.375, 0.625, weight=2.0), point(10.375, -0.9), point(10.375, 1.9)
    found = cells(west, inside, east)
    assert found.weight.tolist() == [1.0]
    assert found.longitude.tolist() == [0.625]
    assert np.array_equal(home_pull(found, GROUND), home_pull(cells(inside), GROUND))
    with pytest.raises(BadInput, match="none of the homes lies on the grid") as fault:
        cells(west, east)
    assert fault.value.path == "actors.test.groups.main"


def test_flat_distances_hold_over_a_region() -> None:
    # good to a percent over ten degrees, as promised
    wide = plain_world(20, 20, resolution=0.5).ground
    pull = -home_pull(home_cells([point(12.25, 3.25, 1.0)], wide, nowhere, "homes"), wide).astype(float)
    km = distance_km(12.25, 3.25, wide.cells_latitude, wide.cells_longitude)
    far = km > 1
    assert np.abs(pull[far] / km[far] - 1).max() < 0.01
