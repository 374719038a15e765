"""The facade for Mesa users: the same numbers as the engine, and only what Mesa 3.3 and 3.5 both have."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import mesa
import numpy as np
import pytest

from sahelsim.errors import BadInput
from sahelsim.mesa_model import SahelModel
from sahelsim.replicate import close_ledger, simulate_replicate
from sahelsim.scenario.load import load_scenario

STEPS = 16
REPORTERS = ["fighters", "battles", "attacks_on_civilians", "deaths", "displaced"]


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("two_actors", settings=[f"calendar.steps={STEPS}"])


@pytest.fixture(scope="module")
def finished(scenario):
    """Replicate 1, run to the end."""
    model = SahelModel(scenario, replicate=1)
    while model.running:
        model.step()
    return model


def test_a_step_is_a_step_of_the_schedule(scenario):
    model = SahelModel(scenario)
    assert isinstance(model, mesa.Model)
    assert (model.world.step, model.steps, model.running) == (0, 0, True)
    model.step()
    assert (model.world.step, model.steps, model.running) == (1, 1, True)
    model.run_for_steps(3)
    assert model.world.step == model.steps == 4


def test_it_stops_at_the_end_of_the_calendar(scenario):
    model = SahelModel(scenario)
    model.run_for_steps(10_000)
    assert (model.world.step, model.running) == (STEPS, False)
    model.step()
    assert (model.world.step, model.running) == (STEPS, False)
    assert len(model.datacollector.get_model_vars_dataframe()) == STEPS


def test_same_numbers_as_the_engine(scenario, finished):
    record = simulate_replicate(scenario, 1)
    log, decisions = finished.world.violence.finish(), finished.world.decisions.finish()
    assert log.step.size > 0
    for ours, theirs in ((log, record.violence), (decisions, record.decisions)):
        for field in fields(theirs):
            np.testing.assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name))
    assert close_ledger(finished.world) == record.ledger
    np.testing.assert_array_equal(finished.world.communities.camp, record.panel.allegiance[-1])
    frame = finished.datacollector.get_model_vars_dataframe()
    np.testing.assert_array_equal(frame["fighters"], record.fighters.sum(axis=1))


def test_the_datacollector_has_a_row_after_each_step(finished):
    frame = finished.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == REPORTERS
    assert len(frame) == STEPS
    log = finished.world.violence.finish()
    deaths = log.deaths_a + log.deaths_b + log.deaths_civilians
    for step in range(STEPS):
        so_far = log.step <= step
        row = frame.iloc[step]
        assert row["battles"] == (so_far & (log.kind == 1)).sum()
        assert row["attacks_on_civilians"] == (so_far & (log.kind > 1)).sum()
        assert row["deaths"] == deaths[so_far].sum()
    last = frame.iloc[-1]
    assert last["fighters"] == finished.world.units.strength.sum()
    assert last["displaced"] == finished.world.communities.hosted.sum()
    assert last["battles"] + last["attacks_on_civilians"] > 0


def test_replicate_and_seed_decide_the_draws(scenario):
    def deaths(**what):
        model = SahelModel(scenario, **what)
        model.run_for_steps(STEPS)
        return model.datacollector.get_model_vars_dataframe()["deaths"].tolist()

    assert deaths(replicate=2) == deaths(replicate=2) == deaths(replicate=2, seed=scenario.seed)
    assert deaths(replicate=2) != deaths(replicate=3)
    assert deaths(replicate=2) != deaths(replicate=2, seed=scenario.seed + 1)


def test_settings_change_the_scenario(scenario):
    model = SahelModel(scenario, mechanisms__battle__rate=0.0, mechanisms__civilian_harm__enabled=False)
    assert model.blueprint.scenario.mechanisms.battle.rate == 0.0
    model.run_for_steps(STEPS)
    assert model.datacollector.get_model_vars_dataframe()["battles"].max() == 0
    with pytest.raises(BadInput, match="did you mean 'rate'"):
        SahelModel(scenario, mechanisms__battle__ratee=1.0)


def test_a_scenario_by_name_or_file(tmp_path):
    plan = load_scenario("two_actors")
    assert SahelModel("two_actors").blueprint.scenario == plan
    file = tmp_path / "mine.yaml"
    for seed in (5, 6):  # a file that has changed is read again
        file.write_text(f"extends: two_actors.yaml\nseed: {seed}\n", encoding="utf-8")
        assert SahelModel(str(file)).blueprint.scenario.seed == seed


def test_batch_run_sweeps_replicates_and_settings(scenario):
    rows = mesa.batch_run(
        SahelModel,
        {"scenario": [scenario], "replicate": [0, 1], "mechanisms__battle__rate": [0.0, 0.6]},
        number_processes=1,
        display_progress=False,
    )
    assert len(rows) == 4
    for row in rows:
        model = SahelModel(
            scenario, replicate=row["replicate"], mechanisms__battle__rate=row["mechanisms__battle__rate"]
        )
        model.run_for_steps(STEPS)
        last = model.datacollector.get_model_vars_dataframe().iloc[-1]
        assert {name: row[name] for name in REPORTERS} == last.to_dict()  # the state at the end, not the one before
    battles = {(row["replicate"], row["mechanisms__battle__rate"]): row["battles"] for row in rows}
    assert battles[0, 0.0] == battles[1, 0.0] == 0
    assert battles[0, 0.6] + battles[1, 0.6] > 0


def test_it_leaves_to_mesa_what_is_mesas(finished):
    # later Mesa 3 has a property `scenario` of its own that writes into what it is given
    assert "scenario" not in vars(finished)
    assert finished.rng is not None
    assert len(finished.agents) == 0


def test_nothing_else_imports_mesa():
    code = (
        "import sys\n"
        "import sahelsim.cli.main, sahelsim.cli.run_command, sahelsim.replicate, sahelsim.run, sahelsim.api\n"
        "sys.exit('mesa' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0
