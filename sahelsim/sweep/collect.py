"""One table of a sweep: a row a run, in a fixed order and the same bytes however it was run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sahelsim.errors import BadInput
from sahelsim.sweep.files import disk_errors, write_file
from sahelsim.sweep.opening import Sweep
from sahelsim.sweep.progress import scan
from sahelsim.sweep.store import open_store

__all__ = ["Collected", "collect"]

_ZSTD_LEVEL = 6
_PLACE = "[variant]"  # a name that no factor can have


class Collected(NamedTuple):
    """What was written."""

    rows: int
    failed: int
    total: int


def collect(path: Path, out: Path) -> Collected:
    """Write the runs of a store as one Parquet file, replacing an older one.

    Names (run, what_if, draw, replicate, code), ok and the error, the factors, the results; no timings. In order of
    draw, replicate and variant. Runs that are not done yet are missing; failed ones have an error and nulls.

    Raises
    ------
    BadInput
        There is no store, a shard is damaged, or the file cannot be written.
    """
    import polars as pl
    import pyarrow.parquet as pq

    store = open_store(path)
    damaged = scan(store).damaged
    if damaged:
        raise BadInput(
            f"{damaged[0].message} ({len(damaged)} damaged in all); `sahelsim sweep resume EXPERIMENT --quarantine` "
            "sets it aside and does its runs again", file=damaged[0].file,
        )  # fmt: skip
    sweep = Sweep(store)
    order = pl.DataFrame({"what_if": sweep.variants, _PLACE: range(len(sweep.variants))}).lazy()
    frame = (
        sweep.rows()
        .join(sweep.draws, on="draw", how="left")
        .join(order, on="what_if", how="left")
        .sort("draw", "replicate", _PLACE)
        .select(
            "run", "what_if", "draw", "replicate", "code", "ok", "error_type", "error",
            *sweep.factors, *(output.name for output in store.outputs),
        )
        .collect()
    )  # fmt: skip
    if out.is_dir():
        raise BadInput("is a directory; expected a file name", file=out, path="--out")
    with disk_errors(out, option="--out"):
        out.parent.mkdir(parents=True, exist_ok=True)
    table = frame.to_arrow()
    write_file(
        out,
        lambda aside: pq.write_table(
            table, aside, compression="zstd", compression_level=_ZSTD_LEVEL, row_group_size=50_000, store_schema=False
        ),
        option="--out",
    )
    return Collected(frame.height, int((~frame["ok"]).sum()), sweep.total)
