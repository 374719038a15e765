"""``sahelsim backtest``: forecasts from several origins, each of the year after it, and their scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sahelsim.cli.forecast_command import month_of_text
from sahelsim.cli.record_files import read_record
from sahelsim.cli.score_command import write_scores
from sahelsim.cli.waiting import cores, prepare_kernels, progress_bar
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.forecast.make import Plan
    from sahelsim.scenario.schema import Scenario

__all__ = ["backtest_command"]

_OCTOBER = 10


def backtest_command(
    name: str,
    *,
    ged: Sequence[Path],
    out: Path,
    origins: Sequence[str],
    draws: int,
    particles: int,
    skip_bad_rows: bool,
    model: bool,
    follow: bool,
    settings: Sequence[str],
    overrides: Sequence[str],
    seed: int | None,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Forecast, score and write; origins that were forecast before are taken as they are."""
    from sahelsim.forecast.write import require_room
    from sahelsim.ged.units import month_name
    from sahelsim.scenario.load import read_scenario

    errors = Console(stderr=True, markup=False, highlight=False)
    loaded = read_scenario(name, settings=settings, overrides=overrides, changes={} if seed is None else {"seed": seed})
    events = read_record(ged, errors, skip_bad_rows=skip_bad_rows)
    plans = _plans(loaded.scenario, events, origins, draws, particles, model=model, follow=follow)
    if out.exists() and not out.is_dir():
        raise BadInput("is a file; a backtest needs a directory", file=out, path="--out")
    for plan in plans:
        require_room(out / month_name(plan.origin))
    prepare_kernels(errors, quiet=quiet)
    folders = []
    for plan in plans:
        folder = out / month_name(plan.origin)
        made = _forecast(loaded.scenario, events, plan, folder, ged, workers or cores(), errors, quiet=quiet)
        if not made and not quiet:
            errors.print(f"{folder} was forecast before and is taken as it is", soft_wrap=True)
        folders.append(folder)
    found, files = _score(folders, events, out / "scores", ged)
    if as_json:
        print(json.dumps(found | {"files": [str(file) for file in files]}, ensure_ascii=False))
    elif not quiet:
        print("\nwritten:", *(f"  {file}" for file in files), sep="\n")


def _plans(
    scenario: Scenario, events: pl.DataFrame, origins: Sequence[str], draws: int, particles: int, *,
    model: bool, follow: bool,
) -> list[Plan]:  # fmt: skip
    """A plan for each origin: January to December of the year after it."""
    from sahelsim.forecast.make import Plan
    from sahelsim.forecast.score import RECORD_NEEDED, span_of
    from sahelsim.ged.units import month_name
    from sahelsim.terms import month_id as month_id_of
    from sahelsim.terms import month_of

    first, last = span_of(events)
    if origins:
        chosen = sorted({month_of_text(text, "--origin") for text in origins})
    else:
        start = scenario.calendar.start
        octobers = [month_id_of(year, _OCTOBER) for year in range(start.year, month_of(last)[0])]
        earliest = max(first + RECORD_NEEDED - 1, month_id_of(start.year, start.month) + 1)
        chosen = [month for month in octobers if month >= earliest and _year_after(month)[1] <= last]
    plans = []
    for origin in chosen:
        begin, end = _year_after(origin)
        if end > last:
            raise BadInput(
                f"the record ends with {month_name(last)}, and the year after {month_name(origin)} goes on to "
                f"{month_name(end)}",
                path="--origin",
            )
        plans.append(Plan(origin, begin, end, draws, particles, (), model, follow))
    if not plans:
        raise BadInput("the record has no whole year after an October of the scenario", path="--ged")
    return plans


def _year_after(origin: int) -> tuple[int, int]:
    """First and last month of the calendar year after an origin."""
    from sahelsim.terms import month_id as month_id_of
    from sahelsim.terms import month_of

    year = month_of(origin)[0] + 1
    return month_id_of(year, 1), month_id_of(year, 12)


def _forecast(
    scenario: Scenario, events: pl.DataFrame, plan: Plan, folder: Path, ged: Sequence[Path], workers: int,
    errors: Console, *, quiet: bool,
) -> bool:  # fmt: skip
    """Make the forecast of one origin unless it is there; whether it was made."""
    from sahelsim.forecast.make import make_forecast
    from sahelsim.forecast.write import is_forecast_of, write_forecast
    from sahelsim.ged.units import month_name

    if is_forecast_of(folder, scenario, plan, events):
        return False
    with progress_bar(errors, f"from {month_name(plan.origin)}, {plan.particles} particles", quiet=quiet) as progress:
        forecast = make_forecast(scenario, events, plan, workers=workers, progress=progress)
    write_forecast(forecast, folder, {"ged": [path.name for path in ged], "posterior": None})
    return True


def _score(
    folders: Sequence[Path], events: pl.DataFrame, out: Path, ged: Sequence[Path]
) -> tuple[dict[str, Any], list[Path]]:
    """Scores of all origins together, of what all of them forecast; tables and figures."""
    import polars as pl

    from sahelsim.cli.score_table import print_scores
    from sahelsim.forecast.read import open_forecast
    from sahelsim.forecast.report import report
    from sahelsim.forecast.score import score_forecast
    from sahelsim.forecast.skill import summarise

    forecasts = [open_forecast(folder) for folder in folders]
    scores = pl.concat([score_forecast(forecast, events) for forecast in forecasts])
    common = scores.select("level", "unit", "origin").unique().group_by("level", "unit").len()
    shared = common.filter(pl.col("len") == len(forecasts)).select("level", "unit")
    scores = scores.join(shared, on=["level", "unit"], maintain_order="left")
    summary = summarise(scores)
    found: dict[str, Any] = {
        "forecast": ", ".join(str(folder) for folder in folders), "record": [str(path) for path in ged],
        "months_left_out": 0, **report(scores, summary),
    }  # fmt: skip
    files = write_scores(forecasts[-1], events, scores, summary, found, out, ["png"])
    print_scores(found, summary, Console(stderr=True, markup=False, highlight=False))
    return found, files
