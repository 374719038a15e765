"""``sahelsim explain``: why something happened in a run."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.explain import Reference, explain
from sahelsim.explain.candidates import Filter, candidates
from sahelsim.explain.text import candidates_text, explanation_text
from sahelsim.results import open_run

__all__ = ["explain_command"]


def explain_command(run: Path, event: str | None, wanted: Filter, *, filtered: bool, as_json: bool) -> None:
    """Explain one decision or event, or list those that fit a filter.

    Raises
    ------
    BadInput
        Neither or both are given, or the run has no such row, kind, place, month, actor or replicate.
    """
    if (event is None) != filtered:
        said = "give an event or a filter, not both" if filtered else (
            "say which: an event like d12 or e12, or a filter to list them, as in --kind pledge --largest 5"
        )  # fmt: skip
        raise BadInput(said, path="EVENT")
    reference = None if event is None else Reference.parse(event)
    opened = open_run(run)
    if reference is not None:
        explanation = explain(opened, reference)
        print(_json(explanation.as_dict()) if as_json else explanation_text(explanation), end="")
        return
    found = candidates(opened, wanted)
    print(_json({"candidates": [asdict(c) for c in found]}) if as_json else candidates_text(found), end="")


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
