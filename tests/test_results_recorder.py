"""The recorder: what it takes down is the state of the world, and flows are the log of moves added up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelsim.replicate import Recorder, close_ledger, control_of, flows_by_month, month_ends
from sahelsim.scenario.load import load_scenario
from sahelsim.schedule import begin, run_step
from sahelsim.terms import TruceState
from sahelsim.world.build import build_blueprint

ENDS = {4: 445, 8: 446, 13: 447}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 13),
            st.integers(0, 4),
            st.integers(0, 4),
            st.integers(0, 900),
            st.integers(0, 900),
            st.integers(-900, 900),
            st.integers(0, 900),
        ),
        max_size=60,
    )
)
@settings(max_examples=60, deadline=None)
def test_flows_against_a_plain_count(moves):
    """A dictionary by month, origin and destination."""
    rows = np.array(sorted(moves), np.int32).reshape(-1, 7)
    expected: dict[tuple[int, int, int], list[int]] = {}
    for step, origin, destination, *people in sorted(moves):
        month = next(m for last, m in ENDS.items() if step <= last)
        sums = expected.setdefault((month, origin, destination), [0, 0, 0, 0])
        for i, number in enumerate(people):
            sums[i] += number
    flows = flows_by_month(rows, ENDS, 5)
    found = zip(
        flows.months, flows.origin, flows.destination, flows.fled, flows.returned, flows.moved_on, flows.settled,
        strict=True,
    )  # fmt: skip
    assert [tuple(int(x) for x in row) for row in found] == [(*key, *expected[key]) for key in sorted(expected)]


@pytest.fixture(scope="module")
def played():
    """A short war, its recorder, the worlds' states at the ends of the months, copied by hand, and how many fled."""
    scenario = load_scenario("two_actors", settings=["calendar.steps=14"])
    play = begin(build_blueprint(scenario), 0)
    recorder = Recorder(play)
    states = []
    logged = 0
    for step in range(14):
        before = int(play.world.flows.count[0])
        run_step(play)
        logged += int(play.world.flows.rows[before : int(play.world.flows.count[0]), 3].sum())
        recorder.take(play.world, step)
        if step in month_ends(scenario):
            world = play.world
            groups = [int(world.units.strength[world.units.group == g].sum()) for g in range(world.groups.actor.size)]
            states.append((world.actors.accounts.copy(), groups, world.communities.pact.copy(), control_of(world, 0.5)))
    return play, recorder, states, logged


def test_each_month_is_the_state_at_its_end(played):
    play, recorder, states, _ = played
    accounts, groups, pacts, _ = zip(*states, strict=True)
    panel = recorder.panel
    assert panel.months.tolist() == [481, 482, 483, 484]  # January to April 2020
    assert panel.accounts.cumsum(axis=0).tolist() == [a.tolist() for a in accounts]
    assert panel.group_fighters.tolist() == list(groups)
    assert panel.pact.tolist() == [p.tolist() for p in pacts]
    assert panel.treasury[-1].tolist() == play.world.actors.treasury.tolist()
    assert panel.presence[-1].sum() == recorder.fighters[-1].sum() == sum(groups[-1])


def test_nobody_is_lost_between_the_tables(played):
    """Who fled and moved on, less who returned or settled, is away, by home and refuge."""
    play, recorder, _, logged = played
    flows, world = recorder.flows(play.world), play.world
    assert flows.fled.sum() == logged
    assert flows.fled.sum() > 0
    stock = np.zeros((world.ground.communities,) * 2, np.int64)
    stay = flows.fled + flows.moved_on - flows.returned - flows.settled
    np.add.at(stock, (flows.origin, flows.destination), stay)
    for m, i in np.argwhere(world.ground.community_refuges >= 0):
        assert stock[m, world.ground.community_refuges[m, i]] == world.communities.away_at[m, i]
    assert stock.sum() == world.communities.away.sum()
    errors = {name: value for name, value in close_ledger(world).items() if name.endswith("_error")}
    assert set(errors.values()) == {0}


@pytest.mark.parametrize("enabled", [True, False])
def test_no_truce_is_taken_down_where_truces_are_off(enabled):
    """The tacit truce of the first day stands in the state either way, but holds only where truces are on."""
    truce = {"a": "army", "b": "movement", "state": "tacit", "source": "test"}
    changes = {"relations.truces": {"first": truce}, "mechanisms.truce.enabled": enabled, "calendar.steps": 2}
    play = begin(build_blueprint(load_scenario("two_actors", changes=changes)), 0)
    recorder = Recorder(play)
    for step in range(2):
        run_step(play)
        recorder.take(play.world, step)
    assert (play.world.actors.truce == TruceState.TACIT).sum() == 2
    assert np.unique(recorder.truce).tolist() == ([TruceState.NONE, TruceState.TACIT] if enabled else [TruceState.NONE])


def test_control_by_a_plain_rule(played):
    """Cell by cell, as the docstring says it."""
    world = played[0].world
    for cell in range(world.ground.cells):
        armed = np.zeros(world.cells.pledged.shape[1])
        for actor, camp in enumerate(world.actors.camp):
            armed[camp] += world.cells.strength[cell, actor]
        people = world.cells.pledged[cell]
        parts = [x / x.sum() for x in (armed, people) if x.sum() > 0]
        hold = sum(parts) / len(parts) if parts else np.zeros(armed.size)
        best = int(hold.argmax())
        expected = best if hold[best] >= 0.5 and best > 0 else -1
        assert control_of(world, 0.5)[cell] == expected
