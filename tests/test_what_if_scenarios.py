"""The shipped what-ifs: each changes what it says, and nothing before its day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from sahelsim.replicate import simulate_replicate
from sahelsim.scenario.interventions import interventions_by_type
from sahelsim.scenario.load import find_problems, load_scenario
from sahelsim.scenario.shipped import shipped_folder

FOLDER = shipped_folder() / "what_if"
WHAT_IFS = {
    "add_actor": "enter", "add_force": "deploy", "break_truce": "truce", "broker_truce": "truce",
    "close_border": "border", "fund_services": "services", "protect_settlement": "protect", "split_actor": "split",
    "withdraw_force": "withdraw",
}  # fmt: skip
FAR = "2100-01-01"
NEWCOMERS = ("enter", "split")
"""Kinds that leave a further actor in the scenario, which waits for good when they are put off."""
BEFORE = 3  # steps before the day


@pytest.fixture(scope="module")
def reference():
    return load_scenario("sahel_2017_2023")


def added(name, reference):
    """The interventions of a what-if that the reference does not have."""
    ours = load_scenario(f"what_if/{name}").interventions
    return {key: item for key, item in ours.items() if key not in reference.interventions}


def test_these_are_shipped():
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(WHAT_IFS)
    assert set(WHAT_IFS.values()) <= set(interventions_by_type())


@pytest.mark.jit_only
@pytest.mark.parametrize("name", WHAT_IFS)
def test_it_asks_one_question(name, reference):
    """One intervention more, marked as a what-if; the rest of the reference is as it was."""
    assert find_problems(f"what_if/{name}") == []
    scenario, new = load_scenario(f"what_if/{name}"), added(name, reference)
    assert scenario.name == name
    assert [item.type for item in new.values()] == [WHAT_IFS[name]]
    assert all(item.what_if and item.source == "what-if" for item in new.values())
    left = {group for item in new.values() if item.type == "split" for group in item.groups}
    for key, item in reference.interventions.items():
        if key not in scenario.interventions:  # nobody is left for the order
            assert set(getattr(item, "groups", ())) <= left
            continue
        ours = scenario.interventions[key]
        if left & set(getattr(item, "groups", ())):  # an order to groups that have left goes to the others
            assert set(ours.groups) == set(item.groups) - left
            ours = ours.model_copy(update={"groups": item.groups})
        assert ours == item, key
    for key, actor in reference.actors.items():
        assert scenario.actors[key] == actor
    assert scenario.mechanisms == reference.mechanisms
    if len(scenario.actors) > len(reference.actors):
        assert "without" in scenario.overrides


@pytest.mark.jit_only
@pytest.mark.parametrize("name", WHAT_IFS)
def test_before_its_day_all_is_the_same_to_the_byte(name, reference):
    """A few coarse steps around its day, with the intervention and with it put off: equal before, different after."""
    (key, item), *_ = added(name, reference).items()
    start = item.date - timedelta(days=7 * BEFORE)
    small = {
        "grid.resolution": 0.5, "region.communities": "cell", "calendar.start": start.isoformat(),
        "calendar.steps": BEFORE + 40,
    }  # fmt: skip
    never = {f"interventions.{key}.date": FAR} if item.type in NEWCOMERS else {f"interventions.{key}": None}
    with_it = simulate_replicate(load_scenario(f"what_if/{name}", changes=small), 0)
    without = simulate_replicate(load_scenario(f"what_if/{name}", changes={**small, **never}), 0)
    assert with_it.ledger["people_error"] == with_it.ledger["fighters_error"] == 0
    parted = set()
    for log in ("violence", "decisions"):
        a, b = getattr(with_it, log), getattr(without, log)
        for field in vars(a):
            x, y = getattr(a, field), getattr(b, field)
            assert x[a.step < BEFORE].tobytes() == y[b.step < BEFORE].tobytes(), (log, field)
            parted |= {log} if x.tobytes() != y.tobytes() else set()
    for name_ in ("hostility", "truce", "fighters"):
        x, y = getattr(with_it, name_), getattr(without, name_)
        assert x[:BEFORE].tobytes() == y[:BEFORE].tobytes(), name_
        parted |= {name_} if not np.array_equal(x, y) else set()
    assert parted


@pytest.mark.jit_only
@pytest.mark.parametrize("name", ["add_force", "protect_settlement"])
def test_without_new_actors_it_is_the_reference_before_its_day(name, reference):
    """Run with the reference's seed, it can be compared with the reference replicate by replicate."""
    small = {"grid.resolution": 0.5, "region.communities": "cell", "calendar.steps": 5}
    small["calendar.start"] = date(2019, 1, 1).isoformat()
    ours = simulate_replicate(load_scenario(f"what_if/{name}", changes=small), 0)
    theirs = simulate_replicate(load_scenario("sahel_2017_2023", changes=small), 0)
    day = 2 if name == "protect_settlement" else 5
    for field in vars(ours.violence):
        x, y = getattr(ours.violence, field), getattr(theirs.violence, field)
        assert x[ours.violence.step < day].tobytes() == y[theirs.violence.step < day].tobytes(), field
