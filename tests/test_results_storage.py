"""A run directory appears whole or not at all, and a reader refuses what is not a run."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sahelsim.errors import BadInput, SahelsimError
from sahelsim.results import open_run
from sahelsim.results.manifest import describe_file
from sahelsim.results.storage import LOCK, aside, unfinished_name


def put(directory, word="new"):
    """A run in miniature: one file and a manifest that vouches for it."""
    (directory / "summary.json").write_text(json.dumps({"word": word}))
    outputs = {"summary.json": describe_file(directory / "summary.json")}
    manifest = {"format": "sahelsim-run", "format_version": 1, "outputs": outputs, "seed": 1, "replicates": 1}
    (directory / "manifest.json").write_text(json.dumps(manifest))


def make_run(out, word="new", force=False):
    with aside(out, force=force) as directory:
        put(directory, word)
    return open_run(out)


def left_in(path):
    return sorted(p.name for p in path.iterdir())


def test_nothing_is_there_before_the_end_and_all_of_it_after(tmp_path):
    out = tmp_path / "deep" / "er" / "run"
    with aside(out) as directory:
        put(directory)
        assert not out.exists()
        assert directory == unfinished_name(out)
        with pytest.raises(BadInput, match="being written or was cut off"):
            open_run(out)
    assert left_in(out) == ["manifest.json", "summary.json"]
    assert left_in(out.parent) == ["run"]
    assert open_run(out).totals == {"word": "new"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_fails_leaves_nothing(tmp_path, error):
    def fail():
        with aside(tmp_path / "run") as directory:
            put(directory)
            raise error

    with pytest.raises(error):
        fail()
    assert left_in(tmp_path) == []


def test_an_empty_directory_makes_way(tmp_path):
    (tmp_path / "run").mkdir()
    make_run(tmp_path / "run")
    assert left_in(tmp_path) == ["run"]


def test_a_run_makes_way_only_by_force(tmp_path):
    out = tmp_path / "run"
    make_run(out, "old")
    with pytest.raises(BadInput, match="holds a run already; choose another directory or use --force"):
        make_run(out)
    assert open_run(out).totals == {"word": "old"}
    with pytest.raises(RuntimeError), aside(out, force=True):
        raise RuntimeError
    assert open_run(out).totals == {"word": "old"}, "the old run stays until the new one is whole"
    assert make_run(out, "new", force=True).totals == {"word": "new"}
    assert left_in(tmp_path) == ["run"]


def test_the_old_run_comes_back_when_the_new_one_cannot_be_put_in_place(tmp_path, monkeypatch):
    out = tmp_path / "run"
    make_run(out, "old")
    rename = Path.rename

    def fail_on_the_new(self, target):
        if self == unfinished_name(out):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_on_the_new)
    with pytest.raises(SahelsimError, match="writing failed: Input/output error"):
        make_run(out, "new", force=True)
    assert open_run(out).totals == {"word": "old"}
    assert left_in(tmp_path) == ["run"]


@pytest.mark.parametrize("force", [False, True])
def test_other_files_never_make_way(tmp_path, force):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("dear")
    with pytest.raises(BadInput, match="holds other files, which are not touched"), aside(out, force=force):
        pass
    with pytest.raises(BadInput, match="is a file"), aside(out / "chapter.txt", force=force):
        pass
    assert (out / "chapter.txt").read_text() == "dear"
    assert left_in(tmp_path) == ["thesis"]


@pytest.mark.parametrize("place", ["file/run", "file/a/b/run"])
def test_a_place_that_cannot_be_written(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written: "), aside(tmp_path / place):
        pass


def test_the_root_is_no_run_directory():
    with pytest.raises(BadInput, match="give a path with a name of its own"), aside("/"):
        pass


def test_a_full_disk_is_said_plainly(tmp_path):
    def fail():
        with aside(tmp_path / "run") as directory:
            put(directory)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(directory / "events.parquet"))

    with pytest.raises(SahelsimError, match="run: writing failed: No space left on device"):
        fail()
    assert left_in(tmp_path) == []


def test_two_runs_cannot_write_one_place(tmp_path):
    with aside(tmp_path / "run") as directory:
        with pytest.raises(BadInput, match="another run is being written there"), aside(tmp_path / "run"):
            pass
        put(directory)
    assert open_run(tmp_path / "run")


_HANG = """
import sys, time
from pathlib import Path
from sahelsim.results.storage import aside
with aside(Path(sys.argv[1])) as directory:
    (directory / "events.parquet").write_text("half")
    (directory / "panel.zarr").mkdir()
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_killed_run_looks_unfinished_and_the_next_one_clears_it(tmp_path):
    out = tmp_path / "run"
    with subprocess.Popen([sys.executable, "-c", _HANG, str(out)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(BadInput, match="another run is being written there"), aside(out):
            pass
        process.send_signal(signal.SIGKILL)
    assert left_in(tmp_path) == [".run.unfinished"]
    assert left_in(tmp_path / ".run.unfinished") == [LOCK, "events.parquet", "panel.zarr"]
    with pytest.raises(BadInput, match="there is no run here"):
        open_run(out)
    with pytest.raises(BadInput, match="is an unfinished run"):
        open_run(tmp_path / ".run.unfinished")
    make_run(out)
    assert left_in(out) == ["manifest.json", "summary.json"]
    assert left_in(tmp_path) == ["run"]


def test_no_run_there(tmp_path):
    with pytest.raises(BadInput, match="there is no run here"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"holds no run: manifest\.json is missing"):
        open_run(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("[1, 2]", "is not a JSON object"),
        ("{}", "is not the manifest of a run"),
        ('{"format": "sahelsim-run", "outputs": 3}', "is not the manifest of a run"),
        ('{"format": "sahelsim-run", "format_version": 99, "outputs": {}}', "newer sahelsim"),
    ],
)
def test_a_bad_manifest(tmp_path, text, message):
    make_run(tmp_path / "run")
    (tmp_path / "run" / "manifest.json").write_text(text)
    with pytest.raises(BadInput, match=message):
        open_run(tmp_path / "run")


def test_damage_is_found(tmp_path):
    out = tmp_path / "run"
    run = make_run(out)
    run.verify()
    text = (out / "summary.json").read_text()
    (out / "summary.json").write_text(text.replace("new", "old"))
    with pytest.raises(BadInput, match="its hash differs"):
        open_run(out).verify()
    (out / "summary.json").write_text(text[:-3])
    with pytest.raises(BadInput, match=r"summary\.json: is damaged: 12 bytes where the manifest says 15"):
        open_run(out)
    (out / "summary.json").unlink()
    with pytest.raises(BadInput, match="is missing from the run"):
        open_run(out)


def test_locks_are_released(tmp_path):
    """Ten runs one after the other in one place, some failing, in no time."""
    began = time.monotonic()
    for number in range(10):
        if number % 3 == 0:
            with pytest.raises(RuntimeError), aside(tmp_path / "run", force=True):
                raise RuntimeError
        else:
            make_run(tmp_path / "run", str(number), force=True)
    assert open_run(tmp_path / "run").totals == {"word": "8"}
    assert time.monotonic() - began < 5
