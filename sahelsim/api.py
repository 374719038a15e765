"""The short Python interface: what `import sahelsim` offers."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.results import Run, open_run
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.vary import change_scenario
from sahelsim.sweep.opening import Sweep, open_sweep

__all__ = ["Run", "Scenario", "Sweep", "change_scenario", "load_scenario", "open_run", "open_sweep", "simulate"]


def simulate(
    scenario: Scenario,
    out: str | Path | None = None,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    force: bool = False,
) -> Run:
    """Run all replicates of a scenario and open the results.

    Parameters
    ----------
    scenario : Scenario
        From `load_scenario` or `change_scenario`.
    out : path, optional
        Run directory to write. None: a temporary one that goes when the program ends.
    workers : int
        Processes; the tables do not depend on it.
    progress : callable, optional
        Called with (replicate-steps done, in all).
    force : bool
        Replace a finished run in `out`.

    Raises
    ------
    BadInput
        If `scenario` is not a loaded one, or `out` cannot be used.
    SahelsimError
        If a replicate failed.

    Examples
    --------
    >>> import sahelsim
    >>> scenario = sahelsim.load_scenario("two_actors", settings=["replicates=1"])
    >>> run = sahelsim.simulate(scenario)
    >>> len(run.events()) > 0
    True
    """
    if not isinstance(scenario, Scenario):
        raise BadInput(f"expected a scenario from load_scenario, got a {type(scenario).__name__}")
    if out is None:
        folder = Path(tempfile.mkdtemp(prefix="sahelsim-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        out = folder / scenario.name
    run_scenario(scenario, out, workers=workers, progress=progress, force=force)
    return open_run(out)
