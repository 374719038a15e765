"""Calibration from end to end: a small world, an invented record of it, a posterior, and runs over the posterior."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest
from calibration_worlds import TRUTH, load, record_of, write_calibration, write_record
from scenario_texts import marked
from sweep_experiments import HereEngine, hash_of

from sahelsim import load_scenario, open_run
from sahelsim.calibration.calibrate import Calibrated, calibrate
from sahelsim.calibration.diagnostics import diagnostics
from sahelsim.calibration.json_schema import calibration_schema_text
from sahelsim.calibration.load import load_calibration
from sahelsim.calibration.outputs import prepare_folder, write_posterior
from sahelsim.calibration.posterior import Posterior, fingerprint, open_posterior
from sahelsim.calibration.simulate import Cancelled
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.tree import plain
from sahelsim.sweep.engines import choose

FILES = ("posterior.parquet", "targets.parquet", "recovery.parquet", "diagnostics.json")
CHANGES = [
    f"-S{change}"
    for change in (
        "calendar.steps=60", "region.communities=30", "region.countries.WST.name=Mali",
        "region.countries.EST.name=Burkina Faso", "actors.movement.record.name=JNIM",
        "actors.army.record.name=Government of Mali", "region.countries.WST.government=Government of Mali",
    )
]  # fmt: skip


def finish(folder: Path, ged: pl.DataFrame, engine: HereEngine) -> Calibrated:
    loaded = load(folder)
    prepare_folder(folder / "out", resume=(folder / "out").exists())
    result = calibrate(loaded, folder / "out", engine, ged=ged)
    write_posterior(result, diagnostics(result), folder / "out")
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Calibrated, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("calibration")
    record = record_of(load(folder))
    return folder, finish(folder, record, HereEngine(16)), record


@pytest.fixture
def posterior(made: tuple[Path, Calibrated, pl.DataFrame]) -> Posterior:
    return open_posterior(made[0] / "out")


@pytest.mark.jit_only
def test_a_stopped_calibration_goes_on_and_gives_the_same_bytes(made, tmp_path):
    folder, result, record = made
    with pytest.raises(Cancelled, match=r"waves/0: cancelled with 45 of 64 runs"):
        finish(tmp_path, record, HereEngine(15, chunks=3))
    assert not (tmp_path / "out" / "manifest.json").exists()
    with pytest.raises(BadInput, match="holds runs of a calibration already"):
        prepare_folder(tmp_path / "out", resume=False)
    again = finish(tmp_path, record, HereEngine(5))
    assert again.runs == result.runs == 64 + 4
    for name in FILES:
        assert hash_of(folder / "out" / name) == hash_of(tmp_path / "out" / name), name


@pytest.mark.jit_only
def test_another_posterior_of_the_same_runs_leaves_the_predictions_of_the_first(made, tmp_path):
    folder, result, record = made
    other, back = (
        calibrate(load(tmp_path, ("accept: 0.7", f"accept: {accept}")), folder / "out", HereEngine(16), ged=record)
        for accept in (0.5, 0.7)
    )
    assert other.waves[0].store == result.waves[0].store
    assert not np.array_equal(other.predicted.values, result.predicted.values)
    assert [run.predicted.store.name for run in (result, other, back)] == ["predictive", "predictive_2", "predictive"]
    assert np.array_equal(back.predicted.values, result.predicted.values)


def test_every_draw_has_random_numbers_of_its_own(made):
    _, result, _ = made
    rows = (
        pl.scan_parquet(result.waves[0].store / "events" / "*.parquet").select("draw", "replicate").unique().collect()
    )
    assert rows.height > 58
    assert (rows["draw"] == rows["replicate"]).all()  # the draw's number is that of its random numbers
    predicted = pl.scan_parquet(result.predicted.store / "events" / "*.parquet").select("replicate").collect()
    assert predicted["replicate"].min() >= 64


def test_the_posterior_is_weighted_draws_within_the_priors(made, posterior):
    _, result, _ = made
    space = result.loaded.space
    assert posterior.paths == space.paths
    assert posterior.values.shape == (round(0.7 * 64), 4)
    assert np.all((posterior.values >= space.low) & (posterior.values <= space.high))
    assert posterior.weights.sum() == pytest.approx(1)
    assert posterior.weights.min() >= 0


def test_what_the_record_can_see_moves_towards_the_truth(made):
    _, result, _ = made
    space = result.loaded.space
    truth = space.scores([TRUTH[path] for path in space.paths])[0]
    mean = result.sample.weights @ result.sample.scores
    reporting = space.names.index("reporting")
    assert result.recovery.identified[reporting]
    assert abs(mean[reporting] - truth[reporting]) < 1.0
    found = diagnostics(result)
    assert found["parameters"]["mechanisms.observation.base"]["identified"]
    assert set(found["not_identified"]) == {p for p, a in found["parameters"].items() if a["r_squared"] < 0.1}
    assert 0.7 < found["recovery"]["coverage_90"] <= 1


def test_patterns_that_the_scenario_does_not_have_are_left_out_by_name(made):
    _, result, _ = made
    assert "not defined" in result.comparison.left_out["p01_coexistence.0"]
    assert np.all(np.isfinite(result.comparison.observed))


def test_a_replicate_takes_its_draw_however_many_there_are(posterior):
    few, many = posterior.draws_of(range(3), 5), posterior.draws_of(range(2000), 5)
    assert few.tolist() == many[:3].tolist()
    assert posterior.draws_of(range(3), 6).tolist() != few.tolist()
    counts = np.bincount(many, minlength=len(posterior.weights)) / 2000
    assert np.abs(counts - posterior.weights).max() < 0.02
    assert not np.any(counts[posterior.weights == 0])


@pytest.mark.jit_only
def test_runs_over_a_posterior_keep_their_draws(made, posterior, tmp_path, capsys):
    folder, _, _ = made
    run = ["run", "two_actors", *CHANGES, "--seed", "11", "--replicates", "3", "-q", "--posterior", str(folder / "out")]
    assert main([*run, "--workers", "1", "--out", str(tmp_path / "one")]) == 0, capsys.readouterr().err
    assert main([*run, "--workers", "2", "--out", str(tmp_path / "two")]) == 0
    for name in ("events.parquet", "draws.parquet"):
        assert hash_of(tmp_path / "one" / name) == hash_of(tmp_path / "two" / name)
    draws = pl.read_parquet(tmp_path / "one" / "draws.parquet")
    assert draws["draw"].to_list() == posterior.draws_of(range(3), 11).tolist()
    assert draws.select(posterior.paths).to_numpy() == pytest.approx(posterior.values[draws["draw"].to_numpy()])
    assert open_run(tmp_path / "one").manifest["posterior"]["draws"] == draws["draw"].to_list()
    first = draws.row(0, named=True)
    settings = [f"-S{path}={first[path]!r}" for path in posterior.paths]
    alone = ["run", "two_actors", *CHANGES, *settings, "--seed", "11", "--replicates", "1", "-q"]
    assert main([*alone, "--out", str(tmp_path / "alone")]) == 0
    both = (pl.read_parquet(tmp_path / name / "events.parquet") for name in ("one", "alone"))
    together, apart = (events.filter(pl.col("replicate") == 0) for events in both)
    assert together.equals(apart)
    assert together.height > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-Smechanisms.truce.drift=0.5"], "differs in mechanisms"),
        (["-Sactors.army.skill=0.5"], "differs in actors"),
        (["-Scalendar.step_days=6"], "differs in steps of"),
        (["-Smechanisms.battle.rate=0.5"], "has no effect, since the posterior gives this value"),
    ],
)
def test_a_posterior_of_another_scenario_is_refused(made, capsys, tmp_path, options, message):
    run = ["run", "two_actors", *CHANGES, *options, "--posterior", str(made[0] / "out"), "--out", str(tmp_path / "run")]
    assert main(run) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
    assert not (tmp_path / "run").exists()


def test_interventions_and_grid_may_differ_and_are_said(posterior):
    here = posterior.manifest["scenario_parts"]
    scenario = load(posterior.path.parent).scenario
    assert fingerprint(scenario, posterior.paths) == here
    longer = scenario.model_copy(update={"calendar": scenario.calendar.model_copy(update={"steps": 61})})
    assert posterior.differences(longer) == ["number of steps"]
    with pytest.raises(BadInput, match=r"differs in its parameters \(no such value"):
        Posterior(posterior.path, posterior.manifest, ("relations.rivalries.none.base",), *[None] * 2).differences(
            load_scenario("two_actors")
        )


def test_damaged_and_missing_posteriors_are_told(made, tmp_path):
    with pytest.raises(BadInput, match="holds no finished posterior"):
        open_posterior(tmp_path)
    for name in ("manifest.json", "posterior.parquet"):
        (tmp_path / name).write_bytes((made[0] / "out" / name).read_bytes())
    assert open_posterior(tmp_path).paths
    (tmp_path / "posterior.parquet").write_bytes(b"no")
    with pytest.raises(BadInput, match="is damaged"):
        open_posterior(tmp_path)
    about = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(about | {"format_version": 99}))
    with pytest.raises(BadInput, match="newer sahelsim"):
        open_posterior(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(BadInput, match="not the manifest of a posterior"):
        open_posterior(tmp_path)


def test_the_command_writes_posterior_and_figures(made, tmp_path, capsys):
    folder, _, record = made
    ged = write_record(tmp_path / "ged.csv", record)
    out = tmp_path / "out"
    (out / "waves").mkdir(parents=True)
    for store in ("waves/0", "predictive"):
        (out / store).parent.mkdir(exist_ok=True)
        (out / store).symlink_to((folder / "out" / store).resolve())
    file = folder / "calibration.yaml"
    assert main(["calibrate", str(file), "--ged", str(ged), "--out", str(out), "--resume", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["runs"] == 68
    assert sorted(path.stem for path in (out / "figures").iterdir()) == ["marginals", "pairs", "predictive", "recovery"]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["data"]["ged"]["ged.csv"]["sha256"] == hash_of(ged)
    assert manifest["data"]["ged_period"] == "2020-01 to 2021-02"
    assert hash_of(out / "posterior.parquet") == hash_of(folder / "out" / "posterior.parquet")


def test_a_calibration_whose_runs_are_cancelled_says_how_to_go_on(made, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(choose, "choose_engine", lambda *_: HereEngine(5, chunks=1))
    file, out = made[0] / "calibration.yaml", tmp_path / "out"
    assert main(["calibrate", str(file), "--out", str(out), "-q"]) == 130
    said = capsys.readouterr().err
    assert f"{out / 'waves' / '0'}: cancelled with 5 of 64 runs" in said
    assert f"go on with: sahelsim calibrate {file} --resume --out {out}" in said
    assert not (out / "manifest.json").exists()


@pytest.mark.jit_only
def test_too_little_data_and_too_few_runs_are_told(made, tmp_path):
    folder, _, record = made
    loaded = load(folder)
    with pytest.raises(BadInput, match="holds 12 events of this war"):
        calibrate(loaded, tmp_path / "a", HereEngine(), ged=record.head(12))
    with pytest.raises(BadInput, match="targets can be used, at least 3 are needed") as caught:
        calibrate(loaded, folder / "out", HereEngine())
    assert "p01_coexistence.0: not defined in 100% of the runs" in str(caught.value)
    few = load(tmp_path, ("draws: 64", "draws: 20"))
    with pytest.raises(BadInput, match="20 runs are too few to fit anything, at least 50 are needed"):
        calibrate(few, tmp_path / "b", HereEngine(20), ged=record)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed: 11", "@@sead: 11", "unknown key 'sead'; did you mean 'seed'"),
        ("draws: 64", "draws: @@5", "expected a whole number from 20"),
        ("draws: 64", "draws: 64\nuntil: @@2020-13", "expected text of the form"),
        ("draws: 64", "draws: 64\nwaves: [10, @@0]", "expected at least 1 draw"),
        ("draws: 64", "draws: 64\nwithout: [@@p01_coexistance]", "did you mean 'p01_coexistence'"),
        ("scenario: two_actors", "scenario: @@two_actor", "no such scenario"),
        ("scenario: two_actors", "scenario: @@truce_holds_bare.yaml", "has no priors"),
        ("scenario: two_actors", "scenario: two_actors\noverrides: [@@coarse]", "unknown override 'coarse'"),
    ],
)
def test_faults_of_the_file_are_told_with_their_place(tmp_path, old, new, message):
    text, line, column = marked((write_calibration(tmp_path)).read_text().replace(old, new))
    bare = load_scenario("two_actors")
    from sahelsim.scenario.dump import dump_scenario

    scenario = dump_scenario(bare.model_copy(update={"priors": {}}))
    (tmp_path / "truce_holds_bare.yaml").write_text(scenario, encoding="utf-8")
    file = tmp_path / "faulty.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message) as caught:
        load_calibration(file)
    assert (caught.value.file, caught.value.line, caught.value.column) == (str(file), line, column)


SHIPPED = sorted((Path(__file__).parents[1] / "experiments").glob("calibration*.yaml"))


def test_the_json_schema_in_docs_is_current():
    document = Path(__file__).parents[1] / "docs" / "calibration.schema.json"
    assert document.read_text(encoding="utf-8") == calibration_schema_text()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_shipped_calibrations_are_sound_and_fit_the_json_schema(file):
    jsonschema.validate(plain(read_file(file, [])), json.loads(calibration_schema_text()))
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
    loaded = load_calibration(file)
    assert 10 <= len(loaded.space.names) <= 25
    assert (loaded.scenario.grid.resolution == 0.5) == ("coarse" in loaded.calibration.overrides)
