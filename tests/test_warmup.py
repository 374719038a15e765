"""Filling the cache of kernels with several processes: nothing is missing, nothing is mixed up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from sahelsim import accelerate, warmup
from sahelsim.accelerate import _Cache

JIT = not numba.config.DISABLE_JIT

_TWO = """
import sys, time
from pathlib import Path
from sahelsim.accelerate import kernel
@kernel
def add(x, y):
    return x + y
gate = Path(sys.argv[1])
while not gate.exists():
    time.sleep(0.01)
kind = {"int": int, "float": float}[sys.argv[2]]
print(repr(add(kind(1), kind(2))))
"""


@pytest.mark.skipif(not JIT, reason="compiles")
def test_processes_that_save_different_signatures_at_once_do_not_mix_them_up(tmp_path: Path) -> None:
    script = tmp_path / "two.py"
    script.write_text(_TWO, "utf-8")

    def both() -> list[str]:
        runs = [
            subprocess.Popen(
                [sys.executable, str(script), str(tmp_path / "gate"), kind],
                env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}, stdout=subprocess.PIPE, text=True,
            )
            for kind in ("int", "float")
        ]  # fmt: skip
        (tmp_path / "gate").touch()
        return [run.communicate()[0].strip() for run in runs]

    assert both() == ["3", "3.0"]
    assert len(list((tmp_path / "cache").rglob("*.nbc"))) == 2
    assert both() == ["3", "3.0"]  # now from the cache


@pytest.mark.skipif(not JIT, reason="compiles")
def test_a_kernel_called_by_kernels_and_from_python() -> None:
    @accelerate.kernel
    def half(x: float) -> float:
        return 0.5 * x

    @accelerate.kernel
    def quarter(x: float) -> float:
        return half(half(x))

    assert quarter(8.0) == 2.0
    assert half(8.0) == 4.0
    assert half(3) == 1.5
    assert isinstance(half._cache, _Cache)  # type: ignore[attr-defined]


def test_cold_is_a_directory_without_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "kernel_directory", lambda: tmp_path)
    assert warmup.is_cold()
    (tmp_path / "lock").touch()
    assert warmup.is_cold()
    (tmp_path / "rng").mkdir()
    (tmp_path / "rng" / "philox.1.nbc").touch()
    assert not warmup.is_cold()
    monkeypatch.setattr(warmup, "kernel_directory", lambda: None)
    assert not warmup.is_cold()


@pytest.mark.parametrize("part", [0, 1, 2])
def test_each_part_runs_every_stage(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from sahelsim import schedule
    from sahelsim.schedule import Stage

    seen: list[str] = []
    stages = tuple(Stage(s.name, s.switch, lambda _, name=s.name: seen.append(name), s.says) for s in schedule.SCHEDULE)
    monkeypatch.setattr(schedule, "SCHEDULE", stages)
    warmup._compile(part, 3)
    names = [s.name for s in stages]
    assert sorted(seen) == sorted(names)
    assert part != 0 or seen == names


def test_this_process_waits_for_no_helper_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[int, int]] = []
    monkeypatch.setattr(warmup, "_compile", lambda part, parts: done.append((part, parts)))
    monkeypatch.setattr(
        warmup, "_start", lambda part, parts: subprocess.Popen([sys.executable, "-c", "1 / 0"], stderr=-3)
    )
    warmup.fill_cache(2)
    assert done == [(0, 2)]
