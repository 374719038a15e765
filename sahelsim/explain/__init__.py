"""Why did it happen: a decision or an act of violence of a run, in words."""

from __future__ import annotations

from sahelsim.explain.explanation import Explanation, Reason, explain
from sahelsim.explain.reference import Reference

__all__ = ["Explanation", "Reason", "Reference", "explain"]
