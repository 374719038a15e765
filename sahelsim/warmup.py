"""Compiling every kernel once, spread over processes that fill one cache.

Each process takes the stages of the schedule from another end, on a small world; what another has put into the cache
by then it only loads, so that they share the work without a word between them, and this process ends with all kernels
in hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from sahelsim.accelerate import kernel_directory

__all__ = ["fill_cache", "is_cold"]

_SCENARIO = "two_actors"
_WORTH_A_PROCESS = 8  # stages; a process needs a second or two to start


def is_cold() -> bool:
    """Whether there is a cache for kernels and nothing in it yet."""
    folder = kernel_directory()
    return folder is not None and next(folder.rglob("*.nbc"), None) is None


def fill_cache(processes: int) -> None:
    """Compile all kernels, in this process and `processes` - 1 others.

    If another process fails, this one does its part as well.
    """
    from sahelsim.schedule import SCHEDULE

    parts = max(1, min(processes, len(SCHEDULE) // _WORTH_A_PROCESS + 1))
    helpers: list[subprocess.Popen[bytes]] = []
    try:
        for part in range(1, parts):
            helpers.append(_start(part, parts))
        _compile(0, parts)
    finally:
        for helper in helpers:
            helper.terminate()  # this process went through all stages: nothing is left to compile
        for helper in helpers:
            helper.wait()


def _start(part: int, parts: int) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.Popen(
        [sys.executable, "-m", "sahelsim.warmup", str(part), str(parts)],
        env=os.environ | {"NUMBA_NUM_THREADS": "1", "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the parent, which ends it
    )


def _compile(part: int, parts: int) -> None:
    """Run each stage once on the first step of a small world, beginning with those of this part."""
    from sahelsim.observation.report import observe_scenario
    from sahelsim.replicate import Recorder, record_of
    from sahelsim.scenario.load import load_scenario
    from sahelsim.schedule import SCHEDULE, begin
    from sahelsim.world.build import build_blueprint
    from sahelsim.world.index import index_communities, index_units

    scenario = load_scenario(_SCENARIO, changes={"replicates": 1})
    play = begin(build_blueprint(scenario), 0)
    index_units(play.world)
    index_communities(play.world)
    recorder = Recorder(play)
    stages: list[Callable[[], object]] = [partial(stage.run, play) for stage in SCHEDULE]
    stages.append(lambda: observe_scenario(record_of(play, recorder, 0), play.blueprint.ground, scenario))
    first = len(stages) * part // parts
    backward = part % 2 == 1
    if backward:  # from the end of the part, so as to meet the one that comes from the other side
        stages.reverse()
        first = len(stages) - len(stages) * (part + 1) // parts
    for run in [*stages[first:], *stages[:first]]:
        run()


if __name__ == "__main__":
    _compile(int(sys.argv[1]), int(sys.argv[2]))
