"""Sensitivity of a sweep's outputs to its factors, by the method that its design allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sahelsim.analysis import morris, pawn, sobol
from sahelsim.analysis.indices import Index, Sensitivity
from sahelsim.analysis.method import choose_method
from sahelsim.analysis.points import analysis_seed, ordinal_points, unit_points
from sahelsim.analysis.response import FloatArray, Response, read_responses
from sahelsim.errors import BadInput
from sahelsim.sweep.schema import BASELINE, MorrisDesign, SaltelliDesign

if TYPE_CHECKING:
    from sahelsim.sweep.opening import Sweep

__all__ = ["Analysis", "analyse"]

_LISTED = 10  # draws that are named
_FEW_TRAJECTORIES = 10  # of Morris: Campolongo et al. 2007 use 10 and more


@dataclass(frozen=True)
class Analysis:
    """What could be analysed, and why the rest could not.

    Attributes
    ----------
    found : list of Sensitivity
    refused : dict of str to str
        Outputs with the reason.
    """

    found: list[Sensitivity]
    refused: dict[str, str]


@dataclass(frozen=True)
class _Settings:
    method: str
    points: FloatArray
    seed: int
    slides: int | None
    resamples: int
    confidence: float


def analyse(
    sweep: Sweep,
    outputs: Sequence[str],
    *,
    method: str | None = None,
    what_if: str = BASELINE,
    slides: int | None = None,
    resamples: int = 500,
    confidence: float = 0.95,
) -> Analysis:
    """Rank the factors of a sweep for each of some outputs. The same store gives the same numbers.

    Parameters
    ----------
    sweep : Sweep
        Finished or not: draws without a run are left out, as far as the method allows.
    outputs : sequence of str
        Columns of results.
    method : str, optional
        ``morris``, ``sobol`` or ``pawn``; that of the design if not given.
    what_if : str
        The variant.
    slides : int, optional
        Of PAWN; ten, or fewer when there are few draws, if not given.
    resamples : int
        For the intervals.
    confidence : float
        Of the intervals.

    Raises
    ------
    BadInput
        The design does not allow the method, there is no such variant, or no output can be analysed.
    """
    chosen = choose_method(sweep, method)
    if what_if not in sweep.variants:
        raise BadInput(f"no what-if '{what_if}'; there are {', '.join(sweep.variants)}", file=sweep.path)
    points = unit_points(sweep) if chosen == "morris" else ordinal_points(sweep)
    settings = _Settings(chosen, points, analysis_seed(sweep.seed), slides, resamples, confidence)
    found, refused = [], {}
    for name, response in read_responses(sweep, outputs, what_if).items():
        one = _one(sweep, response, settings)
        if isinstance(one, str):
            refused[name] = one
        else:
            found.append(one)
    if not found:
        first = next(iter(refused), None)
        more = f" ({len(refused) - 1} other outputs cannot be analysed either)" if len(refused) > 1 else ""
        raise BadInput(f"'{first}' {refused[first]}{more}" if first else "no outputs were given", file=sweep.path)
    return Analysis(found, refused)


def _one(sweep: Sweep, response: Response, settings: _Settings) -> Sensitivity | str:
    """The analysis, or why there is none."""
    if not np.isfinite(response.means).any():
        return f"has no value in any run{_why_missing(response)}"
    if not response.varies:
        value = float(response.means[np.isfinite(response.means)][0])
        return f"does not vary: it is {value:g} in every draw, so no factor has an effect on it"
    run = {"morris": _morris, "sobol": _sobol, "pawn": _pawn}[settings.method]
    found = run(sweep, response, settings)
    if isinstance(found, str):
        return found
    remarks = (*_remarks(response), *found.remarks)
    return replace(found, indices=tuple(sorted(found.indices, key=lambda i: (-i.value, i.factor))), remarks=remarks)


def _morris(sweep: Sweep, response: Response, settings: _Settings) -> Sensitivity | str:
    design = sweep.experiment.design
    assert isinstance(design, MorrisDesign)
    size = len(sweep.factors) + 1
    done = morris.screen(
        sweep.factors, settings.points, response.means, levels=design.levels, noise=response.noise,
        seed=settings.seed, resamples=settings.resamples, confidence=settings.confidence,
    )  # fmt: skip
    if done is None:
        return f"has fewer than {morris.LEAST} whole trajectories (of {design.trajectories}){_why_missing(response)}"
    remarks = []
    if done.trajectories < design.trajectories:
        remarks.append(
            f"{design.trajectories - done.trajectories} of {design.trajectories} trajectories lack a draw and are left "
            "out whole; the others can still be used."
        )
    if done.trajectories < _FEW_TRAJECTORIES:
        remarks.append(
            f"Only {done.trajectories} trajectories: the order among similar factors is not settled, and intervals "
            "made by resampling so few are too narrow."
        )
    return _found(response, settings, done.indices, done.trajectories * size, remarks)


def _sobol(sweep: Sweep, response: Response, settings: _Settings) -> Sensitivity | str:
    design = sweep.experiment.design
    assert isinstance(design, SaltelliDesign)
    step = (2 if design.second_order else 1) * len(sweep.factors) + 2
    done = sobol.shares_of_variance(
        sweep.factors, response.means, second_order=design.second_order, noise_share=response.noise_share,
        seed=settings.seed, resamples=settings.resamples, confidence=settings.confidence,
    )  # fmt: skip
    if done is None:
        return f"has fewer than {sobol.LEAST} whole base points (of {design.size}){_why_missing(response)}"
    remarks = []
    if done.base_points < design.size:
        remarks.append(
            f"{design.size - done.base_points} of {design.size} base points lack a draw and are left out with all "
            f"their {step} draws; the others can still be used, less evenly spread."
        )
    found = _found(response, settings, done.indices, done.base_points * step, remarks)
    return replace(found, interactions=tuple(done.interactions))


def _pawn(sweep: Sweep, response: Response, settings: _Settings) -> Sensitivity | str:
    means, remarks = response.means, []
    design = sweep.experiment.design
    if isinstance(design, SaltelliDesign):  # its first and last draw of each block are the independent ones
        step = (2 if design.second_order else 1) * len(sweep.factors) + 2
        position = np.arange(len(means)) % step
        means = np.where((position == 0) | (position == step - 1), means, np.nan)
        remarks.append("Only the two independent draws of each block of Saltelli's design are used.")
    count = int(np.isfinite(means).sum())
    if count < pawn.LEAST:
        return f"has values in {count} draws; PAWN needs at least {pawn.LEAST}{_why_missing(response)}"
    slides = settings.slides or pawn.slides_for(count)
    if count < slides * pawn.PER_SLIDE:
        return (
            f"has values in {count} draws, too few for {slides} slides of {pawn.PER_SLIDE}; choose at most "
            f"--slides {count // pawn.PER_SLIDE}"
        )
    done = pawn.distances(
        sweep.factors, settings.points, means, slides=slides, seed=settings.seed, resamples=settings.resamples,
        confidence=settings.confidence,
    )  # fmt: skip
    if len({index.more["slides"] for index in done}) > 1:
        remarks.append(
            "Factors with few values have a slide for each, and so smaller indices by chance: compare each factor with "
            "its own floor, that of a dummy with as many slides."
        )
    return _found(response, settings, done, count, remarks)


def _found(
    response: Response, settings: _Settings, indices: Sequence[Index], used: int, remarks: Sequence[str]
) -> Sensitivity:
    return Sensitivity(
        method=settings.method,
        output=response.output,
        meaning=response.meaning,
        what_if=response.what_if,
        indices=tuple(indices),
        noise_share=response.noise_share,
        used=used,
        draws=len(response.values),
        confidence=settings.confidence,
        remarks=tuple(remarks),
    )


def _remarks(response: Response) -> list[str]:
    """On runs that are missing and on chance."""
    out = []
    replicates = response.values.shape[1]
    counts = response.counts
    if lacking := _lacking(response):
        empty, fewer = np.flatnonzero(counts == 0), int(((counts > 0) & (counts < replicates)).sum())
        out.append(
            f"{lacking}: {len(empty)} of {len(counts)} draws have no value{_listed(empty)}, "
            f"{fewer} fewer replicates than {replicates}."
        )
    if replicates == 1:
        out.append("One replicate a draw: how much of this is chance cannot be told.")
    elif np.isfinite(response.noise_share):
        out.append(
            f"Chance between replicates makes {response.noise_share:.0%} of the variance between draws "
            f"(means of {_replicates_used(counts)})."
        )
    return out


def _listed(draws: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    """Numbers of draws in brackets, the first of many."""
    if not len(draws):
        return ""
    more = f" and {len(draws) - _LISTED} more" if len(draws) > _LISTED else ""
    return f" (numbers {', '.join(str(draw) for draw in draws[:_LISTED])}{more})"


def _replicates_used(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    """``3 replicates``, or ``2 to 3 replicates``."""
    low, high = int(counts[counts > 0].min()), int(counts.max())
    return f"{high} replicate{'s' if high != 1 else ''}" if low == high else f"{low} to {high} replicates"


def _lacking(response: Response) -> str:
    parts = [
        (response.failed, "failed"),
        (response.missing, "not run yet"),
        (response.undefined, "without a value of this output"),
    ]
    said = [f"{count:,} {what}" for count, what in parts if count]
    return f"Of {response.values.size:,} runs {', '.join(said)}" if said else ""


def _why_missing(response: Response) -> str:
    said = _lacking(response)
    hint = "; `sahelsim sweep resume` runs what is missing" if response.missing or response.failed else ""
    return f": {said[0].lower()}{said[1:]}{hint}" if said else ""
