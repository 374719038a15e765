"""A posterior in its directory: which scenario it is of, and which of its draws a replicate takes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.chance import Purpose, generator
from sahelsim.errors import BadInput
from sahelsim.scenario.targets import find_target

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["FORMAT", "FORMAT_VERSION", "MANIFEST", "POSTERIOR", "Posterior", "fingerprint", "open_posterior"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

FORMAT, FORMAT_VERSION = "sahelsim-posterior", 1
MANIFEST, POSTERIOR = "manifest.json", "posterior.parquet"

_MUST_AGREE = ("world", "camps", "peoples", "actors", "relations", "resources", "mechanisms", "steps of")
_MAY_DIFFER = ("grid", "region", "interventions", "number of steps")


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of the free parameters.

    Attributes
    ----------
    path : Path
        Its directory.
    manifest : dict
    paths : tuple of str
        Dotted paths of the k parameters.
    values : ndarray, shape (n, k)
    weights : ndarray, shape (n,)
        Sum to 1.
    """

    path: Path
    manifest: Mapping[str, Any]
    paths: tuple[str, ...]
    values: F64
    weights: F64

    def draws_of(self, replicates: Sequence[int], seed: int) -> I64:
        """Which draw each replicate takes; a replicate's does not depend on how many there are."""
        reached = np.cumsum(self.weights)
        shares = [generator(seed, Purpose.REPLICATE, int(replicate)).random() for replicate in replicates]
        return np.minimum(np.searchsorted(reached, shares, side="right"), len(reached) - 1)

    def settings(self, draw: int) -> dict[str, float]:
        """Values of a draw by dotted path."""
        return dict(zip(self.paths, (float(v) for v in self.values[draw]), strict=True))

    def differences(self, scenario: Scenario) -> list[str]:
        """Parts of a scenario that differ from the calibrated one in a way that a posterior bears.

        Raises
        ------
        BadInput
            It is of another scenario, or of another version of it.
        """
        broken = self.parts_that_differ(scenario)
        if broken:
            raise self._refused(f"differs in {', '.join(broken)}")
        here, there = fingerprint(scenario, self.paths), self.manifest["scenario_parts"]
        return [part for part in _MAY_DIFFER if here[part] != there.get(part)]

    def parts_that_differ(self, scenario: Scenario) -> list[str]:
        """Parts in which a scenario differs so that the posterior is none of it; none if it may be run over it."""
        try:
            here = fingerprint(scenario, self.paths)
        except BadInput as error:
            return [f"its parameters ({error.message})"]
        return [part for part in _MUST_AGREE if here[part] != self.manifest["scenario_parts"].get(part)]

    def _refused(self, why: str) -> BadInput:
        return BadInput(
            f"is a posterior of another scenario or of another version of it ({self.manifest['scenario']}, sahelsim "
            f"{self.manifest['versions'].get('sahelsim')}): the scenario that is to be run {why}. Calibrate it anew "
            "with `sahelsim calibrate`, or run the scenario with the overrides and values of the calibration",
            file=self.path, path="--posterior",
        )  # fmt: skip


def open_posterior(path: str | Path) -> Posterior:
    """Open the directory that `sahelsim calibrate` wrote.

    Raises
    ------
    BadInput
        It holds no posterior, a damaged one, or one of a newer version.
    """
    import polars as pl

    folder = Path(path)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        content = (folder / POSTERIOR).read_bytes()
    except OSError:
        raise BadInput(
            "holds no finished posterior; expected the directory that `sahelsim calibrate` wrote",
            file=folder, path="--posterior",
        ) from None  # fmt: skip
    except ValueError:
        raise BadInput("cannot be read: it is no JSON", file=folder / MANIFEST, path="--posterior") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadInput(f"is not the manifest of a posterior (no format {FORMAT!r})", file=folder / MANIFEST)
    if manifest.get("format_version", 0) > FORMAT_VERSION:
        raise BadInput("was written by a newer sahelsim; update to read it", file=folder / MANIFEST)
    if hashlib.sha256(content).hexdigest() != manifest["outputs"][POSTERIOR]["sha256"]:
        raise BadInput("is damaged: its hash is not that of the manifest; calibrate anew", file=folder / POSTERIOR)
    table = pl.read_parquet(folder / POSTERIOR)
    paths = tuple(manifest["parameters"])
    weights = table["weight"].to_numpy()
    return Posterior(folder, manifest, paths, table.select(paths).to_numpy(), weights / weights.sum())


def fingerprint(scenario: Scenario, paths: Sequence[str]) -> dict[str, str]:
    """A hash of each part of a scenario that a posterior is about; values of the free parameters do not count.

    Raises
    ------
    BadInput
        The scenario has no such parameter.
    """
    content = scenario.model_dump(mode="json")
    for path in paths:
        find_target(scenario, path)
        *steps, last = path.split(".")
        holder: Any = content
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        holder[int(last) if isinstance(holder, list) else last] = None
    calendar = content["calendar"]
    parts = {part: content[part] for part in (*_MUST_AGREE[:-1], *_MAY_DIFFER[:-1])}
    parts[_MUST_AGREE[-1]] = [calendar["start"], calendar["step_days"]]
    parts[_MAY_DIFFER[-1]] = calendar["steps"]
    return {part: hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16] for part, value in parts.items()}
