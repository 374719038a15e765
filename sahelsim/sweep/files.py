"""Writing a file so that a reader sees all of it or none, and errors of the disk in the user's words."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sahelsim.errors import BadInput, SahelsimError

__all__ = ["StoreFull", "disk_errors", "sync_folder", "write_file"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNFINISHED = ".unfinished"


class StoreFull(SahelsimError):
    """The disk cannot take more; what is written is whole."""


def write_file(path: Path, write: Callable[[Path], object], *, option: str = "--store") -> None:
    """Have a file written under a temporary name beside its place, force it to disk, and rename it.

    Parameters
    ----------
    path : Path
        Its place; an older file there is replaced in one step.
    write : callable
        Writes the file of the given name.
    option : str
        The option of the command line that chose the place, for messages.

    Raises
    ------
    StoreFull, BadInput
        The disk is full, or the folder cannot be written. Nothing half-written stays.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with disk_errors(path, option=option):
            write(aside)
            with aside.open("rb+") as file:
                os.fsync(file.fileno())
            aside.replace(path)
            sync_folder(path.parent)
    finally:
        with suppress(OSError):
            aside.unlink()


def sync_folder(path: Path) -> None:
    """Force the names in a folder to disk, where the file system can."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors(path: Path, *, option: str = "--store") -> Iterator[None]:
    """Errors of the operating system as ones that a person can act on."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _NO_ROOM:
            then = (
                "What the store holds is safe; make room, then go on with `sahelsim sweep resume`"
                if option == "--store"
                else "Make room, then give the command again"
            )
            raise StoreFull(f"{path}: writing failed: {reason}. {then}") from error
        hidden = str(error.filename or "").endswith(_UNFINISHED)
        raise BadInput(
            f"cannot be written: {reason}", file=path if hidden else error.filename or path, path=option
        ) from error
