"""The scenarios of an ablation: as it is, and with one thing switched off in each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.scenario.dump import scenario_hash
from sahelsim.scenario.load import Loaded, read_scenario
from sahelsim.scenario.problems import did_you_mean
from sahelsim.scenario.schema import Mechanisms, Scenario

__all__ = ["BASELINE", "FINER", "Variant", "plan_variants", "switchable"]

BASELINE = "as it is"
FINER = "without_"
"""Overrides of a scenario whose names begin so are finer switches, and take part without being named."""

_KEPT = ("observation",)  # what the record shows, not what happens


@dataclass(frozen=True)
class Variant:
    """One scenario of the ablation."""

    name: str
    off: str  # how to make it: the setting or override
    scenario: Scenario

    @property
    def folder(self) -> str:
        """Name of its run directory."""
        return re.sub(r"[^\w.=-]", "_", self.name)


def switchable() -> tuple[str, ...]:
    """Mechanisms that can be switched off: all but the reporting, which is no part of the war."""
    return tuple(name for name in Mechanisms.model_fields if name not in _KEPT)


def plan_variants(
    name: str,
    *,
    without: Sequence[str] = (),
    settings: Sequence[str] = (),
    overrides: Sequence[str] = (),
    changes: Mapping[str, object] | None = None,
) -> tuple[Loaded, list[Variant]]:
    """The scenario as it is, first, and one variant for each thing that is switched off.

    Parameters
    ----------
    name : str
        A scenario's file or shipped name.
    without : sequence of str
        What to switch off: mechanisms, overrides of the scenario (with or without `FINER`), or settings
        ``dotted.path=value``. If empty: every mechanism that is on, and the overrides that begin with `FINER`.
    settings, overrides, changes
        For all of them, as in `read_scenario`.

    Raises
    ------
    BadInput
        The scenario or a variant is not sound, a name is unknown, or switching it off changes nothing.
    """

    def read(more_settings: Sequence[str] = (), more_overrides: Sequence[str] = ()) -> Loaded:
        return read_scenario(
            name,
            settings=[*settings, *more_settings],
            overrides=[*overrides, *more_overrides],
            changes=changes,
        )

    loaded = read()
    variants = [Variant(BASELINE, "", loaded.scenario)]
    seen = {scenario_hash(loaded.scenario)}
    for item in without or _usual(loaded.scenario):
        kind = _kind_of(item, loaded.scenario)
        changed = (read(more_settings=[kind]) if "=" in kind else read(more_overrides=[kind])).scenario
        code = scenario_hash(changed)
        if code in seen and without:
            same = next(v.name for v in variants if scenario_hash(v.scenario) == code)
            raise BadInput(f"{item!r} gives the same scenario as {same!r}; leave it out", path="--without")
        if code not in seen:
            seen.add(code)
            variants.append(Variant(_label(item), kind, changed))
    return loaded, variants


def _usual(scenario: Scenario) -> list[str]:
    on = [name for name in switchable() if getattr(scenario.mechanisms, name).enabled]
    return on + [name for name in scenario.overrides if name.startswith(FINER)]


def _kind_of(item: str, scenario: Scenario) -> str:
    """The setting or the override that switches something off."""
    if "=" in item:
        return item
    if item in switchable():
        return f"mechanisms.{item}.enabled=false"
    for override in (item, FINER + item):
        if override in scenario.overrides:
            return override
    finer = [override.removeprefix(FINER) for override in scenario.overrides]
    known = [*switchable(), *finer]
    hint = did_you_mean(item, known) or f"; there are {', '.join(known)}"
    raise BadInput(f"nothing called {item!r} can be switched off{hint}", path="--without")


def _label(item: str) -> str:
    return item.removeprefix(FINER).removeprefix("mechanisms.")


def run_folder(out: Path, variant: Variant) -> Path:
    """Where the run of a variant is kept."""
    return out / "runs" / variant.folder
