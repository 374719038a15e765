"""Comparing two runs or two sweeps: what went in, what came out, and what cannot be compared."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sweep_tables import SHARE, THREE, made_up

from sahelsim import load_scenario, simulate
from sahelsim.analysis.compare import compare
from sahelsim.analysis.compare_inputs import tree_changes
from sahelsim.analysis.outcomes import run_outcomes
from sahelsim.cli.main import main
from sahelsim.errors import BadInput

SMALL = ["calendar.steps=12", "region.communities=40"]
LHS = "kind: lhs, size: 200"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run, one with a harsher army and more replicates, and the first with another seed."""
    folder = tmp_path_factory.mktemp("runs")
    asked = {
        "a": ["replicates=3"],
        "b": ["replicates=4", "actors.army.doctrine.harshness=3.0"],
        "c": ["replicates=3", "seed=99"],
    }
    return {
        name: simulate(load_scenario("two_actors", settings=[*SMALL, *words]), folder / name, workers=1)
        for name, words in asked.items()
    }


@pytest.mark.jit_only
def test_runs_with_one_seed_are_paired_by_replicate(runs):
    found = compare(runs["a"].path, runs["b"].path)
    assert found.paired
    assert "Paired by replicate (3)" in found.how
    changes = {change.path: (change.first, change.second) for change in found.inputs}
    assert changes == {"replicates": (3, 4), "actors.army.doctrine.harshness": (0.8, 3.0)}
    assert "Only the first 3 replicates of the longer one are used." in found.remarks
    true = next(change for change in found.outputs if change.output == "deaths_true")
    sums = [
        run.truth().groupby("replicate")[["deaths_a", "deaths_b", "deaths_civilians"]].sum().sum(axis=1)
        for run in (runs["a"], runs["b"])
    ]
    gaps = np.array([sums[1].get(r, 0) - sums[0].get(r, 0) for r in range(3)])
    assert true.difference.value == pytest.approx(gaps.mean())
    half = 4.302652729911275 * gaps.std(ddof=1) / np.sqrt(3)  # Student, two degrees of freedom
    assert true.difference.high - true.difference.value == pytest.approx(half)


@pytest.mark.jit_only
def test_runs_with_other_seeds_are_not_paired(runs):
    found = compare(runs["a"].path, runs["c"].path)
    assert not found.paired
    assert "Not paired: the seeds differ" in found.how
    assert [change.path for change in found.inputs] == ["seed"]


@pytest.mark.jit_only
def test_a_run_is_the_same_as_itself(runs):
    found = compare(runs["a"].path, runs["a"].path)
    assert found.inputs == []
    assert all(change.same for change in found.outputs)
    assert not any(change.clear for change in found.outputs)


@pytest.mark.jit_only
def test_outcomes_of_a_run_are_those_of_its_tables(runs):
    run = runs["b"]
    out = {name: values for name, (_, values) in run_outcomes(run).items()}
    assert out["events"].sum() == len(run.events())
    assert out["deaths"].sum() == run.events()["best"].sum()
    assert out["events[state_based]"].sum() == (run.events()["type_of_violence"] == 1).sum()
    assert sum(out[f"people_share[{camp}]"] for camp in run.scenario.camps) == pytest.approx(np.ones(4))
    last = run.fighters().query("actor == 'army' and step == step.max()")
    assert out["fighters[army]"].tolist() == last["fighters"].tolist()


def test_whole_branches_that_one_lacks_are_told_once():
    a = {"x": {"y": 1, "z": [1, 2]}, "only": {"p": 1, "q": 2}}
    b = {"x": {"y": 2, "z": [1, 2]}}
    found = [(change.path, change.first, change.second) for change in tree_changes("scenario", a, b)]
    assert found == [("x.y", 1, 2), ("only", {"p": 1, "q": 2}, None)]


def value(draw, replicate, what_if):
    return draw["a"] + 10 * replicate + (what_if == "meek")


def test_sweeps_of_the_same_draws_are_paired(tmp_path):
    text = (
        THREE.replace("replicates: 1", "replicates: 2")
        + "what_ifs: { meek: { changes: { actors.army.skill: 0.5 } } }\n"
    )
    a = made_up(tmp_path / "a", value, text=text)
    b = made_up(
        tmp_path / "b", lambda *v: value(*v) + 3, ("actors.army.skill: 0.5", "actors.army.skill: 0.4"), text=text,
        missing=lambda draw, replicate: draw < 5 and replicate == 1,
    )  # fmt: skip
    found = compare(a.path, b.path, [SHARE])
    assert found.paired
    assert found.how.startswith("Paired by draw and replicate")
    assert [change.what_if for change in found.outputs] == ["baseline", "meek"]
    for change in found.outputs:
        assert change.difference.value == pytest.approx(3)
        assert change.difference.high == pytest.approx(3)
        assert change.pairs == 200
    assert ("scenario of meek", "actors.army.skill") in [(change.what, change.path) for change in found.inputs]
    assert any("790 of 800 runs are done" in remark for remark in found.remarks)


def test_sweeps_of_other_draws_are_not_paired(tmp_path):
    a, b = made_up(tmp_path / "a", value), made_up(tmp_path / "b", value, (LHS, "kind: lhs, size: 50"))
    found = compare(a.path, b.path, [SHARE])
    assert not found.paired
    assert "since the draws differ" in found.how
    assert abs(found.outputs[0].difference.value) < 0.1
    assert ("experiment", "design.size") in [(change.what, change.path) for change in found.inputs]


def test_sweeps_of_the_same_draws_and_another_seed_are_paired_by_draw(tmp_path):
    design = (LHS, "kind: list, draws: [{ a: 0, b: 0, c: 10 }, { a: 1, b: 0, c: 10 }, { a: 1, b: 1, c: 20 }]")
    a = made_up(tmp_path / "a", value, design)
    b = made_up(tmp_path / "b", lambda *v: 2 * value(*v), design, ("seed: 5", "seed: 6"))
    found = compare(a.path, b.path, [SHARE])
    assert found.paired
    assert "seeds and so random numbers differ" in found.how
    assert found.outputs[0].difference.value == pytest.approx(2 / 3)
    assert found.outputs[0].pairs == 3


@pytest.mark.jit_only
def test_what_cannot_be_compared_is_told(runs, tmp_path):
    sweep = made_up(tmp_path / "s", value)
    with pytest.raises(BadInput, match=r"is a sweep, and .* is a run; only two runs or two sweeps"):
        compare(runs["a"].path, sweep.path)
    with pytest.raises(BadInput, match="no such directory; expected that of a run or of a sweep"):
        compare(runs["a"].path, tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"is neither a run nor a sweep: manifest\.json is missing"):
        compare(sweep.path, tmp_path)
    with pytest.raises(BadInput, match=r"holds no run: manifest\.json is missing"):
        compare(runs["a"].path, tmp_path)
    with pytest.raises(BadInput, match="'deathz': no such output; did you mean 'deaths'"):
        compare(runs["a"].path, runs["b"].path, ["deathz"])


@pytest.mark.jit_only
def test_the_command(runs, capsys):
    paths = [str(runs[name].path) for name in "ab"]
    assert main(["compare", *paths]) == 0
    out = capsys.readouterr().out
    assert "actors.army.doctrine.harshness" in out
    assert "Paired by replicate" in out
    assert main(["compare", *paths, "--json", "-o", "deaths"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [change["output"] for change in said["outputs"]] == ["deaths"]
    assert said["paired"] is True
    assert main(["compare", paths[0], paths[0]]) == 0
    assert "Nothing that went in differs." in capsys.readouterr().out
    assert main(["compare", paths[0], "nowhere"]) == 2
    assert "nowhere: no such directory" in capsys.readouterr().err
