"""What the machinery of sweeps costs beside the bare simulation, and how a store of 100,000 runs opens.

    python experiments/benchmarks/sweeps.py [overhead] [dask] [opening]

The same runs of experiments/smoke.yaml, in chunks of 0.2 s over two warm processes, are executed bare (the loop over
steps alone, worlds and scenarios prepared) and as a sweep (settings, observation, rows, shards, the parent), in turns.
`dask` does the same with the workers of Dask, and counts all that they, the scheduler and the client take.
Processor time is the measure that does not depend on what else the machine does; wall time is printed beside it.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ["NUMBA_NUM_THREADS"] = "1"

ROOT = Path(__file__).parents[2]
SMOKE = ROOT / "experiments" / "smoke.yaml"
ROUNDS = 4
RUNS = 96  # a round
MANY = 100_000

_bare: dict = {}


def bare(store: str, keys: list) -> tuple[float, float, float]:
    """Seconds of processor and of the clock of the loop over steps alone, for some runs; worlds are prepared before.

    The third is what it takes to observe them: part of any run that leaves a record, and no machinery of sweeps.
    """
    from sahelsim.observation.report import observe_scenario
    from sahelsim.replicate import simulate_replicate
    from sahelsim.sweep.factors import settings_of
    from sahelsim.sweep.setting import Setting
    from sahelsim.sweep.store import open_store

    if not _bare:
        _bare["store"] = opened = open_store(store)
        _bare["settings"] = {name: Setting(opened.scenario(name)) for name in opened.variants}
    opened, prepared = _bare["store"], []
    for key in keys:
        setting = _bare["settings"][opened.variants[key[0]]]
        values = settings_of(opened.experiment.factors, opened.draw(key[1]), setting.variant)
        prepared.append((setting.at(values), key[2]))
    cpu, wall = time.process_time(), time.perf_counter()
    records = [(b, simulate_replicate(b.scenario, replicate, None, b)) for b, replicate in prepared]
    spent, waited = time.process_time() - cpu, time.perf_counter() - wall
    for blueprint, record in records:
        observe_scenario(record, blueprint.ground, blueprint.scenario)
    return spent, waited, time.process_time() - cpu - spent


def chunk(store: str, keys: list, code: str) -> tuple[object, float]:
    """A chunk of the sweep, with its processor time."""
    from sahelsim.sweep.execute import run_chunk

    cpu = time.process_time()
    report = run_chunk(store, keys, code)
    return report, time.process_time() - cpu


def overhead() -> dict[str, float]:
    """Bare runs and a sweep in turns: what the machinery adds, as a share, and seconds to write a chunk."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from sahelsim.sweep.code import code_version
    from sahelsim.sweep.load import load_experiment
    from sahelsim.sweep.making import make_store

    loaded, code = load_experiment(SMOKE), code_version()
    pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    with tempfile.TemporaryDirectory() as folder, pool:
        store = make_store(loaded, Path(folder))
        keys = list(store.keys())
        for _ in range(3):  # warm
            list(pool.map(bare, [folder] * 4, [keys[:2]] * 4))
        each = statistics.median(cpu for cpu, *_ in pool.map(bare, [folder] * 6, [keys[:4]] * 6)) / 4
        length = max(1, round(0.2 / each))
        list(pool.map(chunk, [folder] * 4, [keys[:2]] * 4, [code] * 4))
        print(f"a bare run {each:.4f} s of processor; chunks of {length} runs", flush=True)
        found = []
        for r in range(ROUNDS):
            part = keys[r * RUNS : (r + 1) * RUNS]
            began = time.perf_counter()
            halves = [part[: RUNS // 2], part[RUNS // 2 :]]
            alone = list(pool.map(bare, [folder] * 2, halves))
            plain, observed = sum(cpu for cpu, *_ in alone), sum(seconds for *_, seconds in alone)
            middle, parent = time.perf_counter(), time.process_time()
            chunks = [part[i : i + length] for i in range(0, len(part), length)]
            done = list(pool.map(chunk, [folder] * len(chunks), chunks, [code] * len(chunks)))
            spent = sum(cpu for _, cpu in done) + time.process_time() - parent
            wall = (time.perf_counter() - middle) / (middle - began)
            waits = sum(report.seconds - report.simulated for report, _ in done) / len(done)
            found.append((spent / plain - 1, wall - 1, waits, spent / (plain + observed) - 1))
            say = f"processor +{spent / plain - 1:.1%}, wall +{wall - 1:.1%}, {waits * 1e3:.1f} ms to write a chunk"
            print(f"round {r}: {say}", flush=True)
        middle_of = [statistics.median(values) for values in zip(*found, strict=True)]
        print(f"median: processor +{middle_of[0]:.1%}, wall +{middle_of[1]:.1%}, {middle_of[2] * 1e3:.1f} ms a chunk")
        print(f"over runs that are observed too: processor +{middle_of[3]:.1%}")
        names = ("overhead", "overhead_wall", "write_seconds", "overhead_over_observed_runs")
        return dict(zip(names, middle_of, strict=True))


def dask() -> dict[str, float]:
    """As `overhead`, through Dask: two worker processes, the scheduler in this one."""
    from sahelsim.sweep.code import code_version
    from sahelsim.sweep.engine_settings import DaskSettings, SlurmSettings
    from sahelsim.sweep.engines.base import Tally, Work
    from sahelsim.sweep.engines.dask_clusters import open_client
    from sahelsim.sweep.engines.dask_engine import Session
    from sahelsim.sweep.load import load_experiment
    from sahelsim.sweep.making import make_store

    loaded, code = load_experiment(SMOKE), code_version()
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(loaded, Path(folder))
        keys = list(store.keys())

        def work(part: list, length: int) -> Work:
            before = Tally(0, 0, len(part))
            return Work(Path(folder), code, part, chunk_seconds=0.2, least_runs=length, before=before)

        with open_client(DaskSettings(), SlurmSettings(), 2, work([], 1)) as client:
            workers = list(client.scheduler_info()["workers"])

            def plain(part: list) -> float:
                halves = [part[::2], part[1::2]]
                ask = [
                    client.submit(bare, folder, half, workers=[at], pure=False)
                    for half, at in zip(halves, workers, strict=True)
                ]
                return sum(cpu for cpu, *_ in client.gather(ask))

            def spent() -> float:
                return sum(client.run(time.process_time).values()) + time.process_time()

            for _ in range(2):  # warm
                plain(keys[:8])
                Session(client, work(keys[:8], 2), 2).run()
            length = max(1, round(0.2 * 8 / plain(keys[:8])))
            found = []
            for r in range(ROUNDS):
                part = keys[r * RUNS : (r + 1) * RUNS]
                alone = plain(part)
                before = spent()
                Session(client, work(part, length), 2).run()
                found.append((spent() - before) / alone - 1)
                print(f"round {r}: chunks of {length} runs, processor +{found[-1]:.1%}", flush=True)
    print(f"median through Dask: processor +{statistics.median(found):.1%}")
    return {"overhead": statistics.median(found)}


def opening() -> dict[str, float]:
    """A store of many rows, written by the store's own writer; opened and grouped."""
    import polars as pl
    import pyarrow as pa

    import sahelsim
    from sahelsim.sweep.execute import run_chunk
    from sahelsim.sweep.load import load_experiment
    from sahelsim.sweep.making import make_store
    from sahelsim.sweep.progress import left_to_do, scan
    from sahelsim.sweep.shards import ShardWriter, list_shards, read_shard

    with tempfile.TemporaryDirectory() as folder:
        text = SMOKE.read_text(encoding="utf-8").replace("size: 100", f"size: {MANY // 4}")
        file = Path(folder) / "many.yaml"
        file.write_text(text, encoding="utf-8")
        path = Path(folder) / "store"
        path.mkdir()
        store = make_store(load_experiment(file), path)
        code = store.codes[-1]
        run_chunk(path, list(store.keys())[:8], code)
        rows = read_shard(list_shards(path)[0])
        list_shards(path)[0].unlink()
        writer, batch = ShardWriter(path), []
        began = time.perf_counter()
        for number, (key, name) in enumerate(store.names(code)):
            batch.append((number % rows.num_rows, key, name))
            if len(batch) == 1000:
                writer.add(_renamed(rows, batch, store, pa))
                batch = []
        print(f"{MANY:,} rows written in {time.perf_counter() - began:.1f} s", flush=True)
        size = sum(shard.stat().st_size for shard in list_shards(path))
        print(f"{len(list_shards(path))} shards, {size / 1e6:.1f} MB, {size / MANY:.0f} bytes a run")
        seconds = []
        for _ in range(3):
            began = time.perf_counter()
            sweep = sahelsim.open_sweep(path)
            table = sweep.summaries().group_by("harshness", "what_if").agg(pl.col("deaths").mean(), pl.len()).collect()
            seconds.append(time.perf_counter() - began)
            print(f"opened and grouped in {seconds[-1]:.2f} s: {int(table['len'].sum()):,} runs")
        began = time.perf_counter()
        left = sum(1 for _ in left_to_do(store, scan(store), retry_failed=False))
        print(f"every checksum read and what is left ({left}) found in {time.perf_counter() - began:.1f} s")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"most memory {memory:.0f} MB")
        return {
            "runs": MANY, "bytes_per_run": size / MANY, "open_and_group_seconds": statistics.median(seconds),
            "peak_memory_mb": memory,
        }  # fmt: skip


def _renamed(rows, batch, store, pa):
    """Rows of real runs under other names."""
    table = rows.take([i for i, _, _ in batch])
    columns = {
        "run": pa.array([name for _, _, name in batch]),
        "what_if": pa.array([store.variants[key.variant] for _, key, _ in batch]),
        "draw": pa.array([key.draw for _, key, _ in batch], pa.int32()),
        "replicate": pa.array([key.replicate for _, key, _ in batch], pa.int32()),
    }
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table


def measure() -> dict[str, dict[str, float]]:
    """All, each in a process of its own."""
    from apart import apart

    return {name: apart("sweeps", f"{name}()") for name in ("overhead", "dask", "opening")}


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["overhead", "dask", "opening"]
    for name in wanted:
        {"overhead": overhead, "dask": dask, "opening": opening}[name]()
