"""Stores whose results are a function of the draw, for the tests of what reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sweep_experiments import load

from sahelsim.sweep.layout import SUMMARIES
from sahelsim.sweep.making import make_store, prepare_folder
from sahelsim.sweep.opening import Sweep, open_sweep

SHARE = "people_share[movement]"
"""A column of the small world that takes any number."""

THREE = """
name: three
scenario: two_actors
changes: { calendar.steps: 3, region.communities: 30 }
seed: 5
replicates: 1
factors:
  a: { path: actors.movement.doctrine.initiative, range: [0.0, 1.0] }
  b: { path: actors.army.doctrine.harshness, range: [0.0, 1.0] }
  c: { path: mechanisms.allegiance.grievance_half_life, range: [10.0, 100.0], transform: log }
design: { kind: lhs, size: 200 }
"""

Function = Callable[[dict[str, Any], int, str], float | None]


def made_up(
    folder: Path,
    function: Function,
    *changes: tuple[str, str],
    text: str = THREE,
    missing: Callable[[int, int], bool] = lambda draw, replicate: False,
    failed: Callable[[int, int], bool] = lambda draw, replicate: False,
) -> Sweep:
    """A store with a row a run; `SHARE` is the function of (draw, replicate, what-if), every other column is 0."""
    folder.mkdir(parents=True, exist_ok=True)
    loaded = load(folder, text, *changes)
    path = folder / "store"
    prepare_folder(path)
    store = make_store(loaded, path)
    zero = {output.name: False if output.type == "bool" else 0 for output in store.outputs}
    draws = store.draws.to_pylist()
    rows = []
    for key, name in store.names(store.codes[-1]):
        if missing(key.draw, key.replicate):
            continue
        what_if = store.variants[key.variant]
        row = {"run": name, "what_if": what_if, "draw": key.draw, "replicate": key.replicate,
               "code": store.codes[-1], "ok": not failed(key.draw, key.replicate)}  # fmt: skip
        if row["ok"]:
            row |= zero | {SHARE: function(draws[key.draw], key.replicate, what_if)}
        else:
            row |= {"error_type": "ValueError", "error": "made up"}
        rows.append(row)
    pq.write_table(pa.Table.from_pylist(rows, store.row_schema), path / SUMMARIES / "w-test-0000.parquet")
    return open_sweep(path)
