"""Settings of all tests: Hypothesis draws the same examples every time, without deadline or database."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_COMMON = {"derandomize": True, "deadline": None, "database": None}
_SLOW_STARTS = (HealthCheck.too_slow,)  # the first example compiles kernels

settings.register_profile("sahelsim", max_examples=60, suppress_health_check=_SLOW_STARTS, **_COMMON)
settings.register_profile("quick", max_examples=10, suppress_health_check=_SLOW_STARTS, **_COMMON)
settings.register_profile("thorough", max_examples=600, suppress_health_check=_SLOW_STARTS, **_COMMON)
settings.load_profile("sahelsim")
