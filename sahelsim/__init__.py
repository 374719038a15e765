"""sahelsim: an agent-based simulation of the conflict in the central Sahel.

`import sahelsim` is quick and silent; the names below load what they need when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput, SahelsimError

if TYPE_CHECKING:
    from sahelsim.api import Run, Scenario, Sweep, change_scenario, load_scenario, open_run, open_sweep, simulate

__all__ = [
    "BadInput",
    "Run",
    "SahelsimError",
    "Scenario",
    "Sweep",
    "__version__",
    "change_scenario",
    "load_scenario",
    "open_run",
    "open_sweep",
    "simulate",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in __all__:
        from sahelsim import api

        return getattr(api, name)
    raise AttributeError(f"module 'sahelsim' has no attribute {name!r}")
