"""What a plain word of YAML means, by the core schema of YAML 1.2 (specification 1.2.2, chapter 10.3).

``1e-3`` is a number; ``yes``, ``1:30``, ``1_000`` and ``2017-01-01`` are text.
"""

from __future__ import annotations

import re

from sahelsim.scenario.tree import Value

__all__ = ["MAX_DIGITS", "resolve"]

MAX_DIGITS = 40

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INT = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def resolve(text: str) -> Value:
    """Null, truth value, number or text.

    Raises
    ------
    ValueError
        If it is a whole number of more than `MAX_DIGITS` digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    whole, other_base = _INT.fullmatch(text), _OTHER_BASE.fullmatch(text)
    if (whole or other_base) and len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits is too long")
    if whole:
        return int(text)
    if other_base:
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text
