"""The runs of a sweep: their names, their order, and how many there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["RunKey", "draw_text", "in_order", "run_id", "variant_hash"]

_ID_DIGITS = 32


class RunKey(NamedTuple):
    """Which run of a sweep: number of the variant (0 the baseline), of the draw and of the replicate."""

    variant: int
    draw: int
    replicate: int


def variant_hash(scenario: Scenario) -> str:
    """Hash of a resolved scenario and of the tables of its region."""
    from sahelsim.results.manifest import inputs_of
    from sahelsim.scenario.dump import scenario_hash

    text = json.dumps([scenario_hash(scenario), inputs_of(scenario, ())], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def draw_text(number: int, draw: Mapping[str, Any]) -> str:
    """A draw as one line that is the same wherever it is written."""
    return json.dumps([number, draw], sort_keys=True, separators=(",", ":"))


def run_id(variant: str, draw: str, replicate: int, code: str) -> str:
    """Name of a run: hash of its content.

    Parameters
    ----------
    variant : str
        From `variant_hash`: scenario with its seed.
    draw : str
        From `draw_text`.
    replicate : int
    code : str
        From `code_version`.
    """
    text = f"{variant}\n{draw}\n{replicate}\n{code}"
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def in_order(variants: int, draws: int, replicates: int, seed: int) -> Iterator[RunKey]:
    """Every run, so ordered that the first part of them is balanced.

    All draws have their first replicate before any has its second; draws come in an order of chance, the same for every
    replicate; the variants of a draw stand together, so that pairs are complete.
    """
    order = _shuffled(draws, seed)
    for replicate in range(replicates):
        for draw in order:
            for variant in range(variants):
                yield RunKey(variant, draw, replicate)


def _shuffled(count: int, seed: int) -> Sequence[int]:
    keys = [hashlib.sha256(f"{seed} {i}".encode()).digest() for i in range(count)]
    return [int(i) for i in np.argsort(np.array(keys), kind="stable")]
