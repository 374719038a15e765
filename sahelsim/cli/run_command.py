"""``sahelsim run`` and ``sahelsim warmup``: from a scenario to a directory of results."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sahelsim.cli.waiting import cores, prepare_kernels, progress_bar
from sahelsim.errors import BadInput
from sahelsim.scenario.load import Loaded, read_scenario
from sahelsim.scenario.region_spec import SyntheticRegion
from sahelsim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sahelsim.calibration.draws import PosteriorDraws

__all__ = ["default_out", "default_workers", "run_command", "warmup_command"]

_WORTH_WORKERS = 1e7  # agent-steps: some 5 s of work; a worker process needs 1 to 3 s to start
_TABLE_COMMUNITIES = 5000  # in a region made from tables, for the estimate only


def run_command(
    name: str,
    *,
    out: Path | None,
    changes: Mapping[str, object],
    settings: Sequence[str],
    overrides: Sequence[str],
    workers: int | None,
    force: bool,
    profile: bool,
    posterior: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Load a scenario, simulate its replicates, write the tables and say what came out."""
    from sahelsim.run import run_scenario

    loaded = read_scenario(name, settings=settings, overrides=overrides, changes=changes)
    scenario = loaded.scenario
    target = out if out is not None else default_out(scenario, overrides)
    errors = Console(stderr=True, markup=False, highlight=False)
    draws = None if posterior is None else _drawn(posterior, scenario, settings, errors, quiet=quiet)
    prepare_kernels(errors, quiet=quiet)
    title = f"{scenario.name}, {scenario.replicates} × {scenario.calendar.steps} steps"
    with _placed(loaded), progress_bar(errors, title, quiet=quiet) as progress:
        summary = run_scenario(
            scenario,
            target,
            workers=workers or default_workers(scenario),
            progress=progress,
            force=force,
            inputs=loaded.files,
            profile=profile,
            draws=draws,
        )
    files = [str(summary.out / file) for file in summary.files]
    if as_json:
        print(
            json.dumps(
                {
                    "out": str(summary.out),
                    "seed": summary.seed,
                    "replicates": summary.replicates,
                    "events": summary.events,
                    "seconds_per_replicate": summary.seconds_per_replicate,
                    "files": files,
                    "scenario": scenario.name,
                    **({} if summary.profile is None else {"profile": summary.profile.as_dict()}),
                }
            )
        )
    elif not quiet:
        from sahelsim.cli.run_table import print_run
        from sahelsim.results import open_run

        print_run(open_run(summary.out), Console(markup=False, highlight=False))
        print(f"\n{summary.seconds_per_replicate:.2f} s per replicate; written:")
        for file in files:
            print(f"  {file}")
    if summary.profile is not None and not as_json:
        from sahelsim.cli.profile_table import print_profile

        print_profile(summary.profile, Console(markup=False, highlight=False))


def _drawn(path: Path, scenario: Scenario, settings: Sequence[str], errors: Console, *, quiet: bool) -> PosteriorDraws:
    """Draws of a posterior for the replicates, with a word on what differs from the calibrated scenario."""
    from sahelsim.calibration.draws import PosteriorDraws
    from sahelsim.calibration.shipped import find_posterior

    posterior = find_posterior(path, scenario)
    for setting in settings:
        if setting.partition("=")[0].strip() in posterior.paths:
            raise BadInput(f"'{setting}' has no effect, since the posterior gives this value; leave one out", path="-S")
    differing = posterior.differences(scenario)
    if differing and not quiet:
        errors.print(f"note: {', '.join(differing)} differ from the scenario that was calibrated", soft_wrap=True)
    return PosteriorDraws.of(posterior, scenario)


@contextmanager
def _placed(loaded: Loaded) -> Iterator[None]:
    """A fault that shows only when the world is built gets the file, line and column of its key."""
    try:
        yield
    except BadInput as error:
        if error.file is not None or not error.path or error.path.startswith("-"):
            raise
        place = loaded.written_at(error.path)
        raise BadInput(error.message, file=place.file, line=place.line, column=place.column, path=error.path) from None


def default_out(scenario: Scenario, overrides: Sequence[str]) -> Path:
    """``runs/NAME-SEED``, with the names of the overrides between the two."""
    return Path("runs") / "-".join([scenario.name, *overrides, str(scenario.seed)])


def warmup_command() -> None:
    """Compile every kernel into the cache, on all cores."""
    from sahelsim.warmup import fill_cache

    began = time.perf_counter()
    fill_cache(cores())
    print(f"kernels are ready ({time.perf_counter() - began:.1f} s)")


def default_workers(scenario: Scenario) -> int:
    """Cores this process may use, as far as there are replicates for them; 1 when the work is small."""
    if scenario.replicates * _agent_steps(scenario) < _WORTH_WORKERS:
        return 1
    return min(cores(), scenario.replicates)


def _agent_steps(scenario: Scenario) -> float:
    """Units and communities times steps of one replicate, roughly."""
    actors = scenario.actors.values()
    units = sum(group.fighters / actor.unit_size for actor in actors for group in actor.groups.values())
    region = scenario.region
    communities = region.communities if isinstance(region, SyntheticRegion) else _TABLE_COMMUNITIES
    return (units + communities) * scenario.calendar.steps
