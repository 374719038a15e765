"""The figures of a calibration, into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sahelsim.plot.posterior_marginals import marginals, pairs
from sahelsim.plot.posterior_predictive import predictive_check
from sahelsim.plot.posterior_recovery import rank_histograms
from sahelsim.plot.save import make_folder, save_figure

if TYPE_CHECKING:
    from sahelsim.calibration.calibrate import Calibrated

__all__ = ["draw_posterior"]

_DRAWN = {"marginals": marginals, "pairs": pairs, "predictive": predictive_check, "recovery": rank_histograms}


def draw_posterior(result: Calibrated, folder: Path) -> list[Path]:
    """Draw and write every figure; a scenario with one free parameter has no pairs."""
    make_folder(folder)
    out = []
    for name, draw in _DRAWN.items():
        if name == "pairs" and len(result.loaded.space.names) < 2:
            continue
        out.append(save_figure(draw(result), folder / f"{name}.png", f"{result.loaded.calibration.name}: {name}"))
    return out
