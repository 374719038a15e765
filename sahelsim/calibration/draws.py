"""A run over a posterior: each replicate has a draw of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelsim.calibration.posterior import MANIFEST, Posterior
from sahelsim.sweep.setting import Setting

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario
    from sahelsim.world.build import Blueprint

__all__ = ["DRAWS", "PosteriorDraws"]

DRAWS = "draws.parquet"


@dataclass
class PosteriorDraws:
    """Which draw of a posterior each replicate of a scenario has; as `sahelsim.run.Draws`.

    Attributes
    ----------
    scenario : Scenario
    posterior : Posterior
    chosen : tuple of int
        Draw of each replicate.
    """

    scenario: Scenario
    posterior: Posterior
    chosen: tuple[int, ...]
    _setting: Setting | None = field(default=None, repr=False)

    @classmethod
    def of(cls, posterior: Posterior, scenario: Scenario) -> PosteriorDraws:
        """Draws by weight, from the scenario's seed and the replicate's number."""
        chosen = posterior.draws_of(range(scenario.replicates), scenario.seed)
        return cls(scenario, posterior, tuple(int(draw) for draw in chosen))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_setting": None}  # a process builds the world for itself

    def blueprint(self, replicate: int) -> Blueprint:
        """What a replicate starts from."""
        if self._setting is None:
            self._setting = Setting(self.scenario)
        return self._setting.at(self.posterior.settings(self.chosen[replicate]))

    def write(self, directory: Path) -> dict[str, Any]:
        """Write draws.parquet: replicate, draw, a column for each parameter. Returns the manifest's word on it."""
        import polars as pl

        from sahelsim.results.manifest import hash_of

        values = self.posterior.values[np.array(self.chosen, np.int64)]
        columns: dict[str, Any] = {
            "replicate": pl.Series(range(len(self.chosen)), dtype=pl.Int32),
            "draw": pl.Series(self.chosen, dtype=pl.Int32),
        }
        columns |= {path: values[:, j] for j, path in enumerate(self.posterior.paths)}
        pl.DataFrame(columns).write_parquet(directory / DRAWS)
        manifest = self.posterior.manifest
        return {
            "posterior": {
                "name": manifest["name"],
                "sha256": hash_of(self.posterior.path / MANIFEST),
                "until": manifest["data"]["until"],
                "draws": list(self.chosen),
            }
        }
