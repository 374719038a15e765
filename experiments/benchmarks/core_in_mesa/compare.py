"""Hold the engine against its Mesa version: two-sample tests of many statistics over replicates.

    python -m core_in_mesa.compare [--engine 400] [--mesa 100]      (in experiments/benchmarks)

Each statistic is tested twice: for location (Welch's t) and for shape (Kolmogorov-Smirnov). The p-values of all tests
are adjusted by Holm's method, so that the chance of one false alarm in the whole family is at most the level.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from core_in_mesa.observe import Statistics, observe_engine, observe_mesa
from sahelsim.scenario.load import load_scenario
from sahelsim.world.build import Blueprint, build_blueprint

__all__ = ["FAMILY_LEVEL", "SCENARIO", "Row", "compare", "sample_engine", "sample_mesa"]

SCENARIO = Path(__file__).with_name("three_actors.yaml")
FAMILY_LEVEL = 0.01
"""Chance of one or more false alarms among all tests of a comparison, if both versions are the same model."""


@dataclass(frozen=True)
class Row:
    """One statistic in both versions; p-values as they are, and the smaller of the two after Holm."""

    name: str
    engine: float
    mesa: float
    difference: float  # of the means, in pooled standard deviations
    p_location: float
    p_shape: float
    p_adjusted: float


def sample_engine(blueprint: Blueprint, replicates: int, steps: int) -> list[Statistics]:
    """Replicates 0, 1, ... of the engine."""
    return [observe_engine(blueprint, r, steps) for r in range(replicates)]


def sample_mesa(blueprint: Blueprint, replicates: int, steps: int, first_seed: int = 1) -> list[Statistics]:
    """As many runs of the Mesa version, each with its own seed."""
    return [observe_mesa(blueprint, first_seed + r, steps) for r in range(replicates)]


def compare(engine: list[Statistics], mesa: list[Statistics]) -> list[Row]:
    """Test every statistic; rows by rising adjusted p-value."""
    names = [n for n in engine[0] if n in mesa[0]]
    assert set(engine[0]) == set(mesa[0]), set(engine[0]) ^ set(mesa[0])
    tests = []
    for name in names:
        x, y = (np.array([s[name] for s in sample]) for sample in (engine, mesa))
        tests.append((name, x, y, *_p_values(x, y)))
    adjusted = _holm(np.array([p for test in tests for p in test[3:]])).reshape(-1, 2).min(axis=1)
    rows = []
    for (name, x, y, p_location, p_shape), p in zip(tests, adjusted, strict=True):
        spread = math.sqrt(0.5 * (x.var(ddof=1) + y.var(ddof=1)))
        difference = float((x.mean() - y.mean()) / spread) if spread > 0 else 0.0
        rows.append(Row(name, float(x.mean()), float(y.mean()), difference, p_location, p_shape, float(p)))
    return sorted(rows, key=lambda row: (row.p_adjusted, min(row.p_location, row.p_shape)))


def _p_values(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, float]:
    if np.ptp(np.concatenate((x, y))) == 0.0:
        return 1.0, 1.0
    shape = float(stats.ks_2samp(x, y, method="asymp").pvalue)
    if np.ptp(x) == 0.0 and np.ptp(y) == 0.0:
        return 0.0, shape
    return float(stats.ttest_ind(x, y, equal_var=False).pvalue), shape


def _holm(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Holm's step-down adjustment (Holm 1979)."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    out = np.empty_like(p)
    out[order] = np.minimum(stepped, 1.0)
    return out


def table(rows: list[Row]) -> str:
    """The comparison for people."""
    head = f"{'statistic':<36}{'engine':>12}{'Mesa':>12}{'diff/sd':>9}{'p mean':>9}{'p shape':>9}{'p Holm':>9}"
    lines = [
        f"{r.name:<36}{r.engine:>12.4g}{r.mesa:>12.4g}{r.difference:>9.2f}{r.p_location:>9.3f}{r.p_shape:>9.3f}"
        f"{r.p_adjusted:>9.3f}"
        for r in rows
    ]
    return "\n".join([head, *lines])


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", type=int, default=400, help="replicates of the engine")
    parser.add_argument("--mesa", type=int, default=100, help="replicates of the Mesa version")
    options = parser.parse_args()
    scenario = load_scenario(SCENARIO)
    blueprint, steps = build_blueprint(scenario), scenario.calendar.steps
    rows = compare(sample_engine(blueprint, options.engine, steps), sample_mesa(blueprint, options.mesa, steps))
    print(table(rows))
    alarms = [r.name for r in rows if r.p_adjusted < FAMILY_LEVEL]
    verdict = "differs: " + ", ".join(alarms) if alarms else "no difference"
    print(f"{2 * len(rows)} tests, family-wise level {FAMILY_LEVEL}: {verdict}")


if __name__ == "__main__":
    main()
