"""What went into two runs or sweeps, and where it differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sahelsim.sweep.schema import BASELINE

if TYPE_CHECKING:
    from sahelsim.results import Run
    from sahelsim.sweep.opening import Sweep

__all__ = ["InputChange", "run_inputs", "sweep_inputs", "tree_changes"]


@dataclass(frozen=True)
class InputChange:
    """A value that differs; None where a side has none.

    Attributes
    ----------
    what : str
        ``scenario``, ``scenario of NAME`` for a what-if, ``version``, ``region`` or ``experiment``.
    path : str
        Dotted key.
    first, second : object
        As in JSON.
    """

    what: str
    path: str
    first: Any
    second: Any


def tree_changes(what: str, first: Any, second: Any, path: str = "") -> Iterator[InputChange]:
    """Differences of two mappings, key by key; what only one side has is told whole."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in dict.fromkeys([*first, *second]):
            yield from tree_changes(what, first.get(key), second.get(key), f"{path}.{key}" if path else str(key))
    elif first != second:
        yield InputChange(what, path, first, second)


def run_inputs(first: Run, second: Run) -> list[InputChange]:
    """Scenario keys, versions and region tables that differ between two runs."""
    found = list(tree_changes("scenario", _scenario(first.scenario), _scenario(second.scenario)))
    found += tree_changes("version", first.manifest.get("versions", {}), second.manifest.get("versions", {}))
    return found + list(tree_changes("region", _region(first.manifest), _region(second.manifest)))


def sweep_inputs(first: Sweep, second: Sweep) -> list[InputChange]:
    """As `run_inputs`, for the experiments and scenarios of two sweeps."""
    a, b = (sweep.experiment.model_dump(mode="json", exclude={"engine", "scenario"}) for sweep in (first, second))
    a["seed"], b["seed"] = first.seed, second.seed
    found = list(tree_changes("experiment", a, b))
    for name in first.variants:
        if name in second.variants:
            what = "scenario" if name == BASELINE else f"scenario of {name}"
            found += tree_changes(what, _scenario(first.scenario(name)), _scenario(second.scenario(name)))
    found += tree_changes("version", first.versions, second.versions)
    codes = (first.codes, second.codes)
    return found + ([InputChange("version", "code", *codes)] if codes[0] != codes[1] else [])


def _scenario(scenario: Any) -> dict[str, Any]:
    found: dict[str, Any] = scenario.model_dump(mode="json", exclude={"overrides"})
    return found


def _region(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes of the region's tables by name."""
    inputs = manifest.get("inputs", {})
    return {name: about.get("sha256") for name, about in inputs.items() if name.startswith("region/")}
