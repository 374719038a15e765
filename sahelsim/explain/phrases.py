"""What a sentence about a term is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Form", "Phrase"]


class Form(Enum):
    """What the number of a term is; the value says how it is shown."""

    PUSH = "{:+.2g}"  # addend of the log-odds or of the worth of what was chosen
    HAZARD_PART = "{:+.3g} a week"  # addend of the hazard
    SHARE = "{:.2g}"  # 0 to 1, or -1 to 1
    COUNT = "{:,.3g}"
    PEOPLE = "{:,.0f}"
    MONEY = "${:,.0f}"
    HAZARD = "{:.3g} a week"  # the hazard itself
    RISK = "{:.3g}"  # hazard in the step, not by week
    LOG_ODDS = "{:+.2g} in log-odds"  # the log-odds themselves

    @property
    def adds_up(self) -> bool:
        """Whether the numbers are addends of one sum, which can be put in order of size."""
        return self in (Form.PUSH, Form.HAZARD_PART)

    @property
    def sums_up(self) -> bool:
        """Whether the number is what the others come to."""
        return self in (Form.HAZARD, Form.RISK, Form.LOG_ODDS)


@dataclass(frozen=True)
class Phrase:
    """One term of one kind of decision in words.

    Attributes
    ----------
    words : str
        The sentence where the term is above 0; fields in braces are filled in, see `explanation`.
    form : Form
    against : str
        The sentence where it is below 0; "" where it cannot be, or where `words` fits both.
    nothing : str
        The sentence where it is exactly 0; "" where the term then played no part.
    weight : str
        Path of the parameter that the rule multiplies the term with, below `mechanisms`, with "-" before it where it
        counts against; "" where the logged term has its weight already, or the rule is no sum.
    """

    words: str
    form: Form = Form.PUSH
    against: str = ""
    nothing: str = ""
    weight: str = ""
