"""The command line from outside: exit codes, streams, files, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scenario_texts import PLAIN, plain_text

ROOT = Path(__file__).parent.parent
LONG = ["-S", "calendar.steps=20000", "--replicates", "200"]  # would take minutes

pytestmark = pytest.mark.filterwarnings("error")


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "sahelsim.cli.main", *map(str, words)]


def sahelsim(*words: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
    )


def start(*words: str | Path, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*words), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A folder with a finished run ``out`` in it, and what ``--json`` said."""
    folder = tmp_path_factory.mktemp("finished")
    done = sahelsim("run", PLAIN, "--override", "short", "--out", "out", "--seed", "5", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(done.stdout.strip().splitlines()) == 1
    return folder, json.loads(done.stdout)


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, sahelsim.cli.main; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    heavy = {
        "numpy", "pydantic", "numba", "pandas", "polars", "pyarrow", "scipy", "matplotlib", "mesa", "flee",
        "ruamel.yaml", "rich",
    }  # fmt: skip
    assert heavy.isdisjoint(loaded)
    done = sahelsim("--help", cwd=tmp_path)
    assert "validate" in done.stdout
    assert done.returncode == 0


COMMANDS = (
    "init", "validate", "run", "show", "plot", "explain", "patterns", "ablate", "sensitivity", "compare",
    "calibrate", "forecast", "score", "backtest",
    "flee", "ged", "record", "schema", "warmup", "sweep",
)  # fmt: skip


def test_help_lists_the_commands_in_the_order_of_the_work(tmp_path: Path) -> None:
    listed = sahelsim("--help", cwd=tmp_path).stdout.split("Commands:")[1]
    assert tuple(line.split()[0] for line in listed.strip().splitlines()) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, tmp_path: Path) -> None:
    done = sahelsim(name, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"sahelsim {name}" in done.stdout


def test_version(tmp_path: Path) -> None:
    assert sahelsim("--version", cwd=tmp_path).stdout.startswith("sahelsim ")


def test_shell_completion_knows_scenarios(tmp_path: Path) -> None:
    (tmp_path / "two_mine.yaml").touch()
    done = sahelsim(
        cwd=tmp_path, _SAHELSIM_COMPLETE="complete_bash", COMP_WORDS="sahelsim run two", COMP_CWORD="2",
        _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1",
    )  # fmt: skip
    assert done.stdout.split() == ["two_actors", "two_mine.yaml"]


def test_json_of_a_run(finished: tuple[Path, dict[str, object]]) -> None:
    folder, said = finished
    assert {"out", "seed", "replicates", "events", "seconds_per_replicate", "files"} <= said.keys()
    assert (said["out"], said["seed"], said["replicates"]) == ("out", 5, 2)
    assert isinstance(said["events"], int)
    assert isinstance(said["seconds_per_replicate"], float)
    assert isinstance(said["files"], list)
    for file in said["files"]:
        assert (folder / file).exists()
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 5
    assert manifest["events"] == said["events"]
    assert str(PLAIN) in manifest["inputs"]
    assert any("mechanisms.yaml" in name for name in manifest["inputs"])  # what it extends is an input, too


def test_a_run_is_not_overwritten_unless_forced(finished: tuple[Path, dict[str, object]]) -> None:
    folder, _ = finished
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    again = ("run", PLAIN, "--override", "short", "--out", "out", "--seed", "5", "--json")
    refused = sahelsim(*again, cwd=folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "out: --out: holds a run already" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    events = (folder / "out" / "events.parquet").read_bytes()
    forced = sahelsim(*again, "--force", cwd=folder)
    assert forced.returncode == 0, forced.stderr
    assert (folder / "out" / "events.parquet").read_bytes() == events  # same seed, same bytes


def test_plot_draws_the_figures_of_a_run(finished: tuple[Path, dict[str, object]]) -> None:
    folder, _ = finished
    done = sahelsim("plot", "out", "--out", "figures", cwd=folder)
    assert done.returncode == 0, done.stderr
    written = done.stdout.splitlines()
    assert written
    for file in written:
        assert file.startswith("figures/")
        assert (folder / file).stat().st_size > 1000
    assert (
        sorted(path.name for path in (folder / "out").iterdir() if path.suffix == ".png") == []
    )  # the run is untouched


def test_summary_and_default_place(tmp_path: Path) -> None:
    done = sahelsim("run", PLAIN, "--override", "short", "-S", "replicates=3", cwd=tmp_path, COLUMNS="100")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "runs" / "plain-short-20170301"
    assert (out / "manifest.json").is_file()
    assert "median (90 % range) over the replicates" in done.stdout
    assert "one-sided" in done.stdout
    assert "2017" in done.stdout
    for file in out.iterdir():
        assert f"runs/{out.name}/{file.name}" in done.stdout
    quiet = sahelsim("run", PLAIN, "--override", "short", "--out", "q", "--quiet", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_progress_bar_on_a_terminal(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("run", PLAIN, "--override", "short", "--json"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}, text=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["replicates"] == 2  # stdout has the JSON and nothing else
    assert b"steps" in shown
    assert b"%" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "missing.yaml"], "missing.yaml:1:1: no such file"),
        (["run", "bad.yaml"], "bad.yaml:"),
        (["run", "bad.yaml", "--json"], "bad.yaml:"),
        (["run", "."], ".:1:1: is a directory"),
        (["run", str(PLAIN), "-S", "seed=x"], "-S:1:6: seed: expected a whole number"),
        (["run", str(PLAIN), "--override", "shrt"], "unknown override 'shrt'; did you mean 'short'?"),
        (["run", str(PLAIN), "--seed", "-3"], "--seed"),
        (["run", str(PLAIN), "--workers", "0"], "--workers"),
        (["run", str(PLAIN), "--bogus"], "--bogus"),
        (["run"], "Missing argument"),
        (["rnu"], "rnu"),
        (["run", str(PLAIN), "--out", "bad.yaml"], "bad.yaml: --out: is a file"),
        (["run", str(PLAIN), "--out", "bad.yaml/x"], "--out: cannot be written"),
        (["run", str(PLAIN), "--out", "/proc/nothing/x"], "--out: cannot be written"),
        (["run", str(PLAIN), "--out", "full"], "holds other files, which are not touched"),
        (["run", str(PLAIN), "--out", "full", "--force"], "holds other files, which are not touched"),
        (["show", "full"], "manifest.json is missing"),
        (["show", "missing"], "missing:1:1: no such file"),
        (["plot", "missing"], "missing: no such run"),
        (["plot", "full"], "manifest.json is missing"),
        (["init", "bad.yaml"], "bad.yaml: exists already"),
        (["init", "--from", "two_actor"], "did you mean 'two_actors'?"),
        (["schema", "--out", "full"], "full: is a directory"),
        (["schema", "--out", "/proc/nothing/x"], "cannot be written"),
        (["validate", "bad.yaml"], "bad.yaml:"),
    ],
    ids=lambda value: " ".join(value).replace(str(PLAIN), "plain") if isinstance(value, list) else "",
)
def test_bad_input_ends_with_2_and_one_message(words: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(plain_text(("skill: 1.1", "skill: much")), encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("keep", encoding="utf-8")
    done = sahelsim(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["bad.yaml", "full", "precious.txt"]  # nothing written


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = sahelsim("run", PLAIN, "--out", locked / "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "Permission denied" in done.stderr


def _wait_for_simulation(folder: Path, process: subprocess.Popen[str]) -> None:
    """Until the run has made its directory and nothing new has appeared in it for a second."""
    seen, still = 0, 0
    for _ in range(600):
        assert process.poll() is None, process.communicate()
        now = len(list(folder.rglob("*")))
        still = still + 1 if now == seen else 0
        seen = now
        if seen > 10 and still >= 10:
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing happens in {folder}")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(("number", "code", "said"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")])
def test_signals_end_a_run_cleanly(number: signal.Signals, code: int, said: str, workers: str, tmp_path: Path) -> None:
    process = start("run", PLAIN, *LONG, "--out", "out", "--workers", workers, cwd=tmp_path)
    _wait_for_simulation(tmp_path / ".out.unfinished", process)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it
    else:
        process.send_signal(number)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert errors == f"stopped by {said}; nothing half-written is left\n"
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    first = start("run", PLAIN, *LONG, "--out", "out", "--workers", "1", cwd=tmp_path)
    try:
        _wait_for_simulation(tmp_path / ".out.unfinished", first)
        second = sahelsim("run", PLAIN, "--out", "out", cwd=tmp_path)
        assert second.returncode == 2
        assert "another run is being written there" in second.stderr
        assert "Traceback" not in second.stderr
    finally:
        first.terminate()
        first.communicate(timeout=60)


def test_warmup(tmp_path: Path) -> None:
    done = sahelsim("warmup", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kernels are ready")
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    script = f"{' '.join(command('schema'))} | head -n 1"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr
