"""The short Python interface: quick and silent to import, and the five things it offers."""

from __future__ import annotations

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sahelsim
import sahelsim.api
import sahelsim.scenario.vary
from sahelsim.api import simulate

SETTINGS = ["replicates=1", "calendar.steps=10"]
HEAVY = ("numpy", "numba", "pandas", "matplotlib", "scipy", "pyarrow", "xarray", "zarr", "mesa", "pydantic")

_WHAT_IT_LOADS = """
import json, sys
import sahelsim
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def python(code, *arguments, **environment):
    """Standard output and error of a fresh interpreter with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def scenario():
    return sahelsim.load_scenario("two_actors", settings=SETTINGS)


@pytest.fixture(scope="module")
def run(scenario):
    return simulate(scenario)


def test_import_is_silent_and_loads_nothing_heavy():
    out, err = python(_WHAT_IT_LOADS)
    assert err == ""
    assert out.count("\n") == 1
    assert not set(HEAVY) & set(json.loads(out))


def test_it_offers_what_it_says():
    assert all(getattr(sahelsim, name) for name in sahelsim.__all__)
    assert set(sahelsim.api.__all__) < set(sahelsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = sahelsim.simulat


@pytest.mark.parametrize("module", [sahelsim.api, sahelsim.scenario.vary])
def test_examples_in_the_docstrings_are_true(module):
    failed, tried = doctest.testmod(module)
    assert tried > 0
    assert failed == 0


def test_no_module_hides_the_function_of_its_name():
    code = (
        "import sys, sahelsim\n"
        "scenario = sahelsim.load_scenario('two_actors', settings=sys.argv[1:])\n"
        "for _ in range(2):\n"
        "    print(sahelsim.simulate(scenario).replicates)\n"
    )
    out, _ = python(code, "replicates=1", "calendar.steps=2")
    assert out == "1\n1\n"


def test_simulate_gives_an_open_run(run, scenario):
    assert isinstance(run, sahelsim.Run)
    assert run.scenario == scenario
    assert run.replicates == 1
    assert len(run.truth()) > 0
    assert {"side_a", "side_b", "best"} <= set(run.events().columns)


def test_simulate_writes_where_one_says_and_the_results_open_again(scenario, run, tmp_path):
    steps = []
    written = simulate(scenario, tmp_path / "kept", progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (10, 10)
    again = sahelsim.open_run(str(tmp_path / "kept"))
    assert again.truth().equals(written.truth())
    assert again.truth().equals(run.truth())
    with pytest.raises(sahelsim.BadInput, match="kept"):
        simulate(scenario, tmp_path / "kept")
    assert simulate(scenario, tmp_path / "kept", force=True).truth().equals(run.truth())


def test_a_temporary_run_goes_with_the_program(tmp_path):
    code = (
        "import sys, sahelsim\n"
        "from sahelsim.api import simulate\n"
        "scenario = sahelsim.load_scenario('two_actors', settings=sys.argv[1:])\n"
        "print(simulate(scenario).path.is_dir(), end='')\n"
    )
    out, _ = python(code, "replicates=1", "calendar.steps=2", TMPDIR=str(tmp_path))
    assert out == "True"
    left = [path for path in tmp_path.iterdir() if list(path.rglob("manifest.json"))]
    assert left == []


def test_changes_give_a_copy(scenario):
    changed = sahelsim.change_scenario(
        scenario, {"mechanisms.battle.rate": np.float64(0.25), "replicates": np.int64(3), "interventions": {}}
    )
    assert (changed.mechanisms.battle.rate, changed.replicates) == (0.25, 3)
    assert scenario.replicates == 1
    assert sahelsim.change_scenario(scenario, {}) == scenario
    back = {"mechanisms.battle.rate": scenario.mechanisms.battle.rate, "replicates": 1}
    assert sahelsim.change_scenario(changed, back) == scenario


def test_changes_are_those_of_load_scenario(scenario):
    changes = {
        "interventions.peace": {"type": "truce", "a": "army", "b": "movement", "action": "broker", "date": "2020-02-01",
                                "what_if": True, "source": "what-if"},
        "actors.army.groups.main.homes.1.place": "Hills",
        "calendar": {"steps": 12},
        "overrides.quiet": None,
    }  # fmt: skip
    changed = sahelsim.change_scenario(scenario, changes)
    assert changed == sahelsim.load_scenario("two_actors", settings=SETTINGS, changes=changes)
    assert changed.actors["army"].groups["main"].homes[1].place == "Hills"
    assert (changed.calendar.steps, changed.calendar.start) == (12, scenario.calendar.start)
    assert "quiet" not in changed.overrides
    assert sahelsim.change_scenario(changed, {"interventions.peace": None}).interventions == {}


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"mechanisms.battle.ratee": 1}, "mechanisms.battle.ratee", "did you mean 'rate'"),
        ({"mechanisms.battel.rate": 1}, "mechanisms.battel", "did you mean 'battle'"),
        ({"mechanisms.battle.rate": -1}, "mechanisms.battle.rate", "from 0 to 50"),
        ({"mechanisms.battle.rate": float("nan")}, "mechanisms.battle.rate", "got nan"),
        ({"replicates": 2.5}, "replicates", "whole number"),
        ({"actors.army.camp": "staat"}, "actors.army.camp", "did you mean 'state'"),
        ({"actors.army.groups.main.homes.7.place": "Port"}, "actors.army.groups.main.homes.7.place", "items 0 to 1"),
        ({"calendar.start": object()}, "calendar.start", "plain numbers"),
        ({"interventions.nothing": None}, "interventions.nothing", "no 'nothing'"),
        ({"": 1}, None, "dotted path"),
    ],
)
def test_bad_changes_say_where_and_what(scenario, changes, path, words):
    with pytest.raises(sahelsim.BadInput, match=words) as error:
        sahelsim.change_scenario(scenario, changes)
    assert error.value.path == path


@pytest.mark.parametrize("call", [simulate, lambda s: sahelsim.change_scenario(s, {})])
def test_a_name_is_not_a_scenario(call):
    with pytest.raises(sahelsim.BadInput, match="load_scenario, got a str"):
        call("two_actors")


def test_errors_are_one_kind(scenario, tmp_path):
    assert issubclass(sahelsim.BadInput, sahelsim.SahelsimError)
    with pytest.raises(sahelsim.BadInput, match="two_actrs"):
        sahelsim.load_scenario("two_actrs")
    with pytest.raises(sahelsim.BadInput, match="no run"):
        sahelsim.open_run(tmp_path / "nowhere")
    with pytest.raises(sahelsim.BadInput, match="at least 1"):
        simulate(scenario, workers=0)
    assert list(Path(tmp_path).iterdir()) == []
