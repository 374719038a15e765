"""Parcels of runs: how work is cut, how a worker writes it chunk by chunk, and what is got ready before."""

from __future__ import annotations

import pytest
from sweep_experiments import TOTAL, HereEngine, load, table_hash

from sahelsim.sweep import execute
from sahelsim.sweep.drive import run_sweep
from sahelsim.sweep.engines.base import Tally, Work
from sahelsim.sweep.execute import run_parcel
from sahelsim.sweep.files import Aside, StoreFull
from sahelsim.sweep.progress import left_to_do, scan
from sahelsim.sweep.runs import RunKey
from sahelsim.sweep.setting import Setting
from sahelsim.sweep.shards import ShardWriter, list_shards, read_shard
from sahelsim.sweep.store import open_store


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return load(tmp_path_factory.mktemp("tiny"))


def test_work_is_cut_by_measured_time(tmp_path):
    keys = [RunKey(0, i, 0) for i in range(1000)]
    work = Work(tmp_path, "c", keys, chunk_seconds=2.0, before=Tally(0, 0, 1000))
    first = work.take(2)
    assert len(first.runs) == 1
    work.report(first, execute.ParcelReport(1, 0, 0, 9.0, 9.0, cold=True))  # says nothing about the speed
    second = work.take(2)
    assert len(second.runs) == 1
    work.report(second, execute.ParcelReport(1, 0, 0, 0.1, 0.1, cold=False))
    assert len(work.take(2).runs) == 20
    taken = sum(len(chunk.runs) for chunk in iter(lambda: work.take(2), None))
    assert taken == 1000 - 22
    work.give_back(second)
    assert work.take().runs == second.runs
    assert work.tally == Tally(2, 0, 1000)


def test_left_to_do_is_what_has_no_row(tiny, tmp_path):
    path = tmp_path / "store"
    run_sweep(tiny, path, HereEngine(length=3, chunks=2))
    store = open_store(path)
    assert list(left_to_do(store, scan(store), retry_failed=False)) == list(store.keys())[6:]


def test_short_chunks_are_handed_out_several_at_a_time(tmp_path):
    work = Work(tmp_path, "c", [RunKey(0, i, 0) for i in range(1000)], chunk_seconds=0.2, before=Tally(0, 0, 1000))
    work.report(work.take(), execute.ParcelReport(1, 0, 0, 0.05, 0.05, cold=False))
    parcel = work.take(2)
    assert (len(parcel.runs), parcel.chunk) == (20, 4)


def test_a_parcel_is_written_chunk_by_chunk(tiny, tmp_path, monkeypatch):
    path, written, go_on = tmp_path / "store", [], ShardWriter._go_on

    def watched(self, rows, events, good):
        go_on(self, rows, events, good)
        written.append((rows.num_rows, sum(read_shard(shard, ["run"]).num_rows for shard in list_shards(path))))

    run_sweep(tiny, tmp_path / "other", HereEngine(length=7))
    run_sweep(tiny, path, HereEngine(chunks=0))
    store = open_store(path)
    monkeypatch.setattr(ShardWriter, "_go_on", watched)
    report = run_parcel(path, store.keys(), store.codes[-1], chunk=8)
    assert written == [(8, 8), (16, 16), (20, 20)]
    assert (report.done, report.failed, report.left) == (TOTAL, 0, 0)
    assert table_hash(path, tmp_path) == table_hash(tmp_path / "other", tmp_path)


@pytest.mark.parametrize("where", ["written", "put"])
def test_a_chunk_that_cannot_be_written_ends_the_parcel(tiny, tmp_path, monkeypatch, where):
    calls, begin, put = [], ShardWriter.begin, Aside.put

    def fail_to_write(self, rows, events=None):
        calls.append(rows.num_rows)
        if len(calls) == 2:
            raise StoreFull("no room")
        return begin(self, rows, events)

    def fail_to_put(self):
        calls.append(4)
        if len(calls) == 2:
            raise StoreFull("no room")
        put(self)

    path = tmp_path / "store"
    run_sweep(tiny, path, HereEngine(chunks=0))
    store = open_store(path)
    with monkeypatch.context() as patch:
        patch.setattr(*((ShardWriter, "begin", fail_to_write) if where == "written" else (Aside, "put", fail_to_put)))
        with pytest.raises(StoreFull, match="no room"):
            run_parcel(path, store.keys(), store.codes[-1], chunk=4)
    assert calls == [4, 4]
    assert len(scan(store).runs) == 4
    assert not list(path.rglob("*.unfinished"))
    run_parcel(path, list(store.keys())[4:12], store.codes[-1], chunk=4)  # by the same writer
    assert len(scan(store).runs) == 12
    assert run_sweep(tiny, path, HereEngine(), resume=True) == Tally(TOTAL, 0, TOTAL)


def test_a_run_that_is_given_up_leaves_what_was_begun_to_be_written(tiny, tmp_path):
    path = tmp_path / "store"
    run_sweep(tiny, path, HereEngine(chunks=0))
    store, asked = open_store(path), []

    def stop():
        asked.append(1)
        return len(asked) > 12

    report = run_parcel(path, store.keys(), store.codes[-1], stop, chunk=2)
    assert 2 <= report.done < TOTAL
    assert report.done + report.left == TOTAL
    assert len(scan(store).runs) == report.done


def test_only_what_is_soon_done_is_got_ready_before_its_run(tiny, tmp_path):
    run_sweep(tiny, tmp_path / "store", HereEngine(chunks=0))
    store = open_store(tmp_path / "store")
    setting = Setting(store.scenario("baseline"))
    soon, slow = {"actors.movement.doctrine.initiative": 0.3}, {"world.remote_scale_km": 77}
    assert setting.at_once(soon) is None  # there is no world yet
    setting.at({})
    assert setting.at_once(soon).scenario.actors["movement"].doctrine.initiative == 0.3
    assert setting.at_once(slow) is None
    setting.at(slow)
    assert setting.at_once(slow) is not None
    assert setting.at_once({"actors.movement.doctrine.initiative": "much"}) is None  # its run says what is wrong
