"""Distribution functions of priors and their inverses."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
import numpy.typing as npt

from sahelsim.elementary_arrays import exp
from sahelsim.scenario.priors import LogitNormal, LogNormal, LogUniform, Normal, Prior, Uniform

__all__ = ["below", "quantile"]

F64 = npt.NDArray[np.float64]


def quantile(prior: Prior, u: npt.ArrayLike) -> F64:
    """Values below which a share `u` of the prior lies; within low and high.

    Parameters
    ----------
    prior : Prior
    u : array_like of float
        Shares in [0, 1].
    """
    values = _quantile(prior, np.asarray(u, np.float64))
    return np.clip(values, prior.low, prior.high)


def below(prior: Prior, x: npt.ArrayLike) -> F64:
    """Share of the prior that lies below `x`: the inverse of `quantile`; 0 and 1 outside its bounds."""
    inside = np.clip(np.asarray(x, np.float64), prior.low, prior.high)
    return np.clip(_below(prior, inside), 0.0, 1.0)


@singledispatch
def _quantile(prior: Prior, u: F64) -> F64:
    raise TypeError(f"no quantiles of {prior!r}")


@singledispatch
def _below(prior: Prior, x: F64) -> F64:
    raise TypeError(f"no distribution function of {prior!r}")


@_quantile.register
def _(prior: Uniform, u: F64) -> F64:
    return prior.low + u * (prior.high - prior.low)


@_below.register
def _(prior: Uniform, x: F64) -> F64:
    return (x - prior.low) / (prior.high - prior.low)


@_quantile.register
def _(prior: LogUniform, u: F64) -> F64:
    low, high = np.log([prior.low, prior.high])
    return exp(low + u * (high - low))


@_below.register
def _(prior: LogUniform, x: F64) -> F64:
    low, high = np.log([prior.low, prior.high])
    return np.asarray((np.log(x) - low) / (high - low))


@_quantile.register
def _(prior: Normal, u: F64) -> F64:
    return _cut_quantile(u, prior.mean, prior.sd, prior.low, prior.high)


@_below.register
def _(prior: Normal, x: F64) -> F64:
    return _cut_below(x, prior.mean, prior.sd, prior.low, prior.high)


@_quantile.register
def _(prior: LogNormal, u: F64) -> F64:
    mean, sd, low, high = np.log([prior.median, prior.factor, prior.low, prior.high])
    return exp(_cut_quantile(u, mean, sd, low, high))


@_below.register
def _(prior: LogNormal, x: F64) -> F64:
    mean, sd, low, high = np.log([prior.median, prior.factor, prior.low, prior.high])
    return _cut_below(np.log(x), mean, sd, low, high)


@_quantile.register
def _(prior: LogitNormal, u: F64) -> F64:
    from scipy.special import expit, logit, ndtri

    width = prior.high - prior.low
    middle = logit((prior.median - prior.low) / width)
    return np.asarray(prior.low + width * expit(middle + prior.sd * ndtri(u)))


@_below.register
def _(prior: LogitNormal, x: F64) -> F64:
    from scipy.special import logit, ndtr

    width = prior.high - prior.low
    middle = logit((prior.median - prior.low) / width)
    return np.asarray(ndtr((logit((x - prior.low) / width) - middle) / prior.sd))


def _cut_quantile(u: F64, mean: float, sd: float, low: float, high: float) -> F64:
    """Of a normal distribution cut off at low and high."""
    from scipy.special import ndtr, ndtri

    a, b = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    return np.asarray(mean + sd * ndtri(a + u * (b - a)))


def _cut_below(x: F64, mean: float, sd: float, low: float, high: float) -> F64:
    from scipy.special import ndtr

    a, b = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    return np.asarray((ndtr((x - mean) / sd) - a) / (b - a))
