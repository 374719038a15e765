"""A directory that appears whole or not at all.

Everything is written into a hidden sibling (``.NAME.unfinished``), synced to disk, and renamed. A lock inside
the sibling keeps a second run out; a sibling whose lock nobody holds is left from a killed run: it is reused.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sahelsim.errors import BadInput, SahelsimError

__all__ = ["LOCK", "MANIFEST", "aside", "is_run", "unfinished_name"]

LOCK = ".lock"
MANIFEST = "manifest.json"

_REMOVAL_TRIES = 20
_REMOVAL_PAUSE = 0.05  # seconds


def unfinished_name(out: Path) -> Path:
    """Where a run directory is while it is being written."""
    return out.with_name(f".{out.name}.unfinished")


def is_run(path: Path) -> bool:
    """Whether a directory holds a finished run."""
    return (path / MANIFEST).is_file()


@contextmanager
def aside(out: Path, *, force: bool = False) -> Iterator[Path]:
    """A directory to write into; it becomes `out` when the block ends without an error, else it vanishes.

    Parameters
    ----------
    out : Path
        The directory that is to appear. Parents are made.
    force : bool
        Replace a finished run that is already there. Nothing else is ever replaced.

    Raises
    ------
    BadInput
        `out` exists, cannot be written, or another run is writing it.
    SahelsimError
        The disk failed or is full.
    """
    out = Path(os.path.abspath(out))
    _refuse(out, force)
    with _owned(unfinished_name(out)) as temporary:
        _refuse(out, force)  # another run may have finished while this one waited
        try:
            yield temporary
            _sync_tree(temporary)
            _put_in_place(temporary, out)
        except OSError as error:
            raise _readable(error, out) from error


def _refuse(out: Path, force: bool) -> None:
    """Nothing may be lost: only an empty directory, or with `force` a finished run, makes way."""
    if not out.name:
        raise BadInput(f"{out} cannot be a run directory; give a path with a name of its own", path="--out")
    if not out.exists():
        return
    if not out.is_dir():
        raise BadInput("is a file; a run needs a directory of its own", file=out, path="--out")
    if is_run(out):
        if not force:
            raise BadInput("holds a run already; choose another directory or use --force", file=out, path="--out")
    elif any(out.iterdir()):
        raise BadInput(
            "holds other files, which are not touched; choose a directory that is new or empty",
            file=out,
            path="--out",
        )


@contextmanager
def _owned(directory: Path) -> Iterator[Path]:
    """The directory, made or taken over, empty but for our lock; removed afterwards if it is still there."""
    from filelock import FileLock, Timeout

    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise BadInput("another run is being written there", file=directory, path="--out") from None
    except OSError as error:
        raise _readable(error, directory) from error
    try:
        _clear(directory)
        yield directory
    finally:
        _remove(directory)
        lock.release()


def _remove(directory: Path) -> None:
    """Remove a directory even while a thread of the panel's writer may still be adding to it."""
    for _ in range(_REMOVAL_TRIES):
        if not directory.exists():
            return
        shutil.rmtree(directory, ignore_errors=True)
        time.sleep(_REMOVAL_PAUSE)


def _clear(directory: Path) -> None:
    """Remove what a killed run left."""
    for entry in directory.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _put_in_place(temporary: Path, out: Path) -> None:
    """Rename; a run that was there before goes only when the new one is in its place."""
    if out.exists() and any(out.iterdir()):
        old = out.with_name(f".{out.name}.replaced")
        shutil.rmtree(old, ignore_errors=True)
        out.rename(old)
        try:
            temporary.rename(out)
        except BaseException:
            old.rename(out)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.rename(out)
    (out / LOCK).unlink(missing_ok=True)
    _sync(out.parent)


def _sync_tree(directory: Path) -> None:
    """Force every file and directory below `directory` to disk."""
    for folder, _, files in os.walk(directory):
        for name in files:
            _sync(Path(folder) / name)
        _sync(Path(folder))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot sync directories
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _readable(error: OSError, path: Path) -> SahelsimError:
    """An error of the operating system as one that a person can act on."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return SahelsimError(f"{path}: writing failed: {reason}")
    return BadInput(f"cannot be written: {reason}", file=error.filename or path, path="--out")
