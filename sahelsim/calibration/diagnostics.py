"""What a calibration has found and what it cannot tell, as one JSON object."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.calibrate import Calibrated
from sahelsim.calibration.predictive import HOLDS_FROM, holding, pattern_shares
from sahelsim.calibration.recovery import IDENTIFIED
from sahelsim.calibration.sample import weighted_quantiles

__all__ = ["COVERAGE_BAND", "LEAST_COVERAGE", "correlations", "diagnostics"]

F64 = npt.NDArray[np.float64]

COVERAGE_BAND = (0.86, 0.94)
"""Where the mean coverage of 90 % intervals must lie for the posterior to be trusted."""
LEAST_COVERAGE = 0.75
"""Least coverage of 90 % intervals of any one parameter."""

_SHARES = (0.05, 0.5, 0.95)
_PAIRS = 10
_EDGE, _MUCH = 1 / 16, 0.3  # the outermost part of a prior, and how much of the posterior may lie in it
_DIGITS = 6


def diagnostics(result: Calibrated) -> dict[str, Any]:
    """Everything about a calibration that is not a draw."""
    coverage = result.recovery.coverage(0.9)
    within = COVERAGE_BAND[0] <= coverage.mean() <= COVERAGE_BAND[1] and coverage.min() >= LEAST_COVERAGE
    parameters = _parameters(result)
    return {
        "waves": _waves(result),
        "prior_predictive": _prior_predictive(result),
        "posterior": {
            "method": result.found.about["method"],
            "runs_in_the_space_left": len(result.training),
            **_by_method(result),
            "draws": len(result.sample.weights),
            "effective_draws": _short(result.sample.effective),
        },
        "recovery": {
            "runs": len(result.recovery.runs),
            "coverage_50": _short(result.recovery.coverage(0.5).mean()),
            "coverage_90": _short(coverage.mean()),
            "least_coverage_90": _short(coverage.min()),
            "within_bars": bool(within),
        },
        "parameters": parameters,
        "not_identified": [path for path, about in parameters.items() if not about["identified"]],
        "at_their_edge": [path for path, about in parameters.items() if about["at_its_edge"]],
        "correlations": [
            {"a": a, "b": b, "correlation": _short(value)} for a, b, value in correlations(result)[:_PAIRS]
        ],
        "predictive": _predictive(result),
    }


def correlations(result: Calibrated) -> list[tuple[str, str, float]]:
    """Pairs of parameters by the strength of their correlation in the posterior; scores."""
    matrix = np.cov(result.sample.scores.T, aweights=result.sample.weights)
    sd = np.sqrt(np.diag(matrix))
    matrix = matrix / np.outer(sd, sd)
    paths = result.loaded.space.paths
    pairs = [(paths[i], paths[j], float(matrix[i, j])) for i in range(len(paths)) for j in range(i)]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def _by_method(result: Calibrated) -> dict[str, Any]:
    about = result.found.about
    if about["method"] == "abc":
        return {"runs_near_the_record": about["runs"]}
    return {name: about[name] for name in ("networks", "epochs", "share_in_the_space_left")}


def _waves(result: Calibrated) -> list[dict[str, Any]]:
    names = [t.name for t in result.comparison.targets if t.name not in result.comparison.left_out]
    out: list[dict[str, Any]] = []
    for number, runs in enumerate(result.waves):
        about: dict[str, Any] = {"runs": len(runs.values), "failed": runs.failed}
        if number:
            matched = result.matched[number - 1]
            explained = matched.wave.emulator.explained
            about["share_of_priors_left"] = _short(matched.left)
            about["emulator_explains"] = {name: _short(value) for name, value in zip(names, explained, strict=True)}
        out.append(about)
    return out


def _prior_predictive(result: Calibrated) -> dict[str, Any]:
    comparison = result.comparison
    return {
        "targets": len(comparison.targets),
        "measured": int(comparison.defined.sum()),
        "inside_90": int(comparison.inside.sum()),
        "share_inside_90": _short(comparison.inside.sum() / comparison.defined.sum()),
        "used": int(comparison.used.sum()),
        "left_out": dict(comparison.left_out),
    }


def _parameters(result: Calibrated) -> dict[str, dict[str, Any]]:
    space, sample, recovery = result.loaded.space, result.sample, result.recovery
    prior = space.values(np.repeat(np.array(_SHARES)[:, None], len(space.names), axis=1))
    posterior = weighted_quantiles(result.values, sample.weights, _SHARES)
    mean = sample.weights @ sample.scores
    variance = sample.weights @ (sample.scores - mean) ** 2
    half, most, uniform = recovery.coverage(0.5), recovery.coverage(0.9), recovery.uniformity
    return {
        path: {
            "name": space.names[j],
            "prior": [_short(v) for v in prior[:, j]],
            "posterior": [_short(v) for v in posterior[:, j]],
            "shrunk": _short(1 - variance[j] / result.scores[:, j].var()),
            "r_squared": _short(recovery.explained[j]),
            "coverage_50": _short(half[j]),
            "coverage_90": _short(most[j]),
            "ranks_p": _short(uniform[j]),
            "at_its_edge": bool(_at_edge(result, j)),
            "identified": bool(recovery.explained[j] >= IDENTIFIED),
        }
        for j, path in enumerate(space.paths)
    }


def _at_edge(result: Calibrated, number: int) -> bool:
    """Whether the posterior presses against a bound of the prior, so that the prior and not the data ends it."""
    shares = result.loaded.space.shares(result.values)[:, number]
    weights = result.sample.weights
    return bool(max(weights[shares < _EDGE].sum(), weights[shares > 1 - _EDGE].sum()) > _MUCH)


def _predictive(result: Calibrated) -> dict[str, Any]:
    shares = pattern_shares(result)
    return {
        "runs": 0 if result.predicted is None else len(result.predicted.values),
        "holds_from": HOLDS_FROM,
        "patterns_that_hold": holding(shares)[0],
        "aggregates_that_hold": holding(shares, "aggregate")[0],
        "shares": {
            share.pattern.id: {
                "prior": None if share.prior is None else _short(share.prior),
                "posterior": None if share.posterior is None else _short(share.posterior),
                "held_out": share.held_out,
            }
            for share in shares
        },
    }


def _short(value: float) -> float:
    """Six significant digits: more would differ between processors, and say nothing."""
    return float(f"{float(value):.{_DIGITS}g}")
