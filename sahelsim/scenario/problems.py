"""Problems as a list, for those who want all of them, and the nearest known name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sahelsim.errors import BadInput

__all__ = ["Problem", "did_you_mean", "in_order", "nearest"]

_SHOW_ALL = 12


@dataclass(frozen=True)
class Problem:
    """One fault in what the user gave, with the place where it stands.

    Attributes
    ----------
    file : str
        The file, or the option (``-S``) in which it stands.
    line, column : int
        Place in that file, counted from 1. For ``-S``: which one on the command line, and where in its text.
    path : str
        Dotted key, empty for the file as a whole.
    message : str
        What was wrong and what would be right.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        return str(self.error())

    def error(self, suffix: str = "") -> BadInput:
        """The problem as an exception."""
        return BadInput(
            self.message + suffix, file=self.file, line=self.line, column=self.column, path=self.path or None
        )

    def as_dict(self) -> dict[str, str | int]:
        """File, line, column, path and message."""
        return asdict(self)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Without repetitions; those of one file together and from top to bottom, files in order of appearance."""
    unique = list(dict.fromkeys(problems))
    files = {file: i for i, file in reversed(list(enumerate(p.file for p in unique)))}
    return sorted(unique, key=lambda p: (files[p.file], p.line, p.column))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like a word, None when nothing does."""
    names = sorted(set(known))
    folded = {name.casefold(): name for name in reversed(names)}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to add to a message about an unknown name: the nearest known one, or all when they are few."""
    names = list(dict.fromkeys(known))
    guess = nearest(word, names)
    if guess is not None:
        return f"; did you mean '{guess}'?"
    if names and len(names) <= _SHOW_ALL:
        return f"; known: {', '.join(names)}"
    return ""
