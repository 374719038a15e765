"""The posteriors that come with the program, each in a folder beside the shipped scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sahelsim.calibration.posterior import MANIFEST, Posterior, open_posterior
from sahelsim.errors import BadInput
from sahelsim.scenario.shipped import shipped_folder

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["DEFAULT", "find_posterior", "shipped_posteriors"]

DEFAULT = "default"
"""Stands for the shipped posterior of the scenario that is to be run."""


def shipped_posteriors() -> list[Path]:
    """Folders of the shipped posteriors."""
    return sorted(path.parent for path in (shipped_folder() / "posteriors").glob(f"*/{MANIFEST}"))


def find_posterior(name: str | Path, scenario: Scenario) -> Posterior:
    """The posterior in a directory, or for `DEFAULT` the shipped one of the scenario.

    Parameters
    ----------
    name : str or Path
        A directory that `sahelsim calibrate` wrote, or `DEFAULT` where no directory has that name.
    scenario : Scenario
        What is to be run.

    Raises
    ------
    BadInput
        It cannot be opened, or none of the shipped ones is of this scenario.
    """
    if str(name) != DEFAULT or Path(name).is_dir():
        return open_posterior(name)
    why: list[str] = []
    for folder in shipped_posteriors():
        posterior = open_posterior(folder)
        differing = posterior.parts_that_differ(scenario)
        if not differing:
            return posterior
        why.append(f"that of {posterior.manifest['scenario']} differs in {', '.join(differing)}")
    raise BadInput(
        f"no posterior that comes with sahelsim is of this scenario{': ' if why else ''}{'; '.join(why)}. Give the "
        "directory of a calibration of your own (`sahelsim calibrate`)", path="--posterior",
    )  # fmt: skip
