"""Scenario files for the tests: the plain one, and copies with something changed and the fault marked."""

from __future__ import annotations

from pathlib import Path

PLAIN = Path(__file__).parent / "data" / "plain.yaml"
MARK = "@@"


def marked(text: str) -> tuple[str, int, int]:
    """A text without its mark, and the line and column (from 1) where the mark stood."""
    assert text.count(MARK) == 1, "the text needs exactly one mark"
    before = text[: text.index(MARK)]
    return text.replace(MARK, ""), before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def altered(old: str, new: str) -> tuple[str, int, int]:
    """The plain scenario with one piece replaced; `new` marks the place of the fault."""
    text = PLAIN.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"expected {old!r} once in {PLAIN.name}"
    return marked(text.replace(old, new))


def plain_text(*changes: tuple[str, str]) -> str:
    """The plain scenario with pieces replaced, without a fault to mark."""
    text = PLAIN.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"expected {old!r} once in {PLAIN.name}"
        text = text.replace(old, new)
    return text
