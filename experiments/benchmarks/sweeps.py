"""What the machinery of sweeps costs beside the bare simulation, and how a store of 100,000 runs opens.

    python experiments/benchmarks/sweeps.py [overhead] [dask] [throughput] [opening] [long]

The same runs of experiments/smoke.yaml, over two warm processes, are executed bare (the loop over steps alone, worlds
and scenarios prepared) and as a sweep in chunks of 0.2 s (settings, observation, rows, shards, the parent), in turns.
`dask` does the same with the workers of Dask, and counts all that they, the scheduler and the client take.
The processor time of all processes is the measure that depends least on what else the machine does; wall time is
printed beside it.
"""

from __future__ import annotations

import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sahelsim.sweep.engines.base import Work

os.environ["NUMBA_NUM_THREADS"] = "1"

ROOT = Path(__file__).parents[2]
SMOKE = ROOT / "experiments" / "smoke.yaml"
CHUNK = 0.2  # seconds
ROUNDS = 9
RUNS = 160  # a round
REPLICATES = 8
LENGTHS = (400, 4000)  # runs of whole sweeps
MANY = 100_000  # rows of a store
SHARD = 500  # rows of a full shard

_bare: dict = {}


def bare(store: str, keys: list) -> tuple[float, float, float]:
    """Seconds of processor and of the clock of some runs in a plain loop; worlds and scenarios are prepared before.

    The first is the loop over steps alone. The third is what it takes to observe each run once it has ended: part of
    any run that leaves a record, and no machinery of sweeps.
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
    spent, observing, wall = 0.0, 0.0, time.perf_counter()
    for blueprint, replicate in prepared:
        began = time.process_time()
        record = simulate_replicate(blueprint.scenario, replicate, None, blueprint)
        ended = time.process_time()
        observe_scenario(record, blueprint.ground, blueprint.scenario)
        spent, observing = spent + ended - began, observing + time.process_time() - ended
    return spent, time.perf_counter() - wall, observing


def work_of(folder: str, code: str, runs: list, speed: tuple[int, float]) -> Work:
    """Runs to do in chunks of `CHUNK` seconds, at a speed that is known."""
    from sahelsim.sweep.engines.base import Tally, Work

    work = Work(Path(folder), code, runs, chunk_seconds=CHUNK, before=Tally(0, 0, len(runs)))
    work._warm = speed
    return work


def store_of(folder: str) -> tuple[str, list]:
    """A store of the experiment with more replicates; version of the code, and its runs."""
    from sahelsim.sweep.load import load_experiment
    from sahelsim.sweep.making import make_store

    text = SMOKE.read_text(encoding="utf-8")
    file = Path(folder) / "experiment.yaml"
    file.write_text(text.replace("replicates: 2", f"replicates: {REPLICATES}"), encoding="utf-8")
    path = Path(folder) / "store"
    path.mkdir()
    store = make_store(load_experiment(file), path)
    return store.codes[-1], list(store.keys())


def overhead() -> dict[str, float]:
    """Bare runs and a sweep by the local engine in turns: what the machinery adds, as a share."""
    from sahelsim.sweep.engines.local import Pool

    with tempfile.TemporaryDirectory() as above, Pool(2) as pool:
        code, keys = store_of(above)
        folder = f"{above}/store"

        def plain(runs: list) -> list:
            return list(pool._pool.map(bare, [folder] * 2, [runs[: len(runs) // 2], runs[len(runs) // 2 :]]))

        def sweep(runs: list, speed: tuple[int, float]) -> tuple[int, float]:
            work = work_of(folder, code, runs, speed)
            assert pool.drain(work, 2)
            assert work.tally.done == len(runs)
            return work._warm

        def spent() -> float:
            return time.process_time() + sum(time.clock_gettime(~pid << 3 | 2) for pid in pool._pool._processes)

        return in_turns(keys, plain, sweep, spent)


def in_turns(keys: list, plain: Callable, sweep: Callable, spent: Callable[[], float]) -> dict[str, float]:
    """Rounds of bare runs and of the machinery; medians of what it adds."""
    for _ in range(3):
        plain(keys[:8])
    speed = (0, 0.0)
    for _ in range(2):
        speed = sweep(keys[:40], speed)
    print(f"chunks of {math.ceil(CHUNK * speed[0] / speed[1])} runs", flush=True)
    found = []
    for r in range(ROUNDS):
        part = keys[r * RUNS : (r + 1) * RUNS]
        began = time.perf_counter()
        alone = plain(part)
        seconds, observed = (sum(values) for values in list(zip(*alone, strict=True))[::2])
        middle, before = time.perf_counter(), spent()
        sweep(part, speed)
        taken, wall = spent() - before, (time.perf_counter() - middle) / (middle - began)
        found.append((taken / seconds - 1, taken / (seconds + observed) - 1, wall - 1))
        say = "processor +{:.1%} ({:+.1%} over runs that are observed), wall {:+.1%}".format(*found[-1])
        print(f"round {r}: {say}", flush=True)
    medians = [statistics.median(values) for values in zip(*found, strict=True)]
    print("median: processor +{:.1%} ({:+.1%} over runs that are observed), wall {:+.1%}".format(*medians))
    return dict(zip(("overhead", "overhead_over_observed_runs", "overhead_wall"), medians, strict=True))


def dask() -> dict[str, float]:
    """As `overhead`, through Dask: two worker processes, the scheduler in this one."""
    from sahelsim.sweep.engine_settings import DaskSettings, SlurmSettings
    from sahelsim.sweep.engines.dask_clusters import open_client
    from sahelsim.sweep.engines.dask_engine import Session

    with tempfile.TemporaryDirectory() as above:
        code, keys = store_of(above)
        folder = f"{above}/store"
        nothing = work_of(folder, code, [], (0, 0.0))
        with open_client(DaskSettings(), SlurmSettings(), 2, nothing) as client:
            workers = list(client.scheduler_info()["workers"])

            def plain(runs: list) -> list:
                halves = zip([runs[::2], runs[1::2]], workers, strict=True)
                return client.gather([client.submit(bare, folder, h, workers=[w], pure=False) for h, w in halves])

            def sweep(runs: list, speed: tuple[int, float]) -> tuple[int, float]:
                work = work_of(folder, code, runs, speed)
                Session(client, work, 2).run()
                assert work.tally.done == len(runs)
                return work._warm

            def spent() -> float:
                return sum(client.run(time.process_time).values()) + time.process_time()

            return in_turns(keys, plain, sweep, spent)


def throughput(lengths: Sequence[int] = LENGTHS) -> dict[str, float]:
    """Whole sweeps by the command line, start to end: runs a second, and what the largest process takes, by length."""
    out = {}
    with tempfile.TemporaryDirectory() as above:
        for runs in lengths:
            text = SMOKE.read_text(encoding="utf-8").replace("replicates: 2", f"replicates: {runs // 200}")
            file, store = Path(above) / f"{runs}.yaml", Path(above) / str(runs)
            file.write_text(text, encoding="utf-8")
            command = [sys.executable, "-m", "sahelsim.cli.main", "sweep", "run", file, "--store", store, "-q"]
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run([*command, "--workers", "2"], check=True, stdout=subprocess.DEVNULL)
            wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            size = sum(shard.stat().st_size for shard in (store / "summaries").iterdir())
            out |= {
                f"runs_per_second_of_{runs}": runs / wall, f"processor_seconds_per_run_of_{runs}": cpu / runs,
                f"peak_memory_mb_of_{runs}": after.ru_maxrss / 1024, f"bytes_per_run_of_{runs}": size / runs,
            }  # fmt: skip
            say = f"{runs / wall:.1f} runs/s, {cpu / runs:.4f} s of processor a run, {size / runs:.0f} bytes a run"
            print(f"{runs:,} runs in {wall:.0f} s: {say}, largest process {after.ru_maxrss / 1024:.0f} MB", flush=True)
    return out


def long() -> dict[str, float]:
    """A whole sweep of 100,000 runs, an hour of two cores; not among the parts that are always measured."""
    return throughput([MANY])


def opening() -> dict[str, float]:
    """A store of many rows, written by the store's own writer; opened and grouped."""
    import polars as pl
    import pyarrow as pa

    import sahelsim
    from sahelsim.sweep.execute import run_parcel
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
        run_parcel(path, list(store.keys())[:8], code)
        rows = read_shard(list_shards(path)[0])
        list_shards(path)[0].unlink()
        writer, batch = ShardWriter(path), []
        began = time.perf_counter()
        for number, (key, name) in enumerate(store.names(code)):
            batch.append((number % rows.num_rows, key, name))
            if len(batch) == SHARD:
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


PARTS = {"overhead": overhead, "dask": dask, "throughput": throughput, "opening": opening}
BY_HAND = {"long": long}


def measure() -> dict[str, dict[str, float]]:
    """All, each in a process of its own."""
    from apart import apart

    return {name: apart("sweeps", f"{name}()") for name in PARTS}


if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        (PARTS | BY_HAND)[name]()
