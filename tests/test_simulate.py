"""Whole replicates: the same bytes again, nobody made or lost, common random numbers, and what is written down."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mechanisms.small import (
    SWITCHES,
    Band,
    Village,
    army_and_movement,
    bytes_of,
    few,
    little_world,
    tries,
    with_rivals,
)

from sahelsim.replicate import control_of, month_ends, simulate_replicate
from sahelsim.terms import Decision, Harm, month_id
from sahelsim.world.build import build_blueprint
from sahelsim.world.index import index_communities, index_units

STEPS = few(60, 20)
RIVALS = {"a": "movement", "b": "splinter", "source": "test"}


@pytest.fixture(scope="module")
def scenario():
    return with_rivals(calendar__steps=STEPS)


@pytest.fixture(scope="module")
def record(scenario):
    return simulate_replicate(scenario, 0)


def test_the_same_again(scenario, record):
    """Same scenario, seed and replicate: the same bytes, with a fresh blueprint or a shared one, in any order."""
    blueprint = build_blueprint(scenario)
    forwards = [bytes_of(simulate_replicate(scenario, r, None, blueprint)) for r in (0, 1, 2)]
    backwards = [bytes_of(simulate_replicate(scenario, r, None, blueprint)) for r in (2, 1, 0)]
    assert forwards == backwards[::-1]
    assert forwards[0] == bytes_of(record)


def test_another_replicate_or_seed_is_another_history(scenario, record):
    other_seed = simulate_replicate(with_rivals(calendar__steps=STEPS, seed=scenario.seed + 1), 0)
    other_replicate = simulate_replicate(scenario, 1)
    for other in (other_seed, other_replicate):
        mine, theirs = bytes_of(record), bytes_of(other)
        assert all(
            mine[name] != theirs[name] for name in ("violence.cell", "panel.presence", "panel.allegiance", "fighters")
        )


PROGRAM = """
from hashlib import sha256
from mechanisms.small import bytes_of, with_rivals
from sahelsim.replicate import simulate_replicate
record = bytes_of(simulate_replicate(with_rivals(calendar__steps={steps}), 1))
print(sha256(repr(sorted((k, v) for k, v in record.items() if {keep})).encode()).hexdigest())
"""


def digest_elsewhere(steps: int, keep: str, **environment: str) -> str:
    """Hash of (part of) the record of replicate 1, made by a fresh interpreter."""
    here = Path(__file__).parent
    paths = {"PYTHONPATH": f"{here}{os.pathsep}{here.parent}", "PYTHONHASHSEED": "123"}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(steps=steps, keep=keep)], cwd=here.parent, check=False,
        capture_output=True, text=True, env={**os.environ, **paths, **environment},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.jit_only
def test_the_same_in_another_process():
    """A fresh interpreter with another hash seed comes to the same bytes."""
    record = bytes_of(simulate_replicate(with_rivals(calendar__steps=STEPS), 1))
    assert digest_elsewhere(STEPS, "True") == sha256(repr(sorted(record.items())).encode()).hexdigest()


@pytest.mark.jit_only
def test_compiled_and_plain_kernels_agree():
    """Kernels as plain Python make the same whole numbers; their single-precision terms may differ in the last bit."""
    record = bytes_of(simulate_replicate(with_rivals(calendar__steps=8), 1))
    whole = sorted((k, v) for k, v in record.items() if not v.startswith(b"float"))
    fractions = {"violence.terms", "decisions.terms", "hostility", "panel.strain", "panel.group_cohesion"}
    assert set(record) - {k for k, _ in whole} == fractions
    other = "0" if numba.config.DISABLE_JIT else "1"
    elsewhere = digest_elsewhere(8, 'not v.startswith(b"float")', NUMBA_DISABLE_JIT=other)
    assert elsewhere == sha256(repr(whole).encode()).hexdigest()


@tries(40, 6)
@given(
    st.frozensets(st.sampled_from(SWITCHES)), st.integers(0, 2**63 - 1), st.sampled_from([0.5, 0.25, 0.125]),
    st.sampled_from([1, 7, 10, 31]), st.integers(0, 1000),
)  # fmt: skip
def test_nobody_is_made_or_lost(off, seed, resolution, step_days, replicate):
    """Whatever is switched off, on any grid, in any step: people and fighters are accounted for, to the last one."""
    switches = {f"mechanisms__{name}__enabled": False for name in off}
    made = with_rivals(
        seed=seed, grid__resolution=resolution, calendar__step_days=step_days, calendar__steps=few(25, 4), **switches
    )
    record = simulate_replicate(made, replicate)
    assert record.ledger["fighters_error"] == record.ledger["people_error"] == record.ledger["money_error"] == 0
    assert min(record.ledger.values()) >= 0
    assert record.ledger["fighters_end"] == record.fighters[-1].sum()
    assert record.panel.population.min() >= 0
    assert record.panel.presence.min() >= 0
    assert ((record.hostility >= 0) & (record.hostility <= 1)).all()
    np.testing.assert_array_equal(record.truce, record.truce.transpose(0, 2, 1))


def test_the_logs_agree_with_the_state(record):
    """Indices in range, deaths of those who took part, and each entity's decisions chained one to the next."""
    v, d = record.violence, record.decisions
    cells, actors = record.panel.control.shape[1], record.fighters.shape[1]
    assert v.step.size > 10
    assert (np.diff(v.step) >= 0).all()
    assert ((v.step >= 0) & (v.step < STEPS)).all()
    assert ((v.cell >= 0) & (v.cell < cells)).all()
    battle = v.kind == Harm.BATTLE
    assert ((v.side_a >= 0) & (v.side_a < actors)).all()
    assert ((v.side_b >= 0) == battle).all()
    assert ((v.winner == v.side_a) | (v.winner == v.side_b))[battle].all()
    assert (v.side_a != v.side_b).all()
    assert (v.deaths_civilians[battle] == 0).all()
    assert (v.deaths_civilians[~battle] >= 1).all()
    assert ((v.deaths_a + v.deaths_b)[~battle] == 0).all()
    assert min(v.deaths_a.min(), v.deaths_b.min()) >= 0
    assert ((v.community >= 0) == ~battle).all()
    assert record.ledger["fighters_killed"] == v.deaths_a.sum() + v.deaths_b.sum()
    assert record.ledger["civilians_killed"] == v.deaths_civilians.sum()
    assert np.isfinite(v.terms).all()
    assert np.isfinite(d.terms).all()
    last: dict[tuple[bool, int], int] = {}
    for kind, entity, before, after in zip(d.kind, d.entity, d.before, d.after, strict=True):
        if kind in (Decision.PLEDGE, Decision.LAPSE):
            assert last.setdefault((True, int(entity)), int(before)) == before != after
            last[True, int(entity)] = int(after)
    ends = {m: k for (_, m), k in last.items()}
    assert ends
    assert {m: int(record.panel.allegiance[-1, m]) for m in ends} == ends  # the last row is the end of the run


def test_what_is_taken_down(scenario, record):
    """The panel's months are those of the calendar, and its people and fighters are those of the log by step."""
    ends = month_ends(scenario)
    panel = record.panel
    assert panel.months.tolist() == list(ends.values()) == list(range(ends[min(ends)], ends[max(ends)] + 1))
    for row, step in enumerate(ends):
        assert panel.presence[row].sum(1).tolist() == record.fighters[step].tolist()
    assert panel.months[0] == month_id(2020, 1)
    assert ((panel.control >= -1) & (panel.control < 4)).all()
    assert 0 not in np.unique(panel.control)  # nobody is held by the neutral
    people = panel.population.sum(1) + panel.displaced.sum(1)
    assert (np.diff(people) <= 0).all()  # nobody is born
    assert people[-1] == record.ledger["people_end"]


@pytest.mark.parametrize(
    ("steps", "days", "ends"),
    [
        (5, 7, {4: 481}),
        (6, 7, {4: 481, 5: 482}),
        (4, 31, {0: 481, 1: 482, 2: 483, 3: 484}),  # 1 January, 1 February, 3 March, 3 April
        (40, 1, {30: 481, 39: 482}),
    ],
)
def test_ends_of_months_by_hand(steps, days, ends):
    """January 2020 is month 481; a step belongs to the month of its first day."""
    assert month_ends(army_and_movement(calendar__steps=steps, calendar__step_days=days)) == ends


def test_control_by_hand():
    """Cell 0: armed 30 of 40 and people 100 of 400, hold (0.75 + 0.25) / 2. Cell 1: people only. Cell 2: nothing.

    Cell 3: all neutral. Cell 4: only fighters, two camps alike: the first has it at one half.
    """
    bands = [Band(0, 0, 30), Band(0, 4, 7), Band(1, 0, 10), Band(1, 4, 7)]
    villages = [Village(0, 100, camp=1), Village(0, 300), Village(1, 60, camp=2), Village(1, 50, camp=1), Village(3, 9)]
    world = little_world(bands, villages, shape=(1, 5))
    index_units(world)
    index_communities(world)
    assert control_of(world, 0.5).tolist() == [1, 2, -1, -1, 1]
    assert control_of(world, 0.54).tolist() == [-1, 2, -1, -1, -1]
    assert control_of(world, 0.6).tolist() == [-1] * 5


def test_progress_counts_every_step_once(scenario):
    told: list[int] = []
    simulate_replicate(scenario, 0, told.append)
    assert sum(told) == STEPS
    assert min(told) > 0
    assert len(told) < STEPS  # not one by one


LATE = {
    "change": {"type": "change", "actor": "movement", "set": {"mobility": 0.0, "initiative": 0.0}},
    "order": {"type": "order", "actor": "movement", "target": {"place": "Port", "radius_km": 30}, "weight": 20.0},
    "claim": {"type": "claim", "shift": 0.7, **RIVALS},
    "truce": {"type": "truce", "action": "hold", "what_if": True, **RIVALS},
    "strike": {"type": "strike", "actor": "splinter", "group": "bands", "cohesion_loss": 1.0},
    "withdraw": {"type": "withdraw", "actor": "army", "share": 0.5},
    "deploy": {"type": "deploy", "actor": "army", "group": "main", "fighters": 300},
    "coup": {"type": "coup", "actor": "army", "disruption": 0.9, "recovery": 20},
    "operation": {
        "type": "operation", "target": {"place": "Port", "radius_km": 30},
        "actors": {"army": {"weight": 9.0, "scale": {"initiative": 3.0}}, "movement": {"weight": 9.0, "abuse": 5.0}},
    },
    "statement": {
        "type": "statement", "author": "movement", "addressee": "splinter", "medium": "sermon", "weight": 15.0,
    },
    "border": {"type": "border", "countries": ["WST", "EST"], "level": 1.0},
    "services": {"type": "services", "camp": "state", "area": {"place": "Port", "radius_km": 300}, "amount": 9.0},
    "protect": {"type": "protect", "area": {"place": "Port", "radius_km": 300}, "level": 1.0},
    "split": {"type": "split", "actor": "movement", "groups": ["hills"], "into": "splinter", "what_if": True},
}  # fmt: skip


@pytest.mark.parametrize("kind", LATE)
def test_common_random_numbers(kind):
    """An intervention in step t leaves all before t as it was, to the byte; then the two histories part."""
    t, steps = few(20, 10), few(40, 16)
    base = {"calendar__steps": steps, "mechanisms__defection__rate": 1.0}
    day = np.datetime64("2020-01-01") + 7 * t
    plain = simulate_replicate(with_rivals(**base), 0)
    what_if = simulate_replicate(
        with_rivals(**base, interventions__x={"date": str(day), "source": "what-if", **LATE[kind]}), 0
    )
    parted = False
    for log in ("violence", "decisions"):
        a, b = getattr(plain, log), getattr(what_if, log)
        for name in (n for n in vars(a) if n != "terms"):
            np.testing.assert_array_equal(getattr(a, name)[a.step < t], getattr(b, name)[b.step < t])
            parted = parted or not np.array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_array_equal(a.terms[a.step < t], b.terms[b.step < t])
    for name in ("hostility", "truce", "fighters"):
        np.testing.assert_array_equal(getattr(plain, name)[:t], getattr(what_if, name)[:t])
        parted = parted or not np.array_equal(getattr(plain, name), getattr(what_if, name))
    assert parted


@pytest.mark.parametrize("name", ["a", "c"])
def test_a_further_deployment_changes_nothing_before_its_date(name):
    """Whatever it is called, it leaves a force that has come before it where it was."""
    force = {
        "type": "deploy",
        "actor": "army",
        "group": "main",
        "fighters": 300,
        "date": "2020-01-04",
        "source": "test",
    }
    more = {**force, "fighters": 100, "date": "2020-02-20"}
    base = {"calendar__steps": 12, "interventions__b": force}
    plain = simulate_replicate(with_rivals(**base), 0)
    reinforced = simulate_replicate(with_rivals(**base, **{f"interventions__{name}": more}), 0)
    np.testing.assert_array_equal(plain.panel.presence[0], reinforced.panel.presence[0])
    np.testing.assert_array_equal(plain.fighters[:7], reinforced.fighters[:7])


def test_the_draws_of_one_mechanism_do_not_depend_on_another():
    """Without rivals the truce mechanism may be off, and displacement at rate 0 too: all other draws are the same."""
    plain = army_and_movement(calendar__steps=STEPS)
    with_truce_off = army_and_movement(calendar__steps=STEPS, mechanisms__truce__enabled=False)
    assert bytes_of(simulate_replicate(plain, 0)) == bytes_of(simulate_replicate(with_truce_off, 0))
    calm = {"calendar__steps": STEPS, "mechanisms__displacement__flight_rate": 0.0}
    off = {"calendar__steps": STEPS, "mechanisms__displacement__enabled": False}
    assert bytes_of(simulate_replicate(army_and_movement(**calm), 0)) == bytes_of(
        simulate_replicate(army_and_movement(**off), 0)
    )
