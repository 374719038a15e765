"""The engine against the same equations written in Mesa, from the description and with other random numbers.

Two versions by different hands of the pen agree in distribution, statistic by statistic, or one of them is wrong.
"""

from __future__ import annotations

from functools import cache

import benchmark_parts  # noqa: F401 - puts the benchmarks on the path
import pytest
from core_in_mesa.compare import FAMILY_LEVEL, SCENARIO, Row, compare, sample_engine, sample_mesa
from core_in_mesa.model import CoreModel
from core_in_mesa.observe import Statistics

from sahelsim.scenario.load import load_scenario
from sahelsim.world.build import Blueprint, build_blueprint

pytestmark = pytest.mark.jit_only

QUICK_STEPS, QUICK_ENGINE, QUICK_MESA = 12, 60, 12
FULL_ENGINE, FULL_MESA = 400, 100


@cache
def blueprint(*changes: tuple[str, object]) -> Blueprint:
    return build_blueprint(load_scenario(SCENARIO, changes=dict(changes)))


@cache
def engine(replicates: int, steps: int, *changes: tuple[str, object]) -> list[Statistics]:
    return sample_engine(blueprint(*changes), replicates, steps)


@cache
def mesa(replicates: int, steps: int) -> list[Statistics]:
    return sample_mesa(blueprint(), replicates, steps)


def differing(engine_sample: list[Statistics], mesa_sample: list[Statistics]) -> dict[str, Row]:
    """Statistics that differ at the family-wise level."""
    return {row.name: row for row in compare(engine_sample, mesa_sample) if row.p_adjusted < FAMILY_LEVEL}


def test_nobody_is_made_or_lost_in_mesa() -> None:
    model = CoreModel(blueprint(), seed=5)
    fighters, people = (sum(a.fighters for a in model.actors), sum(m.population for m in model.communities))
    for _ in range(8):
        model.step()
        assert all(u.strength > 0 and u.cell in u.group.attraction for u in model.units)
        assert sum(u.strength for u in model.units) == fighters - model.tallies["battle deaths"]
        assert sum(m.population for m in model.communities) == people - model.tallies["civilian deaths"]
    assert model.tallies["battles"] > 0
    assert model.tallies["attacks"] > 0
    assert len(model.datacollector.get_model_vars_dataframe()) == 8


def test_same_seed_same_run_in_mesa() -> None:
    assert sample_mesa(blueprint(), 1, 3, first_seed=9) == sample_mesa(blueprint(), 1, 3, first_seed=9)


def test_first_weeks_are_alike() -> None:
    assert differing(engine(QUICK_ENGINE, QUICK_STEPS), mesa(QUICK_MESA, QUICK_STEPS)) == {}


def test_twice_the_battles_are_noticed() -> None:
    # 1.8 a week in place of the 0.9 that the Mesa version has
    changed = engine(QUICK_ENGINE, QUICK_STEPS, ("mechanisms.battle.rate", 1.8))
    assert {"battles", "battle deaths"} <= set(differing(changed, mesa(QUICK_MESA, QUICK_STEPS)))


@pytest.mark.slow
def test_a_year_is_alike() -> None:
    steps = blueprint().scenario.calendar.steps
    assert differing(engine(FULL_ENGINE, steps), mesa(FULL_MESA, steps)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "factor", "shows_in"),
    [
        ("movement.weekly_range_km", 1.1, "distance moved [km]"),
        ("movement.sharpness", 1.5, "distance moved [km]"),
        ("battle.rate", 1.25, "battles"),
        ("battle.attacker_edge", 1.5, "battles won by the attacker"),
        ("battle.death_scale", 1.25, "battle deaths"),
        ("civilian_harm.rate", 1.25, "attacks on civilians"),
        ("civilian_harm.death_scale", 1.6, "civilian deaths"),
        ("civilian_harm.fear_gain", 1.4, "fear"),
        ("allegiance.review_rate", 1.4, "changes of camp"),
        ("allegiance.inertia", 1.25, "changes of camp"),
        ("defection.rate", 1.5, "defections"),
        ("defection.cohesion", 1.25, "defections"),
        ("truce.drift", 2.0, "hostility of all dyads and steps"),
        ("truce.breakdown_rate", 3.0, "days of negotiated truce"),
    ],
)
def test_a_changed_mechanism_is_noticed(key: str, factor: float, shows_in: str) -> None:
    """What a year's comparison can see: the engine with one number changed, against Mesa with the right one."""
    base = blueprint().scenario
    mechanism, name = key.split(".")
    value = getattr(getattr(base.mechanisms, mechanism), name) * factor
    steps = base.calendar.steps
    assert shows_in in differing(engine(200, steps, (f"mechanisms.{key}", value)), mesa(FULL_MESA, steps))
