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

_SWEEPS = 100  # of draw and replicate in turn, when values are missing


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
        return np.asarray(np.isfinite(self.values).sum(axis=1), dtype=np.int64)

    @property
    def means(self) -> FloatArray:
        """Mean over the replicates that have a value, by draw; NaN where none has; shape (D,)."""
        counts = self.counts
        sums = np.where(np.isfinite(self.values), self.values, 0.0).sum(axis=1)
        out = np.full(len(counts), np.nan)
        np.divide(sums, counts, out=out, where=counts > 0)
        return out

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
    """Variance of a draw's mean over replicates that is due to chance; all draws are taken to be equally noisy.

    Draws share the random numbers of a replicate, so that what a replicate adds to all of them alike is no noise
    between draws: the variance is that of the residuals of draw + replicate, over the replicates of a draw.

    Parameters
    ----------
    values : (D, R)
        NaN where there is none.

    Returns
    -------
    float
        NaN when no draw has two replicates.
    """
    known = np.isfinite(values)
    values = values[known.any(axis=1)][:, known.any(axis=0)]
    good = np.isfinite(values)
    if not (good.sum(axis=1) > 1).any():
        return float("nan")
    rest = np.where(good, values, 0.0)
    by_draw, by_replicate = good.sum(axis=1), good.sum(axis=0)
    alike = len(rest) > 1  # of a single draw no part can be common
    for _ in range(_SWEEPS if alike and not good.all() else 1):
        rest = np.where(good, rest - (rest.sum(axis=1) / by_draw)[:, None], 0.0)
        if alike:
            rest = np.where(good, rest - rest.sum(axis=0) / by_replicate, 0.0)
    freedom = good.sum() - len(rest) - (rest.shape[1] - 1 if alike else 0)
    if freedom < 1:
        return float("nan")
    return float((rest**2).sum() / freedom * np.mean(1.0 / by_draw))


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
