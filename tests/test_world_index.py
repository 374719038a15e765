"""The index of who stands where, against a plain reference and by hand."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mechanisms.small import lively
from mechanisms.worlds import Community, Unit, plain_world

from sahelsim.schedule import begin, run_stage, run_step
from sahelsim.world.build import build_blueprint
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.index_kernel import bin_units, fighters_of, pledged_people


def test_by_hand() -> None:
    # Units 0 … 5 stand in cells 2, 0, 2, 1, 2, 0; unit 3 is dead, so cell 1 is empty.
    world = plain_world(
        1, 3, actors=3,
        units=[Unit(2, 0, 10), Unit(0, 1, 20), Unit(2, 2, 30), Unit(1, 0, 0), Unit(2, 0, 40), Unit(0, 1, 50)],
    )  # fmt: skip
    cells = world.cells
    cells.start[:], cells.order[:], cells.strength[:] = 99, 99, 99  # whatever stood there is overwritten
    sides, meetings = index_units(world)
    assert cells.start.tolist() == [0, 2, 2, 5]
    assert cells.order[:5].tolist() == [1, 5, 0, 2, 4]
    assert cells.strength.tolist() == [[0, 70, 0], [0, 0, 0], [50, 0, 30]]
    # Actor 1 in cell 0, actors 0 and 2 in cell 2: three sides, one meeting.
    assert (sides, meetings) == (3, 1)


def test_people_by_hand() -> None:
    world = plain_world(
        1, 3, actors=2,
        communities=[Community(2, 0, 5, 1), Community(0, 0, 7), Community(2, 0, 11, 1), Community(2, 0, 0, 2)],
    )  # fmt: skip
    world.cells.pledged[:] = 99
    index_communities(world)
    assert world.cells.pledged.tolist() == [[7, 0, 0], [0, 0, 0], [0, 16, 0]]


def test_no_units_and_no_communities() -> None:
    world = plain_world(2, 2, actors=2)
    assert index_units(world) == (0, 0)
    index_communities(world)
    assert not world.cells.start.any()
    assert not world.cells.pledged.any()


UNITS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(0, 5)), max_size=40)


@given(UNITS)
def test_units_are_sorted_by_cell_then_number(units: list[tuple[int, int, int]]) -> None:
    cells, actors, size = 8, 4, len(units)
    cell, actor, strength = (np.array([u[i] for u in units], t) for i, t in enumerate(("i4", "i2", "i4")))
    start, order = np.full(cells + 1, -7, np.int32), np.full(size, -7, np.int32)
    total = np.full((cells, actors), -7, np.int32)
    everybody = np.arange(size, dtype=np.int32)
    side_start, side = np.full(cells + 1, -7, np.int32), np.full(size, -7, np.int16)
    fighters = np.full(actors, -7, np.int64)
    sides, meetings = bin_units(everybody, cell, actor, strength, start, order, side_start, side, total, fighters)
    living = sorted((c, i) for i, (c, _, s) in enumerate(units) if s > 0)
    assert order[: len(living)].tolist() == [i for _, i in living]
    assert start[0] == 0
    assert start[-1] == len(living)
    for c in range(cells):
        assert order[start[c] : start[c + 1]].tolist() == [i for where, i in living if where == c]
    present = Counter()
    for c, a, s in units:
        present[c, a] += s
    assert total.tolist() == [[present[c, a] for a in range(actors)] for c in range(cells)]
    everywhere = [sum(s for _, b, s in units if b == a) for a in range(actors)]
    assert fighters.tolist() == everywhere
    counted = np.full(actors, -7, np.int64)
    fighters_of(everybody, actor, strength, counted)
    assert counted.tolist() == everywhere
    count = [sum(present[c, a] > 0 for a in range(actors)) for c in range(cells)]
    assert sides == sum(count)
    assert side_start.tolist() == [sum(count[:c]) for c in range(cells + 1)]
    assert side[:sides].tolist() == [a for c in range(cells) for a in range(actors) if present[c, a] > 0]
    assert meetings == sum(n * (n - 1) // 2 for n in count)


COMMUNITIES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 10**6)), max_size=40)


@given(COMMUNITIES)
def test_people_of_each_camp_add_up(communities: list[tuple[int, int, int]]) -> None:
    table = sorted(communities, key=lambda c: c[0])
    cell, camp, people = (np.array([c[i] for c in table], t) for i, t in enumerate(("i4", "i1", "i4")))
    pledged = np.full((6, 4), -7, np.int32)
    pledged_people(cell, camp, people, pledged)
    right = np.zeros((6, 4), np.int64)
    np.add.at(right, (cell, camp), people)
    assert np.array_equal(pledged, right)


@given(UNITS)
def test_indexing_twice_changes_nothing(units: list[tuple[int, int, int]]) -> None:
    world = plain_world(2, 4, actors=4, units=[Unit(*u) for u in units])
    cells = world.cells
    before = [array.copy() for array in (cells.start, cells.order, cells.strength)]
    index_units(world)
    for array, was in zip((cells.start, cells.order, cells.strength), before, strict=True):
        assert np.array_equal(array, was)


def test_within_a_step_an_index_that_counts_as_fresh_is_right() -> None:
    """After every stage: what is not stale is what a new sort finds, but for units that have died since."""
    play = begin(build_blueprint(lively()), 0)
    held = Counter()

    def run(stage, play) -> None:
        run_stage(stage, play)
        world, units, cells = play.world, play.world.units, play.world.cells
        if world.fresh.units:
            held["units"] += 1
            strength = np.zeros_like(cells.strength)
            np.add.at(strength, (units.cell, units.actor), units.strength)
            assert np.array_equal(cells.strength, strength), stage.name
            listed = cells.order[: cells.start[-1]]
            alive = listed[units.strength[listed] > 0]
            right = np.flatnonzero(units.strength > 0)
            assert np.array_equal(alive, right[np.lexsort((right, units.cell[right]))]), stage.name
            where = np.repeat(np.arange(cells.start.size - 1), np.diff(cells.start))
            assert np.array_equal(where[units.strength[listed] > 0], units.cell[alive]), stage.name
            here = [np.unique(cells.side[a:b]).tolist() for a, b in itertools.pairwise(cells.side_start)]
            assert all(set(np.flatnonzero(strength[c])) <= set(here[c]) for c in range(len(here))), stage.name
        if world.fresh.counted:
            held["counted"] += 1
            strength = np.bincount(units.actor, units.strength, world.actors.camp.size)
            assert np.array_equal(world.fresh.fighters, strength), stage.name
        if world.fresh.living:
            held["living"] += 1
            listed = world.scratch_like("living", units.strength)[: world.fresh.alive]
            assert np.isin(np.flatnonzero(units.strength > 0), listed).all(), stage.name
        if world.fresh.people:
            held["people"] += 1
            pledged, c = np.zeros_like(cells.pledged), world.communities
            np.add.at(pledged, (world.ground.community_cell, c.camp), c.population)
            assert np.array_equal(cells.pledged, pledged), stage.name

    for _ in range(12):
        run_step(play, run)
    assert min(held["units"], held["counted"], held["living"], held["people"]) > 24
    assert not play.world.fresh.kept
