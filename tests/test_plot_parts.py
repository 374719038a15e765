"""The parts that figures are made of, and what the maps of the central Sahel rest on."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from sahelsim.grid import Grid, distance_km
from sahelsim.plot.circles import round_values
from sahelsim.plot.control import spread
from sahelsim.plot.dyads import monthly_counts
from sahelsim.plot.ensemble import bands, count_by, draw_bands
from sahelsim.plot.families import OTHERS, families_of, family_labels, sides_of
from sahelsim.plot.geography import geography_of, map_cells, map_grid
from sahelsim.plot.labels import label_towns
from sahelsim.plot.maps import Extent, draw_ground, name_countries, scale_bar
from sahelsim.plot.style import OKABE_ITO, camp_colours, new_figure, tint
from sahelsim.plot.timeline import middle_of, month_name, months_of_run, ticks_of, year_labels
from sahelsim.plot.truces import pairs_of, truce_share
from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.schema import Calendar

SAHEL = load_scenario("sahel_2017_2023")
RUN = SimpleNamespace(scenario=SAHEL, replicates=2, seed=1, manifest={"scenario": "sahel", "versions": {}})


def record(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    """A record of events: sides, type of violence and how many of them."""
    events = [(a, b, kind, k % 2, 445 + k, 2) for a, b, kind, count in rows for k in range(count)]
    columns = ["side_a", "side_b", "type_of_violence", "replicate", "month_id", "best"]
    return pd.DataFrame(events, columns=columns)


EVENTS = record(
    ("Government of Mali", "JNIM", 1, 9),
    ("Government of Benin", "JNIM", 1, 2),
    ("IS", "JNIM", 2, 1),
    ("JNIM", "Civilians", 3, 5),
    ("GATIA", "IS", 2, 4),
    ("Dan na Ambassagou", "Fulani", 2, 8),
    ("Government of Niger", "Civilians", 3, 3),
)


def test_families_put_rivals_first_and_gather_the_rest() -> None:
    sides = sides_of(RUN, EVENTS)
    found = families_of(EVENTS, sides, 2, most=4)
    assert [family.label for family in found] == [
        "JNIM – IS",
        "JNIM – governments",
        "JNIM against civilians",
        "IS – militias",
        OTHERS,
    ]
    assert [family.events for family in found] == [0.5, 5.5, 2.5, 2.0, 5.5]
    assert sides.of_actor["france"] == "governments"
    assert sides.of_actor["ISGS"] == "IS"


def test_a_single_family_left_over_is_named() -> None:
    found = families_of(EVENTS, sides_of(RUN, EVENTS), 2, most=5)
    assert [family.label for family in found[-2:]] == ["Militias – militias", "Governments against civilians"]


def test_monthly_counts_of_families_add_up_to_the_record() -> None:
    sides = sides_of(RUN, EVENTS)
    shown = families_of(EVENTS, sides, 2, most=4)
    labels = family_labels(EVENTS, sides)
    counts = [monthly_counts(EVENTS, labels, family, shown, RUN) for family in shown]
    assert sum(events.sum() for events, _ in counts) == len(EVENTS)
    assert sum(deaths.sum() for _, deaths in counts) == EVENTS["best"].sum()
    governments = counts[1][0]
    assert governments.shape == (2, 84)
    assert governments[0, :10].tolist() == [2, 0, 1, 0, 1, 0, 1, 0, 1, 0]


def test_truces_of_a_family() -> None:
    sides = sides_of(RUN, EVENTS)
    rivals, *_, militias, _ = families_of(EVENTS, sides, 2, most=4)
    assert pairs_of(SAHEL, sides, rivals) == [("JNIM", "ISGS")]
    assert pairs_of(SAHEL, sides, militias) == [("ISGS", "GATIA"), ("ISGS", "MSA")]
    dyads = pd.DataFrame(
        [
            (0, 0, "JNIM", "ISGS", "tacit"),
            (1, 0, "JNIM", "ISGS", "tacit"),
            (0, 1, "JNIM", "ISGS", "tacit"),
            (1, 1, "JNIM", "ISGS", "negotiated"),
            (1, 2, "JNIM", "ISGS", "none"),
            (0, 0, "ISGS", "GATIA", "negotiated"),
        ],
        columns=["replicate", "step", "actor_a", "actor_b", "truce"],
    )
    share = truce_share(RUN, dyads, [("JNIM", "ISGS")])
    assert share.tacit[:3].tolist() == [1.0, 0.5, 0.0]
    assert share.negotiated[:3].tolist() == [0.0, 0.5, 0.0]
    assert share.date[0] == np.datetime64("2017-01-01")
    assert share.date.size == share.tacit.size + 1 == 366
    both = truce_share(RUN, dyads, [("ISGS", "GATIA"), ("ISGS", "MSA")])
    assert both.negotiated[0] == 0.25  # one of two pairs in one of two replicates


def test_bands_are_quantiles() -> None:
    values = np.arange(101)[:, None] * np.array([1.0, 2.0])
    assert bands(values) == pytest.approx(np.array([[5, 10], [25, 50], [50, 100], [75, 150], [95, 190]]))


@pytest.mark.parametrize(("replicates", "outer", "expected"), [(1, True, 0), (3, True, 2), (3, False, 1)])
def test_one_replicate_has_no_band(replicates: int, outer: bool, expected: int) -> None:
    axes = Figure().add_subplot()
    draw_bands(axes, np.arange(4), np.ones((replicates, 4)), "black", outer=outer)
    assert len(axes.collections) == expected
    assert len(axes.lines) == 1


def test_count_by_leaves_out_what_is_outside() -> None:
    where = np.array([0, 1, 1, 2, -1]), np.array([0, 0, 0, 0, 0])
    assert count_by((2, 1), where, np.array([1, 2, 3, 4, 5])).tolist() == [[1.0], [5.0]]


@given(
    start=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    steps=st.integers(1, 3000),
    step_days=st.integers(1, 31),
    room=st.integers(4, 10),
)
def test_ticks_fit_and_lie_within(start: date, steps: int, step_days: int, room: int) -> None:
    calendar = Calendar(start=start, steps=steps, step_days=step_days)
    days, words = ticks_of(calendar, room)
    end = start + (steps * step_days - 1) * (date(2000, 1, 2) - date(2000, 1, 1))
    assert len(days) == len(words) <= room + 1
    assert days == sorted(set(days))
    assert all(start <= day <= end for day in days)
    assert days or steps * step_days < 400


def test_months_and_years() -> None:
    calendar = Calendar(start=date(2019, 12, 30), steps=80, step_days=7)
    assert months_of_run(calendar)[[0, -1]].tolist() == [480, 499]
    assert str(middle_of(np.array([480], dtype=np.int32))[0]) == "2019-12-15"
    assert month_name(480) == "Dec 2019"
    assert year_labels(calendar) == ["2019*", "2020", "2021*"]


@given(st.lists(st.floats(0, 100), max_size=8), st.floats(0.1, 20))
def test_spread_names_do_not_touch(heights: list[float], gap: float) -> None:
    moved = spread(heights, gap)
    assert all(new >= old for new, old in zip(moved, heights, strict=True))
    assert all(b - a >= gap * (1 - 1e-9) for a, b in zip(sorted(moved), sorted(moved)[1:], strict=False))


def test_round_values() -> None:
    assert round_values(428.5) == [10, 50, 200]
    assert round_values(1.0) == pytest.approx([0.05, 0.2, 1.0])


@pytest.mark.parametrize(
    ("resolution", "expected"), [(0.5, 0.5), (0.25, 0.25), (0.125, 0.25), (0.1, 0.5), (0.05, 0.25)]
)
def test_maps_are_never_finer_than_a_quarter_degree(resolution: float, expected: float) -> None:
    grid = Grid(-1.0, 1.0, 0.0, 2.0, resolution)
    coarse = map_grid(grid)
    assert coarse.resolution == expected
    cells = map_cells(grid, coarse)
    assert cells.min() == 0
    assert np.bincount(cells).tolist() == [grid.size // coarse.size] * coarse.size


def test_a_box_that_is_not_whole_grows() -> None:
    coarse = map_grid(Grid(0.1, 0.7, 0.2, 0.9, 0.1))
    assert (coarse.lon_min, coarse.lon_max, coarse.lat_min, coarse.lat_max) == (0.0, 1.0, 0.0, 1.0)


def test_camps_have_colours_of_their_own() -> None:
    colours = camp_colours(SAHEL)
    assert list(colours) == list(SAHEL.camps)
    assert len(set(colours.values())) == len(colours)
    assert colours["state"] == OKABE_ITO["blue"]
    assert set(list(colours.values())[1:]) <= set(OKABE_ITO.values())
    assert tint("#000000", 0.0) == (1.0, 1.0, 1.0)


def test_ground_of_the_sahel() -> None:
    ground = geography_of(RUN)
    assert len(ground.borders) == 11
    assert len(ground.rivers) == 11
    assert {"Mali", "Burkina Faso", "Niger"} <= set(ground.country_names)
    assert {town.name for town in ground.towns if town.rank == 0} == {"Bamako", "Ouagadougou", "Niamey"}
    assert all(town.rank <= 2 for town in ground.towns)
    assert "Farabougou" not in {town.name for town in ground.towns}  # villages are not named


def test_a_region_that_is_gone_leaves_the_grid() -> None:
    region = SAHEL.region.model_copy(update={"tables": "no_such_folder"})
    ground = geography_of(SimpleNamespace(scenario=SAHEL.model_copy(update={"region": region})))
    assert ground.borders == ground.rivers == []
    assert ground.grid.size == ground.country.size == 2816


def test_names_do_not_cover_each_other() -> None:
    ground = geography_of(RUN)
    extent = Extent(-6.0, 4.0, 11.0, 17.0)
    figure = new_figure(RUN, "Map", 4.5)
    axes = figure.add_subplot()
    draw_ground(axes, ground, extent)
    countries = name_countries(axes, ground, extent)
    figure.draw_without_rendering()
    crowd = np.array([[*axes.transData.transform((-1.0, 13.0)), *axes.transData.transform((1.0, 15.0))]])
    named = label_towns(axes, ground.towns, extent, most=20, obstacles=crowd, taken=countries)
    assert len(named) == 20
    assert {"Gao", "Ménaka", "Niamey", "Ouagadougou"} <= set(named)
    assert {text.get_text() for text in countries} >= {"MALI", "BURKINA FASO", "NIGER"}
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == len(named) + len(countries)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    extent = Extent(-6.0, 4.0, 11.0, 17.0)
    axes = Figure().add_subplot()
    draw_ground(axes, geography_of(RUN), extent)
    scale_bar(axes, extent)
    (bar,) = [line for line in axes.lines if line.get_label() == "scale"]
    west, east = bar.get_xdata()
    (words,) = [text.get_text() for text in axes.texts]
    assert words == f"{round(float(distance_km(14.0, west, 14.0, east)))} km" == "200 km"
    assert east == extent.east
