"""``sahelsim forecast``: draws of the months ahead."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sahelsim.cli.record_files import read_record
from sahelsim.cli.waiting import cores, prepare_kernels, progress_bar
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.forecast.make import Forecast, Plan
    from sahelsim.scenario.schema import Scenario

__all__ = ["forecast_command", "month_of_text"]


_YEARS = (1946, 2200)  # the first year of UCDP's data, and one far away


def forecast_command(
    name: str,
    *,
    ged: Sequence[Path],
    origin: str,
    first: str,
    last: str,
    out: Path,
    draws: int,
    particles: int,
    what_if: Sequence[str],
    posterior: Path | None,
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
    """Follow the record to the origin, run ahead, write the draws and say what they are."""
    from sahelsim.forecast.make import Plan, make_forecast
    from sahelsim.forecast.write import require_room, write_forecast
    from sahelsim.scenario.load import read_scenario

    plan = Plan(
        month_of_text(origin, "--origin"), month_of_text(first, "--from"), month_of_text(last, "--to"),
        draws, particles, tuple(what_if), model, follow,
    )  # fmt: skip
    changes = {} if seed is None else {"seed": seed}
    loaded = read_scenario(name, settings=settings, overrides=overrides, changes=changes)
    require_room(out)
    errors = Console(stderr=True, markup=False, highlight=False)
    events = read_record(ged, errors, skip_bad_rows=skip_bad_rows)
    starts = _from_posterior(posterior, loaded.scenario, plan)
    prepare_kernels(errors, quiet=quiet)
    with progress_bar(errors, f"{particles} particles to {last}", quiet=quiet) as progress:
        forecast = make_forecast(
            loaded.scenario, events, plan, settings=starts, workers=workers or cores(), progress=progress
        )
    write_forecast(forecast, out, {"ged": [path.name for path in ged], "posterior": posterior and posterior.name})
    if as_json:
        print(json.dumps({"out": str(out), **_summary(forecast)}))
    elif not quiet:
        from sahelsim.cli.forecast_table import print_forecast

        print_forecast(forecast, Console(markup=False, highlight=False))
        files = " ".join(f"--ged {path}" for path in ged)
        print(f"\nwritten: {out}; when these months are on record:\n  sahelsim score {out} {files}")


def month_of_text(text: str, option: str) -> int:
    """month_id of ``2020-10``.

    Raises
    ------
    BadInput
        It is no month.
    """
    from sahelsim.terms import month_id as month_id_of

    match = re.fullmatch(r"(\d{4})-(\d{1,2})", text)
    if match is None or not 1 <= int(match[2]) <= 12 or not _YEARS[0] <= int(match[1]) <= _YEARS[1]:
        raise BadInput(
            f"is {text!r}; expected a month as YYYY-MM, such as 2020-10, from {_YEARS[0]} to {_YEARS[1]}", path=option
        )
    return month_id_of(int(match[1]), int(match[2]))


def _from_posterior(folder: Path | None, scenario: Scenario, plan: Plan) -> list[dict[str, Any]] | None:
    """Values of each particle from a posterior that knew nothing after the origin.

    Raises
    ------
    BadInput
        It is of another scenario, or was fitted to what came after the origin.
    """
    if folder is None:
        return None
    from sahelsim.calibration.shipped import find_posterior
    from sahelsim.ged.units import month_name

    posterior = find_posterior(folder, scenario)
    posterior.differences(scenario)
    until = posterior.manifest["data"].get("until")
    if until is None or month_of_text(until, "--posterior") > plan.origin:
        raise BadInput(
            f"was fitted to {'all that there is' if until is None else f'what there is until {until}'}, and the origin "
            f"is {month_name(plan.origin)}: it would look ahead. Calibrate with `until: {month_name(plan.origin)}` or "
            "earlier, or leave the posterior out and start from the priors",
            file=folder, path="--posterior",
        )  # fmt: skip
    return [posterior.settings(int(d)) for d in posterior.draws_of(range(plan.particles), scenario.seed)]


def _summary(forecast: Forecast) -> dict[str, Any]:
    ensemble = forecast.assimilation
    return {
        "draws": forecast.plan.draws,
        "particles": int(ensemble.weights.size),
        "effective_particles": ensemble.effective_particles,
        "mean": {
            level: {unit: float(forecast.events[level][:, :, k].sum(axis=1).mean()) for k, unit in enumerate(units)}
            for level, units in forecast.units.items()
        },
    }
