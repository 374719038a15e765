"""Each statistic on a few rows whose value one can work out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from evidence_by_hand import allegiance, decisions, events, evidence, places, statistic, truth

from sahelsim.patterns import CannotMeasure
from sahelsim.patterns.harm import mantel_haenszel, worst_span
from sahelsim.patterns.window import Window

SEEN = evidence(
    events=events(
        ("2020-01-10", "Blue", "Red", 0),
        ("2020-01-20", "Red", "Blue", 4),
        ("2020-03-10", "Blue", "Red", 6, "South", 101),
        ("2021-05-01", "Blue", "Red", 20),
        ("2020-02-01", "Government of Land", "Red", 3, "North", 102),
        ("2020-02-02", "Red", "Civilians", 9, "North", 100),
        ("2021-02-02", "Red", "Civilians", 9, "North", 103),
        ("2021-03-02", "Red", "Civilians", 9, "North", 103),
    )
)
FIGHTS = {"between": ["red", "blue"]}
AGAINST = {"against": ["2021-01", "2021-12"]}


@pytest.mark.parametrize(
    ("name", "more", "value"),
    [
        ("event_count", FIGHTS, 3),
        ("event_count", {**FIGHTS, "region": ["south"]}, 1),
        ("event_count", {**FIGHTS, "region": ["south", "north"]}, 3),
        ("event_count", {**FIGHTS, "per_year": True}, 3 * 365.25 / 366),
        ("event_count", {"between": ["army", "blue"]}, 0),
        ("event_count", {"by": "red"}, 1),
        ("event_count", {}, 5),
        ("deaths", FIGHTS, 10),
        ("deaths", {"region": ["north"]}, 16),
        ("event_ratio", {**FIGHTS, **AGAINST}, 3 / 366 * 365),
        ("event_ratio", {"between": ["army", "blue"], **AGAINST}, math.nan),
        ("death_ratio", {**FIGHTS, **AGAINST}, (10 / 3) / 20),
        ("first_event", FIGHTS, 2020 + 19 / 366),
        ("first_event", {**FIGHTS, "least_deaths": 5}, 2020 + 69 / 366),
        ("first_event", {**FIGHTS, "least_deaths": 7}, math.nan),
        ("median_gap", FIGHTS, (10 + 50) / 2),
        ("median_gap", {"by": "red"}, math.nan),
        ("event_share", {"party": "blue", "among": ["red", "blue"]}, 3 / 5),
        ("shared_cells", {"between": ["red", "army"]}, 1 / 3),
        ("active_cells", {}, 3),
        ("zero_months", FIGHTS, 10 / 12),
        ("deaths_per_battle", {"quantile": 0.5}, 3.5),
        ("deaths_per_battle", {}, 13 / 4),
        ("death_tail", {"least": 4}, 1 + 2 / (math.log(4 / 3.5) + math.log(6 / 3.5))),
        ("death_tail", {"least": 6}, math.nan),
        ("gini", FIGHTS, ((2 * 1 - 3) * 1 + (2 * 2 - 3) * 2) / (2 * 3)),
    ],
)
def test_counts(name: str, more: dict[str, object], value: float) -> None:
    assert statistic(name, **more).measure(SEEN) == pytest.approx(value, nan_ok=True)


def test_bunching() -> None:
    seen = evidence(events=events(*(("2020-02-05", "Blue", "Red"),) * 2, *(("2020-03-05", "Blue", "Red"),) * 2))
    window = ("2020-01", "2020-04")  # counts 0, 2, 2, 0: mean 1, variance 4/3, pairs (0,2) (2,2) (2,0)
    assert statistic("fano", window).measure(seen) == pytest.approx(4 / 3)
    assert statistic("autocorrelation", window).measure(seen) == pytest.approx(-0.5)
    assert math.isnan(statistic("autocorrelation", ("2020-05", "2020-12")).measure(seen))
    assert math.isnan(statistic("fano", ("2020-05", "2020-12")).measure(seen))


KILLINGS = truth(
    ("2020-02-01", "RED", "hill", 30, 0),
    ("2020-02-20", "RED", "hill", 25, 0),
    ("2020-06-01", "RED", "hill", 50, 0),
    ("2020-06-02", "RED", "plain", 70, 1),
    ("2020-01-15", "BLUE", "plain", 1, 1),
    ("2020-02-02", "BLUE", "plain", 3, 1),
    ("2020-05-30", "BLUE", "plain", 3, 1),
    ("2020-12-30", "BLUE", "plain", 3, 1),
)


def test_killings() -> None:
    seen = evidence(truth=KILLINGS)
    killed = {"killers": ["red"], "victims": ["hill"]}
    assert statistic("civilians_killed", **killed).measure(seen) == 105
    assert statistic("civilians_killed", killers=["red"]).measure(seen) == 175
    assert statistic("civilians_killed", ("2020-02-10", "2020-05-31"), **killed).measure(seen) == 25
    assert statistic("worst_days", **killed, days=31).measure(seen) == 55
    assert statistic("worst_days", **killed, days=19).measure(seen) == 50
    assert worst_span(KILLINGS[KILLINGS["actor_a"] == "RED"], 20) == (120, pd.Timestamp("2020-06-01"))
    revenge = {**killed, "days": 31, "within_days": 150, "party": "blue", "targets": ["plain"]}
    assert statistic("revenge_events", **revenge).measure(seen) == 2  # from 1 February; that of December is too late
    assert statistic("revenge_events", **revenge, rise=True).measure(seen) == 2 - 1
    nobody = {**revenge, "victims": ["none"]}
    assert math.isnan(statistic("revenge_events", **nobody).measure(seen))


def test_odds_after_harm() -> None:
    """Ten communities alike: of 4 harmed 3 turn red and 1 to the state, of 6 others 2 and 4: (3 * 4) / (1 * 2)."""
    red, state = (0, 1, 2, 4, 5), (3, 6, 7, 8, 9)
    rows = [("2020-01", c, "none", 10) for c in range(11)]
    rows += [("2020-03", c, "red", 10) for c in red] + [("2020-03", c, "state", 10) for c in state]
    rows[10] = ("2020-01", 10, "red", 10)  # took sides before, so it does not count
    seen = evidence(
        truth=truth(*(("2020-02-10", "ARMY", "hill", 1, c) for c in (0, 1, 2, 3, 10))),
        allegiance=allegiance(*rows),
        communities=places(*["North"] * 11, people="hill"),
    )
    asked = {"killers": ["army"], "among": ["red"], "rather_than": ["army"], "alike": ["people", "adm_1"]}
    assert statistic("odds_after_harm", **asked).measure(seen) == pytest.approx(6.0)


def test_odds_over_strata() -> None:
    """Two strata with other shares but no effect have odds of one together, though not when thrown together."""
    harmed = np.full(40, 99)
    stratum = np.repeat([0, 1], 20)
    harmed[:4], harmed[20:36] = 1, 1  # 4 of 20 and 16 of 20 are harmed
    turning = [*range(1), *range(4, 8), *range(20, 32), *range(36, 39)]  # a quarter and three quarters of each sort
    theirs = np.zeros((4, 40), dtype=bool)
    theirs[2:, turning] = True
    others = np.zeros((4, 40), dtype=bool)
    others[2:] = ~theirs[2:]
    assert mantel_haenszel(theirs, others, harmed, stratum, (1, 2)) == pytest.approx(1.0)
    together = mantel_haenszel(theirs, others, harmed, np.zeros(40, dtype=int), (1, 2))
    assert together == pytest.approx((13 * 13) / (7 * 7))
    theirs[2, 0] = False  # on their side for one of two months, on no side for the other
    assert mantel_haenszel(theirs, others, harmed, np.where(stratum == 0, 0, -1), (1, 2)) == pytest.approx(
        (0.5 * 12) / (3 * 4)
    )


CELLS = places("North", "South")


def test_fighters_gained() -> None:
    seen = evidence(
        cells=CELLS,
        decisions=decisions(
            ("2020-03-01", "defection", "BLUE", "RED", 8, 0, -1, None),
            ("2020-04-01", "katiba_defection", "BLUE", "RED", 90, 1, -1, None),
            ("2020-05-01", "defection", "RED", "BLUE", 5, 1, -1, None),
            ("2020-05-01", "defection", "ARMY", "RED", 7, 1, -1, None),
            ("2020-06-01", "pledge", "blue", "red", 1000, 1, 1, None),
            ("2021-06-01", "defection", "BLUE", "RED", 1000, 1, -1, None),
        ),
    )
    gained = {"party": "red", "origin": "blue"}
    assert statistic("fighters_gained", **gained).measure(seen) == 98 - 5
    assert statistic("fighters_gained", **gained, net=False).measure(seen) == 98
    assert statistic("fighters_gained", **gained, region=["north"]).measure(seen) == 8
    assert statistic("fighters_gained", party="red").measure(seen) == 105 - 5


def test_sieges_and_pacts() -> None:
    seen = evidence(
        communities=places("North", "South"),
        allegiance=allegiance(
            ("2020-01", 0, "none", 10), ("2020-01", 1, "none", 10), ("2020-04", 0, "none", 10, "RED"),
            ("2020-06", 1, "none", 10, "RED"), ("2020-09", 1, "none", 10),
        ),
        decisions=decisions(
            ("2020-02-01", "siege_start", None, "RED", 10, 0, 0, "RED"),
            ("2020-04-01", "pact_made", None, "RED", 10, 0, 0, "RED"),
            ("2020-04-01", "siege_end", "RED", "pact", 10, 0, 0, "RED"),
            ("2020-06-01", "pact_made", None, "RED", 10, 1, 1, "RED"),
            ("2020-07-01", "pact_made", None, "RED", 10, 1, 1, "RED"),
            ("2020-08-01", "siege_end", "RED", "relief", 10, 1, 1, "RED"),
            ("2020-08-01", "siege_end", "BLUE", "pact", 10, 1, 1, "BLUE"),
        ),
    )  # fmt: skip
    assert statistic("sieges_ended", party="red", how=["pact"]).measure(seen) == 1
    assert statistic("sieges_ended", party="red", how=["pact", "relief"]).measure(seen) == 2
    assert statistic("pacts_made", party="red").measure(seen) == 2
    assert statistic("pacts_made", party="red", region=["north"]).measure(seen) == 1
    held = [statistic("pacts_held", ("2020-01", f"2020-{m:02}"), party="red").measure(seen) for m in (3, 4, 6, 9)]
    assert held == [0, 1, 2, 1]


def test_older_run_has_no_sieges() -> None:
    old = allegiance(("2020-01", 0, "none", 10)).drop(columns=["pact", "besieger"])
    seen = evidence(communities=places("North"), allegiance=old, decisions=decisions())
    for name, more in (("sieges_ended", {"how": ["pact"]}), ("pacts_made", {}), ("pacts_held", {})):
        with pytest.raises(CannotMeasure, match="no column"):
            statistic(name, party="red", **more).measure(seen)


def test_quiet_months() -> None:
    """January: fight and truce; February: fight; March: neither; April: fight, a truce for half of the steps."""
    days = pd.to_datetime(["2020-01-05", "2020-02-05", "2020-03-05", "2020-04-05", "2020-04-12"])
    dyads = pd.DataFrame(
        {"date": days, "actor_a": "BLUE", "actor_b": "RED", "truce": ["tacit", "none", "none", "negotiated", "none"]}
    )
    fights = events(*((f"2020-0{m}-09", "Blue", "Red") for m in (1, 2, 4)))
    quiet = statistic("quiet_months", ("2020-01", "2020-04"), between=["red", "blue"])
    assert quiet.measure(evidence(events=fights, dyads=dyads)) == 2 / 4


def test_ground() -> None:
    months = 24
    presence = {"RED": np.tile([6, 0, 2], (months, 1)), "BLUE": np.tile([2, 2, 0], (months, 1))}
    presence["RED"][12:, 2] = 0
    control = {"red": np.tile([True, False, False], (months, 1))}
    cells, people = places("North", "North", "South"), places("North", "South")
    changes = allegiance(
        ("2020-01", 0, "red", 300), ("2020-01", 1, "none", 100), ("2021-01", 1, "red", 200), ("2021-06", 0, "none", 300)
    )
    seen = evidence(presence=presence, control=control, cells=cells, communities=people, allegiance=changes)
    later = {"window": ("2021-01", "2021-12"), "against": ["2020-01", "2020-12"], "party": "red"}
    assert statistic("ground_ratio", what="presence", **later).measure(seen) == 1 / 2
    assert statistic("ground_ratio", what="control", **later).measure(seen) == 1
    assert statistic("ground_ratio", what="people", **later).measure(seen) == pytest.approx((5 * 500 + 7 * 200) / 3600)
    assert math.isnan(statistic("ground_ratio", what="control", region=["south"], **later).measure(seen))
    assert statistic("presence_share", party="red", among=["red", "blue"]).measure(seen) == 8 / 12
    assert statistic("presence_share", party="red", among=["red", "blue"], region=["north"]).measure(seen) == 6 / 10
    assert statistic("control_share", party="red", region=["north"]).measure(seen) == 1 / 2
    whole = ("2020-01", "2021-12")
    assert statistic("camp_share", whole, party="red").measure(seen) == 200 / 500
    assert statistic("camp_share", whole, party="red", change=True).measure(seen) == pytest.approx(0.4 - 0.75)
    assert statistic("camp_share", whole, party="red", region=["south"], change=True).measure(seen) == 1


def test_what_cannot_be_measured() -> None:
    with pytest.raises(CannotMeasure, match=r"none of the actors of 'ghosts' \(GHOST\)"):
        statistic("event_count", between=["red", "ghosts"]).measure(SEEN)
    with pytest.raises(CannotMeasure, match="no ground in south"):
        statistic("control_share", party="red", region=["south"]).measure(
            evidence(cells=places("North"), control={"red": [[True]] * 24})
        )
    with pytest.raises(CannotMeasure, match="2019-12 to 2020-01 is not within 2020-01 to 2021-12"):
        SEEN.check_window(Window.model_validate(["2019-12", "2020-01"]))
    with pytest.raises(CannotMeasure, match="no table truth"):
        statistic("civilians_killed", killers=["red"]).measure(SEEN)
