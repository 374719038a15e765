"""The checks of a whole scenario, cheap when many scenarios share a region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput
from sahelsim.scenario.check_interventions import check_interventions
from sahelsim.scenario.check_names import check_names
from sahelsim.scenario.check_numbers import check_numbers
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.gazette import gazette_of
from sahelsim.scenario.tree import dotted

if TYPE_CHECKING:
    from sahelsim.scenario.gazette import Gazette
    from sahelsim.scenario.schema import Scenario

__all__ = ["faults_of", "require_sound"]

_gazettes: dict[str, Gazette] = {}  # of the regions that this process has met, by their settings


def faults_of(scenario: Scenario) -> Iterator[Finding]:
    """As `sahelsim.scenario.check.check_scenario`, but a region's names are read once a process."""
    yield from check_numbers(scenario)
    unknown = list(check_names(scenario, _gazette(scenario)))
    yield from unknown
    if not unknown:
        yield from check_interventions(scenario)


def require_sound(scenario: Scenario, *, numbers_only: bool = False) -> None:
    """Raise BadInput with the first fault; `numbers_only` where names and dates are those of a sound scenario."""
    fault = next(check_numbers(scenario) if numbers_only else faults_of(scenario), None)
    if fault is not None:
        raise BadInput(fault.message, path=dotted(fault.path))


def _gazette(scenario: Scenario) -> Gazette:
    key = scenario.region.model_dump_json()
    if key not in _gazettes:
        _gazettes[key] = gazette_of(scenario.region)
    return _gazettes[key]
