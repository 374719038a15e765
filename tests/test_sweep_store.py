"""Runs and their store: names, order, resuming, what is kept, and every way in which a store can be in trouble."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sweep_experiments import FAILING, TINY, TOTAL, HereEngine, hash_of, left, load, table_hash

import sahelsim
from sahelsim.errors import BadInput, SahelsimError
from sahelsim.replicate import simulate_replicate
from sahelsim.results import open_run
from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.targets import with_values
from sahelsim.sweep import code, execute, making
from sahelsim.sweep.collect import collect
from sahelsim.sweep.drive import ask_to_stop, run_sweep
from sahelsim.sweep.engines.base import Tally
from sahelsim.sweep.execute import run_parcel
from sahelsim.sweep.files import StoreFull, write_file
from sahelsim.sweep.layout import SUMMARIES
from sahelsim.sweep.progress import scan
from sahelsim.sweep.runs import RunKey, draw_text, in_order, run_id
from sahelsim.sweep.setting import Setting, leaves_the_world_alone
from sahelsim.sweep.shards import list_shards, read_shard
from sahelsim.sweep.status import Watcher
from sahelsim.sweep.store import open_store
from sahelsim.world.build import build_blueprint


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return load(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """A finished store and the hash of its table; not to be written to."""
    path = tmp_path_factory.mktemp("whole") / "store"
    assert run_sweep(tiny, path, HereEngine(length=7)) == Tally(TOTAL, 0, TOTAL)
    out = path.parent / "table.parquet"
    collect(path, out)
    return path, hash_of(out)


@pytest.fixture
def copy(whole, tmp_path):
    return Path(shutil.copytree(whole[0], tmp_path / "store"))


# ------------------------------------------------------------------------------------------------- names and order


def test_the_name_of_a_run_changes_with_each_thing_it_follows_from():
    same = ("v", draw_text(3, {"b": 0.1, "a": 1}), 2, "c")
    assert run_id(*same) == run_id("v", draw_text(3, {"a": 1, "b": 0.1}), 2, "c")
    others = [
        ("w", *same[1:]),
        ("v", draw_text(4, {"a": 1, "b": 0.1}), 2, "c"),
        ("v", draw_text(3, {"a": 1, "b": 0.2}), 2, "c"),
        (*same[:2], 1, "c"),
        (*same[:3], "d"),
    ]
    assert len({run_id(*same), *(run_id(*other) for other in others)}) == 6


def test_the_name_of_a_run_is_the_same_forever():
    assert run_id("v", draw_text(0, {"a": 0.1}), 0, "c") == "dcbb56d074c784df40768b91724159a6"


def test_the_first_part_of_the_runs_is_balanced():
    keys = list(in_order(variants=2, draws=30, replicates=3, seed=1))
    assert sorted(keys) == sorted({RunKey(v, d, r) for v in range(2) for d in range(30) for r in range(3)})
    for first in (keys[:60], keys[60:120]):
        assert len({(key.variant, key.draw) for key in first}) == 60
        assert len({key.replicate for key in first}) == 1
    draws = [key.draw for key in keys[:60:2]]
    assert draws != sorted(draws)
    assert all(a[1:] == b[1:] for a, b in zip(keys[::2], keys[1::2], strict=True))
    assert keys == list(in_order(2, 30, 3, 1)) != list(in_order(2, 30, 3, 2))


def test_the_code_version_sees_the_model_and_not_the_engines(tmp_path, monkeypatch):
    package = tmp_path / "sahelsim"
    shutil.copytree(
        Path(sahelsim.__file__).parent, package, ignore=shutil.ignore_patterns("*.csv", "*.bin", "__pycache__")
    )
    monkeypatch.setattr(code, "__file__", str(package / "sweep" / "code.py"))
    versions = []
    for edited in (None, "sweep/engines/local.py", "cli/main.py", "sweep/row.py", "replicate.py"):
        if edited:
            (package / edited).write_text("# edited", encoding="utf-8")
        versions.append(code.code_version.__wrapped__())
    assert versions[0] == versions[1] == versions[2]
    assert len(set(versions)) == 3


# ------------------------------------------------------------------------------------------------- rows


def test_a_row_says_what_a_run_directory_says(whole, tiny, tmp_path):
    """The same scenario run by `sahelsim.simulate` has the same figures."""
    sweep = sahelsim.open_sweep(whole[0])
    draws = sweep.draws.collect()
    rows = sweep.summaries().filter(pl.col("draw") == 2).sort("what_if", "replicate").collect().to_dicts()
    changes = {
        "actors.movement.doctrine.initiative": draws["initiative"][2], "actors.army.skill": draws["skill"][2],
        "calendar.steps": 9, "region.communities": 30, "seed": 3, "replicates": 2,
    }  # fmt: skip
    for name, more in (("baseline", {}), ("meek", {"actors.army.doctrine.harshness": 0.0})):
        run = sahelsim.simulate(load_scenario("two_actors", changes={**changes, **more}), tmp_path / name)
        for replicate, row in enumerate(row for row in rows if row["what_if"] == name):
            totals = run.totals["replicates"][replicate]
            assert (row["events"], row["deaths"]) == (totals["events"], totals["best"])
            assert (row["events_true"], row["deaths_true"]) == (totals["events_true"], totals["deaths_true"])
            assert row["decisions[pledge]"] == totals["decisions"]["pledge"]
            by_dyad = run.summary(replicate).groupby("dyad_name")["events"].sum()
            dyads = {key[7:-1]: n for key, n in row.items() if key.startswith("events[") and " - " in key}
            assert {dyad: n for dyad, n in dyads.items() if n} == {k: n for k, n in by_dyad.items() if n}
            camps = run.camps(replicate).groupby("camp").last()
            assert row["people_share[movement]"] == camps["people"]["movement"] / camps["people"].sum()
            assert row["cells[state]"] == camps["cells"]["state"]
            fighters = run.fighters(replicate)
            last = fighters[fighters["step"] == 8].set_index("actor")["fighters"]
            assert row["fighters[army]"] == last["army"]


def test_pairs_share_their_random_numbers(whole):
    """The what-if has the baseline's seed and replicates, so that it differs by its change alone."""
    rows = sahelsim.open_sweep(whole[0]).summaries().collect()
    assert rows.group_by("draw", "replicate").len()["len"].to_list() == [2] * 10
    base, meek = (rows.filter(pl.col("what_if") == name).sort("draw", "replicate") for name in ("baseline", "meek"))
    assert (base["civilians_killed"] > meek["civilians_killed"]).any()


def test_the_table_does_not_depend_on_chunks_and_sessions(tiny, whole, tmp_path):
    path = tmp_path / "store"
    assert left(run_sweep(tiny, path, HereEngine(length=1, chunks=5))) == 15
    with pytest.raises(BadInput, match=r"holds runs of this experiment already.*sweep resume"):
        run_sweep(tiny, path, HereEngine())
    assert left(run_sweep(tiny, path, HereEngine(length=2, chunks=3), resume=True)) == 9
    execute._local.bench = None  # another process
    assert left(run_sweep(tiny, path, HereEngine(length=4), resume=True)) == 0
    assert len(list_shards(path)) == 2
    assert table_hash(path, tmp_path) == whole[1]


def test_a_run_that_was_done_twice_counts_once(copy, whole, tmp_path):
    store = open_store(copy)
    execute._local.bench = None
    run_parcel(copy, list(store.keys())[3:6], store.codes[-1])
    assert sum(read_shard(path, ["run"]).num_rows for path in list_shards(copy)) == TOTAL + 3
    assert Watcher(copy).look().done == TOTAL
    assert table_hash(copy, tmp_path) == whole[1]


def test_a_worker_that_has_a_parcel_twice_keeps_it_once(tmp_path):
    path = tmp_path / "store"
    keep = "keep: { events: true, panels: true }\nwhat_ifs:"
    run_sweep(load(tmp_path, TINY, ("what_ifs:", keep), ("steps: 9", "steps: 60")), path, HereEngine())
    store, sweep = open_store(path), sahelsim.open_sweep(path)
    events, before = sweep.events().collect(), table_hash(path, tmp_path)
    assert events.height
    report = run_parcel(path, list(store.keys())[3:6], store.codes[-1], chunk=2)  # in the same process
    assert (report.done, report.left) == (3, 0)
    assert table_hash(path, tmp_path) == before
    assert sweep.events().collect().equals(events)


def test_a_run_that_fails_again_in_the_same_worker_counts_once(tmp_path):
    path, failing = tmp_path / "store", load(tmp_path, FAILING)
    tally = run_sweep(failing, path, HereEngine())
    assert tally.failed
    assert run_sweep(failing, path, HereEngine(), resume=True, retry_failed=True) == tally
    assert len(list_shards(path)) == 1
    assert sahelsim.open_sweep(path).failures().collect().height == tally.failed
    assert collect(path, tmp_path / "table.parquet") == (tally.total, tally.failed, tally.total)


def test_more_replicates_are_added_and_fewer_refused(tmp_path):
    path = tmp_path / "store"
    run_sweep(load(tmp_path, TINY, ("replicates: 2", "replicates: 1")), path, HereEngine())
    grown = load(tmp_path)
    assert run_sweep(grown, path, HereEngine(), resume=True) == Tally(TOTAL, 0, TOTAL)
    with pytest.raises(BadInput, match="replicates: asks for fewer than the 2"):
        run_sweep(load(tmp_path, TINY, ("replicates: 2", "replicates: 1")), path, HereEngine(), resume=True)


def test_what_is_kept_on_request(tmp_path):
    path = tmp_path / "store"
    keep = "keep: { events: true, panels: true, patterns: true, by_year: true }\nwhat_ifs:"
    changes = [("what_ifs:", keep), ("size: 5", "size: 2"), ("steps: 9", "steps: 60")]
    run_sweep(load(tmp_path, TINY, *changes), path, HereEngine())
    sweep = sahelsim.open_sweep(path)
    rows, events = sweep.summaries().collect(), sweep.events().collect()
    counted = dict(events.group_by("run").len().iter_rows())
    assert {run: n for run, n in rows.select("run", "events").iter_rows() if n} == counted
    assert (rows["events[2020]"] + rows["events[2021]"] == rows["events"]).all()
    assert rows["pattern[p01_coexistence.0]"].null_count() == rows.height  # of another war
    panels = sweep.panels("meek")
    assert dict(panels.sizes) | {"run": 4, "cell": 64} == dict(panels.sizes)
    by_run = dict(
        zip(panels["run"].to_numpy(), panels["events_reported"].sum(["month", "type", "cell"]).to_numpy(), strict=True)
    )
    meek = rows.filter(pl.col("what_if") == "meek")
    assert by_run == dict(meek.select("run", "events").iter_rows())
    assert sweep.panels(draws=[1])["draw"].to_numpy().tolist() == [1, 1]


@pytest.mark.jit_only
def test_patterns_of_a_row_are_those_of_a_run(tmp_path):
    from sahelsim.patterns import load_patterns, score_runs
    from sahelsim.sweep.pattern_row import PatternRow

    scenario = load_scenario("farabougou_2020", settings=["replicates=1"])
    run = sahelsim.simulate(scenario, tmp_path / "run")
    card = score_runs([open_run(tmp_path / "run")], load_patterns())
    blueprint = build_blueprint(scenario)
    values = PatternRow().values(simulate_replicate(scenario, 0, None, blueprint), blueprint.ground, scenario)
    expected = {
        f"pattern[{score.pattern.id}.{i}]": float(condition.values[0])
        for score in card.patterns
        for i, condition in enumerate(score.conditions)
        if condition.values[0] == condition.values[0]
    }
    assert expected
    assert {name: value for name, value in values.items() if name.startswith("pattern")} == expected
    holds = {f"holds[{s.pattern.id}]": bool(s.inside[0]) for s in card.patterns if s.reason is None}
    assert {name: value for name, value in values.items() if name.startswith("holds")} == holds
    assert run.replicates == 1


# ------------------------------------------------------------------------------------------------- worlds


def numbers(value, path=""):
    """Dotted paths of all numbers and switches in a dumped scenario."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, f"{path}.{key}" if path else key)
    elif isinstance(value, int | float):
        yield path, value


def same(a, b):
    """Whether two values are equal all the way down, arrays included."""
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


def test_worlds_that_are_shared_are_those_that_would_be_built():
    """For every number that is said to have no part in the blueprint."""
    scenario = load_scenario("two_actors", changes={"region.communities": 30})
    setting, tried = Setting(scenario), 0
    for path, value in numbers(scenario.model_dump(mode="json")):
        if leaves_the_world_alone(path):
            new = not value if isinstance(value, bool) else type(value)(value * 0.5) if value else type(value)(0.01)
            try:
                fresh = build_blueprint(with_values(scenario, {path: new}))
            except BadInput:
                continue
            assert same(setting.at({path: new}), fresh), path
            tried += 1
    assert tried > 100
    assert len(setting._kept) == 1
    assert setting.at({"world.remote_scale_km": 77}).ground.cells_remoteness.max() > 0
    assert len(setting._kept) == 2


# ------------------------------------------------------------------------------------------------- trouble


def test_a_failing_run_is_a_row_and_can_be_retried(tmp_path):
    loaded = load(tmp_path, FAILING)
    path = tmp_path / "store"
    assert run_sweep(loaded, path, HereEngine(length=4)) == Tally(3, 1, 4)
    failure = sahelsim.open_sweep(path).failures().collect().to_dicts()
    assert [(row["draw"], row["error_type"], row["border"], row["edge"]) for row in failure] == [
        (3, "BadInput", 13.8, 13.5)
    ]
    assert "countries" in failure[0]["error"]
    assert "\n" not in failure[0]["error"]
    assert run_sweep(loaded, path, HereEngine(), resume=True) == Tally(3, 1, 4)  # not by itself
    shards = len(list_shards(path))
    execute._local.bench = None
    assert run_sweep(loaded, path, HereEngine(), resume=True, retry_failed=True) == Tally(3, 1, 4)
    assert len(list_shards(path)) == shards + 1
    assert (Watcher(path).look().done, Watcher(path).look().failed) == (3, 1)
    table = pl.read_parquet(collect_to(path, tmp_path))
    assert table["ok"].to_list() == [True, True, True, False]


def collect_to(store, folder):
    collect(store, folder / "table.parquet")
    return folder / "table.parquet"


def test_a_shard_cut_short_is_named_and_its_runs_are_done_again(tiny, whole, copy, tmp_path):
    execute._local.bench = None
    run_sweep(tiny, tmp_path / "two", HereEngine(length=3, chunks=2))
    execute._local.bench = None
    run_sweep(tiny, tmp_path / "two", HereEngine(), resume=True)
    path = tmp_path / "two"
    shard = list_shards(path)[0]
    shard.write_bytes(shard.read_bytes()[:-40])
    for act in (
        lambda: run_sweep(tiny, path, HereEngine(), resume=True),
        lambda: collect(path, tmp_path / "t.parquet"),
        lambda: sahelsim.open_sweep(path).summaries(),
    ):
        with pytest.raises(BadInput, match="quarantine") as caught:
            act()
        assert str(shard) in str(caught.value)
    assert Watcher(path).look().damaged == (str(shard),)
    execute._local.bench = None
    assert run_sweep(tiny, path, HereEngine(), resume=True, quarantine=True) == Tally(TOTAL, 0, TOTAL)
    assert (path / "quarantine" / SUMMARIES / shard.name).is_file()
    assert table_hash(path, tmp_path) == whole[1]


def test_damage_in_the_middle_is_found(copy, tiny):
    shard = list_shards(copy)[0]
    content = bytearray(shard.read_bytes())
    content[300:500] = bytes(200)
    shard.write_bytes(content)
    with pytest.raises(BadInput, match="1 of its shards cannot be read"):
        run_sweep(tiny, copy, HereEngine(), resume=True)


def test_other_code_needs_a_word(copy, tiny, monkeypatch):
    for module in (making, sys.modules["sahelsim.sweep.drive"], code):
        monkeypatch.setattr(module, "code_version", lambda: "0123456789abcdef")
    with pytest.raises(BadInput, match=r"another version of the code.*--accept-new-code"):
        run_sweep(tiny, copy, HereEngine(), resume=True)
    for shard in list_shards(copy)[:1]:
        shard.unlink()
    old = sum(read_shard(path, ["run"]).num_rows for path in list_shards(copy))
    assert run_sweep(tiny, copy, HereEngine(), resume=True, accept_new_code=True) == Tally(TOTAL, 0, TOTAL)
    codes = sahelsim.open_sweep(copy).summaries().collect()["code"].to_list()
    assert codes.count("0123456789abcdef") == TOTAL - old > 0
    assert run_sweep(tiny, copy, HereEngine(), resume=True) == Tally(TOTAL, 0, TOTAL)


def test_code_that_changes_while_a_sweep_runs_is_refused(copy):
    with pytest.raises(SahelsimError, match="is not that of the parent"):
        run_parcel(copy, [RunKey(0, 0, 0)], "another")


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (("size: 5", "size: 6"), "10:28: design.size", "from 5 to 6"),
        (("skill, range: [0.5, 1.5]", "skill, range: [0.5, 1.6]"), "9:44: factors.skill.range",
         "from [0.5, 1.5] to [0.5, 1.6]"),
        (("harshness: 0.0", "harshness: 0.1"), "12:54: what_ifs.meek.changes.actors.army.doctrine.harshness",
         "from 0.0 to 0.1"),
        (("steps: 9", "steps: 8"), "4:28: changes.calendar.steps", "from 9 to 8"),
        (("  skill:", "  ability:"), "9:3: factors.ability", "is new since"),
        (("kind: lhs, size: 5", "kind: sobol, size: 8"), "10:1: design",
         'from {"kind": "lhs", "size": 5} to {"kind": "sobol", "size": 8}'),
    ],
)  # fmt: skip
def test_a_changed_experiment_is_refused_with_old_and_new(copy, tmp_path, change, place, said):
    with pytest.raises(BadInput) as caught:
        run_sweep(load(tmp_path, TINY, change), copy, HereEngine(), resume=True)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'experiment.yaml'}:{place}: "), message
    assert "since the sweep in" in message
    assert said in message
    assert "; put it back, or begin a new store with --store" in message


def test_a_changed_scenario_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: two_actors\nname: mine\n", encoding="utf-8")
    change = ("scenario: two_actors", "scenario: mine.yaml")
    run_sweep(load(tmp_path, TINY, change), tmp_path / "store", HereEngine(chunks=1))
    (tmp_path / "mine.yaml").write_text(
        "extends: two_actors\nname: mine\nactors: { army: { pay: 1.4 } }\n", encoding="utf-8"
    )
    with pytest.raises(BadInput, match=r"scenario: the scenario has changed since .*: actors.army.pay .* to 1\.4"):
        run_sweep(load(tmp_path, TINY, change), tmp_path / "store", HereEngine(), resume=True)


def test_two_parents_on_one_store(copy, tiny):
    with open_store(copy).held({"pid": 4711, "host": "here", "started": 0.0, "engine": "x"}):
        assert Watcher(copy).look().running
        script = f"""
import sys; sys.path[:0] = {sys.path!r}
from pathlib import Path
from sweep_experiments import HereEngine
from sahelsim.sweep.drive import run_sweep
from sahelsim.sweep.load import load_experiment
run_sweep(load_experiment({str(tiny.file)!r}), Path({str(copy)!r}), HereEngine(), resume=True)
"""
        second = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "another sweep is running into this store (process 4711 on here)" in second.stderr
    assert not Watcher(copy).look().running
    with pytest.raises(BadInput, match="no sweep is running"):
        ask_to_stop(copy)


@pytest.mark.parametrize("place", ["file", "other", "read_only"])
def test_places_that_cannot_be_a_store(tiny, tmp_path, place):
    path = {"file": tmp_path / "x", "other": tmp_path, "read_only": Path("/proc/sweep")}[place]
    (tmp_path / "x").write_text("mine", encoding="utf-8")
    said = {"file": "is a file", "other": "holds other files", "read_only": "cannot be written"}[place]
    with pytest.raises(BadInput, match=said):
        run_sweep(tiny, path, HereEngine())
    assert (tmp_path / "x").read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with little room."""
    where = tmp_path / "disk"
    where.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(where)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


def test_a_full_disk_is_said_and_nothing_is_damaged(tiny, whole, small_disk, tmp_path):
    path = small_disk / "store"
    run_sweep(tiny, path, HereEngine(chunks=2))
    filler = small_disk / "filler"
    subprocess.run(
        ["dd", "if=/dev/zero", f"of={filler}", "bs=512"], capture_output=True, check=False
    )  # until it is full
    with pytest.raises(StoreFull, match=r"No space left.*the store holds is safe.*sweep resume"):
        run_sweep(tiny, path, HereEngine(), resume=True)
    filler.unlink()
    assert not list(path.rglob("*.unfinished"))
    assert sum(scan(open_store(path)).runs.values()) == 6
    assert run_sweep(tiny, path, HereEngine(), resume=True) == Tally(TOTAL, 0, TOTAL)
    assert table_hash(path, tmp_path) == whole[1]


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path):
    file = tmp_path / "f"
    file.write_text("old", encoding="utf-8")

    def fail(aside):
        aside.write_text("half", encoding="utf-8")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        write_file(file, fail)
    assert file.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_a_sweep_killed_while_it_began_can_begin_again(tiny, tmp_path):
    path = tmp_path / "store"
    run_sweep(tiny, path, HereEngine(chunks=0))
    (path / "manifest.json").unlink()
    assert run_sweep(tiny, path, HereEngine(chunks=1)).done == 3


def test_no_store_is_said(tmp_path):
    with pytest.raises(BadInput, match="holds no sweep"):
        sahelsim.open_sweep(tmp_path)


def test_a_newer_store_is_refused(copy):
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, "format_version": 99}), encoding="utf-8")
    with pytest.raises(BadInput, match="newer sahelsim"):
        sahelsim.open_sweep(copy)


# ------------------------------------------------------------------------------------------------- reading


def test_the_queries_of_the_documentation_work(whole):
    duckdb = pytest.importorskip("duckdb")
    where = f"{whole[0]}/summaries/*.parquet"
    found = duckdb.sql(
        f"select what_if, count(*), avg(events) from '{where}' join '{whole[0]}/draws.parquet' using (draw) "
        "where initiative > 0 group by what_if order by what_if"
    ).fetchall()
    assert [(name, n) for name, n, _ in found] == [("baseline", 10), ("meek", 10)]


def test_an_empty_store_can_be_opened(tiny, tmp_path):
    run_sweep(tiny, tmp_path / "store", HereEngine(chunks=0))
    sweep = sahelsim.open_sweep(tmp_path / "store")
    assert sweep.summaries().collect().height == 0
    assert sweep.draws.collect().height == 5
    assert sweep.total == TOTAL
