"""The coupling to Flee without Flee: cases and their faults, conflict zones, departures, the input that is written."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from flee_cases import COUPLING, LOCATIONS, ROUTES, HandMadeRun, write_case
from hypothesis import given
from hypothesis import strategies as st

from sahelsim.errors import BadInput
from sahelsim.flee_coupling.case import load_case, packaged_case
from sahelsim.flee_coupling.catchment import nearest_origin
from sahelsim.flee_coupling.check import doubts, refuse, straight_km
from sahelsim.flee_coupling.conflict import conflict_days, zones
from sahelsim.flee_coupling.departures import departures, net_flight, spread
from sahelsim.flee_coupling.describe import described
from sahelsim.flee_coupling.inputs import flee_seed, write_inputs
from sahelsim.flee_coupling.period import choose_period

ORIGINAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "flee_mali2022_2024"
FEBRUARY, DAYS = date(2020, 2, 1), 60


def corrections() -> list[dict[str, str]]:
    with (packaged_case() / "corrections.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_packaged_case_has_nothing_doubtful() -> None:
    case = load_case()
    assert doubts(case) == []
    assert (case.home, case.start, case.days) == ("Mali", date(2022, 9, 1), 732)
    assert {x.name for x in case.origins} >= {"Menaka", "Gao", "Douentza"}
    assert len(case.camps) == 10


def test_every_route_is_in_the_table_of_corrections_with_the_value_that_is_used() -> None:
    case = load_case()
    at = {location.name: location for location in case.locations}
    new = {row["what"]: row for row in corrections() if row["file"] == "routes.csv" and row["new"]}
    assert set(new) == {f"{route.first}-{route.second}" for route in case.routes}
    for route in case.routes:
        row = new[f"{route.first}-{route.second}"]
        straight = straight_km(at[route.first], at[route.second])
        assert float(row["new"]) == route.km
        assert float(row["straight_km"]) == pytest.approx(straight, abs=0.06)
        assert row["reason"]
        assert row["source"]
        assert 1.1 <= route.km / straight <= 1.6


@pytest.mark.skipif(not ORIGINAL.is_dir(), reason="the original case is not here")
def test_the_table_of_corrections_has_every_difference_from_the_original() -> None:
    original, ours = load_case(ORIGINAL), load_case()
    was = {(route.first, route.second): route.km for route in original.routes}
    told = {row["what"]: row for row in corrections() if row["file"] == "routes.csv"}
    for (first, second), km in was.items():
        row = told.get(f"{first}-{second}") or told[f"{second}-{first}"]
        assert float(row["old"]) == km
    assert {name for name, row in told.items() if row["old"]} >= {"Menaka-Kidal", "Damba-Niamey"}
    moved = {row["what"] for row in corrections() if row["field"] == "latitude longitude"}
    before = {location.name: location for location in original.locations}
    far = {x.name for x in ours.locations if straight_km(x, before[x.name]) > 0.1}
    assert far == moved
    refilled = {x.name for x in ours.locations if x.people != before[x.name].people}
    assert refilled == {row["what"] for row in corrections() if row["field"] == "population"}


@pytest.mark.skipif(not ORIGINAL.is_dir(), reason="the original case is not here")
def test_the_faults_of_the_original_are_found() -> None:
    found = [str(doubt) for doubt in doubts(load_case(ORIGINAL))]
    assert any("routes.csv:9" in doubt and "Menaka to Kidal" in doubt and "8.8 times" in doubt for doubt in found)
    assert any("routes.csv:15" in doubt and "Damba to Niamey" in doubt for doubt in found)
    assert sum("counts double" in doubt for doubt in found) == 4
    assert sum("no camp can be reached" in doubt for doubt in found) == 4
    with pytest.raises(BadInput, match=r"Menaka to Kidal(.|\n)*Damba to Niamey"):
        refuse(doubts(load_case(ORIGINAL)))


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"routes": ROUTES + "Hills,Shelta,10,0\n"}, 5, "there is no 'Shelta'; did you mean 'Shelter'"),
        ({"routes": ROUTES + "Hills,Shelter\n"}, 5, "2 fields where 3 to 4 are expected"),
        ({"routes": ROUTES + "Hills,Shelter,far,0\n"}, 5, "expected a number, found 'far'"),
        ({"routes": ROUTES + "Hills,Shelter,-4,0\n"}, 5, "above zero"),
        ({"routes": ROUTES + "Hills,Hills,4,0\n"}, 5, "to itself"),
        ({"routes": ROUTES + "Hills,Shelter,4,7\n"}, 5, "expected 0, 1 or 2"),
        ({"locations": LOCATIONS + "Hills,N,Away,1,1,camp,,5\n"}, 6, "stands in line 2 already"),
        ({"locations": LOCATIONS + "Hut,N,Away,91,1,camp,,5\n"}, 6, "degrees from -90 to 90"),
        ({"locations": LOCATIONS + "Hut,N,Away,1,1,canp,,5\n"}, 6, "did you mean 'camp'"),
        ({"locations": LOCATIONS + "Hut,N,Away,1,1,camp,,-5\n"}, 6, "found -5"),
        ({"locations": LOCATIONS + "Hut,N,Away,1\n"}, 6, "4 fields where 8 are expected"),
        ({"locations": LOCATIONS.replace("camp", "town")}, None, "has no camp"),
        ({"sim_period": "StartDate,yesterday\nLength,9\n"}, 1, "expected a day"),
        ({"sim_period": "StartDate,2020-01-01\n"}, None, "Length"),
        ({"closures": "location,Nowhere,,3,4\n"}, 1, "there is no 'Nowhere'"),
        ({"coupling": COUPLING.replace("150", "0")}, 1, "catchment_km: expected"),
        ({"coupling": COUPLING + "catchment: 3\n"}, 9, "catchment: unknown key"),
    ],
)
def test_a_malformed_case_is_told_by_file_and_line(
    tmp_path: Path, changes: dict[str, str], line: int | None, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        load_case(write_case(tmp_path / "case", **changes))
    assert Path(str(caught.value.file)).stem in changes
    assert caught.value.line == line


def test_distances_against_the_straight_line(tmp_path: Path) -> None:
    routes = "Hills,Middle,100,0\nMiddle,Plain,2000,0\nMiddle,Shelter,190,0\nShelter,Middle,190,0\n"
    found = [str(doubt) for doubt in doubts(load_case(write_case(tmp_path / "case", routes=routes)))]
    assert len(found) == 3
    assert "routes.csv:1: distance: Hills to Middle: 100 km is shorter than the straight line" in found[0]
    assert "11.4 times the straight line" in found[1]
    assert "routes.csv:4" in found[2]


def test_catchments_end_at_the_border_and_at_their_reach(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    places = HandMadeRun([], []).communities()
    assert nearest_origin(case, places["latitude"], places["longitude"], places["country"]).tolist() == [
        0,
        0,
        1,
        -2,
        -1,
    ]


def test_a_zone_lasts_while_the_window_holds_enough_deaths(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    events = [
        ("2020-01-31", 3.0, 13.4, 4), ("2020-02-02", 3.0, 13.4, 1), ("2020-02-20", 2.0, 10.5, 9),
        ("2020-02-10", 0.0, 12.0, 99),
    ]  # fmt: skip
    days = conflict_days(HandMadeRun([], events), case, 0, FEBRUARY, DAYS)
    assert np.flatnonzero(days[:, 0]).tolist() == [1]  # 4 + 1 within three days only on 2 February
    assert np.flatnonzero(days[:, 1]).tolist() == [19, 20, 21]


@given(st.lists(st.integers(0, 6), min_size=12, max_size=40), st.integers(1, 10), st.integers(1, 12))
def test_zones_follow_the_definition(deaths: list[int], window: int, threshold: int) -> None:
    found = zones(np.array(deaths)[:, None], window, threshold)[:, 0]
    expected = [sum(deaths[d : d + window]) >= threshold for d in range(len(deaths) - window + 1)]
    assert found.tolist() == expected


def test_departures_of_a_hand_made_run(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    flows = [
        (2, 0, 200, 0),
        (2, 1, 90, 0),
        (3, 0, 0, 50),
        (3, 2, 40, 10),
        (2, 3, 70, 0),
        (2, 4, 500, 0),
        (1, 0, 999, 0),
    ]
    found = departures(HandMadeRun(flows, []), case, 0, FEBRUARY, DAYS)
    assert found.people.shape == (60, 2)
    assert found.people[:29].sum(axis=0).tolist() == [145, 0]  # half of 290, within February
    assert found.people.sum(axis=0).tolist() == [145, 15]  # those who went home in March are a debt, not departures
    assert found.people[:29, 0].min() >= 4  # spread over the days
    assert (found.stayed, found.out_of_reach) == (160, 70)


def test_a_month_that_begins_before_the_period_counts_only_from_the_first_day(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    found = departures(HandMadeRun([(2, 0, 290, 0)], []), case, 0, date(2020, 2, 20), 5)
    assert found.people.sum() + found.stayed == 50  # ten a day over five of the month's 29 days


def test_a_month_that_the_run_cuts_off_is_spread_over_the_days_there_are(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    run = HandMadeRun([(4, 0, 70, 0)], [])  # the run ends on 7 April
    period = choose_period(run, case, date(2020, 4, 1), date(2020, 6, 1))
    assert (period.days, "covers 2020-04-01 to 2020-04-07" in period.note) == (7, True)
    found = departures(run, case, 0, period.start, period.days)
    assert found.people.sum() + found.stayed == 70


def test_a_period_that_the_run_does_not_cover(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    with pytest.raises(BadInput, match="no day of the 2021"):
        choose_period(HandMadeRun([], []), case, date(2021, 1, 1), date(2021, 2, 1))
    with pytest.raises(BadInput, match="before the first day"):
        choose_period(HandMadeRun([], []), case, date(2020, 3, 1), date(2020, 2, 1))


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 31)), min_size=1, max_size=12))
def test_spreading_over_days_loses_nobody(months: list[tuple[int, int]]) -> None:
    people = np.array([[number] for number, _ in months])
    length = np.array([days for _, days in months])
    daily = spread(people, length)
    ends = np.cumsum(length)
    assert daily.min() >= 0
    assert np.add.reduceat(daily[:, 0], [0, *ends[:-1]]).tolist() == people[:, 0].tolist()
    for (number, days), end in zip(months, ends, strict=True):
        assert np.abs(daily[end - days : end, 0] - number / days).max() < 1


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=20))
def test_net_flight_adds_up_to_the_largest_growth_between_two_months(net: list[int]) -> None:
    rise = net_flight(np.array(net)[:, None])[:, 0]
    assert rise.min() >= 0
    assert rise.sum() == max(sum(net[i:j]) for i in range(len(net)) for j in range(i, len(net) + 1))


def test_the_input_of_flee_says_what_was_given(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case"))
    conflict = np.array([[0, 0], [1, 0], [0, 0]], dtype=np.int8)
    people = np.array([[1, 2], [3, 4], [5, 6]])
    write_inputs(tmp_path / "input", case, FEBRUARY, conflict, people, 99)
    inputs = tmp_path / "input" / "input_csv"
    assert (inputs / "conflicts.csv").read_text() == "#Day,Hills,Plain\n0,0,0\n1,1,0\n2,0,0\n"
    assert (inputs / "departures.csv").read_text() == "#Day,Hills,Plain\n0,1,2\n1,3,4\n2,5,6\n"
    locations = (inputs / "locations.csv").read_text().splitlines()
    assert locations[1] == "Hills,East,Home_Land,3.0,13.4,conflict_zone,1,9000"
    assert locations[2] == "Plain,West,Home_Land,2.0,10.5,town,,9000"  # never at war here
    assert "hasten: 10" in (tmp_path / "input" / "simsetting.yml").read_text()
    again = load_case(write_case(tmp_path / "again", locations="\n".join(locations) + "\n"))
    assert [x.name for x in again.camps] == ["Shelter"]


def test_replicates_have_seeds_of_their_own() -> None:
    assert len({flee_seed(seed, replicate) for seed in (1, 2) for replicate in range(50)}) == 100


def test_the_page_has_the_tables_as_they_are() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "flee.md").read_text(encoding="utf-8")
    assert described(page) == page, "run `python -m sahelsim.flee_coupling.describe docs/flee.md`"
    for row in corrections():
        assert f"| {row['what']} | {row['field']} | {row['old'] or '–'} | {row['new'] or '–'} |" in page
