"""How the posterior is made from the runs: regression ABC, or neural networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sahelsim.parameters import Strict, parameter

__all__ = ["AbcPosterior", "AnyPosterior", "NeuralPosterior"]


class AbcPosterior(Strict):
    """Regression ABC, which needs no further package; `accept` of the calibration is its one number."""

    method: Literal["abc"]


class NeuralPosterior(Strict):
    """Neural posterior estimation (masked autoregressive flows of `sbi`); needs the extra `npe`."""

    method: Literal["npe"]
    draws: int = parameter("draws", 100, 100_000, "draws of the posterior, all of one weight", "user", default=2000)
    networks: int = parameter(
        "networks", 1, 50, "networks that make the posterior together, each from another start and with other runs set "
        "aside to stop by", "Hermans et al. 2022: ensembles are less sure of themselves", default=3,
    )  # fmt: skip
    folds: int = parameter(
        "1", 2, 50, "groups of recovered runs; each by networks that have not seen it", "by hand", default=5
    )
    transforms: int = parameter("layers", 1, 20, "transforms of a flow", "default of sbi", default=5)
    hidden: int = parameter("neurons", 4, 1000, "hidden neurons of a layer", "default of sbi", default=50)
    batch: int = parameter("runs", 10, 10_000, "runs between two steps of the training", "by hand", default=50)
    learning_rate: float = parameter("1", 1e-6, 0.1, "of the optimiser (Adam)", "by hand", default=1e-3)
    patience: int = parameter(
        "epochs", 1, 1000, "training ends when runs set aside have not been told better for so long", "default of sbi",
        default=20,
    )  # fmt: skip
    set_aside: float = parameter("1", 0.05, 0.5, "share of the runs by which to stop", "default of sbi", default=0.1)


AnyPosterior = Annotated[AbcPosterior | NeuralPosterior, Field(discriminator="method")]
