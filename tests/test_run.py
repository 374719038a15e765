"""Running a scenario end to end: same bytes on any number of workers, clean ends, clear errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sahelsim.errors import BadInput, SahelsimError
from sahelsim.results import open_run
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
from sahelsim.workers import parts_in_order
from sahelsim.world.build import build_blueprint

SETTINGS = ["replicates=4", "calendar.steps=12"]


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("two_actors", settings=SETTINGS)


@pytest.fixture(scope="module")
def alone(tmp_path_factory, scenario):
    """The scenario, run in this process."""
    return run_scenario(scenario, tmp_path_factory.mktemp("runs") / "alone")


def hashes(out):
    run = open_run(out)
    run.verify()
    return run.manifest["outputs"]


def test_what_a_run_says_of_itself(alone, scenario):
    run = open_run(alone.out)
    assert (alone.seed, alone.replicates) == (scenario.seed, 4)
    assert alone.events == len(run.events()) > 0
    assert sorted(alone.files) == sorted(path.name for path in alone.out.iterdir())
    assert 0 < alone.seconds_per_replicate < 60
    assert run.scenario == scenario
    assert set(run.events().replicate) <= set(range(4))
    assert len(run.fighters()) == 4 * 12 * len(scenario.actors)


@pytest.mark.jit_only
@pytest.mark.parametrize("workers", [2, 4])
def test_same_bytes_with_any_number_of_workers(alone, scenario, tmp_path, workers):
    calls = []
    summary = run_scenario(
        scenario, tmp_path / "run", workers=workers, progress=lambda done, total: calls.append((done, total))
    )
    assert hashes(summary.out) == hashes(alone.out)
    assert calls == sorted(calls)
    assert calls[-1] == (48, 48)


_AGAIN = """
import sys
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario
run_scenario(load_scenario("two_actors", settings=sys.argv[2:]), sys.argv[1])
"""


@pytest.mark.jit_only
def test_same_bytes_in_another_process_and_other_bytes_with_another_seed(alone, tmp_path):
    for name, settings in (("same", SETTINGS), ("other", [*SETTINGS, "seed=8"])):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _AGAIN, str(tmp_path / name), *settings], check=True
        )
        assert done.returncode == 0
    assert hashes(tmp_path / "same") == hashes(alone.out)
    other = hashes(tmp_path / "other")
    for name in ("events.parquet", "truth.parquet", "panel.zarr", "allegiance.parquet"):
        assert other[name]["sha256"] != hashes(alone.out)[name]["sha256"]


@pytest.mark.jit_only
def test_more_replicates_leave_the_first_ones_as_they_were(alone, scenario, tmp_path):
    two = run_scenario(scenario.model_copy(update={"replicates": 2}), tmp_path / "two")
    few, many = open_run(two.out).truth(), open_run(alone.out).truth()
    assert few.equals(many[many.replicate < 2])


def test_progress_counts_every_step(scenario, tmp_path):
    calls = []
    run_scenario(scenario, tmp_path / "run", progress=lambda done, total: calls.append((done, total)))
    assert calls == sorted(set(calls))
    assert calls[-1] == (48, 48)


def test_inputs_are_hashed(scenario, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: two_actors\n")
    out = run_scenario(scenario.model_copy(update={"replicates": 1}), tmp_path / "run", inputs=[file]).out
    inputs = open_run(out).manifest["inputs"]
    assert inputs == {str(file): {"bytes": 20, "sha256": inputs[str(file)]["sha256"]}}
    assert len(inputs[str(file)]["sha256"]) == 64


@pytest.mark.parametrize(
    ("workers", "message"), [(0, "0 workers cannot run anything"), (-3, "-3 workers cannot run anything")]
)
def test_workers_must_be_some(scenario, tmp_path, workers, message):
    with pytest.raises(BadInput, match=message):
        run_scenario(scenario, tmp_path / "run", workers=workers)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_replicate_is_one_clear_error(scenario, workers):
    broken = replace(build_blueprint(scenario), homes=())
    with pytest.raises(SahelsimError, match="replicate 0 failed: IndexError: "):
        list(parts_in_order(scenario, broken, workers, None))


class _Deadly:
    """Ends the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (3,)


def test_a_worker_that_dies_is_one_clear_error(scenario):
    with pytest.raises(SahelsimError, match="a worker process ended unexpectedly"):
        list(parts_in_order(scenario, _Deadly(), 2, None))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_run_leaves_nothing(scenario, tmp_path, workers):
    def stop(done, total):
        raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match=r"^the caller's own$"):
        run_scenario(scenario, tmp_path / "run", workers=workers, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.jit_only
def test_a_run_in_a_thread(alone, scenario, tmp_path):
    """Signals belong to the main thread; elsewhere a run leaves them alone."""
    with ThreadPoolExecutor(1) as pool:
        summary = pool.submit(run_scenario, scenario, tmp_path / "run").result()
    assert hashes(summary.out) == hashes(alone.out)


def test_a_handler_of_the_callers_stays(scenario, tmp_path):
    seen = []

    def handler(number, frame):
        seen.append(number)

    def note(done, total):
        seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.signal(signal.SIGTERM, handler)
    try:
        run_scenario(scenario.model_copy(update={"replicates": 1}), tmp_path / "run", progress=note)
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert set(seen) == {handler}


_LONG = """
import sys
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario

def tell(done, total):
    if done:
        print("running", flush=True)

if __name__ == "__main__":
    scenario = load_scenario("two_actors", settings=["replicates=5000"])
    run_scenario(scenario, sys.argv[1], workers=int(sys.argv[2]), progress=tell)
"""


def children_of(pid):
    """Process ids of the children of a process (Linux)."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as stream:
        return [int(child) for child in stream.read().split()]


def gone(pid):
    """Whether a process has ended (a zombie has)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
            return stream.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _heed_interrupts():
    """As in a terminal: who starts the tests in the background of a shell has Ctrl-C ignored, and so would we."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.jit_only
@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("number", "to_group", "code", "left"),
    [
        (signal.SIGINT, True, -signal.SIGINT, []),  # Ctrl-C reaches the whole group
        (signal.SIGTERM, False, 128 + signal.SIGTERM, []),
        (signal.SIGKILL, False, -signal.SIGKILL, [".run.unfinished"]),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_signals_end_a_run_cleanly(tmp_path, number, to_group, code, left, workers):
    script = tmp_path / "long.py"
    script.write_text(_LONG)
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-W", "error", str(script), str(tmp_path / "out" / "run"), str(workers)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=_heed_interrupts,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "running\n"
        children = children_of(process.pid)
        if to_group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == left
    assert "Process Spawn" not in errors
    assert "leaked" not in errors
    assert errors.count("Traceback") == (1 if number == signal.SIGINT else 0)
    deadline = time.monotonic() + 20
    while not all(gone(child) for child in children):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)
