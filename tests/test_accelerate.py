"""JIT options and the kernel cache: the directory follows the sources, falls back, and the JIT can be off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from sahelsim import accelerate
from sahelsim.rng import key_of, uniforms

PACKAGE = Path(accelerate.__file__).parent


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of every Python file of the package, which `accelerate` takes for the package."""
    target = tmp_path / "package"
    for source in PACKAGE.rglob("*.py"):
        place = target / source.relative_to(PACKAGE)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source.read_bytes())
    monkeypatch.setattr(accelerate, "_PACKAGE", target)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    return target


def _directory() -> Path:
    found = accelerate.cache_directory()
    assert found is not None
    return found


def _kernel_files(root: Path) -> list[Path]:
    """Every file in which a function is compiled."""
    return [p for p in sorted(root.rglob("*.py")) if "\n@kernel\n" in p.read_text(encoding="utf-8")]


def test_directory_is_under_the_one_asked_for(copy: Path, tmp_path: Path) -> None:
    found = _directory()
    assert found.parent == tmp_path / "cache"
    assert found.is_dir()
    assert not list(found.iterdir())  # the trial file is gone
    assert _directory() == found


def test_directory_changes_with_every_file_that_holds_kernels(copy: Path) -> None:
    files = _kernel_files(copy)
    assert len(files) >= 14  # nine mechanisms, observation, index, log, elementary, rng
    seen = {_directory()}
    for path in files:
        path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
        seen.add(_directory())
    assert len(seen) == 1 + len(files)


def test_directory_changes_with_new_options_and_new_kernels(copy: Path) -> None:
    before = _directory()
    options = copy / "accelerate.py"
    text = options.read_text(encoding="utf-8")
    assert '"fastmath": False' in text
    options.write_text(text.replace('"fastmath": False', '"fastmath": True'), encoding="utf-8")
    after_options = _directory()
    (copy / "mechanisms" / "drought").mkdir()
    (copy / "mechanisms" / "drought" / "kernel.py").write_text("", "utf-8")
    assert len({before, after_options, _directory()}) == 3


def test_directory_stays_when_other_sources_change(copy: Path) -> None:
    before = _directory()
    step = copy / "mechanisms" / "battle" / "step.py"
    step.write_text(step.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert _directory() == before


def test_directory_changes_with_the_version_of_numba(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _directory()
    monkeypatch.setattr(numba, "__version__", "0.0.0")
    assert _directory() != before


def test_falls_back_to_the_temporary_directory(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")  # even root makes nothing under a file
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(accelerate.tempfile, "gettempdir", lambda: str(tmp_path / "spare"))
    found = _directory()
    assert found.parents[1] == tmp_path / "spare"
    assert found.name.startswith("kernels-")


def test_goes_without_a_cache_when_nothing_can_be_written(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(accelerate.tempfile, "gettempdir", lambda: str(tmp_path / "file" / "spare"))
    assert accelerate.cache_directory() is None


def test_default_is_the_cache_of_the_user(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / "home" / name))
    assert _directory().parent == tmp_path / "home" / "sahelsim"


_PROBE = """
import json, sys
import numpy as np, numba
from sahelsim import accelerate
from sahelsim.elementary import exp, log, lomax
from sahelsim.rng import key_of, uniforms
u = uniforms(key_of(9, 4), 7, np.arange(40), np.arange(40) * 31, slot=1)
e = [[exp(30 * x - 15), log(x), lomax(x, 2.5, 2.1)] for x in u[:, 0].tolist()]
print(json.dumps([bool(numba.config.DISABLE_JIT), hasattr(exp, "py_func"), u.tolist(), e]))
"""


def _probe(**environment: str) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROBE],
        env={**os.environ, "NUMBA_DISABLE_JIT": "0", **environment},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    return list(json.loads(done.stdout))


def test_with_and_without_the_jit_the_bits_are_the_same() -> None:
    on, off = _probe(), _probe(NUMBA_DISABLE_JIT="1")
    assert on[:2] == [False, True]
    assert off[:2] == [True, False]
    assert on[2:] == off[2:]
    here = uniforms(key_of(9, 4), 7, np.arange(40), np.arange(40) * 31, slot=1)
    assert here.tolist() == on[2]


def test_compiled_code_goes_into_the_directory_of_these_sources(tmp_path: Path) -> None:
    on = _probe(NUMBA_CACHE_DIR=str(tmp_path))
    (directory,) = tmp_path.iterdir()
    assert directory.name == f"kernels-{accelerate._sources_digest()}"
    names = {path.name.split("-")[0] for path in directory.rglob("*.nbi")}
    assert {"elementary.exp", "rng.uniform4"} <= names
    assert _probe(NUMBA_CACHE_DIR=str(tmp_path)) == on


def test_a_kernel_keeps_its_name_and_its_meaning() -> None:
    @accelerate.kernel
    def twice(x: float) -> float:
        """Two times x."""
        return 2.0 * x

    assert twice(3.0) == 6.0
    assert twice.__name__ == "twice"
    assert twice.__doc__ == "Two times x."


def test_division_by_zero_raises_only_without_the_jit() -> None:
    @accelerate.kernel
    def inverse(x: float) -> float:
        return 1.0 / x

    if numba.config.DISABLE_JIT:
        with pytest.raises(ZeroDivisionError):
            inverse(0.0)
    else:
        assert inverse(0.0) == float("inf")
