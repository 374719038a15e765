"""``sahelsim score``: a forecast and its baselines against the record; tables, figures, one JSON object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sahelsim.cli.files import write_parquet, write_text
from sahelsim.cli.record_files import read_record
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.forecast.read import Forecast
    from sahelsim.forecast.skill import Summary

__all__ = ["score_command", "write_scores"]


def score_command(
    folder: Path,
    ged: Sequence[Path],
    *,
    skip_bad_rows: bool,
    partial: bool,
    reference: str,
    resamples: int,
    confidence: float,
    out: Path | None,
    formats: Sequence[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Score, write, and print."""
    from sahelsim.cli.score_table import print_scores
    from sahelsim.forecast.baselines import BASELINES, CELL_ONLY
    from sahelsim.forecast.read import open_forecast
    from sahelsim.forecast.report import report
    from sahelsim.forecast.score import score_forecast
    from sahelsim.forecast.skill import summarise

    known = [name for name in BASELINES if name not in CELL_ONLY]
    if reference not in known:
        raise BadInput(f"there is no baseline {reference!r}; known are {', '.join(known)}", path="--reference")
    forecast = open_forecast(folder)
    errors = Console(stderr=True, markup=False, highlight=False)
    events = read_record(ged, errors, skip_bad_rows=skip_bad_rows, quiet=quiet)
    scores = score_forecast(forecast, events, partial=partial)
    summary = summarise(scores, reference=reference, resamples=resamples, confidence=confidence)
    found: dict[str, Any] = {
        "forecast": str(folder), "record": [str(path) for path in ged],
        "months_left_out": len(forecast.months) - scores["month_id"].n_unique(), **report(scores, summary),
    }  # fmt: skip
    files = write_scores(forecast, events, scores, summary, found, folder / "scores" if out is None else out, formats)
    if as_json:
        print(json.dumps(found | {"files": [str(file) for file in files]}, ensure_ascii=False))
        return
    if quiet:
        return
    console = Console(markup=False, highlight=False)
    print_scores(found, summary, console)
    print("\nwritten:", *(f"  {file}" for file in files), sep="\n")


def write_scores(
    forecast: Forecast, events: pl.DataFrame, scores: pl.DataFrame, summary: Summary, found: dict[str, Any],
    folder: Path, formats: Sequence[str],
) -> list[Path]:  # fmt: skip
    """Tables and figures of scores, into a folder; the fan is that of `forecast`."""
    from sahelsim.plot.forecast_figures import forecast_figures
    from sahelsim.plot.save import make_folder, save_figure

    make_folder(folder)
    files = [folder / "scores.parquet", folder / "scores.json"]
    write_parquet(files[0], scores.to_pandas())
    write_text(files[1], json.dumps(found, ensure_ascii=False, indent=1) + "\n", replace=True)
    for name, (title, figure) in forecast_figures(forecast, events, scores, summary).items():
        files += [save_figure(figure, folder / f"{name}.{ending}", title) for ending in dict.fromkeys(formats)]
    return files
