"""The one place where JIT options and the kernel cache are chosen. Imports nothing of the package.

The cache directory carries a hash of every kernel source: numba looks only at the file of the function it caches,
and would serve a kernel stale after an edit of a function that it calls in another file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config

__all__ = ["cache_directory", "inlined", "kernel"]

F = TypeVar("F", bound=Callable[..., object])

_PACKAGE = Path(__file__).parent
_SHARED = ("accelerate.py", "elementary.py", "elementary_arrays.py", "rng.py")


def _sources_digest() -> str:
    """Hash of all kernel sources of the package."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in [*(_PACKAGE / name for name in _SHARED), *sorted(_PACKAGE.rglob("*kernel.py"))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _writable(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return True
    except OSError:
        return False


def cache_directory() -> Path | None:
    """Where compiled kernels are kept: NUMBA_CACHE_DIR, else the user's cache; None if neither can be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    if asked:
        base = Path(asked)
    else:
        import platformdirs

        base = Path(platformdirs.user_cache_dir("sahelsim"))
    for root in (base, Path(tempfile.gettempdir()) / f"sahelsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"):
        candidate = root / f"kernels-{_sources_digest()}"
        if _writable(candidate):
            return candidate
    return None


_DIRECTORY = None if getattr(config, "DISABLE_JIT", 0) else cache_directory()
if _DIRECTORY is not None:
    setattr(config, "CACHE_DIR", str(_DIRECTORY))  # noqa: B010 - numba sets its settings at run time

_OPTIONS: dict[str, Any] = {
    "cache": _DIRECTORY is not None,
    "nogil": True,
    "fastmath": False,  # the order of floating-point operations is part of the result
    "error_model": "numpy",  # no branch for division by zero
}


def kernel(function: F) -> F:
    """Compile `function` with the options of the package."""
    compiled: F = numba.njit(**_OPTIONS)(function)
    return compiled


def inlined(function: F) -> F:
    """Compile `function` into each kernel that calls it, so that a loop over the call can work on several at once."""
    compiled: F = numba.njit(inline="always", **_OPTIONS)(function)
    return compiled
