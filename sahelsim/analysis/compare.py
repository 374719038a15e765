"""Two runs, or two sweeps, side by side: what went in, and how far what came out differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelsim.analysis.compare_inputs import InputChange, run_inputs, sweep_inputs
from sahelsim.analysis.outcomes import run_outcomes
from sahelsim.analysis.pairs import Mean, paired, unpaired
from sahelsim.analysis.response import FloatArray, read_responses
from sahelsim.errors import BadInput
from sahelsim.scenario.problems import did_you_mean
from sahelsim.sweep.layout import DRAWS, MANIFEST, is_store

if TYPE_CHECKING:
    from sahelsim.results import Run
    from sahelsim.sweep.opening import Sweep

__all__ = ["Comparison", "OutputChange", "as_json", "compare"]


@dataclass(frozen=True)
class OutputChange:
    """An output of both sides: their means, and the second less the first.

    Attributes
    ----------
    pairs : int
        Pairs, or the smaller sample where nothing is paired.
    """

    what_if: str
    output: str
    meaning: str
    first: float
    second: float
    difference: Mean
    pairs: int

    @property
    def same(self) -> bool:
        """No difference at all, in any pair."""
        return self.difference.value == 0.0 and not self.difference.high > 0.0

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.difference.low > 0.0 or self.difference.high < 0.0

    @property
    def strength(self) -> float:
        """Difference in half-widths of its interval."""
        half = (self.difference.high - self.difference.low) / 2
        if self.difference.value == 0.0:
            return 0.0
        return abs(self.difference.value) / half if half > 0.0 else math.inf


@dataclass(frozen=True)
class Comparison:
    """What `compare` finds.

    Attributes
    ----------
    kind : str
        ``run`` or ``sweep``.
    how : str
        What was paired with what, in a sentence.
    paired : bool
    remarks : list of str
        What cannot be compared, and what to beware of.
    """

    kind: str
    first: Path
    second: Path
    inputs: list[InputChange]
    outputs: list[OutputChange]
    paired: bool
    how: str
    confidence: float
    remarks: list[str]


def compare(first: str | Path, second: str | Path, outputs: Sequence[str] = (), confidence: float = 0.95) -> Comparison:
    """Compare two run directories or two stores.

    Parameters
    ----------
    first, second : path
    outputs : sequence of str
        Only these; all that both have if none is given.
    confidence : float
        Of the intervals.

    Raises
    ------
    BadInput
        One is no run and no sweep, they are of different kinds, or have nothing in common.
    """
    a, b = Path(first), Path(second)
    kinds = [_kind(path) for path in (a, b)]
    if kinds[0] != kinds[1]:
        for path, kind in zip((a, b), kinds, strict=True):
            if kind == "run" and not (path / MANIFEST).is_file():
                raise BadInput(f"is neither a run nor a sweep: {MANIFEST} is missing", file=path)
        raise BadInput(f"is a {kinds[1]}, and {a} is a {kinds[0]}; only two runs or two sweeps can be compared", file=b)
    if kinds[0] == "sweep":
        from sahelsim.sweep.opening import open_sweep

        return _sweeps(open_sweep(a), open_sweep(b), outputs, confidence)
    from sahelsim.results import open_run

    return _runs(open_run(a), open_run(b), outputs, confidence)


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison as an object; what is not known is null."""
    return {
        "kind": found.kind, "first": str(found.first), "second": str(found.second), "paired": found.paired,
        "how": found.how, "confidence": found.confidence, "remarks": found.remarks,
        "inputs": [asdict(change) for change in found.inputs],
        "outputs": [
            {"what_if": c.what_if, "output": c.output, "meaning": c.meaning, "first": _number(c.first),
             "second": _number(c.second), "difference": _number(c.difference.value),
             "low": _number(c.difference.low), "high": _number(c.difference.high), "pairs": c.pairs}
            for c in found.outputs
        ],
    }  # fmt: skip


def _kind(path: Path) -> str:
    if not path.is_dir():
        raise BadInput("no such directory; expected that of a run or of a sweep", file=path)
    return "sweep" if is_store(path) and (path / DRAWS).is_file() else "run"


def _runs(first: Run, second: Run, wanted: Sequence[str], confidence: float) -> Comparison:
    a, b = run_outcomes(first), run_outcomes(second)
    for one, other, run in ((a, b, second), (b, a, first)):  # what never happened is not in the tables
        for name, (meaning, _) in one.items():
            if name not in other and name.startswith(("events[", "deaths[")):
                other[name] = (meaning, np.zeros(run.replicates))
    same_seed = first.seed == second.seed
    count = min(first.replicates, second.replicates)
    if same_seed:
        how = f"Paired by replicate ({count}): both have seed {first.seed}, so that replicates share random numbers."
    else:
        how = (
            f"Not paired: the seeds differ ({first.seed}, {second.seed}), so replicates have nothing in common; "
            f"{first.replicates} against {second.replicates} replicates (Welch)."
        )
    changes = []
    for name in _in_both(list(a), list(b), wanted, first.path):
        x, y = a[name][1], b[name][1]
        if same_seed:
            x, y = x[:count], y[:count]
        mean = paired(y - x, confidence) if same_seed else unpaired(x, y, confidence)
        changes.append(OutputChange("", name, a[name][0], float(x.mean()), float(y.mean()), mean, min(len(x), len(y))))
    remarks = [*_only("outcomes", list(a), list(b)), *_few(count)]
    calendars = [run.scenario.calendar for run in (first, second)]
    if calendars[0] != calendars[1]:
        remarks.append("The calendars differ: totals count over different times, and ends are different days.")
    if same_seed and first.replicates != second.replicates:
        remarks.append(f"Only the first {count} replicates of the longer one are used.")
    return Comparison(
        "run", first.path, second.path, run_inputs(first, second), changes, same_seed, how, confidence, remarks
    )


def _sweeps(first: Sweep, second: Sweep, wanted: Sequence[str], confidence: float) -> Comparison:
    names = _in_both(list(first.outputs), list(second.outputs), wanted, first.path)
    variants = [name for name in first.variants if name in second.variants]
    same_draws = first.draws.collect().equals(second.draws.collect())
    same_seed = first.seed == second.seed
    several = first.draws.collect().height > 1
    together = same_draws and (same_seed or several)
    changes = []
    for variant in variants:
        sides = (read_responses(sweep, names, variant) for sweep in (first, second))
        a, b = sides
        for name in names:
            mean, x, y, count = _difference(a[name].values, b[name].values, same_draws, same_seed, confidence)
            changes.append(OutputChange(variant, name, a[name].meaning, x, y, mean, count))
    remarks = [
        *_only("what-ifs", first.variants, second.variants),
        *_only("outputs", list(first.outputs), list(second.outputs)),
        *_unfinished(first, second),
    ]
    how = _how(same_draws, same_seed, several)
    inputs = sweep_inputs(first, second)
    return Comparison("sweep", first.path, second.path, inputs, changes, together, how, confidence, remarks)


def _how(same_draws: bool, same_seed: bool, several: bool) -> str:
    if same_draws and same_seed:
        unit = (
            "draw and replicate; the interval is over draws, with their replicates averaged" if several else "replicate"
        )
        return f"Paired by {unit}: draws and seed are the same, so that pairs share random numbers."
    if same_draws and several:
        return (
            "Paired by draw, with its replicates averaged: draws are the same, but seeds and so random numbers differ."
        )
    why = "the seeds differ" if same_draws else "the draws differ"
    unit = "draws, with their replicates averaged," if several else "replicates"
    return f"Not paired, since {why}: all {unit} of one against all of the other (Welch)."


def _difference(
    a: FloatArray, b: FloatArray, same_draws: bool, same_seed: bool, confidence: float
) -> tuple[Mean, float, float, int]:
    """Difference with interval, the two means, and the number of pairs."""
    if same_draws and same_seed:
        count = min(a.shape[1], b.shape[1])
        both = np.isfinite(a[:, :count]) & np.isfinite(b[:, :count])
        a, b = (np.where(both, side[:, :count], np.nan) for side in (a, b))
    x, y = (side[0] if len(side) == 1 else _means(side) for side in (a, b))
    if same_draws and (same_seed or len(a) > 1):
        good = np.isfinite(x) & np.isfinite(y)
        x, y = x[good], y[good]
        return paired(y - x, confidence), _mean(x), _mean(y), len(x)
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    return unpaired(x, y, confidence), _mean(x), _mean(y), min(len(x), len(y))


def _means(values: FloatArray) -> FloatArray:
    good = np.isfinite(values)
    out = np.full(len(values), np.nan)
    np.divide(np.where(good, values, 0.0).sum(axis=1), good.sum(axis=1), out=out, where=good.any(axis=1))
    return out


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _in_both(a: list[str], b: list[str], wanted: Sequence[str], path: Path) -> list[str]:
    both = [name for name in a if name in b]
    if not both:
        raise BadInput("the two have no output in common", file=path)
    for name in wanted:
        if name not in both:
            some = name in a or name in b
            why = "only one of the two has it" if some else f"no such output{did_you_mean(name, both)}"
            raise BadInput(f"'{name}': {why}", file=path, path="--output")
    return list(wanted) or both


def _only(what: str, a: Sequence[str], b: Sequence[str]) -> Iterator[str]:
    for which, names, others in (("first", a, b), ("second", b, a)):
        lone = [name for name in names if name not in others]
        if lone:
            shown = ", ".join(lone[:6]) + (f" and {len(lone) - 6} more" if len(lone) > 6 else "")
            yield f"Only the {which} has these {what}: {shown}."


def _few(count: int) -> list[str]:
    return ["One replicate: there is no interval."] if count < 2 else []


def _unfinished(*sweeps: Sweep) -> Iterator[str]:
    import polars as pl

    for sweep in sweeps:
        good = sweep.rows().filter(pl.col("ok")).select(pl.len()).collect().item()
        if good < sweep.total:
            yield f"{sweep.path}: {good:,} of {sweep.total:,} runs are done; pairs that lack one are left out."


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
