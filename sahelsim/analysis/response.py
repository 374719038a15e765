"""An output of a sweep as numbers: a row a draw, a column a replicate, with what is missing and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.sweep.schema import BASELINE

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.sweep.opening import Sweep

__all__ = ["FloatArray", "Response", "noise_of", "read_responses"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """One output of one variant.

    Attributes
    ----------
    values : (D, R)
        By draw and replicate; NaN where there is no value.
    failed, missing, undefined : int
        Runs that failed, that have not been run, and that have no value of this output.
    """

    output: str
    meaning: str
    what_if: str
    values: FloatArray
    failed: int = 0
    missing: int = 0
    undefined: int = 0

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of replicates with a value, by draw; shape (D,)."""
        return np.isfinite(self.values).sum(axis=1)

    @property
    def means(self) -> FloatArray:
        """Mean over the replicates that have a value, by draw; NaN where none has; shape (D,)."""
        counts = self.counts
        sums = np.where(np.isfinite(self.values), self.values, 0.0).sum(axis=1)
        return np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)

    @property
    def varies(self) -> bool:
        """Whether the means differ at all."""
        means = self.means[np.isfinite(self.means)]
        return means.size > 1 and bool(np.ptp(means) > 1e-12 * np.abs(means).max())

    @property
    def noise(self) -> float:
        """Variance of a draw's mean that is due to chance; NaN when no draw has two replicates."""
        return noise_of(self.values)

    @property
    def noise_share(self) -> float:
        """Share of the variance between the draws' means that is due to chance, at most 1; NaN when unknown."""
        means = self.means[np.isfinite(self.means)]
        if means.size < 2 or not np.isfinite(self.noise) or not self.varies:
            return float("nan")
        return min(1.0, self.noise / float(np.var(means, ddof=1)))


def noise_of(values: FloatArray) -> float:
    """Variance of a mean over replicates: that within draws (pooled) over the replicates of a draw (harmonic mean).

    Parameters
    ----------
    values : (D, R)
        NaN where there is none. All draws are taken to be equally noisy.
    """
    good = np.isfinite(values)
    counts = good.sum(axis=1)
    if not (counts > 1).any():
        return float("nan")
    filled = np.where(good, values, 0.0)
    used = counts > 0
    means = filled[used].sum(axis=1) / counts[used]
    squares = (np.where(good[used], filled[used] - means[:, None], 0.0) ** 2).sum()
    within = squares / (counts[used] - 1).sum()
    return float(within * np.mean(1.0 / counts[used]))


def read_responses(sweep: Sweep, outputs: Sequence[str], what_if: str = BASELINE) -> dict[str, Response]:
    """The responses of some outputs, read from the store at once.

    Parameters
    ----------
    sweep : Sweep
    outputs : sequence of str
        Columns of results, see `Sweep.outputs`.
    what_if : str
        The variant.
    """
    import polars as pl

    rows = (
        sweep.rows()
        .filter(pl.col("what_if") == what_if)
        .select("draw", "replicate", "ok", *(pl.col(name).cast(pl.Float64) for name in outputs))
        .collect()
    )
    draws = int(sweep.draws.select(pl.len()).collect().item())
    replicates = sweep.replicates
    failed = int((~rows["ok"]).sum())
    good = rows.filter("ok")
    return {
        name: Response(
            name,
            sweep.outputs[name].partition("; null")[0],
            what_if,
            _table(good, name, draws, replicates),
            failed,
            draws * replicates - rows.height,
            int(good[name].is_null().sum()),
        )
        for name in outputs
    }


def _table(rows: pl.DataFrame, name: str, draws: int, replicates: int) -> FloatArray:
    out = np.full((draws, replicates), np.nan)
    inside = rows.filter(rows["replicate"] < replicates)
    values = inside[name].fill_null(float("nan")).to_numpy()
    out[inside["draw"].to_numpy(), inside["replicate"].to_numpy()] = values
    return out
