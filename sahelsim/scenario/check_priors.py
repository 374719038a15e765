"""Faults of priors: paths that must lead to a free number, and supports that must fit its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.outline import bounds, expected
from sahelsim.scenario.targets import Target, find_target, with_values

if TYPE_CHECKING:
    from sahelsim.scenario.priors import Prior
    from sahelsim.scenario.schema import Scenario

__all__ = ["check_priors"]

_NOT_FREE = ("seed", "replicates", "name", "title", "description", "outputs", "calendar", "grid", "overrides", "priors")


def check_priors(scenario: Scenario) -> Iterator[Finding]:
    """Faults in the section `priors`."""
    taken: dict[str, str] = {}
    for name, prior in scenario.priors.items():
        at = ("priors", name, "path")
        if prior.path in taken:
            yield Finding(at, f"'{prior.path}' has a prior already, '{taken[prior.path]}'")
            continue
        taken[prior.path] = name
        try:
            target = find_target(scenario, prior.path)
        except BadInput as error:
            yield Finding(at, error.message)
            continue
        if prior.path.split(".")[0] in _NOT_FREE:
            yield Finding(at, f"'{prior.path}' is no free number of the model")
        elif target.kind is not float:
            kind = expected(target.kind, None)
            yield Finding(at, f"a prior is for a number that need not be whole, and '{prior.path}' is {kind}")
        else:
            yield from _ends(scenario, name, prior, target)


def _ends(scenario: Scenario, name: str, prior: Prior, target: Target) -> Iterator[Finding]:
    """An end that cannot stand where the prior's value stands."""
    low, high = (None, None) if target.field is None else bounds(target.field)
    for key, end in (("low", prior.low), ("high", prior.high)):
        if (low is not None and end < low) or (high is not None and end > high):
            yield Finding(("priors", name, key), f"{prior.path}: expected {expected(float, target.field)}, got {end:g}")
            continue
        try:
            with_values(scenario, {prior.path: end})
        except BadInput as error:
            yield Finding(("priors", name, key), f"{error.path}: {error.message}")
