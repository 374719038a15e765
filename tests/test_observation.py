"""Observation: hand-worked examples and invariants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from observed_worlds import (
    CALENDAR,
    NAMES,
    PARAMETERS,
    RECORDS,
    make_ground,
    make_record,
    make_violence,
    take,
    with_violence,
)

from sahelsim.grid import distance_km, prio_gid
from sahelsim.observation.kernel import chances, share_out
from sahelsim.observation.parameters import ObservationParameters
from sahelsim.observation.places import NEAR_KM
from sahelsim.observation.report import Fate, observe
from sahelsim.observation.sides import recorded_sides

GROUND = make_ground()


def look(record, parameters=PARAMETERS, ground=GROUND):
    return observe(record, ground, RECORDS, parameters, CALENDAR)


def test_chance_by_hand():
    """Log-odds 0 is a half; three deaths at size 1 triple the odds; remoteness 1 at 2 divides them by e²."""
    deaths, kind = np.array([1, 3, 3, 1, 1, 0]), np.array([1, 1, 1, 3, 2, 1])
    remoteness = np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    years = np.array([0.0, 0.0, 0.0, 0.0, 10.0, 0.0])
    out = np.empty(6)
    chances(deaths, remoteness, kind, years, 0.0, 1.0, 2.0, np.log(4.0), -1.0, 0.1, out)
    odds = np.array([1.0, 3.0, 3.0 * np.exp(-2.0), 4.0, np.exp(-1.0 + 0.1 * 10)])
    assert out[:5] == pytest.approx(odds / (1 + odds), rel=1e-12)
    assert out[5] == 0.0


@pytest.mark.parametrize(
    ("best", "true", "shared"),
    [
        (4, (3, 1, 0), (3, 1, 0)),
        (5, (3, 1, 0), (4, 1, 0)),  # 3.75 and 1.25: the larger remainder gets the fifth
        (1, (1, 1, 1), (1, 0, 0)),  # a tie goes to the first
        (8, (1, 1, 1), (3, 3, 2)),
        (1, (0, 2, 5), (0, 0, 1)),
    ],
)
def test_sharing_out_by_hand(best, true, shared):
    out = np.zeros(7, np.int64)
    share_out(best, np.array(true), out)
    assert tuple(out[:3]) == shared


def test_sides_by_hand():
    """Names, order, type and ids of each kind of pair, in Aland (cell 0) and Bland (cell 7)."""
    pairs = [  # actor a, actor b, cell -> dyad, type
        (0, 4, 0, "Government of Aland - MOVEMENT", 1),
        (0, 4, 7, "Government of Aland - MOVEMENT", 1),  # an army keeps its name abroad
        (
            2,
            4,
            0,
            "Government of Aland - MOVEMENT",
            1,
        ),  # a host-government auxiliary takes that of the country
        (2, 4, 7, "Government of Bland - MOVEMENT", 1),
        (3, 5, 7, "Government of Bland - IS", 1),
        (4, 5, 0, "IS - MOVEMENT", 2),
        (6, 7, 0, "dozo hunters - IS", 2),  # by the alphabet, upper and lower case alike
        (5, -1, 0, "IS - Civilians", 3),
        (7, -1, 0, "dozo hunters - Civilians", 3),
        (3, -1, 7, "Government of Bland - Civilians", 3),
    ]
    log = make_violence(GROUND, len(pairs), 1)
    a, b, cell = (np.array([p[i] for p in pairs], np.int32) for i in range(3))
    log = replace(log, side_a=a, side_b=b, cell=cell, kind=np.where(b < 0, 2, 1).astype(np.int32))
    sides = recorded_sides(log, RECORDS, NAMES, GROUND.cells_country)
    assert [sides.dyad(i) for i in range(len(pairs))] == [p[3] for p in pairs]
    assert sides.kind.tolist() == [p[4] for p in pairs]
    assert sides.swapped.tolist() == [False] * 5 + [True, True] + [False] * 3
    ids = dict(zip(sides.labels, sides.ged_ids.tolist(), strict=True))
    assert (ids["Civilians"], ids["IS"], ids["Government of Bland"], ids["dozo hunters"]) == (1, 234, 75, 0)


def test_sides_that_are_no_dyad():
    pairs = [(5, 6, 0), (0, 2, 0), (0, 1, 0), (0, 2, 7), (0, 2, 31)]
    log = make_violence(GROUND, len(pairs), 1)
    a, b, cell = (np.array([p[i] for p in pairs], np.int32) for i in range(3))
    log = replace(
        log, side_a=a, side_b=b, cell=cell, kind=np.ones(5, np.int32), step=np.arange(5, dtype=np.int32),
        deaths_a=np.full(5, 3, np.int32),
    )  # fmt: skip
    fate = look(with_violence(make_record(GROUND), log)).fate
    assert fate.tolist() == [
        Fate.SAME_SIDE,  # two names of one movement
        Fate.SAME_SIDE,  # army and auxiliary at home
        Fate.TWO_GOVERNMENTS,
        Fate.TWO_GOVERNMENTS,  # the auxiliary counts as the other country's government
        Fate.TWO_GOVERNMENTS,  # outside any country it goes under its own name, still a state's
    ]


def check(seen, record, ground=GROUND):
    """What holds for any record of any truth."""
    a, b, civilians, unknown, best, low, high = seen.counts.T
    assert (seen.counts >= 0).all()
    assert (best >= 1).all()
    assert (low <= best).all()
    assert (best <= high).all()
    assert (a + b + civilians + unknown == best).all()
    first, last, precision = seen.window.T
    day = seen.day[seen.row]
    assert ((first <= day) & (day <= last)).all(), "the true day is in the window"
    assert (first >= 0).all()
    assert (last < CALENDAR.steps * CALENDAR.step_days).all()
    assert (first[precision == 1] == day[precision == 1]).all()
    assert (day // CALENDAR.step_days == record.violence.step[seen.row]).all(), "an exact day is in its step"
    places = seen.places
    assert (places.gid == prio_gid(places.latitude, places.longitude)).all()
    assert (places.cell == ground.grid.cell_of(places.latitude, places.longitude)).all()
    assert (places.cell >= 0).all()
    assert (ground.cells_country[places.cell] == places.country).all(), "no move leaves the country"
    true = seen.latitude[seen.row], seen.longitude[seen.row]
    away = distance_km(*true, places.latitude, places.longitude)
    assert (away[places.where_prec == 1] == 0).all()
    assert (away[places.where_prec == 2] <= NEAR_KM).all()
    assert (places.admin1[places.where_prec == 6] == -1).all()
    assert ((seen.probability >= 0) & (seen.probability <= 1)).all()
    assert (seen.probability[seen.row] > 0).all()
    assert (seen.fate[seen.row] == Fate.REPORTED).all()
    assert len(set(seen.row.tolist())) == seen.row.size == (seen.fate == Fate.REPORTED).sum()
    kind, v = seen.sides.kind[seen.row], record.violence
    assert (b[kind == 3] == 0).all()
    assert (unknown[kind == 3] == 0).all()
    assert (v.deaths_civilians[seen.row][kind == 3] > 0).all()
    assert (np.lexsort((seen.row, last, first)) == np.arange(seen.row.size)).all()


SHARE = st.floats(0, 1)


@st.composite
def parameter_sets(draw):
    place, dates = (np.array(draw(st.lists(SHARE, min_size=6, max_size=6))) + 1e-3 for _ in range(2))
    place, dates = place / place.sum(), dates / dates.sum()
    names = ["place_exact", "place_near", "place_district", "place_province", "place_area"]
    days = ["date_exact", "date_days", "date_week", "date_month"]
    return ObservationParameters(
        enabled=draw(st.booleans()),
        base=draw(st.floats(-10, 10)),
        size=draw(st.floats(0, 5)),
        remoteness=draw(st.floats(0, 10)),
        civilian=draw(st.floats(-5, 5)),
        non_state=draw(st.floats(-5, 5)),
        growth=draw(st.floats(-1, 1)),
        count_noise=draw(st.floats(0, 2)),
        range_share=draw(SHARE),
        range_width=draw(st.floats(0, 3)),
        range_below=draw(SHARE),
        unsplit_state=draw(SHARE),
        unsplit_non_state=draw(SHARE),
        unattributed=draw(SHARE),
        **dict(zip(names, place[:5].tolist(), strict=True)),
        **dict(zip(days, dates[:4].tolist(), strict=True)),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parameters=parameter_sets(),
    seed=st.integers(0, 2**63 - 1),
    replicate=st.integers(0, 10**6),
    events=st.integers(0, 60),
)
def test_invariants(parameters, seed, replicate, events):
    record = replace(make_record(GROUND), seed=seed, replicate=replicate)
    record = with_violence(record, make_violence(GROUND, events, seed % 2**32))
    check(look(record, parameters), record)


def test_a_report_depends_on_its_event_alone():
    """Drop every other event, and what is said of the rest stays; another replicate or seed differs."""
    record = make_record(GROUND, events=400)
    v = record.violence
    sites = np.stack([v.step, v.kind, v.cell, v.side_a, v.side_b, v.community])
    _, index, number = np.unique(sites, axis=1, return_index=True, return_counts=True)
    single = np.sort(index[number == 1])  # events that share their address are told apart by their order
    kept = single[::2]
    all_of_them = look(record)
    some = look(with_violence(record, take(v, kept)))
    assert (some.fate == all_of_them.fate[kept]).all()
    place = {row: n for n, row in enumerate(all_of_them.row.tolist())}
    match = [place[kept[row]] for row in some.row]
    assert len(match) > 50
    assert (some.counts == all_of_them.counts[match]).all()
    assert (some.window == all_of_them.window[match]).all()
    assert (some.places.latitude == all_of_them.places.latitude[match]).all()
    assert (look(replace(record, replicate=1)).fate != all_of_them.fate).any()
    assert (look(replace(record, seed=8)).fate != all_of_them.fate).any()


def test_events_that_share_their_address_get_draws_of_their_own():
    v = make_violence(GROUND, 1, 3)
    twins = take(v, np.zeros(200, np.int64))
    twins = replace(
        twins, side_a=np.full(200, 4, np.int32), side_b=np.full(200, 5, np.int32),
        kind=np.ones(200, np.int32), community=np.full(200, -1, np.int32),
        deaths_a=np.full(200, 50, np.int32),
    )  # fmt: skip
    seen = look(with_violence(make_record(GROUND), twins))
    assert len(set(seen.counts[:, 4].tolist())) > 1
    assert len(set(seen.fate.tolist())) > 1


def test_switched_off_the_record_is_the_truth():
    record = make_record(GROUND, events=400)
    seen = look(record, PARAMETERS.model_copy(update={"enabled": False}))
    check(seen, record)
    assert set(map(Fate, seen.fate)) == {Fate.REPORTED, Fate.NO_DEATHS, Fate.SAME_SIDE, Fate.TWO_GOVERNMENTS}
    v = record.violence
    total = (v.deaths_a + v.deaths_b + v.deaths_civilians)[seen.row]
    assert (seen.counts[:, 4:] == total[:, None]).all()
    assert (seen.counts[:, 2] == v.deaths_civilians[seen.row]).all()
    assert (seen.places.where_prec == 1).all()
    assert (seen.window[:, 2] == 1).all()


def test_no_events_no_record():
    record = with_violence(make_record(GROUND), make_violence(GROUND, 0, 1))
    assert look(record).row.size == 0


@pytest.mark.parametrize(("what", "more"), [("place", {"place_exact": 0.9}), ("date", {"date_exact": 0.9})])
def test_shares_above_one_are_refused(what, more):
    with pytest.raises(ValueError, match=rf"the {what}_\* shares add up to 1\.\d+; together they may be at most 1"):
        ObservationParameters(**(PARAMETERS.model_dump() | more))
