"""Which method a design allows, and why not another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.sweep.opening import Sweep

__all__ = ["METHODS", "choose_method"]

METHODS = ("morris", "sobol", "pawn")

_DESIGNS = {
    "grid": "a grid",
    "list": "a written list of draws",
    "lhs": "a Latin hypercube",
    "sobol": "a Sobol sequence",
    "morris": "Morris trajectories",
    "saltelli": "Saltelli's cross-sampled design",
}
_ALLOWED = {
    "grid": ("pawn",),
    "list": (),
    "lhs": ("pawn",),
    "sobol": ("pawn",),
    "morris": ("morris",),
    "saltelli": ("sobol", "pawn"),
}
_NEEDS = {
    "morris": "Morris' method needs trajectories, `design: { kind: morris, trajectories: N }`",
    "sobol": "Sobol indices need Saltelli's cross-sampled design, `design: { kind: saltelli, size: N }`",
    "pawn": "PAWN needs draws in which the factors vary independently: lhs, sobol, saltelli or grid",
}


def choose_method(sweep: Sweep, asked: str | None = None) -> str:
    """The method that was asked for, or the one that the design was made for.

    Raises
    ------
    BadInput
        The design does not allow it.
    """
    design = sweep.experiment.design
    if design is None:
        raise BadInput(
            "the experiment varies no factors, so there is nothing to be sensitive to; "
            "`sahelsim sweep plot` draws its what-ifs", file=sweep.path,
        )  # fmt: skip
    allowed = _ALLOWED[design.kind]
    if asked is not None and asked not in METHODS:
        raise BadInput(f"'{asked}': expected one of {', '.join(METHODS)}", path="--method")
    if asked is None and allowed:
        return allowed[0]
    if asked is not None and asked in allowed:
        return asked
    needs = _NEEDS[asked] if asked else "no method reads a list: its draws need be no sample of the factors' ranges"
    can = f"; what it allows: --method {allowed[0]}" if allowed else "; `sahelsim sweep plot` draws its responses"
    raise BadInput(f"{needs}. This store has {_DESIGNS[design.kind]}{can}", file=sweep.path, path="--method")
