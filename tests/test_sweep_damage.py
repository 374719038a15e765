"""Files of a store that are cut short, missing, or not what they should be: named, with what to do, and mended so."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path

import pytest
from sweep_experiments import TINY, HereEngine, collected, load

import sahelsim
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.sweep import execute
from sahelsim.sweep.drive import run_sweep
from sahelsim.sweep.engines.base import Tally
from sahelsim.sweep.status import Watcher
from sahelsim.sweep.store import open_store

KEEP = ("what_ifs:", "keep: { events: true, panels: true }\nwhat_ifs:")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An experiment, and its finished store of two shards; not to be written to."""
    folder = tmp_path_factory.mktemp("made")
    loaded = load(folder, TINY, KEEP, ("steps: 9", "steps: 20"))
    for chunks in (2, None):
        execute._local.bench = None
        run_sweep(loaded, folder / "store", HereEngine(length=5, chunks=chunks), resume=chunks is None)
    return loaded, folder / "store"


@pytest.fixture
def copy(made, tmp_path):
    return Path(shutil.copytree(made[1], tmp_path / "store"))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def told(capsys, word: str, loaded, store: Path, *more: str) -> str:
    """The one message of a command that cannot go on."""
    capsys.readouterr()
    assert main(["sweep", word, str(loaded.file), "--store", str(store), *more]) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out == ""
    return said.err


def status_of(capsys, loaded, store: Path) -> dict:
    capsys.readouterr()
    assert main(["sweep", "status", str(loaded.file), "--store", str(store), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


# ------------------------------------------------------------------------------------------------- events and panels


@pytest.mark.parametrize("folder", ["events", "panels"])
@pytest.mark.parametrize("damage", [cut, Path.unlink], ids=["cut", "missing"])
def test_a_damaged_file_beside_a_shard_is_named_and_its_runs_are_done_again(made, copy, capsys, folder, damage):
    loaded, whole = made
    file = sorted((copy / folder).iterdir())[0]
    damage(file)
    status = status_of(capsys, loaded, copy)
    assert (status["damaged"], status["done"], status["left"]) == ([str(file)], 10, 10)
    rehearsal = ["sweep", "resume", str(loaded.file), "--store", str(copy), "--dry-run", "--json"]
    assert main(rehearsal) == 2  # as the run would
    assert str(file) in capsys.readouterr().err
    assert main([*rehearsal, "--quarantine"]) == 0
    assert json.loads(capsys.readouterr().out)["left"] == 10
    assert not (copy / "quarantine").exists()
    problem = "is missing" if damage is Path.unlink else "is damaged: "
    for word, more in (("resume", []), ("collect", ["--out", str(copy.parent / "t.parquet")])):
        said = told(capsys, word, loaded, copy, *more)
        assert f"{file}: {problem}" in said
        assert "--quarantine" in said
    sweep = sahelsim.open_sweep(copy)
    with pytest.raises(BadInput, match=rf"{file.name}: {problem}.*resume EXPERIMENT --quarantine"):
        sweep.events() if folder == "events" else [sweep.panels(what_if) for what_if in sweep.variants]
    execute._local.bench = None
    assert run_sweep(loaded, copy, HereEngine(), resume=True, quarantine=True) == Tally(20, 0, 20)
    assert status_of(capsys, loaded, copy)["damaged"] == []
    assert sahelsim.open_sweep(copy).events().collect().height == sahelsim.open_sweep(whole).events().collect().height
    assert collected(loaded.file, copy) == collected(loaded.file, shutil.copytree(whole, copy.parent / "whole"))


def test_damage_in_the_middle_of_panels_is_named(copy, caplog):
    for file in (copy / "panels").iterdir():
        content = bytearray(file.read_bytes())
        content[len(content) // 4 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 4)
        file.write_bytes(content)
    with pytest.raises(BadInput, match=r"zarr\.zip: is damaged: .*--quarantine"):
        sahelsim.open_sweep(copy).panels()
    gc.collect()
    assert caplog.text == ""  # no word of the tasks in which zarr reads


def test_panels_of_other_runs_are_not_taken_for_those_of_a_shard(copy):
    one, other = sorted((copy / "panels").iterdir())
    shutil.copyfile(one, other)
    with pytest.raises(BadInput, match=f"{other.name}: does not hold 5 of the runs that its rows name"):
        sahelsim.open_sweep(copy).panels()


def test_status_follows_a_file_that_is_damaged_while_it_watches(copy):
    watcher = Watcher(copy)
    assert watcher.look().damaged == ()
    file = sorted((copy / "events").iterdir())[1]
    cut(file)
    assert watcher.look().damaged == (str(file),)


# ------------------------------------------------------------------------------------------------- what is written once


def nothing_of(file: Path) -> None:
    file.write_bytes(b"")


def of_another_sweep(file: Path) -> None:
    import polars as pl

    pl.read_parquet(file).head(3).write_parquet(file)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [(cut, "is damaged: "), (nothing_of, "is damaged: "), (Path.unlink, "is missing; "),
     (of_another_sweep, "is not the 5 draws of this sweep")],
    ids=["cut", "empty", "missing", "other"],
)  # fmt: skip
def test_damaged_draws_are_named_and_can_be_put_back(made, copy, capsys, tmp_path, damage, problem):
    loaded, _ = made
    damage(copy / "draws.parquet")
    for word, *more in (["status"], ["resume"], ["collect", "--out", str(tmp_path / "t.parquet")]):
        said = told(capsys, word, loaded, copy, *more)
        assert said.startswith(f"{copy / 'draws.parquet'}: {problem}")
        assert "put a copy of it back" in said
    with pytest.raises(BadInput, match="put a copy of it back"):
        _ = sahelsim.open_sweep(copy).draws
    run_sweep(loaded, tmp_path / "other", HereEngine(chunks=0))
    shutil.copyfile(tmp_path / "other" / "draws.parquet", copy / "draws.parquet")
    assert main(["sweep", "resume", str(loaded.file), "--store", str(copy), "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left"] == 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"variants": None}, "variants: is missing; "),
        ({"codes": []}, "codes: is damaged: "),
        ({"draws": "five"}, "draws: is damaged: "),
        ({"outputs": [["events", "text", ""]]}, "outputs.0.1: is damaged: "),
        ({"experiment": {}}, "experiment.name: is missing; "),
        ({"format": "other"}, "is not the manifest of a sweep"),
    ],
)
def test_a_manifest_that_is_not_what_it_should_be(made, copy, capsys, change, problem):
    file = copy / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8")) | change
    file.write_text(json.dumps({key: value for key, value in content.items() if value is not None}), encoding="utf-8")
    said = told(capsys, "status", made[0], copy)
    assert said.startswith(f"{file}: {problem}")
    assert told(capsys, "collect", made[0], copy, "--out", str(copy.parent / "t.parquet")) == said


@pytest.mark.parametrize(
    ("file", "look"),
    [("manifest.json", lambda store: store.experiment), ("scenarios/meek.json", lambda store: store.scenario("meek"))],
)
def test_what_another_version_wrote_is_not_called_damaged(made, copy, capsys, file, look):
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["versions"] |= {"sahelsim": "0.0.9", "commit": "0123456789abcdef"}
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    content = json.loads((copy / file).read_text(encoding="utf-8"))
    content.get("experiment", content)["wind"] = 3
    (copy / file).write_text(json.dumps(content), encoding="utf-8")
    written = r"wind: does not fit this version .*was written by sahelsim 0\.0\.9, commit 0123456789ab\. Go on"
    with pytest.raises(BadInput, match=written):
        look(open_store(copy))
    if file == "manifest.json":
        assert "was written by sahelsim 0.0.9" in told(capsys, "resume", made[0], copy)


@pytest.mark.parametrize(("damage", "problem"), [(cut, "is damaged: "), (Path.unlink, "is missing; ")])
def test_a_scenario_that_cannot_be_read_is_no_failure_of_its_runs(made, tmp_path, damage, problem):
    loaded, store = made[0], tmp_path / "store"
    run_sweep(loaded, store, HereEngine(chunks=0))
    damage(store / "scenarios" / "meek.json")
    with pytest.raises(BadInput, match=rf"meek\.json: {problem}.*put a copy of it back"):
        run_sweep(loaded, store, HereEngine(), resume=True)
    assert Watcher(store).look().failed == 0
