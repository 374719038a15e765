"""Writing a file so that a reader sees all of it or none, and errors of the disk in the user's words."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sahelsim.errors import BadInput, SahelsimError

__all__ = ["Aside", "StoreFull", "disk_errors", "drop_all", "put_all", "sync_folder", "write_file"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNFINISHED = ".unfinished"


class StoreFull(SahelsimError):
    """The disk cannot take more; what is written is whole."""


class Aside:
    """A file that is written under a temporary name beside its place, and not yet to be seen there.

    Parameters
    ----------
    path : Path
        Its place; an older file there is replaced in one step.
    write : callable
        Writes the file of the given name.
    then : callable, optional
        Called once it is in its place.
    option : str
        The option of the command line that chose the place, for messages.

    Raises
    ------
    StoreFull, BadInput
        The disk is full, or the folder cannot be written. Nothing half-written stays.
    """

    def __init__(
        self, path: Path, write: Callable[[Path], object], *, then: Callable[[], None] | None = None,
        option: str = "--store",
    ) -> None:  # fmt: skip
        self._path, self._then, self._option = path, then, option
        self._aside = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
        try:
            with disk_errors(path, option=option):
                write(self._aside)
        except BaseException:
            self.drop()
            raise

    def put(self) -> None:
        """Force it to disk and rename it into its place; errors as above."""
        with disk_errors(self._path, option=self._option):
            with self._aside.open("rb+") as file:
                os.fsync(file.fileno())
            self._aside.replace(self._path)
            sync_folder(self._path.parent)
        if self._then is not None:
            self._then()

    def drop(self) -> None:
        """Take it away, unless it has come to its place."""
        with suppress(OSError):
            self._aside.unlink()


def put_all(files: Sequence[Aside]) -> None:
    """Put files in their places, in this order. When one fails, those after it are not put, and are taken away."""
    try:
        for file in files:
            file.put()
    finally:
        drop_all(files)


def drop_all(files: Sequence[Aside]) -> None:
    """Take away files that are not in their places."""
    for file in files:
        file.drop()


def write_file(path: Path, write: Callable[[Path], object], *, option: str = "--store") -> None:
    """Have a file written under a temporary name beside its place, force it to disk, and rename it; see `Aside`."""
    put_all([Aside(path, write, option=option)])


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
        reason = os.strerror(error.errno) if error.errno else str(error)  # Arrow's own text has the temporary name
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
