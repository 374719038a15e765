"""All figures of a sweep, one file each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sahelsim.analysis.pairs import what_if_differences
from sahelsim.analysis.response import Response, read_responses
from sahelsim.errors import BadInput
from sahelsim.plot.save import check_formats, make_folder, save_figure
from sahelsim.plot.sweep_curves import response_curves
from sahelsim.plot.sweep_maps import heat_map
from sahelsim.plot.sweep_origin import sweep_origin
from sahelsim.plot.sweep_pairs import pair_differences
from sahelsim.sweep.schema import BASELINE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelsim.sweep.opening import Sweep

__all__ = ["file_stem", "plot_sweep"]


def plot_sweep(
    sweep: Sweep,
    out_dir: str | Path,
    outputs: Sequence[str],
    *,
    what_if: str = BASELINE,
    by: Sequence[str] = (),
    formats: Sequence[str] = ("png",),
) -> list[Path]:
    """Draw what the experiment allows: response curves, heat maps of two factors, differences of what-ifs.

    Parameters
    ----------
    sweep : Sweep
        From `sahelsim.open_sweep`; finished or not.
    out_dir : path
        Folder for the files, made if need be; files of the same names are replaced.
    outputs : sequence of str
        Columns of results.
    what_if : str
        Variant of curves and maps.
    by : pair of str
        Factors of the heat maps; those of a grid of two if not given.
    formats : sequence of str
        Some of "png", "pdf", "svg".

    Returns
    -------
    list of Path

    Raises
    ------
    BadInput
        An unknown format, variant or factor, no runs yet, or a folder that cannot be written.
    """
    check_formats(formats)
    if what_if not in sweep.variants:
        raise BadInput(f"no what-if '{what_if}'; there are {', '.join(sweep.variants)}", path="--what-if")
    pair = _two(sweep, by)
    responses = read_responses(sweep, outputs, what_if)
    _require_values(sweep, responses)
    folder = make_folder(out_dir)
    written = []
    for name, figure in _figures(sweep, responses, pair):
        title = f"{name}: {sweep_origin(sweep)}"
        written += [save_figure(figure, folder / f"{name}.{ending}", title) for ending in dict.fromkeys(formats)]
    return written


def file_stem(output: str) -> str:
    """An output as part of a file name: ``people_share[JNIM]`` as ``people_share_JNIM``."""
    return re.sub(r"[^\w.]+", "_", output).strip("_")


def _figures(
    sweep: Sweep, responses: dict[str, Response], pair: tuple[str, str] | None
) -> Iterator[tuple[str, Figure]]:
    for output, response in responses.items():
        if sweep.factors:
            yield f"curves_{file_stem(output)}", response_curves(sweep, response)
        if pair is not None:
            yield f"map_{file_stem(output)}", heat_map(sweep, response, pair)
    if len(sweep.variants) > 1:
        yield "what_ifs", pair_differences(sweep, what_if_differences(sweep, list(responses)))


def _two(sweep: Sweep, by: Sequence[str]) -> tuple[str, str] | None:
    from sahelsim.scenario.problems import did_you_mean

    for name in by:
        if name not in sweep.factors:
            raise BadInput(f"no factor '{name}'{did_you_mean(name, sweep.factors)}", file=sweep.path, path="--by")
    if by and (len(by) != 2 or by[0] == by[1]):
        raise BadInput("a heat map has two different factors: give --by twice", path="--by")
    if by:
        return by[0], by[1]
    design = sweep.experiment.design
    if design is not None and design.kind == "grid" and len(sweep.factors) == 2:
        return sweep.factors[0], sweep.factors[1]
    return None


def _require_values(sweep: Sweep, responses: dict[str, Response]) -> None:
    if not sweep.factors and len(sweep.variants) == 1:
        raise BadInput("the experiment has neither factors nor what-ifs; there is nothing to draw", file=sweep.path)
    for name, response in responses.items():
        if not np.isfinite(response.values).any():
            raise BadInput(f"no run has a value of '{name}' yet; `sahelsim sweep status` says how far it is",
                           file=sweep.path)  # fmt: skip
