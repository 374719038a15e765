"""Neural posteriors: the method with a plain estimator, and, where the extra is installed, with flows of sbi."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from calibration_worlds import load, record_of, write_calibration
from scenario_texts import marked
from scipy.stats import truncnorm
from sweep_experiments import HereEngine, hash_of

from sahelsim.calibration.calibrate import Calibrated, calibrate
from sahelsim.calibration.diagnostics import diagnostics
from sahelsim.calibration.draws import PosteriorDraws
from sahelsim.calibration.load import load_calibration
from sahelsim.calibration.methods import find_posterior
from sahelsim.calibration.neural import neural_posterior
from sahelsim.calibration.neural_flow import flow_trainer
from sahelsim.calibration.outputs import prepare_folder, write_posterior
from sahelsim.calibration.posterior import open_posterior
from sahelsim.calibration.posterior_settings import NeuralPosterior
from sahelsim.calibration.recovery import runs_to_recover
from sahelsim.calibration.schema import Calibration
from sahelsim.calibration.training import Found, Training
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.plot.posterior_figures import draw_posterior
from sahelsim.replicate import simulate_replicate

ROOT = Path(__file__).parents[1]
SBI = importlib.util.find_spec("sbi") is not None
needs_sbi = pytest.mark.skipif(not SBI, reason="needs the extra 'npe'")
NOISE, SEEN = 0.5, 4
PRECISION = 1 + SEEN / NOISE**2  # of the prior and of four measurements


def everywhere(scores: np.ndarray) -> np.ndarray:
    return np.ones(len(scores), bool)


def above(scores: np.ndarray) -> np.ndarray:
    return scores[:, 0] > 0.5


def training(n: int, keeps=everywhere, recovery: int = 60, seed: int = 3) -> Training:
    """Runs of a linear Gaussian model, of which the statistics see the first of two parameters; record 0.8."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((20 * n, 2))
    scores = scores[keeps(scores)][:n]
    statistics = np.hstack([scores[:, :1] + NOISE * rng.standard_normal((n, SEEN)), rng.standard_normal((n, 2))])
    return Training(scores, statistics, np.concatenate([np.full(SEEN, 0.8), np.zeros(2)]), keeps, recovery, 11)


class Gaussian:
    """A plain conditional density: a linear regression with normal rests. Exact for the linear Gaussian model."""

    epochs = 1

    def __init__(self, rests: np.ndarray, conditions: np.ndarray) -> None:
        x = np.column_stack([np.ones(len(conditions)), conditions])
        self.weights = np.linalg.lstsq(x, rests, rcond=None)[0]
        self.root = np.linalg.cholesky(np.cov((rests - x @ self.weights).T))

    def draw(self, conditions: np.ndarray, size: int, seed: int) -> np.ndarray:
        mean = np.column_stack([np.ones(len(conditions)), conditions]) @ self.weights
        noise = np.random.default_rng(seed).standard_normal((size, *mean.shape))
        return mean + noise @ self.root.T


def plain(rests: np.ndarray, conditions: np.ndarray, seed: int) -> Gaussian:
    return Gaussian(rests, conditions)


def settings(**more: object) -> NeuralPosterior:
    return NeuralPosterior(method="npe", **{"networks": 2, "folds": 3, **more})


def exact() -> tuple[list[float], list[float]]:
    return [0.8 * SEEN / NOISE**2 / PRECISION, 0.0], [PRECISION**-0.5, 1.0]


def test_the_posterior_of_a_linear_gaussian_model_is_the_exact_one_with_an_exact_estimator() -> None:
    found = neural_posterior(settings(draws=4000), training(3000, recovery=600), plain)
    mean, sd = exact()
    assert found.sample.mean == pytest.approx(mean, abs=0.05)
    assert found.sample.sd == pytest.approx(sd, rel=0.05)
    assert found.sample.effective == pytest.approx(4000)
    assert found.recovery.coverage(0.9) == pytest.approx([0.9, 0.9], abs=0.04)
    assert found.recovery.coverage(0.5) == pytest.approx([0.5, 0.5], abs=0.07)
    assert found.recovery.explained[0] == pytest.approx(1 - 1 / PRECISION, abs=0.03)
    assert found.recovery.identified.tolist() == [True, False]
    assert found.recovery.uniformity.min() > 1e-3


def test_recovered_runs_are_hidden_from_the_networks_that_recover_them() -> None:
    data = training(200, recovery=50)
    seen: list[set[float]] = []
    asked: list[tuple[int, int]] = []

    class Spy(Gaussian):
        def __init__(self, rests: np.ndarray, conditions: np.ndarray) -> None:
            super().__init__(rests, conditions)
            self.rows, self.number = len(rests), len(seen)
            seen.append({round(float(row[0]), 9) for row in conditions - conditions.mean(axis=0)})

        def draw(self, conditions: np.ndarray, size: int, seed: int) -> np.ndarray:
            asked.append((self.rows, len(conditions)))
            return super().draw(conditions, size, seed)

    found = neural_posterior(settings(), data, lambda rests, conditions, seed: Spy(rests, conditions))
    runs = runs_to_recover(200, 50, data.seed)
    assert found.recovery.runs.tolist() == runs.tolist()
    assert found.recovery.truth == pytest.approx(data.scores[runs])
    assert asked[:2] == [(200, 1)] * 2  # the record, by networks that have seen all
    assert sorted(asked[2:]) == [(183, 17), (183, 17), (183, 17), (183, 17), (184, 16), (184, 16)]
    for number in range(3):
        hidden = runs[np.arange(50) % 3 == number]
        rest = np.setdiff1d(np.arange(200), hidden)
        rows = data.statistics[rest]
        scaled = np.clip((rows - rows.mean(axis=0)) / rows.std(axis=0), -4, 4)
        scaled -= scaled.mean(axis=0)
        for network in (2 + 2 * number, 3 + 2 * number):
            assert seen[network] == {round(float(value), 9) for value in scaled[:, 0]}


def test_no_draw_lies_outside_of_the_space_that_is_left() -> None:
    found = neural_posterior(settings(), training(600, above), plain)
    assert above(found.sample.scores).all()
    assert len(found.sample.scores) == 2000
    assert 0.5 < found.about["share_in_the_space_left"] < 1
    assert np.all(found.recovery.mean[:, 0] > 0.5)
    with pytest.raises(BadInput, match=r"only 0 of 200,000 draws of the neural posterior lie in the space") as fault:
        neural_posterior(settings(), replace(training(600), keeps=lambda s: np.zeros(len(s), bool)), plain)
    assert fault.value.path == "posterior"


def test_every_network_counts_the_same_and_chance_follows_from_the_seed() -> None:
    class Apart(Gaussian):
        def draw(self, conditions: np.ndarray, size: int, seed: int) -> np.ndarray:
            return super().draw(conditions, size, seed) + self.shift

    def train(rests: np.ndarray, conditions: np.ndarray, seed: int) -> Gaussian:
        network = Apart(rests, conditions)
        network.shift, shifts[:] = shifts[0], [-shifts[0]]
        return network

    shifts = [100.0]
    data = training(200, recovery=10)
    found = neural_posterior(settings(), data, train)
    assert (found.sample.scores[:, 0] > 50).sum() == (found.sample.scores[:, 0] < -50).sum() == 1000
    again = neural_posterior(settings(), data, plain)
    assert np.array_equal(again.sample.scores, neural_posterior(settings(), data, plain).sample.scores)
    assert len(np.unique(again.sample.scores[:, 0])) == 2000


@pytest.mark.parametrize(
    ("posterior", "message"),
    [
        ("posterior: { method: @@nope }", "expected one of"),
        ("posterior: { method: npe, @@netwroks: 3 }", "unknown key 'netwroks'; did you mean 'networks'"),
        ("posterior: { method: npe, networks: @@0 }", "expected a whole number from 1"),
        ("posterior: { method: abc, @@networks: 3 }", "unknown key 'networks'"),
        ("posterior: { method: npe }\naccept: @@0.5", "is of regression ABC"),
    ],
)
def test_faults_of_the_section_are_told_with_their_place(tmp_path, posterior, message) -> None:
    text = write_calibration(tmp_path).read_text().replace("accept: 0.7\n", "") + posterior + "\n"
    text, line, column = marked(text)
    (tmp_path / "faulty.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message) as caught:
        load_calibration(tmp_path / "faulty.yaml")
    assert (caught.value.line, caught.value.column) == (line, column)


NPE = ("accept: 0.7", "posterior: { method: npe, draws: 200, networks: 2, folds: 2, transforms: 2, hidden: 16 }")


def test_without_the_package_the_command_names_the_fix_and_begins_nothing(tmp_path, monkeypatch, capsys) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "sbi" else find(name))
    file = write_calibration(tmp_path, NPE)
    line = file.read_text().splitlines().index(NPE[1]) + 1
    assert main(["calibrate", str(file), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert f"calibration.yaml:{line}:22: posterior.method: npe" in said.replace("\n", "")
    assert "pip install 'sahelsim[npe]'" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadInput, match="needs the package sbi, which is not installed"):
        calibrate(load_calibration(file), tmp_path / "out", HereEngine())
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.22.0" if name == "sbi" else version(name))
    with pytest.raises(BadInput, match=r"needs sbi 0\.27 or newer, and 0\.22\.0 is installed"):
        calibrate(load_calibration(file), tmp_path / "out", HereEngine())


def test_torch_is_an_extra_that_nothing_else_brings_or_imports() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert any(need.startswith("sbi") for need in extras["npe"])
    assert not any("npe" in need or "sbi" in need for name, needs in extras.items() if name != "npe" for need in needs)
    code = (
        "import sys, sahelsim.cli.calibrate_command, sahelsim.calibration.calibrate, sahelsim.calibration.neural_flow\n"
        "print([name for name in ('torch', 'sbi') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- with the flows of sbi


def neural(data: Training) -> Found:
    chosen = settings(networks=1, folds=2, transforms=2, hidden=16, patience=10)
    return neural_posterior(chosen, data, flow_trainer(chosen))


@needs_sbi
def test_flows_find_the_exact_posterior_and_leave_torch_and_the_folder_as_they_were(
    tmp_path, monkeypatch, capsys
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.manual_seed(5)
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    found = neural(training(400, recovery=40))
    mean, sd = exact()
    assert found.sample.mean == pytest.approx(mean, abs=0.15)
    assert found.sample.sd == pytest.approx(sd, rel=0.2)
    assert found.recovery.coverage(0.9) == pytest.approx([0.9, 0.9], abs=0.15)
    assert found.recovery.identified[0]
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


@needs_sbi
def test_flows_of_a_cut_space_give_the_posterior_under_the_cut_prior() -> None:
    found = neural(training(600, above, recovery=10))
    (mean, _), (sd, _) = exact()
    cut = truncnorm((0.5 - mean) / sd, np.inf, mean, sd)
    assert found.sample.mean[0] == pytest.approx(cut.mean(), abs=0.08)
    assert found.sample.sd[0] == pytest.approx(cut.std(), rel=0.25)
    assert found.sample.scores[:, 0].min() > 0.5


@needs_sbi
def test_flows_see_what_shows_only_in_the_interplay_of_statistics() -> None:
    """The sign of one statistic says how another is to be read: no linear summary sees the parameter."""
    rng = np.random.default_rng(3)
    scores, side = rng.standard_normal((500, 2)), np.sign(rng.standard_normal(500))
    statistics = np.column_stack(
        [scores[:, 0] * side + 0.2 * rng.standard_normal(500), side, scores[:, 1] + 0.5 * rng.standard_normal(500)]
    )
    data = Training(scores, statistics, np.array([-1.0, -1.0, 0.5]), everywhere, 60, 11)
    plan = Calibration(name="x", scenario="x", draws=500)
    assert find_posterior(plan, data).recovery.explained[0] < 0.1
    chosen = settings(networks=1, folds=2, transforms=3, hidden=24, learning_rate=5e-3)
    found = find_posterior(plan.model_copy(update={"posterior": chosen}), data)
    assert found.recovery.explained[0] > 0.8
    assert found.recovery.explained[1] == pytest.approx(0.8, abs=0.15)
    assert found.sample.mean == pytest.approx([1 / 1.04, 0.5 / 1.25], abs=0.1)
    assert found.about["versions"]["torch"] == metadata.version("torch")


def finish(folder: Path, ged: pl.DataFrame, *changes: tuple[str, str]) -> Calibrated:
    loaded = load(folder, ("draws: 64", "draws: 64\nwaves: [16]"), *changes)
    prepare_folder(folder / "out", resume=True)
    result = calibrate(loaded, folder / "out", HereEngine(16), ged=ged)
    write_posterior(result, diagnostics(result), folder / "out")
    return result


@needs_sbi
@pytest.mark.jit_only
def test_a_neural_posterior_is_of_the_same_runs_and_written_and_run_like_any_other(tmp_path) -> None:
    record = record_of(load(tmp_path))
    abc, result = finish(tmp_path, record), finish(tmp_path, record, NPE)
    assert result.training.tolist() == abc.training.tolist()
    assert result.recovery.runs.tolist() == abc.recovery.runs.tolist()
    assert result.matched[0].wave.keeps(result.sample.scores).all()
    out = tmp_path / "out"
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["method"] == "history matching and neural posterior estimation"
    assert manifest["posterior"]["versions"]["sbi"] == metadata.version("sbi")
    assert manifest["calibration"]["posterior"]["hidden"] == 16
    assert len(draw_posterior(result, out / "figures")) == 4
    posterior = open_posterior(out)
    assert posterior.weights == pytest.approx(np.full(200, 1 / 200))
    space = result.loaded.space
    assert np.all((posterior.values >= space.low) & (posterior.values <= space.high))
    before = {name: hash_of(out / name) for name in ("posterior.parquet", "recovery.parquet", "diagnostics.json")}
    finish(tmp_path, record, NPE)
    assert {name: hash_of(out / name) for name in before} == before
    scenario = result.loaded.scenario.model_copy(update={"replicates": 2})
    assert posterior.differences(scenario) == []
    draws = PosteriorDraws.of(posterior, scenario)
    record = simulate_replicate(scenario, 1, blueprint=draws.blueprint(1))
    assert record.violence.step.size > 0
