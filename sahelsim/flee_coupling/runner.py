"""Run Flee in a process of its own, since its settings and its chance are globals, and read back what it wrote."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput, SahelsimError
from sahelsim.flee_coupling.inputs import SCRIPT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ELSEWHERE", "LOG", "OUT", "read_out", "require_flee", "run_flee"]

LOG, OUT = "flee.log", "out.csv"

ELSEWHERE = ("waiting", "on_the_way", "in_conflict_zones", "in_towns")
"""Where people are who have left and are in no camp."""

_NOT_CAMPS = ("day", "date", "left", *ELSEWHERE)


def require_flee() -> None:
    """Raise BadInput when Flee is not installed."""
    if importlib.util.find_spec("flee") is None:
        raise BadInput(
            "Flee is not installed; run: python -m pip install 'sahelsim[flee]', or `make flee` in a checkout"
        )


def run_flee(folder: Path, tick: Callable[[], None] | None = None, stop: Event | None = None) -> None:
    """Run the script of a folder; `tick` is called after each day, and once `stop` is set the process is ended.

    Raises
    ------
    SahelsimError
        Flee failed; the message has its last words.
    """
    environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    with (folder / LOG).open("w", encoding="utf-8") as log:
        command = [sys.executable, SCRIPT]
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if stop is not None and stop.is_set():
                        return
                    if tick is not None and line.strip().isdecimal():
                        tick()
                code = process.wait()
            finally:
                process.kill()
    if code != 0:
        words = (folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SahelsimError(f"Flee failed in {folder.name}: {words[-1] if words else f'exit code {code}'}")


def read_out(folder: Path) -> pd.DataFrame:
    """What Flee wrote, by day: `left`, where people are, and a column for each camp.

    Raises
    ------
    SahelsimError
        The people do not add up.
    """
    import pandas as pd

    found = pd.read_csv(folder / OUT, parse_dates=["date"])
    camps = [name for name in found.columns if name not in _NOT_CAMPS]
    lost = found["left"] - found[[*ELSEWHERE, *camps]].sum(axis=1)
    if (lost != 0).any():
        day = int(lost.to_numpy().nonzero()[0][0])
        raise SahelsimError(f"{folder.name}: on day {day} {lost[day]:,} people are nowhere in Flee's output")
    return found
