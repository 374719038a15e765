"""The posteriors that come with the program: they fit the scenarios that come with it, and say how they were made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sahelsim.calibration import shipped
from sahelsim.calibration.load import load_calibration
from sahelsim.calibration.posterior import open_posterior
from sahelsim.calibration.shipped import find_posterior, shipped_posteriors
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.results import open_run
from sahelsim.results.manifest import hash_of
from sahelsim.scenario.load import load_scenario

ROOT = Path(__file__).parents[1]
REFERENCE = "sahel_2017_2023"


@pytest.mark.parametrize("scenario", [REFERENCE, "what_if/broker_truce"])
def test_a_posterior_ships_for_the_reference_scenario_and_its_what_ifs(scenario):
    """When this fails the scenario has changed: `make posterior GED=FILE` calibrates it anew."""
    posterior = find_posterior("default", load_scenario(scenario))
    assert posterior.manifest["scenario"] == REFERENCE
    assert len(posterior.values) >= 50


def test_its_manifest_says_from_which_calibration_it_came():
    posterior = open_posterior(shipped_posteriors()[0])
    loaded = load_calibration(ROOT / "experiments" / "calibration.yaml")
    said = posterior.manifest["calibration"]
    assert said == loaded.calibration.model_dump(mode="json", exclude={"engine"})
    assert posterior.manifest["inputs"]["experiments/calibration.yaml"]["sha256"] == hash_of(loaded.file)
    assert posterior.manifest["data"]["ged"]
    assert posterior.manifest["priors"] == {
        name: prior.model_dump() for name, prior in load_scenario(REFERENCE).priors.items()
    }


@pytest.mark.jit_only
def test_runs_over_the_shipped_posterior(tmp_path):
    few = ["--replicates", "2", "--override", "coarse", "-Scalendar.steps=10"]
    assert main(["run", REFERENCE, *few, "--posterior", "default", "--out", str(tmp_path / "run"), "-q"]) == 0
    manifest = open_run(tmp_path / "run").manifest
    assert manifest["posterior"]["name"] == "calibration"
    assert len(set(manifest["posterior"]["draws"])) == 2


def test_where_none_is_of_the_scenario_it_is_said(tmp_path, capsys):
    assert main(["run", "two_actors", "--posterior", "default", "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert "--posterior: no posterior that comes with sahelsim is of this scenario" in said
    assert f"that of {REFERENCE} differs in its parameters" in said
    assert not (tmp_path / "run").exists()
    with pytest.raises(BadInput, match=r"that of sahel_2017_2023 differs in mechanisms"):
        find_posterior("default", load_scenario(REFERENCE, changes={"mechanisms.siege.enabled": False}))


def test_a_directory_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shipped_posteriors()[0], tmp_path / "default")
    manifest = json.loads((tmp_path / "default" / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "default" / "manifest.json").write_text(json.dumps({**manifest, "name": "mine"}), encoding="utf-8")
    assert find_posterior("default", load_scenario(REFERENCE)).manifest["name"] == "mine"


def test_none_at_all_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "shipped_folder", lambda: tmp_path)
    with pytest.raises(BadInput, match=r"is of this scenario\. Give the directory"):
        find_posterior("default", load_scenario("two_actors"))
