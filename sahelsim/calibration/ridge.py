"""Ridge regression with the penalty that generalised cross-validation chooses, for each output by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Ridge", "fit_ridge"]

F64 = npt.NDArray[np.float64]

_PENALTIES = np.logspace(-3, 4, 29)
_TINY = 1e-12


@dataclass(frozen=True)
class Ridge:
    """A fitted regression of q outputs on m inputs.

    Attributes
    ----------
    centre, scale : ndarray, shape (m,)
        Of the inputs.
    mean : ndarray, shape (q,)
        Of the outputs.
    weights : ndarray, shape (m, q)
    left_out : ndarray, shape (n, q)
        Residual of each row as predicted by the regression on all others.
    """

    centre: F64
    scale: F64
    mean: F64
    weights: F64
    left_out: F64

    def predict(self, inputs: F64) -> F64:
        """Outputs (n, q) for inputs (n, m)."""
        return np.asarray(self.mean + ((inputs - self.centre) / self.scale) @ self.weights)


def fit_ridge(inputs: F64, outputs: F64, weights: F64 | None = None) -> Ridge:
    """Regress outputs (n, q) on inputs (n, m), rows weighted by (n,) if given.

    Notes
    -----
    With the singular values d of the standardised inputs the shrinkage is d^2 / (d^2 + penalty); the penalty minimises
    sum(residual^2) / (1 - trace / n)^2 (Golub, Heath & Wahba 1979). Residuals of rows that were left out follow from
    the leverages without another fit.
    """
    n = len(inputs)
    w = np.ones(n) if weights is None else weights / weights.mean()
    centre, mean = np.average(inputs, axis=0, weights=w), np.average(outputs, axis=0, weights=w)
    scale = np.sqrt(np.average((inputs - centre) ** 2, axis=0, weights=w))
    scale = np.where(scale > _TINY, scale, 1.0)
    root = np.sqrt(w)[:, None]
    x, y = root * (inputs - centre) / scale, root * (outputs - mean)
    u, d, vt = np.linalg.svd(x, full_matrices=False)
    uy, d2 = u.T @ y, d**2
    outside = (y**2).sum(axis=0) - (uy**2).sum(axis=0)
    shrink = d2 / (d2 + _PENALTIES[:, None])  # (penalties, r)
    residual = outside + np.einsum("pr,rq->pq", (1 - shrink) ** 2, uy**2)
    free = np.maximum(1 - (1 + shrink.sum(axis=1)) / n, _TINY)
    best = np.argmin(residual / free[:, None] ** 2, axis=0)
    chosen = shrink[best].T  # (r, q)
    solved = vt.T @ (np.where(d[:, None] > _TINY, chosen / np.maximum(d, _TINY)[:, None], 0.0) * uy)
    leverage = (u**2) @ chosen + (w / n)[:, None]
    left_out = (y - u @ (chosen * uy)) / np.maximum(1 - leverage, _TINY) / np.maximum(root, _TINY)
    return Ridge(centre, scale, mean, solved, left_out)
