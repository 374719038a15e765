"""Masked autoregressive flows of `sbi`: the one module that imports torch, and only when it is called.

Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", NeurIPS 30; sbi: Boelts et
al. 2024, "sbi reloaded", arXiv 2411.17337. One thread, deterministic algorithms and a seed for each network: the same
bytes again on the same processor and versions. Another processor or another torch may differ in the last bits, and the
training makes them large.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.neural import Network, Train
from sahelsim.calibration.posterior_settings import NeuralPosterior

__all__ = ["flow_trainer", "missing", "versions"]

F64 = npt.NDArray[np.float64]

_OLDEST = (0, 27)  # of sbi


def missing() -> str | None:
    """What is not installed that a flow needs, in words; None where all is there. Imports nothing."""
    from importlib.util import find_spec

    for package in ("sbi", "torch"):
        if find_spec(package) is None:
            return f"the package {package}, which is not installed"
    found = metadata.version("sbi")
    if tuple(int(part) for part in found.split(".")[:2] if part.isdigit()) < _OLDEST:
        return f"sbi {'.'.join(map(str, _OLDEST))} or newer, and {found} is installed"
    return None


def versions() -> dict[str, str]:
    """What the bytes of a flow follow from besides the seed: packages, and the instructions that torch uses."""
    import torch

    return {
        **{package: metadata.version(package) for package in ("sbi", "torch", "nflows")},
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


def flow_trainer(settings: NeuralPosterior) -> Train:
    """What trains a flow with such settings."""

    def train(rests: F64, conditions: F64, seed: int) -> Network:
        with _repeatable(seed):
            return _trained(settings, rests, conditions)

    return train


@dataclass(frozen=True)
class _Flow:
    """A trained estimator of sbi."""

    estimator: Any
    epochs: int

    def draw(self, conditions: F64, size: int, seed: int) -> F64:
        """Draws (size, b, k) given conditions (b, m)."""
        import torch

        with _repeatable(seed), torch.no_grad():
            draws = self.estimator.sample((size,), condition=_tensor(conditions))
        return np.asarray(draws.numpy(), np.float64)


class _NoTracker:
    """Keeps no log; by default sbi writes one for TensorBoard into the working directory."""

    log_dir = None

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        """Nothing."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Nothing."""

    def log_params(self, params: dict[str, Any]) -> None:
        """Nothing."""

    def add_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""


def _trained(settings: NeuralPosterior, rests: F64, conditions: F64) -> _Flow:
    from sbi.inference import NPE
    from sbi.neural_nets import posterior_nn

    build = posterior_nn("maf", hidden_features=settings.hidden, num_transforms=settings.transforms)
    trainer = NPE(prior=None, density_estimator=build, show_progress_bars=False, tracker=_NoTracker())
    trainer.append_simulations(_tensor(rests), _tensor(conditions))
    estimator = trainer.train(
        training_batch_size=settings.batch,
        learning_rate=settings.learning_rate,
        stop_after_epochs=settings.patience,
        validation_fraction=settings.set_aside,
    )
    return _Flow(estimator, int(trainer.summary["epochs_trained"][-1]))


def _tensor(values: F64) -> Any:
    import torch

    return torch.as_tensor(np.ascontiguousarray(values), dtype=torch.float32)


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """One thread, deterministic, chance from a seed, nothing printed; the caller's torch is left as it was."""
    import torch

    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.filterwarnings("ignore", category=UserWarning)  # of sbi, on data that it would rather have otherwise
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        torch.manual_seed(seed)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(strict)
