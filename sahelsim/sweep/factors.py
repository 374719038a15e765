"""From the unit cube to values of factors, and from a draw to settings of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario
    from sahelsim.sweep.schema import Factor

__all__ = ["levels_of", "paths_of", "settings_of", "value_at"]


def paths_of(name: str, factor: Factor) -> tuple[str, ...]:
    """Dotted paths that a factor sets."""
    return factor.paths or (factor.path or name,)


def value_at(factor: Factor, u: float) -> Any:
    """Value of a factor at a place of the unit interval; 0 and 1 are the ends of its range.

    A whole number and a choice take equal parts of the interval each.
    """
    if factor.values is not None:
        return factor.values[min(int(u * len(factor.values)), len(factor.values) - 1)]
    assert factor.range is not None
    low, high = factor.range
    if factor.scale == "integer":
        return min(int(low) + int(u * (high - low + 1)), int(high))
    if u in (0.0, 1.0):  # the ends exactly, whatever the scale
        return high if u else low
    if factor.scale == "log":
        value = _exp(_log(low) + u * (_log(high) - _log(low)))
    elif factor.scale == "logit":
        a, b = (_log(p / (1 - p)) for p in (low, high))
        value = 1 / (1 + _exp(-(a + u * (b - a))))
    else:
        value = low + u * (high - low)
    return min(max(value, low), high)


def levels_of(factor: Factor) -> list[Any]:
    """Values of a factor in a grid; equal ones, of few whole numbers, once."""
    if factor.values is not None:
        return list(factor.values)
    n = factor.levels or 1
    points = [0.5] if n == 1 else [i / (n - 1) for i in range(n)]
    return list(dict.fromkeys(value_at(factor, u) for u in points))


def settings_of(factors: Mapping[str, Factor], draw: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Values by dotted path that a draw gives to a scenario."""
    from sahelsim.scenario.targets import find_target

    out: dict[str, Any] = {}
    for name, factor in factors.items():
        for path in paths_of(name, factor):
            if factor.apply == "multiply":
                out[path] = float(draw[name]) * find_target(scenario, path).value
            else:
                out[path] = draw[name]
    return out


def _exp(x: float) -> float:
    """The package's own: the C library's differs by processor in the last bit, and a draw names its runs."""
    from sahelsim.elementary import exp

    return float(exp(x))


def _log(x: float) -> float:
    from sahelsim.elementary import log

    return float(log(x))
