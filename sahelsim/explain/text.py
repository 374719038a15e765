"""Explanations and lists of candidates as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sahelsim.explain.before import MONTHS
from sahelsim.explain.candidates import Candidate
from sahelsim.explain.explanation import Explanation

__all__ = ["candidates_text", "explanation_text"]

_WIDTH = 100


def explanation_text(e: Explanation) -> str:
    """An explanation as paragraphs and lists."""
    lines = [f"{e.id}: {e.kind}, {e.date}, replicate {e.replicate}", *_wrapped(f"{e.what}.")]
    lines += _wrapped(f"Where: {e.place.words}.")
    lines += ["", "Why"]
    for reason in e.reasons:
        lines += _item(reason.words)
    if e.chance:
        lines += _wrapped(f"{e.chance}.")
    if e.silent:
        lines += _wrapped(f"Played no part: {', '.join(name.replace('_', ' ') for name in e.silent)}.")
    if e.before:
        lines += ["", f"Before (up to {MONTHS} months)"]
        for note in e.before:
            lines += _item(note.words)
    return "\n".join(lines) + "\n"


def candidates_text(found: Sequence[Candidate]) -> str:
    """Candidates, one or two lines each."""
    lines: list[str] = []
    for c in found:
        lines += _wrapped(f"{c.id}  {c.date}  {c.what} [{c.place}]", indent="    ")
    return "\n".join(lines) + "\n" if lines else "Nothing fits.\n"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_long_words=False)


def _item(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False)
