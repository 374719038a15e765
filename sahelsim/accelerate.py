"""The one place where JIT options and the kernel cache are chosen. Imports nothing of the package.

The cache directory carries a hash of every kernel source: numba looks only at the file of the function it caches,
and would serve a kernel stale after an edit of a function that it calls in another file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config
from numba.core.caching import FunctionCache, IndexDataCacheFile

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["cache_directory", "inlined", "kernel", "kernel_directory"]

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


def kernel_directory() -> Path | None:
    """Where this process keeps compiled kernels; None if nowhere, or with the JIT off."""
    return _DIRECTORY


_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": False,  # the order of floating-point operations is part of the result
    "error_model": "numpy",  # no branch for division by zero
    "no_cfunc_wrapper": True,  # nobody calls a kernel from C
}


class _Cache(FunctionCache):
    """Numba's cache of a function, safe where several processes fill it at once.

    Numba numbers the files of a function's signatures by its index, so that of two processes that save different
    ones at the same time each could read the code of the other.
    """

    def __init__(self, function: Callable[..., object], kind: str) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        locator = self._impl.locator
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            locator.get_cache_path(), f"{self._impl.filename_base}{kind}", locator.get_source_stamp()
        )

    def save_overload(self, sig: object, data: object) -> None:
        with _alone():
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the cache directory."""
    if fcntl is None or _DIRECTORY is None:
        yield
        return
    with open(_DIRECTORY / "lock", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def kernel(function: F) -> F:
    """Compile `function` with the options of the package.

    It is compiled for calls from Python and, without the conversion of Python objects (a third of the time that
    compiling takes), for calls from other kernels: each when it is first called so.
    """
    if getattr(config, "DISABLE_JIT", 0):
        return function
    outer = numba.njit(**_OPTIONS)(function)
    inner = numba.njit(**_OPTIONS | {"no_cpython_wrapper": True})(function)
    if _DIRECTORY is not None:
        outer._cache, inner._cache = _Cache(function, ""), _Cache(function, "-inner")
    outer.get_call_template, outer.get_overload = inner.get_call_template, inner.get_overload
    compiled: F = outer
    return compiled


def inlined(function: F) -> F:
    """Compile `function` into each kernel that calls it, so that a loop over the call can work on several at once."""
    compiled: F = numba.njit(inline="always", **_OPTIONS)(function)
    return compiled
