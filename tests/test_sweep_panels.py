"""Panels of a sweep: few files whatever the factors, every run in one of them, and as it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from sweep_experiments import TINY, HereEngine, load

import sahelsim
from sahelsim.errors import BadInput
from sahelsim.sweep import execute, panels
from sahelsim.sweep.drive import run_sweep
from sahelsim.sweep.execute import run_parcel
from sahelsim.sweep.files import StoreFull
from sahelsim.sweep.panels import PanelWriter
from sahelsim.sweep.progress import scan
from sahelsim.sweep.run_one import VariantRunner
from sahelsim.sweep.shards import ShardWriter
from sahelsim.sweep.status import Watcher
from sahelsim.sweep.store import open_store

KEEP = ("what_ifs:", "keep: { panels: true }\nwhat_ifs:")
SKILL = "skill: { path: actors.army.skill, range: [0.5, 1.5] }"
REBUILDING = (SKILL, "flight: { path: mechanisms.displacement.flight_rate, apply: multiply, range: [0.5, 1.0] }")
EDGES = (SKILL, "edge: { paths: [grid.lon_max, region.countries.EST.lon_max], values: [14.0, 14.5] }")
LENGTHS = (SKILL, "steps: { path: calendar.steps, values: [9, 20] }")


def files_of(store: Path) -> list[str]:
    return sorted(path.name for path in (store / "panels").iterdir())


def check_against_rows(store: Path) -> int:
    """Every run that is done has its panel, of its own what-if and draw; how many there are."""
    sweep, seen = sahelsim.open_sweep(store), 0
    rows = sweep.summaries().select("run", "what_if", "draw", "replicate", "events").collect()
    for what_if in sweep.variants:
        for part in sweep.panel_files(what_if):
            events = part["events_reported"].sum(["month", "type", "cell"]).to_numpy()
            columns = [part[name].to_numpy() for name in ("run", "what_if", "draw", "replicate")]
            found = {(*head, int(n)) for *head, n in zip(*columns, events, strict=True)}
            assert found <= set(rows.iter_rows())
            assert {row[1] for row in found} == {what_if}
            seen += len(found)
    assert seen == rows.height
    return seen


@pytest.mark.parametrize("factor", [REBUILDING, EDGES, LENGTHS], ids=["worlds", "cells", "months"])
def test_a_shard_has_one_file_of_panels_whatever_the_factors_are(tmp_path, factor):
    execute._local.bench = None
    run_sweep(load(tmp_path, TINY, KEEP, factor), tmp_path / "store", HereEngine(length=7))
    assert check_against_rows(tmp_path / "store") == 20
    status = Watcher(tmp_path / "store").look()
    assert (len(files_of(tmp_path / "store")), status.panel_files, status.shards) == (1, 1, 1)


def test_panels_on_other_cells_do_not_make_one_array(tmp_path):
    run_sweep(load(tmp_path, TINY, KEEP, EDGES), tmp_path / "store", HereEngine())
    sweep = sahelsim.open_sweep(tmp_path / "store")
    edges = dict(sweep.draws.select("draw", "edge").collect().iter_rows())
    with pytest.raises(BadInput, match=r"do not have cells, months and actors in common.*panel_files"):
        sweep.panels()
    for edge, cells in ((14.0, 64), (14.5, 72)):
        chosen = sweep.panels(draws=[draw for draw, value in edges.items() if value == edge])
        assert chosen.sizes["cell"] == cells


def test_a_file_of_panels_grows_until_it_is_long_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(panels, "_MOST_WRITES", 2)
    execute._local.bench = None
    run_sweep(load(tmp_path, TINY, KEEP), tmp_path / "store", HereEngine(length=4))
    assert [name[-13:] for name in files_of(tmp_path / "store")] == [f"{i:04}.zarr.zip" for i in range(3)]
    check_against_rows(tmp_path / "store")


def test_panels_that_wait_are_bounded_however_long_the_chunk_is(tmp_path, monkeypatch):
    loaded, store, written, begin = load(tmp_path, TINY, KEEP), tmp_path / "store", [], ShardWriter.begin
    run_sweep(loaded, store, HereEngine(chunks=0))

    def watched(self, rows, events=None):
        written.append(rows.num_rows)
        return begin(self, rows, events)

    monkeypatch.setattr(ShardWriter, "begin", watched)
    each = sum(array.nbytes for array in _made(open_store(store))[0].values())
    monkeypatch.setattr(execute, "_PANEL_BYTES", 3 * each)
    keys = list(open_store(store).keys())
    run_parcel(store, keys[:8], open_store(store).codes[-1])
    assert written == [3, 3, 2]


@pytest.mark.parametrize("fails", ["panels", "rows"])
def test_a_write_that_fails_leaves_the_panels_that_count(tmp_path, monkeypatch, fails):
    loaded, store = load(tmp_path, TINY, KEEP), tmp_path / "store"
    run_sweep(loaded, store, HereEngine(length=4, chunks=1))
    before = files_of(store)

    def full(*_args, **_more):
        raise StoreFull("no room") if fails == "rows" else OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(*((ShardWriter, "begin", full) if fails == "rows" else (panels._PanelFile, "write", full)))
        with pytest.raises(StoreFull, match=r"no room|make room"):
            run_sweep(loaded, store, HereEngine(length=4), resume=True)
    assert files_of(store) == before
    assert len(scan(open_store(store)).runs) == 4
    run_sweep(loaded, store, HereEngine(length=4), resume=True)
    assert check_against_rows(store) == 20


def test_the_same_panels_make_the_same_bytes(tmp_path):
    run_sweep(load(tmp_path, TINY, KEEP), tmp_path / "store", HereEngine(chunks=0))
    store = open_store(tmp_path / "store")
    contents = []
    for folder in ("a", "b"):
        (tmp_path / folder / "panels").mkdir(parents=True)
        writer = PanelWriter(tmp_path / folder)
        panel = panels.RunPanel("r", "baseline", 0, 0, *_made(store))
        name, file = writer.begin("w-x-0000", [panel])
        file.put()
        contents.append((tmp_path / folder / "panels" / name).read_bytes())
    assert contents[0] == contents[1]


def _made(store):
    outcome = VariantRunner(store.scenario("baseline"), store.experiment.keep).run({}, 0)
    return outcome.panel, outcome.ground, outcome.calendar
