"""The same bytes at every level of x86-64 processors, as numpy, the C library, BLAS and numba each choose by it.

On a machine that has only the lowest level, or none of them, the levels fall together and the tests are idle.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numba
import pytest

FULL = ["sahel_2017_2023", ["coarse"], ["replicates=1", "calendar.steps=40"], 1]
"""Every mechanism, 40 weeks of the reference on its coarse grid."""

_X86 = platform.machine().lower() in {"x86_64", "amd64"}
_V2, _V3 = "x86-64-v2", "x86-64-v3"
_LIBC = {
    _V2: "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-FMA,-FMA4,-BMI2",
    _V3: "glibc.cpu.hwcaps=-AVX512F",
}
_BLAS = {_V2: "NEHALEM", _V3: "HASWELL"}

_RUN = """
import hashlib, json, sys, tempfile
from pathlib import Path
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
if __name__ == "__main__":
    name, overrides, settings, workers = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run_scenario(load_scenario(name, overrides=overrides, settings=settings), out, workers=workers)
        files = sorted(p for p in out.rglob("*") if p.is_file() and p.name != "manifest.json")
        hashes = [(p.relative_to(out).as_posix(), hashlib.sha256(p.read_bytes()).hexdigest()) for p in files]
    print(json.dumps(hashes))
"""

_ARITHMETIC = """
import hashlib, json, math, sys
import numpy as np
from sahelsim.elementary_arrays import arcsin, cos, exp, sin
from sahelsim.grid import Grid, distance_km
from sahelsim.region import cells_on, communities_on, load_region
rng = np.random.default_rng(5)
x, y = rng.uniform(-50.0, 50.0, (2, 30_000))
table = rng.uniform(0.0, 1.0, (40, 50, 60))
ours = [sin(x), cos(x), exp(x), arcsin(y / 50.0), distance_km(x, y, y, x), np.sqrt(np.abs(x)), np.round(x, 6)]
ours += [x.sum(), x.cumsum(), x.mean(), table.sum(axis=0), table.sum(axis=1), table.sum(axis=2), x[::7].sum()]
ours += [np.bincount(np.arange(x.size) % 97, y), np.radians(x), np.quantile(x, [0.05, 0.95]), x / y]
theirs = [np.sin(x), np.cos(x), np.exp(x), np.arcsin(y / 50.0), np.log(np.abs(x))]
theirs += [[f(v) for v in x.tolist()] for f in (math.sin, math.cos, math.exp)]
theirs += [table[0] @ table[0].T]
def digest(values):
    return hashlib.sha256(b"".join(np.ascontiguousarray(v, np.float64).tobytes() for v in values)).hexdigest()
print(json.dumps([digest(ours), digest(theirs)]))
"""

_KERNELS = """
import hashlib, json
import numpy as np
from sahelsim.elementary import chance, exp, log, log1p, logistic, lomax, power
from sahelsim.rng import Stream, uniforms
u = uniforms((3, 4), int(Stream.MOVEMENT), np.arange(3000), 7)
values = [
    (exp(40 * a - 20), log(b), log1p(50 * c), power(b + 0.1, 3 * c), logistic(9 * d - 4), chance(a), lomax(b, 3.0, 2.1))
    for a, b, c, d in u.tolist()
]
print(json.dumps(hashlib.sha256(np.array(values).tobytes()).hexdigest()))
"""


def _numpy_without(level: str) -> str:
    """Names of the features that numpy must not use to stay at a level, as this build of numpy groups them."""
    from numpy._core import _multiarray_umath as core

    kept = {_V2: (), _V3: ("X86_V3", "AVX", "F16C", "FMA3", "AVX2")}[level]
    return " ".join(f for f in core.__cpu_dispatch__ if core.__cpu_features__.get(f) and f not in kept)


def _libraries(level: str) -> dict[str, str]:
    """Surroundings in which numpy, the C library and BLAS stay at a level."""
    return {
        "NPY_DISABLE_CPU_FEATURES": _numpy_without(level),
        "GLIBC_TUNABLES": _LIBC[level],
        "OPENBLAS_CORETYPE": _BLAS[level],
    }


def _compiler(name: str, features: str = "") -> dict[str, str]:
    """Surroundings in which numba compiles for a processor."""
    return {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}


def _python(code: str, *arguments: str, cache: Path | None = None, **surroundings: str) -> object:
    own = {} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | own | surroundings, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _run(plan: list[object], cache: Path | None = None, **surroundings: str) -> dict[str, str]:
    found = _python(_RUN, json.dumps(plan), cache=cache, **surroundings)
    assert isinstance(found, list)
    return dict(found)


@pytest.mark.skipif(not _X86, reason="the levels are those of x86-64")
def test_arithmetic_of_arrays_does_not_follow_the_level_and_that_of_the_libraries_does() -> None:
    host, v3, v2 = (_python(_ARITHMETIC, **s) for s in ({}, _libraries(_V3), _libraries(_V2)))
    assert isinstance(host, list)
    assert isinstance(v3, list)
    assert isinstance(v2, list)
    assert host[0] == v3[0] == v2[0]
    if _numpy_without(_V2) and platform.libc_ver()[0] == "glibc":
        assert host[1] != v2[1], "the levels were not told apart: the test shows nothing here"


@pytest.mark.skipif(not _X86 or numba.config.DISABLE_JIT, reason="compiles for other levels of x86-64")
def test_elementary_functions_and_draws_compiled_for_the_lowest_level(tmp_path: Path) -> None:
    host = _python(_KERNELS)
    assert _python(_KERNELS, cache=tmp_path, **_compiler("generic")) == host
    compiled = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    assert {"elementary.exp", "elementary.log", "rng.uniform4"} <= compiled, "nothing was compiled for the level"


@pytest.mark.jit_only
@pytest.mark.skipif(not _X86, reason="the levels are those of x86-64")
def test_full_model_does_not_follow_the_level_of_the_libraries() -> None:
    short = [*FULL[:2], ["replicates=1", "calendar.steps=12"], 1]
    host = _run(short)
    assert len(host) > 40
    assert _run(short, **_libraries(_V2)) == host


@pytest.mark.slow
@pytest.mark.jit_only
@pytest.mark.skipif(not _X86, reason="the levels are those of x86-64")
@pytest.mark.parametrize(
    "surroundings",
    [
        {},
        _compiler("generic"),
        _compiler(_V2) | _libraries(_V2) if _X86 else {},
        _compiler(_V3) | _libraries(_V3) if _X86 else {},
        _compiler(_V3, "-fma,-bmi2"),
    ],
    ids=["host", "generic", "v2", "v3", "v3 without fused multiply-add"],
)
def test_full_model_compiled_for_every_level(surroundings: dict[str, str], tmp_path: Path) -> None:
    host = _run(FULL)
    cold = _run(FULL, cache=tmp_path, **surroundings)
    assert cold == host
    two_workers = [*FULL[:2], ["replicates=2", "calendar.steps=40"], 2]
    one_worker = [*two_workers[:3], 1]
    assert _run(two_workers, cache=tmp_path, **surroundings) == _run(one_worker)
