"""What the schema alone cannot see: names that must exist, numbers that must fit together."""

from __future__ import annotations

from collections.abc import Iterator

from sahelsim.errors import BadInput
from sahelsim.scenario.check_interventions import check_interventions
from sahelsim.scenario.check_names import check_names
from sahelsim.scenario.check_numbers import check_numbers
from sahelsim.scenario.check_priors import check_priors
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.gazette import gazette_of
from sahelsim.scenario.schema import Scenario

__all__ = ["check_scenario"]


def check_scenario(scenario: Scenario) -> Iterator[Finding]:
    """All faults of a scenario whose keys and types are right.

    Parameters
    ----------
    scenario : Scenario

    Yields
    ------
    Finding
        Path and message; no file and line, which `sahelsim.scenario.load` adds.
    """
    yield from check_numbers(scenario)
    yield from check_priors(scenario)
    try:
        gazette = gazette_of(scenario.region)
    except BadInput as error:
        yield Finding(("region", "tables"), error.message if error.file is None else str(error))
        gazette = None
    unknown = list(check_names(scenario, gazette))
    yield from unknown
    if not unknown:
        yield from check_interventions(scenario)
