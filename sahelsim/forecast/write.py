"""A forecast on disk: forecast.parquet, state.parquet and manifest.json in a directory that is renamed into place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.forecast.read import FILE, MANIFEST
from sahelsim.forecast.state import state_table
from sahelsim.ged.units import OUTCOMES, month_name

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from sahelsim.forecast.make import CellDraws, Forecast, Plan
    from sahelsim.scenario.schema import Scenario

__all__ = ["STATE", "is_forecast_of", "require_room", "write_forecast"]

STATE = "state.parquet"

I64 = npt.NDArray[np.int64]
_FORMAT = "sahelsim-forecast"
_CELLS_AT_ONCE = 64  # cells in a row group


def write_forecast(forecast: Forecast, out: Path, inputs: dict[str, Any]) -> None:
    """Write a forecast.

    Parameters
    ----------
    forecast : Forecast
        From `make_forecast`.
    out : Path
        Directory; a forecast that stands there is replaced when the new one is complete.
    inputs : dict
        What the manifest says of the files that went in.
    """
    from sahelsim.results.storage import aside

    require_room(out)
    with aside(out, force=True) as beside:
        _write_draws(forecast, beside / FILE)
        state_table(forecast).write_parquet(beside / STATE, compression="zstd")
        text = json.dumps(manifest_of(forecast, inputs), indent=2, ensure_ascii=False)
        (beside / MANIFEST).write_text(text + "\n", encoding="utf-8")


def require_room(out: Path) -> None:
    """Raise BadInput unless a forecast may be put there: nothing, an empty directory or an older forecast."""
    if not Path(os.path.abspath(out)).name:
        raise BadInput("is no directory of its own", file=out, path="--out")
    if not out.exists() or (out.is_dir() and (_manifest(out).get("format") == _FORMAT or not any(out.iterdir()))):
        return
    raise BadInput("stands there and is no forecast; give another directory", file=out, path="--out")


def _manifest(folder: Path) -> dict[str, Any]:
    """What a manifest says; nothing if there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def is_forecast_of(folder: Path, scenario: Scenario, plan: Plan, events: pl.DataFrame) -> bool:
    """Whether a directory holds the very forecast that would be made from these, by this version."""
    from sahelsim.assimilation.known import known_at
    from sahelsim.forecast.known_record import known_record
    from sahelsim.results.manifest import versions
    from sahelsim.scenario.dump import scenario_hash

    manifest = _manifest(folder)
    record = manifest.get("record")
    if not isinstance(record, dict) or not (folder / FILE).is_file():
        return False
    wanted = {
        "scenario_as_known": scenario_hash(known_at(scenario, plan.origin, plan.last, plan.what_if)),
        "record": known_record(events, plan.origin).fingerprint,
        "versions": versions(),
        **_said(plan),
    }
    there = {key: manifest.get(key) for key in wanted} | {"record": record.get("sha256")}
    return bool(there == wanted)


def _said(plan: Plan) -> dict[str, Any]:
    """What the manifest says of a plan."""
    return {
        "origin": month_name(plan.origin),
        "from": month_name(plan.first),
        "to": month_name(plan.last),
        "draws": plan.draws,
        "particles": plan.particles,
        "what_if": list(plan.what_if),
        "model": plan.model,
        "filtered": plan.filtered,
    }


def manifest_of(forecast: Forecast, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a forecast is, of what, and how well the ensemble followed."""
    from sahelsim.results.manifest import versions
    from sahelsim.scenario.dump import scenario_hash

    plan, ensemble = forecast.plan, forecast.assimilation
    return {
        "format": _FORMAT,
        "format_version": 1,
        "scenario": forecast.scenario.name,
        "scenario_as_known": scenario_hash(forecast.scenario),
        **_said(plan),
        "seed": forecast.scenario.seed,
        "record": {"events": forecast.record.events.height, "sha256": forecast.record.fingerprint},
        "assimilation": {
            "effective_particles": round(ensemble.effective_particles, 1),
            "effective_islands": round(ensemble.effective_islands, 2),
            "islands": int(ensemble.island_weights.size),
            "least_effective_share": round(float(ensemble.effective.min()), 3),
            "surviving_lines": int(ensemble.ancestors.sum()),
        },
        "inputs": inputs,
        "versions": versions(),
    }


def _write_draws(forecast: Forecast, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            ("level", pa.dictionary(pa.int8(), pa.string())),
            ("unit", pa.dictionary(pa.int16(), pa.string())),
            ("outcome", pa.dictionary(pa.int8(), pa.string())),
            ("month_id", pa.int32()),
            ("draw", pa.int32()),
            ("value", pa.int64()),
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for level, units in forecast.units.items():
            values = {"events": forecast.events[level], "deaths_best": forecast.deaths[level]}
            writer.write_table(_table(schema, level, units, values, forecast.plan.first))
        for units, values in _cell_blocks(forecast.cells, forecast.plan.draws, forecast.events["country"].shape[1]):
            writer.write_table(_table(schema, "cell", units, values, forecast.plan.first))


def _cell_blocks(cells: CellDraws, draws: int, months: int) -> Iterator[tuple[tuple[str, ...], dict[str, I64]]]:
    """Dense draws (N, H, G') of some cells at a time."""
    at = np.searchsorted(cells.gids, cells.gid)
    for start in range(0, cells.gids.size, _CELLS_AT_ONCE):
        gids = cells.gids[start : start + _CELLS_AT_ONCE]
        mine = (at >= start) & (at < start + gids.size)
        key = (cells.draw[mine] * months + cells.horizon[mine]) * gids.size + at[mine] - start
        shape, size = (draws, months, gids.size), draws * months * gids.size
        events = np.bincount(key, minlength=size).reshape(shape)
        deaths = np.bincount(key, weights=cells.dead[mine], minlength=size).astype(np.int64).reshape(shape)
        yield tuple(str(gid) for gid in gids), {"events": events, "deaths_best": deaths}


def _table(schema: pa.Schema, level: str, units: tuple[str, ...], values: dict[str, I64], first: int) -> pa.Table:
    """Rows by unit, outcome, month and draw."""
    import pyarrow as pa

    draws, months, size = values[OUTCOMES[0]].shape
    each = draws * months
    stacked = np.stack([values[name].transpose(2, 1, 0) for name in OUTCOMES], axis=1)  # unit, outcome, month, draw
    rows = stacked.size
    columns = [
        pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), pa.array([level])),
        pa.DictionaryArray.from_arrays(np.repeat(np.arange(size, dtype=np.int16), 2 * each), pa.array(list(units))),
        pa.DictionaryArray.from_arrays(np.tile(np.repeat(np.arange(2, dtype=np.int8), each), size), pa.array(OUTCOMES)),
        np.tile(np.repeat(np.arange(first, first + months, dtype=np.int32), draws), 2 * size),
        np.tile(np.arange(draws, dtype=np.int32), 2 * size * months),
        stacked.ravel(),
    ]
    return pa.table(columns, schema=schema)
