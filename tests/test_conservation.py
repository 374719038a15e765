"""People, fighters and money are conserved, whatever the scenario: made by Hypothesis, run for 365 steps.

Every step closes three ledgers: people (present, away, enlisted, come home, killed), fighters (raised, brought,
withdrawn, gone home, killed) and money (each actor's treasury is the sum of its accounts).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mechanisms.small import few, lively, tries

from sahelsim.replicate import close_ledger
from sahelsim.scenario.interventions import interventions_by_type
from sahelsim.scenario.outline import bounds
from sahelsim.scenario.schema import Mechanisms, Scenario
from sahelsim.scenario.vary import change_scenario
from sahelsim.schedule import Play, begin, run_step
from sahelsim.terms import Account, Decision, Harm
from sahelsim.world.build import build_blueprint
from sahelsim.world.state import World, registry

STEPS = few(365, 100)
START = date(2017, 1, 1)
INCOME = (Account.SUPPORT, Account.TAX, Account.TRADE, Account.GOLD, Account.RANSOM)
SPENDING = (Account.PAY, Account.RECRUITMENT)
SLOWER: dict[str, Any] = {
    "battle": {"rate": 0.3, "half_strength": 60}, "civilian_harm": {"rate": 0.05}, "revenge": {"rate": 0.03},
    "displacement": {"flight_rate": 0.05}, "recruitment": {"rate": 0.002}, "katiba": {"exposure": 2.0, "rate": 0.2},
    "siege": {"rate": 0.1, "hungering": 0.2}, "means": {"desertion": 0.01},
}  # fmt: skip
"""The lively world burns out in a year of weeks; this one lasts."""
EVENTS: dict[str, dict[str, Any]] = {
    "reinforcement": {"type": "deploy", "days": 90, "actor": "ARMY", "group": "garrisons", "fighters": 333},
    "reduction": {"type": "withdraw", "days": 60, "actor": "ARMY", "share": 0.5},
    "exit": {"type": "withdraw", "days": 30, "actor": "RED", "group": "west", "share": 1.0, "country": "WST"},
    "entrance": {"type": "enter", "actor": "GREEN"},
    "split": {"type": "split", "actor": "BLUE", "groups": ["east"], "into": "GREY", "cohesion_loss": 0.3},
    "drive": {"type": "order", "days": 50, "actor": "BLUE", "target": {"place": "Midway"}, "weight": 5.0},
    "sweep": {"type": "operation", "days": 50, "target": {"place": "Old Well"},
              "actors": {"ARMY": {"weight": 5.0, "abuse": 4.0}, "WATCH": {"weight": 2.0}}},
    "funds": {"type": "change", "actor": "BLUE", "set": {"support": 5000.0, "pay": 2.0}},
    "famine": {"type": "change", "days": 100, "actor": "ARMY", "set": {"support": 0.0}},
    "coup": {"type": "coup", "actor": "ARMY", "disruption": 0.8, "recovery": 10.0},
    "words": {"type": "claim", "a": "RED", "b": "BLUE", "shift": 0.5},
    "sermon": {"type": "statement", "author": "RED", "addressee": "BLUE", "medium": "sermon", "weight": 5.0},
    "killing": {"type": "strike", "actor": "RED", "group": "north", "cohesion_loss": 0.5},
    "closure": {"type": "border", "days": 80, "countries": ["WST", "EST"], "level": 1.0},
    "clinics": {"type": "services", "days": 80, "camp": "state", "area": {"place": "Midway"}, "amount": 3.0},
    "haven": {"type": "protect", "days": 80, "area": {"place": "Midway"}, "level": 0.9, "fighters": 40, "actor": "ARMY",
              "group": "garrisons"},
    "talks": {"type": "truce", "a": "RED", "b": "BLUE", "action": "break", "what_if": True},
}  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> Scenario:
    """A small world in which everything can happen, with two more movements: one may enter, one take in a split."""
    slower = {f"mechanisms.{name}.{key}": value for name, new in SLOWER.items() for key, value in new.items()}
    world = change_scenario(lively(), {**slower, "calendar.steps": STEPS})
    blue = world.actors["BLUE"].model_dump(mode="json", exclude_none=True)
    more = {name: {**blue, "name": name, "record": {"name": name}} for name in ("GREEN", "GREY")}
    return change_scenario(world, {f"actors.{name}": actor for name, actor in more.items()})


def dated(name: str, first: int, step_days: int) -> dict[str, Any]:
    """An intervention that begins in a step."""
    event = {**EVENTS[name], "source": "test", "date": (START + timedelta(days=first * step_days)).isoformat()}
    if "days" in event:
        event["until"] = (START + timedelta(days=first * step_days + event.pop("days"))).isoformat()
    return event


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Some mechanisms off, some numbers far from where they were (as factors, see `within_bounds`), some events."""
    step_days = draw(st.sampled_from([7, 1, 10, 30]))
    out: dict[str, Any] = {"seed": draw(st.integers(0, 2**63 - 1)), "calendar.step_days": step_days}
    names = [name for name in Mechanisms.model_fields if name != "observation"]
    for name in draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
        out[f"mechanisms.{name}.enabled"] = False
    for name in draw(st.lists(st.sampled_from(names), max_size=6, unique=True)):
        model: Any = Mechanisms.model_fields[name].annotation
        numbers = [key for key, field in model.model_fields.items() if field.annotation is float]
        for key in draw(st.lists(st.sampled_from(numbers), max_size=4, unique=True)):
            out[f"mechanisms.{name}.{key}"] = draw(st.sampled_from([0.0, 0.1, 0.5, 2.0, 10.0, 100.0]))
    for name in draw(st.lists(st.sampled_from(list(EVENTS)), max_size=8, unique=True)):
        out[f"interventions.{name}"] = dated(name, draw(st.integers(0, STEPS - 1)), step_days)
    return out


def within_bounds(scenario: Scenario, wanted: dict[str, Any]) -> dict[str, Any]:
    """Factors made into values of the scenario, held to the bounds of the schema."""
    out = dict(wanted)
    for path, factor in wanted.items():
        parts = path.split(".")
        if parts[0] == "mechanisms" and parts[2] != "enabled":
            mechanism = getattr(scenario.mechanisms, parts[1])
            low, high = bounds(type(mechanism).model_fields[parts[2]])
            value = factor * getattr(mechanism, parts[2])
            out[path] = float(min(max(value, -np.inf if low is None else low), np.inf if high is None else high))
    return out


def played(scenario: Scenario) -> Play:
    """A replicate from its first to its last step, looked at after each."""
    play = begin(build_blueprint(scenario), 0)
    first, ledger = totals(play.world), dict(play.world.ledger)
    assert (ledger["people_start"], ledger["fighters_start"]) == first[:2]
    for _ in range(STEPS):
        run_step(play)
        ledger = look_at(play.world, ledger, first)
    return play


def totals(world: World) -> tuple[int, int, int]:
    """People (present and away), fighters, and money apart from income and spending."""
    c, money = world.communities, world.actors.accounts[Account.OPENING]
    people = c.population.sum(dtype=np.int64) + c.away.sum(dtype=np.int64)
    return int(people), int(world.units.strength.sum(dtype=np.int64)), int(money.sum())


def look_at(world: World, before: dict[str, int], first: tuple[int, int, int]) -> dict[str, int]:
    """All that has to hold after a step; returns the ledger."""
    ledger = close_ledger(world)
    assert [ledger[f"{what}_error"] for what in ("people", "fighters", "money")] == [0, 0, 0]
    assert min(ledger[name] - value for name, value in before.items() if not name.endswith("_end")) >= 0
    killed = world.violence.rows[: int(world.violence.count[0]), 5:8].sum(axis=0, dtype=np.int64)
    gone, raised = ledger["fighters_home"], ledger["recruits"]
    assert totals(world) == (
        first[0] - raised + gone - killed[2],
        first[1] + raised - gone - killed[0] - killed[1] + ledger["fighters_in"] - ledger["fighters_out"],
        first[2],  # who splits off takes a share of the funds
    )
    c, a, units = world.communities, world.actors, world.units
    assert min(c.population.min(), c.away.min(), c.hosted.min(), c.away_at.min(), units.strength.min()) >= 0
    np.testing.assert_array_equal(c.away, c.away_at.sum(axis=1))
    assert c.away.sum() == c.hosted.sum()
    np.testing.assert_array_equal(a.accounts.sum(axis=0), a.treasury)
    assert a.treasury.min() >= 0
    assert a.accounts[list(SPENDING)].max() <= 0
    assert a.accounts[list(INCOME)].min() >= 0
    armed = units.strength > 0
    np.testing.assert_array_equal(units.actor[armed], world.groups.actor[units.group[armed]])
    return ledger


@pytest.mark.jit_only
@tries(40, 5)
@given(wanted=changes())
def test_nobody_and_nothing_is_made_or_lost(plain: Scenario, wanted: dict[str, Any]) -> None:
    world = played(change_scenario(plain, within_bounds(plain, wanted))).world
    for table, variables in registry().items():
        for variable in variables:
            values = getattr(getattr(world, table), variable.name)
            assert np.isfinite(values).all(), (table, variable.name)
            if variable.unit in RANGES and values.size and variable.name not in OPEN:
                low, high = RANGES[variable.unit]
                assert low <= values.min() <= values.max() <= high, (table, variable.name)


RANGES = {"0-1": (0, 1), "-1 to 1": (-1, 1), "0/1": (0, 1)}
"""Units of state variables that say where their values lie."""
OPEN = {"resting"}
"""Claims add to the resting hostility without bounds; hostility itself has them."""


def test_everything_happens_in_the_plain_world(plain: Scenario) -> None:
    """The world above is lively: all decisions are taken, money moves, people flee; and all interventions work."""
    assert {event["type"] for event in EVENTS.values()} == set(interventions_by_type())
    events = {f"interventions.{name}": dated(name, 3 * i, 7) for i, name in enumerate(EVENTS)}
    play = played(change_scenario(plain, events))
    world, ledger = play.world, close_ledger(play.world)
    for name in ("fighters_killed", "civilians_killed", "recruits", "fighters_in", "fighters_out", "fighters_home"):
        assert ledger[name] > 0, name
    assert (world.actors.accounts != 0).any(axis=1).all()
    assert int(world.flows.count[0]) > 0
    assert set(world.decisions.rows[: int(world.decisions.count[0]), 1].tolist()) == set(Decision)
    assert set(world.violence.rows[: int(world.violence.count[0]), 1].tolist()) == set(Harm)
