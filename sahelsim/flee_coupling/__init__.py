"""Coupling to Flee, the model of forced displacement of Groen et al.: our conflict in, its camp series out.

>>> from sahelsim.flee_coupling import couple, load_case
>>> from sahelsim.results import open_run
>>> couple(open_run("runs/menaka"), load_case(), Path("runs/menaka/flee"))   # doctest: +SKIP

What goes across, what does not, and where the numbers come from is in docs/flee.md.
"""

from __future__ import annotations

from sahelsim.flee_coupling.case import Case, load_case
from sahelsim.flee_coupling.couple import Coupled, couple, open_coupled

__all__ = ["Case", "Coupled", "couple", "load_case", "open_coupled"]
