"""The directory of a posterior: tables, diagnostics, and last the manifest that makes it one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelsim.calibration.calibrate import Calibrated
from sahelsim.calibration.posterior import FORMAT, FORMAT_VERSION, MANIFEST, POSTERIOR, fingerprint
from sahelsim.calibration.predictive import spread_of_targets
from sahelsim.errors import BadInput
from sahelsim.sweep.files import disk_errors, write_file

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DIAGNOSTICS", "RECOVERY", "TARGETS", "prepare_folder", "write_posterior"]

TARGETS, RECOVERY, DIAGNOSTICS = "targets.parquet", "recovery.parquet", "diagnostics.json"

_SHARES = (0.05, 0.5, 0.95)
_METHODS = {"abc": "regression ABC", "npe": "neural posterior estimation"}


def prepare_folder(out: Path, *, resume: bool) -> None:
    """Make the directory of a calibration; refuse one that holds something else, or runs that nobody goes on with.

    Raises
    ------
    BadInput
        It cannot be used.
    """
    if out.exists() and not out.is_dir():
        raise BadInput("is a file; a calibration needs a directory of its own", file=out, path="--out")
    found = [entry.name for entry in out.iterdir() if not entry.name.startswith(".")] if out.is_dir() else []
    if found and "waves" not in found:
        raise BadInput("holds other files, which are not touched; choose a directory that is new or empty",
                       file=out, path="--out")  # fmt: skip
    if found and not resume:
        raise BadInput("holds runs of a calibration already; go on with --resume, or choose another directory",
                       file=out, path="--out")  # fmt: skip
    with disk_errors(out, option="--out"):
        (out / "waves").mkdir(parents=True, exist_ok=True)


def write_posterior(
    result: Calibrated, diagnostics: dict[str, Any], out: Path, ged: Sequence[Path] = (), figures: Sequence[str] = ()
) -> None:
    """Write tables and diagnostics, then the manifest. The same bytes from the same runs.

    Parameters
    ----------
    result : Calibrated
    diagnostics : dict
        From `sahelsim.calibration.diagnostics`.
    out : Path
    ged : sequence of Path
        Files of UCDP GED that were used.
    figures : sequence of str
        Names of the figures in `out`.
    """
    from sahelsim.results.manifest import describe_file, inputs_of, versions

    with disk_errors(out, option="--out"):
        (out / MANIFEST).unlink(missing_ok=True)  # no posterior while it is written anew
    tables = {POSTERIOR: _posterior(result), TARGETS: _targets(result), RECOVERY: _recovery(result)}
    for name, table in tables.items():
        write_file(out / name, lambda aside, table=table: table.write_parquet(aside), option="--out")  # type: ignore[misc]
    _write_json(out / DIAGNOSTICS, diagnostics)
    loaded, period = result.loaded, result.evidence.period
    files = [*tables, DIAGNOSTICS]
    _write_json(
        out / MANIFEST,
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "name": loaded.calibration.name,
            "scenario": loaded.scenario.name,
            "scenario_parts": fingerprint(loaded.scenario, loaded.space.paths),
            "overrides": list(loaded.calibration.overrides),
            "changes": loaded.calibration.changes,
            "parameters": list(loaded.space.paths),
            "priors": {name: prior.model_dump() for name, prior in loaded.scenario.priors.items()},
            "data": {
                "patterns": "seeds/patterns.yaml",
                "until": loaded.calibration.until,
                "ged": {path.name: describe_file(path) for path in ged},
                "ged_period": None if period is None else str(period),
            },
            "method": ("history matching and " if result.matched else "") + _METHODS[result.found.about["method"]],
            "posterior": dict(result.found.about),
            "engine": "simulated by sahelsim",
            "seed": loaded.seed,
            "draws": len(result.values),
            "runs": result.runs,
            "calibration": loaded.calibration.model_dump(mode="json", exclude={"engine"}),
            "versions": versions(),
            "inputs": inputs_of(loaded.variant, loaded.inputs),
            "outputs": {name: describe_file(out / name) for name in files},
            "figures": list(figures),
        },
    )


def _posterior(result: Calibrated) -> pl.DataFrame:
    import polars as pl

    columns: dict[str, Any] = {"draw": pl.Series(range(len(result.values)), dtype=pl.Int32)}
    columns["weight"] = _rounded(result.sample.weights)
    for j, path in enumerate(result.loaded.space.paths):
        columns[path] = result.values[:, j]
    return pl.DataFrame(columns)


def _targets(result: Calibrated) -> pl.DataFrame:
    import polars as pl

    comparison = result.comparison
    prior, posterior = spread_of_targets(result, _SHARES)
    names = [target.name for target in comparison.targets]
    columns: dict[str, Any] = {
        "target": names,
        "title": [target.title for target in comparison.targets],
        "logarithm": [target.logarithm for target in comparison.targets],
        "record": [target.observed for target in comparison.targets],
        "used": comparison.used,
        "why_not": pl.Series([comparison.left_out.get(name) for name in names], dtype=pl.String),
        "inside_90": comparison.inside,
    }
    for what, table in (("prior", prior), ("posterior", posterior)):
        for share, row in zip(_SHARES, np.full_like(prior, np.nan) if table is None else table, strict=True):
            columns[f"{what}_{round(100 * share):02}"] = _rounded(row)
    return pl.DataFrame(columns)


def _recovery(result: Calibrated) -> pl.DataFrame:
    import polars as pl

    recovery, paths = result.recovery, result.loaded.space.paths
    sets, count = len(recovery.runs), len(paths)
    return pl.DataFrame(
        {
            "run": pl.Series(np.repeat(result.training[recovery.runs], count), dtype=pl.Int32),
            "parameter": list(paths) * sets,
            "true_score": _rounded(recovery.truth.ravel()),
            "mean_score": _rounded(recovery.mean.ravel()),
            "sd_score": _rounded(recovery.sd.ravel()),
            "rank": _rounded(recovery.rank.ravel()),
        }
    )


def _rounded(values: Any) -> list[float]:
    """Nine significant digits, as for draws."""
    return [float(f"{float(value):.9g}") for value in values]


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def put(aside: Path) -> None:
        aside.write_text(text, encoding="utf-8")

    write_file(path, put, option="--out")
